"""The cost measure of a TIN/NPI and its interval, and the exploratory admission rate, worked by hand."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest

from tests.claims.community import Community
from tests.claims.workbench import Row, Workbench, day

COST = {
    "episode_id": "VARCHAR", "performance_year": "INTEGER", "cohort": "VARCHAR", "person_id": "BIGINT",
    "tin": "VARCHAR", "episode_days": "INTEGER", "assigned_cost": "DECIMAL(18,2)", "observed_cost": "DOUBLE",
    "expected_cost": "DOUBLE", "ratio": "DOUBLE", "imputed_share": "DOUBLE", "unpriced_lines": "BIGINT",
    "dropped": "BOOLEAN",
}  # fmt: skip
SPECIALTY = {"service_year": "INTEGER", "npi": "VARCHAR", "specialty_code": "VARCHAR"}
ATTRIBUTION = {"episode_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "attributed": "BOOLEAN"}


def _measure(
    episodes: list[Row],
    attributed: list[tuple[str, str]],
    specialties: dict[str, str] | None = None,
    **overrides: Any,
) -> list[Row]:
    bench = Workbench(overrides={f"asm.{name}": value for name, value in overrides.items()})
    head: Row = {
        "performance_year": 2025, "cohort": "heart_failure", "tin": "T1", "imputed_share": 0.0,
        "unpriced_lines": 0, "dropped": False,
    }  # fmt: skip
    filled = []
    for at, episode in enumerate(episodes):
        row = head | {"episode_id": f"E{at}", "person_id": at, "assigned_cost": 0} | episode
        row.setdefault("ratio", row["observed_cost"] / row["expected_cost"])
        filled.append(row)
    bench.give("episodes.chronic_cost", filled, COST)
    bench.give(
        "episodes.chronic_attribution",
        [
            {"episode_id": e, "tin": filled[int(e[1:])]["tin"], "npi": n, "attributed": True}
            for e, n in attributed
        ],
        ATTRIBUTION,
    )
    known = [
        {"service_year": 2024, "npi": n, "specialty_code": code} for n, code in (specialties or {}).items()
    ]
    bench.give("claims.clinician_specialty", known, SPECIALTY)
    bench.run("measures.asm_cost")
    return bench.rows("select * from measures.asm_cost order by npi")


def test_the_ratio_is_weighted_by_days_and_turned_into_dollars() -> None:
    (row,) = _measure(
        [
            {"episode_days": 365, "observed_cost": 12000.0, "expected_cost": 10000.0},  # 1.2
            {"episode_days": 730, "observed_cost": 9000.0, "expected_cost": 10000.0},  # 0.9
        ],
        [("E0", "N1"), ("E1", "N1")],
    )
    # (365 x 1.2 + 730 x 0.9) / 1095 = 1.0; the national average of PY2025, carried forward: 14,994.38
    assert row["cost_ratio"] == pytest.approx(1.0)
    assert row["cost_per_episode"] == pytest.approx(14994.38)
    assert (row["attributed_episodes"], row["specialty_adjustment"], row["scored"]) == (2, 1.0, False)
    # standard error: sqrt( sum w2 (r - R)2 x n/(n-1) ) / sum w
    #   = sqrt( (365^2 x 0.04 + 730^2 x 0.01) x 2 ) / 1095 = sqrt(21,316) / 1095 = 146 / 1095
    error = sqrt((365**2 * 0.04 + 730**2 * 0.01) * 2) / 1095
    assert error == pytest.approx(146 / 1095)
    assert row["standard_error"] == pytest.approx(error * 14994.38)
    assert row["interval_high"] == pytest.approx((1 + 1.959964 * error) * 14994.38)
    assert row["interval_low"] == pytest.approx((1 - 1.959964 * error) * 14994.38)


def test_one_episode_has_no_interval_and_dropped_ones_do_not_count() -> None:
    (row,) = _measure(
        [
            {"episode_days": 365, "observed_cost": 12000.0, "expected_cost": 10000.0},
            {"episode_days": 365, "observed_cost": 99000.0, "expected_cost": 10000.0, "dropped": True},
        ],
        [("E0", "N1"), ("E1", "N1")],
    )
    assert (row["attributed_episodes"], row["cost_ratio"]) == (1, 1.2)
    assert (row["interval_low"], row["interval_high"]) == (None, None)


@pytest.mark.parametrize(("episodes", "scored"), [(19, False), (20, True)])
def test_twenty_episodes_are_scored(episodes: int, scored: bool) -> None:
    one = {"episode_days": 365, "observed_cost": 1.0, "expected_cost": 1.0}
    (row,) = _measure([dict(one) for _ in range(episodes)], [(f"E{at}", "N1") for at in range(episodes)])
    assert row["scored"] is scored


def test_equal_weights_by_rule_and_imputed_dollars() -> None:
    (row,) = _measure(
        [
            {"episode_days": 365, "observed_cost": 2.0, "expected_cost": 1.0, "assigned_cost": 100,
             "imputed_share": 0.5, "unpriced_lines": 1},
            {"episode_days": 730, "observed_cost": 1.0, "expected_cost": 1.0, "assigned_cost": 300},
        ],
        [("E0", "N1"), ("E1", "N1")],
        cost_ratio_weight="equal",
    )  # fmt: skip
    # 50 of 400 dollars are imputed
    assert row["cost_ratio"] == pytest.approx(1.5)
    assert (row["imputed_share"], row["unpriced_lines"]) == (0.125, 1)


def test_each_attributed_clinician_has_its_own_row() -> None:
    rows = _measure(
        [{"episode_days": 365, "observed_cost": 2.0, "expected_cost": 1.0}], [("E0", "N1"), ("E0", "N2")]
    )
    assert [row["npi"] for row in rows] == ["N1", "N2"]


MIX: list[Row] = [
    {"episode_days": 100, "observed_cost": 12.0, "expected_cost": 10.0},  # T1, N1: 1.2
    {"episode_days": 100, "observed_cost": 6.0, "expected_cost": 10.0},  # T1, N2: 0.6
    {"episode_days": 200, "observed_cost": 9.0, "expected_cost": 10.0, "tin": "T2"},  # N3: 0.9
]
WHOSE = [("E0", "N1"), ("E1", "N2"), ("E2", "N3")]
SPECIALTIES = {"N1": "06", "N2": "11", "N3": "06"}


@pytest.mark.parametrize(
    ("overrides", "adjustments"),
    [
        # all: (100 x 1.2 + 100 x 0.6 + 200 x 0.9) / 400 = 0.9; 06: 300 / 300 = 1.0, 10/9 of all; 11: 0.6, 2/3
        # T1, half of each: (10/9 + 2/3) / 2 = 8/9; T2: 10/9; their mean over the days is 1
        ({"specialty_minimum_episodes": 1, "specialty_minimum_clinicians": 1}, (8 / 9, 8 / 9, 10 / 9)),
        # one episode of 11 is too few: 1. T1: (10/9 + 1) / 2 = 19/18; T2: 10/9; their mean 13/12 is made 1
        (
            {"specialty_minimum_episodes": 2, "specialty_minimum_clinicians": 1},
            (38 / 39, 38 / 39, 40 / 39),
        ),
        # two clinicians are too few, of every specialty
        ({"specialty_minimum_episodes": 1, "specialty_minimum_clinicians": 3}, (1, 1, 1)),
        ({}, (1, 1, 1)),
        (
            {"specialty_minimum_episodes": 1, "specialty_minimum_clinicians": 1,
             "specialty_adjustment": "none"},
            (1, 1, 1),
        ),
    ],
)  # fmt: skip
def test_a_practice_is_held_to_the_ratio_of_its_mix_of_specialties(
    overrides: dict[str, Any], adjustments: tuple[float, ...]
) -> None:
    rows = _measure(MIX, WHOSE, SPECIALTIES, **overrides)
    assert [row["specialty_adjustment"] for row in rows] == pytest.approx(adjustments)
    for row, ratio, adjustment in zip(rows, (1.2, 0.6, 0.9), adjustments, strict=True):
        assert row["cost_ratio"] == pytest.approx(ratio)
        assert row["cost_per_episode"] == pytest.approx(ratio / adjustment * 14994.38)


def test_in_a_population_of_one_specialty_nothing_is_adjusted() -> None:
    least: dict[str, Any] = {"specialty_minimum_episodes": 1, "specialty_minimum_clinicians": 1}
    rows = _measure(MIX, WHOSE, dict.fromkeys(SPECIALTIES, "06"), **least)
    assert [row["specialty_adjustment"] for row in rows] == pytest.approx([1, 1, 1])
    # nor where nobody's specialty is known
    rows = _measure(MIX, WHOSE, {}, **least)
    assert [row["specialty_adjustment"] for row in rows] == pytest.approx([1, 1, 1])


def test_the_interval_is_adjusted_as_the_measure_is() -> None:
    two: list[Row] = [{"episode_days": 100, "observed_cost": o, "expected_cost": 10.0} for o in (8.0, 12.0)]
    third: Row = {"episode_days": 100, "observed_cost": 4.0, "expected_cost": 10.0, "tin": "T2"}
    least: dict[str, Any] = {"specialty_minimum_episodes": 1, "specialty_minimum_clinicians": 1}
    row = _measure(
        [*two, third], [("E0", "N1"), ("E1", "N1"), ("E2", "N2")], {"N1": "06", "N2": "11"}, **least
    )[0]
    # R = 1, all (0.8 + 1.2 + 0.4) / 3 = 0.8, adjustment 1 / 0.8 = 1.25;
    # standard error sqrt((0.04 + 0.04) x 2) / 2 = 0.2
    assert row["specialty_adjustment"] == pytest.approx(1.25)
    assert row["standard_error"] == pytest.approx(0.2 / 1.25 * 14994.38)
    assert row["interval_high"] == pytest.approx((1 + 1.959964 * 0.2) / 1.25 * 14994.38)
    assert row["interval_low"] == pytest.approx((1 - 1.959964 * 0.2) / 1.25 * 14994.38)


def test_admissions_for_a_hundred_person_years() -> None:
    community = Community()
    community.backdrop("2024-01-01", "2025-12-31")
    for person in (1, 2):
        community.enrol(person)
        for on in ("2024-09-01", "2024-09-30"):  # 2024-09-01 .. 2025-09-29: 394 days
            community.visit(person, on)
    community.enrol(3, birth_date=day("1985-01-01"))  # too young to count
    for on in ("2024-09-01", "2024-09-30"):
        community.visit(3, on)
    community.stay(1, "2024-10-01", "2024-10-04", "291", 9000, ["I5023"], admit_type_code="1")
    community.stay(1, "2025-03-01", "2025-03-04", "291", 9000, ["I5023"], admit_type_code="1")
    community.stay(1, "2025-04-01", "2025-04-04", "227", 9000, ["I5023"], admit_type_code="3")  # planned
    community.stay(2, "2025-04-01", "2025-04-04", "871", 9000, ["A419", "I5023"], admit_type_code="1")
    community.stay(2, "2024-08-31", "2024-09-02", "291", 9000, ["I5023"], admit_type_code="1")  # before
    community.stay(3, "2025-04-01", "2025-04-04", "291", 9000, ["I5023"], admit_type_code="1")
    bench = community.load(Workbench())
    (row,) = bench.run("measures.asm_admission")
    # two admissions in 2 x 394 / 365 person-years = 92.64 for a hundred
    assert (row["eligible_cases"], row["admissions"]) == (2, 2)
    assert row["rate"] == pytest.approx(2 * 100 / (2 * 394 / 365))
