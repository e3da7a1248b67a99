"""The cost model: least squares, floor, rescaling, outliers; against small independent computations."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from corridor.episodes.least_squares import fit
from corridor.errors import CorridorError
from tests.claims.workbench import Row, Workbench

FACTOR = {
    "episode_id": "VARCHAR",
    "term": "VARCHAR",
    "cohort": "VARCHAR",
    "performance_year": "INTEGER",
    "subgroup": "VARCHAR",
}
OBSERVED = {
    "episode_id": "VARCHAR",
    "cohort": "VARCHAR",
    "performance_year": "INTEGER",
    "person_id": "BIGINT",
    "tin": "VARCHAR",
    "episode_days": "INTEGER",
    "assigned_cost": "DECIMAL(18,2)",
    "observed_cost": "DOUBLE",
    "imputed_share": "DOUBLE",
    "unpriced_lines": "BIGINT",
    "service_lines": "BIGINT",
}
HEAD = {"cohort": "heart_failure", "performance_year": 2025}


def _bench(costs: list[float], terms: list[set[str]], **overrides: Any) -> Workbench:
    """Episodes E000, E001, ... with given yearly costs and terms, all in one subgroup."""
    bench = Workbench(overrides={f"asm.{name}": value for name, value in overrides.items()})
    rows: list[Row] = []
    factors: list[Row] = []
    for at, (cost, carried) in enumerate(zip(costs, terms, strict=True)):
        episode = f"E{at:03d}"
        rows.append(
            HEAD
            | {
                "episode_id": episode,
                "person_id": at,
                "tin": "T1",
                "episode_days": 365,
                "assigned_cost": cost,
                "observed_cost": cost,
                "imputed_share": 0,
                "unpriced_lines": 0,
                "service_lines": 1,
            }
        )
        for term in sorted({"intercept"} | carried):
            factors.append(HEAD | {"episode_id": episode, "term": term, "subgroup": "part_d_enrolled"})
    bench.give("episodes.chronic_observed", rows, OBSERVED)
    bench.give("episodes.chronic_risk_factor", factors, FACTOR)
    return bench


def test_least_squares_agrees_with_lapack() -> None:
    generator = np.random.default_rng(7)
    design = np.column_stack([np.ones(400), generator.integers(0, 2, (400, 12))]).astype(float)
    response = design @ generator.normal(1000, 300, 13) + generator.normal(0, 500, 400)
    model = fit(design, response)
    expected, *_ = np.linalg.lstsq(design, response, rcond=None)
    assert model.used.all()
    assert model.coefficients == pytest.approx(expected, rel=1e-9)
    centred = response - response.mean()
    residual = response - design @ expected
    assert model.r_squared == pytest.approx(1 - (residual @ residual) / (centred @ centred))


def test_a_column_that_others_add_up_to_is_left_out() -> None:
    first = np.array([1.0, 1, 0, 0, 0, 1])
    design = np.column_stack([np.ones(6), first, 1 - first, [1.0, 0, 1, 0, 1, 0]])
    model = fit(design, np.array([5.0, 3, 9, 1, 4, 2]))
    assert model.used.tolist() == [True, True, False, True]
    expected, *_ = np.linalg.lstsq(design[:, [0, 1, 3]], np.array([5.0, 3, 9, 1, 4, 2]), rcond=None)
    assert model.coefficients[[0, 1, 3]] == pytest.approx(expected)


def test_two_groups_get_their_means() -> None:
    # without the term 100 and 200: 150; with it 400 and 500: 450, so the term is worth 300
    bench = _bench(
        [100, 200, 400, 500], [set(), set(), {"hcc_copd"}, {"hcc_copd"}],
        episode_model_minimum_episodes=1, episode_model_minimum_term=1,
    )  # fmt: skip
    rows = bench.run("episodes.chronic_coefficient")
    assert {row["term"]: row["coefficient"] for row in rows} == pytest.approx(
        {"intercept": 150, "hcc_copd": 300}
    )
    assert {(row["origin"], row["episodes"]) for row in rows} == {("fitted", 4)}


def test_few_episodes_are_expected_to_cost_the_mean_and_none_is_dropped() -> None:
    bench = _bench([100, 200, 600], [set(), {"hcc_copd"}, set()])
    rows = bench.run("episodes.chronic_cost")
    assert bench.rows("select term, coefficient, origin from episodes.chronic_coefficient") == [
        {"term": "intercept", "coefficient": pytest.approx(300), "origin": "mean"}
    ]
    assert [row["expected_cost"] for row in rows] == pytest.approx([300] * 3)
    assert not any(row["dropped"] for row in rows)
    assert sorted(row["ratio"] for row in rows) == pytest.approx([1 / 3, 2 / 3, 2])


def test_a_rare_term_does_not_enter() -> None:
    bench = _bench(
        [100, 200, 300, 400], [{"hcc_copd"}, set(), set(), set()],
        episode_model_minimum_episodes=1, episode_model_minimum_term=2,
    )  # fmt: skip
    assert [row["term"] for row in bench.run("episodes.chronic_coefficient")] == ["intercept"]


def test_installed_coefficients_are_used_as_they_are() -> None:
    bench = _bench([100, 200], [set(), {"hcc_copd"}])
    coefficients = [
        {
            "vintage": "2026",
            "cohort": "heart_failure",
            "subgroup": None,
            "term": "intercept",
            "coefficient": 1.0,
        },
        {
            "vintage": "2027",
            "cohort": "heart_failure",
            "subgroup": None,
            "term": "intercept",
            "coefficient": 100.0,
        },
        {
            "vintage": "2027",
            "cohort": "heart_failure",
            "subgroup": None,
            "term": "hcc_copd",
            "coefficient": 50.0,
        },
    ]
    bench.give("reference.episode_cost_coefficient", coefficients)
    rows = bench.run("episodes.chronic_prediction")
    assert {row["episode_id"]: row["raw_expected"] for row in rows} == {"E000": 100.0, "E001": 150.0}
    assert {r["origin"] for r in bench.rows("select origin from episodes.chronic_coefficient")} == {
        "installed"
    }


def test_a_term_installed_twice_is_refused() -> None:
    bench = _bench([100, 200], [set(), {"hcc_copd"}])
    row = {"vintage": "2027", "cohort": "heart_failure", "term": "intercept", "coefficient": 1.0}
    bench.give("reference.episode_cost_coefficient", [row, row | {"subgroup": "part_d_enrolled"}])
    with pytest.raises(CorridorError, match="EPISODE-COEFFICIENT-TWICE"):
        bench.run("episodes.chronic_coefficient")


def _by_hand(costs: list[float], terms: list[set[str]]) -> dict[str, tuple[float, bool]]:
    """Steps (a) to (d) of asm.md 2.2(8) in plain Python: episode -> (expected cost, dropped)."""
    names = ["intercept", *sorted({term for each in terms for term in each})]
    design = np.array([[1.0 if n == "intercept" or n in each else 0.0 for n in names] for each in terms])
    observed = np.array(costs)
    raw = design @ np.linalg.lstsq(design, observed, rcond=None)[0]
    floored = np.maximum(raw, np.quantile(raw, 0.005))
    scaled = floored * raw.mean() / floored.mean()
    residual = scaled - observed
    low, high = np.quantile(residual, [0.01, 0.99])
    dropped = (residual < low) | (residual > high)
    kept = ~dropped
    final = scaled * observed[kept].mean() / scaled[kept].mean()
    return {f"E{at:03d}": (final[at], bool(dropped[at])) for at in range(len(costs))}


def test_floor_rescaling_and_outliers_against_a_second_computation() -> None:
    draw = random.Random(11)
    names = ["age_80_84", "dual_eligible", "hcc_copd", "hcc_diabetes"]
    terms = [{name for name in names if draw.random() < 0.4} for _ in range(300)]
    costs = [
        round(4000 + 2500 * len(each) - 6000 * ("age_80_84" in each) + draw.expovariate(1 / 5000), 2)
        for each in terms
    ]
    rows = _bench(costs, terms, expected_floor_share=0.0).run("episodes.chronic_cost")
    expected = _by_hand(costs, terms)
    assert {r["episode_id"]: r["dropped"] for r in rows} == {e: d for e, (_, d) in expected.items()}
    assert {r["episode_id"]: r["expected_cost"] for r in rows} == pytest.approx(
        {e: value for e, (value, _) in expected.items()}, rel=1e-8
    )
    # 300 episodes: the percentiles cut off three at either end
    assert sum(r["dropped"] for r in rows) == 6
    assert {r["drop_reason"] for r in rows} == {None, "outlier"}
    kept = [r for r in rows if not r["dropped"]]
    mean_expected = sum(r["expected_cost"] for r in kept) / len(kept)
    assert mean_expected == pytest.approx(sum(r["observed_cost"] for r in kept) / len(kept))


def test_a_fitted_prediction_is_at_least_a_quarter_of_the_mean_and_an_installed_one_is_not_touched() -> None:
    # it predicts 10 without and 1,000 with the term; the mean of the four is 505, a quarter of it 126.25
    costs, terms = [10, 10, 1000, 1000], [set(), set(), {"hcc_copd"}, {"hcc_copd"}]
    few = {"episode_model_minimum_episodes": 1, "episode_model_minimum_term": 1}
    rows = _bench(costs, terms, **few).run("episodes.chronic_prediction")
    assert sorted(row["floored_expected"] for row in rows) == pytest.approx([126.25, 126.25, 1000, 1000])
    # mean 563.125 after, 505 before: x 0.896782
    assert sorted(row["scaled_expected"] for row in rows)[0] == pytest.approx(126.25 * 505 / 563.125)
    bench = _bench(costs, terms, **few)
    row = {"vintage": "2027", "cohort": "heart_failure", "subgroup": None}
    bench.give(
        "reference.episode_cost_coefficient",
        [row | {"term": "intercept", "coefficient": 10.0}, row | {"term": "hcc_copd", "coefficient": 990.0}],
    )
    rows = bench.run("episodes.chronic_prediction")
    assert sorted(row["floored_expected"] for row in rows) == pytest.approx([10, 10, 1000, 1000])


def test_the_same_rows_in_another_order_give_the_same_bits() -> None:
    draw = random.Random(5)
    terms = [{name for name in ("a", "b", "c") if draw.random() < 0.5} for _ in range(150)]
    costs = [round(draw.uniform(100, 90000), 2) for _ in terms]
    answers = []
    for seed in (1, 2):
        bench = _bench(costs, terms)
        bench.con.execute(f"select setseed(0.{seed})")
        for table in ("episodes.chronic_observed", "episodes.chronic_risk_factor"):
            bench.con.execute(f"create or replace table {table} as select * from {table} order by random()")
        bench.run("episodes.chronic_cost")
        answers.append(bench.rows("select * from episodes.chronic_cost order by episode_id"))
    assert all(first == second for first, second in pairwise(answers))
