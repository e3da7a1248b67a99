"""A settled cohort, as rows: clinicians, measures, cohorts, payment years, and what was assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Evaluation, Node
from corridor.formulas.walk import to_plain
from corridor.programs.asm.inputs import Array, AsmInputs
from corridor.programs.asm.model import PERCENTILE_COLUMNS, SETTLEMENT
from corridor.programs.asm.national import RULES as NATIONAL_RULES

if TYPE_CHECKING:
    from corridor.law import RulesInForce

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
COST_QUANTITIES = ("cost_median", "cost_standard_deviation", "cost_cut_points")
SETTLED = ("final_score", "has_zero_score", "part_b_paid", "part_b_paid_payment_year")
MEDIAN_COLUMN = "p50"


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

    # -- clinicians ------------------------------------------------------------------------------

    def columns(self) -> dict[str, Array]:
        """Every published quantity as a column over the user's clinicians, in file order."""
        found: dict[str, Array] = {name: self.inputs.clinicians[name] for name in IDENTITY}
        for name in RESULT_QUANTITIES:
            found[name] = self.clinicians[name][: self.own]
        for name in SCORE_QUANTITIES:
            given = self.inputs.clinicians.get(name, np.full(self.own, np.nan))
            here = self._scored_here() | ~np.isnan(given)
            found[name] = np.where(here, self.clinicians[name][: self.own], np.nan)
        for midpoint, evaluation in self.variants.items():
            for name in MIDPOINT_QUANTITIES:
                found[f"{name}_{midpoint}_midpoint"] = evaluation[name][: self.own]
        both = [found[f"dollars_{midpoint}_midpoint"] for midpoint in self.variants]
        found["dollars_low"], found["dollars_high"] = np.minimum(*both), np.maximum(*both)
        found["risk_level"] = np.full(self.own, self.force.number("asm.risk_level"))
        for name in ("assumed_categories", "indicative"):
            if name in self.inputs.clinicians:
                found[name] = self.inputs.clinicians[name]
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One record a clinician; numbers unrounded, absent None. Measures are beside it, wide."""
        columns = {name: _plain_column(values) for name, values in self.columns().items()}
        records = [dict(zip(columns, record, strict=True)) for record in zip(*columns.values(), strict=True)]
        shown = ("rate", "points", "counted", "outcome", "benchmark")
        for measure in self.measure_rows():
            for name in shown:
                records[measure["row"]][f"q{measure['measure_id']}_{name}"] = measure[name]
        return records

    def measure_rows(self) -> list[dict[str, Any]]:
        """One record a required measure of a clinician whose quality was computed from measures."""
        measures = self.clinicians.children["measure"]
        sent = measures.evaluation.children["submission"]
        names = ("measure_id", "measure_points", "measure_outcome")
        columns = {name: _plain_column(measures.evaluation[name]) for name in names}
        best = self._best_submissions(len(measures.parent))
        of_sent = (
            "collection_type", "rate", "eligible_cases", "data_completeness", "outcome", "benchmark",
        )  # fmt: skip
        detail: dict[str, list[Any]] = {}
        if len(sent.parent):
            detail = {name: _plain_column(sent.evaluation[name]) for name in of_sent[:-1]}
            detail["benchmark"] = _plain_column(_middle_of_benchmark(sent.evaluation))
        identity = {name: _plain_column(self.inputs.clinicians[name]) for name in ("tin", "npi", "cohort")}
        records = []
        for place, row in enumerate(measures.parent.tolist()):
            one = best[place]
            found = {name: detail[name][one] if one >= 0 else None for name in of_sent}
            outcome = columns["measure_outcome"][place]
            points = columns["measure_points"][place]
            records.append(
                {
                    "row": row,
                    **{name: values[row] for name, values in identity.items()},
                    "measure_id": columns["measure_id"][place],
                    **found,
                    "points": points,
                    "counted": points is not None,
                    "outcome": found["outcome"] if outcome in ("removed", "scored") else outcome,
                }
            )
        return records

    def _best_submissions(self, count: int) -> list[int]:
        """For each measure the submission that counts: most points, else the first; -1 without any."""
        sent = self.clinicians.children["measure"].evaluation.children["submission"]
        best = [-1] * count
        if not len(sent.parent):
            return best
        points = np.nan_to_num(sent.evaluation["submission_points"], nan=-1.0)
        for one in np.argsort(points, kind="stable")[::-1].tolist():
            measure = int(sent.parent[one])
            if best[measure] < 0 or points[one] == points[best[measure]]:
                best[measure] = one
        return best

    # -- cohorts and years -------------------------------------------------------------------------

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

    def national_scores(self) -> dict[str, list[float]]:
        """Final scores of the rest of the country, by cohort; empty where the file is the cohort."""
        codes = self.clinicians.groups["cohort"]
        scores = self.clinicians["final_score"]
        return {
            str(label): scores[members[members >= self.own]].tolist()
            for label, members in zip(codes.labels, codes.members, strict=True)
            if (members >= self.own).any()
        }

    def dollars_by_year(self) -> list[dict[str, Any]]:
        """One record a clinician and payment year from this one on, the final scores as they are now."""
        records = []
        settled: dict[str, Any] = {name: self.clinicians[name] for name in SETTLED}
        cohort = self.clinicians["cohort"]
        for span in self.force.rows("asm.performance_years"):
            if span["performance_year"] < self.year:
                continue
            force = self.force.rules.in_force(span["performance_year"])
            names = ("payment_adjustment_factor", "dollars")
            made = {}
            for rule in self.variants:
                midpoint = self.variants[rule]["logistic_midpoint"]
                given = {**settled, "logistic_midpoint": midpoint}
                made[rule] = SETTLEMENT.evaluate(given, force, groups={"cohort": cohort}, wanted=names)
            main = made[self.force.text("asm.logistic_midpoint_rule")]
            both = [evaluation["dollars"] for evaluation in made.values()]
            low, high = np.minimum(*both), np.maximum(*both)
            for row in range(self.own):
                records.append(
                    {
                        **{n: to_plain(self.inputs.clinicians[n][row]) for n in ("tin", "npi", "cohort")},
                        "performance_year": int(span["performance_year"]),
                        "payment_year": int(span["payment_year"]),
                        "risk_level": force.number("asm.risk_level"),
                        "factor": to_plain(main["payment_adjustment_factor"][row]),
                        "dollars": to_plain(main["dollars"][row]),
                        "dollars_low": to_plain(low[row]),
                        "dollars_high": to_plain(high[row]),
                    }
                )
        return records

    # -- what lies under it ------------------------------------------------------------------------

    def _scored_here(self) -> Array:
        """Clinicians whose categories were worked out; not those with nothing but a final score."""
        known = ~np.isnan(self.inputs.clinicians["final_score"])
        quality, cost = (self.clinicians[name][: self.own] for name in ("quality_score", "cost_score"))
        return np.asarray(~known & ~(np.isnan(quality) & np.isnan(cost)))

    def scores_are_computed(self) -> bool:
        """Whether any final score was computed here rather than given."""
        given = self.inputs.clinicians["final_score"]
        return bool((np.isnan(given) & ~np.isnan(self.clinicians["final_score"][: self.own])).any())

    def assumptions(self) -> list[dict[str, Any]]:
        """The rules under these results that are neither codified nor official."""
        names = [*RESULT_QUANTITIES, "incentive_pool", "neutral_score", "ceiling"]
        stop_at: tuple[str, ...] = ()
        if not self.scores_are_computed():
            names.remove("reason")
            stop_at = ("final_score", "submission_is_enough")
        found = {record["rule"]: record for record in self.clinicians.assumptions(names, stop_at)}
        found |= {record["rule"]: record for record in self.assumptions_of_inputs()}
        return [found[name] for name in sorted(found)]

    def assumptions_of_inputs(self) -> list[dict[str, Any]]:
        """Of the rules that made inputs or the national cohort, those neither codified nor official.

        No derivation shows them: they stand before the formulas.
        """
        names = (*self.inputs.rules_used, *(NATIONAL_RULES if self.national else ()))
        rules = [self.force[name] for name in names]
        return [
            {
                "rule": rule.name, "about": rule.about, "value": rule.value, "unit": rule.unit,
                "status": rule.status, "cite": rule.cite, "overridden": rule.overridden,
            }
            for rule in rules
            if rule.overridden or rule.status not in ("codified", "official")
        ]  # fmt: skip

    def explain(self, row: int, quantity: str = "dollars") -> Node:
        """The derivation of one quantity of one of the user's clinicians (row counted from 0)."""
        return self.clinicians.explain(row, quantity)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for machines. ``national`` holds the scores of the rest of the country, if any."""
        return {
            "program": "asm",
            "year": self.year,
            "payment_year": self.payment_year,
            "settled_within": "national cohort" if self.national else "file",
            "rows": self.rows(),
            "cohorts": self.cohorts(),
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
            "national": self.national_scores(),
        }


def _plain_column(values: Array) -> list[Any]:
    """One value a row as plain Python, NaN as None; rows that are lists as lists."""
    if values.ndim > 1:
        return [to_plain(value) for value in values]
    plain = values.tolist()
    return plain if values.dtype.kind in "biu" else [None if one != one else one for one in plain]


def _middle_of_benchmark(submissions: Evaluation) -> Array:
    """The median of the benchmark each submission was held against."""
    percentiles = submissions["percentiles"][:, PERCENTILE_COLUMNS.index(MEDIAN_COLUMN)]
    return np.where(submissions["counts_deviations"], submissions["measure_median"], percentiles)
