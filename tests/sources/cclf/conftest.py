"""A warehouse for each test, and the canonical tables of what was loaded into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.engine.run import Runner
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
    """Runs the CCLF steps; a connection that sees cclf.* and cclf_raw.*."""

    def run() -> duckdb.DuckDBPyConnection:
        force = load_rules(["claims"]).in_force(performance_year=2024)
        runner = Runner(warehouse, force, {"performance_year": 2024, "payment_year": 2026, "data_year": 2024})
        runner.run([step for step in load_catalogue().steps if step.startswith("cclf.")])
        con = connect()
        for name, table in runner.tables.items():
            if name.startswith("cclf"):
                table.register(con)
        return con

    return run
