"""The steps of TEAM over claims that a test gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.law import Rules, load_rules
from corridor.reference.catalogue import catalogue
from tests.claims.canonical import CANONICAL, INPUTS
from tests.claims.workbench import Row, Workbench

PERIOD = {
    "source_id": "VARCHAR",
    "first_day": "DATE",
    "last_day": "DATE",
    "lines": "BIGINT",
}
TABLES = {f"claims.{name}": columns for name, columns in CANONICAL.items()} | dict(INPUTS)
ROOMS = ("claims", "population", "episodes", "team")
# The lists that tell the own network.
NETWORK = {
    "attribution.participant": {"tin": "VARCHAR"},
    "attribution.reach_participant": {"tin": "VARCHAR", "is_trial": "BOOLEAN"},
    "org_raw.provider_roster": {"tin": "VARCHAR"},
}
# No standard price of a DRG is made of a few stays: amounts stay those of the test.
OWN_AMOUNTS = {"claims.drg_minimum_claims": 100000}
PROGRAMS = ["asm", "claims", "population", "team"]


@cache
def _law() -> Rules:
    """The law without overrides, read once."""
    return load_rules(PROGRAMS, overrides=OWN_AMOUNTS)


class TeamBench(Workbench):
    """A workbench up to the steps of TEAM; what a test does not give is empty."""

    def __init__(self, overrides: Mapping[str, Any] | None = None) -> None:
        self.con = connect(threads=1)
        law = load_rules(PROGRAMS, overrides=OWN_AMOUNTS | dict(overrides)) if overrides else _law()
        self.force = law.in_force(performance_year=2026)
        self.catalogue = load_catalogue()
        self.made: set[str] = set()
        self.give("run.setting", [{"performance_year": 2026, "payment_year": 2026, "data_year": 2026}])
        period = {"first_day": date(2025, 1, 1), "last_day": date(2026, 12, 31)}
        self.give("claims.period", [{"source_id": "S", **period}], PERIOD)
        for name in ("bundle_code", "stay_length", "ms_drg", "hcc_mapping"):
            self.give(f"reference.{name}", [])
        self.give("claims.pharmacy_claim", [])
        for name, columns in NETWORK.items():
            self.give(name, [], columns)
        self.give("claims.claim_diagnosis", [])

    def give(self, table: str, rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> None:
        if columns is None and table.startswith("reference."):
            columns = catalogue()[table.removeprefix("reference.")].columns
        super().give(table, rows, columns or NETWORK.get(table) or TABLES[table])

    def _needed(self, targets: Iterable[str]) -> set[str]:
        needed: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            known = name in self.catalogue.steps and name.partition(".")[0] in ROOMS
            if known and name not in needed and name not in self.made:
                needed.add(name)
                stack.extend(self.catalogue.steps[name].reads)
        return needed


def day(text: str) -> date:
    return date.fromisoformat(text)


def stay(claim: str, person: int, start: str, end: str, drg: str, paid: float, **values: Any) -> Row:
    """A stay in an IPPS hospital of Alabama, unless the case says otherwise."""
    return {
        "source_id": "S",
        "delivery_id": "d",
        "claim_id": claim,
        "claim_line_number": 1,
        "claim_type": "institutional",
        "claim_type_code": "60",
        "person_id": person,
        "claim_start_date": day(start),
        "claim_end_date": day(end),
        "admission_date": day(start),
        "discharge_date": day(end),
        "drg_code_type": "ms-drg",
        "drg_code": drg,
        "facility_ccn": "010001",
        "paid_amount": Decimal(str(paid)),
        "deductible_amount": Decimal(0),
        "add_on_amount": Decimal(0),
        "service_month": day(end).year * 100 + day(end).month,
    } | values


def visit(claim: str, person: int, when: str, paid: float, **values: Any) -> Row:
    """A professional line, unless the case says otherwise."""
    return {
        "source_id": "S",
        "delivery_id": "d",
        "claim_id": claim,
        "claim_line_number": 1,
        "claim_type": "professional",
        "claim_type_code": "71",
        "person_id": person,
        "claim_start_date": day(when),
        "claim_end_date": day(when),
        "claim_line_start_date": day(when),
        "claim_line_end_date": day(when),
        "place_of_service_code": "11",
        "hcpcs_code": "99213",
        "paid_amount": Decimal(str(paid)),
        "allowed_amount": Decimal(str(paid)),
        "add_on_amount": Decimal(0),
        "service_month": day(when).year * 100 + day(when).month,
    } | values


def procedure(claim: str, person: int, when: str, code: str, paid: float, **values: Any) -> Row:
    """An outpatient hospital line."""
    own = {"claim_type": "institutional", "claim_type_code": "40", "hcpcs_code": code}
    return (
        visit(claim, person, when, paid, **own, facility_ccn="010001", deductible_amount=Decimal(0)) | values
    )


def span(person: int, end: str | None = None, **values: Any) -> Row:
    """Parts A and B since 2024."""
    return {
        "source_id": "S",
        "delivery_id": "d",
        "person_id": person,
        "birth_date": day("1950-06-15"),
        "enrollment_start_date": day("2024-01-01"),
        "enrollment_end_date": None if end is None else day(end),
        "part_a": True,
        "part_b": True,
        "medicare_advantage": False,
        "medicare_status_code": "10",
        "enrollment_basis": "monthly",
    } | values
