"""From the inputs of any door to a settled cohort: the three models evaluated together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation, Node
from corridor.formulas.walk import to_plain
from corridor.programs.asm.inputs import NUMBER_QUANTITIES, Array, AsmInputs
from corridor.programs.asm.model import CLINICIANS, MEASURES, SETTLEMENT, SUBMISSIONS
from corridor.programs.asm.national import RULES as NATIONAL_RULES
from corridor.programs.asm.national import national_cohort

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

IDENTITY = ("tin", "npi", "cohort", "clinician_name")
SCORE_QUANTITIES = (
    "quality_points", "quality_measures_counted", "quality_score", "cost_points", "cost_score",
    "improvement_activities_adjustment", "promoting_interoperability_adjustment", "complex_patient_bonus",
    "small_practice_bonus",
)  # fmt: skip
RESULT_QUANTITIES = (
    "final_score", "transformed_final_score", "scaling_factor", "payment_adjustment_factor",
    "payment_multiplier", "dollars", "status", "reason", "part_b_paid", "part_b_paid_payment_year",
)  # fmt: skip
MIDPOINT_QUANTITIES = (
    "transformed_final_score", "scaling_factor", "payment_adjustment_factor", "payment_multiplier", "dollars",
)  # fmt: skip
COHORT_QUANTITIES = {
    "scored": "cohort_scored",
    "pool": "incentive_pool",
    "part_b_paid": "cohort_part_b_paid",
    "midpoint": "logistic_midpoint",
    "median_final_score": "cohort_median_score",
    "scaling_factor": "scaling_factor",
    "neutral_score": "neutral_score",
    "ceiling": "ceiling",
}
SETTLED = ("final_score", "has_zero_score", "part_b_paid", "part_b_paid_payment_year")
COST_QUANTITIES = ("cost_median", "cost_standard_deviation", "cost_cut_points")


@dataclass(frozen=True)
class Settlement:
    """A settled cohort. The first ``own`` rows of ``clinicians`` are the user's, the rest the country's.

    variants  midpoint rule -> the same cohort settled with that midpoint
    """

    inputs: AsmInputs
    force: RulesInForce
    clinicians: Evaluation
    variants: dict[str, Evaluation]
    own: int
    national: bool
    warnings: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def payment_year(self) -> int:
        return self.force.payment_year("asm")

    def scores_are_computed(self) -> bool:
        """Whether any final score was computed here rather than given."""
        given = self.inputs.clinicians["final_score"]
        return bool((np.isnan(given) & ~np.isnan(self.clinicians["final_score"][: self.own])).any())

    def columns(self) -> dict[str, Array]:
        """Every published quantity as a column over the user's clinicians, in file order."""
        found: dict[str, Array] = {name: self.inputs.clinicians[name] for name in IDENTITY}
        for name in (*RESULT_QUANTITIES, *SCORE_QUANTITIES):
            found[name] = self.clinicians[name][: self.own]
        for midpoint, evaluation in self.variants.items():
            for name in MIDPOINT_QUANTITIES:
                found[f"{name}_{midpoint}_midpoint"] = evaluation[name][: self.own]
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One record a clinician; numbers unrounded, absent None."""
        columns = {name: _plain_column(values) for name, values in self.columns().items()}
        return [dict(zip(columns, record, strict=True)) for record in zip(*columns.values(), strict=True)]

    def cohorts(self) -> list[dict[str, Any]]:
        """One record a cohort: its size, pool, midpoint, scaling factor and cost benchmark."""
        codes = self.clinicians.groups["cohort"]
        records = []
        for label, members in zip(codes.labels, codes.members, strict=True):
            first = int(members[0])
            record: dict[str, Any] = {"cohort": label, "size": len(members)}
            record["own"] = int((members < self.own).sum())
            for name, quantity in COHORT_QUANTITIES.items():
                record[name] = to_plain(self.clinicians[quantity][first])
            record["scored"] = int(record["scored"])
            record["midpoint_rule"] = self.force.text("asm.logistic_midpoint_rule")
            with_cost = members[~np.isnan(self.clinicians["cost_median"][members])]
            for name in COST_QUANTITIES:
                value = self.clinicians[name]
                record[name] = to_plain(value[int(with_cost[0])]) if len(with_cost) else None
            records.append(record)
        return records

    def assumptions(self) -> list[dict[str, Any]]:
        """The rules under these results that are neither codified nor official."""
        names = [*RESULT_QUANTITIES, "incentive_pool", "neutral_score", "ceiling"]
        stop_at: tuple[str, ...] = ()
        if not self.scores_are_computed():
            names.remove("reason")
            stop_at = ("final_score", "submission_is_enough")
        found = self.clinicians.assumptions(names, stop_at)
        if self.national:
            known = {
                name: {"rule": name, "about": rule.about, "value": rule.value, "unit": rule.unit,
                       "status": rule.status, "cite": rule.cite, "overridden": rule.overridden}
                for name in NATIONAL_RULES
                for rule in [self.force[name]]
            }  # fmt: skip
            found = sorted([*found, *known.values()], key=lambda record: str(record["rule"]))
        return found

    def explain(self, row: int, quantity: str = "dollars") -> Node:
        """The derivation of one quantity of one of the user's clinicians (row counted from 0)."""
        return self.clinicians.explain(row, quantity)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "program": "asm",
            "year": self.year,
            "payment_year": self.payment_year,
            "national": self.national,
            "rows": self.rows(),
            "cohorts": self.cohorts(),
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def settle(inputs: AsmInputs, rules: Rules, year: int, *, national: bool) -> Settlement:
    """Score and settle the clinicians of ``inputs`` for a performance year.

    national  set them inside the national cohort; without it they are the whole cohort
    Raises ASM-PART-B-MISSING, ASM-RULE-OPTION, and what the law raises for a year it does not know.
    """
    force = rules.in_force(year)
    refuse_unknown_options(force)
    warnings = list(inputs.warnings)
    columns: dict[str, Any] = {name: inputs.clinicians[name] for name in NUMBER_QUANTITIES}
    columns["cohort"] = inputs.clinicians["cohort"]
    columns["practice_class"] = inputs.clinicians["practice_class"]
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


def _plain_column(values: Array) -> list[Any]:
    if values.dtype.kind == "f":
        return [None if number != number else number for number in values.tolist()]
    return [to_plain(value) for value in values.tolist()]
