"""What more points of a measure do to a clinician's own MIPS score, and to its dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas.walk import to_plain

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

_SCORES = """
select
  tin, npi, final_score, counts, quality_percent, quality_weight, quality_available, part_b_paid,
  scaling_factor
from mips.score
where performance_year = ? and participation = 'individual' and final_score is not null
"""
_POINTS = """
select tin, npi, measure_id, collection_type, points
from mips.measure_points
where performance_year = ? and participation = 'individual' and category = 'quality' and counted
"""


def score_and_dollars(
    run: Run,
    found: Mapping[int, dict[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    force: RulesInForce,
    year: int,
) -> bool:
    """Put score points and dollars into ``found`` where a measure counts in a clinician's own score.

    One measure at a time, every other result as it is, the same measures chosen; a score that does not count
    for its clinician (a group's does) moves no dollars. Returns whether anything was put.
    """
    if not (run.has("mips.score") and run.has("mips.measure_points")):
        return False
    scores = {(row["tin"], row["npi"]): row for row in run.query(_SCORES, [year])}
    points = {
        (row["tin"], row["npi"], row["measure_id"], row["collection_type"]): row["points"]
        for row in run.query(_POINTS, [year])
    }
    highest = force.number("qp.mips_score_maximum")
    moved: list[tuple[int, dict[str, Any], float]] = []
    for at, worth in found.items():
        row = rows[at]
        score = scores.get((row["tin"], row["npi"]))
        now = points.get((row["tin"], row["npi"], row["measure_id"], row["collection_type"]))
        closed = worth["measure_points_closed"]
        if score is None or now is None or closed is None or not score["quality_available"]:
            continue
        percent = min(100.0, score["quality_percent"] + 100 * (closed - now) / score["quality_available"])
        gained = score["quality_weight"] * (percent - score["quality_percent"])
        worth["measure_points"] = now
        worth["score_points"] = min(highest, score["final_score"] + gained) - score["final_score"]
        moved.append((at, score, worth["score_points"]))
    for (at, score, _), dollars in zip(moved, _dollars(moved, force), strict=True):
        found[at]["dollars"] = to_plain(dollars) if score["counts"] else 0.0
    return bool(moved)


def _dollars(moved: Sequence[tuple[int, dict[str, Any], float]], force: RulesInForce) -> Any:
    """Dollars after less dollars before; NaN where payments or a factor are not known."""
    from corridor.programs.mips.compute import settle_scores
    from corridor.programs.mips.inputs import clinician_columns

    if not moved:
        return np.zeros(0)
    names = ("tin", "npi", "part_b_paid", "scaling_factor")
    given = {name: np.array([score[name] for _, score, _ in moved], dtype=object) for name in names}
    columns = clinician_columns(given)
    before = np.array([score["final_score"] for _, score, _ in moved], dtype=float)
    after = before + np.array([gained for _, _, gained in moved], dtype=float)
    counts = np.ones(len(moved), dtype=bool)
    known = [settle_scores(columns, final, counts, force, False)[0]["dollars"] for final in (before, after)]
    return np.asarray(known[1], dtype=float) - np.asarray(known[0], dtype=float)
