"""Effects of care programs: pairs, differences and intervals by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corridor.measures.impact import ratio_difference
from corridor.measures.matching import (
    NO_CANDIDATE,
    NOT_MEMBER,
    NOT_NEAR,
    TOO_FEW,
    Pool,
    logits,
    match,
    standardized_difference,
    whitened,
)
from tests.claims.workbench import Row
from tests.population.condition_bench import ConditionBench

MONEY = "DECIMAL(18,2)"
TABLES = {
    "org_raw.program_enrollment": {
        "person_id": "BIGINT",
        "program": "VARCHAR",
        "enrolled_on": "DATE",
        "ended_on": "DATE",
        "source_id": "VARCHAR",
        "delivery_id": "VARCHAR",
        "file_date": "DATE",
    },
    "population.member_month": {
        "person_id": "BIGINT",
        "month": "INTEGER",
        "year": "INTEGER",
        "enrollment_type": "VARCHAR",
        "died": "BOOLEAN",
        "age": "INTEGER",
        "expenditure": MONEY,
    },
    "population.need_claim": {
        "source_id": "VARCHAR",
        "claim_id": "VARCHAR",
        "kind": "VARCHAR",
        "person_id": "BIGINT",
        "admission_date": "DATE",
    },
    "population.condition": {"person_id": "BIGINT", "condition": "VARCHAR", "first_date": "DATE"},
    "population.risk": {"person_id": "BIGINT", "payment_year": "INTEGER", "risk_score": "DOUBLE"},
}
MONTHS = [year * 100 + month for year in (2024, 2025) for month in range(1, 13)]
INDEX = 202501
Values = NDArray[Any]


class Town:
    """People with the same dollars in every month before 2025 and in every month of it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in (*TABLES, "claims.person")}

    def person(
        self, person: int, before: float, after: float, months: list[int] | None = None, **more: Any
    ) -> None:
        self.rows["claims.person"].append({"person_id": person, "gender": more.get("gender", "female")})
        for month in MONTHS if months is None else months:
            self.rows["population.member_month"].append(
                {
                    "person_id": person,
                    "month": month,
                    "year": month // 100,
                    "enrollment_type": "aged_non_dual",
                    "died": month == more.get("died"),
                    "age": more.get("age", 72),
                    "expenditure": before if month < INDEX else after,
                }
            )

    def enroll(self, person: int, day: str = "2025-01-15", program: str = "care", **more: Any) -> None:
        self.rows["org_raw.program_enrollment"].append(
            {"person_id": person, "program": program, "enrolled_on": date.fromisoformat(day), **more}
        )

    def event(self, person: int, kind: str, *days: str) -> None:
        for day in days:
            number = len(self.rows["population.need_claim"])
            self.rows["population.need_claim"].append(
                {
                    "source_id": "s",
                    "claim_id": f"c{number}",
                    "kind": kind,
                    "person_id": person,
                    "admission_date": date.fromisoformat(day),
                }
            )

    def bench(self, **overrides: Any) -> ConditionBench:
        rules = {f"impact.{name}": value for name, value in overrides.items()}
        made = ConditionBench(("measures.impact",), tables=TABLES, overrides=rules or None)
        for table, rows in self.rows.items():
            made.give(table, rows)
        return made


def four() -> Town:
    """1 and 2 enrolled, 3 and 4 like them before.

    Dollars a month before and after: 1: 100, 80; 2: 200, 150; 3: 100, 120; 4: 200, 210.
    """
    town = Town()
    for person, before, after in ((1, 100, 80), (2, 200, 150), (3, 100, 120), (4, 200, 210)):
        town.person(person, before, after)
    for person in (1, 2):
        town.enroll(person)
    return town


