"""Tables of a run computed anew with one of them changed: the steps themselves, and nothing is stored.

What would another participant list assign? The steps that hang on the changed table are run again, in memory,
over the tables the run left; the run itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from corridor.engine.catalogue import RUN_TABLES, load_catalogue
from corridor.engine.connection import connect, name, parquet
from corridor.engine.step import SqlStep, Step
from corridor.engine.tables import empty_select, raw_table
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError

if TYPE_CHECKING:
    import duckdb

    from corridor.engine.runs import Run
    from corridor.law import RulesInForce


def touched(changed: Sequence[str], wanted: Sequence[str]) -> list[Step]:
    """The steps that lie between the changed tables and the wanted ones, in the order they run."""
    moved = set(changed)
    found = []
    for step in load_catalogue().order(wanted):
        if step.step not in moved and moved.intersection(step.reads):
            moved.add(step.step)
            found.append(step)
    return found


def recomputed(
    run: Run, force: RulesInForce, changes: Mapping[str, str], wanted: Sequence[str]
) -> duckdb.DuckDBPyConnection:
    """A connection on which ``wanted`` tables are as they would be; those the change does not reach are the
    run's own.

    changes  table -> a select of its rows, over the table as the run left it
    Raises RERUN-STEP where a step in between is not SQL, RERUN-TABLE where the run did not make a table that
    is read.
    """
    steps = touched([*changes], wanted)
    made = {step.step for step in steps}
    con = connect()
    for table in sorted({read for step in steps for read in step.reads} - made | {*changes, *wanted} - made):
        _view(con, run, table)
    for table, select in changes.items():
        _replace(con, table, select)
    names = sorted({rule for step in steps for rule in step.rules})
    force.register(con, [rule for rule in names if rule in force])
    for step in steps:
        if not isinstance(step, SqlStep):
            raise CorridorError(
                "RERUN-STEP",
                f"{step.step} cannot be computed again beside a run.",
                why="It is not written in SQL.",
                todo="Change the loaded lists themselves, and run again: corridor run.",
            )
        con.execute(f"create schema if not exists {name(step.step.split('.')[0])}")
        con.execute(f"create or replace table {name(*step.step.split('.'))} as {step.sql}")
    return con


def _replace(con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    """A table in place of the view it is made from."""
    relation = name(*table.split("."))
    con.execute(f"create temp table changed as {select}")
    con.execute(f"drop view {relation}")
    con.execute(f"create table {relation} as select * from changed")
    con.execute("drop table changed")


def _view(con: duckdb.DuckDBPyConnection, run: Run, table: str) -> None:
    """A table the run made, was given or has loaded, as a view of its name."""
    catalogue = load_catalogue()
    schema, short = table.split(".")
    con.execute(f"create schema if not exists {name(schema)}")
    files = run.files(table) or run.given.get(table, [])
    if files:
        con.execute(f"create view {name(schema, short)} as select * from {parquet(files)}")
    elif table == "run.setting":
        setting = run.manifest["setting"]
        columns = ", ".join(f"cast({int(setting[c])} as integer) as {name(c)}" for c in RUN_TABLES[table])
        con.execute(f"create view {name(schema, short)} as select {columns}")
    elif table in RUN_TABLES:
        _identity(con, run, table)
    elif table in catalogue.raw_tables:
        raw_table(Warehouse.open(run.home), table, catalogue.raw_tables[table]).register(con)
    else:
        raise _lacking(table)


def needed(run: Run, tables: Sequence[str]) -> None:
    """Raises RERUN-TABLE for the first table the run did not make."""
    for table in tables:
        if not run.has(table):
            raise _lacking(table)


def _lacking(table: str) -> CorridorError:
    return CorridorError(
        "RERUN-TABLE",
        f"The last complete run did not make {table}.",
        why="It was limited with --only, or is older than this table.",
        todo="Run again: corridor run.",
        field=table,
    )


def _identity(con: duckdb.DuckDBPyConnection, run: Run, table: str) -> None:
    """Merged people, as the warehouse knows them."""
    parts = Warehouse.open(run.home).alias_parts()
    rows = f"select * from {parquet(parts)}" if parts else empty_select(RUN_TABLES[table])
    con.execute(f"create view {name(*table.split('.'))} as {rows}")
