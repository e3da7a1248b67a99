"""Lines in pieces that one law and one edition serve: one schedule period, whole days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

CHUNK_ROWS = 500_000
"""Lines of one piece: enough to be worth its joins, few enough that the memory of one serves the next.
A day is never cut."""


@dataclass(frozen=True)
class Chunk:
    """Some lines: the law that serves them (any day of the period stands for all), and how to select them.

    statuses   whether some of them are of qualifying participants, and some of others: a practice may hold
               both, and what is ranked within the practice is ranked across them
    """

    day: date
    statuses: frozenset[bool]
    rows: str


def chunks(
    con: duckdb.DuckDBPyConnection, requests: str, changes: Sequence[date], size: int = CHUNK_ROWS
) -> Iterator[Chunk]:
    """The pieces of a request table; lines without a date are in none of them."""
    counted = con.execute(
        f"select schedule_date, coalesce(qp, false), coalesce(service_date, schedule_date), count(*) "
        f"from {requests} where schedule_date is not null group by all"
    ).fetchall()
    groups: dict[tuple[int, int], dict[date, int]] = {}
    first: dict[tuple[int, int], tuple[date, date]] = {}
    # a plain column lets the engine pass over what holds no line of the span
    every_service_is_dated = not con.execute(
        f"select count(*) from {requests} where schedule_date is not null and service_date is null"
    ).fetchall()[0][0]
    service_day = (
        "request.service_date"
        if every_service_is_dated
        else "coalesce(request.service_date, request.schedule_date)"
    )
    statuses: dict[tuple[int, int], set[bool]] = {}
    for schedule, qp, service, rows in counted:
        key = (schedule.year, bisect_right(changes, schedule))
        statuses.setdefault(key, set()).add(bool(qp))
        days = groups.setdefault(key, {})
        days[service] = days.get(service, 0) + rows
        low, high = first.get(key, (schedule, schedule))
        first[key] = (min(low, schedule), max(high, schedule))
    for key in sorted(groups):
        low, high = first[key]
        own = f"request.schedule_date between date '{low}' and date '{high}'"
        for start, end in _spans(groups[key], size):
            span = f"{service_day} between date '{start}' and date '{end}'"
            yield Chunk(low, frozenset(statuses[key]), f"{own} and {span}")


def _spans(days: dict[date, int], size: int) -> Iterator[tuple[date, date]]:
    """Consecutive days of service of about so many lines together."""
    start: date | None = None
    last = start
    held = 0
    for day in sorted(days):
        if start is not None and last is not None and held + days[day] > size:
            yield start, last
            start, held = None, 0
        start = start or day
        last = day
        held += days[day]
    if start is not None and last is not None:
        yield start, last
