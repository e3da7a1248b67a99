"""What a reader of a run must know before its figures: tables not installed, claims seen twice, odd dates."""

from __future__ import annotations

import itertools
from datetime import date

from corridor.engine.runs import Run
from corridor.words import counted

# A service date this long after the newest file of its source is a slip of the pen, not a late claim.
_MONTHS_AHEAD = 1
# Sources that share fewer lines than this share of the smaller one merely look alike.
_SHARED_LINES = 0.01


def run_warnings(run: Run) -> list[str]:
    """The warnings of a complete run, one sentence or two each; empty where nothing is odd."""
    found = []
    if run.has("population.risk_score") and not _any(run, "population.risk_score"):
        found.append(
            "No risk scores: the CMS-HCC tables of the payment year are not installed, so nothing is "
            "adjusted for risk. Install them with `corridor reference add FOLDER` and run again."
        )
    if run.has("claims.quality_count"):
        found += _dates_ahead(run)
    if run.has("claims.medical_claim"):
        found += _seen_twice(run)
    return found


def _any(run: Run, table: str) -> bool:
    return bool(run.query(f"select 1 from {table} limit 1"))


def _dates_ahead(run: Run) -> list[str]:
    """Lines dated after today's month: they stretch the months that member months are counted over."""
    today = date.today()
    first_wrong = (today.year * 12 + today.month - 1) + _MONTHS_AHEAD
    year, month = divmod(first_wrong, 12)
    rows = run.query(
        "select source_id, sum(lines) as lines, max(last_service_date) as last_day from claims.quality_count "
        "where last_service_date >= ? group by source_id order by source_id",
        [date(year, month + 1, 1)],
    )
    return [
        f"{counted(int(row['lines']), 'line')} of {row['source_id']} {'is' if row['lines'] == 1 else 'are'} "
        f"in months with service dates up to {row['last_day']}, which is still to come: "
        "member months are counted up to then. "
        "Correct the dates at the source, or take them out."
        for row in rows
    ]


def _seen_twice(run: Run) -> list[str]:
    """Two sources that hold the same services of the same people: their dollars count twice."""
    sizes = {
        str(row["source_id"]): int(row["lines"])
        for row in run.query(
            "select source_id, count(*) as lines from claims.medical_claim group by source_id order by 1"
        )
    }
    found = []
    for first, second in itertools.combinations(sizes, 2):
        (row,) = run.query(
            """
            with one as (
                select source_id, person_id, claim_start_date, coalesce(hcpcs_code, '') as code,
                    coalesce(rendering_npi, facility_npi, '') as npi, paid_amount
                from claims.medical_claim where source_id in (?, ?) and paid_amount > 0
            )
            select count(*) as both_sides from (
                select 1 from one group by person_id, claim_start_date, code, npi, paid_amount
                having count(distinct source_id) > 1
            )""",
            [first, second],
        )
        shared = int(row["both_sides"])
        if shared > _SHARED_LINES * min(sizes[first], sizes[second]):
            found.append(
                f"{first} and {second} share {shared:,} services (same person, day, code, clinician and "
                "amount): what both hold counts twice. Take one source's folders out of deliveries/ in the "
                "warehouse and run again."
            )
    return found
