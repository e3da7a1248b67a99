"""A small bench for steps: inputs as Python rows, the real SQL files, rows back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from corridor.engine import PythonStep, SqlStep, StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.law import Rules, load_rules
from tests.claims.canonical import INPUTS

ROOMS = ("claims", "episodes", "measures", "quality", "asm")
Row = dict[str, Any]


@cache
def _law() -> Rules:
    """The law without overrides, read once."""
    return load_rules(["asm", "claims", "mips"])


class Workbench:
    """Runs the steps of the claims-to-ASM rooms over rows given by a test."""

    def __init__(
        self,
        performance_year: int = 2027,
        overrides: Mapping[str, Any] | None = None,
        data_year: int | None = None,
    ) -> None:
        self.con = connect(threads=1)
        law = load_rules(["asm", "claims", "mips"], overrides=overrides) if overrides else _law()
        self.force = law.in_force(performance_year)
        self.catalogue = load_catalogue()
        self.made: set[str] = set()
        year = performance_year - 2 if data_year is None else data_year
        self.give(
            "run.setting",
            [{"performance_year": performance_year, "payment_year": performance_year + 2, "data_year": year}],
        )

    def give(self, table: str, rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> None:
        """Make a table from rows; a column that a row leaves out is null, a column unknown is an error."""
        types = dict(columns or INPUTS[table])
        schema = table.partition(".")[0]
        self.con.execute(f"create schema if not exists {schema}")
        self.con.execute(
            f"create or replace table {table} ({', '.join(f'{n} {t}' for n, t in types.items())})"
        )
        cells = []
        for row in rows:
            unknown = set(row) - set(types)
            assert not unknown, f"{table} has no column {sorted(unknown)}"
            cells.append([row.get(name) for name in types])
        if cells:
            self.con.executemany(f"insert into {table} values ({', '.join('?' * len(types))})", cells)
        self.made.add(table)

    def run(self, *targets: str) -> list[Row]:
        """Run what the targets need, in order, each key checked; the rows of the last target."""
        needed = self._needed(targets)
        for step in self.catalogue.order(targets):
            if step.step not in needed:
                continue
            for table in step.reads:
                if table not in self.made:
                    assert table in INPUTS, f"{step.step} reads {table}, which no test input declares"
                    self.give(table, [])
            self.force.register(self.con, list(step.rules))
            schema = step.step.partition(".")[0]
            self.con.execute(f"create schema if not exists {schema}")
            if isinstance(step, SqlStep):
                self.con.execute(f"create or replace table {step.step} as {step.sql}")
            else:
                assert isinstance(step, PythonStep) and step.function is not None
                made = step.function(StepContext(self.con, self.force, {}))
                columns, types = made if isinstance(made, tuple) else (made, {})
                self.con.register("python_step_output", dict(columns))
                chosen = ", ".join(f"cast({c} as {types[c]}) as {c}" if c in types else c for c in columns)
                self.con.execute(
                    f"create or replace table {step.step} as select {chosen} from python_step_output"
                )
                self.con.unregister("python_step_output")
            self.made.add(step.step)
            key = ", ".join(step.key)
            twice = self.con.execute(
                f"select count(*) from (select 1 from {step.step} group by {key} having count(*) > 1)"
            ).fetchone()
            assert twice == (0,), f"{step.step}: {twice} keys more than once"
            wide = self.con.execute(
                "select column_name from duckdb_columns() where data_type = 'HUGEINT' "
                "and schema_name || '.' || table_name = ?",
                [step.step],
            ).fetchall()
            assert not wide, (
                f"{step.step}: {wide} would become doubles in Parquet; cast sums of counts to bigint"
            )
        return self.rows(f"select * from {targets[-1]}")

    def _needed(self, targets: Iterable[str]) -> set[str]:
        """The steps of these rooms that the targets need and no test has given."""
        needed: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name in needed or name in self.made or name not in self.catalogue.steps:
                continue
            if name.partition(".")[0] in ROOMS:
                needed.add(name)
                stack.extend(self.catalogue.steps[name].reads)
        return needed

    def rows(self, query: str) -> list[Row]:
        """The rows of a query as dicts."""
        found = self.con.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def day(text: str) -> date:
    """``2025-01-31`` as a date."""
    return date.fromisoformat(text)
