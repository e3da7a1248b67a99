"""Who a patient is: a key that outlives the numbers of a warehouse, and the name for whoever asked to see it.

This is the only place of the application that reads identifiers. What leaves it is a keyed hash, from which
nobody comes back to the identifier; and, for one person at a time and after the record is in the audit log,
identifier and name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from corridor.engine.connection import connect, parquet
from corridor.engine.warehouse import Warehouse
from corridor.jobs.identifiers import read_known

if TYPE_CHECKING:
    from corridor.web.guard import Visit

NAMES = ("bene_1st_name", "bene_midl_name", "bene_last_name")


@dataclass(frozen=True)
class Person:
    """Somebody as the payer knows them; "" where the loads did not say."""

    identifier: str
    name: str


def make_person_keys(con: duckdb.DuckDBPyConnection, warehouse: Warehouse, secret: str) -> None:
    """Make table ``person_key`` (person_id, key, main) on a connection of one's own: a key an identifier.

    ``main`` is the one items are named by: of the identifier that was loaded first. Without identifiers the
    table is empty, and items are named by the number of the person.
    """
    con.execute("create table person_key (person_id bigint, key varchar, main boolean)")
    parts = _parts(warehouse, "person")
    if not parts:
        return
    # Numbers as given at load, and as after people were found to be one: a run may stand on either.
    con.execute(f"create temp table first_known as select identifier, person_id from {parquet(parts)}")
    read_known(con, warehouse, parts)
    con.execute(
        """
        insert into person_key
        with paired as (
            select known.person_id, known.identifier, min(first_known.person_id) as given
            from known join first_known on first_known.identifier = known.identifier group by all
            union
            select person_id, identifier, person_id from first_known
        ), one as (
            select person_id, identifier, min(given) as given from paired group by person_id, identifier
        )
        select person_id, sha256(? || '|person|' || identifier),
               row_number() over (partition by person_id order by given, identifier) = 1
        from one
        """,
        [secret],
    )
    con.execute("drop table known")
    con.execute("drop table first_known")


def identify(visit: Visit, person_id: int, why: str) -> Person:
    """Identifier and name of one person, written to the audit log first; without it nothing is read.

    The caller has shown that the person is in the scope of whoever asks: by a row that their viewer gave.
    """
    visit.note("patient_identified", f"patient {person_id}, {why}"[:120])
    warehouse = visit.bench.warehouse
    parts = _parts(warehouse, "person")
    if not parts:
        return Person("", "")
    con = connect(threads=1)
    try:
        numbers = _numbers(con, warehouse, person_id)
        found = con.execute(
            f"select max(identifier) from {parquet(parts)} where person_id in {_marks(numbers)}", numbers
        ).fetchone()
        return Person(str(found[0] or "") if found else "", _name(con, warehouse, numbers))
    finally:
        con.close()


def _numbers(con: duckdb.DuckDBPyConnection, warehouse: Warehouse, person_id: int) -> list[int]:
    """The numbers that stand for a person in the files; none for one who was found to be another."""
    alias = warehouse.alias_parts()
    if not alias:
        return [person_id]
    rows = con.execute(
        f"select person_id, kept_person_id from {parquet(alias)} where kept_person_id = ? or person_id = ?",
        [person_id, person_id],
    ).fetchall()
    numbers = {int(number) for number, kept in rows if kept == person_id}
    moved = any(number == person_id != kept for number, kept in rows)
    return sorted(numbers if moved else numbers | {person_id})


def _name(con: duckdb.DuckDBPyConnection, warehouse: Warehouse, numbers: list[int]) -> str:
    """The newest name on file: that of the newest delivery which names the person."""
    for delivery in reversed(warehouse.deliveries()):
        for file in sorted((delivery.path / "identity").glob("*_person-*.parquet")):
            columns = {
                str(row[0]) for row in con.execute(f"describe select * from {parquet([file])}").fetchall()
            }
            if not {"person_id", *NAMES} <= columns:
                continue
            found = con.execute(
                f"select {', '.join(NAMES)} from {parquet([file])} where person_id in {_marks(numbers)} "
                "limit 1",
                numbers,
            ).fetchone()
            if found:
                return " ".join(str(part).strip() for part in found if part)
    return ""


def _marks(values: list[int]) -> str:
    """A mark a value: so written, parts of a file that cannot hold one of them are not read."""
    return f"({', '.join('?' for _ in values) or 'null'})"


def _parts(warehouse: Warehouse, table: str) -> list[Path]:
    found = [one.path / "identity" / f"{table}.parquet" for one in warehouse.deliveries()]
    return [part for part in found if part.exists()]
