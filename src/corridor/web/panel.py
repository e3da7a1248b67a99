"""Small tables that pages read and a run lacks: rows of people summed up, once a run, by who answers for
them.

Each is a SQL file of ``panel_tables`` and appears as ``panel.NAME`` beside the tables of the run, for every
viewer, cut to
its scope as those are. No row is about one person, so roles without patients see them too.
"""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import duckdb

from corridor.engine.connection import connect, name, parquet, quote
from corridor.engine.runs import Run

SCHEMA = "panel"
# Tables of a run that the pages of one clinician or practice read, and what tells whose a row is. In a large
# run they are laid out by it in small groups of rows: such a page then reads a few rows, not the table.
OF_ONE = {
    **dict.fromkeys(
        (
            "asm.clinician_input", "asm.dollars_by_year", "asm.eligibility", "asm.interval", "asm.lever",
            "asm.measure_score", "asm.result", "asm.roster", "attribution.reach_participant",
            "measures.asm_cost", "qp.clinician_year", "qp.status",
        ),
        "npi, tin",
    ),
    **dict.fromkeys(("measures.performance", "measures.performance_month"), "entity_id, level"),
}  # fmt: skip
LARGE_ROWS = 20_000
GROUP_ROWS = 4096
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


class Panels:
    """Those of one run, made when first asked for, in a folder that goes with the process."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._folder = tempfile.TemporaryDirectory(prefix="corridor-panels-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, list[Path]] = {}

    def files(self, table: str) -> list[Path]:
        """The Parquet file of a table; none where the run lacks what it reads."""
        known = panel_tables().get(table)
        if known is None:
            return []
        with self._lock:
            lock = self._locks.setdefault(table, threading.Lock())
        with lock:
            if table not in self._made:
                self._made[table] = self._make(known)
            return self._made[table]

    def laid_out(self, table: str) -> list[Path]:
        """The rows of a large table of the run again, by whom they are of; none where it is none of these."""
        if table not in OF_ONE:
            return []
        with self._lock:
            lock = self._locks.setdefault(table, threading.Lock())
        with lock:
            if table not in self._made:
                self._made[table] = self._lay_out(table)
            return self._made[table]

    def _lay_out(self, table: str) -> list[Path]:
        files = self._run.files(table)
        if not files:
            return []
        folder = Path(self._folder.name)
        file = folder / f"{table}.by.parquet"
        with connect(spill=folder / "spill") as con:
            (rows,) = con.execute(f"select count(*) from {parquet(files)}").fetchall()[0]
            if rows < LARGE_ROWS:
                return []
            con.execute(
                f"copy (select * from {parquet(files)} order by {OF_ONE[table]}) to {quote(str(file))} "
                f"(format parquet, row_group_size {GROUP_ROWS})"
            )
        return [file]

    def make_all(self) -> None:
        """All of them, beforehand: so that no page waits for the first of a run.

        One that fails stops no other.
        """
        for table in (*OF_ONE, *panel_tables()):
            try:
                self.laid_out(table) if table in OF_ONE else self.files(table)
            except Exception as error:  # its message may quote data; the page that asks for it says more
                _log.error("%s while %s was made", type(error).__name__, table)

    def _make(self, known: PanelTable) -> list[Path]:
        """Read only what it names; the file appears whole."""
        files = {table: self._run.files(table) for table in known.reads}
        if not all(files.values()):
            return []
        folder = Path(self._folder.name)
        con = connect(spill=folder / "spill")
        try:
            for table, paths in files.items():
                schema, short = table.split(".")
                con.execute(f"create schema if not exists {name(schema)}")
                con.execute(f"create view {name(schema, short)} as select * from {parquet(paths)}")
            file = folder / f"{known.table}.parquet"
            try:
                con.execute(f"copy ({known.sql}) to {quote(str(file))} (format parquet)")
            except duckdb.BinderException:  # a run of an older Corridor lacks a column
                return []
            return [file]
        finally:
            con.close()
