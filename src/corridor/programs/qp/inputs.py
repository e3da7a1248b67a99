"""What every door of QP hands to the models: clinicians, scores, and which score stands for whom."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Array = npt.NDArray[Any]

SCORE_NUMBERS = (
    "attributed_payments", "eligible_payments", "attributed_patients", "eligible_patients",
    "other_attributed_payments", "other_eligible_payments", "other_attributed_patients",
    "other_eligible_patients",
)  # fmt: skip
CLINICIAN_NUMBERS = (
    "part_b_paid", "part_b_allowed", "covered_services_prior_year", "mips_score", "asm_participant",
    "allowed_charges", "patients", "services",
)  # fmt: skip


@dataclass(frozen=True)
class Score:
    """One score: whose it is (an entity, or a clinician), when, on which basis, and its figures."""

    level: str
    subject: str
    basis: str
    snapshot: int
    numbers: Mapping[str, float]
    advanced: float
    left_entity: float
    line: int | None = None


@dataclass
class Clinician:
    """An NPI under a TIN: the entities it counts in, and its own figures (NaN where absent).

    since  the first snapshot an entity counts for; the first one of the year where it is not named
    """

    npi: str
    tin: str
    entities: list[str] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)
    affiliated: bool = False
    numbers: dict[str, float] = field(default_factory=dict)
    line: int | None = None


@dataclass
class QpInputs:
    """Clinicians in order, and scores; ``advanced`` of each entity (1, 0, or NaN while unknown)."""

    clinicians: list[Clinician]
    scores: list[Score]
    advanced: dict[str, float]
    file: str | None = None
    warnings: list[str] = field(default_factory=list)

    def links(self, scope: str) -> tuple[Array, Array]:
        """(clinician, score) pairs: scores of a clinician's entities, and the clinician's own.

        scope  npi: an entity joined under any TIN counts under all; tin_npi: only under its own
        """
        of_entity: dict[str, list[int]] = {}
        of_npi: dict[str, list[int]] = {}
        for place, score in enumerate(self.scores):
            (of_entity if score.level == "entity" else of_npi).setdefault(score.subject, []).append(place)
        pairs: list[tuple[int, int]] = []
        for row, one in enumerate(self.clinicians):
            for entity in self.entities_of(one, scope):
                first = self._since[one.npi, entity] if scope == "npi" else one.since.get(entity, 0)
                of_it = of_entity.get(entity, ())
                pairs += [(row, place) for place in of_it if self.scores[place].snapshot >= first]
            pairs += [(row, place) for place in of_npi.get(one.npi, ())]
        laid = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return laid[:, 0], laid[:, 1]

    def entities_of(self, one: Clinician, scope: str) -> list[str]:
        """The entities whose scores are the clinician's: under any TIN (npi), or under its own (tin_npi)."""
        return self.entities_by_npi[one.npi] if scope == "npi" else sorted(one.entities)

    @cached_property
    def _since(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for one in self.clinicians:
            for entity in one.entities:
                first, key = one.since.get(entity, 0), (one.npi, entity)
                found[key] = min(found.get(key, first), first)
        return found

    @cached_property
    def entities_by_npi(self) -> dict[str, list[str]]:
        """Every entity a clinician is in, under any TIN."""
        found: dict[str, set[str]] = {}
        for one in self.clinicians:
            found.setdefault(one.npi, set()).update(one.entities)
        return {npi: sorted(entities) for npi, entities in found.items()}

    def is_advanced(self, npi: str) -> float:
        """1 where an entity of the clinician is an Advanced APM, 0 where none is, NaN while unknown."""
        return best_of([self.advanced.get(entity, float("nan")) for entity in self.entities_by_npi[npi]])


def best_of(stated: list[float]) -> float:
    """Of the entities of a clinician: 1 if any is an Advanced APM, NaN if any may be, else 0."""
    if any(value == 1 for value in stated):
        return 1.0
    return 0.0 if stated and not any(math.isnan(value) for value in stated) else float("nan")


def track_of(entity: str, force: RulesInForce, reach: bool = False) -> float:
    """1 for an Advanced APM, 0 for none, NaN where the law and the user's settings do not say."""
    tracks = {str(row["apm_entity_id"]): str(row["track"]) for row in force.rows("qp.entity_track")}
    track = tracks.get(entity)
    if track is None and reach:
        return {"yes": 1.0, "no": 0.0}.get(force.text("qp.reach_is_advanced"), float("nan"))
    if track == "advanced":
        return 1.0
    if track == "mips_apm":
        return 0.0
    for row in force.rows("qp.advanced_track"):
        if row["track"] == track:
            return float(row["advanced"])
    return float("nan")


def number(value: Any) -> float:
    """A cell as a float: yes is 1, absent is NaN."""
    return float("nan") if value is None else float(value)


def column(values: Sequence[float]) -> Array:
    """Floats as an array."""
    return np.array(values, dtype=np.float64)
