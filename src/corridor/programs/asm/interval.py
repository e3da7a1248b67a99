"""How far chance in the cost measure reaches: score and dollars at either end of a clinician's cost interval.

The clinician's cost is set to each end; the cohort, its benchmark, midpoint and scaling factor stand still,
and so does everything else of the clinician.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Evaluation
from corridor.formulas.walk import to_plain
from corridor.programs.asm.inputs import Array
from corridor.programs.asm.levers import HELD
from corridor.programs.asm.model import CLINICIANS
from corridor.programs.asm.settlement import Settlement

ENDS = ("interval_low", "interval_high")
BENCHMARK = ("cost_median", "cost_standard_deviation")
WANTED = ("cost_points", "final_score", "dollars")


def intervals(settlement: Settlement) -> list[dict[str, Any]]:
    """One record a clinician: cost, cost points, score and dollars at the measure and at both ends.

    ``_low`` and ``_high`` order the quantity itself: ``dollars_low`` is what the high end of the cost brings.
    None where the cost measure has no interval or the clinician no final score.
    """
    clinicians, own = settlement.inputs.clinicians, settlement.own
    absent = np.full(own, np.nan)
    low, high = (clinicians.get(name, absent) for name in ENDS)
    score, points = (settlement.clinicians[name][:own] for name in ("final_score", "cost_points"))
    rows = np.flatnonzero(~(np.isnan(low) | np.isnan(high) | np.isnan(score) | np.isnan(points)))
    at_low_cost, at_high_cost = (_at(settlement, rows, cost[rows]) for cost in (low, high))
    found: dict[str, Array] = {
        "cost_per_episode_low": low,
        "cost_per_episode": clinicians["cost_per_episode"],
        "cost_per_episode_high": high,
    }
    for name in WANTED:
        for end, evaluation in (("low", at_high_cost), ("high", at_low_cost)):
            found[f"{name}_{end}"] = _spread(own, rows, evaluation, name)
        found[name] = settlement.clinicians[name][:own]
    return [
        {name: to_plain(clinicians[name][row]) for name in ("tin", "npi", "cohort")}
        | {name: to_plain(values[row]) for name, values in found.items()}
        for row in range(own)
    ]


def _at(settlement: Settlement, rows: Array, cost: Array) -> Evaluation | None:
    """The chosen clinicians with another cost an episode, in the cohort as it was settled."""
    if not len(rows):
        return None
    held = [*(name for name in HELD if name != "cost_score"), *BENCHMARK]
    given = {name: np.array(settlement.clinicians[name][rows]) for name in held}
    given["attributed_episodes"] = settlement.inputs.clinicians["attributed_episodes"][rows]
    given["cost_per_episode"] = cost
    cohort = settlement.inputs.clinicians["cohort"][rows]
    return CLINICIANS.evaluate(given, settlement.force, groups={"cohort": cohort}, wanted=list(WANTED))


def _spread(own: int, rows: Array, evaluation: Evaluation | None, name: str) -> Array:
    """Values of the chosen clinicians among all, absent elsewhere."""
    values = np.full(own, np.nan)
    if evaluation is not None:
        values[rows] = evaluation[name]
    return values
