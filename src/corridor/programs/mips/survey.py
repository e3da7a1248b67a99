"""The CAHPS survey: its parts are scored one by one, and their mean is measure 321."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.mips.inputs import Array, Book
from corridor.programs.mips.scored_rows import score_rows

if TYPE_CHECKING:
    from corridor.law import RulesInForce

PART, SURVEY, COLLECTED = "CAHPS_", "321", "cahps"  # CMS's ids of the parts and of the survey


def with_survey(
    columns: dict[str, Array],
    book: Book,
    clinicians: Mapping[str, Array],
    force: RulesInForce,
    assumptions: dict[str, dict[str, Any]],
) -> dict[str, Array]:
    """Results with measure 321 of everyone whose parts of the survey are given; the parts count no more."""
    ids = columns["measure_id"].tolist()
    parts = np.array([str(one).startswith(PART) for one in ids], dtype=bool)
    if not parts.any():
        return columns
    names = sorted({one for one, part in zip(ids, parts.tolist(), strict=True) if part})
    mine = {name: values[parts] for name, values in columns.items()}
    mine["category"] = np.full(int(parts.sum()), "part", dtype=object)
    mine["collection_type"] = np.full(int(parts.sum()), COLLECTED, dtype=object)
    mine["fact_code"] = np.array([names.index(one) for one in mine["measure_id"].tolist()], dtype=np.int64)
    facts = [book.get((name, COLLECTED)) for name in names]
    found = score_rows(mine, facts, clinicians, force, assumptions)
    points = found["points"]
    size = len(clinicians["tin"])
    # a part without a benchmark is no part of the mean; what an unscored measure earns is not meant of parts
    scored = found["result"] == "scored"
    who = mine["clinician"][scored]
    count, total = np.bincount(who, minlength=size), np.bincount(who, points[scored], minlength=size)
    surveyed = np.flatnonzero(count > 0)
    survey: dict[str, Array] = {
        "clinician": surveyed,
        "measure_id": np.full(len(surveyed), SURVEY, dtype=object),
        "collection_type": np.full(len(surveyed), COLLECTED, dtype=object),
        "category": np.full(len(surveyed), "quality", dtype=object),
        "own_points": total[surveyed] / count[surveyed],
    }
    kept = {name: values[~parts] for name, values in columns.items()}
    absent = np.full(len(kept["clinician"]), np.nan)
    joined = {
        name: np.concatenate([kept.get(name, absent), survey.get(name, np.full(len(surveyed), np.nan))])
        for name in {**kept, **survey}
    }
    order = np.argsort(joined["clinician"], kind="stable")
    return {name: values[order] for name, values in joined.items()}
