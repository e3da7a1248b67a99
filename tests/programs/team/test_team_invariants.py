"""What holds of every reconciliation: within its limits, and prices that follow their discount."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.programs.team.model import HOSPITALS, LINES

FORCE = load_rules(["team"]).in_force(2027)
HOSPITAL = dict.fromkeys(HOSPITALS.inputs(), np.nan)
LINE = dict.fromkeys(LINES.inputs(), np.nan)
MONEY = st.floats(-1e7, 1e7, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(MONEY, st.floats(1, 1e7), st.floats(0, 100), st.sampled_from([1, 2, 3]), st.floats(0, 1e6))
def test_within_the_limits_of_the_track(
    pooled: float, target: float, score: float, track: int, after: float
) -> None:
    inputs = {
        **HOSPITAL,
        "track": float(track),
        "target_total": target,
        "reconciliation_amount": pooled,
        "composite_quality_score": score,
        "post_episode_amount": after,
    }
    found = HOSPITALS.evaluate(inputs, FORCE, wanted=["final_amount"])
    gain, loss = float(found["stop_gain"]), float(found["stop_loss"])
    limited, final = float(found["limited_amount"]), float(found["final_amount"])
    assert -loss <= limited <= gain
    # quality never raises a gain, never deepens a loss
    assert float(found["quality_adjusted_amount"]) <= max(pooled, 0) + 1e-9
    assert float(found["quality_adjusted_amount"]) >= min(pooled, 0) - 1e-9
    if track == 1:
        assert final >= 0
    else:  # post-episode spending is outside the limits, and nothing else is
        assert abs(final - (limited - after)) <= 0.005 + 1e-9


@settings(max_examples=12, deadline=None)
@given(st.floats(1, 1e6), st.floats(0.5, 2), st.floats(0.5, 2), st.sampled_from(["lejr", "cabg"]))
def test_price_moves_one_to_one_with_its_discount(
    base: float, trend: float, norm: float, category: str
) -> None:
    inputs = {
        **LINE,
        "category": category,
        "benchmark": base,
        "prospective_trend": trend,
        "prospective_normalization": norm,
        "risk_multiplier": 1.1,
        "normalization_ratio": 1.0,
        "trend_ratio": 1.0,
        "episodes": 7.0,
    }
    found = LINES.evaluate(inputs, FORCE, wanted=["line_target"])
    discount = float(found["discount"])
    undiscounted = base * trend * norm
    assert np.isclose(float(found["preliminary_target_price"]), undiscounted * (1 - discount))
    assert np.isclose(float(found["line_target"]), undiscounted * (1 - discount) * 1.1 * 7)


def test_a_share_of_the_price_for_each_share_of_discount() -> None:
    table = [{"category": "lejr", "discount": 0.03}, {"category": "cabg", "discount": 0.015}]
    inputs = {**LINE, "category": np.array(["lejr"], dtype=object), "benchmark": np.array([20000.0])}
    inputs |= {"prospective_trend": np.array([1.0]), "prospective_normalization": np.array([1.0])}
    before = LINES.evaluate(inputs, FORCE, wanted=["preliminary_target_price"])["preliminary_target_price"][0]
    moved = load_rules(["team"], overrides={"team.discount": table}).in_force(2027)
    # one hundredth more of discount is one hundredth of the price before discount: 200 dollars
    after = LINES.evaluate(inputs, moved, wanted=["preliminary_target_price"])["preliminary_target_price"][0]
    assert np.isclose(before - after, 200)
