"""Care gaps of one run with what they are worth, made once; a viewer sees those in its scope."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, quote
from corridor.engine.runs import Run
from corridor.jobs.gaps import LEVELS, Gaps, find_gaps
from corridor.jobs.quality import rules_of_run
from corridor.programs.qp.status import laid
from corridor.reports.words import SMALLEST_CELL
from corridor.web.guard import Visit
from corridor.web.making import Say, Work
from corridor.web.scope import Scope
from corridor.web.viewer import Viewer

TABLE = "gaps.row"
TEXTS = ("level", "tin", "npi", "entity_id", "measure_id", "collection_type", "stratum", "closes", "program")
COUNTS = ("gaps", "not_met", "not_captured", "inverse_met", "closable", "case_count")
AMOUNTS = (
    "rate", "rate_closed", "completeness", "measure_points", "measure_points_closed", "score_points",
    "dollars", "dollars_per_gap",
)  # fmt: skip
TYPES = {
    "performance_year": "INTEGER", **dict.fromkeys(TEXTS, "VARCHAR"), **dict.fromkeys(COUNTS, "BIGINT"),
    **dict.fromkeys(AMOUNTS, "DOUBLE"), "patients_known": "BOOLEAN", "small_cell": "BOOLEAN",
}  # fmt: skip


class GapsMade:
    """Those of one performance year, in a folder that goes with the process; what each level rests on."""

    def __init__(self, run: Run, year: int, say: Say) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="corridor-gaps-", ignore_cleanup_errors=True)
        self.files = [Path(self._folder.name) / f"gaps-{year}.parquet"]
        self.basis: dict[str, list[str]] = {}
        every = Viewer(run, Scope(every_row=True), patients=True)
        try:
            rows: list[dict[str, Any]] = []
            for level in LEVELS:
                say(f"Valuing the gaps of each {level}")
                found = find_gaps(every, rules_of_run(every, year), year, level)
                self.basis[level] = found.basis
                rows += _rows(found)
        finally:
            every.con.close()
        columns, types = laid(rows, TYPES)
        cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
        con = connect()
        try:
            con.register("found", columns)
            con.execute(f"copy (select {cast} from found) to {quote(str(self.files[0]))} (format parquet)")
        finally:
            con.close()


def _rows(found: Gaps) -> list[dict[str, Any]]:
    return [
        {
            **row, "performance_year": found.year,
            "small_cell": any(0 < row[name] < SMALLEST_CELL for name in COUNTS),
        }
        for row in found.rows
    ]  # fmt: skip


def gaps_made(visit: Visit, viewer: Viewer, year: int) -> tuple[Viewer, GapsMade] | Work:
    """A viewer that has the table besides, and what was made; the work while it is still going on."""
    bench = visit.bench
    work = bench.making.get(
        ("quality gaps", viewer.run_id, year),
        "Care gaps and what they are worth",
        lambda say: GapsMade(Run(bench.home, viewer.run_id), year, say),
    )
    if not work.over.is_set():
        return work
    made: GapsMade = work.made

    def lent() -> tuple[Viewer, GapsMade]:
        own = Viewer(Run(bench.home, viewer.run_id), viewer.scope, viewer.patients)
        own.lend(TABLE, made.files)
        return own, made

    return bench.made(viewer, ("gaps viewer", id(made)), lent)
