"""Which category a code opens an episode of, on a day, and the MS-DRG it is priced as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor.law import RulesInForce

DRG_RULES = ("team.trigger_drg", "team.trigger_drg_unverified")
PROCEDURES = "team.trigger_procedure"


@dataclass(frozen=True)
class Trigger:
    """A code that opens an episode: category, MS-DRG it is priced as, setting, rule it was read from."""

    category: str
    price_drg: str
    setting: str
    rule: str


def trigger(force: RulesInForce, code: str, day: date) -> Trigger | None:
    """The episode a code opens on a day (discharge of a stay, day of a procedure), or None."""
    for rule in DRG_RULES:
        for row in force.on(rule, day).value:
            if row["ms_drg"] == code:
                return Trigger(row["category"], code, "inpatient", rule)
    for row in force.on(PROCEDURES, day).value:
        if row["hcpcs"] == code:
            return Trigger(row["category"], row["price_drg"], "outpatient", PROCEDURES)
    return None
