"""A toy source and two toy steps, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.catalogue import COMMON_COLUMNS, Catalogue
from corridor.engine.files import InputFile, digest_of
from corridor.engine.run import Runner
from corridor.engine.step import parse_sql_step
from corridor.engine.warehouse import Warehouse

RAW = {
    "toy_raw.line": {
        "claim_id": "VARCHAR",
        "person_id": "BIGINT",
        "paid": "DECIMAL(18,2)",
        "service_month": "INTEGER",
    }
}

LINE = """-- step:      toy.line
-- makes:     one row per claim
-- key:       claim_id
-- reads:     toy_raw.line, identity.person_alias
-- cites:     Corridor
-- evidence:  none
-- partition: service_month
select l.claim_id, coalesce(a.kept_person_id, l.person_id) as person_id, l.paid, l.service_month
from toy_raw.line as l
left join identity.person_alias as a on a.person_id = l.person_id
"""
SPEND = """-- step:      toy.spend
-- makes:     one row per person
-- key:       person_id
-- reads:     toy.line
-- cites:     Corridor
-- evidence:  toy.line(claim_id)
select person_id, sum(paid) as paid from toy.line group by person_id
"""


class NoRules:
    """A law without rules."""

    def register(self, con: duckdb.DuckDBPyConnection, names: Iterable[str] | None = None) -> None:
        return None

    def digest(self, names: Iterable[str] | None = None) -> str:
        return digest_of(list(names or []))


def catalogue(*texts: str) -> Catalogue:
    steps = [parse_sql_step(text, "toy.sql") for text in (texts or (LINE, SPEND))]
    raw = {table: {**columns, **COMMON_COLUMNS} for table, columns in RAW.items()}
    return Catalogue({step.step: step for step in steps}, raw)


def deliver(
    warehouse: Warehouse,
    file: Path,
    rows: list[tuple[str, str, float, int]],
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Load (claim, identifier, paid, month) rows as one delivery; ``file`` is made to hold them."""
    file.write_text(repr((rows, links)))
    with warehouse.begin_delivery("toy", "S1", [InputFile.of(file, "line")]) as d:
        d.con.execute(
            "create temp table staged (claim_id varchar, mbi varchar, paid decimal(18,2), service_month int)"
        )
        if rows:
            d.con.executemany("insert into staged values (?, ?, ?, ?)", [list(row) for row in rows])
        d.person_ids("select mbi as identifier from staged", "mbi")
        if links:
            values = ", ".join(f"('{previous}', '{current}')" for previous, current in links)
            d.merge_persons(f"select * from (values {values}) as link(previous, current)")
        d.add_table(
            "toy_raw.line",
            "select claim_id, person_id, paid, service_month from staged join person_map on identifier = mbi",
            "service_month",
        )
        return d.delivery_id


def runner(
    warehouse: Warehouse, *texts: str, threads: int | None = None, log: list[Any] | None = None
) -> Runner:
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    progress = None if log is None else (lambda step, place, total, what: log.append((step, what)))
    return Runner(
        warehouse, NoRules(), setting, threads=threads, progress=progress, catalogue=catalogue(*texts)
    )
