"""Quantiles of Student's distribution, for intervals around small samples."""

from __future__ import annotations

import math


def student_quantile(share: float, degrees_of_freedom: int) -> float:
    """The value below which ``share`` (over a half) of the distribution lies, by bisection."""
    low, high = 0.0, 1.0
    while _below(high, degrees_of_freedom) < share:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _below(middle, degrees_of_freedom) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(value: float, free: int) -> float:
    """The share of the distribution below a value of zero or more, for whole degrees of freedom.

    Abramowitz and Stegun 26.7.3 and 26.7.4: with angle = atan(value / sqrt(free)), the share between -value
    and value is a finite sum of powers of its cosine.
    """
    angle = math.atan2(value, math.sqrt(free))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    if free == 1:
        return 0.5 + angle / math.pi
    if free % 2:
        term = total = math.cos(angle)
        for power in range(3, free - 1, 2):
            term *= square * (power - 1) / power
            total += term
        return 0.5 + (angle + sine * total) / math.pi
    term = total = 1.0
    for power in range(2, free - 1, 2):
        term *= square * (power - 1) / power
        total += term
    return 0.5 + sine * total / 2
