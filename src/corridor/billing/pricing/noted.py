"""What a reader of many prices is told with a count, beside the reasons of what is not priced."""

from __future__ import annotations

import numpy as np

from corridor.billing.pricing.codes import NONE, THERAPY
from corridor.billing.pricing.shape import Law, Lines


class Noted:
    """Counts, as a ``watch`` of price_requests, what the answers do not show.

    units_of_multiple_procedure   code -> priced lines of several units that are ranked as one service
    """

    def __init__(self) -> None:
        self.units_of_multiple_procedure: dict[str, int] = {}

    def __call__(self, law: Law, lines: Lines) -> None:
        """Count in the lines of one chunk."""
        rate = lines.columns["rate_id"]
        kind = law.rates.kind[rate]
        several = (lines.columns["units"] > 1) & (lines.reason == 0) & (kind != NONE) & (kind != THERAPY)
        for code, count in zip(*np.unique(law.rates.code[rate[several]], return_counts=True), strict=True):
            known = self.units_of_multiple_procedure
            known[str(code)] = known.get(str(code), 0) + int(count)
