"""From inputs of any door to a settlement: the model evaluated, its rows, its derivation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Evaluation, Model
from corridor.formulas.walk import to_plain
from corridor.programs.mssp.by_type import TYPES
from corridor.programs.mssp.model import FROM_BASE_YEARS, RECONCILIATION
from corridor.programs.mssp.tracks import ADVANCED, advanced_apms

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import Rules, RulesInForce

TEXTS = ("track", "revenue_category", "disaster_kind")
NONE_UNLESS_SAID = (  # absent is 0, not unknown
    "advance_payments_outstanding", "small_base_year", "by1_prior_savings_per_capita",
    "by2_prior_savings_per_capita", "by3_prior_savings_per_capita",
)  # fmt: skip
MONTHS = 12.0  # of a year
BASE_RESULT = (
    "performance_per_capita", "historical_benchmark_per_capita", "regional_adjustment",
    "prior_savings_adjustment",
    "population_counted", "adjustment_used", "adjustment_limit", "aggregate_risk_ratio", "risk_cap",
    "two_way_benchmark_per_capita", "three_way_benchmark_per_capita",
)  # fmt: skip
RESULT = (
    "track", "assigned_beneficiaries", "person_years", "updated_benchmark_per_capita",
    "benchmark_expenditure", "performance_expenditure", "benchmark_minus_expenditure", "savings_rate",
    "minimum_savings_rate", "minimum_loss_rate", "generated_savings_or_losses", "quality_score",
    "quality_share", "sharing_rate", "reduced_sharing", "loss_rate", "payment_limit", "loss_limit",
    "savings_before_sequestration", "sequestration_share", "shared_savings", "losses_before_relief",
    "disaster_adjustment", "shared_losses", "earned_savings_or_losses", "recouped", "paid_or_owed",
    "repayment_mechanism", "low_revenue", "two_sided", "below_minimum_population",
)  # fmt: skip


@dataclass(frozen=True)
class Settlement:
    """A reconciliation of one performance year: one row an ACO, draws on axis 1 where inputs have them."""

    evaluation: Evaluation
    force: RulesInForce
    warnings: list[str] = field(default_factory=list)
    variable: Any = False  # where the ACO is said to have elected the variable rate
    laid: Mapping[str, Any] = field(default_factory=dict)  # what was handed in

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def wanted(self) -> tuple[str, ...]:
        """What is shown of each ACO."""
        from_base_years = self.evaluation.model is FROM_BASE_YEARS
        return (*RESULT, *BASE_RESULT) if from_base_years else RESULT

    def __getitem__(self, quantity: str) -> Any:
        """The values of a quantity: (), (rows,), or (rows, draws)."""
        return self.evaluation[quantity]

    def column(self, quantity: str) -> Any:
        """The values of a quantity, one a row, whether it varies or not."""
        return np.broadcast_to(np.atleast_1d(np.asarray(self[quantity])), (self.evaluation.rows,))

    def known(self, quantity: str) -> Any:
        """Of each row, whether the quantity was given."""
        rows = range(self.evaluation.rows)
        return np.array([self.evaluation.is_given(quantity, row) for row in rows], dtype=bool)

    def stated(self, quantity: str) -> Any:
        """Of each row, whether the quantity was handed in, also where what is absent counts as 0."""
        found = self.laid.get(quantity)
        values = np.asarray(np.nan if found is None else found, dtype=np.float64)
        first = values if values.ndim < 2 else values[:, 0]  # draws are alike in this
        return np.broadcast_to(np.atleast_1d(~np.isnan(first)), (self.evaluation.rows,))

    def explain(self, row: int, quantity: str = "earned_savings_or_losses", draw: int = 0) -> Node:
        """The derivation of one value."""
        return self.evaluation.explain(row, quantity, draw)

    def assumptions(self) -> list[dict[str, Any]]:
        """The parameters under the result that are neither codified nor official."""
        found = self.evaluation.assumptions(self.wanted)
        return found + self.force.assumptions([ADVANCED] if ADVANCED in self.force else [])

    def rows(self) -> list[dict[str, Any]]:
        """One record an ACO, unrounded; absent is None. For settlements without draws."""
        columns = {name: np.atleast_1d(self.evaluation[name]) for name in self.wanted}
        advanced = advanced_apms(self.force)
        found = []
        for row in range(self.evaluation.rows):
            values = {name: to_plain(column[row]) for name, column in columns.items()}
            found.append({**values, "advanced_apm": advanced.get(str(values["track"]))})
        return found


def reconcile(
    inputs: Mapping[str, Any],
    rules: Rules,
    year: int,
    *,
    evidence: Callable[[int, str], str | None] | None = None,
    labels: list[str] | None = None,
    warnings: list[str] | None = None,
) -> Settlement:
    """Settle a performance year from quantities by name (docs/mssp-settlement.md lists them).

    With quantities by enrollment type among the inputs the benchmark is computed from them.

    inputs  track and the rest as scalars, columns (rows,) or draws (rows, draws); what is absent counts as
            not known. ``minimum_savings_election`` may be given in place of elected_savings_rate: a fraction,
            or ``variable``. A formula's own quantity beats it.
    rules   loaded for corridor.programs.mssp.model.PROGRAMS
    Raises what the law raises for a year it does not know, and FORMULA-SHAPE.
    """
    force = rules.in_force(year)
    given = dict(inputs)
    election = given.pop("minimum_savings_election", None)
    if election is not None and "elected_savings_rate" not in given:
        given["elected_savings_rate"] = elected_rate(election)
    given.pop("aco_id", None)
    given.pop("performance_year", None)
    by_type = any(name.endswith(TYPES) for name in given)
    model = FROM_BASE_YEARS if by_type else RECONCILIATION
    known = _filled(model, given)
    evaluation = model.evaluate(known, force, wanted=RESULT, evidence=evidence, labels=labels)
    return Settlement(evaluation, force, list(warnings or []), says_variable(election), given)


def elected_rate(election: Any) -> Any:
    """``variable`` is NaN, everything else the fraction it says; scalars or arrays."""
    laid = np.asarray(election, dtype=object)
    rates = [np.nan if v is None or v in ("variable", "") else float(v) for v in laid.reshape(-1)]
    return np.array(rates, dtype=np.float64).reshape(laid.shape)


def says_variable(election: Any) -> Any:
    """Where the word ``variable`` stands."""
    laid = np.asarray(election, dtype=object)
    return np.array([v == "variable" for v in laid.reshape(-1)], dtype=bool).reshape(laid.shape)


def _filled(model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the model may ask for: given, or absent; quantities it does not know are left out."""
    absent = {name: (None if name in TEXTS else np.nan) for name in model.inputs()}
    found: dict[str, Any] = {}
    for name in (*absent, *model.formulas):
        if name in given and given[name] is not None:
            found[name] = given[name]
        elif name in absent:
            found[name] = np.array([None], dtype=object) if name in TEXTS else np.nan
    found["months_in_year"] = MONTHS
    for name in NONE_UNLESS_SAID:
        if name in found:
            found[name] = np.nan_to_num(np.asarray(found[name], dtype=np.float64))
    return found
