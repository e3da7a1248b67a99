"""What is still to be paid of past months, and how sure that is: chain ladder with Mack's error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.formulas.columns import Floats


@dataclass(frozen=True)
class Completion:
    """Completion of months of service as of one day.

    factor     (months,) what the dollars paid so far are multiplied by; 1 where all is paid
    completed  (months,) dollars in the end, as expected
    variance   dollars squared, (months, months): covariance of the completed dollars around what they will be
    """

    factor: Floats
    completed: Floats
    variance: Floats


def chain_ladder(cumulative: Floats, observed: Floats) -> Completion:
    """Complete a triangle of payments (Mack, ASTIN Bulletin 23 (1993), "Distribution-free calculation").

    cumulative  (months, lags) dollars paid up to each lag; cells that are not observed yet are not looked at
    observed    (months,) the last lag that is observed of each month, 0 for its own month only
    """
    months, lags = cumulative.shape
    last = np.minimum(np.asarray(observed, dtype=int), lags - 1)
    growth, spread, volume = np.ones(lags - 1), np.zeros(lags - 1), np.zeros(lags - 1)
    for lag in range(lags - 1):
        seen = (last > lag) & (cumulative[:, lag] > 0)
        volume[lag] = float(cumulative[seen, lag].sum())
        if volume[lag] <= 0:
            continue
        growth[lag] = float(cumulative[seen, lag + 1].sum()) / volume[lag]
        if seen.sum() > 1:
            links = cumulative[seen, lag + 1] / cumulative[seen, lag]
            spread[lag] = float((cumulative[seen, lag] * (links - growth[lag]) ** 2).sum()) / (seen.sum() - 1)
    factor = np.array([np.prod(growth[at:]) for at in last])
    paid = cumulative[np.arange(months), last]
    completed = paid * factor
    return Completion(factor, completed, _variance(paid, completed, last, growth, spread, volume))


def _variance(
    paid: Floats, completed: Floats, last: Floats, growth: Floats, spread: Floats, volume: Floats
) -> Floats:
    """Process error of each month, and the error of the factors that months share."""
    months, steps = len(paid), len(growth)
    found = np.zeros((months, months))
    # the error of a factor is shared by all months that still go through it
    shared = np.zeros((months, steps))
    for month in range(months):
        reached = paid[month]
        for lag in range(int(last[month]), steps):
            if volume[lag] > 0 and growth[lag] > 0:
                relative = spread[lag] / growth[lag] ** 2
                if reached > 0:
                    found[month, month] += completed[month] ** 2 * relative / reached
                shared[month, lag] = completed[month] * np.sqrt(relative / volume[lag])
            reached *= growth[lag]
    return np.asarray(found + shared @ shared.T, dtype=np.float64)
