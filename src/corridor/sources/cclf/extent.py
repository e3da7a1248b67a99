"""Which positions of the records of a piece are used, so that the SQL need not look for blanks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor.layouts.cclf import Field


class Extent:
    """Per position of a piece: is it always blank, is it ever blank, does a word start or end there."""

    def __init__(self, width: int) -> None:
        self.always_blank = np.ones(width, np.bool_)
        self.ever_blank = np.zeros(width, np.bool_)
        self.edge = np.zeros(width, np.bool_)

    def add(self, blank: NDArray[np.bool_]) -> None:
        """Take in where a block of records (rows, width) is blank."""
        self.always_blank &= blank.all(axis=0)
        self.ever_blank |= blank.any(axis=0)
        self.edge[1:] |= (blank[:, 1:] != blank[:, :-1]).any(axis=0)

    def used(self, one: Field) -> tuple[int, int] | None:
        """First and last position (from 1) of the field that holds anything; None if nothing does."""
        places = np.flatnonzero(~self.always_blank[one.start - 1 : one.end])
        return None if len(places) == 0 else (one.start + int(places[0]), one.start + int(places[-1]))

    def full_or_blank(self, first: int, last: int) -> bool:
        """Whether every record fills all positions from ``first`` to ``last`` (from 1) or none of them."""
        return not self.edge[first:last].any()
