"""What the rules say that a file of the fee schedule must agree with: conversion factors and floors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from corridor.errors import CorridorError
from corridor.law import RulesInForce, RuleValue, load_rules
from corridor.reference.pfs_sheet import FIRST_MONTH

FACTOR = "pfs.conversion_factor"
ANESTHESIA = "pfs.anesthesia_conversion_factor"
WORK_FLOOR = "pfs.work_gpci_floor"
STATE_FLOOR = "pfs.gpci_floor"
_MONTHS = 3  # of a release


@dataclass(frozen=True)
class Factors:
    """The factors a rule states for some days; ``whole`` where it speaks of every one of them."""

    values: frozenset[Decimal]
    whole: bool


@cache
def _force(year: int) -> RulesInForce:
    return load_rules(["pfs"]).in_force(year)


def _on(name: str, day: date) -> RuleValue | None:
    """A rule on a day; None where nothing final is known of it."""
    force = _force(day.year)
    try:
        value = force.on(name, day)
    except CorridorError:
        return None
    return None if value.status == "proposed" else value


def quarter(year: int, release: str) -> list[date]:
    """The first day of each month a release serves, and the last month's 28th."""
    first = FIRST_MONTH[release]
    return [*(date(year, first + month, 1) for month in range(_MONTHS)), date(year, first + _MONTHS - 1, 28)]


def factors(year: int, release: str, variant: str, rule: str = FACTOR) -> Factors:
    """The conversion factors of a variant (qp, nonqp; single: those that serve all) in a release's months."""
    name = f"{rule}_qp" if variant == "qp" else rule
    found = [_on(name, day) for day in quarter(year, release)]
    values = frozenset(Decimal(str(value.value)) for value in found if value is not None)
    return Factors(values, None not in found)


def two_files(year: int) -> bool | None:
    """Whether clinicians with and without QP status have different factors that year; None: unknown."""
    with_qp, without = factors(year, "D", "qp"), factors(year, "D", "nonqp")
    return None if not with_qp.values or not without.values else with_qp.values != without.values


def anesthesia_factor(year: int, variant: str) -> Decimal | None:
    """The national factor of one anesthesia unit; None where it is unknown."""
    found = factors(year, "D", variant, ANESTHESIA)
    return min(found.values) if found.values else None


def work_floor(year: int) -> Decimal | None:
    """The floor of the work index in the middle of a year; None where none is known to be in force."""
    value = _on(WORK_FLOOR, date(year, FIRST_MONTH["C"], 1))
    return None if value is None else Decimal(str(value.value))


def state_floors(year: int) -> Mapping[tuple[str, str], Decimal]:
    """(state, work or pe) -> its standing floor; empty where none is known."""
    value = _on(STATE_FLOOR, date(year, FIRST_MONTH["C"], 1))
    if value is None:
        return {}
    return {(row["state"], row["component"]): Decimal(str(row["floor"])) for row in value.value}
