"""Reliability by the method of moments: a case by hand, and a simulation that gives back what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.measures.reliability import between_variance, dispersion, percentiles, shrink

ONE_GROUP = np.zeros(3, dtype=np.int64)


def test_between_variance_by_hand() -> None:
    # ratios 0.5, 1, 1.5 with chance variance 0.1 each: w = 10; mean 1
    # Q = 10 x (0.25 + 0 + 0.25) = 5; degrees 3 - 1 = 2; scale 30 - 300/30 = 20; tau2 = (5 - 2) / 20 = 0.15
    tau2 = between_variance(np.array([0.5, 1.0, 1.5]), np.full(3, 10.0), ONE_GROUP)
    assert tau2 == pytest.approx(0.15)


def test_shrinkage_by_hand() -> None:
    # phi 1 and 10 expected each give the chance variance 0.1 of the case above
    found = shrink(np.array([5.0, 10.0, 15.0]), np.full(3, 10.0), 1.0, ONE_GROUP)
    assert found.between == pytest.approx(0.15)
    assert found.reliability == pytest.approx(np.full(3, 0.15 / 0.25))  # 0.6
    assert found.shrunken == pytest.approx([1 - 0.6 * 0.5, 1.0, 1 + 0.6 * 0.5])
    # of the entity 0.6 x 0.1; of the mean 0.4 squared / (3 / 0.25)
    assert found.deviation == pytest.approx(np.full(3, np.sqrt(0.06 + 0.16 / 12)))


def test_what_chance_explains_is_shrunk_whole() -> None:
    found = shrink(np.array([9.0, 10.0, 11.0]), np.full(3, 10.0), 1.0, ONE_GROUP)
    # Q = 10 x 0.02 = 0.2 is less than its 2 degrees: nothing is told apart
    assert found.between == 0.0
    assert found.shrunken == pytest.approx(np.ones(3))
    # what is left is the doubt about the mean: 30 expected in all
    assert found.deviation == pytest.approx(np.full(3, np.sqrt(1 / 30)))


def test_groups_are_drawn_to_their_own_means() -> None:
    group = np.array([0, 0, 1, 1])
    found = shrink(np.array([50.0, 70.0, 150.0, 130.0]), np.full(4, 100.0), 1.0, group)
    assert found.peer_mean == pytest.approx([0.6, 0.6, 1.4, 1.4])
    # Q = 100 x 4 x 0.01 = 4, degrees 4 - 2 = 2, scale 2 x (200 - 100) = 200: tau2 0.01, reliability 0.5
    assert found.reliability == pytest.approx(np.full(4, 0.5))


def test_nothing_expected_is_no_answer() -> None:
    found = shrink(np.array([0.0, 3.0]), np.array([0.0, 2.0]), 1.0, np.array([0, 0]))
    assert np.isnan(found.ratio[0]) and np.isnan(found.shrunken[0])
    assert found.ratio[1] == 1.5
    empty = shrink(np.array([]), np.array([]), 1.0, np.array([], dtype=np.int64))
    assert empty.ratio.size == 0


def test_dispersion_is_squared_difference_for_each_unit_expected() -> None:
    # two people, 1 and 0 events where 0.25 are expected of each: (0.5625 + 0.0625) / 0.5
    assert dispersion(np.array([0.5625, 0.0625]), np.array([0.25, 0.25])) == pytest.approx(1.25)
    assert dispersion(np.array([]), np.array([])) == 0.0


def test_a_simulation_gives_back_the_planted_reliability() -> None:
    draw = np.random.default_rng(20260101)
    entities, people, rate, tau = 400, 120, 0.25, 0.3
    truth = draw.gamma(1 / tau**2, tau**2, entities)  # mean 1, variance 0.09
    events = draw.poisson(truth[:, None] * rate, (entities, people))
    expected = np.full(entities, people * rate)  # 30 each
    phi = dispersion(((events - rate) ** 2).sum(axis=1).astype(float), expected)
    found = shrink(events.sum(axis=1).astype(float), expected, phi, np.zeros(entities, dtype=np.int64))
    planted = tau**2 / (tau**2 + 1 / 30)  # 0.73
    assert found.between == pytest.approx(tau**2, rel=0.2)
    assert float(found.reliability.mean()) == pytest.approx(planted, abs=0.05)
    # reliability is what a ratio shares with the truth: the squared correlation of the two
    shared = float(np.corrcoef(truth, found.ratio)[0, 1] ** 2)
    assert float(found.reliability.mean()) == pytest.approx(shared, abs=0.06)
    # shrunken ratios are nearer the truth than the ratios, and their intervals hold it as often as they say
    assert ((found.shrunken - truth) ** 2).mean() < ((found.ratio - truth) ** 2).mean()
    inside = np.abs(found.shrunken - truth) <= 1.959964 * found.deviation
    assert inside.mean() == pytest.approx(0.95, abs=0.03)


def test_where_all_are_alike_small_panels_are_not_called_outliers() -> None:
    draw = np.random.default_rng(7)
    expected = np.full(500, 2.0)  # eight people each
    observed = draw.poisson(expected).astype(float)
    found = shrink(observed, expected, 1.0, np.zeros(500, dtype=np.int64))
    low, high = found.shrunken - 1.959964 * found.deviation, found.shrunken + 1.959964 * found.deviation
    assert found.ratio.max() >= 2.5  # by chance alone some have more than twice what is expected
    assert not ((low > 1) | (high < 1)).any()


def test_percentiles_leave_out_who_is_not_ranked() -> None:
    values = np.array([0.9, 1.1, 1.1, 2.0, 5.0])
    ranked = np.array([True, True, True, True, False])
    found = percentiles(values, np.zeros(5, dtype=np.int64), ranked)
    # of three others: none below; one below and one tie; the same; three below
    assert found[:4] == pytest.approx([0.0, 50.0, 50.0, 100.0])
    assert np.isnan(found[4])
    alone = percentiles(np.array([1.0]), np.array([0]), np.array([True]))
    assert np.isnan(alone[0])
