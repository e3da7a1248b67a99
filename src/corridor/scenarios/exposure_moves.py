"""What chance and growth move in a settled form, and how: the program's own quantities alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.formulas import Evaluation
from corridor.formulas.columns import Flags, Floats

POINTS = 100.0  # of a score from 0 to 100


@dataclass(frozen=True)
class Move:
    """A quantity that is moved; of a chain, each made of the one before, the last one that the form gives.

    driver      cost, benchmark or volume (a factor); share or points (quality, added, within its scale)
    given_only  left to its formula where the form does not give it
    """

    driver: str
    chain: tuple[str, ...]
    given_only: bool = False


@dataclass(frozen=True)
class Shocks:
    """What a year does to rows of a form: factors; quality as a fraction of its scale; (rows, draws)."""

    cost: Floats
    benchmark: Floats
    volume: Floats
    quality: Floats

    def of(self, rows: Any) -> Shocks:
        """The same by other rows: children by their parents."""
        return Shocks(self.cost[rows], self.benchmark[rows], self.volume[rows], self.quality[rows])

    @property
    def draws(self) -> int:
        return int(self.cost.shape[1])


def still(rows: int) -> Shocks:
    """Nothing moves."""
    one = np.ones((rows, 1))
    return Shocks(one, one, one, np.zeros((rows, 1)))


def moved(evaluation: Evaluation, moves: Sequence[Move], shocks: Shocks) -> dict[str, Floats]:
    """The moved quantities: where the form gives none of a chain, the first of it that is known."""
    found: dict[str, Floats] = {}
    for move in moves:
        known = [name for name in move.chain if name in evaluation]
        given = {name: evaluation.given(name) for name in known}
        left = np.ones(evaluation.rows, dtype=bool)
        chosen: dict[str, Flags] = {}
        for name in reversed(known):
            chosen[name] = left & given[name]
            left = left & ~given[name]
        for name in () if move.given_only else known:
            here = left & ~np.isnan(np.asarray(evaluation[name], dtype=np.float64))
            chosen[name] = chosen[name] | here
            left = left & ~here
        for name, rows in chosen.items():
            if rows.any():
                base = np.asarray(evaluation[name], dtype=np.float64)[:, np.newaxis]
                kept = np.where(given[name][:, np.newaxis], base, np.nan)
                found[name] = np.where(rows[:, np.newaxis], driven(move.driver, base, shocks), kept)
    return found


def driven(driver: str, base: Floats, shocks: Shocks) -> Floats:
    """A quantity under the shocks; exactly itself where nothing moves it."""
    if driver in ("share", "points"):
        most = 1.0 if driver == "share" else POINTS
        changed = np.clip(base + shocks.quality * most, 0.0, np.maximum(base, most))
        return np.asarray(np.where(shocks.quality == 0, base, changed))
    factors: Mapping[str, Floats] = {
        "cost": shocks.cost,
        "benchmark": shocks.benchmark,
        "volume": shocks.volume,
        "cost_volume": shocks.cost * shocks.volume,
        "benchmark_volume": shocks.benchmark * shocks.volume,
    }
    return np.asarray(base * factors[driver])
