"""Neighbouring lines of one Part B claim carry the same dates and numbers of the claim: do they?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor.sources.cclf.crosscheck import one_bit_apart
from corridor.sources.cclf.detect import Form
from corridor.sources.cclf.records import ISOLATED, damaged
from corridor.sources.cclf.shape import Bytes

# What the lines of a claim share, in the files that have no claim header of their own.
SHARED = dict.fromkeys(
    ("cclf5", "cclf6"), ("clm_from_dt", "clm_thru_dt", "clm_efctv_dt", "clm_idr_ld_dt", "clm_cntl_num")
)
_WORD = 8


class LineWatch:
    """Compares each record of a file with the one before it, where both are of one claim."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.shared = [form.layout.field(name) for name in SHARED.get(form.found.file_type, ())]
        self.differ = 0
        self.examples: list[tuple[int, str, bytes, bytes]] = []
        self._last: Bytes | None = None

    def watch(self, piece: Bytes, first_line: int) -> None:
        """Look at the next piece (rows, width) of the file."""
        if not self.shared:
            return
        if self._last is not None:
            self._compare(np.vstack([self._last, piece[:1]]), first_line - 1)
        self._compare(piece, first_line)
        self._last = piece[-1:].copy()

    def _compare(self, piece: Bytes, first_line: int) -> None:
        claim = self.form.layout.field("cur_clm_uniq_id")
        same = ~_changes(piece, claim.start - 1, claim.end)
        for one in self.shared:
            rows = np.flatnonzero(_changes(piece, one.start - 1, one.end) & same)
            self.differ += len(rows)
            for row in rows[: max(0, ISOLATED + 1 - len(self.examples))]:
                before, after = (piece[at, one.start - 1 : one.end].tobytes() for at in (row, row + 1))
                self.examples.append((first_line + int(row) + 1, one.name, before, after))

    def finish(self, set_aside: bool) -> list[str]:
        """After the last piece: a few lines that differ in one bit are damage, others are warned of."""
        if not self.differ:
            return []
        for line, name, before, after in self.examples if self.differ <= ISOLATED and not set_aside else ():
            if one_bit_apart(before.decode("ascii"), after.decode("ascii")):
                raise damaged(
                    self.form,
                    line,
                    name,
                    "This field differs in one bit from that of the line before, which is of the same claim.",
                )
        kind = self.form.found.file_type.upper()
        return [
            f"{kind}: lines of one claim disagree in {self.differ:,} places, the first in line "
            f"{self.examples[0][0]}."
        ]


def _changes(piece: Bytes, start: int, end: int) -> NDArray[np.bool_]:
    """Where the characters from index ``start`` to ``end`` are not those of the record before."""
    words = -(-(end - start) // _WORD)
    padded = np.zeros((len(piece), words * _WORD), np.uint8)
    padded[:, : end - start] = piece[:, start:end]
    numbers = padded.view(np.uint64)
    changed: NDArray[np.bool_] = numbers[1:, 0] != numbers[:-1, 0]
    for at in range(1, words):
        changed |= numbers[1:, at] != numbers[:-1, at]
    return changed
