"""What draws of dollars say of risk: mean, probability, value at risk, tail, each with its standard error.

Losses are negative dollars; value at risk and tail are stated as dollars owed, so that more is worse. The
standard errors say how far the number of draws, and nothing else, blurs a figure. docs/track-choice.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from corridor.formulas.columns import Flags, Floats

WIDTH = 1.959963984540054
"""Standard deviations of a 95 percent interval."""


@dataclass(frozen=True)
class Estimate:
    """A figure of draws, its standard error, and the ends of its 95 percent interval."""

    value: float
    error: float
    low: float
    high: float

    def to_dict(self, name: str) -> dict[str, float]:
        """The figure and its error under their names, for a row."""
        return {name: self.value, f"{name}_error": self.error}


def mean(draws: Floats) -> Estimate:
    """The mean; its error is the deviation of the draws over the square root of their number."""
    value = float(draws.mean())
    error = float(draws.std(ddof=1) / math.sqrt(len(draws))) if len(draws) > 1 else math.nan
    return Estimate(value, error, value - WIDTH * error, value + WIDTH * error)


def probability(happened: Flags) -> Estimate:
    """The share of draws in which something happened; binomial error, Wilson's interval.

    The error is 0 where it never or always happened; the interval still says how often it may.
    """
    count = len(happened)
    share = float(happened.mean())
    error = math.sqrt(share * (1 - share) / count)
    weight = WIDTH**2 / count
    middle = (share + weight / 2) / (1 + weight)
    reach = WIDTH / (1 + weight) * math.sqrt(share * (1 - share) / count + weight / (4 * count))
    low = 0.0 if share == 0 else middle - reach
    return Estimate(share, error, low, 1.0 if share == 1 else middle + reach)


def _owed(dollars: Floats) -> Floats:
    """What is owed, the most first; a nought without a sign."""
    return np.asarray(np.sort(0.0 - dollars)[::-1])


def value_at_risk(dollars: Floats, tail_share: float) -> Estimate:
    """What is owed, or more, in ``tail_share`` of the draws: the smallest of the worst m * share of m draws.

    Its error is half the distance between the order statistics one binomial deviation, sqrt(m p (1 - p)),
    below and above its rank; the interval takes WIDTH of them. No density is estimated.
    """
    owed = _owed(dollars)
    count = len(owed)
    rank = max(math.ceil(count * tail_share - 1e-9), 1)
    step = math.sqrt(count * tail_share * (1 - tail_share))

    def at(place: float) -> float:
        return float(owed[int(np.clip(round(place) - 1, 0, count - 1))])

    return Estimate(
        at(rank), (at(rank - step) - at(rank + step)) / 2, at(rank + WIDTH * step), at(rank - WIDTH * step)
    )


def expected_shortfall(dollars: Floats, tail_share: float) -> Estimate:
    """The mean owed over the worst ``tail_share`` of the draws, also called CVaR; a last draw counts in part.

    Its error: sqrt((v + (1 - p) (CVaR - VaR)^2) / (m p)), v the variance within the worst draws.
    """
    owed = _owed(dollars)
    count = len(owed)
    wanted = max(count * tail_share, 1.0)
    whole = int(wanted + 1e-9)
    part = max(wanted - whole, 0.0) if whole < count else 0.0
    rest = part * owed[whole] if part > 0 else 0.0
    value = float((owed[:whole].sum() + rest) / (whole + part))
    threshold = float(owed[max(math.ceil(wanted - 1e-9), 1) - 1])
    within = float(owed[:whole].var(ddof=1)) if whole > 1 else 0.0
    error = math.sqrt((within + (1 - tail_share) * (value - threshold) ** 2) / wanted)
    return Estimate(value, error, value - WIDTH * error, value + WIDTH * error)
