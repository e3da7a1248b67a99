"""Half-up cents of amounts that are exact decimals: the rounding of the fee schedule."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# RVUs have two decimals, indices three, the conversion factor four: an amount is a whole number of
# billionths. Up to a million dollars a double holds it to far less than half a billionth: it is known.
GRID = 1e9
HALF_CENT = 5e6
CENT = 1e7
LARGEST = 1e6


def cents(amount: Any) -> npt.NDArray[np.float64]:
    """``amount`` to whole cents, halves up, decided on the exact decimal and never on the double.

    amount  not negative; a product of published decimals, of up to nine decimals together. NaN passes.
    Above a million dollars the decimal arithmetic of Corridor's one rounding primitive decides.
    """
    values = np.asarray(amount, dtype=np.float64)
    grid = np.rint(values * GRID)
    whole = np.floor((grid + HALF_CENT) / CENT) / 100.0
    if values.size and values.max(initial=0.0) > LARGEST:  # NaN hides nothing: such rows are not priced
        whole = np.where(values > LARGEST, _large(values), whole)
    return np.asarray(whole)


def _large(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from corridor.formulas import round_half_up

    return round_half_up(np.round(values, 6), 2)
