"""What chance does to an ACO over an agreement: people, trend, risk scores, quality, drawn with one seed.

Every track and election is settled on the same draws, so that two of them differ by their terms alone.
Methods in words and symbols: docs/track-choice.md.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.scenarios.tracks_case import Group, TrackCase

SEED = 20270101
# Resampled people are counted by cell: this many of equal number, and as many again within the last of them.
CELLS = 32
PIECE = 4_000
THREADS = 2
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Futures:
    """Draws of an agreement. Every array is (years, draws).

    benchmark    dollars a person-year before the risk ratio, of the mix of types
    expenditure  dollars a person-year
    risk         risk ratio of the performance year to the last base year, before its cap
    quality      quality score, a fraction
    growth       expenditure of the year over that of the baseline, by trend alone: what revenue follows
    """

    benchmark: Floats
    expenditure: Floats
    risk: Floats
    quality: Floats
    growth: Floats

    @property
    def draws(self) -> int:
        return int(self.benchmark.shape[1])


def draw(case: TrackCase, draws: int, seed: int = SEED) -> Futures:
    """Futures of the case: (years, draws) of each quantity; the same seed gives the same futures."""
    roots = np.random.SeedSequence(seed).spawn(1 + len(case.groups))
    rng = np.random.default_rng(roots[0])
    size = (case.years, draws)
    common, own = rng.standard_normal(size), rng.standard_normal(size)
    correlated = case.trend_correlation * common + np.sqrt(1 - case.trend_correlation**2) * own
    growth = paths(common, case.expenditure_trend, case.expenditure_trend_sd)
    update = paths(correlated, case.benchmark_trend, case.benchmark_trend_sd)
    risk = paths(rng.standard_normal(size), case.risk_trend, case.risk_trend_sd)
    quality = scores(rng, case.quality_score, case.quality_score_sd, size)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(
            pool.map(
                lambda one: means(
                    one[0], np.random.default_rng(one[1]), case.years, draws, case.expenditure_correlation
                ),
                zip(case.groups, roots[1:], strict=True),
            )
        )
    weights = [group.person_years for group in case.groups]
    before = sum(w * group.benchmark for w, group in zip(weights, case.groups, strict=True)) / sum(weights)
    spend = sum((w * one for w, one in zip(weights, found, strict=True)), np.zeros(size)) / sum(weights)
    return Futures(before * update, spend * growth, risk, quality, growth)


def paths(normal: Floats, trend: float, deviation: float) -> Floats:
    """Products of yearly growth, lognormal about 1 + trend: the mean after k years is (1 + trend)^k."""
    logs = np.log1p(trend) - deviation**2 / 2 + deviation * normal
    return np.asarray(np.exp(np.cumsum(logs, axis=0)))


def scores(rng: np.random.Generator, middle: float, deviation: float, size: tuple[int, int]) -> Floats:
    """Quality scores: a beta distribution of this mean and deviation, each year by itself."""
    if deviation == 0 or middle in (0.0, 1.0):
        return np.full(size, middle)
    both = middle * (1 - middle) / deviation**2 - 1
    return np.asarray(rng.beta(middle * both, (1 - middle) * both, size))


def means(group: Group, rng: np.random.Generator, years: int, draws: int, correlation: float) -> Floats:
    """Mean cost of the people of a type in each year, as another year of as many people would come out.

    The baseline mean was itself drawn from people: e_0 is its error, e_k that of year k, correlated from year
    to year; given the baseline, year k differs from it by e_k - e_0.
    """
    errors = resampled(group, rng, (years + 1) * draws).reshape(years + 1, draws) - group.mean
    kept = np.sqrt(1 - correlation**2)
    for year in range(1, years + 1):
        errors[year] = correlation * errors[year - 1] + kept * errors[year]
    return np.asarray(np.maximum(group.mean + errors[1:] - errors[0], 0))


def resampled(group: Group, rng: np.random.Generator, count: int) -> Floats:
    """Means of as many people as there are: of the people themselves, or of a gamma by mean and deviation."""
    if group.spend is not None and group.weight is not None:
        return _bootstrap(group.spend, group.weight, rng, count)
    if group.deviation == 0 or group.mean == 0:
        return np.full(count, group.mean)
    # a sum of n gammas of one scale is a gamma: the mean of n keeps the skewness of people
    shape = group.people * (group.mean / group.deviation) ** 2
    return np.asarray(rng.gamma(shape, group.mean / shape, count))


def _bootstrap(spend: Floats, weight: Floats, rng: np.random.Generator, count: int) -> Floats:
    """Weighted means of resampled people.

    Counts of people by cell are multinomial; within a cell the people drawn vary as many draws of them would
    (normal, with the cell's own variance). Where each person is a cell, this is the bootstrap itself.
    """
    people = len(spend)
    middle = float((spend * weight).sum() / weight.sum())
    places = _cells(np.argsort(spend, kind="stable"), people)
    size = np.bincount(places)
    paid = np.bincount(places, spend * weight) / size
    years = np.bincount(places, weight) / size
    left = spend * weight - middle * weight
    centre = np.bincount(places, left) / size
    spread = np.bincount(places, (left - centre[places]) ** 2) / size
    found = np.empty(count)
    for start in range(0, count, PIECE):
        stop = min(start + PIECE, count)
        drawn = rng.multinomial(people, size / people, stop - start)
        noise = np.sqrt(drawn @ spread) * rng.standard_normal(stop - start)
        found[start:stop] = (drawn @ paid + noise) / (drawn @ years)
    return found


def _cells(order: Places, people: int) -> Places:
    """The cell of each person: cells of equal number, the last of them, who cost most, cut once more."""
    places = np.empty(people, dtype=np.int64)
    rank = np.arange(people)
    if people <= 2 * CELLS:
        places[order] = rank
        return places
    cell = rank * CELLS // people
    top = cell == CELLS - 1
    within = rank[top] - rank[top][0]
    cell[top] = CELLS - 1 + within * min(CELLS, len(within)) // len(within)
    places[order] = cell
    return places
