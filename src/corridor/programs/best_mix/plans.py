"""Plans: one participant under one pathway, with some results and categories sent; scored all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.mips.compute import Scored, known, score_inputs, settle_scores
from corridor.programs.mips.inputs import Array, Book, MipsInputs

if TYPE_CHECKING:
    from corridor.law import RulesInForce

# what says that a category was sent, by category
OF_CATEGORY = {
    "quality": ("quality_percent", "quality_points", "quality_submitted"),
    "improvement_activities": (
        "improvement_activities_percent", "improvement_activities_attested", "improvement_activities_high",
        "improvement_activities_medium", "improvement_submitted",
    ),
    "promoting_interoperability": (
        "promoting_interoperability_percent", "interoperability_submitted", "interoperability_bonus_reported",
        "interoperability_statements_made",
    ),
}  # fmt: skip
SENT = {
    "quality": "quality_submitted",
    "improvement_activities": "improvement_submitted",
    "promoting_interoperability": "interoperability_submitted",
}


@dataclass(frozen=True)
class Plan:
    """A way to report: the pathway, the results that are sent (their rows), the categories withheld."""

    participant: int
    pathway: str
    mvp_id: str | None
    rows: tuple[int, ...]
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """Plans scored: the final score of each, the adjustment and its dollars, and what lies under them."""

    final_score: Array
    factor: Array
    dollars: Array
    scored: Scored
    inputs: MipsInputs


def outcome(plans: Sequence[Plan], inputs: MipsInputs, book: Book, force: RulesInForce) -> Outcome:
    """Score plans as if each were a participant of its own."""
    laid = _laid(plans, inputs)
    scored = score_inputs(laid, book, force)
    final = np.where(known(laid, scored), scored.evaluation["final_score"], np.nan)
    every = np.ones(len(plans), dtype=bool)
    settlement, _ = settle_scores(laid.clinicians, final, every, force, whole_cohort=False)
    return Outcome(final, settlement["payment_adjustment_factor"], settlement["dollars"], scored, laid)


def _laid(plans: Sequence[Plan], inputs: MipsInputs) -> MipsInputs:
    """The inputs of the plans, one row a plan, with only what each of them sends."""
    who = np.array([plan.participant for plan in plans], dtype=np.int64)
    clinicians: dict[str, Array] = {name: values[who].copy() for name, values in inputs.clinicians.items()}
    clinicians["pathway"] = np.array([plan.pathway for plan in plans], dtype=object)
    clinicians["mvp_id"] = np.array([plan.mvp_id for plan in plans], dtype=object)
    clinicians["final_score"] = np.full(len(plans), np.nan)
    for at, plan in enumerate(plans):
        for category in plan.withheld:
            for name in OF_CATEGORY[category]:
                clinicians[name][at] = np.nan
            clinicians[SENT[category]][at] = 0.0
    rows = [row for plan in plans for row in plan.rows]
    owner = [at for at, plan in enumerate(plans) for _ in plan.rows]
    chosen = np.array(rows, dtype=np.int64)
    results = {name: values[chosen] for name, values in inputs.results.items()}
    results["clinician"] = np.array(owner, dtype=np.int64)
    return MipsInputs(clinicians, results, _answers(plans, inputs))


def _answers(plans: Sequence[Plan], inputs: MipsInputs) -> dict[str, Any]:
    """What was reported for interoperability, for the plans that send it."""
    by_who: dict[int, list[int]] = {}
    for row, one in enumerate(inputs.answers["clinician"].tolist()):
        by_who.setdefault(one, []).append(row)
    rows, owner = [], []
    for at, plan in enumerate(plans):
        if "promoting_interoperability" not in plan.withheld:
            found = by_who.get(plan.participant, [])
            rows += found
            owner += [at] * len(found)
    chosen = np.array(rows, dtype=np.int64)
    answers: dict[str, Any] = {name: values[chosen] for name, values in inputs.answers.items()}
    answers["clinician"] = np.array(owner, dtype=np.int64)
    return answers
