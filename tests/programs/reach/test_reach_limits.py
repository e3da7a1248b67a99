"""Caps and limits of ACO REACH and LEAD hold whatever goes in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.programs.lead.benchmark import benchmark_adjustment, guarded_prospective_trend, risk_ratio
from corridor.programs.reach.benchmark import limited_regional_effect
from corridor.programs.reach.quality import quality_score
from corridor.programs.reach.risk import capped_risk_score, growth_limited_risk_score

SCORE = st.floats(0.1, 5)
SHARE = st.floats(0, 0.2)
MONEY = st.floats(0, 2000)


@settings(max_examples=50, deadline=None)
@given(SCORE, SCORE, SHARE, SHARE)
def test_risk_scores_stay_within_their_caps(
    score: float, reference: float, cap: float, growth: float
) -> None:
    capped = capped_risk_score("claims", np.array(score), np.array(reference), cap, np.array(0.0))
    assert reference * (1 - cap) - 1e-9 <= capped <= reference * (1 + cap) + 1e-9
    for free in (("voluntary_new", reference, 0.0), ("claims", np.nan, 0.0), ("claims", reference, 1.0)):
        assert capped_risk_score(free[0], np.array(score), np.array(free[1]), cap, np.array(free[2])) == score
    parts = np.array(score), np.array(growth), np.array(1.0), np.array(reference)
    limited = growth_limited_risk_score("standard", *parts)
    # no floor: growth is limited, a fall is not
    assert limited <= score and limited == pytest.approx(min(score, reference * (1 + growth)))


@settings(max_examples=50, deadline=None)
@given(st.floats(-500, 500), SHARE, SHARE, MONEY)
def test_the_effect_of_the_region_stays_within_floor_and_ceiling(
    effect: float, floor: float, ceiling: float, uspcc: float
) -> None:
    found = limited_regional_effect(np.array(effect), floor, ceiling, uspcc)
    assert -floor * uspcc - 1e-9 <= found <= ceiling * uspcc + 1e-9
    assert effect * found >= 0


@settings(max_examples=50, deadline=None)
@given(MONEY, MONEY, SHARE, MONEY, SCORE, SCORE)
def test_adjustments_and_growth_of_lead_stay_within_their_caps(
    region: float, savings: float, cap: float, uspcc: float, score: float, base: float
) -> None:
    found = benchmark_adjustment(np.array(region), np.array(savings), cap, uspcc)
    assert 0 <= found <= cap * uspcc + 1e-9
    assert 1 - cap - 1e-9 <= risk_ratio(np.array(score), base, cap) <= 1 + cap + 1e-9
    guarded = guarded_prospective_trend(np.array(score), np.array(base), cap, cap)
    assert base - cap - 1e-9 <= guarded <= base + cap + 1e-9


@given(SHARE, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_a_quality_score_is_never_above_one(equity: float, initial: float, gateway: float) -> None:
    assert 0 <= quality_score(np.array(initial), np.array(gateway), np.array(equity)) <= 1
