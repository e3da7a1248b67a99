"""A warehouse for each test, and the canonical tables of what was loaded into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.engine.step import SqlStep
from corridor.engine.tables import raw_table
from corridor.engine.warehouse import Warehouse
from corridor.law import load_rules
from corridor.sources.cclf.load import load
from corridor.sources.summary import LoadSummary

Loader = Callable[..., LoadSummary]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "warehouse")


@pytest.fixture
def loader(warehouse: Warehouse) -> Loader:
    def run(*paths: Path, **settings: Any) -> LoadSummary:
        return load(paths, warehouse, {"threads": 1, **settings}, lambda *_: None)

    return run


@pytest.fixture
def tables(warehouse: Warehouse) -> Callable[[], duckdb.DuckDBPyConnection]:
    """Computes the CCLF steps, each key checked; a connection that sees cclf.* and cclf_raw.*."""

    def run() -> duckdb.DuckDBPyConnection:
        catalogue = load_catalogue()
        con = connect(threads=1)
        con.execute("create schema cclf; create schema identity")
        load_rules(["claims"]).in_force(performance_year=2024).register(con)
        for name, columns in catalogue.raw_tables.items():
            if name.startswith("cclf"):
                raw_table(warehouse, name, columns).register(con)
        alias = ", ".join(f"'{part}'" for part in warehouse.alias_parts())
        con.execute(
            "create table identity.person_alias as "
            + (
                f"select * from read_parquet([{alias}])"
                if alias
                else "select 0 as person_id, 0 as kept_person_id"
            )
        )
        for step in catalogue.order([step for step in catalogue.steps if step.startswith("cclf.")]):
            assert isinstance(step, SqlStep)
            con.execute(f"create table {step.step} as {step.sql}")
            key = ", ".join(step.key)
            twice = con.execute(
                f"select count(*) from (select 1 from {step.step} group by {key} having count(*) > 1)"
            ).fetchone()
            assert twice == (0,), step.step
        return con

    return run
