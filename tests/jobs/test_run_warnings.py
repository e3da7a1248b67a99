"""A run says what its figures lack: tables that are not installed, claims seen twice, days to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from corridor.jobs.run_warnings import run_warnings


class OneRun:
    """A run of a few small tables."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("create schema claims; create schema population")
        self.tables: set[str] = set()

    def give(self, table: str, rows: str) -> OneRun:
        self.con.execute(f"create table {table} as {rows}")
        self.tables.add(table)
        return self

    def has(self, table: str) -> bool:
        return table in self.tables

    def query(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.con.execute(sql, parameters or [])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row)) for row in cursor.fetchall()]


def warnings(run: OneRun) -> list[str]:
    return run_warnings(run)  # type: ignore[arg-type]


LINE = (
    "select '{source}' as source_id, 1 as person_id, date '2025-03-01' + cast(i as integer) as "
    "claim_start_date, '99214' as hcpcs_code, '1' as rendering_npi, cast(null as varchar) as facility_npi, "
    "cast({amount} as decimal(18, 2)) as paid_amount from range({count}) as t(i)"
)


def lines(one: int, other: int, amount: int = 80) -> str:
    return (
        LINE.format(source="A9999", amount=80, count=one)
        + " union all "
        + LINE.format(source="fhir", amount=amount, count=other)
    )


def test_the_same_services_from_two_sources_are_told() -> None:
    run = OneRun().give("claims.medical_claim", lines(10, 4))
    (told,) = warnings(run)
    assert told.startswith("A9999 and fhir share 4 services")


@pytest.mark.parametrize("rows", [lines(10, 4, amount=81), LINE.format(source="A", amount=80, count=5)])
def test_other_services_and_one_source_are_silent(rows: str) -> None:
    assert warnings(OneRun().give("claims.medical_claim", rows)) == []


def test_a_service_of_a_day_to_come_is_told() -> None:
    later = date.today() + timedelta(days=400)
    run = OneRun().give(
        "claims.quality_count",
        f"select 'A9999' as source_id, 3 as lines, date '{later}' as last_service_date "
        f"union all select 'A9999', 900, date '{date.today()}'",
    )
    (told,) = warnings(run)
    assert told.startswith(f"3 lines of A9999 are in months with service dates up to {later}")


def test_no_risk_tables_is_told_and_scores_are_silent() -> None:
    empty = OneRun().give("population.risk_score", "select 1 as person_id where false")
    assert warnings(empty)[0].startswith("No risk scores: the CMS-HCC tables")
    assert warnings(OneRun().give("population.risk_score", "select 1 as person_id")) == []
