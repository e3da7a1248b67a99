"""Rules as DuckDB tables, for steps to join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from corridor.law.force import RuleValue

DUCKDB_TYPES = {
    "number": "DOUBLE",
    "integer": "INTEGER",
    "text": "VARCHAR",
    "flag": "BOOLEAN",
    "date": "DATE",
}


def table_name(name: str) -> str:
    """The table of a rule: ``asm.risk_level`` is in ``rules.asm_risk_level``."""
    return "rules." + name.replace(".", "_")


def create_table(con: duckdb.DuckDBPyConnection, name: str, periods: Sequence[RuleValue]) -> None:
    """Make, or make anew, the table of one rule from its periods (one unless by service date)."""
    first = periods[0]
    types = {column: DUCKDB_TYPES[shape.type] for column, shape in first.columns.items()}
    by_day = first.clock == "service_date"
    if by_day:
        types |= {"valid_from": "DATE", "valid_to": "DATE"}
    rows: list[list[Any]] = []
    for period in periods:
        dates = [period.valid_from, period.valid_to] if by_day else []
        for row in [{"value": period.value}] if period.kind == "scalar" else period.value:
            rows.append([*row.values(), *dates])
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    con.execute(f"create or replace table {table_name(name)} ({columns})")
    marks = ", ".join(f"({', '.join('?' for _ in types)})" for _ in rows)
    con.execute(f"insert into {table_name(name)} values {marks}", [cell for row in rows for cell in row])
