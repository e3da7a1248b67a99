"""What must hold whatever the figures: caps, sides, continuity, rows times draws."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import Rules, load_rules
from corridor.programs.mssp.compute import Settlement, reconcile
from corridor.programs.mssp.model import PROGRAMS

CASES = Path(__file__).parents[2] / "cases" / "mssp"
TRACKS = ("A", "B", "C", "D", "E", "EN")
LOSS_LIMIT = {"C": 0.01, "D": 0.02, "E": 0.04, "EN": 0.15}
PAYMENT_LIMIT = {**dict.fromkeys("ABCDE", 0.1), "EN": 0.2}
MONEY = st.floats(1e6, 2e9)
CENT = 0.01


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(PROGRAMS)


def settled(rules: Rules, year: int = 2026, **inputs: Any) -> Settlement:
    plain = {
        "track": np.array(TRACKS, dtype=object), "assigned_beneficiaries": 12_000,
        "benchmark_expenditure": 1e8, "performance_expenditure": 1e8, "elected_savings_rate": 0.01,
        "quality_standard_met": 1, "quality_score": 0.8, "participant_revenue": 4e7,
        "agreement_start_year": 2024, "revenue_category": "high",
    }  # fmt: skip
    return reconcile({**plain, **inputs}, rules, year)


@settings(max_examples=30)
@given(
    benchmark=MONEY,
    ratio=st.floats(0.3, 2.5),
    size=st.integers(100, 200_000),
    elected=st.sampled_from([0.0, 0.005, 0.01, 0.015, 0.02, float("nan")]),
    score=st.floats(0, 1),
    met=st.sampled_from([0, 1]),
    alternative=st.sampled_from([0, 1]),
    revenue=st.floats(0, 2e9),
    category=st.sampled_from(["low", "high"]),
    start=st.integers(2020, 2026),
    year=st.integers(2022, 2027),
)
def test_caps_and_sides(
    rules: Rules, benchmark: float, ratio: float, size: int, elected: float, score: float, met: int,
    alternative: int, revenue: float, category: str, start: int, year: int,
) -> None:  # fmt: skip
    found = settled(
        rules, year, benchmark_expenditure=benchmark, performance_expenditure=benchmark * ratio,
        assigned_beneficiaries=size, elected_savings_rate=elected, quality_score=score,
        quality_standard_met=met, alternative_standard_met=alternative, participant_revenue=revenue,
        revenue_category=category, agreement_start_year=start,
    )  # fmt: skip
    for row, track in enumerate(TRACKS):
        earned = float(found["earned_savings_or_losses"][row])
        generated = float(found["generated_savings_or_losses"][row])
        assert np.isfinite(earned)
        assert earned <= PAYMENT_LIMIT[track] * benchmark * 0.98 + CENT
        if track in ("A", "B"):
            assert earned >= 0 and generated >= 0
        else:
            assert -earned <= LOSS_LIMIT[track] * benchmark + CENT
        revenue_limit = {"C": 0.02, "D": 0.04, "E": 0.08}.get(track)
        if revenue_limit is not None:
            assert -earned <= revenue_limit * revenue + CENT
        assert earned == 0 or (earned > 0) == (generated > 0)
        assert abs(earned) <= abs(generated) + CENT
        if ratio <= 1:
            assert earned >= 0
        if not met and not alternative:
            assert earned <= 0


@settings(max_examples=15)
@given(benchmark=MONEY, score=st.floats(0, 1), revenue=st.floats(1e5, 1e9))
def test_sharing_is_continuous_at_the_limits(
    rules: Rules, benchmark: float, score: float, revenue: float
) -> None:
    """Where a limit begins to bind, a dollar more of savings or losses moves less than a dollar."""
    first = settled(rules, benchmark_expenditure=benchmark, participant_revenue=revenue, quality_score=score)
    savings = first["payment_limit"] / first["sharing_rate"]
    losses = np.nan_to_num(first["loss_limit"] / first["loss_rate"])
    for edge in (benchmark - savings, benchmark + losses):
        amounts = [
            settled(
                rules, benchmark_expenditure=benchmark, performance_expenditure=edge + step,
                participant_revenue=revenue, quality_score=score, elected_savings_rate=0.0,
                assigned_beneficiaries=100_000,
            )["earned_savings_or_losses"]
            for step in (-1.0, 0.0, 1.0)
        ]  # fmt: skip
        two_sided = np.array([track not in ("A", "B") for track in TRACKS])
        counted = two_sided | (edge < benchmark * 0.97)
        for one, other in pairwise(amounts):
            moved = np.abs(one - other)[counted]
            assert (moved <= 1 + CENT).all()


def test_the_rate_by_size_falls_and_does_not_jump(rules: Rules) -> None:
    steps = np.arange(500, 70_000, 25)  # and every person about the edges of the bands, all of them hundreds
    near = np.add.outer(np.arange(500, 70_000, 500), np.arange(-2, 3)).reshape(-1)
    sizes = np.unique(np.concatenate([steps, near[near >= 500]])).astype(np.float64)
    rate = reconcile(
        {"track": "B", "assigned_beneficiaries": sizes, "benchmark_expenditure": 1e8,
         "performance_expenditure": 1e8, "quality_standard_met": 1},
        rules, 2026,
    )["minimum_savings_rate"]  # fmt: skip
    assert (np.diff(rate) <= 1e-15).all()
    assert (
        np.abs(np.diff(rate)) / np.diff(sizes)
    ).max() < 1e-4  # a person more is at most a hundredth of a percent


@settings(max_examples=15)
@given(better=st.floats(0, 1), worse=st.floats(0, 1), ratio=st.floats(0.8, 1.2))
def test_quality_never_hurts(rules: Rules, better: float, worse: float, ratio: float) -> None:
    high, low = (
        settled(
            rules, performance_expenditure=1e8 * ratio, quality_standard_met=0, alternative_standard_met=1,
            quality_score=score,
        )["earned_savings_or_losses"]
        for score in (max(better, worse), min(better, worse))
    )  # fmt: skip
    assert (high >= low - CENT).all()


def test_draws_are_the_rows_one_by_one(rules: Rules) -> None:
    costs = np.array([[0.9e8, 0.985e8, 1e8, 1.02e8, 1.3e8]])
    together = settled(rules, performance_expenditure=costs)["earned_savings_or_losses"]
    assert together.shape == (6, 5)
    for draw in range(5):
        alone = settled(rules, performance_expenditure=costs[0, draw])["earned_savings_or_losses"]
        assert together[:, draw].tolist() == alone.tolist()


def test_one_scalar_aco(rules: Rules) -> None:
    found = reconcile(
        {"track": "E", "assigned_beneficiaries": 10_000, "benchmark_expenditure": 1e8,
         "performance_expenditure": 97e6, "minimum_savings_election": "variable", "quality_standard_met": 1},
        rules, 2026,
    )  # fmt: skip
    assert float(np.ravel(found["earned_savings_or_losses"])[0]) == pytest.approx(3e6 * 0.5 * 0.98)


def test_proposals_count_only_where_asked_for() -> None:
    """CMS-1848-P: level E shares 60 percent from 2027; law until then, and unless asked, is 50."""
    shares = [
        settled(load_rules(PROGRAMS, proposed=proposed), 2027, performance_expenditure=9e7)["sharing_rate"][4]
        for proposed in (False, True)
    ]
    assert shares == [0.5, 0.6]
    told = settled(load_rules(PROGRAMS, proposed=True), 2027).assumptions()
    assert {"mssp.track"} <= {one["rule"] for one in told if one["status"] == "proposed"}


def test_proposals_of_the_benchmark() -> None:
    """CMS-1848-P: ENHANCED weighs a positive regional adjustment at most 35 percent, prior savings count 75,
    the trend lies between one point below and 1.5 above national growth. In law 50, 50, no bounds."""
    document = yaml.safe_load((CASES / "settle_benchmark.yaml").read_text(encoding="utf-8"))
    words = {"track", "quality_standard_met", "minimum_savings_election", "revenue_category"}
    base = {name: value for name, value in document["base"].items() if name not in words}
    base |= {
        "track": "EN", "quality_standard_met": 1, "elected_savings_rate": 0.02, "regional_times": 4,
        "agreement_start_year": 2027, "agreement_period": 2, "population_adjustment": 0,
        "by1_prior_savings_per_capita": 300, "by2_prior_savings_per_capita": 300,
        "by3_prior_savings_per_capita": 300, "prior_person_years": 1000, "base_person_years": 1000,
    }  # fmt: skip
    law, proposed = (
        reconcile(base, load_rules(PROGRAMS, proposed=asked), 2027).evaluation for asked in (False, True)
    )
    assert [float(np.ravel(one["regional_weight"])[0]) for one in (law, proposed)] == [0.5, 0.35]
    assert [float(np.ravel(one["prior_savings_adjustment"])[0]) for one in (law, proposed)] == [150, 225]
    # ESRD: 1.12 where national growth is 1.06 is at most 1.075; aged: 1.03 where it is 1.05, at least 1.04
    assert np.ravel(law["trend_in_bounds"])[[0, 3]].tolist() == [1.12, 1.03]
    assert np.ravel(proposed["trend_in_bounds"])[[0, 3]] == pytest.approx([1.075, 1.04])
