"""When a file is refused: no reference, too many rows that cannot be used, a key that stands twice."""

from __future__ import annotations

import duckdb

from corridor.engine.connection import name as sql_name
from corridor.engine.tabular import Staged, Table
from corridor.errors import CorridorError
from corridor.reference.catalogue import Reference, catalogue

_TOLERATED = 0.05  # of the rows may be unusable before the file is refused


def unknown(table: Table) -> CorridorError:
    """REFERENCE-UNKNOWN: a header of no reference."""
    known = ", ".join(sorted(catalogue()))
    return CorridorError(
        "REFERENCE-UNKNOWN",
        "This is no reference file that Corridor knows.",
        why="Its header has the columns of none of the references.",
        todo=f"Check the file. Corridor reads: {known}. Their columns: corridor reference list --json",
        file=table.file.name,
    )


def refuse_many(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """REFERENCE-EMPTY, REFERENCE-BAD-ROWS."""
    if staged.rows_in == 0:
        raise CorridorError(
            "REFERENCE-EMPTY",
            "The file holds a header and no rows.",
            why="Installed, it would look like a list of nobody.",
            todo="Fetch the file again.",
            file=staged.file_name,
        )
    if staged.rows_rejected > _TOLERATED * staged.rows_in:
        first = con.execute(
            f"select line_number, field, reason from ({staged.rejects}) order by line_number limit 1"
        ).fetchone()
        assert first is not None
        raise CorridorError(
            "REFERENCE-BAD-ROWS",
            f"{staged.rows_rejected:,} of {staged.rows_in:,} rows cannot be used; the first one: {first[2]}.",
            why="So many wrong rows mean a wrong file or a changed layout.",
            todo="Check that it is the file CMS published, unchanged.",
            file=staged.file_name,
            line=int(first[0]),
            field=str(first[1]),
        )


def check_key(con: duckdb.DuckDBPyConnection, reference: Reference, file_name: str) -> None:
    """REFERENCE-KEY: rows that differ under one key."""
    key = ", ".join(sql_name(column) for column in reference.key)
    twice = con.execute(
        f"select {key}, count(*) from (select distinct * from reference_rows) group by {key} "
        f"having count(*) > 1 order by {key} limit 1"
    ).fetchone()
    if twice:
        which = ", ".join(f"{column} {value}" for column, value in zip(reference.key, twice))
        raise CorridorError(
            "REFERENCE-KEY",
            f"The file says two different things of {which}.",
            why=f"{', '.join(reference.key)} must be unique, or results would depend on the order of rows.",
            todo="Remove one of the rows; or install different editions under their own --vintage.",
            file=file_name,
        )
