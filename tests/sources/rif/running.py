"""Load files of a source and run its steps, for the tests of every source room."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.catalogue import load_catalogue
from corridor.engine.run import Runner
from corridor.engine.warehouse import Warehouse
from corridor.sources.summary import LoadSummary


class NoLaw:
    """The steps of a source read no rules."""

    def register(self, con: duckdb.DuckDBPyConnection, names: Iterable[str] | None = None) -> None:
        pass

    def digest(self, names: Iterable[str] | None = None) -> str:
        return ""


def load(
    fmt: str, paths: Iterable[Path | str], home: Path, settings: Mapping[str, Any] | None = None
) -> LoadSummary:
    module = importlib.import_module(f"corridor.sources.{fmt}.load")
    summary: LoadSummary = module.load([Path(p) for p in paths], Warehouse.open(home), settings or {})
    return summary


def run(fmt: str, home: Path, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Run every step of a source; a connection that sees its tables and raw tables."""
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    runner = Runner(Warehouse.open(home), NoLaw(), setting, threads=threads)
    steps = [name for name in load_catalogue().steps if name.startswith(f"{fmt}.")]
    runner.run(steps)
    con = duckdb.connect()
    for name, table in runner.tables.items():
        if name in steps or name.startswith((f"{fmt}_raw.", "identity.")):
            table.register(con)
    return con


def digests(fmt: str, home: Path, threads: int) -> dict[str, str]:
    """Step -> digest of its rows."""
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    runner = Runner(Warehouse.open(home), NoLaw(), setting, threads=threads)
    steps = [name for name in load_catalogue().steps if name.startswith(f"{fmt}.")]
    runner.run(steps)
    return {step: runner.tables[step].digest() for step in steps}


def counts(summary: LoadSummary) -> dict[str, tuple[int, int, int]]:
    """File name -> (rows in, kept, set aside)."""
    return {
        one.name: (one.rows_in, one.rows_kept, one.rows_set_aside)
        for delivery in summary.deliveries
        for one in delivery.files
    }


def all_text(folder: Path) -> str:
    """Every value of the raw tables and JSON files of a warehouse (identity and rejects left out)."""
    con = duckdb.connect()
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.json")]
    for path in folder.rglob("*.parquet"):
        if "identity" not in path.parts and "rejects" not in path.parts:
            rows = con.execute(f"select * from read_parquet('{path}')").fetchall()
            texts.append("\n".join("|".join(map(str, row)) for row in rows))
    return "\n".join(texts)
