"""The SQL that cuts records into typed columns, written from the layout for each piece of a file.

What extent.py knows of a piece tells which parts of a field are always blank and which never: most
fields then need no trimming, and many not even a test for blank.
"""

from __future__ import annotations

import duckdb
import numpy as np

from corridor.layouts.cclf import Field, Layout
from corridor.sources.cclf.extent import Extent
from corridor.sources.cclf.shape import Bytes

SQL_TYPES = {
    "code": "VARCHAR",
    "digits": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "integer": "INTEGER",
    "amount": "DECIMAL(18,2)",
    "quantity": "DECIMAL(18,4)",
}
_LINES_A_BUFFER = 2048  # one vector of DuckDB


def column(one: Field, extent: Extent) -> str:
    """The expression that reads a field from ``record.text``; null where it is blank."""
    kind = SQL_TYPES[one.type]
    used = extent.used(one)
    if used is None:
        return f"cast(null as {kind})"
    first, last = used
    text = f"substr(text, {first}, {last - first + 1})"
    blank = extent.ever_blank
    if one.type in ("integer", "amount", "quantity"):
        if blank[last - 1]:
            text = f"nullif(trim({text}), '')"
    elif one.type == "date" or first == last:
        if blank[first - 1]:
            text = f"nullif({text}, '{' ' * (last - first + 1)}')"
    elif blank[first - 1 : last].any():
        if one.type != "text" and extent.full_or_blank(first, last):
            return f"nullif({text}, '{' ' * (last - first + 1)}')"
        text = f"trim({text})"
        if blank[first - 1] and blank[last - 1]:
            text = f"nullif({text}, '')"
    return text if kind == "VARCHAR" else f"cast({text} as {kind})"


def kept_fields(layout: Layout) -> list[Field]:
    """The fields that go to the raw table: all but those that identify a person."""
    return [one for one in layout.fields if not one.identifies]


def stage(con: duckdb.DuckDBPyConnection, piece: Bytes, text_length: int, first_line: int) -> None:
    """Make temp table ``record(line_number, text)`` of a piece (rows, width) of plain ASCII.

    The lines travel in buffers of one vector each. Lying in a table, DuckDB knows them to be
    ASCII and cuts them without decoding, which halves the work.
    """
    width = piece.shape[1]
    buffers = [
        piece[at : at + _LINES_A_BUFFER].tobytes().decode("ascii")
        for at in range(0, len(piece), _LINES_A_BUFFER)
    ]
    counts = [min(_LINES_A_BUFFER, len(piece) - at) for at in range(0, len(piece), _LINES_A_BUFFER)]
    con.register(
        "buffer",
        {
            "text": np.array(buffers, dtype=object),
            "line_count": np.array(counts),
            "first_line": np.array([first_line + at for at in range(0, len(piece), _LINES_A_BUFFER)]),
        },
    )
    con.execute("create or replace temp table buffered as select * from buffer")
    con.execute(
        f"create or replace temp table record as select first_line + i as line_number, "
        f"substr(text, i * {width} + 1, {text_length}) as text "
        f"from (select *, unnest(range(0, line_count)) as i from buffered)"
    )
    con.unregister("buffer")
    con.execute("drop table buffered")
