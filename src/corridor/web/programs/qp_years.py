"""What the views of QP status share: the years of the run, the one asked for, and what is said of it."""

from __future__ import annotations

from typing import Any

from corridor.jobs.qp import hint
from corridor.reports.views.page import Figure
from corridor.reports.words import counted, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.shape import Ask
from corridor.web.viewer import Viewer

STATUSES = ("qp", "partial_qp", "none", "unknown")
WORDS = {
    "qp": "qualifying participant",
    "partial_qp": "partial qualifying participant",
    "none": "not qualifying",
    "unknown": "not known",
}
BY_YEAR = """
select performance_year, payment_year, count(distinct npi) as clinicians, sum(worth) as worth,
       sum(incentive_worth) as incentive, sum(conversion_factor_worth) as factor, sum(dollars) as dollars,
       sum(part_b_paid) as paid, max(best_payment_score) as best_payment, max(best_patient_score) as
           best_patient,
       count(distinct npi) filter (where status = 'qp') as qp,
       count(distinct npi) filter (where status = 'partial_qp') as partial_qp,
       count(distinct npi) filter (where status = 'none') as none,
       count(distinct npi) filter (where status = 'unknown') as unknown
from qp.status group by performance_year, payment_year order by performance_year
"""


def years(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """The years of the run, with how many have which status and what it would be worth."""
    return visit.bench.made(viewer, "qp years", lambda: viewer.query(BY_YEAR))


def chosen(visit: Visit, viewer: Viewer, ask: Ask) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The year asked for; else the latest whose worth is known, else the latest."""
    rows = years(visit, viewer)
    if not rows:
        return None, rows
    known = [row for row in rows if row["worth"] is not None]
    return next((row for row in rows if row["performance_year"] == ask.year), (known or rows)[-1]), rows


def choices(rows: list[dict[str, Any]], row: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The years to choose from."""
    return [(str(one["performance_year"]), str(one["performance_year"]), one is row) for one in rows]


def _all(clinicians: int) -> str:
    return "the one clinician" if clinicians == 1 else f"all {clinicians:,} clinicians"


def said(row: dict[str, Any]) -> str:
    """The statuses of a year in a sentence."""
    parts = [f"{row[key]:,} {WORDS[key]}" for key in STATUSES if row[key]]
    year, paid = row["performance_year"], row["payment_year"]
    if row["unknown"] == row["clinicians"]:
        return f"The QP status of {_all(row['clinicians'])} is not known for {year} (paid in {paid})" + (
            f"; being one would be worth {short_dollars(row['worth'])} together" if row["worth"] else ""
        )
    return f"Of {counted(row['clinicians'], 'clinician')} in {year}: {', '.join(parts)}"


def figures_of(row: dict[str, Any]) -> list[Figure]:
    """What the status would be worth, and how many have it."""
    figures = []
    if row["worth"] is not None:
        figures.append(
            Figure(
                short_dollars(row["worth"]),
                f"worth of QP status in {row['payment_year']}, all clinicians",
                f"{short_dollars(row['incentive'])} lump sum, {short_dollars(row['factor'])} higher "
                "conversion factor",
            )
        )
    else:
        figures.append(
            Figure(
                "not known",
                f"worth in {row['payment_year']}",
                "no lump sum is enacted or found for that year",
            )
        )
    figures.append(
        Figure(
            f"{row['qp']:,} of {row['clinicians']:,}",
            "qualifying participants",
            f"{row['partial_qp']:,} partial, {row['unknown']:,} not known",
        )
    )
    return figures


def hints(visit: Visit, viewer: Viewer, year: int) -> list[str]:
    """What to say in the settings where nothing loaded says it."""

    def made() -> list[str]:
        reasons = viewer.query(
            "select distinct status as qp_status, reason as qp_reason from qp.status where "
            "performance_year = ? "
            "and status = 'unknown' limit 200",
            [year],
        )
        told = hint(reasons)
        return [" ".join(told[:2]) + f" `{told[3].strip()}`"] if told else []

    return visit.bench.made(viewer, ("qp hint", year), made)
