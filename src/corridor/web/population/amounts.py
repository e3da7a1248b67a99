"""Means with their interval, and cells of tables, as every page of this area shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corridor.reports.views.page import Cell, amount_cell, text_cell
from corridor.reports.words import SMALLEST_CELL, dollars, people, plain, real, share, whole

NORMAL = 1.96
"""Standard errors on either side that hold 19 in 20 by chance."""
MONTHS = 12


@dataclass(frozen=True)
class Mean:
    """A mean with the interval it may lie in by chance."""

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> Mean:
        """The same in another unit."""
        return Mean(self.value * factor, self.low * factor, self.high * factor)

    @property
    def error(self) -> float:
        """The standard error."""
        return (self.high - self.low) / (2 * NORMAL)

    def apart(self, other: Mean) -> bool:
        """Whether two means differ by more than chance explains."""
        return abs(self.value - other.value) > NORMAL * math.hypot(self.error, other.error)


def simple_mean(count: float, total: float, squared: float) -> Mean | None:
    """Mean of ``count`` values of which sum and sum of squares are known."""
    if count < 2:
        return None
    mean = total / count
    variance = max(squared - count * mean * mean, 0.0) / (count - 1)
    reach = NORMAL * math.sqrt(variance / count)
    return Mean(mean, mean - reach, mean + reach)


def ratio_mean(
    people_count: float, total: float, squared: float, size: float, crossed: float, size_squared: float
) -> Mean | None:
    """The ratio of two sums over people (dollars to months), with the interval of a ratio estimator:
    variance = n / (n - 1) x sum (y - r d)^2 / (sum d)^2.
    """
    if people_count < 2 or size <= 0:
        return None
    ratio = total / size
    spread = max(squared - 2 * ratio * crossed + ratio * ratio * size_squared, 0.0)
    reach = NORMAL * math.sqrt(people_count / (people_count - 1) * spread) / size
    return Mean(ratio, ratio - reach, ratio + reach)


def money(value: Any, *, signed: bool = False, toned: bool = False) -> Cell:
    """Dollars of a table, to the dollar."""
    amount = real(value)
    return amount_cell(dollars(amount, signed=signed), amount, toned=toned)


def heads(value: Any) -> Cell:
    """A count of people, suppressed under the cell-size policy; it sorts as it reads."""
    count = real(value)
    return amount_cell(people(value), 1.0 if count is not None and 0 < count < SMALLEST_CELL else count)


def count_cell(value: Any) -> Cell:
    """A count that needs no suppression."""
    return amount_cell(whole(value), real(value))


def part(value: Any, digits: int = 1, *, signed: bool = False, toned: bool = False) -> Cell:
    """A share."""
    amount = real(value)
    return amount_cell(share(amount, digits, signed=signed), amount, toned=toned)


def decimal(value: Any, digits: int = 1) -> Cell:
    """A number with decimals."""
    amount = real(value)
    return amount_cell(plain(amount, digits), amount)


def few(count: Any) -> bool:
    """Whether a figure rests on too few people to be shown."""
    number = real(count)
    return number is not None and 0 < number < SMALLEST_CELL


def hidden_too(counts: Sequence[Any], patients: bool) -> set[int]:
    """Places of groups that are not shown: those of few people, and where they are few together, so that
    they could be
    worked out from the total, the next smallest too. Whoever works with patients sees them one by one anyway.
    """
    numbers = [real(count) or 0.0 for count in counts]
    hidden = {place for place, count in enumerate(numbers) if few(count)}
    if hidden and not patients and few(sum(numbers[place] for place in hidden)):
        rest = [place for place, count in enumerate(numbers) if place not in hidden and count > 0]
        if rest:
            hidden.add(min(rest, key=lambda place: numbers[place]))
    return hidden


def hidden_by_kind(kinds: Sequence[Any], counts: Sequence[Any], patients: bool) -> set[int]:
    """The same where not only the total of all is told, but also that of each kind."""
    hidden: set[int] = set()
    for kind in set(kinds):
        places = [place for place, one in enumerate(kinds) if one == kind]
        hidden |= {places[found] for found in hidden_too([counts[place] for place in places], patients)}
    together = sum(real(counts[place]) or 0.0 for place in hidden)
    return hidden | hidden_too(counts, patients) if few(together) else hidden


def heads_unless(hidden: bool, count: Any) -> Cell:
    """A count, suppressed where it is small, and not shown where it would give away another that is."""
    return HIDDEN if hidden and not few(count) else heads(count)


HIDDEN = Cell("not shown", None)
SMALL = Cell("<11", 1.0)


def if_enough(count: Any, cell: Cell) -> Cell:
    """The cell, or what is said where it rests on too few people."""
    return HIDDEN if few(count) else cell


def unless(hidden: bool, *cells: Cell) -> list[Cell]:
    """The cells, or for each of them what is said in its place."""
    return [HIDDEN] * len(cells) if hidden else list(cells)


def span(mean: Mean | None, digits: int = 0) -> Cell:
    """Both ends of an interval."""
    if mean is None:
        return text_cell(None)
    words = (
        (dollars(mean.low), dollars(mean.high))
        if digits == 0
        else (plain(mean.low, digits), plain(mean.high, digits))
    )
    return Cell(f"{words[0]} to {words[1]}", mean.low)


def span_share(count: float, of: float) -> tuple[float, float]:
    """The interval of a share by Wilson: sensible also where it is near nothing or all."""
    if of <= 0:
        return 0.0, 1.0
    rate, square = count / of, NORMAL * NORMAL
    middle = (rate + square / (2 * of)) / (1 + square / of)
    reach = NORMAL / (1 + square / of) * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
