"""Scored and settled clinicians, as rows: scores, measures, the cohort, what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Evaluation, Node
from corridor.formulas.walk import to_plain
from corridor.programs.mips.inputs import Array, Book, MipsInputs
from corridor.programs.mips.scored_rows import assumption, merge_assumption

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.mips.compute import Scored

IDENTITY = ("tin", "npi", "entity_id", "clinician_name", "participation", "pathway", "mvp_id")
PARTS = (
    "quality_percent", "cost_percent", "improvement_activities_percent", "promoting_interoperability_percent",
    "quality_weight", "cost_weight", "improvement_activities_weight", "promoting_interoperability_weight",
    "quality_contribution", "cost_contribution", "improvement_activities_contribution",
    "promoting_interoperability_contribution", "quality_points", "quality_available", "quality_bonus",
    "organization_adjustment", "quality_achievement_percent", "quality_improvement", "cost_points",
    "cost_measures_scored", "cost_improvement", "complex_patient_bonus",
)  # fmt: skip
SETTLED = (
    "payment_adjustment_factor", "payment_multiplier", "scaling_factor", "part_b_paid", "dollars", "status",
)  # fmt: skip
MEASURE_COLUMNS = (
    "category", "measure_id", "collection_type", "rate", "eligible_cases", "data_completeness", "result",
    "points",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What came of a file or a run, rows in the order in which they were given.

    final_score  of each row; NaN where nothing is known of it
    counts       whether it is the score that counts for its TIN and NPI
    settlement   adjustments and dollars
    """

    inputs: MipsInputs
    force: RulesInForce
    scored: Scored
    final_score: Array
    counts: Array
    settlement: Evaluation
    warnings: list[str]
    book: Book = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def payment_year(self) -> int:
        return self.force.payment_year("mips")

    def columns(self) -> dict[str, Array]:
        """Every published quantity as a column, in the order of the rows."""
        clinicians = self.inputs.clinicians
        found: dict[str, Array] = {name: clinicians[name] for name in IDENTITY}
        found["final_score"], found["counts"] = self.final_score, self.counts
        given = ~np.isnan(clinicians["final_score"])
        here = ~np.isnan(self.final_score) & ~given
        for name in SETTLED:
            found[name] = self.settlement[name]
        for name in PARTS:
            own = clinicians.get(name, np.full(self.inputs.size, np.nan))
            found[name] = np.where(here, self.scored.evaluation[name], own)
        found["facility_based"] = self.scored.facility
        found["provisional"] = self.provisional() & here
        return found

    def provisional(self) -> Array:
        """Rows whose score rests on a benchmark that is a placeholder."""
        columns = self.scored.measured.columns
        rests = columns["is_provisional"] & ~np.isnan(columns["points"])
        rests &= (columns["picked"] > 0) | (columns["category"] == "cost")
        found: Array = np.bincount(columns["clinician"][rests], minlength=self.inputs.size) > 0
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One record a score; numbers unrounded, absent None."""
        columns = {name: _plain(values) for name, values in self.columns().items()}
        return [dict(zip(columns, record, strict=True)) for record in zip(*columns.values(), strict=True)]

    def measure_rows(self) -> list[dict[str, Any]]:
        """One record a result: its points, why, whether it counts; of an APP set also what was not sent."""
        columns = self.scored.measured.columns
        clinician = columns["clinician"]
        laid: dict[str, list[Any]] = {"row": clinician.tolist()}
        for name in ("tin", "npi"):
            laid[name] = _plain(self.inputs.clinicians[name][clinician])
        for name in MEASURE_COLUMNS:
            laid[name] = _plain(columns[name]) if name in columns else [None] * len(clinician)
        laid["counted"] = [
            bool(p > 0) if c == "quality" else s is not None
            for p, c, s in zip(columns["picked"].tolist(), laid["category"], laid["points"], strict=True)
        ]
        laid["provisional"] = columns["is_provisional"].tolist()
        return [dict(zip(laid, record, strict=True)) for record in zip(*laid.values(), strict=True)]

    def interoperability_rows(self) -> list[dict[str, Any]]:
        """One record a required measure of interoperability of everyone who sent any: points and why."""
        answers = self.scored.reported
        names = ("measure_id", "numerator", "denominator", "answer", "excluded")
        inputs, found = answers.evaluation, answers.clinician
        laid: dict[str, list[Any]] = {"row": found.tolist()}
        for name in ("tin", "npi"):
            laid[name] = _plain(self.inputs.clinicians[name][found])
        laid |= {name: _plain(inputs[name]) for name in names}
        laid["maximum"] = _plain(inputs["interoperability_measure_maximum"])
        laid["points"] = _plain(inputs["interoperability_measure_points"])
        return [dict(zip(laid, record, strict=True)) for record in zip(*laid.values(), strict=True)]

    def cohort(self) -> dict[str, Any]:
        """What couples the rows: how many adjust payments, the scaling factor, cuts and rewards."""
        value = {n: to_plain(self.settlement[n][0]) if self.inputs.size else None for n in (
            "scaling_factor", "cuts_collected", "rewards_unscaled", "solves_factor")}  # fmt: skip
        value["solves_factor"] = bool(value["solves_factor"])
        dollars = self.settlement["dollars"]
        return {
            "size": self.inputs.size,
            "adjusted": int(self.settlement["is_adjusted"].sum()),
            **value,
            "threshold": self.force.number("qp.mips_threshold"),
            "dollars": float(np.nansum(dollars)),
        }

    def assumptions(self) -> list[dict[str, Any]]:
        """The parameters under these results that are not codified or official, by name."""
        found: dict[str, dict[str, Any]] = {}
        computed = bool((~np.isnan(self.final_score) & np.isnan(self.inputs.clinicians["final_score"])).any())
        records: Sequence[dict[str, Any]] = self.scored.measured.assumptions if computed else ()
        for record in (*records, *self.settlement.assumptions()):
            merge_assumption(found, record)
        for name in self._chosen(computed):
            chosen = assumption(self.force[name])
            if chosen is not None:
                merge_assumption(found, chosen)
        return [found[name] for name in sorted(found)]

    def _chosen(self, computed: bool) -> list[str]:
        """Rules that decided without a formula: which measures count, whose score counts."""
        names = []
        if self.settlement["factor_year"][:1].tolist() not in ([], [float(self.payment_year)]):
            names.append("mips.unpublished_factor_rule")
        if (~np.isnan(self.final_score)).sum() > self.counts.sum():
            names.append("mips.score_priority")
        if not computed:
            return names
        if len(self.scored.measured.columns["clinician"]):
            names += ["mips.missing_outcome_rule", "mips.applicable_measures_rule"]
        if np.isin(self.inputs.clinicians["pathway"], ("app", "app_plus")).any():
            names += ["mips.app_measure", "mips.survey_participation"]
        if len(self.scored.reported.clinician):
            names += ["mips.interoperability_attestation", "mips.interoperability_move"]
        if self.scored.facility.any():
            names.append("mips.facility_quality_floor")
        return [name for name in names if name in self.force]

    def explain(self, row: int, quantity: str = "final_score") -> Node:
        """The derivation of a quantity of one row, from the formulas that computed it."""
        from corridor.programs.mips.derivation import derive

        return derive(self, row, quantity)

    def to_dict(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "program": "mips",
            "year": self.year,
            "payment_year": self.payment_year,
            "rows": self.rows(),
            "measures": self.measure_rows(),
            "interoperability": self.interoperability_rows(),
            "cohort": self.cohort(),
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
            "reference": self.digests,
        }


def _plain(values: Array) -> list[Any]:
    """A column as plain Python: NaN and None become None."""
    laid = np.asarray(values)
    if laid.dtype.kind == "f":
        return [None if value != value else value for value in laid.tolist()]
    return [None if value is None or value != value else value for value in laid.tolist()]
