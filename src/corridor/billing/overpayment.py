"""Overpayments: the clocks of 42 CFR 401.305, samples of claim lines, and what a sample says of them all.

Plain functions over plain values. The state of a case is kept by ``corridor.jobs.overpayment``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Any

from corridor.billing.student import student_quantile
from corridor.errors import CorridorError

Unit = Mapping[str, Any]
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Clock:
    """The clock of one case.

    identified        the day the overpayment was identified
    return_days       days from there to report and return; ``investigation_days``: the longest suspension
    begun, concluded  of a good-faith investigation of related overpayments; None while there is none
    """

    identified: date
    return_days: int
    investigation_days: int
    begun: date | None = None
    concluded: date | None = None

    @property
    def suspended_until(self) -> date | None:
        """The day a suspension ends at the latest: the investigation's end, or the limit from identification.

        None where nothing is suspended: no investigation, none allowed, or one begun after the deadline.
        """
        if self.begun is None or not self.investigation_days:
            return None
        if self.begun > self.identified + timedelta(self.return_days):
            return None
        limit = self.identified + timedelta(self.investigation_days)
        end = limit if self.concluded is None else min(self.concluded, limit)
        return end if end > self.begun else None

    @property
    def deadline(self) -> date:
        """The day by which the overpayment is reported and returned: days used before a suspension count."""
        until = self.suspended_until
        if until is None or self.begun is None:
            return self.identified + timedelta(self.return_days)
        used = max((self.begun - self.identified).days, 0)
        return until + timedelta(self.return_days - used)

    def phase(self, today: date) -> str:
        """'suspended', 'running' or 'overdue' on a day."""
        until = self.suspended_until
        if until is not None and self.begun is not None and self.begun <= today <= until:
            return "suspended"
        return "overdue" if today > self.deadline else "running"


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 28 February for a 29th that is not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=day.day - 1)


# ---- samples ---------------------------------------------------------------------------------------


def draw_sample(frame: Sequence[Unit], size: int, seed: int, stratify: str | None) -> list[dict[str, Any]]:
    """``size`` units of a frame, each with its ``stratum``; the same frame, size and seed give the same ones.

    Simple random without replacement; with ``stratify`` (a column) from each of its values in proportion, at
    least two of each or all there are. The frame is taken in the order of its claim lines, so that the order
    in which it was read does not matter. Raises OVERPAYMENT-SAMPLE-SIZE.
    """
    ordered = sorted(
        frame, key=lambda unit: tuple(str(unit[name]) for name in ("source_id", "claim_id", "line"))
    )
    if not 1 < size <= len(ordered):
        raise CorridorError(
            "OVERPAYMENT-SAMPLE-SIZE",
            f"A sample of {size:,} cannot be drawn from {len(ordered):,} claim lines.",
            why="A variance needs two units at least, and none is drawn twice.",
            todo="Name another --size; few lines are better reviewed all.",
            field="--size",
        )
    groups: dict[str, list[Unit]] = {}
    for unit in ordered:
        groups.setdefault(str(unit[stratify]) if stratify else "all", []).append(unit)
    draws = random.Random(seed)
    drawn = []
    for stratum, size_of in _allocation({name: len(units) for name, units in groups.items()}, size).items():
        chosen = sorted(draws.sample(range(len(groups[stratum])), size_of))
        drawn += [{**groups[stratum][place], "stratum": stratum} for place in chosen]
    return drawn


def _allocation(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum: in proportion by largest remainder, then at least two or all there are."""
    total = sum(sizes.values())
    shares = {name: size * count / total for name, count in sorted(sizes.items())}
    given = {name: math.floor(share) for name, share in shares.items()}
    rest = size - sum(given.values())
    for name in sorted(shares, key=lambda one: (given[one] - shares[one], one))[:rest]:
        given[name] += 1
    return {name: min(max(given[name], 2), sizes[name]) for name in sorted(sizes)}


# ---- extrapolation ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """What a sample says of the frame, in dollars.

    point            sum over strata of N times the mean overpayment of the sample
    standard_error   root of the sum of N squared (1 - n/N) s squared / n
    low, high        the two-sided interval; one_sided_low: the lower limit at the same confidence, one-sided
    found            what the sample itself was overpaid: no limit is set below it
    """

    units: int
    sampled: int
    degrees_of_freedom: int
    point: Decimal
    standard_error: float
    quantile: float
    low: Decimal
    high: Decimal
    one_sided_low: Decimal
    found: Decimal
    strata: tuple[Mapping[str, Any], ...]

    def amount(self, which: str) -> Decimal:
        """The figure to return: two_sided_lower_limit, one_sided_lower_limit or point_estimate."""
        return {
            "two_sided_lower_limit": self.low,
            "one_sided_lower_limit": self.one_sided_low,
            "point_estimate": self.point,
        }[which]


def estimate(
    sizes: Mapping[str, int], sample: Mapping[str, Sequence[Decimal]], confidence: float, quantile: str
) -> Estimate:
    """Extrapolate reviewed overpayments.

    sizes       units of the frame by stratum
    sample      reviewed overpayments of the units drawn, in dollars, by stratum
    confidence  of the interval; quantile: 'student' (n - 1 degrees of freedom a stratum) or 'normal'

    A stratum reviewed whole adds no error. Raises OVERPAYMENT-SAMPLE where one of several units has fewer
    than two reviewed.
    """
    point, variance, free = Decimal(0), 0.0, 0
    strata = []
    for name in sorted(sizes):
        count, values = sizes[name], list(sample.get(name, ()))
        size = len(values)
        if size < min(count, 2) or size > count:
            raise CorridorError(
                "OVERPAYMENT-SAMPLE",
                f"Of stratum {name} {size:,} of {count:,} claim lines are reviewed.",
                why="Its spread cannot be told from fewer than two.",
                todo="Draw a sample with `corridor overpayment sample` and review all of it.",
            )
        mean = sum(values, Decimal(0)) / size
        spread = float(sum(((value - mean) ** 2 for value in values), Decimal(0)))
        own = 0.0
        if size < count:
            own = count**2 * (1 - size / count) * spread / (size - 1) / size
            free += size - 1
        point += count * mean
        variance += own
        strata.append(
            {"stratum": name, "units": count, "sampled": size, "mean": mean, "standard_error": math.sqrt(own)}
        )
    error = math.sqrt(variance)
    both, one = (_quantile(1 - (1 - confidence) / sides, free, quantile) for sides in (2, 1))
    found = sum((value for values in sample.values() for value in values), Decimal(0))

    def limit(times: float) -> Decimal:
        return _cents(max(point + Decimal(str(times * error)), found))

    return Estimate(
        sum(sizes.values()),
        sum(len(values) for values in sample.values()),
        free,
        _cents(point),
        error,
        both,
        limit(-both),
        limit(both),
        limit(-one),
        _cents(found),
        tuple(strata),
    )


def _quantile(share: float, free: int, kind: str) -> float:
    if not free:
        return 0.0  # everything was reviewed: nothing is left to chance
    return NormalDist().inv_cdf(share) if kind == "normal" else student_quantile(share, free)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