def test_the_difference_in_differences_of_four_people() -> None:
    """Enrolled: (80 + 150) / 2 - (100 + 200) / 2 = 115 - 150 = -35; controls: 165 - 150 = 15; effect -50.

    By pair: (80 - 100) - (120 - 100) = -40 and (150 - 200) - (210 - 200) = -60: mean -50, standard deviation
    sqrt(200), error sqrt(200 / 2) = 10 (all have the same months), interval -50 -+ 1.96 x 10.
    """
    made = four().bench(caliper_deviations=1000.0)
    rows = {row["outcome"]: row for row in made.run("measures.impact_effect")}
    spend = rows["expenditure"]
    assert [spend[name] for name in ("enrolled_before", "enrolled_after")] == [150, 115]
    assert [spend[name] for name in ("control_before", "control_after")] == [150, 165]
    assert spend["effect"] == pytest.approx(-50)
    assert spend["standard_error"] == pytest.approx(10)
    assert (spend["interval_low"], spend["interval_high"]) == pytest.approx((-69.6, -30.4))
    assert (spend["placebo_effect"], spend["parallel"]) == (0, True)
    assert (spend["enrolled"], spend["matched"], spend["unmatched"]) == (2, 2, 0)
    assert spend["small_cell"]
    assert rows["mortality"]["effect"] == 0 and rows["mortality"]["placebo_effect"] is None
    pairs = made.rows("select person_id, control_person_id from measures.impact_match order by 1")
    assert [tuple(row.values()) for row in pairs] == [(1, 3), (2, 4)]


def test_admissions_emergency_visits_and_deaths() -> None:
    """In 2025, 1 has one admission, 3 two and 4 one; 12 months each: 1/24 less 3/24 = -83.3 for 1,000 months.

    In 2024, 2 and 4 have one each. 2 is in the emergency room in 2025 once. 4 dies in June 2025.
    """
    town = four()
    town.event(1, "inpatient", "2025-03-01")
    town.event(3, "inpatient", "2025-03-01", "2025-04-01", "2025-04-01")  # two bills of one stay
    town.event(4, "inpatient", "2025-05-01", "2024-05-01")
    town.event(2, "inpatient", "2024-05-01")
    town.event(2, "emergency", "2025-05-01")
    for row in town.rows["population.member_month"]:
        row["died"] = row["person_id"] == 4 and row["month"] == 202512
    rows = {
        row["outcome"]: row for row in town.bench(caliper_deviations=1000.0).run("measures.impact_effect")
    }
    assert rows["admissions"]["effect"] == pytest.approx(1000 * (1 / 24 - 3 / 24))
    assert rows["admissions"]["reads"] == "admissions per 1,000 member months"
    assert rows["emergency_visits"]["effect"] == pytest.approx(1000 / 24)
    assert rows["mortality"]["effect"] == pytest.approx(100 * (0 / 2 - 1 / 2))
    assert rows["mortality"]["small_cell"]


def test_who_has_no_control_and_why() -> None:
    town = four()
    town.person(5, 100, 100, months=MONTHS[9:])  # three months before
    town.person(6, 100, 100, gender="male")  # the only man
    town.person(7, 100, 100, months=MONTHS[:6])  # gone
    town.person(8, 150, 100)  # one more enrolled than there are controls
    for person in (5, 6, 7, 8):
        town.enroll(person)
    found = {
        row["person_id"]: row["reason"]
        for row in town.bench(caliper_deviations=1000.0).run("measures.impact_match")
    }
    assert found[5] == f"{TOO_FEW}: 3 of 6 asked for"
    assert found[6] == NO_CANDIDATE
    assert found[7] == NOT_MEMBER
    assert [found[person] for person in (1, 2, 8)].count(NOT_NEAR) == 1


def test_enrolled_people_are_no_controls_and_the_first_enrollment_counts() -> None:
    town = four()
    town.enroll(3, "2025-09-01")
    town.enroll(1, "2025-06-01")
    made = town.bench(caliper_deviations=1000.0)
    rows = {row["person_id"]: row for row in made.run("measures.impact_match")}
    assert {person for person, row in rows.items() if row["matched"]} <= {1, 2}
    assert sum(row["matched"] for row in rows.values()) == 1  # 4 alone is left
    assert rows[1]["index_month"] == INDEX
    listed = made.rows("select enrollments from measures.impact_enrollment where person_id = 1")
    assert listed == [{"enrollments": 2}]


def test_programs_are_apart() -> None:
    town = four()
    town.enroll(3, program="other")
    rows = town.bench(caliper_deviations=1000.0).run("measures.impact_match")
    assert {(row["program"], row["person_id"]) for row in rows} == {("care", 1), ("care", 2), ("other", 3)}
    assert {row["control_person_id"] for row in rows if row["program"] == "other"} <= {1, 2, 4}


