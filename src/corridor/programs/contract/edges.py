"""Whether a figure reaches an edge of the contract: 1.5 of 6 points is 25 percent, also in binary numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

CLOSE = 1e-9  # relative; far below a cent of a benchmark and above what binary fractions lose


def reaches(value: Any, least: Any) -> Any:
    """Whether ``value`` is ``least`` or above; what is not known (NaN, either side) does not reach it."""
    return value >= least - CLOSE * np.maximum(np.abs(least), 1)
