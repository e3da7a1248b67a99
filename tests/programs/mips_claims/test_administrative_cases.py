"""Cases of the administrative-claims measures: whose stay, which complication, which patient, what counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, claims, loaded

STAY = {
    "admission_id": "VARCHAR", "person_id": "BIGINT", "stay_kind": "VARCHAR", "admission_date": "DATE",
    "discharge_date": "DATE", "planned": "BOOLEAN", "diagnosis_code": "VARCHAR", "admit_type_code": "VARCHAR",
}  # fmt: skip
INDEX = {
    "admission_id": "VARCHAR", "person_id": "BIGINT", "admission_date": "DATE", "discharge_date": "DATE",
    "specialty_cohort": "VARCHAR", "readmitted": "BOOLEAN", "index_stay": "BOOLEAN",
}  # fmt: skip
STAY_CLAIM = {
    "source_id": "VARCHAR", "claim_id": "VARCHAR", "admission_id": "VARCHAR", "person_id": "BIGINT",
    "admission_date": "DATE",
}  # fmt: skip
MEMBER = {"person_id": "BIGINT", "risk_group": "INTEGER"}
CARE = {
    "person_id": "BIGINT", "service_date": "DATE", "tin": "VARCHAR", "npi": "VARCHAR",
    "facility_kind": "VARCHAR", "in_mssp": "BOOLEAN", "allowed_amount": "DECIMAL(18,2)",
}  # fmt: skip
PERSON = {"person_id": "BIGINT", "birth_date": "DATE", "death_date": "DATE"}


def stays(tables: Tables, rows: Sequence[dict[str, Any]]) -> None:
    base: Row = {
        "admission_id": "A1", "person_id": 1, "stay_kind": "acute", "admission_date": date(2025, 3, 1),
        "discharge_date": date(2025, 3, 5), "planned": False, "diagnosis_code": "I5021",
        "admit_type_code": "1",
    }  # fmt: skip
    tables.give("measures.admission", STAY, [[(base | row)[name] for name in STAY] for row in rows])


def given(tables: Tables, table: str, types: dict[str, str], rows: Sequence[dict[str, Any]]) -> None:
    tables.give(table, types, [[row.get(name) for name in types] for row in rows])


def test_a_stay_has_up_to_three_clinicians() -> None:
    """N1 discharged, N2 has the dearer visits, N4 gave two primary care services before, N5 one; what was
    done in a health center, or after the admission, does not count. The stay of person 2 has nobody."""
    tables = bench()
    stays(tables, [{}, {"admission_id": "A2", "person_id": 2}])
    visit: Row = {"hcpcs_code": "99233", "rendering_npi": "N2", "allowed_amount": 150}
    dear: Row = {"rendering_npi": "N3", "allowed_amount": 900}
    claims(
        tables,
        [
            {"day": date(2025, 3, 5), "hcpcs_code": "99239", "rendering_npi": "N1"},
            {**visit, "day": date(2025, 3, 2)},
            {**visit, "day": date(2025, 3, 3)},
            # a dear procedure leads no stay; a visit before the stay neither
            {**dear, "day": date(2025, 3, 3), "hcpcs_code": "44950"},
            {**dear, "day": date(2025, 2, 28), "hcpcs_code": "99223"},
        ],
    )  # fmt: skip
    tables.make("mips.stay_service")
    tables.give(
        "measures.readmission",
        INDEX,
        [
            ("A1", 1, date(2025, 3, 1), date(2025, 3, 5), "Medicine", True, True),
            ("A2", 2, date(2025, 3, 1), date(2025, 3, 5), "Medicine", False, True),
        ],
    )
    care = [("N4", date(2024, 4, 1)), ("N4", date(2025, 2, 1)), ("N5", date(2025, 1, 1)),
            ("N5", date(2025, 3, 2)), ("N5", date(2024, 3, 1))]  # fmt: skip
    tables.give(
        "attribution.primary_care_line",
        CARE,
        [
            *((1, day, "T2", npi, None, True, 100) for npi, day in care),
            *((1, date(2025, 1, n), "T2", "N5", "health_center", True, 100) for n in range(1, 9)),
        ],
    )
    tables.give("measures.performance_member", MEMBER, [(1, 4)])
    found = {row["npi"]: row for row in tables.make("mips.readmission_case")}
    assert set(found) == {"N1", "N2", "N4"}
    assert (found["N1"]["is_discharge"], found["N2"]["is_inpatient"], found["N4"]["is_outpatient"]) == (
        True, True, True,
    )  # fmt: skip
    assert (found["N1"]["observed"], found["N1"]["risk_group"], found["N4"]["tin"]) == (1, 4, "T2")


def replaced(
    diagnoses: Sequence[tuple[str, str, int, str]] = (),
    later: date | None = None,
    death: date | None = None,
    **stay: Any,
) -> list[Row]:
    """A hip replacement on 1 March 2025 by N1; diagnoses as (claim, code, sequence, present on admission)."""
    tables = bench()
    rows: list[dict[str, Any]] = [{"admit_type_code": "3", "diagnosis_code": "M1611", **stay}]
    heads = [("s1", "H1", "A1", 1, date(2025, 3, 1))]
    if later is not None:
        rows.append({"admission_id": "A2", "admission_date": later, "discharge_date": later})
        heads.append(("s1", "H2", "A2", 1, later))
    stays(tables, rows)
    tables.give("measures.admission_claim", STAY_CLAIM, heads)
    procedure = {"source_id": "s1", "claim_id": "H1", "procedure_code": "0SR904Z", "procedure_sequence": 1}
    given(tables, "claims.claim_procedure", CANONICAL["claim_procedure"], [procedure])
    given(
        tables,
        "claims.claim_diagnosis",
        CANONICAL["claim_diagnosis"],
        [
            {"source_id": "s1", "claim_id": claim, "diagnosis_code": code, "diagnosis_sequence": at,
             "present_on_admission": poa}
            for claim, code, at, poa in diagnoses
        ],
    )  # fmt: skip
    claims(
        tables,
        [{"hcpcs_code": "27130", "day": date(2025, 3, 1)}, {"hcpcs_code": "01214", "rendering_npi": "N2"}],
    )
    tables.give("claims.person", PERSON, [(1, date(1950, 1, 1), death)])
    loaded(tables)
    tables.give("measures.performance_member", MEMBER, [])
    return tables.make("mips.complication_case")


@pytest.mark.parametrize(
    ("diagnoses", "later", "observed"),
    [
        ([], None, 0),
        # in the stay itself: not if it was there at admission, nor as the reason for it
        ([("H1", "I214", 2, "N")], None, 1),
        ([("H1", "I214", 2, "Y")], None, 0),
        # pneumonia: seven days after 1 March is 8 March
        ([("H2", "J189", 1, "Y")], date(2025, 3, 8), 1),
        ([("H2", "J189", 1, "Y")], date(2025, 3, 9), 0),
        # of a later stay the first diagnosis counts
        ([("H2", "J189", 2, "N")], date(2025, 3, 8), 0),
        # embolism 30 days, infection of the joint 90: 30 March, 30 May, 31 May
        ([("H2", "I2699", 1, "Y")], date(2025, 3, 31), 1),
        ([("H2", "I2699", 1, "Y")], date(2025, 4, 1), 0),
        ([("H2", "T8451XA", 1, "Y")], date(2025, 5, 30), 1),
        ([("H2", "T8451XA", 1, "Y")], date(2025, 5, 31), 0),
    ],
)
def test_complications_have_windows(
    diagnoses: list[tuple[str, str, int, str]], later: date | None, observed: int
) -> None:
    (row,) = replaced(diagnoses, later)
    assert (row["npi"], row["joint"], row["observed"]) == ("N1", "hip", observed)


def test_death_is_a_complication_for_thirty_days() -> None:
    assert replaced(death=date(2025, 3, 31))[0]["complication"] == "death"
    assert replaced(death=date(2025, 4, 1))[0]["observed"] == 0


def test_what_is_no_index_stay() -> None:
    """An urgent admission, a fracture, a window that ends after the loaded claims."""
    assert replaced(admit_type_code="1") == []
    assert replaced(diagnosis_code="S72001A") == []
    late = date(2025, 11, 1)
    assert replaced(admission_date=late, discharge_date=late) == []


SERVICE = {
    "year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "person_id": "BIGINT", "visits": "BIGINT",
    "allowed_amount": "DECIMAL(18,2)",
}  # fmt: skip


def test_patients_with_multiple_conditions() -> None:
    """Person 1 has two groups (Alzheimer's and another dementia are one), person 2 one, person 3 is 64 on
    1 January 2025. Of those who can have a patient N1 has most visits; N3, of specialty 05, cannot."""
    tables = bench(programs=["population"])
    met = {1: ["diabetes", "alzheimers_disease", "non_alzheimers_dementia"], 2: ["asthma", "hypertension"],
           3: ["diabetes", "asthma"]}  # fmt: skip
    given(
        tables,
        "population.condition",
        {"person_id": "BIGINT", "condition": "VARCHAR"},
        [{"person_id": person, "condition": one} for person, all_of in met.items() for one in all_of],
    )
    months = [(person, 202500 + m, 2025, m != 12) for person in met for m in range(1, 13)]
    tables.give(
        "population.enrollment_month",
        {"person_id": "BIGINT", "month": "INTEGER", "year": "INTEGER", "fee_for_service": "BOOLEAN"},
        months,
    )
    born = {1: date(1960, 1, 1), 2: date(1950, 1, 1), 3: date(1960, 1, 2)}
    tables.give("claims.person", PERSON, [(person, day, None) for person, day in born.items()])
    tables.give(
        "qp.service",
        SERVICE,
        [(2025, "T1", "N1", 1, 3, 300), (2025, "T1", "N2", 1, 2, 900), (2025, "T1", "N3", 1, 9, 900)],
    )
    tables.give(
        "claims.clinician_specialty",
        {"service_year": "INTEGER", "npi": "VARCHAR", "specialty_code": "VARCHAR"},
        [(2025, "N1", "11"), (2025, "N2", "06"), (2025, "N3", "05")],
    )
    # counted: 1 March and 1 June; not the planned one, the one 10 days after a discharge, nor that of 2024
    stays(
        tables,
        [
            {"admission_id": "A0", "admission_date": date(2024, 5, 1), "discharge_date": date(2024, 5, 2)},
            {"admission_id": "A1"},
            {"admission_id": "A2", "admission_date": date(2025, 3, 15), "discharge_date": date(2025, 3, 16)},
            {"admission_id": "A3", "admission_date": date(2025, 6, 1), "discharge_date": date(2025, 6, 2)},
            {"admission_id": "A4", "admission_date": date(2025, 9, 1), "planned": True},
        ],
    )
    tables.give("measures.performance_member", MEMBER, [])
    (row,) = tables.make("mips.chronic_admission_case")
    assert (row["person_id"], row["npi"], row["condition_groups"]) == (1, "N1", 2)
    assert (row["months"], row["observed"]) == (11, 2)


def test_heart_failure_admissions_by_clinician_and_episode() -> None:
    tables = bench()
    tables.give(
        "episodes.chronic_episode",
        {"episode_id": "VARCHAR", "cohort": "VARCHAR", "person_id": "BIGINT", "performance_year": "INTEGER",
         "episode_start": "DATE", "episode_end": "DATE", "episode_days": "INTEGER", "excluded": "BOOLEAN"},
        [
            ("E1", "heart_failure", 1, 2025, date(2024, 6, 1), date(2025, 5, 31), 365, False),
            ("E2", "low_back_pain", 1, 2025, date(2024, 6, 1), date(2025, 5, 31), 365, False),
            ("E3", "heart_failure", 2, 2025, date(2024, 6, 1), date(2025, 5, 31), 365, True),
        ],
    )  # fmt: skip
    attributed = [(e, "T1", n, n != "N3") for e in ("E1", "E2", "E3") for n in ("N1", "N2", "N3")]
    tables.give(
        "episodes.chronic_attribution",
        {"episode_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "attributed": "BOOLEAN"},
        attributed,
    )
    tables.give("claims.person", PERSON, [(1, date(1950, 1, 1), None), (2, date(1950, 1, 1), None)])
    # cardiovascular and in the episode: one; then pneumonia, a planned stay, one after the episode
    stays(
        tables,
        [
            {},
            {"admission_id": "A2", "diagnosis_code": "J189"},
            {"admission_id": "A3", "planned": True},
            {"admission_id": "A4", "admission_date": date(2025, 6, 1)},
        ],
    )
    tables.give("measures.performance_member", MEMBER, [])
    found = tables.make("mips.heart_failure_case")
    assert [(row["case_id"], row["npi"], row["observed"]) for row in found] == [
        ("E1", "N1", 1),
        ("E1", "N2", 1),
    ]
