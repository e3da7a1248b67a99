"""Properties of an ASM settlement (asm.md 8.2 and 8.4) and a decimal oracle, over many cohorts."""

from __future__ import annotations

import time
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.formulas import Evaluation
from corridor.law import RulesInForce, load_rules
from corridor.programs.asm.model import CLINICIANS, SETTLEMENT, SUBMISSIONS
from tests.programs import oracle

YEARS = {2027: 0.09, 2028: 0.09, 2029: 0.10, 2030: 0.11, 2031: 0.12}  # asm.md 1.1


@cache
def force(year: int = 2027, **overrides: Any) -> RulesInForce:
    named = {f"asm.{name}": value for name, value in overrides.items()}
    return load_rules(["asm"], overrides=named).in_force(year)


def settled(scores: Any, paid: Any, year: int = 2027, cohort: Any = None, **overrides: Any) -> Evaluation:
    scores = np.asarray(scores, dtype=np.float64)
    return SETTLEMENT.evaluate(
        {"final_score": scores, "has_zero_score": scores <= 0, "part_b_paid": np.asarray(paid, dtype=float)},
        force(year, **overrides),
        groups={"cohort": np.zeros(len(scores)) if cohort is None else np.asarray(cohort)},
    )


scores_ = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(0.5, 100.0).map(lambda x: round(x, 2))),
        st.floats(1_000, 2_000_000).map(lambda x: round(x, 2)),
    ),
    min_size=1,
    max_size=40,
)


@given(scores_, st.sampled_from(sorted(YEARS)))
@settings(max_examples=150)
def test_the_pool_pays_out_exactly_its_share(cohort: list[tuple[float, float]], year: int) -> None:
    scores, paid = map(np.array, zip(*cohort, strict=True))
    if not (scores > 0).any():
        return
    ev = settled(scores, paid, year)
    total = float((paid * ev["payment_adjustment_factor"]).sum())
    expected = -0.15 * YEARS[year] * float(paid.sum())  # 8.2
    assert total == pytest.approx(expected, rel=1e-9)
    scaled = float((paid * YEARS[year] * ev["transformed_final_score"] * ev["scaling_factor"]).sum())
    assert scaled == pytest.approx(float(ev["incentive_pool"][0]), rel=1e-9)


@given(scores_)
@settings(max_examples=150)
def test_bounds_of_every_cohort(cohort: list[tuple[float, float]]) -> None:
    scores, paid = map(np.array, zip(*cohort, strict=True))
    ev = settled(scores, paid)
    factors = ev["payment_adjustment_factor"]
    assert (factors >= -0.09 - 1e-15).all()
    assert (factors[scores == 0] == -0.09).all()  # none with F = 0 is better than -R
    if (scores > 0).any():
        assert float(ev["scaling_factor"][0]) >= 0.85 - 1e-12  # 8.4
        ceiling = float(ev["ceiling"][0])
        assert (factors <= ceiling + 1e-12).all()
        assert ceiling == pytest.approx(0.09 * (float(ev["scaling_factor"][0]) - 1))
    else:
        assert np.isnan(ev["scaling_factor"]).all()
        assert (factors == -0.09).all()


@given(scores_)
@settings(max_examples=100)
def test_a_higher_score_is_never_paid_less(cohort: list[tuple[float, float]]) -> None:
    scores, paid = map(np.array, zip(*cohort, strict=True))
    factors = settled(scores, paid)["payment_adjustment_factor"][np.argsort(scores, kind="stable")]
    assert (np.diff(factors) >= -1e-12).all()


@given(st.floats(1, 100), st.integers(1, 30))
def test_equal_scores_all_get_minus_fifteen_hundredths_of_the_risk_level(score: float, size: int) -> None:
    ev = settled(np.full(size, score), np.linspace(1e4, 1e6, size))
    assert ev["payment_adjustment_factor"] == pytest.approx(-0.15 * 0.09)
    assert ev["scaling_factor"] == pytest.approx(0.85 / 0.5)  # T = 0.5 at the median


@given(scores_)
@settings(max_examples=100)
def test_the_neutral_score_is_neutral(cohort: list[tuple[float, float]]) -> None:
    scores, paid = map(np.array, zip(*cohort, strict=True))
    ev = settled(scores, paid)
    neutral, scaling = float(ev["neutral_score"][0]), float(ev["scaling_factor"][0])
    if np.isnan(neutral):
        assert np.isnan(scaling) or scaling <= 1
        return
    transformed = 1 / (1 + np.exp(-0.1 * (neutral - float(ev["logistic_midpoint"][0]))))
    assert 0.09 * transformed * scaling - 0.09 == pytest.approx(0, abs=1e-9)


