"""Stays, planned and unplanned, readmissions and ambulatory-sensitive admissions, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.workbench import Row
from tests.measures.performance_bench import Bench

COHORTS = [
    {"kind": "diagnosis", "ccs_category": "108", "specialty_cohort": "Cardiorespiratory"},
    {"kind": "diagnosis", "ccs_category": "2", "specialty_cohort": "Medicine"},
    {"kind": "procedure", "ccs_category": "152", "specialty_cohort": "Surgery/Gynecology"},
]


def _bench() -> Bench:
    bench = Bench()
    bench.table("reference.readmission_cohort", [dict(row) for row in COHORTS])
    bench.table(
        "reference.readmission_exclusion",
        [{"ccs_category": "657", "exclusion_category": "Psychiatric"}],
    )
    bench.table("reference.readmission_acute_diagnosis", [{"diagnosis_code": "I5033"}])
    return bench


def _stays(bench: Bench) -> list[Row]:
    bench.load()
    bench.run("measures.admission")
    return bench.rows("select * from measures.admission order by admission_date, admission_id")


def _index(bench: Bench) -> list[Row]:
    bench.load()
    bench.run("measures.readmission")
    return bench.rows("select * from measures.readmission order by admission_date")


def test_claims_of_one_stay_are_merged() -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", paid=1000)
    bench.stay("B", 1, "2025-03-05", "2025-03-08", paid=500)  # the same hospital bills on
    (stay,) = _stays(bench)
    assert (stay["days"], stay["claims"], float(stay["paid_amount"])) == (7, 2, 1500.0)
    assert (str(stay["admission_date"]), str(stay["discharge_date"])) == ("2025-03-01", "2025-03-08")


@pytest.mark.parametrize(
    ("second", "ccn", "stays"),
    [
        ("2025-03-05", "330002", 1),  # a transfer on the day of discharge
        ("2025-03-06", "330002", 1),  # or on the next
        ("2025-03-07", "330002", 2),  # two days later it is an admission of its own
        ("2025-03-06", "330001", 2),  # back in the same hospital the next day: a readmission
    ],
)
def test_a_transfer_is_one_stay(second: str, ccn: str, stays: int) -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", discharge="02")
    bench.stay("B", 1, second, "2025-03-09", ccn=ccn, diagnosis="A419")
    rows = _stays(bench)
    assert len(rows) == stays
    if stays == 1:  # admitted with the first diagnosis, sent home with the second, by the second hospital
        assert (rows[0]["diagnosis_code"], rows[0]["discharge_diagnosis_code"]) == ("I5033", "A419")
        assert (rows[0]["facility_ccn"], rows[0]["admitting_facility_ccn"]) == ("330002", "330001")


def test_psychiatric_and_rehabilitation_stays_are_of_another_kind() -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", ccn="334001")
    bench.stay("B", 1, "2025-04-01", "2025-04-15", ccn="33T001", category="inpatient_rehabilitation")
    bench.stay("C", 1, "2025-05-01", "2025-05-04", ccn="330001")
    assert [row["stay_kind"] for row in _stays(bench)] == ["psychiatric", "inpatient_rehabilitation", "acute"]


@pytest.mark.parametrize(
    ("diagnosis", "procedures", "planned", "why"),
    [
        ("I5033", (), False, "nothing planned"),
        ("M1711", ("0SRC0J9",), True, "no acute diagnosis"),  # a knee replaced for osteoarthritis (CCS 152)
        ("I5033", ("0SRC0J9",), False, "an acute diagnosis"),
        ("N186", ("0TY00Z0",), True, "procedure that is always planned"),  # kidney transplant (CCS 105)
        ("Z5111", (), True, "diagnosis that is always planned"),  # chemotherapy (CCS 45)
    ],
)
def test_the_planned_readmission_algorithm(
    diagnosis: str, procedures: tuple[str, ...], planned: bool, why: str
) -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", diagnosis=diagnosis, procedures=procedures)
    (stay,) = _stays(bench)
    assert stay["planned"] is planned
    assert why in stay["planned_reason"]


def test_installed_categories_take_the_place_of_beginnings_of_codes() -> None:
    bench = _bench()
    bench.person(1)
    bench.table("reference.ccs_diagnosis", [{"diagnosis_code": "I5033", "ccs_category": "45"}])
    bench.stay("A", 1, "2025-03-01", "2025-03-05")
    (stay,) = _stays(bench)
    assert stay["planned"] is True
    assert bench.rows("select ccs_source from measures.readmission_code") == [{"ccs_source": "installed"}]


def test_surgery_goes_before_the_diagnosis() -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", procedures=("0SRC0J9",))
    bench.stay("B", 1, "2025-05-01", "2025-05-05")
    bench.stay("C", 1, "2025-07-01", "2025-07-05", diagnosis="ZZZ")
    assert [row["specialty_cohort"] for row in _stays(bench)] == [
        "Surgery/Gynecology", "Cardiorespiratory", "Medicine",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "readmitted", "days"),
    [("2025-03-06", True, 1), ("2025-04-04", True, 30), ("2025-04-05", False, None)],
)
def test_thirty_days_after_discharge(start: str, readmitted: bool, days: int | None) -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05")  # the thirtieth day after is 4 April
    bench.stay("B", 1, start, "2025-04-09", diagnosis="A419")
    first = _index(bench)[0]
    assert (first["index_stay"], first["readmitted"], first["days_to_next"]) == (True, readmitted, days)


def test_a_planned_stay_ends_the_question() -> None:
    bench = _bench()
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05")
    bench.stay("B", 1, "2025-03-10", "2025-03-12", diagnosis="M1711", procedures=("0SRC0J9",))
    bench.stay("C", 1, "2025-03-20", "2025-03-22", diagnosis="A419")
    first, second, _ = _index(bench)
    assert (first["readmitted"], first["next_planned"]) == (False, True)
    assert second["readmitted"] is True  # the planned stay is an index stay itself


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"discharge": "20"}, "died"),
        ({"discharge": "07"}, "left against medical advice"),
        ({"diagnosis": "F339"}, "Psychiatric"),
        ({"birth": "1965-01-01"}, "younger than the measure asks"),
        (
            {"months": 15},
            "not in fee-for-service Medicare throughout",
        ),  # to March 2025; the window ends in April
        ({"end": "2025-12-10"}, "the window ends after the loaded claims"),
    ],
)
def test_exclusions_of_index_stays(change: dict[str, Any], reason: str) -> None:
    bench = _bench()
    bench.person(1, birth=change.pop("birth", "1950-01-01"), months=change.pop("months", 24))
    end = change.pop("end", "2025-03-05")
    bench.stay("A", 1, end[:8] + "01", end, **change)
    (row,) = _index(bench)
    assert (row["index_stay"], row["exclusion_reason"]) == (False, reason)


PQI = [
    ("I5033", "heart_failure_diagnosis_codes", "08"), ("0210083", "cardiac_procedure_codes", "appendix_b"),
    ("J449", "chronic_obstructive_pulmonary_disorder", "05"), ("I10", "hypertension_diagnosis_codes", "07"),
    ("E840", "cystic_fibrosis_and_anomalies_of_the_respiratory_system", "05"),
    ("N186", "exclusion_kidney_disease_diagnosis_codes", "07"),
    ("03170AD", "exclusion_dialysis_access_procedure_codes", "07"),
    ("0Y6C0Z1", "lower-extremity_amputation_procedure_codes", "16"),
    ("E119", "diabetes_diagnosis_codes", "16"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"diagnosis": "I5033"}, ["08"]),
        ({"diagnosis": "I5033", "procedures": ("0210083",)}, []),  # a cardiac procedure takes it out
        ({"diagnosis": "I5033", "admit_source_code": "4"}, []),  # from another hospital
        ({"diagnosis": "J449", "others": ("E840",)}, []),  # cystic fibrosis anywhere takes COPD out
        ({"diagnosis": "J449"}, ["05"]),
        ({"diagnosis": "I10", "others": ("N186",)}, ["07"]),  # kidney disease alone does not
        (
            {"diagnosis": "I10", "others": ("N186",), "procedures": ("03170AD",)},
            [],
        ),  # with dialysis access it does
        ({"diagnosis": "I7025", "others": ("E119",), "procedures": ("0Y6C0Z1",)}, ["16"]),
        ({"diagnosis": "I7025", "procedures": ("0Y6C0Z1",)}, []),  # no diabetes
        ({"diagnosis": "A419"}, []),
    ],
)
def test_ambulatory_sensitive_admissions(given: dict[str, Any], found: list[str]) -> None:
    bench = _bench()
    bench.table(
        "reference.sensitive_code",
        [{"code": code, "value_set_name": name, "pqi_number": number} for code, name, number in PQI],
    )
    bench.person(1)
    bench.stay("A", 1, "2025-03-01", "2025-03-05", **given)
    bench.load()
    rows = bench.run("measures.ambulatory_sensitive_admission")
    assert [row["pqi_number"] for row in rows] == found