def test_nobody_enrolled_no_rows() -> None:
    made = Town().bench()
    assert made.run("measures.impact_effect") == made.rows("select * from measures.impact_balance") == []


def test_candidates_are_drawn_the_same_way_each_time() -> None:
    town = Town()
    for person in range(1, 41):
        town.person(person, 100 + person, 100)
    town.enroll(1)
    pools = [
        made.rows("select person_id from measures.impact_pool order by 1")
        for made in (town.bench(candidates_per_treated=5) for _ in range(2))
        if made.run("measures.impact_pool")
    ]
    assert pools[0] == pools[1]
    assert len(pools[0]) == 6


def pool(treated: list[bool], values: list[float], cell: list[str] | None = None) -> Pool:
    count = len(treated)
    return Pool(
        np.arange(count),
        np.array(treated),
        np.ones(count, dtype=bool),
        np.array(cell or ["c"] * count),
        {"age": np.array(values, dtype=float)},
    )


def test_the_nearest_free_candidate_of_the_cell() -> None:
    """The likelier to be enrolled chooses first: 60 takes 59, 58 is left with 50; 61 is of another cell."""
    found = match(
        pool([True, True, False, False, False], [60, 58, 59, 50, 61], ["a", "a", "a", "a", "b"]), 1000
    )
    assert dict(zip(found.treated.tolist(), found.control.tolist())) == {0: 2, 1: 3}


def test_the_caliper_keeps_far_candidates_out() -> None:
    found = match(pool([True, True, False, False, False], [60, 40, 40, 41, 39]), 0.2)
    assert found.treated.tolist() == [1] and found.reason == {0: NOT_NEAR}


def test_a_covariate_that_parts_the_groups_does_not_run_away() -> None:
    design = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    found = logits(design, np.array([False, False, True, True]))
    assert np.isfinite(found).all() and found[2] > found[0]


def test_logits_of_a_two_by_two_table() -> None:
    """Of 100 without the trait 20 are enrolled, of 100 with it 60: log odds ln(20/80) and ln(60/40)."""
    trait = np.repeat([0.0, 1.0], 100)[:, None]
    enrolled = np.concatenate([np.arange(100) < 20, np.arange(100) < 60])
    found = logits(trait, enrolled)
    assert found[0] == pytest.approx(np.log(20 / 80), abs=0.02)
    assert found[150] == pytest.approx(np.log(60 / 40), abs=0.02)


def test_mahalanobis_distance_by_hand() -> None:
    """Variances 4/3 and 16/3, no covariance: (2, 0) apart is sqrt(4 / (4/3)) = sqrt(3)."""
    design = np.array([[-1.0, -2.0], [-1.0, 2.0], [1.0, -2.0], [1.0, 2.0]])
    turned = whitened(design)
    assert np.linalg.norm(turned[0] - turned[2]) == pytest.approx(np.sqrt(3))
    assert np.linalg.norm(turned[0] - turned[1]) == pytest.approx(np.sqrt(3))


def test_ratios_weigh_months() -> None:
    """(300 + 100) / (12 + 4) = 25 dollars a month less 100 / 8 = 12.5; influence by hand.

    First term: mean months 8: (300 - 25 x 12) / 8 = 0, (100 - 25 x 4) / 8 = 0. Second: mean months 4:
    (75 - 12.5 x 4) / 4 = 6.25, (25 - 12.5 x 4) / 4 = -6.25: sqrt(2 x 6.25 squared / (2 x 1)) = 6.25.
    """
    effect, error = ratio_difference(
        [
            (1, np.array([300.0, 100.0]), np.array([12.0, 4.0])),
            (-1, np.array([75.0, 25.0]), np.array([4.0, 4.0])),
        ]
    )
    assert (effect, error) == pytest.approx((12.5, 6.25))


def test_standardized_differences() -> None:
    assert standardized_difference(np.array([1.0, 3.0]), np.array([0.0, 2.0]), 2.0) == 0.5
    assert standardized_difference(np.array([1.0]), np.array([1.0]), 0.0) == 0
