"""CMS's reports of an ACO beside the last run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.engine.runs import open_run
from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.jobs.context import Context

NEEDED = ("mssp.report_line", "mssp.estimate", "mssp.expenditure", "mssp.benchmark")


def compared(context: Context, aco: str = "", year: int | None = None) -> list[dict[str, Any]]:
    """Every figure of CMS's workbooks and assignment list that ours can stand beside.

    Raises ACO-NOT-MADE, and AGREEMENT-NO-REPORT where nothing of CMS is loaded for what was asked.
    """
    from corridor.programs.mssp.agree import ASSIGNED, assignments, benchmarks, expenditures

    run = open_run(context.warehouse.home)
    lacking = [table for table in NEEDED if not run.has(table)]
    if lacking:
        raise CorridorError(
            "ACO-NOT-MADE",
            "The last complete run has no standing of an ACO.",
            why=f"It lacks {', '.join(lacking)}: it was limited with --only, or is older than these tables.",
            todo="Run again: corridor run.",
        )
    found = []
    least = float(context.force.number("claims.cell_size_minimum"))
    if run.has("attribution.answer") and run.has("attribution.turnover"):
        measured = int(run.manifest["setting"]["data_year"])
        found += assignments(run.query(ASSIGNED, [measured]), measured, least)
    lines = run.query("select * from mssp.report_line where newest order by aco_id, performance_year, letter")
    spent = run.query("select * from mssp.expenditure where tin = '' order by all")
    found += expenditures(lines, spent, least)
    held = [
        row
        for row in run.query("select * from mssp.benchmark order by all")
        if row.get("people") is None or int(row["people"]) >= least
    ]
    found += benchmarks(run.query("select * from mssp.estimate where calculable order by all"), held)
    rows = [
        row for row in found if (not aco or row["aco_id"] == aco) and (year is None or row["year"] == year)
    ]
    if not rows:
        raise CorridorError(
            "AGREEMENT-NO-REPORT",
            "Nothing of CMS's stands beside a figure of the last run.",
            why="Its workbooks and assignment lists are compared for the years whose claims are loaded.",
            todo="Load them (corridor load aco-report FILE..., corridor load alr FILE...), then run.",
        )
    return rows
