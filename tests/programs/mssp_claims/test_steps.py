"""Steps of an ACO's people and dollars on tables of a few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.engine.step import SqlStep

Row = dict[str, Any]


def run(step: str, tables: Mapping[str, Sequence[Row]], shapes: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """The rows of a SQL step over these tables; ``shapes``: the columns of each."""
    con: duckdb.DuckDBPyConnection = connect(threads=1)
    for table, columns in shapes.items():
        con.execute(f"create schema if not exists {table.split('.')[0]}")
        con.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        for row in tables.get(table, ()):
            assert set(row) <= set(columns), (table, row)
            con.execute(
                f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )
    declared = load_catalogue().steps[step]
    assert isinstance(declared, SqlStep)
    cursor = con.execute(declared.sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


ASSIGNMENT = {
    "attribution.person": {"person_id": "bigint", "aco_id": "varchar", "tin": "varchar", "basis": "varchar"},
    "attribution.assignment_month": {
        "person_id": "bigint", "year": "integer", "source_id": "varchar", "assigned": "boolean",
    },
    "attribution.participant": {"tin": "varchar", "aco_id": "varchar", "program": "varchar"},
    "attribution.primary_care_service": {
        "person_id": "bigint", "service_date": "date", "provider_id": "varchar", "is_facility": "boolean",
        "allowed_amount": "decimal(18,2)", "in_mssp": "boolean", "clinician_group": "varchar",
    },
    "population.enrollment_month": {
        "person_id": "bigint", "year": "integer", "fee_for_service": "boolean",
        "medicare_advantage": "boolean", "part_a": "boolean", "part_b": "boolean",
    },
    "run.setting": {"data_year": "integer"},
}  # fmt: skip


def visit(person: int, day: str, tin: str, dollars: int, group: str = "primary_care_physician") -> Row:
    return {
        "person_id": person, "service_date": date.fromisoformat(day), "provider_id": tin,
        "is_facility": False, "allowed_amount": Decimal(dollars), "in_mssp": True, "clinician_group": group,
    }  # fmt: skip


def enrolled(person: int, year: int, plan: bool = False) -> Row:
    return {
        "person_id": person, "year": year, "fee_for_service": not plan, "medicare_advantage": plan,
        "part_a": True, "part_b": True,
    }  # fmt: skip


VISITS = [
    visit(1, "2025-03-01", "T1", 100), visit(1, "2025-04-01", "T2", 90), visit(1, "2025-05-01", "X", 150),
    visit(2, "2025-03-01", "T1", 100), visit(2, "2025-05-01", "X", 101),
    visit(3, "2025-03-01", "T1", 50, "specialist"), visit(3, "2025-05-01", "X", 40, "specialist"),
    visit(4, "2025-03-01", "T1", 50, "specialist"), visit(4, "2025-05-01", "X", 10),
    visit(5, "2025-03-01", "T1", 50, "non_physician"),
    visit(6, "2025-03-01", "T1", 50),
]  # fmt: skip


def assigned(**more: list[Row]) -> dict[tuple[int, int], tuple[str, str, str]]:
    tables: dict[str, list[Row]] = {
        "attribution.person": [{"person_id": 1, "aco_id": "A1", "tin": "T2", "basis": "claims"}],
        "attribution.participant": [
            {"tin": "T1", "aco_id": "A1", "program": "mssp"},
            {"tin": "T2", "aco_id": "A1", "program": "mssp"},
        ],
        "attribution.primary_care_service": VISITS,
        "population.enrollment_month": [enrolled(person, 2025, plan=person == 6) for person in range(1, 7)],
        "run.setting": [{"data_year": 2026}],
    }  # fmt: skip
    tables.update({name.replace("__", "."): rows for name, rows in more.items()})
    return {
        (row["person_id"], row["year"]): (row["aco_id"], row["tin"], row["basis"])
        for row in run("mssp.assigned", tables, ASSIGNMENT)
    }


def test_a_year_without_a_list_is_assigned_again_by_its_own_claims() -> None:
    # 1: the practices of the ACO are pooled, 190 against 150; most of it with T1. 2: 101 elsewhere, 100 here.
    # 3: nobody of the first step, so the specialists decide. 4: one visit of the first step decides alone.
    # 5: nobody of the ACO is a physician. 6: a month in a health plan.
    assert assigned() == {
        (1, 2026): ("A1", "T2", "claims"),
        (1, 2025): ("A1", "T1", "claims_of_the_year"),
        (3, 2025): ("A1", "T1", "claims_of_the_year"),
    }


def test_a_year_with_a_list_has_that_list() -> None:
    def on(person: int, is_assigned: bool) -> Row:
        return {"person_id": person, "year": 2025, "source_id": "A1", "assigned": is_assigned}

    listed = [on(2, True), on(2, False), on(3, False), on(9, True)]
    found = assigned(attribution__assignment_month=listed)
    # 1 and 3 would be the ACO's by claims; 9 has no claims at all
    assert {key: value for key, value in found.items() if key[1] == 2025} == {
        (2, 2025): ("A1", "T1", "assignment_list"), (9, 2025): ("A1", "none", "assignment_list"),
    }  # fmt: skip


def test_a_list_of_one_aco_says_nothing_of_another() -> None:
    participants = [
        {"tin": "T1", "aco_id": "A1", "program": "mssp"}, {"tin": "X", "aco_id": "A2", "program": "mssp"},
        {"tin": "T2", "aco_id": "A1", "program": "mssp"},
    ]  # fmt: skip
    listed = [{"person_id": 1, "year": 2025, "source_id": "A1", "assigned": True}]
    found = assigned(attribution__participant=participants, attribution__assignment_month=listed)
    year = {person: aco for (person, when), (aco, _, _) in found.items() if when == 2025}
    assert year == {1: "A1", 2: "A2", 4: "A2"}


def test_a_payment_without_a_day_counts_in_its_month() -> None:
    shapes = {
        "mssp.person_month": {
            "aco_id": "varchar", "person_id": "bigint", "month": "integer", "year": "integer",
        },
        "population.claim_line": {
            "source_id": "varchar", "claim_id": "varchar", "claim_line_number": "integer", "part": "varchar",
            "person_id": "bigint", "service_month": "integer", "expenditure_amount": "decimal(18,2)",
            "paid_amount": "decimal(18,2)",
        },
        "claims.medical_claim": {
            "source_id": "varchar", "claim_id": "varchar", "claim_line_number": "integer",
            "service_month": "integer", "paid_date": "date", "add_on_amount": "decimal(18,2)",
            "sequestration_amount": "decimal(18,2)",
        },
    }  # fmt: skip

    def line(claim: str, dollars: int, add_on: int, month: int = 202605) -> tuple[Row, Row]:
        key = {"source_id": "s", "claim_id": claim, "claim_line_number": 1, "service_month": month}
        return (
            {
                **key,
                "part": "A",
                "person_id": 1,
                "expenditure_amount": dollars,
                "paid_amount": dollars + add_on,
            },
            {**key, "add_on_amount": add_on, "sequestration_amount": 2},
        )

    pairs = [line("a", 100, 5), line("b", 30, 0), line("c", 7, 0, 202607), line("d", 11, 0)]
    days = {"a": "2026-07-02", "b": None, "c": "2026-08-01", "d": "2026-04-01"}
    found = run(
        "mssp.person_paid",
        {
            "mssp.person_month": [{"aco_id": "A1", "person_id": 1, "month": 202605, "year": 2026}],
            "population.claim_line": [one for one, _ in pairs],
            "claims.medical_claim": [{**other, "paid_date": days[other["claim_id"]]} for _, other in pairs],
        },
        shapes,
    )
    # July is no month that counts; d was paid before its month of service: a wrong day
    assert {(row["paid_month"], row["expenditure"], row["add_on_amount"]) for row in found} == {
        (202607, Decimal(100), Decimal(5)), (202605, Decimal(41), Decimal(0)),
    }  # fmt: skip


def test_expenditure_is_weighed_by_person_years() -> None:
    columns = {
        "aco_id": "varchar", "tin": "varchar", "year": "integer", "enrollment_type": "varchar",
        "person_id": "bigint", "member_months": "bigint", "person_years": "double", "expenditure": "double",
        "paid_expenditure": "decimal(18,2)", "annualized": "double", "completion_factor": "double",
        "completion_method": "varchar", "truncated": "boolean", "risk_score": "double",
        "threshold_source": "varchar", "basis": "varchar", "carried_back_months": "bigint",
    }  # fmt: skip

    def person(number: int, kind: str, tin: str, months: int, cost: float, risk: float | None) -> Row:
        return {
            "aco_id": "A1", "tin": tin, "year": 2026, "enrollment_type": kind, "person_id": number,
            "member_months": months, "person_years": months / 12, "expenditure": cost,
            "paid_expenditure": cost * months / 12, "annualized": cost, "completion_factor": 1.0,
            "truncated": False, "risk_score": risk, "carried_back_months": 0,
        }  # fmt: skip

    people = [
        person(1, "esrd", "T1", 6, 80_000, 2.0), person(1, "aged_dual", "T1", 6, 10_000, 1.0),
        person(2, "aged_dual", "T2", 12, 4_000, None),
    ]  # fmt: skip
    found = {
        (row["tin"], row["enrollment_type"]): row
        for row in run(
            "mssp.expenditure",
            {
                "mssp.person_year": people,
                "population.month": [{"month": 202601, "year": 2026}],
                "rules.population_months_per_year": [{"value": 12}],
            },
            {
                "mssp.person_year": columns, "population.month": {"month": "integer", "year": "integer"},
                "rules.population_months_per_year": {"value": "integer"},
            },
        )
    }  # fmt: skip
    whole = found[("", "all")]
    assert (whole["people"], whole["person_years"]) == (2, 2.0)
    # (80,000 x 0.5 + 10,000 x 0.5 + 4,000 x 1) / 2
    assert whole["per_capita"] == pytest.approx(24_500)
    # (10,000 x 0.5 + 4,000 x 1) / 1.5
    assert found[("", "aged_dual")]["per_capita"] == pytest.approx(6_000)
    assert found[("T1", "all")]["per_capita"] == pytest.approx(45_000)
    assert whole["risk_score"] == pytest.approx(1.5) and whole["risk_share"] == pytest.approx(0.5)
    assert whole["months_loaded"] == 1 and not whole["whole_year"]
