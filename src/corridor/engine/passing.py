"""Months a step only passes on.

A step that puts the tables of the sources under one another (claims.medical_claim) makes, of a month that one
source alone has rows of, that source's rows again. Writing them once more would be among the costliest things
of a run; the files that hold them already serve, under a second name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import duckdb

from corridor.engine.connection import connect, parquet
from corridor.engine.step import SqlStep
from corridor.engine.store import Output, Store
from corridor.engine.tables import Part, Table

_BRANCH = re.compile(r"select\s+([a-z0-9_,\s]+?)\s+from\s+([a-z0-9_]+\.[a-z0-9_]+)")
_BETWEEN = re.compile(r"\s+union\s+all\s+")
_COMMENT = re.compile(r"--[^\n]*")


def union_of(sql: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Columns and tables of a step that is nothing but ``select columns from table union all ...``."""
    tables: list[str] = []
    shared: tuple[str, ...] = ()
    for branch in _BETWEEN.split(_COMMENT.sub("", sql).strip()):
        found = _BRANCH.fullmatch(branch)
        if found is None:
            return None
        columns = tuple(column.strip() for column in found.group(1).split(","))
        if any(" " in column or not column for column in columns) or shared not in ((), columns):
            return None
        shared = columns
        tables.append(found.group(2))
    return (shared, tuple(tables)) if len(set(tables)) == len(tables) > 1 else None


def pass_on(
    store: Store, step: SqlStep, reads: Sequence[Table], keys: Mapping[int, str]
) -> dict[int, Output]:
    """Store those of the months that are one table's rows and nothing else, without writing them again."""
    union = union_of(step.sql)
    if union is None:
        return {}
    columns, tables = union
    sources = [table for table in reads if table.name in tables]
    # a source nothing was loaded of has no months
    if len(sources) != len(tables) or any(table.whole.rows and not table.partitioned for table in sources):
        return {}
    outputs: dict[int, Output] = {}
    fitting: dict[str, bool] = {}
    for month, key in keys.items():
        # a raw table shares its files among months: there is no file to pass on
        holders = [table for table in sources if (part := table.months.get(month)) and part.rows]
        if len(holders) != 1 or holders[0].filtered:
            continue
        table, part = holders[0], holders[0].months[month]
        if table.name not in fitting:
            fitting[table.name] = _columns(part) == set(columns)
        if fitting[table.name]:
            outputs[month] = store.adopt(step, key, month, part)
    return outputs


def _columns(part: Part) -> set[str]:
    try:
        with connect() as con:
            return {
                str(row[0]) for row in con.execute(f"describe select * from {parquet(part.files)}").fetchall()
            }
    except duckdb.Error:
        return set()
