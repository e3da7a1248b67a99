"""Tables that pages read and a run lacks: rows of people summed up, once a run, by who answers for them.

Each is a SQL file of ``panel_tables`` and appears as ``panel.NAME`` beside the tables of the run, for every
viewer, cut to its scope as those are. Most rows are about nobody, so roles without patients see them too; the
few tables with rows of one person, claim or episode do not exist for those roles, as those of the run.
"""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import duckdb

from corridor.engine.connection import connect, name, parquet, quote
from corridor.engine.runs import Run

SCHEMA = "panel"
# Tables of a run that the pages of one clinician, practice or episode read, and what tells whose a row is: in
# a large run they are laid out by it, so that such a page reads a few rows, not the table.
OF_ONE = {
    **dict.fromkeys(
        (
            "asm.clinician_input", "asm.dollars_by_year", "asm.eligibility", "asm.interval", "asm.lever",
            "asm.measure_score", "asm.result", "asm.roster", "attribution.reach_participant",
            "measures.asm_cost", "qp.clinician_year", "qp.status",
        ),
        "npi, tin",
    ),
    **dict.fromkeys(
        ("measures.performance", "measures.performance_month", "measures.performance_quality"),
        "entity_id, level",
    ),
    "episodes.chronic_attribution": "npi, episode_id",
    "action.ranked": "npi, tin, action_id", "action.effect": "action_id",
    **dict.fromkeys(("episodes.chronic_cost", "episodes.chronic_episode"), "episode_id"),
}  # fmt: skip
# What the home page reads is made first, what takes a minute of every claim line last.
FIRST = ("answer", "assignment", "aco_year", "alignment", "prior_auth", "billing_finding", "spend", "year")
LAST = ("asm_episode_line", "billing_price", "billing_listed", "billing_price_off")
LARGE_ROWS = 20_000  # from here on a table of one is laid out
LARGE_RUN = 5_000_000  # rows of the largest table; in such a run every table of a moderate size is laid out
MODERATE_ROWS = 300_000
GROUP_ROWS = 16_384
_log = logging.getLogger("corridor.web")
_READS = re.compile(r"^-- reads: *(.+)$", re.MULTILINE)
_MAKES = re.compile(r"^-- makes: *(.+(?:\n--        .+)*)", re.MULTILINE)


@dataclass(frozen=True)
class PanelTable:
    """One such table: what a row is, the tables of the run it reads, and its query."""

    table: str
    makes: str
    reads: tuple[str, ...]
    sql: str


@lru_cache(maxsize=1)
def panel_tables() -> dict[str, PanelTable]:
    """Every one of them, by name."""
    found = {}
    for entry in sorted(
        (resources.files("corridor.web") / "panel_tables").iterdir(), key=lambda file: file.name
    ):
        if not entry.name.endswith(".sql"):
            continue
        text = entry.read_text(encoding="utf-8")
        reads, makes = _READS.search(text), _MAKES.search(text)
        assert reads is not None and makes is not None, entry.name
        table = f"{SCHEMA}.{entry.name.removesuffix('.sql')}"
        listed = tuple(part.strip() for part in reads[1].split(","))
        found[table] = PanelTable(table, re.sub(r"\n-- +", " ", makes[1]), listed, text)
    return found


def in_order() -> list[str]:
    """Every table that is made beforehand: what more people wait for sooner first."""
    first, last = ([f"{SCHEMA}.{short}" for short in shorts] for shorts in (FIRST, LAST))
    others = [table for table in panel_tables() if table not in first and table not in last]
    return [*first, *OF_ONE, *others, *last]


class Panels:
    """Those of one run, made when first asked for, in a folder that goes with the process.

    Each is a database file of its own with one table, ``rows``: opening a Parquet file costs a page more than
    reading a few rows of it does, and a page asks dozens of times.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._folder = tempfile.TemporaryDirectory(prefix="corridor-panels-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, Path | None] = {}
        self._rows = {str(entry["step"]): int(entry.get("rows") or 0) for entry in run.manifest["steps"]}
        self._large = max(self._rows.values(), default=0) >= LARGE_RUN

    def file(self, table: str) -> Path | None:
        """The database file of a table, of the panel or of the run laid out again.

        None where the run lacks what it reads, or where the table is quick enough as it lies in the run.
        """
        known = panel_tables().get(table)
        if known is None and not self._worth(table):
            return None
        with self._lock:
            lock = self._locks.setdefault(table, threading.Lock())
        with lock:
            if table not in self._made:
                self._made[table] = self._make(known) if known else self._lay_out(table)
            return self._made[table]

    def make_all(self) -> None:
        """All of them, beforehand: so that no page waits for the first of a run.

        One that fails stops no other.
        """
        for table in in_order():
            try:
                self.file(table)
            except Exception as error:  # its message may quote data; the page that asks for it says more
                _log.error("%s while %s was made", type(error).__name__, table)

    def _worth(self, table: str) -> bool:
        rows = self._rows.get(table, 0)
        if table in OF_ONE:
            return rows >= LARGE_ROWS or (self._large and rows > 0)
        return self._large and 0 < rows <= MODERATE_ROWS

    def _lay_out(self, table: str) -> Path | None:
        files = self._run.files(table)
        if not files:
            return None
        order = f" order by {OF_ONE[table]}" if table in OF_ONE else ""
        return self._write(table, f"select * from {parquet(files)}{order}", {})

    def _make(self, known: PanelTable) -> Path | None:
        """Read only what it names."""
        files = {table: self._run.files(table) for table in known.reads}
        if not all(files.values()):
            return None
        try:
            return self._write(known.table, known.sql, files)
        except duckdb.BinderException:  # a run of an older Corridor lacks a column
            return None

    def _write(self, table: str, sql: str, files: Mapping[str, list[Path]]) -> Path:
        """The rows of a query in a file of their own, in the order it says; whole when this returns."""
        folder = Path(self._folder.name)
        file = folder / f"{table}.duckdb"
        with connect(spill=folder / "spill") as con:
            for one, paths in files.items():
                schema, short = one.split(".")
                con.execute(f"create schema if not exists {name(schema)}")
                con.execute(f"create view {name(schema, short)} as select * from {parquet(paths)}")
            con.execute(f"attach {quote(str(file))} as made (row_group_size {GROUP_ROWS})")
            con.execute(f"create table made.rows as {sql}")
            con.execute("detach made")
        return file
