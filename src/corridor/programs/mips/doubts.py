"""What a reader should be told beside the scores of a file: what was taken as not sent, what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from corridor.programs.mips.inputs import Array
from corridor.words import counted

SENT = {
    "quality": ("quality_submitted", "no_quality"),
    "improvement activities": ("improvement_submitted", "no_improvement"),
    "interoperability": ("interoperability_submitted", "no_interoperability"),
}


def doubts(
    given: Mapping[str, Any], excused: Mapping[str, Array], made: Array, statements: Array
) -> list[str]:
    """Warnings of a file.

    given       columns of who is scored, with what was sent of each category
    excused     flags by name of SENT: the category has no weight
    made        rows whose score was worked out, not given
    statements  of rows that sent interoperability data, whether the statements were made; NaN: not said
    """
    found = []
    for category, (sent, without) in SENT.items():
        missing = made & ~(given[sent] > 0) & ~excused[without]
        if category == "improvement activities":
            missing &= np.asarray(given["framework"] != "app")
        if missing.any():
            found.append(
                f"{category}: nothing given for {counted(int(missing.sum()), 'score')}: taken as not sent"
            )
    silent = made & np.isnan(statements) & (given["interoperability_submitted"] > 0)
    silent &= np.isnan(given["promoting_interoperability_percent"])
    if silent.any():
        found.append(
            "interoperability: the required statements are not given for "
            f"{counted(int(silent.sum()), 'score')}, so the category is 0; "
            "give interoperability_statements_made"
        )
    alone = made & np.asarray(given["participation"] == "subgroup") & np.asarray(given["pathway"] != "mvp")
    if alone.any():
        found.append(f"{counted(int(alone.sum()), 'subgroup')} outside an MVP: subgroups report MVPs only")
    return found
