"""The SQL files of the pricer, and the small temporary tables they join."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import duckdb
import numpy.typing as npt

Array = npt.NDArray[Any]


def sql_text(name: str, **parts: Any) -> str:
    """The text of one of the SQL files, with its parts put in."""
    text = resources.files("corridor.billing.pricing").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8")
    for part, value in parts.items():
        text = text.replace("{" + part + "}", str(value))
    return text


def small_table(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """A temporary table of a few rows: ``name (column type, ...)``."""
    name = table.partition(" ")[0]
    con.execute(f"create or replace temp table {table}")
    if rows:
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
        con.execute(f"insert into {name} values {marks}", [cell for row in rows for cell in row])


def array_table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Array]) -> None:
    """A temporary table of columns held as arrays."""
    con.register("price_arrays", columns)
    con.execute(f"create or replace temp table {name} as select * from price_arrays")
    con.unregister("price_arrays")
