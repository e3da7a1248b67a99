"""Half-up rounding: the one rounding primitive of Corridor."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt


def round_half_up(amount: Any, digits: Any = 0) -> npt.NDArray[np.float64]:
    """``amount`` to ``digits`` decimals, halves away from zero, as a rule's text means it.

    amount  scalar or array of any shape; read as the shortest decimal that stands for the
            double, so 2.675 is 2.675 and becomes 2.68 (plain binary rounding gives 2.67)
    digits  whole number, negative for tens and hundreds
    Returns float64 of the same shape; NaN and infinities pass through.
    """
    places = int(digits)
    values = np.asarray(amount, dtype=np.float64)
    scale = 10.0 ** abs(places)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.abs(values) * scale if places >= 0 else np.abs(values) / scale
        whole = np.floor(scaled)
        fraction = scaled - whole
        rounded = whole + (fraction >= 0.5)
        # The product above carries an error of about one unit in the last place: decide by
        # exact decimal arithmetic wherever that could tip a tie.
        doubt = np.spacing(np.maximum(scaled, 1.0)) * 4
        unsure = np.isfinite(scaled) & (np.abs(fraction - 0.5) <= doubt)
        back = rounded / scale if places >= 0 else rounded * scale
        result = np.where(np.isfinite(scaled), np.copysign(back, values), values)
    # Beyond 2**52 a double has no fraction left to round, and the scaled product no accuracy.
    unsure |= np.isfinite(values) & (scaled >= 2.0**50)
    if unsure.any():
        result = np.array(result)
        flat, source = result.reshape(-1), values.reshape(-1)
        for position in np.flatnonzero(unsure.reshape(-1)):
            flat[position] = float(decimal_half_up(source[position], places))
    return result


def decimal_half_up(amount: float, digits: int) -> Decimal:
    """One amount rounded in decimal arithmetic: slower, exact, the oracle of the tests."""
    exact = Decimal(repr(float(amount)))
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return exact
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def round_to_step(amount: Any, step: float) -> npt.NDArray[np.float64]:
    """``amount`` to the nearest multiple of ``step`` (0.1, 0.5, 5), halves away from zero."""
    sign, numerals, exponent = Decimal(repr(float(step))).normalize().as_tuple()
    if sign == 0 and numerals == (1,) and isinstance(exponent, int):
        return round_half_up(amount, -exponent)
    return round_half_up(np.asarray(amount, dtype=np.float64) / step) * step
