"""Every source makes the same tables: the same columns, in types that meet in one union."""

from __future__ import annotations

import pytest

from corridor.engine import SqlStep
from corridor.engine.catalogue import RUN_TABLES, load_catalogue
from corridor.engine.connection import connect
from corridor.law import load_rules
from tests.claims.canonical import CANONICAL, FORMATS, NOT_MADE


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, str]]:
    """Table -> column -> type of every canonical table, computed over empty raw tables."""
    catalogue = load_catalogue()
    con = connect(threads=1)
    force = load_rules(["asm", "claims"]).in_force(2027)
    tables = {**RUN_TABLES, **catalogue.raw_tables}
    for table, columns in tables.items():
        con.execute(f"create schema if not exists {table.partition('.')[0]}")
        con.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    wanted = [f"{fmt}.{table}" for fmt, table in MADE]
    found: dict[str, dict[str, str]] = {}
    for step in catalogue.order(wanted):
        assert isinstance(step, SqlStep), step.step
        if step.rules:
            force.register(con, list(step.rules))
        con.execute(f"create schema if not exists {step.step.partition('.')[0]}")
        con.execute(f"create table {step.step} as {step.sql}")
        if step.step in wanted:
            rows = con.execute(f"describe {step.step}").fetchall()
            found[step.step] = {row[0]: row[1] for row in rows}
    return found


MADE = [(fmt, table) for fmt in FORMATS for table in sorted(CANONICAL) if f"{fmt}.{table}" not in NOT_MADE]


@pytest.mark.parametrize(("fmt", "table"), MADE)
def test_a_source_makes_the_canonical_table(
    described: dict[str, dict[str, str]], fmt: str, table: str
) -> None:
    made = {name: kind.replace(" ", "") for name, kind in described[f"{fmt}.{table}"].items()}
    assert made == CANONICAL[table]
