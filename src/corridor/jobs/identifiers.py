"""Beneficiary identifiers of people a run knows by number, for lists worked inside an organization."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import connect, parquet
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.context import Context

COLUMN = "bene_mbi_id"
Row = dict[str, Any]


def with_identifiers(context: Context, rows: Sequence[Row], person: str = "person_id") -> list[Row]:
    """The same rows with an identifier of each person (None where there is none).

    Raises AUDIT-MBI where no row names a person, or the warehouse keeps no identifiers.
    """
    known = _of(context, {int(row[person]) for row in rows if row.get(person) is not None}) if rows else {}
    return [_beside(row, person, known) for row in rows]


def _beside(row: Row, person: str, known: dict[int, str]) -> Row:
    """A row with the identifier beside the number."""
    found: Row = {}
    for name, value in row.items():
        found[name] = value
        if name == person:
            found[COLUMN] = None if value is None else known.get(int(value))
    return found


def _of(context: Context, people: Iterable[int]) -> dict[int, str]:
    wanted = sorted(people)
    parts = [one.path / "identity" / "person.parquet" for one in context.warehouse.deliveries()]
    present = [part for part in parts if part.exists()]
    if not present or not wanted:
        raise CorridorError(
            "AUDIT-MBI",
            "The identifiers of these people are not in this warehouse.",
            why="They are kept with the deliveries of a run; a file that is checked brings its own numbers.",
            todo="Leave --with-mbi away.",
            field="--with-mbi",
        )
    con = connect(context.warehouse.spill)
    try:
        read_known(con, context.warehouse, present)
        con.execute("create temp table wanted as select unnest(?::bigint[]) as person_id", [wanted])
        rows = con.execute(
            "select known.person_id, max(known.identifier) from known "
            "join wanted on wanted.person_id = known.person_id group by all"
        ).fetchall()
    finally:
        con.close()
    return {int(person): str(identifier) for person, identifier in rows}


def read_known(con: duckdb.DuckDBPyConnection, warehouse: Warehouse, parts: Sequence[Path]) -> None:
    """Make the temporary table known (identifier, person_id) of identity files, merged people as one."""
    con.execute(f"create temp table known as select identifier, person_id from {parquet(parts)}")
    if alias := warehouse.alias_parts():
        con.execute(
            "update known set person_id = alias.kept_person_id from "
            f"{parquet(alias)} as alias where alias.person_id = known.person_id"
        )
