"""From the inputs of any door to a settled cohort: the three models evaluated together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation
from corridor.programs.asm.inputs import Array, AsmInputs
from corridor.programs.asm.model import CLINICIANS, MEASURES, SETTLEMENT, SUBMISSIONS
from corridor.programs.asm.national import national_cohort
from corridor.programs.asm.settlement import (
    MIDPOINT_QUANTITIES,
    RESULT_QUANTITIES,
    SCORE_QUANTITIES,
    SETTLED,
    Settlement,
)

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

KNOWN_INPUTS = frozenset(CLINICIANS.inputs())


def settle(inputs: AsmInputs, rules: Rules, year: int, *, national: bool) -> Settlement:
    """Score and settle the clinicians of ``inputs`` for a performance year.

    national  set them inside the national cohort; without it they are the whole cohort
    Raises ASM-PART-B-MISSING, ASM-RULE-OPTION, and what the law raises for a year it does not know.
    """
    force = rules.in_force(year)
    refuse_unknown_options(force)
    warnings = list(inputs.warnings)
    columns: dict[str, Any] = {
        name: values
        for name, values in inputs.clinicians.items()
        if name in CLINICIANS.formulas or name in KNOWN_INPUTS
    }
    if national:
        rest = national_cohort(columns["cohort"], force)
        warnings += rest.warnings
        columns = _beside(columns, rest.cohort, rest.final_score, rest.part_b_paid)
    columns["whole_cohort"] = 0.0 if national else 1.0
    clinicians = CLINICIANS.evaluate(
        columns,
        force,
        groups={"cohort": columns["cohort"]},
        children={"measure": evaluate_measures(inputs, force, whole_cohort=not national)},
        wanted=[*RESULT_QUANTITIES, *SCORE_QUANTITIES],
        evidence=inputs.where,
    )
    _refuse_missing_part_b(inputs, clinicians, national)
    variants = {}
    for midpoint, value in (
        ("cohort_median", clinicians["cohort_median_score"]),
        ("fixed", force.number("asm.logistic_midpoint")),
    ):
        settled: dict[str, Any] = {name: clinicians[name] for name in SETTLED}
        variants[midpoint] = SETTLEMENT.evaluate(
            {**settled, "logistic_midpoint": value},
            force,
            groups={"cohort": columns["cohort"]},
            wanted=MIDPOINT_QUANTITIES,
        )
    return Settlement(inputs, force, clinicians, variants, inputs.size, national, warnings)


def evaluate_measures(inputs: AsmInputs, force: RulesInForce, *, whole_cohort: bool) -> Children:
    """Submissions scored, the best of them taken for each required measure of each clinician."""
    required = [row for row in force.rows("asm.quality_measure") if row["required"]]
    parents, measures = [], []
    for row in required:
        mine = np.flatnonzero(inputs.has_measures & (inputs.clinicians["cohort"] == row["cohort"]))
        parents.append(mine)
        measures.append(np.full(len(mine), row["measure_id"], dtype=object))
    parent = np.concatenate(parents).astype(np.int64)
    measure = np.concatenate(measures)
    start = dict(zip((row["measure_id"] for row in required), _starts(parents), strict=True))
    place = {
        m: dict(zip(p.tolist(), range(len(p)), strict=True)) for m, p in zip(start, parents, strict=True)
    }
    sent = inputs.submissions
    keys = zip(sent["measure_id"], sent["clinician"].tolist(), strict=True)
    row_of = np.array(
        [start[m] + place[m][c] if m in start and c in place[m] else -1 for m, c in keys], dtype=np.int64
    )
    kept = np.flatnonzero(row_of >= 0)
    texts = [f"{m} {t}" for m, t in zip(sent["measure_id"][kept], sent["collection_type"][kept], strict=True)]
    where = inputs.where_submitted
    submissions = SUBMISSIONS.evaluate(
        {
            **{name: values[kept] for name, values in sent.items() if name != "clinician"},
            "whole_cohort": np.full(len(kept), float(whole_cohort)),
        },
        force,
        groups={"benchmark": np.array(texts, dtype=object)},
        labels=[f"measure {text}" for text in texts],
        evidence=(lambda row, name: where(int(kept[row]), name)) if where else None,
    )
    children = MEASURES.evaluate(
        {"measure_id": measure},
        force,
        children={"submission": Children(submissions, row_of[kept])},
        labels=[f"measure {m}" for m in measure],
    )
    return Children(children, parent)


def _starts(parts: list[Array]) -> list[int]:
    return [0, *np.cumsum([len(part) for part in parts]).tolist()][: len(parts)]


def _beside(columns: dict[str, Any], cohort: Array, score: Array, part_b: Array) -> dict[str, Any]:
    """The user's columns with the rest of the country below them; only score and dollars are known there."""
    known: dict[str, Array] = {
        "cohort": cohort, "final_score": score, "part_b_paid": part_b,
        "reported": np.where(score > 0, 1.0, 0.0),
        "practice_class": np.full(len(cohort), None, dtype=object),
    }  # fmt: skip
    absent = np.full(len(cohort), np.nan)
    return {name: np.concatenate([values, known.get(name, absent)]) for name, values in columns.items()}


def _refuse_missing_part_b(inputs: AsmInputs, clinicians: Evaluation, national: bool) -> None:
    missing = np.isnan(inputs.clinicians["part_b_paid"]) & (clinicians["status"][: inputs.size] != "neutral")
    if national or not missing.any():
        return
    row = int(np.flatnonzero(missing)[0])
    raise CorridorError(
        "ASM-PART-B-MISSING",
        f"The Part B payments of NPI {inputs.clinicians['npi'][row]} are not given.",
        why="Every clinician with a final score weighs in the cohort's pool by Part B payments.",
        todo="Give the amount in dollars; or settle inside a national cohort with --national.",
        file=inputs.file,
        line=inputs.lines[row] if inputs.lines else None,
        field="part_b_paid",
    )


def refuse_unknown_options(force: RulesInForce) -> None:
    """Options a rule names although nobody has said what they would compute."""
    if force.text("asm.promoting_interoperability_form") != "linear":
        raise CorridorError(
            "ASM-RULE-OPTION",
            "The tiered form of the interoperability deduction is not known.",
            why="No source states its tiers, so no score can be computed with it.",
            todo="Use linear.",
            rule="asm.promoting_interoperability_form",
        )
