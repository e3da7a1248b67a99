"""What other inputs of a clinician's own would be worth: the cohort stands still, as it was settled.

Midpoint, scaling factor, benchmarks and the cost of the cohort stay; quality, activities and interoperability
of a clinician are scored again. Of a cohort that forms its own benchmarks (not national) the benchmarks move
with the changed rates, as they would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridor.programs.asm.compute import evaluate_measures
from corridor.programs.asm.inputs import Array, AsmInputs
from corridor.programs.asm.levers import HELD
from corridor.programs.asm.model import CLINICIANS
from corridor.programs.asm.settlement import Settlement

# What inputs of the clinician's own decide; everything else of HELD stays.
_OWN = (
    "quality_score",
    "submission_is_enough",
    "improvement_activities_adjustment",
    "promoting_interoperability_adjustment",
)


@dataclass(frozen=True)
class Worth:
    """Final scores and dollars of the user's clinicians before and after; NaN where there is no score.

    measure_points  (clinician row, measure) -> points after
    """

    final_score_before: Array
    final_score: Array
    dollars_before: Array
    dollars: Array
    measure_points: Mapping[tuple[int, str], float]

    @property
    def points_gained(self) -> Array:
        """Final score points."""
        return np.asarray(self.final_score - self.final_score_before)

    @property
    def dollars_gained(self) -> Array:
        """Dollars of the first payment year."""
        return np.asarray(self.dollars - self.dollars_before)


def worth(settlement: Settlement, changed: AsmInputs) -> Worth:
    """The settlement's own clinicians scored again with other inputs."""
    force, own = settlement.force, settlement.own
    base = {name: np.array(settlement.clinicians[name][:own]) for name in HELD}
    children = evaluate_measures(changed, force, whole_cohort=not settlement.national)
    known = {
        name: values[:own]
        for name, values in changed.clinicians.items()
        if name in CLINICIANS.formulas or name in CLINICIANS.inputs()
    }
    cohorts = changed.clinicians["cohort"][:own]
    rescored = CLINICIANS.evaluate(
        {**known, "cost_score": base["cost_score"], "whole_cohort": 0.0 if settlement.national else 1.0},
        force,
        groups={"cohort": cohorts},
        children={"measure": children},
        wanted=list(_OWN),
    )
    after = CLINICIANS.evaluate(
        {**base, **{name: np.asarray(rescored[name]) for name in _OWN}},
        force,
        groups={"cohort": cohorts},
        wanted=["final_score", "dollars"],
    )
    points = zip(
        children.parent.tolist(),
        np.array(children.evaluation["measure_id"]).tolist(),
        np.array(children.evaluation["measure_points"]).tolist(),
        strict=True,
    )
    return Worth(
        np.array(settlement.clinicians["final_score"][:own]),
        np.array(after["final_score"]),
        np.array(settlement.clinicians["dollars"][:own]),
        np.array(after["dollars"]),
        {(row, str(measure)): float(value) for row, measure, value in points},
    )


def with_results(inputs: AsmInputs, results: Sequence[Mapping[str, Any]]) -> AsmInputs:
    """The inputs with results in place of those of the same clinician, measure and collection type, or beside
    them where there are none.

    results   ``clinician`` (row), ``measure_id``, ``collection_type``, ``rate``; ``eligible_cases`` and
              ``data_completeness`` keep what was sent where they are left out
    """
    columns = {name: values.copy() for name, values in inputs.submissions.items()}
    keys = list(
        zip(columns["clinician"].tolist(), columns["measure_id"], columns["collection_type"], strict=True)
    )
    place = {key: row for row, key in enumerate(keys)}
    new: list[Mapping[str, Any]] = []
    for result in results:
        at = place.get((int(result["clinician"]), result["measure_id"], result["collection_type"]))
        if at is None:
            new.append(result)
            continue
        for name in ("rate", "eligible_cases", "data_completeness"):
            if result.get(name) is not None:
                columns[name][at] = float(result[name])
    if new:
        for name, values in columns.items():
            absent = None if values.dtype.kind == "O" else np.nan
            added = [row.get(name) if row.get(name) is not None else absent for row in new]
            columns[name] = np.concatenate([values, np.array(added, dtype=values.dtype)])
    has = inputs.has_measures.copy()
    has[[int(result["clinician"]) for result in results]] = True
    # a quality score that was given, or taken for want of results, no longer stands in for them
    fresh = has & ~inputs.has_measures
    clinicians = dict(inputs.clinicians)
    for name in ("quality_score", "reported"):
        if name in clinicians:
            clinicians[name] = np.where(fresh, np.nan, clinicians[name].astype(np.float64))
    return replace(inputs, clinicians=clinicians, submissions=columns, has_measures=has)


def with_values(inputs: AsmInputs, quantity: str, rows: Array, value: float) -> AsmInputs:
    """The inputs with one quantity of some clinicians set."""
    values = inputs.clinicians.get(quantity, np.full(inputs.size, np.nan)).astype(np.float64)
    values[rows] = value
    return replace(inputs, clinicians={**inputs.clinicians, quantity: values})
