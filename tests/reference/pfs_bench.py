"""Fee schedule files for the tests: the real ones, changed by hand; no descriptor of a code is written."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference import reference_tables
from corridor.reference.add import add_references
from corridor.reference.outcome import Outcome

Rows = list[list[str]]


def add(home: Path, *paths: Path, **options: str) -> list[Outcome]:
    return add_references(paths, Warehouse.open(home), **options)


def refused(outcomes: Sequence[Outcome]) -> CorridorError:
    assert [outcome.status for outcome in outcomes] == ["refused"] and outcomes[0].error is not None
    return outcomes[0].error


def query(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query over the installed references."""
    con = duckdb.connect()
    for table in reference_tables(Warehouse.open(home)):
        if f"{table.name} " in f"{sql} ":
            table.register(con)
    return con.execute(sql).fetchall()


def read(path: Path) -> Rows:
    with path.open(encoding="latin-1", newline="") as source:
        return list(csv.reader(source))


def write(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="latin-1", newline="") as sink:
        csv.writer(sink).writerows(rows)
    return path


def changed(source: Path, target: Path, change: Callable[[Rows], Rows | None]) -> Path:
    """A copy of a CSV, its rows passed through ``change`` (in place, or as what it returns)."""
    rows = read(source)
    return write(target, change(rows) or rows)


def row_of(rows: Rows, code: str, modifier: str = "") -> list[str]:
    return next(row for row in rows if row[0] == code and row[1] == modifier)
