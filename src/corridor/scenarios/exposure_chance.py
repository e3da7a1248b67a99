"""What chance does to a system: factors of a year, of an entity, of a row, each drawn with a seed of its own.

A factor's draws hang on its name alone, never on which lines are turned on: what a line may lose by itself
stays the same whatever stands beside it. Methods in symbols: docs/exposure.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas.columns import Floats
from corridor.scenarios.exposure_moves import Shocks
from corridor.scenarios.exposure_system import value_of

if TYPE_CHECKING:
    from corridor.scenarios.exposure_system import Line, System

SEED = 20260101
DRAWS = 2_000
SHORT = -1e-9  # what binary fractions leave of an eigenvalue of zero


class Chance:
    """Draws of a system over the years of its sheet; without draws nothing moves."""

    def __init__(self, system: System, draws: int, seed: int) -> None:
        self.system, self.draws, self.seed = system, draws, seed
        self.places = {member.id: at for at, member in enumerate(system.described.members)}
        self._mix = _mixing(system)
        self._kept: dict[tuple[str, int, int, float], Floats] = {}

    @property
    def size(self) -> int:
        """Columns of every draw; one that stands still where there is no chance."""
        return max(self.draws, 1)

    def shocks(self, line: Line, key: str, owners: Sequence[str], start: int, year: int) -> Shocks:
        """What a year does to the rows of a line whose form is of ``start``; ``owners`` are their members."""

        def value(name: str) -> float:
            return value_of(self.system, name, line)

        at = [self.places[one] for one in owners]
        stays = value("persistence")
        every = self._lasting("cost of a year", 1, start, year, stays)
        members = self._mix @ self._lasting("cost of an entity", len(self.places), start, year, stays)
        left = self._lasting(f"cost of {key}", len(at), start, year, stays)
        common = value("loading") * value("common_cost_deviation") * every
        entity = value("entity_cost_deviation") * members[at]
        own = value("own_cost_deviation") * left
        shared = self._mix @ self._draw("quality of an entity", len(self.places), year)
        alone = self._draw(f"quality of {key}", len(at), year)
        quality = value("quality_deviation") * shared[at] + value("own_quality_deviation") * alone
        volume = value("volume_deviation") * self._draw(f"volume of {key}", len(at), year)
        years = year - start

        def grown(name: str, chance: Floats) -> Floats:
            return np.asarray((1 + value(name)) ** years * np.maximum(1 + chance, 0))

        follows = np.broadcast_to(value("benchmark_follows") * common, (len(at), self.size))
        return Shocks(
            cost=grown("cost_trend", common + entity + own),
            benchmark=grown("benchmark_trend", follows),
            volume=grown("volume_growth", volume),
            quality=quality,
        )

    def _lasting(self, name: str, rows: int, start: int, year: int, stays: float) -> Floats:
        """A factor part of which stays from year to year, since the year of the line's form."""
        key = (name, start, year, stays)
        if key not in self._kept:
            before = self._lasting(name, rows, start, year - 1, stays) if year > start else 0.0
            self._kept[key] = np.asarray(stays * before + self._draw(name, rows, year))
        return self._kept[key]

    def forget(self, key: str) -> None:
        """Let go of what only this line needed."""
        for one in [one for one in self._kept if one[0] == f"cost of {key}"]:
            del self._kept[one]

    def _draw(self, name: str, rows: int, year: int) -> Floats:
        if not self.draws:
            return np.zeros((rows, 1))
        word = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, word, year]))
        return rng.standard_normal((rows, self.draws))


def _mixing(system: System) -> Floats:
    """What makes factors of members correlated by the shares of their patients. Raises EXPOSURE-SHARES."""
    ids = [member.id for member in system.described.members]
    wanted = np.eye(len(ids))
    for two in system.described.shared_patients:
        one, other = (ids.index(name) for name in two.between)
        wanted[one, other] = wanted[other, one] = 1.0 if one == other else two.share
    values, vectors = np.linalg.eigh(wanted)
    if values.min() < SHORT:
        raise CorridorError(
            "EXPOSURE-SHARES",
            "The shares of patients cannot all hold at once.",
            why="Who shares most patients with two members makes these two share some with each other.",
            todo="Add the missing pair to shared_patients, or lower a share.",
            file=system.file,
            line=system.line("shared_patients"),
            field="shared_patients",
        )
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T)
