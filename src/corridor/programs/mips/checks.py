"""What a file of MIPS may not say: more than the law gives, falling cut points, a part without its whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.mips.inputs import Array
from corridor.programs.mips.points import CUTS

if TYPE_CHECKING:
    from corridor.law import RulesInForce

# quantity -> the rule of the most there can be
MOST = {
    "scaling_factor": "mips.scaling_factor_maximum",
    "complex_patient_bonus": "mips.complex_patient_maximum",
    "own_points": "mips.maximum_measure_points",
}
EXACT = 1e-9


class Checks:
    """The checks of one file: its name and lines, and the rules in force. Each raises MIPS-VALUE."""

    def __init__(self, file: str, lines: Sequence[int], force: RulesInForce) -> None:
        self.file, self.lines, self.force = file, lines, force

    def _refuse(self, rows: Array, field: str, what: str, why: str, todo: str) -> None:
        if len(rows):
            raise CorridorError(
                "MIPS-VALUE", what, why=why, todo=todo, file=self.file, line=self.lines[int(rows[0])],
                field=field,
            )  # fmt: skip

    def most(self, name: str, field: str, values: Array) -> None:
        """No more than the rule of the quantity gives."""
        if name not in MOST:
            return
        most = self.force.number(MOST[name])
        self._refuse(
            np.flatnonzero(values > most + EXACT), field, f"{field} is above {most:g}.",
            f"That is the most there can be ({MOST[name]}).", "Correct the cell, or leave it blank.",
        )  # fmt: skip

    def cuts(self, numbers: Mapping[str, Array], field: str) -> None:
        """Cut points that are given stand in ascending order, those of an inverse measure too."""
        named = [numbers[cut] for cut in CUTS if cut in numbers]
        if len(named) > 1:
            falling = (np.diff(np.stack(named), axis=0) < 0).any(axis=0)
            self._refuse(
                np.flatnonzero(falling), field, f"The cut points of {field.rpartition('_')[0]} fall.",
                "They stand in ascending order, where lower is better too.", "Correct the columns.",
            )  # fmt: skip

    def ratio(self, measure: str, part: Mapping[str, Any], rows: Array) -> None:
        """A numerator has a denominator, and is not above it."""
        numerator, denominator = part["numerator"], part["denominator"]
        bare = ~np.isnan(numerator) & np.isnan(denominator)
        for bad, what in (
            (bare, f"The numerator of {measure} has no denominator."),
            (numerator > denominator, f"The numerator of {measure} is above its denominator."),
        ):
            self._refuse(
                rows[bad], f"{measure.lower()}_numerator", what,
                "A measure earns the share of its points that the two numbers make, and no more.",
                "Correct the two numbers.",
            )  # fmt: skip
