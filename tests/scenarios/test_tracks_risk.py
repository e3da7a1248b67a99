"""Statistics of draws: against a normal distribution's known values, their errors against replications."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from corridor.scenarios.tracks_risk import Estimate, expected_shortfall, mean, probability, value_at_risk

# Of a standard normal: the 5 percent quantile is -1.6449, the mean below it -phi(1.6449) / 0.05 = -2.0627.
QUANTILE, TAIL = 1.6448536, 2.0627128


def test_of_a_normal_what_tables_say() -> None:
    draws = np.random.default_rng(5).standard_normal(200_000) * 10
    assert value_at_risk(draws, 0.05).value == pytest.approx(
        10 * QUANTILE, abs=4 * value_at_risk(draws, 0.05).error
    )
    found = expected_shortfall(draws, 0.05)
    assert found.value == pytest.approx(10 * TAIL, abs=4 * found.error)
    # 1 / (f sqrt(m)) sqrt(p (1 - p)) with the density 0.10314 / 10 at the quantile
    assert value_at_risk(draws, 0.05).error == pytest.approx(
        math.sqrt(0.05 * 0.95 / 200_000) / 0.010314, rel=0.1
    )


@pytest.mark.parametrize(
    "statistic",
    [
        mean,
        lambda x: probability(x < -1),
        lambda x: value_at_risk(x, 0.05),
        lambda x: expected_shortfall(x, 0.05),
    ],
    ids=["mean", "probability", "value at risk", "tail mean"],
)
def test_the_stated_error_is_how_far_replications_differ(statistic: Callable[..., Estimate]) -> None:
    rng = np.random.default_rng(6)
    found = [statistic(rng.gamma(2, 1, 1_000) - 3) for _ in range(300)]
    between = np.std([one.value for one in found], ddof=1)
    stated = np.mean([one.error for one in found])
    # the deviation of 300 replications is itself sure to 1 / sqrt(600), 4 percent
    assert stated == pytest.approx(between, rel=0.15)


def test_small_cases_by_hand() -> None:
    dollars = np.array([-100.0, -60.0, -20.0, 0.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0])
    # of ten draws the worst fifth are two: the second largest amount owed, and their mean
    assert value_at_risk(dollars, 0.2).value == 60
    assert expected_shortfall(dollars, 0.2).value == 80
    # the worst quarter are two and a half: (100 + 60 + 20 / 2) / 2.5
    assert expected_shortfall(dollars, 0.25).value == pytest.approx(68)
    assert probability(dollars < 0).value == pytest.approx(0.3)
    assert probability(dollars < 0).error == pytest.approx(math.sqrt(0.3 * 0.7 / 10))
    assert mean(dollars).value == pytest.approx(27)


def test_what_never_happened_still_has_an_interval() -> None:
    never = probability(np.zeros(1_000, dtype=bool))
    # Wilson: z^2 / (m + z^2) = 3.8415 / 1003.8415
    assert (never.value, never.error, never.low) == (0, 0, 0)
    assert never.high == pytest.approx(3.8415 / 1003.8415, rel=1e-4)
    always = probability(np.ones(1_000, dtype=bool))
    assert always.low == pytest.approx(1 - 3.8415 / 1003.8415, rel=1e-4) and always.high == 1


def test_one_value_has_no_spread() -> None:
    same = np.full(100, 7.0)
    for found in (mean(same), value_at_risk(same, 0.05), expected_shortfall(same, 0.05)):
        assert abs(found.value) == 7 and found.error == 0
