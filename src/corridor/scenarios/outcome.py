"""What a scenario comes to: figures with an interval beside what is now, draws, tables, its grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.formulas.columns import Floats

LOW, HIGH, WORST = 0.1, 0.9, 0.05
"""The band lies between the tenth and the ninetieth of a hundred draws; the worst twentieth is named."""


@dataclass(frozen=True)
class Figure:
    """One figure now and under the scenario.

    unit    dollars (gained or lost), amount (of dollars), cents, points, share, chance (a probability),
            count or people
    low, high, change_low, change_high  of the draws; None where chance does not reach it
    derives the quantity of a model whose derivation opens it; empty where there is none
    line    what the figure is beside its draws, in words
    better  1 where more is better, -1 where less is, 0 where neither
    """

    key: str
    label: str
    unit: str
    now: float | None
    value: float | None
    low: float | None = None
    high: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    better: int = 1
    about: str = ""
    derives: str = ""
    line: str = "settled without chance"

    @property
    def change(self) -> float | None:
        """Scenario less now."""
        return None if self.now is None or self.value is None else self.value - self.now


@dataclass(frozen=True)
class Grid:
    """A table of an outcome: key -> (heading, unit) of its columns, rows by key.

    ``link`` of a row leads on; columns of ``file_only`` stand in files and not on pages.
    """

    name: str
    caption: str
    columns: Mapping[str, tuple[str, str]]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    file_only: Sequence[str] = ()


@dataclass(frozen=True)
class Fan:
    """Year by year: what is now, and the middle and band of the scenario."""

    years: Sequence[int]
    now: Sequence[float]
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Outcome:
    """The answer; the first figure is the one the sentence and the chart speak of.

    now, then  draws of the first figure, paired; empty where chance does not reach it
    stated     in words, what was assumed; rules: the parameters under it that are not codified or official
    """

    sentence: str
    second: str
    figures: Sequence[Figure]
    now: Floats
    then: Floats
    axis: str
    grids: Sequence[Grid] = ()
    fan: Fan | None = None
    stated: Sequence[str] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()


def between(draws: Floats) -> tuple[float | None, float | None]:
    """The ends of the band of some draws."""
    if not len(draws) or np.isnan(draws).all():
        return None, None
    low, high = np.nanquantile(draws, [LOW, HIGH])
    return float(low), float(high)


def worst(draws: Floats) -> float | None:
    """The mean of the worst twentieth of the draws."""
    if not len(draws):
        return None
    ordered = np.sort(draws)
    return float(ordered[: max(int(len(ordered) * WORST), 1)].mean())


def figure_of(
    key: str, label: str, unit: str, now: float | None, value: float | None, before: Floats, after: Floats,
    better: int = 1, about: str = "",
) -> Figure:  # fmt: skip
    """A figure with the bands of its draws, and of their paired differences."""
    paired = after - before if len(after) == len(before) else np.zeros(0)
    low, high = between(after)
    change_low, change_high = between(paired)
    return Figure(key, label, unit, now, value, low, high, change_low, change_high, better, about)
