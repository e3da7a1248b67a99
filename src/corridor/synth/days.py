"""The period of a community in day numbers (days since 1970-01-01), and dates as text.

Every date of the synthesis is an integer day number; text is made once, by table, when a record is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
NEVER = 200_000
"""A day after every other (in the year 2517): no death, no end."""


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def month_start(year: int, month: int) -> int:
    """The first day of a month; ``month`` may run over 12 or under 1."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return day_number(date(year, month, 1))


@dataclass(frozen=True)
class Period:
    """The months whose services the community holds, first to last, both whole."""

    first_year: int
    first_month: int
    months: int

    @cached_property
    def start(self) -> int:
        """Day number of the first day."""
        return month_start(self.first_year, self.first_month)

    @cached_property
    def end(self) -> int:
        """Day number of the last day."""
        return month_start(self.first_year, self.first_month + self.months) - 1

    @cached_property
    def days(self) -> int:
        """How many days the period has."""
        return self.end - self.start + 1

    @cached_property
    def last_year(self) -> int:
        """The calendar year of the last day."""
        return self.first_year + (self.first_month + self.months - 2) // 12

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The calendar years it touches."""
        return tuple(range(self.first_year, self.last_year + 1))

    @cached_property
    def full_years(self) -> tuple[int, ...]:
        """The calendar years it holds whole."""
        return tuple(
            year for year in self.years if month_start(year, 1) >= self.start and year_end(year) <= self.end
        )

    def file_day(self, months_after: int) -> int:
        """The day a delivery is made: the 20th of a month, ``months_after`` the last of the period."""
        return month_start(self.first_year, self.first_month + self.months - 1 + months_after) + 19


def year_end(year: int) -> int:
    """Day number of 31 December."""
    return month_start(year + 1, 1) - 1


def iso(day: int) -> str:
    """A day number as YYYY-MM-DD; empty for NEVER."""
    return "" if day >= NEVER else str(np.datetime64(int(day), "D"))


def year_of(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """The calendar year of each day."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def month_of(day: NDArray[np.int64]) -> NDArray[np.int64]:
    """The month of each day as months since January of the year 0."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def date_bytes(first: int, last: int) -> NDArray[np.uint8]:
    """A table of dates as text, shape (last - first + 2, 10); the last row is blank, for -1."""
    days = np.arange(first, last + 1).astype("datetime64[D]")
    text = np.datetime_as_string(days).astype("S10")
    table = np.full((len(days) + 1, 10), ord(" "), dtype=np.uint8)
    table[:-1] = text.view(np.uint8).reshape(len(days), 10)
    return table
