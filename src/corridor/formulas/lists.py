"""Small words for formulas that meet a list (cut points) on a last axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def each(amount: Any) -> npt.NDArray[np.float64]:
    """A quantity set against every entry of a list: shape (...) becomes (..., 1)."""
    return np.asarray(amount, dtype=np.float64)[..., np.newaxis]


def count_below(cut_points: Any, amount: Any) -> npt.NDArray[np.float64]:
    """How many cut points lie strictly below the amount; NaN where the amount or the list is absent."""
    points = np.asarray(cut_points, dtype=np.float64)
    return _counted(points < each(amount), points, amount)


def count_up_to(cut_points: Any, amount: Any) -> npt.NDArray[np.float64]:
    """How many cut points lie at or below the amount; NaN where the amount or the list is absent."""
    points = np.asarray(cut_points, dtype=np.float64)
    return _counted(points <= each(amount), points, amount)


def _counted(
    hits: npt.NDArray[np.bool_], points: npt.NDArray[np.float64], amount: Any
) -> npt.NDArray[np.float64]:
    absent = np.isnan(np.asarray(amount, dtype=np.float64)) | np.isnan(points).any(axis=-1)
    return np.where(absent, np.nan, hits.sum(axis=-1))


def pick(cut_points: Any, position: Any) -> npt.NDArray[np.float64]:
    """The entry of a list at a position counted from 0; NaN where there is no such position."""
    points = np.asarray(cut_points, dtype=np.float64)
    place = np.asarray(position, dtype=np.float64)
    inside = (place >= 0) & (place < points.shape[-1])
    index = np.where(inside, place, 0).astype(np.int64)[..., np.newaxis]
    shape = np.broadcast_shapes(points.shape[:-1], index.shape[:-1])
    chosen = np.take_along_axis(
        np.broadcast_to(points, (*shape, points.shape[-1])), np.broadcast_to(index, (*shape, 1)), axis=-1
    )[..., 0]
    return np.where(inside, chosen, np.nan)
