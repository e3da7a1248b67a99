"""Quarters of dispensing, written 2026Q1."""

from __future__ import annotations

from datetime import date, timedelta

MONTHS_OF_QUARTER = 3


def first_of(quarter: str) -> date:
    """The first day of a quarter written 2026Q1."""
    return date(int(quarter[:4]), (int(quarter[-1]) - 1) * MONTHS_OF_QUARTER + 1, 1)


def last_of(quarter: str) -> date:
    """The last day of a quarter."""
    following = f"{int(quarter[:4]) + 1}Q1" if quarter[-1] == "4" else f"{quarter[:-1]}{int(quarter[-1]) + 1}"
    return first_of(following) - timedelta(days=1)