@given(scores_, st.sampled_from(sorted(YEARS)), st.booleans())
@settings(max_examples=100)
def test_every_factor_is_the_decimal_oracles(
    cohort: list[tuple[float, float]], year: int, fixed: bool
) -> None:
    scores, paid = zip(*cohort, strict=True)
    rule = {"logistic_midpoint_rule": "fixed"} if fixed else {}
    ev = settled(scores, paid, year, **rule)
    exact = oracle.settle(
        [Decimal(repr(s)) for s in scores],
        [Decimal(repr(b)) for b in paid],
        Decimal(repr(YEARS[year])),
        midpoint=Decimal(50) if fixed else None,
    )
    assert ev["payment_adjustment_factor"] == pytest.approx([float(f) for f in exact.factors], abs=1e-12)
    if exact.scaling_factor is not None:
        assert float(ev["scaling_factor"][0]) == pytest.approx(float(exact.scaling_factor), rel=1e-12)


def test_a_participant_without_a_score_changes_nothing_for_the_others() -> None:
    alone = settled([80.0, 50.0, 20.0], [1e5, 2e5, 3e5])["payment_adjustment_factor"]
    beside = settled([80.0, 50.0, 20.0, np.nan], [1e5, 2e5, 3e5, 9e9])["payment_adjustment_factor"]
    assert beside[:3].tolist() == alone.tolist()
    assert beside[3] == 0


def test_cohorts_are_settled_apart() -> None:
    both = settled([80.0, 50.0, 70.0, 20.0], [1e5, 2e5, 3e5, 4e5], cohort=["a", "a", "b", "b"])
    one = settled([80.0, 50.0], [1e5, 2e5])
    assert both["payment_adjustment_factor"][:2].tolist() == one["payment_adjustment_factor"].tolist()


def test_zeros_can_be_left_out_of_the_median() -> None:
    assert settled([0.0, 40.0, 60.0], [1, 1, 1])["logistic_midpoint"][0] == 40.0
    assert settled([0.0, 40.0, 60.0], [1, 1, 1], median_includes_zero=False)["logistic_midpoint"][0] == 50.0


def test_the_median_can_be_weighted_by_payments() -> None:
    ev = settled([20.0, 40.0, 60.0], [1, 1, 10], median_weight="part_b_paid")
    assert ev["logistic_midpoint"][0] == 60.0


def test_draws_are_settled_each_by_itself() -> None:
    rng = np.random.default_rng(7)
    scores = rng.uniform(1, 100, (6, 50))
    paid = rng.uniform(1e4, 1e6, 6)
    groups = {"cohort": np.zeros(6)}
    inputs = {"final_score": scores, "has_zero_score": scores <= 0, "part_b_paid": paid}
    ev = SETTLEMENT.evaluate(inputs, force(), groups=groups)
    assert ev["payment_adjustment_factor"].shape == (6, 50)
    single = settled(scores[:, 17], paid)
    assert ev["payment_adjustment_factor"][:, 17] == pytest.approx(
        single["payment_adjustment_factor"], abs=1e-15
    )
    pieces = [
        SETTLEMENT.evaluate(
            {**inputs, "final_score": part, "has_zero_score": part <= 0}, force(), groups=groups
        )
        for part in np.split(scores, 5, axis=1)
    ]
    joined = np.concatenate([piece["dollars"] for piece in pieces], axis=1)
    assert (joined == ev["dollars"]).all()  # draws go in pieces, rows never


def test_a_hundred_thousand_rows_settle_in_well_under_a_second() -> None:
    rng = np.random.default_rng(3)
    n = 100_000
    scores, paid = rng.uniform(0, 100, n), rng.uniform(1e4, 1e6, n)
    cohort = np.where(np.arange(n) % 2 == 0, "heart_failure", "low_back_pain")
    settled(scores[:10], paid[:10])  # the law is read once
    start = time.process_time()
    settled(scores, paid, cohort=cohort)
    assert time.process_time() - start < 0.6


# -- points ------------------------------------------------------------------------------------


def points_of(measure: str, kind: str, rates: list[float]) -> list[float]:
    ev = SUBMISSIONS.evaluate(
        {
            "measure_id": np.full(len(rates), measure, dtype=object),
            "collection_type": np.full(len(rates), kind, dtype=object),
            "rate": np.array(rates), "eligible_cases": 100.0, "data_completeness": 100.0,
            "topped_out": np.nan, "whole_cohort": 0.0,
        },
        force(), groups={"benchmark": np.zeros(len(rates))}, wanted=["achievement_points"],
    )  # fmt: skip
    return [float(x) for x in ev["achievement_points"]]


