"""The rates of 479, 480, 484 and 492: cases once a practice, expected by stratum, who can be scored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, loaded

CASE = {"case_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "person_id": "BIGINT", "observed": "BIGINT"}
RISK = {"risk_group": "INTEGER"}
KINDS = {
    "mips.readmission_case": {**CASE, "cohort": "VARCHAR", **RISK},
    "mips.complication_case": {**CASE, "joint": "VARCHAR", **RISK},
    "mips.chronic_admission_case": {**CASE, "condition_groups": "BIGINT", "months": "BIGINT", **RISK},
    "mips.heart_failure_case": {**CASE, "episode_days": "INTEGER", **RISK},
}
SIZE = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "clinicians": "BIGINT", "has_cardiologist": "BOOLEAN",
}  # fmt: skip
EACH_ALONE = {"performance.cell_minimum": 1}


def rates(
    cases: dict[str, Sequence[Sequence[Any]]],
    sizes: Sequence[Sequence[Any]] = (),
    overrides: dict[str, Any] | None = None,
    last: date = date(2025, 12, 31),
) -> dict[tuple[str, str, str], Row]:
    tables: Tables = bench(overrides, programs=["performance"])
    for name, types in KINDS.items():
        tables.give(name, types, cases.get(name, ()))
    tables.give("mips.practice_size", SIZE, sizes)
    loaded(tables, last=last)
    for name in ("mips.administrative_case", "mips.administrative_stratum"):
        tables.make(name)
    made = tables.make("mips.administrative_measure")
    return {(row["measure_id"], row["tin"], row["npi"]): row for row in made}


# six index stays of six people: T1 has two of medicine, both readmitted; T2 two of medicine, two of surgery
STAYS = [
    ("S1", "T1", "N1", 1, 1, "Medicine", None),
    ("S2", "T1", "N2", 2, 1, "Medicine", None),
    ("S3", "T2", "N3", 3, 0, "Medicine", None),
    ("S4", "T2", "N3", 4, 0, "Medicine", None),
    ("S5", "T2", "N3", 5, 0, "Surgery/Gynecology", None),
    ("S6", "T2", "N3", 6, 0, "Surgery/Gynecology", None),
]


def test_events_over_expected_times_the_mean() -> None:
    """Medicine 2 of 4, surgery 0 of 2, all 2 of 6. T1 expects 2 x 0.5 = 1 and has 2: 2 / 1 x 1/3 = 0.6667."""
    found = rates({"mips.readmission_case": STAYS}, overrides=EACH_ALONE)
    row = found["479", "T1", ""]
    assert (row["cases"], row["observed"], row["expected"]) == (2, 2, 1.0)
    assert row["rate"] == pytest.approx(2 / 3)
    assert (row["observed_rate"], row["loaded_mean_rate"]) == (1.0, pytest.approx(1 / 3))
    assert found["479", "T2", ""]["rate"] == 0
    assert row["performance_year"] == 2025 and row["basis"].startswith("proxy")


def test_a_small_stratum_takes_the_rate_of_everyone() -> None:
    """With thirty people needed all are expected at 2/6: T1 expects 2/3, and 2 / (2/3) x 1/3 = 1."""
    row = rates({"mips.readmission_case": STAYS})["479", "T1", ""]
    assert row["expected"] == pytest.approx(2 / 3)
    assert row["rate"] == pytest.approx(1.0)


def test_all_expected_events_are_all_observed_ones() -> None:
    """Fewest 3 people: medicine (4 people) has its own rate, 1/2; surgery (2) takes that of all, 1/3. That is
    4/2 + 2/3 = 8/3 expected for 2 observed, so every rate is times 3/4: T1 expects 2 x 3/8 = 0.75."""
    found = rates({"mips.readmission_case": STAYS}, overrides={"performance.cell_minimum": 3})
    one, two = found["479", "T1", ""], found["479", "T2", ""]
    assert one["expected"] == pytest.approx(0.75)
    assert one["expected"] + two["expected"] == pytest.approx(2)
    assert one["rate"] == pytest.approx(2 / 0.75 / 3)


def test_a_case_counts_once_for_a_practice_and_for_the_mean() -> None:
    """S1 belongs to two clinicians of T1 and one of T3: one case of T1, one for the expected rates."""
    again = [("S1", "T1", "N9", 1, 1, "Medicine", None), ("S1", "T3", "N8", 1, 1, "Medicine", None)]
    found = rates({"mips.readmission_case": [*STAYS, *again]}, overrides=EACH_ALONE)
    assert (found["479", "T1", ""]["cases"], found["479", "T1", "N9"]["cases"]) == (2, 1)
    assert found["479", "T3", ""]["expected"] == 0.5


def test_person_years_and_rates_for_a_hundred() -> None:
    """484: three months are 0.25 years, nine are 0.75; one admission in 1.0 years is 100 for 100.
    492: two admissions in 730 days, two years, are 100 for 100."""
    found = rates(
        {
            "mips.chronic_admission_case": [
                ("1", "T1", "N1", 1, 1, 2, 3, 1),
                ("2", "T1", "N1", 2, 0, 2, 9, 1),
            ],
            "mips.heart_failure_case": [("E1", "T1", "N1", 1, 2, 730, 1)],
        }
    )
    chronic, heart = found["484", "T1", ""], found["492", "T1", "N1"]
    assert (chronic["exposure"], chronic["rate"], chronic["observed_rate"]) == (1.0, 100.0, 100.0)
    assert (heart["exposure"], heart["rate"]) == (2.0, 100.0)
    assert "expected by stratum and risk" in chronic["basis"]


@pytest.mark.parametrize(
    ("measure", "cases", "clinicians", "cardiologist", "scorable"),
    [
        ("479", 200, 16, False, True),
        ("479", 199, 16, False, False),
        ("479", 200, 15, False, False),
        ("480", 25, 1, False, True),
        ("480", 24, 1, False, False),
        ("484", 18, 16, False, True),
        ("484", 18, 15, False, False),
        ("492", 21, 1, True, True),
        ("492", 21, 40, False, False),
        ("492", 20, 1, True, False),
    ],
)
def test_case_minimum_and_group(
    measure: str, cases: int, clinicians: int, cardiologist: bool, scorable: bool
) -> None:
    """mips.md 4.8: 200 and more than 15 clinicians; 25; 18 and more than 15; 21 with a cardiologist."""
    table, extra = {
        "479": ("mips.readmission_case", ("Medicine",)),
        "480": ("mips.complication_case", ("hip",)),
        "484": ("mips.chronic_admission_case", (2, 12)),
        "492": ("mips.heart_failure_case", (365,)),
    }[measure]
    rows = [(f"C{n}", "T1", "N1", n, n % 2, *extra, None) for n in range(cases)]
    found = rates({table: rows}, [(2025, "T1", clinicians, cardiologist)])
    assert found[measure, "T1", ""]["is_scorable"] is scorable
    alone = found[measure, "T1", "N1"]
    assert alone["is_scorable"] is (measure == "480" and scorable)
    if measure != "480":
        assert alone["scorable_reason"] == "not a measure of a clinician alone"


def test_a_year_that_is_not_over_says_so() -> None:
    found = rates({"mips.readmission_case": STAYS})["479", "T1", ""]
    assert found["is_whole"] is True
    found = rates({"mips.readmission_case": STAYS}, last=date(2025, 11, 30))["479", "T1", ""]
    assert found["is_whole"] is False


def test_no_event_anywhere_is_a_rate_of_nothing() -> None:
    row = rates({"mips.complication_case": [("C1", "T1", "N1", 1, 0, "hip", None)]})["480", "T1", "N1"]
    assert (row["rate"], row["expected"]) == (0, 0)


def test_an_aco_is_measured_by_the_people_assigned_to_it() -> None:
    """People 1 to 4 are of A1, person 5 of A2, person 6 of nobody. All at 2/6: A1 has 2 events, 4 x 1/3 are
    expected, 2 / (4/3) x 1/3 = 0.5, as observed; person 1 counts once though two clinicians have the case."""
    tables: Tables = bench(programs=["performance"])
    again = ("S1", "T9", "N9", 1, 1, "Medicine", None)
    for name, types in KINDS.items():
        tables.give(name, types, [*STAYS, again] if name == "mips.readmission_case" else ())
    assigned = [(person, "A1") for person in range(1, 5)] + [(5, "A2"), (6, None)]
    tables.give("attribution.person", {"person_id": "BIGINT", "aco_id": "VARCHAR"}, assigned)
    for name in ("mips.administrative_case", "mips.administrative_stratum"):
        tables.make(name)
    found = {row["apm_entity_id"]: row for row in tables.make("mips.administrative_entity")}
    assert set(found) == {"A1", "A2"}
    one = found["A1"]
    assert (one["cases"], one["people"], one["observed"], one["case_minimum"]) == (4, 4, 2, 200)
    assert one["rate"] == pytest.approx(0.5)
    assert one["is_scorable"] is False
