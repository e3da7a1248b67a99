"""What the modifiers of a line do: which row of the file prices it, and which factors apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corridor.billing.pricing.codes import ASSISTANT, ASSISTANT_NONPHYSICIAN, NOBODY
from corridor.billing.pricing.day import RulesOnDay

ROWS = {"professional": "26", "technical": "TC", "discontinued": "53"}
COMPONENTS = {"26", "TC"}  # each half of a service: a line is one or the other


@dataclass
class Effects:
    """The effects of one combination of modifiers; ``rules`` are the lists that name them."""

    row_modifier: str = ""
    bilateral: bool = False
    assistant_role: int = NOBODY
    co_surgeon: bool = False
    therapy_assistant: bool = False
    by_report: bool = False
    team: bool = False
    contradictory: bool = False
    split: tuple[float, float, float] | None = None
    film_reduction: float = 0.0
    anesthesia: bool = False
    anesthesia_share: float = 1.0
    anesthesia_units: float | None = None
    rules: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


class ModifierLaw:
    """The lists of modifiers of a day, ready to be looked into."""

    def __init__(self, force: RulesOnDay) -> None:
        self.effect: dict[str, str] = {}
        self.rule: dict[str, str] = {}
        for rule in ("pfs.modifier_effect", "pfs.modifier_effect_assumed"):
            for row in force.rows(rule):
                self.effect[str(row["modifier"])] = str(row["effect"])
                self.rule[str(row["modifier"])] = rule
        self.informational = {str(row["modifier"]) for row in force.rows("pfs.modifier_informational")}
        self.split = _by(force.rows("pfs.global_split"))
        self.film = _by(force.rows("pfs.film_reduction"))
        self.anesthesia = _by(force.rows("pfs.anesthesia_modifier"))

    def read(self, modifiers: Iterable[str | None]) -> Effects:
        """What a combination of modifiers does; unknown ones are named."""
        found = Effects()
        for modifier in modifiers:
            if modifier:
                self._apply(found, modifier)
        return found

    def _apply(self, found: Effects, modifier: str) -> None:
        effect = self.effect.get(modifier)
        if effect is None:
            if modifier in self.informational:
                found.rules.add("pfs.modifier_informational")
            else:
                found.unknown.append(modifier)
            return
        found.rules.add(self.rule[modifier])
        if effect in ROWS:
            own = ROWS[effect]
            found.contradictory |= {own, found.row_modifier} == COMPONENTS
            # a component that was broken off is by report, or has the row of 53
            found.row_modifier = own if effect == "discontinued" else found.row_modifier or own
        elif effect == "bilateral":
            found.bilateral = True
        elif effect == "assistant":
            found.assistant_role = max(found.assistant_role, ASSISTANT)
        elif effect == "assistant_nonphysician":
            found.assistant_role = ASSISTANT_NONPHYSICIAN
        elif effect == "co_surgeon":
            found.co_surgeon = True
        elif effect == "therapy_assistant":
            found.therapy_assistant = True
        elif effect == "by_report":
            found.by_report = True
        elif effect == "team":
            found.team = True
        elif effect == "global_split":
            shares = self.split[modifier]
            before = found.split or (0.0, 0.0, 0.0)
            parts = (
                max(b, float(shares[name])) for b, name in zip(before, ("pre", "intra", "post"), strict=True)
            )
            found.split = (next(parts), next(parts), next(parts))
        elif effect == "film":
            found.film_reduction = max(found.film_reduction, float(self.film[modifier]["reduction"]))
        elif effect == "anesthesia":
            anesthesia = self.anesthesia[modifier]
            found.anesthesia = True
            found.anesthesia_share = min(found.anesthesia_share, float(anesthesia["share"]))
            found.anesthesia_units = anesthesia["fixed_units"]


@dataclass(frozen=True)
class Combinations:
    """The combinations of modifiers of some lines: one array an effect, by the number of the combination."""

    effects: Sequence[Effects]
    bilateral: np.ndarray[Any, Any]
    assistant_role: np.ndarray[Any, Any]
    co_surgeon: np.ndarray[Any, Any]
    therapy_assistant: np.ndarray[Any, Any]
    by_report: np.ndarray[Any, Any]
    team: np.ndarray[Any, Any]
    contradictory: np.ndarray[Any, Any]
    has_split: np.ndarray[Any, Any]
    split: np.ndarray[Any, Any]
    film_reduction: np.ndarray[Any, Any]
    unknown: np.ndarray[Any, Any]
    anesthesia_share: np.ndarray[Any, Any]
    anesthesia_units: np.ndarray[Any, Any]
    discontinued: np.ndarray[Any, Any]


def combinations(law: ModifierLaw, listed: Iterable[Sequence[str | None]]) -> Combinations:
    """The effects of each combination, in the order given."""
    found = [law.read(modifiers) for modifiers in listed]

    def column(take: Any, kind: Any) -> np.ndarray[Any, Any]:
        return np.array([take(one) for one in found], dtype=kind)

    return Combinations(
        found,
        column(lambda e: e.bilateral, bool),
        column(lambda e: e.assistant_role, np.float64),
        column(lambda e: e.co_surgeon, bool),
        column(lambda e: e.therapy_assistant, bool),
        column(lambda e: e.by_report, bool),
        column(lambda e: e.team, bool),
        column(lambda e: e.contradictory, bool),
        column(lambda e: e.split is not None, bool),
        column(lambda e: e.split or (0.0, 0.0, 0.0), np.float64).reshape(-1, len(ROWS)),
        column(lambda e: e.film_reduction, np.float64),
        column(lambda e: bool(e.unknown), bool),
        column(lambda e: e.anesthesia_share, np.float64),
        column(lambda e: np.nan if e.anesthesia_units is None else e.anesthesia_units, np.float64),
        column(lambda e: e.row_modifier == ROWS["discontinued"], bool),
    )


def _by(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(row["modifier"]): row for row in rows}
