"""One cell of the impact of a fee schedule: its parts, and for a code its price under both schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corridor.billing.impact import PARTS
from corridor.errors import CorridorError
from corridor.jobs.impact import Impact
from corridor.jobs.price import Prices
from corridor.web.guard import Visit
from corridor.web.price_asked import PriceAsked

CODE = "code"


@dataclass(frozen=True)
class Asked:
    """Which cell: two schedules, the claims, the level and who or what of it; a setting for the price."""

    before: str = ""
    after: str = ""
    claims: str = ""
    level: str = "tin"
    id: str = ""
    setting: str = "non_facility"


@dataclass(frozen=True)
class ImpactCell:
    """The row, its parts by name, and the price of one unit under each schedule where it is a code."""

    found: Impact
    row: Mapping[str, Any]
    parts: list[tuple[str, str, float]]
    prices: dict[str, Prices] = field(default_factory=dict)
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For programs: the row, its parts in words, the two derivations, and what they rest on."""
        return {
            "program": "pfs",
            "year": self.found.after.year,
            "from": self.found.before.name,
            "to": self.found.after.name,
            "level": self.found.level,
            "rows": [self.row],
            "parts": [{"part": name, "about": words, "dollars": value} for name, words, value in self.parts],
            "prices": {side: one.to_dict(True)["rows"] for side, one in self.prices.items()},
            "assumptions": self.found.assumptions,
            "warnings": [*self.found.warnings, *([self.note] if self.note else [])],
        }


def cell_of(visit: Visit, asked: Asked, found: Impact) -> ImpactCell:
    """The cell asked for. Raises IMPACT-SCENARIO where the account sees no such row."""
    row = next((one for one in found.rows if str(one["id"]) == asked.id), None)
    if not asked.id:
        row = found.total or None
    if row is None:
        raise CorridorError(
            "IMPACT-SCENARIO",
            f"There is no such {asked.level} in what you may see.",
            todo="Open it from the impact of the fee schedule.",
            field="id",
        )
    parts = [(name, words, float(row[name])) for name, words in PARTS.items() if row.get(name)]
    if asked.level != CODE:
        return ImpactCell(found, row, parts)
    prices: dict[str, Prices] = {}
    note = ""
    for side, scenario in (("from", found.before), ("to", found.after)):
        if scenario.proposed:
            note = f"{scenario.name} is proposed: the fee of one unit is derived under schedules in force."
            continue
        try:
            prices[side] = PriceAsked(asked.id, scenario.year, setting=asked.setting).priced(visit)
        except CorridorError as error:
            note = f"{scenario.name}: {error.what}"
    return ImpactCell(found, row, parts, prices, note)
