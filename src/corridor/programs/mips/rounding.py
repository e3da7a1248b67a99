"""Half-up rounding of sums and quotients of decimals, which binary fractions miss by a hair."""

from __future__ import annotations

from typing import Any

from corridor.formulas import round_half_up
from corridor.formulas.columns import Floats

EXACT = 9  # decimals to which a score is exact although its parts are binary fractions


def half_up(amount: Any, digits: Any) -> Floats:
    """``amount`` to ``digits`` decimals, halves away from zero; 27.494999999999997 is 27.495, so 27.5."""
    return round_half_up(round_half_up(amount, EXACT), digits)
