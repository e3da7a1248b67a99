"""Futures of an ACO: their moments are those of the method, whether people are resampled or a curve is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from corridor.scenarios.tracks_case import Group, TrackCase, case_of, with_people
from corridor.scenarios.tracks_chance import draw, means, paths, resampled, scores
from tests.scenarios.test_tracks import ROW

DRAWS = 20_000
GAMMA = Group("all", 5_000, 5_000.0, 12_000.0, 20_000.0, 12_000.0)


def people(count: int, seed: int = 7) -> np.ndarray:
    """Person-years and skewed dollars of people, who are fictitious."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.choice([1.0, 1.0, 1.0, 0.5, 0.25], count), rng.lognormal(8.5, 1.3, count)], axis=1)


def case() -> TrackCase:
    return case_of(ROW, 5)


@pytest.mark.parametrize("count", [40, 64, 65, 3_000])
def test_resampled_people_spread_as_a_weighted_mean_does(count: int) -> None:
    both = people(count)
    group = with_people(case(), {"aged_non_dual": both}).groups[0]
    weight, spend = both[:, 0], both[:, 1]
    middle = (weight * spend).sum() / weight.sum()
    # of a ratio of sums: sum (w (x - r))^2 / (sum w)^2
    error = math.sqrt((weight**2 * (spend - middle) ** 2).sum()) / weight.sum()
    found = resampled(group, np.random.default_rng(8), DRAWS)
    assert found.mean() == pytest.approx(
        middle, abs=5 * error / math.sqrt(DRAWS) + 0.02 * error * (count < 100) * 5
    )
    assert found.std() == pytest.approx(error, rel=0.04 if count > 100 else 0.12)


def test_few_people_are_resampled_exactly() -> None:
    group = with_people(case(), {"esrd": np.array([[1.0, 10.0], [1.0, 20.0], [1.0, 60.0]])}).groups[0]
    found = resampled(group, np.random.default_rng(9), DRAWS)
    # three people drawn three times: the mean is 10 only where the first comes thrice, once in 27
    assert set(np.round(found, 6)) <= {round(s / 3, 6) for s in (30, 40, 50, 60, 80, 90, 100, 130, 140, 180)}
    assert (found == 10).mean() == pytest.approx(1 / 27, abs=0.005)


def test_a_curve_has_the_mean_and_error_of_its_people() -> None:
    found = resampled(GAMMA, np.random.default_rng(10), DRAWS)
    error = 20_000 / math.sqrt(5_000)
    assert found.mean() == pytest.approx(12_000, abs=5 * error / math.sqrt(DRAWS))
    assert found.std() == pytest.approx(error, rel=0.03)
    # the skewness of a gamma with this spread, 2 x 20,000 / 12,000, over the root of the people
    skew = (((found - found.mean()) / found.std()) ** 3).mean()
    assert skew == pytest.approx(2 * 20 / 12 / math.sqrt(5_000), abs=0.06)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_a_year_differs_from_the_baseline_by_both_their_errors(correlation: float) -> None:
    found = means(GAMMA, np.random.default_rng(11), 3, DRAWS, correlation)
    for year in (1, 2, 3):
        # var(e_k - e_0) = 2 s^2 / n (1 - r^k)
        expected = math.sqrt(2 * 20_000**2 / 5_000 * (1 - correlation**year))
        assert found[year - 1].std() == pytest.approx(expected, rel=0.04)
    assert found.mean() == pytest.approx(12_000, rel=0.001)


def test_trends_compound_about_their_mean() -> None:
    normal = np.random.default_rng(12).standard_normal((4, DRAWS))
    found = paths(normal, 0.05, 0.02)
    assert found.mean(axis=1) == pytest.approx([1.05**k for k in (1, 2, 3, 4)], rel=0.002)
    assert np.log(found[3]).std() == pytest.approx(0.02 * 2, rel=0.03)
    assert np.allclose(paths(normal, 0.05, 0.0), np.cumprod(np.full((4, 1), 1.05), axis=0))


def test_quality_stays_between_nothing_and_one() -> None:
    found = scores(np.random.default_rng(13), 0.9, 0.08, (2, DRAWS))
    assert found.min() >= 0 and found.max() <= 1
    assert found.mean() == pytest.approx(0.9, abs=0.002) and found.std() == pytest.approx(0.08, rel=0.03)
    assert (scores(np.random.default_rng(13), 0.9, 0.0, (2, 3)) == 0.9).all()


def test_trends_move_together_as_stated() -> None:
    still = replace(case(), groups=(replace(GAMMA, deviation=0.0),), trend_correlation=0.8)
    found = draw(still, DRAWS)
    both = np.corrcoef(np.log(found.expenditure[0]), np.log(found.benchmark[0]))[0, 1]
    assert both == pytest.approx(0.8, abs=0.02)


def test_types_are_weighted_by_person_years() -> None:
    kidney = replace(GAMMA, enrollment_type="esrd", person_years=100.0, mean=90_000.0, deviation=0.0)
    dual = replace(GAMMA, enrollment_type="aged_dual", person_years=900.0, mean=15_000.0, deviation=0.0)
    groups = (kidney, dual)
    still = replace(case(), groups=groups, expenditure_trend=0.0, expenditure_trend_sd=0.0)
    # (100 x 90,000 + 900 x 15,000) / 1,000
    assert draw(still, 4).expenditure == pytest.approx(np.full((5, 4), 22_500.0))


@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_the_band_of_a_year_to_come_covers_it_as_often_as_it_says(kept: float) -> None:
    # people with a part of their cost that stays and one that does not; the truth is another year of them
    rng, replications, people_of = np.random.default_rng(14), 600, 300
    covered = []
    for _ in range(replications):
        stays = rng.gamma(2, 1, people_of) * math.sqrt(kept)
        first, second = (stays + rng.gamma(2, 1, people_of) * math.sqrt(1 - kept) for _ in range(2))
        group = Group("all", people_of, float(people_of), float(first.mean()), float(first.std()), 1.0)
        low, high = np.quantile(means(group, rng, 1, 400, kept)[0], [0.1, 0.9])
        covered.append(low <= second.mean() <= high)
    share = float(np.mean(covered))
    print(f"coverage {share:.3f} of 0.800 over {replications} replications")
    assert abs(share - 0.8) < 3 * math.sqrt(0.8 * 0.2 / replications)
