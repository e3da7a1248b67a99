"""What the tests of the Spark engine share: a quiet local session, and a comparison of tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.connection import connect, name, parquet
from corridor.engine.run import Runner
from corridor.engine.spark import SparkRunner
from corridor.engine.spark.session import open_session
from corridor.engine.step import Step
from corridor.engine.tables import Table

NO_JAVA = "NOT TESTED: no Java here, and Spark needs 17 or newer"
# The least that answers at once on a few thousand rows; nothing of it changes an answer.
SMALL_CONF = {
    "spark.sql.shuffle.partitions": 2,
    "spark.default.parallelism": 2,
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.adaptive.enabled": False,
    "spark.sql.codegen.wholeStage": False,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@contextmanager
def local_session(scratch: Path) -> Iterator[Any]:
    """Spark on two cores of this machine; skips loudly where there is no Java."""
    if shutil.which("java") is None:
        pytest.skip(NO_JAVA)
    with open_session("local[2]", SMALL_CONF, scratch) as session:
        yield session


class FedRunner(SparkRunner):
    """Runs every step on the tables that DuckDB made, so that a difference shows where it arises."""

    def __init__(self, *args: Any, given: Mapping[str, Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.given = given

    def _table(self, read: str, step: Step) -> Table:
        return self.given[read]


def differences(step: Step, ours: Table, theirs: Table, relative: float = 1e-12) -> list[str]:
    """How a table of DuckDB and the same of Spark differ: columns, rows, doubles beyond ``relative``."""
    con = connect(threads=2)
    one, other = parquet(ours.whole.files), parquet(theirs.whole.files)
    types = [
        dict(con.execute(f"select column_name, column_type from (describe from {t})").fetchall())
        for t in (one, other)
    ]
    if types[0] != types[1]:
        return [f"{step.step}: columns {sorted(set(types[0].items()) ^ set(types[1].items()))}"]
    exact = ", ".join(name(column) for column, kind in types[0].items() if kind not in ("DOUBLE", "FLOAT"))
    found = []
    for these, those, engine in ((one, other, "DuckDB"), (other, one, "Spark")):
        query = f"select {exact} from {these} except all select {exact} from {those}"
        rows = con.execute(f"select count(*) from ({query})").fetchone()
        if rows and rows[0]:
            found.append(
                f"{step.step}: {rows[0]} rows of {engine} alone, such as {con.execute(query).fetchone()}"
            )
    on = " and ".join(f"a.{name(key)} is not distinct from b.{name(key)}" for key in step.key)
    for column in () if found else [c for c, kind in types[0].items() if kind in ("DOUBLE", "FLOAT")]:
        a, b = f"a.{name(column)}", f"b.{name(column)}"
        query = (
            f"select {a}, {b} from {one} as a join {other} as b on {on} where {a} is distinct from {b} "
            f"and coalesce(not (abs({a} - {b}) <= {relative} * greatest(abs({a}), abs({b}))), true)"
        )
        rows = con.execute(f"select count(*) from ({query})").fetchone()
        if rows and rows[0]:
            found.append(f"{step.step}.{column}: {rows[0]} values, such as {con.execute(query).fetchone()}")
    return found


def tables_of(runner: Runner) -> Mapping[str, Table]:
    """The tables a runner has read and made."""
    return runner.tables
