"""The reviewed sample of an overpayment case, read back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect
from corridor.engine.tabular import Found, load_layout, open_table, scratch_folder, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.overpayment_case import Case


def reviewed_lines(
    context: Context, case: Case, drawn: Mapping[str, Any], path: Path
) -> list[tuple[str, tuple[str, str, int], Decimal]]:
    """Stratum, claim line, reviewed overpayment: the sample's lines, no other, none above what was paid."""
    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    layout = load_layout("form", "overpayment_review")
    con = connect(context.warehouse.spill)
    try:
        with scratch_folder(context.warehouse.home) as scratch:
            table = open_table(Found(path, path.name), [layout], scratch)
            if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
                refuse_columns(table, layout)
            staged = stage(con, table, layout, "reviewed")
            if staged.rows_rejected:
                first = con.execute(
                    f"select line_number, field, reason from ({staged.rejects}) order by 1 limit 1"
                ).fetchone()
                assert first is not None
                raise _review(f"A row cannot be used: {first[2]}.", path, int(first[0]), str(first[1]))
            rows = con.execute(
                "select source_id, claim_id, line, overpayment, line_number from reviewed order by 5"
            ).fetchall()
    finally:
        con.close()
    paid = {(one["source_id"], one["claim_id"], one["line"]): one["paid_dollars"] for one in case.lines}
    strata = {(source, claim, line): stratum for source, claim, line, stratum in drawn["chosen"]}
    waiting = dict(strata)
    found = []
    for source, claim, line, overpaid, number in rows:
        fitting = [key for key in waiting if key[1:] == (claim, line) and source in (None, key[0])]
        if len(fitting) != 1:
            raise _review(
                "The claim line is not in the sample, or stands there twice.", path, number, "claim_id"
            )
        if overpaid > Decimal(str(paid[fitting[0]])):
            raise _review(
                "More is called overpaid than Medicare paid for the line.", path, number, "overpayment"
            )
        found.append((waiting.pop(fitting[0]), fitting[0], overpaid))
    if waiting:
        raise _review(f"{len(waiting):,} claim lines of the sample are not reviewed.", path, None, "claim_id")
    return found


def _review(what: str, path: Path, line: int | None, field: str) -> CorridorError:
    return CorridorError(
        "OVERPAYMENT-REVIEW",
        what,
        why="An extrapolation rests on every line of the sample, and on no other.",
        todo="Fill in the file `corridor overpayment sample` wrote: one row a line, 0 where nothing is owed.",
        file=path.name,
        line=line,
        field=field,
    )
