"""What a step is worth in dollars: a decile of each measure, a cost band, activities, interoperability.

The cohort stands still: midpoint and scaling factor stay as they were settled, and each lever is moved alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas.walk import to_plain
from corridor.programs.asm.inputs import Array
from corridor.programs.asm.model import CLINICIANS
from corridor.programs.asm.settlement import Settlement

HELD = (
    "quality_score", "cost_score", "improvement_activities_adjustment",
    "promoting_interoperability_adjustment", "complex_patient_bonus", "small_practice_bonus",
    "submission_is_enough", "is_excused", "quality_weight_applied", "part_b_paid",
    "part_b_paid_payment_year", "logistic_midpoint", "scaling_factor",
)  # fmt: skip


def levers(settlement: Settlement) -> list[dict[str, Any]]:
    """One record a clinician and lever: ``measure``, ``change`` in words, the score after it, dollars gained.

    Measures that do not count and levers that are already at their end have no record. Where only a final
    score was given, the lever is one point of it.
    """
    evaluation, force = settlement.clinicians, settlement.force
    base = {name: np.array(evaluation[name][: settlement.own]) for name in HELD}
    score = evaluation["final_score"][: settlement.own]
    scored = ~np.isnan(base["quality_score"]) & ~np.isnan(base["cost_score"]) & ~np.isnan(score)
    scored &= np.asarray(base["submission_is_enough"], dtype=bool)
    moves = _measure_moves(settlement, base)
    top = force.number("asm.cost_maximum_points")
    points = evaluation["cost_points"][: settlement.own]
    moves.append(("cost", "one cost band better", "cost_score", np.minimum(points + 1, top) / top))
    zero = np.zeros(settlement.own)
    moves.append(
        ("improvement_activities", "all activities attested", "improvement_activities_adjustment", zero)
    )
    moves.append(
        (
            "promoting_interoperability", "full interoperability score",
            "promoting_interoperability_adjustment", zero,
        )
    )  # fmt: skip
    records = []
    for measure, change, quantity, after in moves:
        rows = np.flatnonzero(scored & (after > base[quantity]))
        records += _valued(settlement, rows, base, {quantity: after[rows]}, measure, change)
    given = np.flatnonzero(np.isnan(base["quality_score"]) & (score > 0))
    highest = force.number("asm.final_score_maximum")
    after = np.minimum(score[given] + 1, highest)
    records += _valued(settlement, given, base, {"final_score": after}, "final_score", "one point more")
    order = {row: place for place, row in enumerate(range(settlement.own))}
    records.sort(key=lambda record: (order[record["row"]], -(record["dollars"] or 0.0), record["measure"]))
    return records


def _measure_moves(settlement: Settlement, base: dict[str, Array]) -> list[tuple[str, str, str, Array]]:
    """For each measure the quality scores after one decile more in it."""
    top = settlement.force.number("asm.maximum_measure_points")
    counted = settlement.clinicians["quality_measures_counted"][: settlement.own]
    measures = settlement.clinicians.children["measure"]
    names = np.array(measures.evaluation["measure_id"]) if len(measures.parent) else np.zeros(0, dtype=object)
    points = measures.evaluation["measure_points"]
    moves = []
    for measure in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero((names == measure) & ~np.isnan(points))
        gained = np.zeros(settlement.own)
        gained[measures.parent[rows]] = np.minimum(points[rows] + 1, top) - points[rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            after = base["quality_score"] + np.where(counted > 0, gained / (top * counted), 0)
        moves.append((str(measure), "one decile better", "quality_score", after))
    return moves


def _valued(
    settlement: Settlement,
    rows: Array,
    base: dict[str, Array],
    moved: dict[str, Array],
    measure: str,
    change: str,
) -> list[dict[str, Any]]:
    if not len(rows):
        return []
    given = {name: values[rows] for name, values in base.items()} | moved
    if "final_score" in moved:
        given["has_zero_score"] = np.zeros(len(rows), dtype=bool)
    after = CLINICIANS.evaluate(
        given,
        settlement.force,
        groups={"cohort": settlement.inputs.clinicians["cohort"][rows]},
        wanted=["final_score", "dollars"],
    )
    before = settlement.clinicians["dollars"][rows]
    clinicians = settlement.inputs.clinicians
    return [
        {
            "row": int(row),
            **{name: to_plain(clinicians[name][row]) for name in ("tin", "npi", "cohort")},
            "measure": measure,
            "change": change,
            "final_score": to_plain(after["final_score"][place]),
            "dollars": to_plain(after["dollars"][place] - before[place]),
        }
        for place, row in enumerate(rows)
    ]
