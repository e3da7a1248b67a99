"""High Needs eligibility from claims: windows, thresholds, one measure or all (aco-reach.md A2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.population.condition_bench import ConditionBench

TABLES: dict[str, dict[str, str]] = {
    "claims.period": {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE"},
    "population.enrollment_month": {
        "person_id": "BIGINT", "month": "INTEGER", "enrollment_type": "VARCHAR", "fee_for_service": "BOOLEAN",
    },
    "population.need_claim": {
        "person_id": "BIGINT", "kind": "VARCHAR", "admission_date": "DATE", "from_date": "DATE",
        "to_date": "DATE", "unplanned": "BOOLEAN", "days": "INTEGER",
    },
    "population.condition_claim": {
        "person_id": "BIGINT", "source_id": "VARCHAR", "claim_id": "VARCHAR", "condition": "VARCHAR",
        "code_system": "VARCHAR", "setting": "VARCHAR", "claim_date": "DATE",
    },
    "population.risk_score": {"person_id": "BIGINT", "model": "VARCHAR", "raw_score": "DOUBLE"},
    "attribution.reach": {"person_id": "BIGINT", "entity_kind": "VARCHAR", "entity_id": "VARCHAR"},
}  # fmt: skip
JANUARY, APRIL = date(2026, 1, 1), date(2026, 4, 1)


@pytest.fixture
def bench() -> Iterator[ConditionBench]:
    made = ConditionBench(
        ("reach.high_needs",), 2026, programs=("claims", "population", "reach"), tables=TABLES
    )
    made.give(
        "claims.period",
        [{"source_id": "S", "first_day": date(2024, 1, 1), "last_day": date(2026, 12, 31)}],
    )
    for table in ("population.condition_claim", "population.risk_score", "attribution.reach"):
        made.give(table, [])
    yield made


def enrolled(
    bench: ConditionBench, *people: int, kind: str = "disabled", checks: tuple[int, ...] = (1,)
) -> None:
    bench.give("population.enrollment_month", [
        {"person_id": n, "month": 202600 + month, "enrollment_type": kind, "fee_for_service": True}
        for n in people for month in checks
    ])  # fmt: skip


def care(person: int, kind: str, day: str, days: int = 1, unplanned: bool = True) -> dict[str, Any]:
    start = date.fromisoformat(day)
    return {"person_id": person, "kind": kind, "admission_date": start, "from_date": start,
            "to_date": start + timedelta(days=days - 1), "unplanned": unplanned, "days": days}  # fmt: skip


def test_windows_are_those_of_tables_c_and_d(bench: ConditionBench) -> None:
    rows = {(row["check_date"], row["criterion"]): row for row in bench.run("reach.high_needs_window")}
    ends = [date(2025, 10, 31), date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31)]
    year = [date(2024, 11, 1), date(2025, 2, 1), date(2025, 5, 1), date(2025, 8, 1)]
    five = [date(2020, 11, 1), date(2021, 2, 1), date(2021, 5, 1), date(2021, 8, 1)]
    for at, month in enumerate((1, 4, 7, 10)):
        check = date(2026, month, 1)
        high, frail = rows[check, "high_risk"], rows[check, "frailty"]
        assert (high["window_start"], high["window_end"]) == (year[at], ends[at])
        assert (frail["window_start"], frail["window_end"]) == (five[at], ends[at])
        assert high["window_covered"] and not frail["window_covered"]


@pytest.mark.parametrize(
    ("claims", "met"),
    [
        ([care(1, "snf", "2025-09-01", 45)], {"post_acute"}),
        ([care(1, "snf", "2025-09-01", 44)], set()),
        (
            [care(1, "home_health", "2025-01-01", 60), care(1, "home_health", "2025-05-01", 30)],
            {"post_acute"},
        ),
        ([care(1, "snf", "2025-10-15", 45)], set()),  # ends after the window
        ([care(1, "frailty", "2021-01-05"), care(1, "frailty", "2025-10-31")], {"frailty"}),
        ([care(1, "frailty", "2020-10-31"), care(1, "frailty", "2025-10-31")], set()),  # before sixty months
        ([care(1, "frailty", "2025-10-31"), care(1, "frailty", "2025-10-31")], set()),  # one date
    ],
)
def test_what_meets_a_criterion_in_january(
    claims: list[dict[str, Any]], met: set[str], bench: ConditionBench
) -> None:
    enrolled(bench, 1)
    bench.give("population.need_claim", claims)
    assert {row["criterion"] for row in bench.run("reach.high_needs")} == met


@pytest.mark.parametrize(
    ("kind", "score", "planned", "met"),
    [
        ("disabled", 3.0, False, {"high_risk"}),
        ("disabled", 2.999, False, {"medium_risk_unplanned"}),
        ("disabled", 2.0, False, {"medium_risk_unplanned"}),
        ("disabled", 1.999, False, set()),
        ("disabled", 2.5, True, set()),  # one admission was planned
        ("esrd", 0.35, True, {"high_risk"}),
        ("esrd", 0.24, False, {"medium_risk_unplanned"}),
    ],
)
def test_risk_alone_or_with_two_unplanned_admissions(
    kind: str, score: float, planned: bool, met: set[str], bench: ConditionBench
) -> None:
    enrolled(bench, 1, kind=kind)
    model = "esrd_v24" if kind == "esrd" else "v28"
    bench.give("population.risk_score", [{"person_id": 1, "model": model, "raw_score": score}])
    bench.give("population.need_claim", [
        care(1, "inpatient", "2025-03-01"), care(1, "inpatient", "2025-06-01", unplanned=not planned),
    ])  # fmt: skip
    assert {row["criterion"] for row in bench.run("reach.high_needs")} == met


def test_mobility_and_when_it_was_first_met(bench: ConditionBench) -> None:
    """An inpatient claim, or others on two dates; person 3 is met from April on, and aligned."""
    enrolled(bench, 1, 2, 3, checks=(1, 4, 7))
    bench.give("population.need_claim", [])
    bench.give("population.condition_claim", [
        {"person_id": person, "source_id": "S", "claim_id": f"c{at}", "condition": "cerebral_palsy",
         "code_system": "icd-10-cm", "setting": setting, "claim_date": date.fromisoformat(day)}
        for at, (person, setting, day) in enumerate([
            (1, "inpatient", "2025-01-05"),
            (2, "professional", "2025-01-05"), (2, "professional", "2025-01-05"),
            (3, "professional", "2025-04-05"), (3, "outpatient", "2026-01-20"),
        ])
    ])  # fmt: skip
    bench.give("attribution.reach", [{"person_id": 3, "entity_kind": "aco", "entity_id": "D1"}])
    rows = bench.run("reach.high_needs")
    found = {(row["person_id"], row["check_date"]) for row in rows}
    assert (1, JANUARY) in found and not any(person == 2 for person, _ in found)
    third = [row for row in rows if row["person_id"] == 3]
    assert {row["first_check"] for row in third} == {APRIL} and third[0]["aco_id"] == "D1"
    assert third[0]["reason"] == "mobility other dates 2.00"


def test_a_segment_has_months_spending_and_the_score_of_its_model(bench: ConditionBench) -> None:
    bench.give("population.enrollment_month", [])
    bench.give("population.need_claim", [])
    bench.give(
        "population.member_month",
        [
            {"person_id": 1, "year": 2026, "enrollment_type": "disabled", "expenditure": 100},
            {"person_id": 1, "year": 2026, "enrollment_type": "esrd", "expenditure": 900},
            {"person_id": 2, "year": 2026, "enrollment_type": "aged_dual", "expenditure": 50},
            {"person_id": 2, "year": 2026, "enrollment_type": "aged_dual", "expenditure": 50},
            {"person_id": 2, "year": 2025, "enrollment_type": "aged_dual", "expenditure": 5000},
        ],
        {
            "person_id": "BIGINT",
            "year": "INTEGER",
            "enrollment_type": "VARCHAR",
            "expenditure": "DECIMAL(18,2)",
        },
    )
    bench.give("population.risk_score", [
        {"person_id": 1, "model": "v28", "raw_score": 1.0},
        {"person_id": 1, "model": "v24", "raw_score": 9.0},
        {"person_id": 1, "model": "esrd_v24", "raw_score": 0.5},
        {"person_id": 2, "model": "v28", "raw_score": 2.5},
    ])  # fmt: skip
    bench.give(
        "attribution.reach",
        [
            {
                "person_id": n,
                "entity_kind": "aco",
                "entity_id": "D1",
                "step": "primary_care",
                "is_trial": False,
            }
            for n in (1, 2)
        ],
        {**TABLES["attribution.reach"], "step": "VARCHAR", "is_trial": "BOOLEAN"},
    )
    bench.steps = ("reach.",)
    rows = {row["population"]: row for row in bench.run("reach.segment")}
    both, esrd = rows["ad"], rows["esrd"]
    # one month at 1.0 and two at 2.5
    assert (both["people"], both["eligible_months"], both["net_expenditure"]) == (2, 3, 200)
    assert both["next_raw_risk_score"] == pytest.approx(2.0) and not both["is_trial"]
    assert (esrd["people"], esrd["net_expenditure"], esrd["next_raw_risk_score"]) == (1, 900, 0.5)
