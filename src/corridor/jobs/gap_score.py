"""What more points of a measure do to a MIPS score, of a clinician, practice or entity, and to dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas.walk import to_plain

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

PARTICIPATION = {"clinician": "individual", "practice": "group", "entity": "apm_entity"}
Row = Mapping[str, Any]
_SCORES = """
select
  tin, npi, entity_id, final_score, counts, quality_percent, quality_weight, quality_available, part_b_paid,
  scaling_factor
from mips.score
where performance_year = ? and participation = ? and final_score is not null
order by tin, npi
"""
_POINTS = """
select tin, npi, entity_id, measure_id, collection_type, points
from mips.measure_points
where performance_year = ? and participation = ? and category = 'quality' and counted
"""


def score_and_dollars(
    run: Run,
    found: Mapping[int, dict[str, Any]],
    rows: Sequence[Row],
    force: RulesInForce,
    year: int,
    level: str,
) -> bool:
    """Put score points and dollars into ``found`` where a measure counts in the score of its level.

    One measure at a time, every other result as it is, the same measures chosen. Dollars are those of every
    clinician for whom that score counts; where another one does (a group's, say), none move.
    Returns whether anything was put.
    """
    if not (run.has("mips.score") and run.has("mips.measure_points")):
        return False
    members: dict[tuple[str, ...], list[Row]] = {}
    for row in run.query(_SCORES, [year, PARTICIPATION[level]]):
        members.setdefault(_unit(row, level), []).append(row)
    points = {
        (*_unit(row, level), row["measure_id"], row["collection_type"]): row["points"]
        for row in run.query(_POINTS, [year, PARTICIPATION[level]])
    }
    highest = force.number("qp.mips_score_maximum")
    moved: list[tuple[int, Row, float]] = []
    for at, worth in found.items():
        unit = _unit(rows[at], level)
        now = points.get((*unit, rows[at]["measure_id"], rows[at]["collection_type"]))
        closed = worth["measure_points_closed"]
        if unit not in members or now is None or closed is None:
            continue
        score = members[unit][0]
        if not score["quality_available"]:
            continue
        percent = min(100.0, score["quality_percent"] + 100 * (closed - now) / score["quality_available"])
        gained = score["quality_weight"] * (percent - score["quality_percent"])
        worth["measure_points"] = now
        worth["score_points"] = min(highest, score["final_score"] + gained) - score["final_score"]
        worth["dollars"] = 0.0
        moved += [(at, member, worth["score_points"]) for member in members[unit] if member["counts"]]
    for (at, _, _), dollars in zip(moved, _dollars(moved, force).tolist(), strict=True):
        found[at]["dollars"] += dollars
    for worth in found.values():
        if "dollars" in worth:
            worth["dollars"] = to_plain(np.float64(worth["dollars"]))
    return any("score_points" in worth for worth in found.values())


def _unit(row: Row, level: str) -> tuple[str, ...]:
    if level == "entity":
        return (str(row["entity_id"]),)
    return (str(row["tin"]), str(row["npi"])) if level == "clinician" else (str(row["tin"]),)


def _dollars(moved: Sequence[tuple[int, Row, float]], force: RulesInForce) -> Any:
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
