"""Least squares on indicator columns: the same answer on any number of threads.

The cross products of indicators are counts, exact in double precision; sums of costs run column by column in
row order; the normal equations are solved by sweeping, which leaves out a column that others add up to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
# A pivot this small beside the column's own sum of squares: the column is a mix of the ones before it.
COLLINEAR = 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients (0 for columns left out), which columns were used, and the share of variance explained."""

    coefficients: Array
    used: Array
    r_squared: float | None


def fit(design: Array, response: Array) -> Fit:
    """Ordinary least squares without ridge.

    design    rows x columns of 0 and 1, the first column all ones; rows in a fixed order
    response  rows; dollars a year

    Columns are taken in order; one that is a linear mix of earlier ones is left out. r_squared is None where
    the response does not vary.
    """
    rows, columns = design.shape
    if rows == 0:
        return Fit(np.zeros(columns), np.zeros(columns, dtype=bool), None)
    cross = design.T @ design
    moments = np.array([response[design[:, at] == 1].sum() for at in range(columns)])
    table = np.zeros((columns + 1, columns + 1))
    table[:columns, :columns] = cross
    table[:columns, columns] = moments
    table[columns, :columns] = moments
    squares = float((response * response).sum())
    table[columns, columns] = squares
    used = np.zeros(columns, dtype=bool)
    for at in range(columns):
        if table[at, at] > COLLINEAR * cross[at, at]:
            _sweep(table, at)
            used[at] = True
    coefficients = np.where(used, table[:columns, columns], 0.0)
    centred = response - response.sum() / rows
    total = float((centred * centred).sum())
    residual = response - (design * coefficients).sum(axis=1)
    explained = 1.0 - float((residual * residual).sum()) / total if total > 0 else None
    return Fit(coefficients, used, explained)


def _sweep(table: Array, at: int) -> None:
    """Sweep the table on one diagonal element (Goodnight 1979), element by element, in place."""
    pivot = table[at, at]
    row = table[at, :] / pivot
    column = table[:, at].copy()
    table -= column[:, None] * row[None, :]
    table[at, :] = row
    table[:, at] = -column / pivot
    table[at, at] = 1.0 / pivot
