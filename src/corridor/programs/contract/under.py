"""How child models of a contract are laid out, and where each of their inputs stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Children, Model
from corridor.programs.contract.figures import NAN, Row

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.contract.read import Contract
    from corridor.programs.contract.settle import Period

# Where a term of the contract stands, by the quantity it becomes.
SECTIONS = {
    "base_pmpm": "benchmark", "trend_factor": "benchmark", "risk_adjusted": "benchmark",
    "base_risk_score": "benchmark", "most_risk_change": "benchmark", "premium_based": "benchmark",
    "target_loss_ratio": "benchmark", "share_above": "stop_loss", "stop_loss_charge_pmpm": "stop_loss",
    "care_management_pmpm": "care_management", "care_management_counts": "care_management",
    "minimum_cases": "scorecard", "points": "scorecard", "floor": "scorecard", "target": "scorecard",
    "on_ladder": "scorecard", "cut_rate": "scorecard", "cut_points": "scorecard",
    "left_out_where_missing": "scorecard", "factor": "quality", "quality_gate": "quality",
    "savings_quality_factor": "quality", "losses_quality_factor": "quality", "gate_at_least": "gates",
    "closes_savings": "gates", "closes_bonus": "gates", "amount": "bonus", "amount_pmpm": "bonus",
    "amount_per_case": "bonus", "minimum_savings_rate": "savings", "savings_first_dollar": "savings",
    "most_savings_share": "savings", "most_savings_amount": "savings", "minimum_loss_rate": "losses",
    "losses_first_dollar": "losses", "most_losses_share": "losses", "most_losses_amount": "losses",
    "most_paid": "limits", "most_owed": "limits",
}  # fmt: skip
ABOVE = frozenset(
    {"over_minimum", "benchmark_expenditure", "score", "gate_value", "measured_rate", "all_member_months"}
)


class Evidence:
    """Where a given quantity stands: a line of a file, or the section of the contract."""

    def __init__(
        self, contract: Contract, years: Sequence[int], file: str, lines: Sequence[int | None], section: str
    ) -> None:
        self.contract, self.years, self.file, self.lines, self.section = contract, years, file, lines, section

    def __call__(self, row: int, quantity: str) -> str | None:
        section = SECTIONS.get(quantity, self.section if not self.file else "")
        if quantity in ABOVE:
            return "as worked out for the whole contract"
        if section:
            head = self.contract.head.term
            return self.contract.place_of(max(date(self.years[row], 1, 1), head.start), section)
        return f"{self.file}, line {self.lines[row]}" if self.lines[row] else None


def evaluate(
    model: Model,
    found: list[tuple[int, str, Row]],
    names: Sequence[str],
    force: RulesInForce,
    evidence: Evidence | None = None,
    under: Mapping[str, Children] | None = None,
) -> Children:
    """Children from (parent row, label, values); NaN is absent."""
    inputs = {
        name: np.array([as_float(values.get(name)) for _, _, values in found], dtype=np.float64)
        for name in names
    }
    labels = [label for _, label, _ in found]
    evaluation = model.evaluate(inputs, force, children=under, labels=labels, evidence=evidence)
    return Children(evaluation, np.array([place for place, _, _ in found], dtype=np.int64))


def evidence_of(
    contract: Contract,
    periods: Sequence[Period],
    found: list[tuple[int, str, Row]],
    file: str = "",
    section: str = "",
) -> Evidence:
    """The evidence of children: their year, and the line of the file each of them came from."""
    years = [periods[place].year for place, _, _ in found]
    return Evidence(contract, years, file, [values.get("line") for _, _, values in found], section)


def as_float(value: Any) -> float:
    """A value as a float; absent is NaN."""
    return NAN if value is None else float(value)
