"""How much of a year the claims of a run cover."""

from __future__ import annotations

from datetime import date

from corridor.web.workbench import Workbench

PERIOD = "claims.period"
MONTHS = 12  # of a year


def months_loaded(bench: Workbench, year: int) -> int:
    """Months of the year that some source's claims cover; a whole year where the run does not say.

    A date of the load tells nothing of anybody, so it is read for every account alike.
    """
    whole = bench.whole()
    if not whole.has(PERIOD):
        return MONTHS
    days: list[tuple[date, date]] = [
        (row["first_day"], row["last_day"])
        for row in whole.query(f"select first_day, last_day from {PERIOD}")
    ]
    covered = {
        month
        for month in range(year * MONTHS, (year + 1) * MONTHS)
        for first, last in days
        if first.year * MONTHS + first.month - 1 <= month <= last.year * MONTHS + last.month - 1
    }
    return len(covered) or MONTHS
