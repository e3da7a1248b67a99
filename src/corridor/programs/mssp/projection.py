"""The year-end expenditure of an ACO, from the months there are, with an interval.

The remaining months are last year's same months, carried forward by the growth from last year to this one.
That growth has two witnesses: the months of this year against the same months of last year, and the trend one
expected beforehand. Each counts by how sure it is (credibility). Seasons and the way that people reach the
truncation threshold late in a year are those of last year's same months.

How sure the whole is comes from the people themselves: how much they differ, how much the months of one
person go together within a year and from one year to the next, how far claims still to come may go, and how
far the trend may be off.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats

MONTHS = 12


@dataclass(frozen=True)
class Stretch:
    """A stretch of months: each person's dollars, capped and completed, and months that count."""

    amount: Floats
    months: Floats


@dataclass(frozen=True)
class Experience:
    """People of an ACO, last year and this year so far; the people stand in one order in every stretch.

    last            last year's months that are the same as those seen of this year
    rest            last year's other months
    now             this year's months seen
    so_far          how many months of this year are seen
    paid_variance   dollars squared: how far the completed dollars of this year so far may be off in sum
    months_to_come  member months expected in the rest of the year
    """

    last: Stretch
    rest: Stretch
    now: Stretch
    so_far: int
    paid_variance: float
    months_to_come: float

    @classmethod
    def by_month(
        cls, prior: Floats, prior_months: Floats, current: Floats, current_months: Floats,
        paid_variance: float, months_to_come: float,
    ) -> Experience:  # fmt: skip
        """From dollars and months laid out as (people, months): twelve of last year, of this those seen."""
        so_far = current.shape[1]
        return cls(
            stretch(prior[:, :so_far], prior_months[:, :so_far]),
            stretch(prior[:, so_far:], prior_months[:, so_far:]),
            stretch(current, current_months), so_far, paid_variance, months_to_come,
        )  # fmt: skip


def stretch(dollars: Floats, months: npt.NDArray[Any]) -> Stretch:
    """Of dollars and months laid out as (people, months)."""
    return Stretch(dollars.sum(axis=1), months.sum(axis=1, dtype=np.float64))


@dataclass(frozen=True)
class Trend:
    """Growth of dollars a member month from last year to this one, as expected beforehand: fractions."""

    expected: float
    deviation: float


@dataclass(frozen=True)
class Projected:
    """Dollars for each beneficiary and year at year end.

    deviation     standard error of ``per_capita``
    growth        growth used, a fraction; ``observed_growth`` that of this year's months, ``credibility`` its
                  weight
    parts         variance of ``per_capita`` by cause: people, claims to come, trend
    """

    per_capita: float
    deviation: float
    low: float
    high: float
    growth: float
    observed_growth: float | None
    credibility: float
    to_date: float
    parts: dict[str, float]


@dataclass(frozen=True)
class _Block:
    """A stretch of months: dollars a member month, member months, each person's distance from that."""

    rate: float
    months: float
    residual: Floats


def project(experience: Experience, trend: Trend, level: float) -> Projected:
    """Project the year; ``level`` is that of the interval, 0.9 for 90 percent.

    Last year must have member months in the months to come (else the season is not known: ValueError).
    """
    so_far = experience.so_far
    last, rest, now = _block(experience.last), _block(experience.rest), _block(experience.now)
    to_come = experience.months_to_come if so_far < MONTHS else 0.0
    if to_come > 0 and rest.months <= 0:
        raise ValueError("no member months of last year in the months to come")
    expected = 1 + trend.expected
    observed = now.rate / last.rate if last.rate > 0 and now.months > 0 else None
    weight, pulls = 0.0, (0.0, 0.0)
    if observed is not None:
        pulls = (1 / (now.months * last.rate), -observed / (last.months * last.rate))
        noise = _squared(pulls[0] * now.residual + pulls[1] * last.residual)
        noise += experience.paid_variance * pulls[0] ** 2
        weight = trend.deviation**2 / (trend.deviation**2 + noise) if noise + trend.deviation**2 > 0 else 0.0
    growth = weight * (observed or 0) + (1 - weight) * expected
    future = rest.rate * growth
    months = now.months + to_come
    per_capita = MONTHS * (now.rate * now.months + future * to_come) / months if months > 0 else float("nan")
    scale = MONTHS / months if months > 0 else float("nan")
    gain = rest.rate * weight
    people = (to_come * scale) ** 2 * _people(last, rest, now, so_far, growth, gain, pulls, to_come)
    unpaid = (scale * (1 + to_come * gain * pulls[0])) ** 2 * experience.paid_variance
    drift = (to_come * scale * rest.rate * (1 - weight) * trend.deviation) ** 2
    deviation = float(np.sqrt(people + unpaid + drift))
    reach = NormalDist().inv_cdf((1 + level) / 2) * deviation
    return Projected(
        per_capita, deviation, per_capita - reach, per_capita + reach, growth - 1,
        None if observed is None else observed - 1, weight, now.rate * MONTHS,
        {"people": people, "claims_to_come": unpaid, "trend": drift},
    )  # fmt: skip


def _block(of: Stretch) -> _Block:
    total = float(of.months.sum())
    rate = float(of.amount.sum()) / total if total > 0 else 0.0
    return _Block(rate, total, np.asarray(of.amount - rate * of.months, dtype=np.float64))


def _squared(residual: Floats) -> float:
    people = int(np.count_nonzero(residual))
    return float(residual @ residual) * (people / (people - 1) if people > 1 else 1.0)


def _people(
    last: _Block, rest: _Block, now: _Block, so_far: int, growth: float, gain: float,
    pulls: tuple[float, float], to_come: float,
) -> float:  # fmt: skip
    """Variance of (projected - actual) dollars a member month to come, for who these people happen to be.

    The error is, person by person, growth x last year's rest + gain x (the pull of this year so far and of
    last year's same months) - what the person will cost. The last is not known yet: its spread and how it
    goes with this year so far are those of last year's rest with last year's same months; how it goes with
    last year is, month for month, how this year so far goes with last year.
    """
    if to_come <= 0:
        return 0.0
    known = (
        growth / rest.months * rest.residual
        + gain * pulls[0] * now.residual
        + gain * pulls[1] * last.residual
    )
    share = to_come / rest.months  # how many more or fewer there will be than last year
    spread = growth**2 * _squared(rest.residual) * share
    with_now = growth**2 * float(rest.residual @ last.residual) * share if so_far else 0.0
    left = MONTHS - so_far
    month_pair = float(now.residual @ (last.residual + rest.residual)) / (so_far * MONTHS) if so_far else 0.0
    month_pair *= growth / (now.rate / last.rate) if so_far and last.rate > 0 and now.rate > 0 else 1.0
    with_rest, with_last = month_pair * left * left * share, month_pair * left * so_far * share
    mixed = (
        growth / rest.months * with_rest + gain * pulls[0] * with_now + gain * pulls[1] * with_last
    ) / to_come
    return max(_squared(known) + spread / to_come**2 - 2 * mixed, 0.0)
