"""What serves the lines of a chunk, and the lines themselves as columns; the SQL files and small tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from corridor.billing.pricing.day import RulesOnDay
from corridor.billing.pricing.modifiers import Combinations, ModifierLaw
from corridor.billing.pricing.rates import Localities, Rates

Array = npt.NDArray[Any]


@dataclass
class Law:
    """What serves the lines of one chunk: the rules of the day, the rates, the localities."""

    day: RulesOnDay
    rates: Rates
    places: Localities
    modifiers: ModifierLaw
    qp: bool


@dataclass
class Lines:
    """The lines of one chunk as columns, one position a line.

    columns   what was resolved of the request: ids of rate, locality and modifiers, units, charge
    reason    why a line is not priced (codes.REASON), 0 where it is
    inputs    what the formulas are given beside the rates, by quantity; filled as the rules are applied
    """

    columns: dict[str, Array]
    combined: Combinations
    reason: npt.NDArray[np.int16]
    inputs: dict[str, Array]

    def __len__(self) -> int:
        return len(self.reason)


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
