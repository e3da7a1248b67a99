"""The service month of a claim by its number: CCLFA and CCLFB carry no date that places them."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from corridor.engine.connection import quote
from corridor.layouts.cclf import Field
from corridor.sources.cclf.shape import BLANK, Bytes

UNPLACED = 0


class ClaimMonths:
    """Claim numbers in order with their months (yyyymm): twelve bytes of memory a claim."""

    def __init__(self, con: duckdb.DuckDBPyConnection, parts: Sequence[str]) -> None:
        """From the raw tables (Parquet ``parts``) of the claims themselves."""
        listed = ", ".join(quote(part) for part in parts)
        rows = (
            con.execute(
                f"select cast(cur_clm_uniq_id as bigint) as number, max(service_month) as month "
                f"from read_parquet([{listed}]) group by 1 order by 1"
            ).fetchnumpy()
            if parts
            else {"number": np.empty(0, np.int64), "month": np.empty(0, np.int32)}
        )
        self._numbers: NDArray[np.int64] = np.asarray(rows["number"], np.int64)
        self._months: NDArray[np.int32] = np.asarray(rows["month"], np.int32)

    def of(self, piece: Bytes, claim: Field) -> NDArray[np.int32]:
        """The month of each record (rows, width) of a piece; UNPLACED where its claim is not known."""
        numbers = np.zeros(len(piece), np.int64)
        for position in range(claim.start - 1, claim.end):
            byte = piece[:, position]
            numbers = np.where(byte == BLANK, numbers, numbers * 10 + (byte & 15))
        if len(self._numbers) == 0:
            return np.full(len(piece), UNPLACED, np.int32)
        place = np.searchsorted(self._numbers, numbers)
        place[place == len(self._numbers)] = 0
        found = self._numbers[place] == numbers
        months: NDArray[np.int32] = np.where(found, self._months[place], UNPLACED).astype(np.int32)
        return months
