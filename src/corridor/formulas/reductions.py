"""Small words for formulas that reduce a group: over rows (axis 0), absent values (NaN) left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas.columns import Floats


def _rows(values: Any) -> tuple[Floats, bool]:
    """The values without rows that are absent throughout, and whether any hole is left."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    holes = np.isnan(array)
    if not holes.any():
        return array, False
    empty = holes.reshape(len(array), -1).all(axis=1)
    kept = array[~empty]
    return kept, bool(np.isnan(kept).any())


def sum_of(values: Any) -> Floats:
    """Sum over the rows; 0 of nothing."""
    return np.asarray(np.nansum(np.asarray(values, dtype=np.float64), axis=0))


def count_of(flags: Any) -> Floats:
    """How many rows are true (or not 0); NaN counts as not."""
    numbers = np.asarray(flags, dtype=np.float64)
    return np.asarray(np.where(np.isnan(numbers), 0.0, numbers != 0).sum(axis=0), dtype=np.float64)


def median_of(values: Any) -> Floats:
    """Median over the rows; NaN of nothing."""
    kept, holes = _rows(values)
    if not len(kept):
        return np.full(kept.shape[1:], np.nan)
    return np.asarray(np.nanmedian(kept, axis=0) if holes else np.median(kept, axis=0))


def deviation_of(values: Any, sample: bool = False) -> Floats:
    """Standard deviation over the rows, of the population or of a sample; NaN of too little."""
    kept, holes = _rows(values)
    if len(kept) <= int(sample):
        return np.full(kept.shape[1:], np.nan)
    freedom = int(sample)
    return np.asarray(np.nanstd(kept, axis=0, ddof=freedom) if holes else np.std(kept, axis=0, ddof=freedom))


def weighted_median_of(values: Any, weights: Any) -> Floats:
    """The value at which half of the weight is reached, over the rows of one column; NaN of nothing.

    Draws (a second axis) are taken one by one.
    """
    numbers = np.asarray(values, dtype=np.float64)
    heavy = np.broadcast_to(np.asarray(weights, dtype=np.float64), numbers.shape)
    if numbers.ndim > 1:
        pairs = zip(numbers.T, heavy.T, strict=True)
        return np.array([weighted_median_of(column, weight) for column, weight in pairs])
    present = ~np.isnan(numbers) & ~np.isnan(heavy)
    order = np.argsort(numbers[present], kind="stable")
    ranked, carried = numbers[present][order], np.cumsum(heavy[present][order])
    if not len(ranked) or carried[-1] <= 0:
        return np.asarray(np.nan)
    return np.asarray(ranked[np.searchsorted(carried * 2, carried[-1])])


def mean_of(values: Any) -> Floats:
    """Mean over the rows; NaN of nothing."""
    kept, holes = _rows(values)
    if not len(kept):
        return np.full(kept.shape[1:], np.nan)
    return np.asarray(np.nanmean(kept, axis=0) if holes else np.mean(kept, axis=0))


def percentiles_of(values: Any, levels: Any) -> Floats:
    """Percentiles (levels 0 to 100, linear between ranks) over the rows, on a last axis; NaN of nothing.

    levels is a list, or the rows of a rule's list (all the same).
    """
    places = np.asarray(levels, dtype=np.float64)
    places = places.reshape(-1, places.shape[-1])[0]
    kept, holes = _rows(values)
    if not len(kept):
        return np.full((*kept.shape[1:], len(places)), np.nan)
    found = np.nanpercentile(kept, places, axis=0) if holes else np.percentile(kept, places, axis=0)
    return np.asarray(np.moveaxis(found, 0, -1))
