"""Rows of an opened table, typed into a temp table; what does not fit is set aside."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

import duckdb

from corridor.engine.connection import name as sql_name
from corridor.engine.connection import quote
from corridor.engine.tabular.layout import Layout, normalised
from corridor.engine.tabular.native import native_query
from corridor.engine.tabular.source import Table
from corridor.engine.tabular.values import checks_of, problem_struct, raw_name, text_of, typed_of
from corridor.errors import CorridorError


@dataclass(frozen=True)
class Staged:
    """What became of the rows of one file: rows_in = rows_kept + rows_rejected.

    table     the temp table: line_number BIGINT and the layout's columns, typed
    rejects   SQL with the columns of ``DeliveryWriter.reject_query``
    absent    columns of the layout that the file does not have (null in ``table``)
    unknown   columns of the file that the layout does not name
    """

    table: str
    layout: Layout
    file_name: str
    rows_in: int
    rows_kept: int
    rows_rejected: int
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    rejects: str
    warnings: tuple[str, ...]


def stage(con: duckdb.DuckDBPyConnection, table: Table, layout: Layout, name: str) -> Staged:
    """Type every row of ``table`` by ``layout`` into temp table ``name``.

    A row with a value that does not fit is kept out of it and listed in ``rejects``.
    Errors: TABULAR-MISSING-COLUMN, TABULAR-COLUMN-TWICE, TABULAR-CUT, TABULAR-NO-GOOD-ROW,
    TABULAR-UNREADABLE.
    """
    places, absent, unknown = _places(table, layout)
    everything = f"{name}_all"
    con.execute("set preserve_insertion_order = true")  # or the numbers of lines would be wrong
    try:
        query = native_query(table, layout, places) if table.native else _query(table, layout, places)
        con.execute(f"create or replace temp table {sql_name(everything)} as {query}")
    except duckdb.Error:
        # DuckDB's message may quote the file: its text must not reach a log
        raise CorridorError(
            "TABULAR-UNREADABLE",
            "The file cannot be split into rows.",
            why="A row is longer than any real one, or holds control characters.",
            todo="Export the file again, or open it in an editor at the row where it breaks.",
            file=table.file.name,
        ) from None
    finally:
        con.execute("set preserve_insertion_order = false")
    chosen = ", ".join(["line_number", *(sql_name(column.name) for column in layout.columns)])
    con.execute(
        f"create or replace temp view {sql_name(name)} as select {chosen} "
        f"from {sql_name(everything)} where problem is null"
    )
    rows_in, rejected = _one(con, f"select count(*), count(problem) from {sql_name(everything)}")
    rejects = (
        f"select {quote(table.file.name)} as file_name, line_number, problem['field'] as field, "
        f"problem['code'] as reason_code, problem['reason'] as reason, "
        f"array_to_string(raw, {quote(table.delimiter)}) as raw_text "
        f"from {sql_name(everything)} where problem is not null"
    )
    _refuse_cut(con, everything, table)
    if rejected == rows_in > 1:  # one row is no pattern
        _refuse_all(con, rejects, table, rows_in, layout)
    return Staged(
        name,
        layout,
        table.file.name,
        rows_in,
        rows_in - rejected,
        rejected,
        absent,
        unknown,
        rejects,
        table.warnings,
    )


def _one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row = con.execute(query).fetchone()
    assert row is not None
    return tuple(int(value or 0) for value in row)


# ---- columns ------------------------------------------------------------------------------------


def _places(table: Table, layout: Layout) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    """Column name -> its place in the file (from 1), what is absent, what is unknown."""
    known = layout.by_header()
    names = table.columns
    twice = [column for column, count in Counter(names).items() if count > 1 and column in known]
    if twice:
        raise CorridorError(
            "TABULAR-COLUMN-TWICE",
            f"The column {table.header[names.index(twice[0])]} stands twice in the header.",
            why="Its values could come from either.",
            todo="Remove or rename one of the two.",
            file=table.file.name,
            line=table.line,
            field=table.header[names.index(twice[0])],
        )
    places: dict[str, int] = {}
    for column in layout.columns:
        for header in column.headers:
            if normalised(header) in names:
                places[column.name] = names.index(normalised(header)) + 1
                break
    if any(column.name not in places for column in layout.required):
        refuse_columns(table, layout)
    absent = tuple(column.name for column in layout.columns if column.name not in places)
    used = set(places.values())
    unknown = tuple(column for at, column in enumerate(table.header, start=1) if column and at not in used)
    return places, absent, unknown


def refuse_strange(table: Table, layout: Layout) -> NoReturn:
    """Say that a file has no column of a layout that needs none of its own."""
    expected = [column.headers[0] for column in layout.columns]
    raise CorridorError(
        "TABULAR-MISSING-COLUMN",
        f"None of the columns are known: expected are {', '.join(expected[:12])}.",
        why=f"This is read as {layout.name} ({layout.about.rstrip('.')}).",
        todo="Check that it is the right file, and that its first row holds the column names."
        + _form_of(layout, None),
        file=table.file.name,
        line=table.line or None,
    )


def _form_of(layout: Layout, template: str | None) -> str:
    name = template or (layout.name if layout.meta.get("next") else None)
    return f" A form with all columns: corridor template {name}" if name else ""


def refuse_columns(table: Table, layout: Layout, template: str | None = None) -> NoReturn:
    """Say which of the layout's needed columns a file lacks.

    template  the form that has them, where the layout is not one itself: ``corridor template`` writes it
    """
    missing = [
        column
        for column in layout.required
        if not {normalised(header) for header in column.headers} & set(table.columns)
    ]
    wanted = [column.headers[0] for column in missing]
    near = difflib.get_close_matches(normalised(wanted[0]), table.columns, n=1, cutoff=0.75)
    hint = f" Is {table.header[table.columns.index(near[0])]} meant?" if near else ""
    # a file without a header shows its first patient there: it is quoted only where it is a header
    known = set(table.columns) & set(layout.by_header())
    begins = (
        f"its header begins {', '.join(table.header[:6])}" if known else "its first row names none of them"
    )
    count = f"{len(missing)} needed columns are" if len(missing) > 1 else "A needed column is"
    raise CorridorError(
        "TABULAR-MISSING-COLUMN",
        f"{count} missing: {', '.join(wanted[:12])}.",
        why=f"This is read as {layout.name} ({layout.about.rstrip('.')}); {begins}.{hint}",
        todo="Check that it is the right file, and that its first row holds the column names."
        + _form_of(layout, template),
        file=table.file.name,
        line=table.line or None,
        field=wanted[0],
    )


def speakable(reason: str, layout: Layout) -> str:
    """A reason as a message may say it: where a file tells of people, a value may be one's number or name.

    In a file whose columns stand in another order than its header, any value may be anybody's.
    """
    if not any(column.secret for column in layout.columns):
        return reason
    return re.sub("«.*»", "the value", reason, flags=re.DOTALL)


# ---- the query ----------------------------------------------------------------------------------


def _query(table: Table, layout: Layout, places: dict[str, int]) -> str:
    width = len(table.header)
    texts = [
        f"{text_of(f'f[{places[column.name]}]', column, layout)} as {raw_name(column)}"
        for column in layout.columns
        if column.name in places
    ]
    typed = [
        f"{typed_of(raw_name(column), column)} as {sql_name(column.name)}"
        if column.name in places
        else f"cast(null as {column.sql_type}) as {sql_name(column.name)}"
        for column in layout.columns
    ]
    raws = [raw_name(column) for column in layout.columns if column.name in places]
    surplus = f"len(list_filter(f[{width + 1}:], lambda x: trim(x) <> ''))"
    few = problem_struct("(row)", "too-few-fields", _fields(width))
    many = problem_struct("(row)", "too-many-fields", _fields(width))
    shape = f"case when len(f) < {width} then {few} when len(f) > {width} and {surplus} > 0 then {many} end"
    checks = [check for column in layout.columns if column.name in places for check in checks_of(column)]
    problem = f"coalesce({', '.join(['shape', *checks])})"
    columns = ", ".join(sql_name(column.name) for column in layout.columns)
    return (
        f"select line_number, {columns}, {problem} as problem, "
        "case when problem is not null then f end as raw "
        f"from (select line_number, f, shape, {', '.join(raws + typed)} "
        f"from (select line_number, f, {shape} as shape, {', '.join(texts)} from ({table.relation})))"
    )


def _fields(width: int) -> str:
    return f"'the row has ' || len(f) || ' values where the header has {width}'"


# ---- refusals -------------------------------------------------------------------------------------


def _refuse_cut(con: duckdb.DuckDBPyConnection, everything: str, table: Table) -> None:
    """A last row with too few values, and no end of line behind it, is a cut transfer."""
    if table.sheet is not None or table.file.suffix == ".parquet":
        return
    with table.file.path.open("rb") as stream:
        stream.seek(-1, 2)
        if stream.read(1) in (b"\n", b"\r", b"\0"):
            return
    last = con.execute(
        f"select line_number, problem['code'] from {sql_name(everything)} order by line_number desc limit 1"
    ).fetchone()
    if last and last[1] == "too-few-fields":
        raise CorridorError(
            "TABULAR-CUT",
            f"The file ends in the middle of row {last[0]}.",
            why="A cut file has lost rows, and no one can tell how many.",
            todo="Fetch the file again and compare its size with the sender's.",
            file=table.file.name,
            line=int(last[0]),
        )


def _refuse_all(
    con: duckdb.DuckDBPyConnection, rejects: str, table: Table, rows: int, layout: Layout
) -> None:
    first = con.execute(
        f"select line_number, field, reason from ({rejects}) order by line_number limit 1"
    ).fetchone()
    assert first is not None
    raise CorridorError(
        "TABULAR-NO-GOOD-ROW",
        f"None of the {rows} rows can be used; the first one: {speakable(str(first[2]), layout)}.",
        why="With every row wrong it is the file that is wrong, not its rows.",
        todo="Correct the column, or check that it is the right file.",
        file=table.file.name,
        line=int(first[0]),
        field=str(first[1]),
    )
