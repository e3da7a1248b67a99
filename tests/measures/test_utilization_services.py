"""Emergency visits, imaging, low-value care, post-acute days and the table of utilization, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.workbench import Row
from tests.measures.performance_bench import Bench


def _run(bench: Bench, table: str, order: str) -> list[Row]:
    bench.load()
    bench.run(table)
    return bench.rows(f"select * from {table} order by {order}")


def _emergency(bench: Bench) -> list[Row]:
    kinds = [("J069", 0.2, 0.4), ("I219", 0.0, 0.0), ("R079", 0.2, 0.29)]
    bench.table(
        "reference.emergency_classification",
        [{"diagnosis_code": d, "non_emergent": n, "emergent_primary_care": p} for d, n, p in kinds],
    )
    return _run(bench, "measures.emergency_visit", "person_id, visit_date")


@pytest.mark.parametrize(("diagnosis", "avoidable"), [("J069", True), ("I219", False), ("R079", False)])
def test_an_avoidable_visit_is_one_that_half_of_such_visits_need_not_be(
    diagnosis: str, avoidable: bool
) -> None:
    bench = Bench()
    bench.person(1)
    emergency: dict[str, Any] = {"category": "emergency", "code": "99284"}
    bench.line(
        "F", 1, "2025-02-01", ccn="330001", claim_type="40", diagnoses=(diagnosis,), paid=300, **emergency
    )
    bench.line("P", 1, "2025-02-01", npi="N1", diagnoses=("I219",), paid=100, **emergency)
    (visit,) = _emergency(bench)  # the hospital's claim and the physician's are one visit
    assert (visit["claim_id"], visit["diagnosis_code"], float(visit["paid_amount"])) == (
        "F",
        diagnosis,
        400.0,
    )
    # 0.2 + 0.4 = 0.6 and 0.49 against one half
    assert (visit["avoidable"], visit["admitted"]) == (avoidable, False)


@pytest.mark.parametrize(
    ("admission", "admitted"), [("2025-02-01", True), ("2025-02-02", True), ("2025-02-03", False)]
)
def test_a_visit_that_ends_in_an_admission_is_no_visit_of_its_own(admission: str, admitted: bool) -> None:
    bench = Bench()
    bench.person(1)
    bench.line("F", 1, "2025-02-01", category="emergency", ccn="330001", claim_type="40", diagnoses=("J069",))
    bench.stay("A", 1, admission, "2025-02-09")
    (visit,) = _emergency(bench)
    assert (visit["admitted"], visit["avoidable"]) == (admitted, not admitted)


def test_a_visit_past_midnight_is_one() -> None:
    bench = Bench()
    bench.person(1)
    bench.line("F", 1, "2025-02-01", category="emergency", ccn="330001", claim_type="40", diagnoses=("J069",))
    bench.line("P", 1, "2025-02-02", category="emergency", npi="N1", diagnoses=("J069",))  # after midnight
    bench.line("Q", 1, "2025-02-04", category="emergency", npi="N1", diagnoses=("J069",))  # another one
    found = [(str(row["visit_date"]), float(row["paid_amount"])) for row in _emergency(bench)]
    assert found == [("2025-02-01", 200.0), ("2025-02-04", 100.0)]


def test_picture_and_reading_are_one_image_and_images_of_a_stay_are_none() -> None:
    bench = Bench()
    bench.person(1)
    bench.line("P", 1, "2025-02-01", code="72148", paid=60)
    bench.line("F", 1, "2025-02-01", code="72148", paid=240, claim_type="40", ccn="330001")
    bench.line("Q", 1, "2025-02-02", code="72148", place="21")  # in a stay
    bench.line("R", 1, "2025-02-03", code="72100")  # a plain film
    (image,) = _run(bench, "measures.imaging_service", "service_date")
    assert (image["modality"], float(image["paid_amount"])) == ("mri", 300.0)


LOW_VALUE: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "72148", "diagnoses": ("M545",)}, ["back_imaging"]),
    ({"code": "72148", "diagnoses": ("M545", "C7951")}, []),  # cancer on the claim
    (
        {"code": "72148", "diagnoses": ("M545",), "before": ("2024-01-10", "R634")},
        ["back_imaging"],
    ),  # long ago
    (
        {"code": "72148", "diagnoses": ("M545",), "before": ("2025-01-10", "R634")},
        [],
    ),  # weight loss last month
    ({"code": "72148", "diagnoses": ("M4800",)}, []),  # no low back pain on the claim
    ({"code": "84153", "diagnoses": ("Z125",), "birth": "1945-01-01"}, ["psa_screening"]),
    ({"code": "84153", "diagnoses": ("Z125",), "birth": "1955-01-01"}, []),  # 70 years old
    ({"code": "84153", "diagnoses": ("Z8546",), "birth": "1945-01-01"}, []),  # has had prostate cancer
    ({"code": "84153", "diagnoses": ("Z125",), "birth": "1945-01-01", "gender": "female"}, []),
    ({"code": "82306", "diagnoses": ("Z0000",)}, ["vitamin_d_test"]),
    ({"code": "82306", "diagnoses": ("E559",)}, []),
    ({"code": "70450", "diagnoses": ("R519",)}, ["headache_imaging"]),
    ({"code": "70450", "diagnoses": ("R519", "G40909")}, []),
    ({"code": "93880", "diagnoses": ("I10",)}, ["carotid_screening"]),
    ({"code": "93880", "diagnoses": ("I10",), "before": ("2025-01-10", "G459")}, []),  # a TIA
    ({"code": "71046", "diagnoses": ("Z01818",)}, ["preoperative_testing"]),
    ({"code": "71046", "diagnoses": ("R05",)}, []),
    ({"code": "G0121", "diagnoses": ("Z1211",), "birth": "1938-01-01"}, ["colorectal_screening"]),
    ({"code": "70450", "diagnoses": ("R55",), "category": "emergency"}, []),  # part of an emergency visit
]


@pytest.mark.parametrize(("given", "flags"), LOW_VALUE)
def test_low_value_flags(given: dict[str, Any], flags: list[str]) -> None:
    bench = Bench()
    given = dict(given)
    bench.person(1, birth=given.pop("birth", "1950-01-01"), gender=given.pop("gender", "male"))
    date, diagnosis = given.pop("before", (None, None))
    if date:
        bench.line("H", 1, date, code="99213", diagnoses=(diagnosis,))
    bench.line("L", 1, "2025-02-01", **given)
    rows = _run(bench, "measures.low_value_service", "flag")
    assert [row["flag"] for row in rows] == flags


def _utilization(bench: Bench) -> dict[str, Row]:
    year = {"year": 2025, "enrollment_type": "aged_non_dual"}
    bench.table(
        "population.person_year",
        [{**year, "person_id": 1, "member_months": 6, "expenditure": 9000, "truncated_annualized": 12000.0}],
    )
    rows = _run(bench, "measures.utilization", "measure")
    return {row["measure"]: row for row in rows if row["person_id"] == 1}


def test_the_table_of_utilization() -> None:
    bench = Bench()
    bench.person(1, months=18)  # January 2024 to June 2025: six months of the measured year
    bench.stay("A", 1, "2025-01-10", "2025-01-14", paid=7000)
    bench.stay("B", 1, "2025-01-20", "2025-01-22", paid=5000)  # readmitted
    bench.stay("C", 1, "2024-01-20", "2024-01-22", paid=5000)  # another year
    bench.stay("N", 1, "2025-01-14", "2025-01-19", category="skilled_nursing", claim_type="20", ccn="335001")
    found = _utilization(bench)
    assert (found["acute_admission"]["denominator"], found["acute_admission"]["count"]) == (6, 2)
    assert float(found["acute_admission"]["dollars"]) == 12000.0
    assert (found["readmission"]["denominator"], found["readmission"]["count"]) == (2, 1)
    assert found["skilled_nursing_days"]["count"] == 5  # from the 14th to the 19th
    assert found["emergency_visit"]["count"] == 0  # who had none is there with none
    # cost is the truncated expenditure of the months held: 12,000 a year for half a year
    assert float(found["cost"]["dollars"]) == 6000.0


def test_home_health_counts_the_days_of_visits() -> None:
    bench = Bench()
    bench.person(1)
    bench.stay("H", 1, "2025-01-01", "2025-01-30", category="home_health", claim_type="10", ccn="337001")
    first = bench.medical.pop()
    visits = [("0023", None), ("0551", "2025-01-02"), ("0421", "2025-01-02"), ("0551", "2025-01-09")]
    for number, (revenue, date) in enumerate(visits, start=1):
        line = {"claim_line_number": number, "revenue_center_code": revenue, "claim_line_start_date": date}
        bench.medical.append(first | line)
    rows = _run(bench, "measures.utilization_post_acute", "claim_id")
    assert [row["days"] for row in rows] == [2]
