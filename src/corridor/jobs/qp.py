"""The statuses of clinicians in the last run, and how one of them came about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.programs.qp.compute import Result

Row = dict[str, Any]
STATUSES = "qp.clinician_year"
# as the reason of a status names entities whose track is not known
_ASKED = re.compile(r"whether (.+) is an Advanced APM")


def statuses(context: Context, identifier: str = "", payment_year: int | None = None) -> list[Row]:
    """Rows of ``qp.clinician_year``, all or of one NPI or TIN, all or of one payment year.

    Raises QP-NOT-MADE where the last run has none, QP-YEAR for a payment year it has nothing of, QP-ID where
    nothing is known of the identifier.
    """
    run = _run(context)
    found = run.query(f"select distinct payment_year from {STATUSES} order by 1")
    years = [int(row["payment_year"]) for row in found]
    if payment_year is not None and payment_year not in years:
        raise CorridorError(
            "QP-YEAR",
            f"The run has no status of payment year {payment_year}.",
            why="A payment year is two years after its performance year, whose claims must be loaded.",
            todo=f"There are: {', '.join(map(str, years)) or 'none'}.",
            field="--payment-year",
        )
    rows = run.query(
        f"select * from {STATUSES} where (? = '' or npi = ? or tin = ?) and (? is null or payment_year = ?) "
        "order by npi, tin, payment_year",
        [identifier, identifier, identifier, payment_year, payment_year],
    )
    if identifier and not rows:
        raise _unknown(identifier, "Nobody of that number bills in the loaded claims, or not in that year.")
    return rows


def hint(rows: list[Row]) -> list[str]:
    """What to set where a status is unknown for want of what no loaded file says; empty where none is."""
    entities = sorted(
        {
            entity
            for row in rows
            if row["qp_status"] == "unknown" and (known := _ASKED.search(str(row["qp_reason"])))
            for entity in known[1].split(" or ")
        }
    )
    if not entities:
        return []
    named = ", ".join(f'{{apm_entity_id = "{entity}", track = "enhanced"}}' for entity in entities)
    return [
        f"QP is unknown because no loaded file says the track of {', '.join(entities)}.",
        "Say it in corridor.toml, for instance (with your own track), and run again:",
        "  [overrides]",
        f'  "qp.entity_track" = [{named}]',
        "Tracks: basic_a to basic_e, enhanced, advanced (any other Advanced APM), mips_apm.",
    ]


def derived(
    context: Context, npi: str, year: int, quantity: str, file: Path | None = None
) -> list[tuple[Row, Node]]:
    """For each practice of a clinician the row and the derivation of a quantity in a performance year.

    From ``file`` (form qp), else from the last run. Raises QP-ID, QP-NOT-MADE and QP-YEAR.
    """
    result = _of_file(context, file, year) if file is not None else _of_run(context, year)
    rows = result.rows()
    found = [
        (row, result.clinicians.explain(place, quantity))
        for place, row in enumerate(rows)
        if row["npi"] == npi
    ]
    if not found:
        raise _unknown(npi, f"There is no row of that NPI in {year}.")
    return found


def _of_file(context: Context, file: Path, year: int) -> Result:
    from corridor.programs.qp.compute import settle
    from corridor.programs.qp.door import read_qp_file

    return settle(read_qp_file(file, context.rules.in_force(year)), context.rules, year)


def _of_run(context: Context, year: int) -> Result:
    from corridor.programs.qp.status import QUERIES, result_of

    run = _run(context)
    tables = [run.query(query) for query in QUERIES[:3]]
    # a run made before the lump sum had a year of its own took the performance year
    stated = run.query("select * from qp.status limit 1") if run.has("qp.status") else []
    dated = bool(stated) and "incentive_year" in stated[0] and run.has("claims.period")
    tables.append(run.query(QUERIES[3]) if dated else [])
    if any("first_snapshot" not in row for row in tables[1]):
        raise _not_made("qp.member of this version")
    found = result_of(tables, context.rules, year)
    if found is None:
        raise CorridorError(
            "QP-YEAR",
            f"There is nothing to derive for performance year {year}.",
            why="No claims of the year are loaded, or its law is not known here.",
            todo="Name another year; corridor qp NPI lists them.",
            field="--year",
        )
    return found


def _run(context: Context) -> Run:
    run = open_run(context.warehouse.home)
    if not run.has(STATUSES):
        raise _not_made(STATUSES)
    return run


def _not_made(what: str) -> CorridorError:
    return CorridorError(
        "QP-NOT-MADE",
        f"The last complete run did not make {what}.",
        why="It was limited with --only, or is older than this table.",
        todo="Run again: corridor run, or corridor run --only qp",
    )


def _unknown(identifier: str, why: str) -> CorridorError:
    return CorridorError(
        "QP-ID",
        f"Nothing is known of {identifier}.",
        why=why,
        todo="Check the number; corridor qp lists everyone.",
        field="ID",
    )
