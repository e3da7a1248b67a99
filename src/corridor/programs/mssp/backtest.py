"""How often the interval of a projection holds what the year came to, over years of known truth.

A year is made of people who are there: each of a made-up ACO is drawn from the people of a real or synthetic
one, with the months the person lived through, begun at a month drawn anew, so that no month of the calendar
is dear by chance of one history. A season, a growth drawn around the expected trend, people who come and go,
and payments that lag as the loaded ones do are laid over them. What the year then came to is known; the
projection sees only what was paid by its month, and runs through the same code as a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.programs.mssp.projection import MONTHS
from corridor.programs.mssp.projection_data import Loaded
from corridor.programs.mssp.projection_step import seen

SEASON_SWING = 0.08  # of the made-up years: January so much dearer than the mean month, July so much cheaper
TURNOVER = 0.1  # of the people of a made-up year were not there the year before
DEATHS = 0.04  # of the people of a made-up year die in it, at any time and whatever they cost
NOTHING_LEFT = 1e-9  # of the year: all of it is paid, so that there is no interval to judge
CUT_SHARE = 0.99  # of person-years cost less than the threshold of the made-up years


@dataclass(frozen=True)
class Community:
    """What made-up years are made of.

    dollars  (people, months) what each person's months cost in the end
    lags     share of dollars paid so many months after the month of service
    """

    dollars: Floats
    lags: Floats

    @property
    def threshold(self) -> float:
        """Dollars a year at which a person is cut."""
        whole = self.dollars.shape[1] // MONTHS * MONTHS
        years = self.dollars[:, :whole].reshape(len(self.dollars), -1, MONTHS).sum(axis=2)
        return float(np.quantile(years, CUT_SHARE))


@dataclass(frozen=True)
class Covered:
    """One set of made-up years, all projected as of the same month (1 to 15; above 12: in the run-out)."""

    as_of: int
    years: int
    covered: int
    bias: float  # mean of (projected - true) / true
    width: float  # mean half width of the interval / true


@dataclass(frozen=True)
class Answer:
    """What a back-test found, over all months."""

    level: float
    rows: tuple[Covered, ...]

    @property
    def years(self) -> int:
        return sum(row.years for row in self.rows)

    @property
    def coverage(self) -> float:
        return sum(row.covered for row in self.rows) / self.years

    @property
    def error(self) -> float:
        """Standard error of the coverage, were the level true."""
        return sqrt(self.level * (1 - self.level) / self.years)

    @property
    def errors_off(self) -> float:
        """How many standard errors the coverage is from the level."""
        return (self.coverage - self.level) / self.error


def community_of(one: Loaded) -> Community:
    """The people of an ACO who were there in every month, and how late their claims were paid.

    The newest months, whose payments had no time to arrive, are left out. Raises ValueError where nobody was
    there for two years.
    """
    there = np.flatnonzero(one.counted.any(axis=0))
    months = there[there <= one.last - one.lags + 1]
    whole = one.counted[:, months].all(axis=1)
    if len(months) < 2 * MONTHS or not whole.any() or not len(one.amount):
        raise ValueError("nobody was there for two years")
    first, width = int(months[0]), len(months)
    grown = one.triangle(first, width).sum(axis=0)
    by_lag = np.maximum(np.diff(grown, prepend=0.0), 0)
    everything = np.full(width, one.lags)
    return Community(one.dollars(first, width, everything)[whole], by_lag / by_lag.sum())


def back_test(
    community: Community, force: Any, *, years: int, people: int, as_of: Sequence[int], seed: int,
    told: Callable[[int, int], None] | None = None,
) -> Answer:  # fmt: skip
    """Project ``years`` made-up years of ``people`` people each, in turn as of each month of ``as_of``."""
    trend = {row["quantity"]: float(row["value"]) for row in force.rows("mssp.projection_trend")}
    rng = np.random.default_rng(seed)
    counts = {month: [0, 0, 0.0, 0.0] for month in as_of}
    for number in range(years):
        month = as_of[number % len(as_of)]
        made, truth = made_up(community, rng, people, trend["expected"], trend["deviation"])
        view = seen(made, MONTHS, MONTHS + month - 1, force)
        if view is None:
            continue
        one = view.projected
        if one.deviation <= NOTHING_LEFT * one.per_capita:
            continue
        count = counts[month]
        count[0] += 1
        count[1] += one.low <= truth <= one.high
        count[2] += (one.per_capita - truth) / truth
        count[3] += (one.high - one.low) / (1 + 1) / truth
        if told is not None:
            told(number + 1, years)
    rows = tuple(
        Covered(month, int(n), int(hits), bias / n, width / n)
        for month, (n, hits, bias, width) in counts.items()
        if n
    )
    if not rows:
        raise ValueError("no made-up year could be projected")
    return Answer(force.number("mssp.projection_level"), rows)


def made_up(
    community: Community, rng: np.random.Generator, people: int, expected: float, deviation: float
) -> tuple[Loaded, float]:
    """Two years of made-up people, and what the second truly cost for a person-year, cut at its threshold.

    A row a person: who came is another than who left, and has no months of the year the other was there.
    """
    leavers = rng.binomial(people, TURNOVER)
    held = people + leavers  # the first were there before and leave, the last come
    dollars = _drawn(community, rng, held, 2 * MONTHS)
    season = 1 + SEASON_SWING * np.cos(np.arange(MONTHS) * (np.pi / (MONTHS / 2)))
    growth = 1 + float(rng.normal(expected, deviation))
    dollars *= np.concatenate([season, season * growth])
    there = np.ones(dollars.shape, dtype=np.bool_)
    there[:leavers, MONTHS:] = False
    there[people:, :MONTHS] = False
    there &= _alive(rng, held)
    dollars[~there] = 0
    # the threshold moves with the nation, which grows as expected, whatever this ACO does
    cuts = community.threshold * np.array([1, 1 + expected])
    months = there[:, MONTHS:].sum(axis=1)
    cut = np.minimum(dollars[:, MONTHS:].sum(axis=1), cuts[1] * months / MONTHS)
    truth = float(cut.sum() / months.sum() * MONTHS)
    lag = rng.choice(len(community.lags), size=dollars.shape, p=community.lags)
    row, column = np.nonzero(dollars)
    kind = np.zeros(dollars.shape, dtype=np.uint16)
    kind[:, MONTHS:] = 1
    made = Loaded(
        0, there, kind, cuts, True, row, column, lag[row, column], dollars[row, column],
        len(community.lags), 2 * MONTHS + len(community.lags),
    )  # fmt: skip
    return made, truth


def _alive(rng: np.random.Generator, people: int) -> npt.NDArray[np.bool_]:
    """Months until each person dies, if in these years: (people, 24)."""
    last = rng.integers(0, 2 * MONTHS, people)
    last[rng.random(people) >= 1 - (1 - DEATHS) ** 2] = 2 * MONTHS
    return np.asarray(np.arange(2 * MONTHS) <= last[:, None])


def _drawn(community: Community, rng: np.random.Generator, people: int, months: int) -> Floats:
    """Months in a row of people drawn with replacement, each history begun anywhere and closed to a ring."""
    held, width = community.dollars.shape
    who: npt.NDArray[np.int64] = rng.integers(0, held, people)
    begin: npt.NDArray[np.int64] = rng.integers(0, width, people)
    return np.asarray(community.dollars[who[:, None], (begin[:, None] + np.arange(months)) % width])
