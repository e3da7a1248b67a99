"""Rows of a file that types its columns itself (Parquet).

A value that has its type already is not written out and read again: on a claims file of 170 columns that is
most of the work.
"""

from __future__ import annotations

import re

from corridor.engine.connection import name as sql_name
from corridor.engine.tabular.layout import Column, Layout
from corridor.engine.tabular.source import Table, native_name
from corridor.engine.tabular.values import checks_of, raw_name, text_of, typed_of

_WHOLE = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
)
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*\d+\)")


def native_query(table: Table, layout: Layout, places: dict[str, int]) -> str:
    """SQL of the rows of ``table`` typed by ``layout``: line_number, its columns, problem, raw.

    The same values and problems as through text; ``places`` maps a column to its place in the file, from 1.
    """
    assert table.native is not None
    raws: list[str] = []
    typed: list[str] = []
    checks: list[str] = []
    for column in layout.columns:
        if column.name not in places or (table.empty[places[column.name] - 1] and not column.filled):
            typed.append(f"cast(null as {column.sql_type}) as {sql_name(column.name)}")
            continue
        place = places[column.name]
        cell, kind = native_name(place), table.types[place - 1]
        if _has_its_type(column, kind):
            value = _value(cell, column)
            # its text is wanted only to say what is wrong with it
            raws.append(
                f"case when {cell} is not null and {value} is null then cast({cell} as varchar) end "
                f"as {raw_name(column)}"
            )
            typed.append(f"{value} as {sql_name(column.name)}")
        else:
            raws.append(f"{text_of(f'cast({cell} as varchar)', column, layout)} as {raw_name(column)}")
            typed.append(f"{typed_of(raw_name(column), column)} as {sql_name(column.name)}")
        checks.extend(checks_of(column))
    cells = ", ".join(f"cast({native_name(place)} as varchar)" for place in range(1, len(table.header) + 1))
    columns = ", ".join(sql_name(column.name) for column in layout.columns)
    problem = f"coalesce({', '.join(checks)})" if len(checks) > 1 else (checks or ["null"])[0]
    return (
        f"select line_number, {columns}, {problem} as problem, "
        f"case when problem is not null then [{cells}] end as raw "
        f"from (select *, {', '.join(typed)} from (select *, {', '.join(raws)} from ({table.native})))"
    )


def _has_its_type(column: Column, kind: str) -> bool:
    """Whether a column of this SQL type can be taken as it is: nothing to hold its values against.

    A double is not: what it is worth in cents is decided by its text.
    """
    if column.filled or column.values is not None or column.pattern is not None:
        return False
    if column.least is not None or column.most is not None:
        return False
    if column.type == "date":
        return kind == "DATE"
    if column.type == "integer":
        return kind in _WHOLE
    if column.type in ("money", "quantity"):
        return kind in _WHOLE or _DECIMAL.fullmatch(kind) is not None
    return False


def _value(cell: str, column: Column) -> str:
    if column.type == "date":
        return f"(case when year({cell}) between 1000 and 9999 then {cell} end)"
    return f"try_cast({cell} as {column.sql_type})"
