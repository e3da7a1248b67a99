"""The steps of member months and spend alone, over enrolment and claims that a test gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.law import Rules, load_rules
from tests.claims.canonical import CANONICAL, INPUTS
from tests.claims.workbench import Row, Workbench

TABLES = {f"claims.{name}": columns for name, columns in CANONICAL.items()} | INPUTS
ROOMS = ("claims", "population")


@cache
def _law() -> Rules:
    """The law without overrides, read once."""
    return load_rules(["claims", "population", "asm"])


class MonthBench(Workbench):
    """A workbench of the rooms claims and population, for a data year."""

    def __init__(self, data_year: int = 2025, overrides: Mapping[str, Any] | None = None) -> None:
        self.con = connect(threads=1)
        law = load_rules(["claims", "population", "asm"], overrides=overrides) if overrides else _law()
        self.force = law.in_force(performance_year=data_year + 2)
        self.catalogue = load_catalogue()
        self.made: set[str] = set()
        self.give(
            "run.setting",
            [{"performance_year": data_year + 2, "payment_year": data_year + 4, "data_year": data_year}],
        )

    def give(self, table: str, rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> None:
        super().give(table, rows, columns or TABLES[table])

    def _needed(self, targets: Iterable[str]) -> set[str]:
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


def span(person: int, start: str, end: str | None = None, **values: Any) -> Row:
    """An enrolment span: Parts A and B of an aged person, unless the case says otherwise."""
    return {
        "source_id": "S",
        "delivery_id": "d",
        "person_id": person,
        "birth_date": date(1945, 6, 15),
        "enrollment_start_date": date.fromisoformat(start),
        "enrollment_end_date": None if end is None else date.fromisoformat(end),
        "part_a": True,
        "part_b": True,
        "medicare_advantage": False,
        "medicare_status_code": "10",
        "dual_status_code": "NA",
        "enrollment_basis": "monthly",
    } | values


def line(claim: str, person: int, day: str, paid: str | int, **values: Any) -> Row:
    """A carrier line of that day, unless the case says otherwise."""
    when = date.fromisoformat(day)
    return {
        "source_id": "S",
        "delivery_id": "d",
        "claim_id": claim,
        "claim_line_number": 1,
        "claim_type": "professional",
        "claim_type_code": "71",
        "person_id": person,
        "claim_start_date": when,
        "claim_end_date": when,
        "hcpcs_code": "99213",
        "paid_amount": Decimal(str(paid)),
        "add_on_amount": Decimal(0),
        "service_month": when.year * 100 + when.month,
    } | values


def event(claim: str, person: int, day: str, paid: str | int, **values: Any) -> Row:
    """A drug event."""
    when = date.fromisoformat(day)
    return {
        "source_id": "S",
        "delivery_id": "d",
        "claim_id": claim,
        "claim_line_number": 1,
        "person_id": person,
        "dispensing_date": when,
        "ndc_code": "00000000001",
        "paid_amount": Decimal(str(paid)),
        "service_month": when.year * 100 + when.month,
    } | values


def community(
    spans: Iterable[Row], lines: Iterable[Row], events: Iterable[Row] = (), **options: Any
) -> MonthBench:
    """A bench with enrolment, claims and drug events."""
    bench = MonthBench(**options)
    bench.give("claims.eligibility", spans)
    bench.give("claims.medical_claim", lines)
    bench.give("claims.pharmacy_claim", events)
    return bench
