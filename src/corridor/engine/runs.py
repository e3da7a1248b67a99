"""Reading a complete run: its manifest, and its tables by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import connect, name, parquet
from corridor.engine.files import read_json
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError


class Run:
    """One complete run, read only. Tables are ``schema.table`` as the steps name them."""

    def __init__(self, home: Path, run_id: str) -> None:
        self.home = home
        self.run_id = run_id
        self.manifest: dict[str, Any] = read_json(home / "runs" / run_id / "manifest.json")
        self._con: duckdb.DuckDBPyConnection | None = None

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """A connection with every table of the run as a view."""
        if self._con is None:
            self._con = connect()
            for entry in self.manifest["steps"]:
                files = [
                    f for output in entry["outputs"] for f in sorted((self.home / output).glob("*.parquet"))
                ]
                if files:
                    _view(self._con, entry["step"], files)
            for table, present in self.given.items():
                if present:
                    _view(self._con, table, present)
        return self._con

    @property
    def given(self) -> dict[str, list[Path]]:
        """The files of tables the run was given and did not make, those that are there, by table.

        The manifest names them from the warehouse on, so that it may be opened from any folder and moved.
        """
        return {
            str(table): [self.home / path for path in paths if (self.home / path).exists()]
            for table, paths in self.manifest.get("externals", {}).items()
        }

    def has(self, table: str) -> bool:
        """Whether the run made this table."""
        return any(entry["step"] == table for entry in self.manifest["steps"])

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, one dict a row."""
        cursor = self.con.execute(sql, list(parameters or []))
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table."""
        for entry in self.manifest["steps"]:
            if entry["step"] == table:
                return [
                    f for output in entry["outputs"] for f in sorted((self.home / output).glob("*.parquet"))
                ]
        return []


def _view(con: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path]) -> None:
    schema, short = table.split(".")
    con.execute(f"create schema if not exists {name(schema)}")
    con.execute(f"create or replace view {name(schema, short)} as select * from {parquet(files)}")


def open_run(home: Path | str | None = None) -> Run:
    """The last complete run of a warehouse (``home`` as for Warehouse.open)."""
    warehouse = Warehouse.open(home)
    current = warehouse.home / "runs" / "current"
    if not current.exists():
        raise CorridorError(
            "NO-RUN",
            "There is no complete run in this warehouse.",
            why="Results come from a run over what is loaded.",
            todo="Load claims with `corridor load`, then `corridor run`.",
            file=warehouse.home,
        )
    return Run(warehouse.home, current.read_text(encoding="utf-8").strip())
