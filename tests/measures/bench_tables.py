"""Run one step over tables written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridor.engine import PythonStep, SqlStep, StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.law import load_rules

Row = dict[str, Any]


class Tables:
    """Tables by hand, then ``make`` a step out of them. Columns are typed by ``types``, else as text says."""

    def __init__(
        self,
        programs: Sequence[str],
        data_year: int = 2025,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        self.con = connect(threads=1)
        self.force = load_rules(programs, overrides=overrides).in_force(performance_year=data_year + 2)
        self.give(
            "run.setting",
            {"performance_year": "INTEGER", "payment_year": "INTEGER", "data_year": "INTEGER"},
            [(data_year + 2, data_year + 4, data_year)],
        )

    def give(self, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        schema = table.partition(".")[0]
        self.con.execute(f"create schema if not exists {schema}")
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.con.execute(f"create or replace table {table} ({listed})")
        for row in rows:
            assert len(row) == len(columns), f"{table}: {row}"
            self.con.execute(f"insert into {table} values ({', '.join('?' * len(columns))})", list(row))

    def make(self, name: str) -> list[Row]:
        step = load_catalogue().steps[name]
        if step.rules:
            self.force.register(self.con, list(step.rules))
        schema = name.partition(".")[0]
        self.con.execute(f"create schema if not exists {schema}")
        if isinstance(step, SqlStep):
            query = step.sql
        else:
            assert isinstance(step, PythonStep) and step.function is not None
            query = step.function(StepContext(self.con, self.force))
        self.con.execute(f"create or replace table {name} as {query}")
        cursor = self.con.execute(f"select * from {name} order by {', '.join(step.key)}")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
