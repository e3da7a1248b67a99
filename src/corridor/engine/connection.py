"""One way to open DuckDB: settings, prelude, and where it may spill."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import duckdb


def connect(
    spill: Path | None = None, threads: int | None = None, memory_limit: str | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with the prelude installed.

    ``spill`` is the folder it may spill to (never needed by small work); ``threads`` and
    ``memory_limit`` default to the machine's, or CORRIDOR_THREADS and CORRIDOR_MEMORY.
    Extensions are neither downloaded nor loaded: Corridor uses no network.
    """
    con = duckdb.connect(":memory:")
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    wanted = threads or _environment_threads()
    if wanted:
        con.execute(f"set threads = {int(wanted)}")
    limit = memory_limit or os.environ.get("CORRIDOR_MEMORY")
    if limit:
        con.execute(f"set memory_limit = {quote(limit)}")
    if spill is not None:
        spill.mkdir(parents=True, exist_ok=True)
        con.execute(f"set temp_directory = {quote(str(spill))}")
    install_prelude(con)
    return con


def install_prelude(con: duckdb.DuckDBPyConnection) -> None:
    """Define the prelude's macros (engine/prelude/duckdb.sql) on a connection."""
    con.execute(prelude_text("duckdb"))


def prelude_text(engine: str) -> str:
    """The prelude of an engine ("duckdb" or "spark") as SQL text."""
    return resources.files("corridor.engine").joinpath(f"prelude/{engine}.sql").read_text(encoding="utf-8")


def quote(text: str) -> str:
    """A SQL string literal, for the places where DuckDB takes no parameter (file names, settings)."""
    return "'" + text.replace("'", "''") + "'"


def parquet(paths: Iterable[Path]) -> str:
    """The table function that reads these Parquet files as one table."""
    listed = ", ".join(quote(str(path)) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def name(*parts: str) -> str:
    """A quoted, dotted SQL identifier."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _environment_threads() -> int | None:
    text = os.environ.get("CORRIDOR_THREADS", "")
    return int(text) if text.isdigit() and int(text) > 0 else None
