"""Linear scales with ticks at round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass


def nice_step(span: float, wanted: int) -> float:
    """The step 1, 2, 2.5 or 5 times a power of ten that cuts `span` into about `wanted` parts."""
    if span <= 0 or wanted < 1:
        return 1.0
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if raw <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers that cover low to high, ends included; zero is exact."""
    if high < low:
        low, high = high, low
    if high == low:
        high = low + 1.0
    step = nice_step(high - low, wanted)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(index * step, 10) + 0.0 for index in range(first, last + 1)]


@dataclass(frozen=True)
class Linear:
    """Maps low..high to start..end; end may be smaller than start (a vertical axis)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = 0.0 if span == 0 else (value - self.low) / span
        return self.start + share * (self.end - self.start)

    def inside(self, value: float) -> float:
        """The position of value, held within the ends."""
        low, high = sorted((self.start, self.end))
        return min(high, max(low, self(value)))
