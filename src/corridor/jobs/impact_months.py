"""Which months of service an impact rests on: two years are compared over the calendar months of both."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable

import duckdb

from corridor.errors import CorridorError
from corridor.words import counted


def like_months(
    con: duckdb.DuckDBPyConnection, lines: str, before: int, after: int, every: bool
) -> tuple[list[int], list[str]]:
    """The calendar months that count of two years of service, and what to say of the others.

    ``every``: all months of either year. Raises IMPACT-NO-CLAIMS where the years share no month.
    """
    found = con.execute(
        "select year(service_date), month(service_date), count(*), sum(coalesce(allowed_amount, "
        f"charge_amount)) from {lines} where year(service_date) in (?, ?) group by all order by 1, 2",
        [before, after],
    ).fetchall()
    months = {year: {row[1] for row in found if row[0] == year} for year in (before, after)}
    shared = sorted(months[before] & months[after])
    unlike = [row for row in found if row[1] not in shared]
    if not unlike:
        return shared, []
    said = " and ".join(f"{in_words(months[year])} {year}" for year in (before, after))
    if every:
        return list(range(1, 13)), [
            f"THE MONTHS DIFFER: the claims are of {said}. The volume part holds the months that only one "
            "year has; leave out --all-months to compare the months of both."
        ]
    if not shared:
        raise CorridorError(
            "IMPACT-NO-CLAIMS",
            f"{before} and {after} share no month of service.",
            why=f"The last complete run has claims of {said}.",
            todo="Load more claims and run again, or compare all the same with --all-months.",
            field="--claims-from",
        )
    dollars = sum(row[3] or 0 for row in unlike)
    left = counted(sum(row[2] for row in unlike), "line")
    return shared, [
        f"The claims are of {said}: compared over {in_words(shared)} of both years. "
        f"{left} (${dollars:,.2f} claimed) of months that only one year "
        "has are left out; --all-months takes them."
    ]


def months_of(con: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """The months of service (yyyymm) of the lines of each side; empty where they have no dates."""
    found = con.execute(
        "select distinct side, year(service_date) * 100 + month(service_date) from door.impact_line "
        "where service_date is not null order by all"
    ).fetchall()
    return {
        side: sorted({int(month) for given, month in found if given in (side, "both")})
        for side in ("from", "to")
    }


def months_in_words(months: Iterable[int]) -> str:
    """``January to June 2026`` of 202601 to 202606."""
    years: dict[int, list[int]] = {}
    for month in months:
        years.setdefault(month // 100, []).append(month % 100)
    return ", ".join(f"{in_words(found)} {year}" for year, found in sorted(years.items()))


def in_words(months: Collection[int]) -> str:
    """``January to March, May`` of 1, 2, 3, 5."""
    spans: list[list[int]] = []
    for month in sorted(months):
        if spans and month == spans[-1][-1] + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    name = calendar.month_name
    return ", ".join(name[one[0]] if len(one) == 1 else f"{name[one[0]]} to {name[one[-1]]}" for one in spans)