@pytest.mark.parametrize(
    "row",
    force().rows("asm.quality_benchmark"),
    ids=lambda row: f"{row['measure_id']} {row['collection_type']}",
)
def test_points_of_every_published_benchmark(row: dict[str, Any]) -> None:
    """Every cut point, a little to each side of it, and a grid, against the text of asm.md 3.4."""
    cuts = [row[f"p{n}"] for n in (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99)]
    near = [round(c + d, 4) for c in cuts for d in (-0.01, 0.0, 0.01) if 0 <= round(c + d, 4) <= 100]
    rates = sorted({*near, *(round(x * 0.37, 2) for x in range(271))})
    inverse = row["measure_id"] == "238"
    expected = [float(oracle.percentile_points(rate, cuts, inverse=inverse)) for rate in rates]
    assert points_of(row["measure_id"], row["collection_type"], rates) == pytest.approx(expected, abs=1e-9)


def test_the_law_bands_are_those_the_formulas_count() -> None:
    """The formulas count cut points; the rules spell the bands out: both say the same."""
    bands = force().rows("asm.quality_point_band")
    names = ["p1", *(f"p{n}0" for n in range(1, 10)), "p99"]
    direct = {row["points"]: (row["lower"], row["upper"]) for row in bands if row["direction"] == "direct"}
    inverse = {row["points"]: (row["lower"], row["upper"]) for row in bands if row["direction"] == "inverse"}
    for d in range(1, 10):
        assert direct[d] == (names[d - 1], names[d])
        assert inverse[d] == (names[10 - d], names[11 - d])
    assert direct[10] == ("p90", None)
    assert inverse[10] == (None, "p10")
    levels = [f"p{row['percentile']:g}" for row in force().rows("asm.benchmark_percentile")]
    assert levels == names
    for preset in ("MIPS_7_5", "CENTER_5_5"):
        rows = [row for row in force().rows("asm.cost_point_band") if row["preset"] == preset]
        assert [row["points"] for row in sorted(rows, key=lambda r: r["upper_sd"])] == list(range(10, 0, -1))


def test_enough_reporters_form_their_own_benchmark() -> None:
    """Twenty clinicians of one file: percentiles of their own rates, linear between ranks."""
    rates = np.linspace(50, 88, 20)
    common: dict[str, Any] = {
        "measure_id": np.full(20, "008", dtype=object), "collection_type": np.full(20, "ecqm", dtype=object),
        "eligible_cases": 30.0, "data_completeness": 90.0, "topped_out": np.nan,
    }  # fmt: skip
    groups = {"benchmark": np.zeros(20)}
    ev = SUBMISSIONS.evaluate({**common, "rate": rates, "whole_cohort": 1.0}, force(), groups=groups)
    assert ev["has_own_benchmark"].all()
    assert ev["percentiles"][0] == pytest.approx(
        np.percentile(rates, [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99])
    )
    assert ev["achievement_points"][-1] == 10.0
    assert "asm.quality_benchmark" not in {
        record["rule"] for record in ev.assumptions(["achievement_points"])
    }
    thin = np.where(rates < 51, 0, rates)
    few = SUBMISSIONS.evaluate({**common, "rate": thin, "whole_cohort": 1.0}, force(),
                               groups=groups)  # fmt: skip
    assert not few["has_own_benchmark"].any()  # a rate of 0 does not count: 19 reporters
    national = SUBMISSIONS.evaluate({**common, "rate": rates, "whole_cohort": 0.0}, force(), groups=groups)
    assert not national["has_own_benchmark"].any()


def test_cost_benchmark_of_a_whole_cohort() -> None:
    cost = np.linspace(10_000, 20_000, 21)
    inputs = {"cost_per_episode": cost, "attributed_episodes": 50.0, "whole_cohort": 1.0}
    inputs["cohort"] = np.full(21, "heart_failure", dtype=object)
    groups = {"cohort": np.zeros(21)}
    ev = CLINICIANS.evaluate(inputs, force(), groups=groups, wanted=["cost_points"])
    assert ev["cost_median"][0] == 15_000
    assert ev["cost_standard_deviation"][0] == pytest.approx(np.std(cost))  # population
    assert ev["cost_points"][10] == 7.5
    of_sample = force(cost_standard_deviation="sample")
    sample = CLINICIANS.evaluate(inputs, of_sample, groups=groups, wanted=["cost_points"])
    assert sample["cost_standard_deviation"][0] == pytest.approx(np.std(cost, ddof=1))
