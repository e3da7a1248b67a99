"""The projection of a year: exact where nothing is uncertain, by hand where little is, and its back-test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.mssp.backtest import Community, back_test, community_of, made_up
from corridor.programs.mssp.completion import chain_ladder
from corridor.programs.mssp.projection import Experience, Trend, project
from corridor.programs.mssp.projection_data import Loaded
from corridor.programs.mssp.projection_step import seen

FORCE = load_rules(["mssp", "population"]).in_force(2026)
NINETY = 0.9


def alike(people: int, prior: list[float], current: list[float]) -> Experience:
    """People who all cost the same."""
    ones = np.ones((people, len(current)))
    return Experience.by_month(
        np.tile(prior, (people, 1)), np.ones((people, 12)), np.tile(current, (people, 1)), ones, 0.0,
        people * (12 - len(current)),
    )  # fmt: skip


def test_people_who_are_alike_grow_as_seen() -> None:
    # 100 a month last year, 110 in three months of this: nothing varies, so the growth seen counts whole
    found = project(alike(20, [100.0] * 12, [110.0] * 3), Trend(0.04, 0.02), NINETY)
    assert found.credibility == pytest.approx(1)
    assert found.per_capita == pytest.approx(1320)
    assert found.deviation == pytest.approx(0, abs=1e-9)


def test_before_the_first_month_the_expected_trend_counts() -> None:
    found = project(alike(20, [100.0] * 12, []), Trend(0.04, 0.02), NINETY)
    assert found.per_capita == pytest.approx(1248)
    # nothing but the trend is uncertain: 2 percent of 1,200; nine of ten lie within 1.6449 deviations
    assert found.deviation == pytest.approx(24)
    assert found.high - found.per_capita == pytest.approx(1.6448536 * 24, abs=1e-4)


def test_the_season_is_last_years() -> None:
    # January costs twice a month of the rest; this January is 5 percent up
    prior = [200.0] + [100.0] * 11
    found = project(alike(5, prior, [210.0]), Trend(0.0, 0.02), NINETY)
    assert found.per_capita == pytest.approx(1300 * 1.05)


def test_credibility_by_hand() -> None:
    # two people, one month seen: 100 each last year; 80 and 120 in this January
    ones = np.ones((2, 12))
    experience = Experience.by_month(
        ones * 100, ones, np.array([[80.0], [120.0]]), np.ones((2, 1)), 0.0, 22.0
    )
    found = project(experience, Trend(0.1, 0.05), NINETY)
    # growth seen 1.0, its variance: (20^2 + 20^2) x 2 / (2 x 100)^2 = 0.04; credibility .0025 / .0425
    weight = 0.0025 / 0.0425
    assert found.credibility == pytest.approx(weight)
    assert found.growth == pytest.approx((1 - weight) * 0.1)
    assert found.per_capita == pytest.approx(100 + 1100 * (1 + (1 - weight) * 0.1))


def test_a_year_that_is_over_is_what_it_cost() -> None:
    rng = np.random.default_rng(0)
    dollars, ones = rng.gamma(0.3, 500, (50, 12)), np.ones((50, 12))
    found = project(
        Experience.by_month(dollars, ones, dollars * 1.2, ones, 0.0, 0.0), Trend(0.04, 0.02), NINETY
    )
    assert found.per_capita == pytest.approx(dollars.sum() * 1.2 / 50)
    assert (found.deviation, found.low) == (0, found.high)


def test_the_chain_ladder_by_hand() -> None:
    # paid in the month 100 and 200, then 150 in all of the first: the second is completed by 150 / 100
    found = chain_ladder(np.array([[100.0, 150.0], [200.0, 0.0]]), np.array([1, 0]))
    assert list(found.completed) == [150, 300]
    assert list(found.factor) == [1, 1.5]


def test_macks_error_by_hand() -> None:
    # links 2 and 1 of 100 dollars each: factor 1.5; sigma^2 = (100 x .5^2 + 100 x .5^2) / 1 = 50
    triangle = np.array([[100.0, 200.0], [100.0, 100.0], [100.0, 0.0]])
    found = chain_ladder(triangle, np.array([1, 1, 0]))
    # 150^2 x 50 / 1.5^2 x (1 / 100 + 1 / 200) = 7,500
    assert found.variance[2, 2] == pytest.approx(7500)
    assert found.variance[0, 0] == 0


def test_what_is_not_paid_yet_is_not_looked_at() -> None:
    """Payments after the month of the projection change nothing."""
    rng = np.random.default_rng(1)
    made, _ = made_up(small(), rng, 60, 0.04, 0.02)
    early = seen(made, 12, 17, FORCE)
    later = replace(made, amount=np.where(made.column + made.lag > 17, 7, 1) * made.amount)
    again = seen(later, 12, 17, FORCE)
    assert early is not None and again is not None
    assert again.projected.per_capita == pytest.approx(early.projected.per_capita)
    assert again.paid == pytest.approx(early.paid)


def test_the_year_is_cut_at_the_threshold() -> None:
    # one person of 100,000 dollars in February, nine of 100 a month; cut at 12,000: (12,000 + 9 x 1,200) / 10
    dollars = np.full((10, 24), 100.0)
    dollars[0] = 0
    dollars[0, [1, 13]] = 100_000
    one = Loaded.of_cube(2025, np.ones((10, 24)), np.full((10, 24), 12_000.0), True, dollars[:, :, None], 24)
    whole = seen(one, 12, 23, FORCE)
    assert whole is not None and whole.projected.per_capita == pytest.approx(2280)


def small() -> Community:
    """People of very different cost, the same person alike from month to month; half is paid a month late."""
    rng = np.random.default_rng(7)
    frail = rng.gamma(0.6, 1 / 0.6, (300, 1))
    dollars = frail * 800 * rng.gamma(0.15, 1 / 0.15, (300, 36))
    return Community(dollars, np.array([0.5, 0.35, 0.1, 0.05]))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    answer = back_test(small(), FORCE, years=240, people=1500, as_of=(3, 6, 9), seed=11)
    assert answer.years == 240
    assert abs(answer.errors_off) < 3, answer


def test_a_community_leaves_out_months_that_are_not_all_paid() -> None:
    paid = np.ones((4, 36, 3))
    one = Loaded.of_cube(2024, np.ones((4, 36)), np.full((4, 36), 1e9), True, paid, 35)
    assert community_of(one).dollars.shape == (4, 34)
    with pytest.raises(ValueError, match="two years"):
        community_of(Loaded.of_cube(2024, np.ones((4, 12)), np.ones((4, 12)), True, paid[:, :12], 11))


def test_the_truth_of_a_made_up_year_is_of_those_who_were_there_in_it() -> None:
    """Every month a hundred dollars, nobody cut: 1,200 a person-year, whoever came, left or died."""
    flat = Community(np.full((30, 36), 100.0), np.array([1.0]))
    rng = np.random.default_rng(3)
    made, truth = made_up(flat, rng, 500, 0.0, 0.0)
    # the made-up threshold is the whole cost of all: the season moves it by month, not by year
    assert truth == pytest.approx(1200, rel=0.01)
    before, after = made.counted[:, :12].any(axis=1), made.counted[:, 12:].any(axis=1)
    assert (before & ~made.counted[:, 12]).sum() > 20 and (after & ~before).sum() > 20
    assert 450 < after.sum() <= 500
    # a month that does not count costs nothing
    assert made.counted[made.row, made.column].all()
    # somebody dies in the year
    assert (made.counted[:, 12] & ~made.counted[:, 23]).any()


def test_a_year_with_nothing_left_to_pay_is_not_judged() -> None:
    with pytest.raises(ValueError, match="no made-up year"):
        back_test(small(), FORCE, years=4, people=60, as_of=(15,), seed=2)
