"""The settled file: rows for a reader and a machine, and how they stand to the figures CMS printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.formulas import round_half_up
from corridor.formulas.walk import to_plain
from corridor.programs.mssp.checks import gaps, refuse_gaps
from corridor.programs.mssp.compute import Settlement, reconcile
from corridor.programs.mssp.inputs import MsspInputs
from corridor.programs.mssp.public_file import PRINTED_RATE
from corridor.programs.mssp.quality import QUALITY
from corridor.programs.mssp.sequence import level_refusal

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import Rules

DOLLAR = 1.0  # CMS prints whole dollars: totals that are each half a dollar off make a dollar
DOLLARS = ("benchmark_minus_expenditure", "generated_savings_or_losses", "earned_savings_or_losses")
TERMS = (  # of the agreement: shown as they were given
    "agreement_start_year", "agreement_period", "revenue_category", "participant_revenue",
    "minimum_savings_election", "quality_standard_met", "alternative_standard_met",
    "historical_benchmark_per_capita",
)  # fmt: skip
FLAGGED = ("reduced_sharing",)
RATES = ("savings_rate", "minimum_savings_rate", "sharing_rate", "loss_rate")
GUARDRAIL_NOTE = (
    "two_way_benchmark_expenditure is not given: where the benchmark without the prospective trend shows "
    "lower losses those count (guardrail); losses are at most these"
)
REVENUE_NOTE = "the file has no participant_revenue, which limits losses too: losses are at most these"
QUALITY_RESULT = (
    "own_quality_score", "standard_score", "reporting_incentive", "first_year_standard", "outcomes_at_tenth",
    "measures_at_fortieth",
)  # fmt: skip
LEAST = 1e-9  # what binary fractions leave behind


@dataclass(frozen=True)
class Check:
    """One of CMS's own figures beside ours; ``agrees`` to the dollar, or to the digits CMS prints."""

    quantity: str
    ours: float | None
    published: float
    difference: float | None
    agrees: bool
    reason: str | None

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Result:
    """A settled file."""

    inputs: MsspInputs
    settlement: Settlement

    @property
    def year(self) -> int:
        return self.settlement.year

    @property
    def warnings(self) -> list[str]:
        return [*self.inputs.warnings, *self.settlement.warnings]

    def rows(self) -> list[dict[str, Any]]:
        """One record an ACO; beside CMS's figures also agrees, difference, reason and checks."""
        found = []
        lacking = self.lacking()
        for row, values in enumerate(self.settlement.rows()):
            record: dict[str, Any] = {
                "aco_id": self.inputs.aco_ids[row],
                "aco_name": self.inputs.names[row] or None,
                "performance_year": self.year,
                **values,
                "notes": self._notes(row, values),
            }
            for name in TERMS:
                if name not in record and name in self.inputs.columns:
                    record[name] = to_plain(self.inputs.columns[name][row])
            measured = self.inputs.quality
            if measured is not None:
                record["measures"] = measured.measures[row]
                record |= {name: to_plain(measured.evaluation[name][row]) for name in QUALITY_RESULT}
            if self.inputs.published:
                if "participant_revenue" in lacking[row]:
                    record["notes"].append(REVENUE_NOTE)
                record |= self._beside(row, lacking[row])
            found.append(record)
        return found

    def lacking(self) -> list[list[str]]:
        """Of each ACO of CMS's file, what it has no figure of and would need."""
        missing = gaps(self.settlement) if self.inputs.public else []
        return [[name for name, rows in missing if rows[row]] for row in range(len(self.inputs.aco_ids))]

    def checks(self, row: int, lacks: Sequence[str] = ()) -> list[Check]:
        """CMS's figures of a row beside ours."""
        found = []
        loses = self.settlement.column("generated_savings_or_losses")[row] < 0
        for quantity in (*DOLLARS, *RATES, *FLAGGED):
            if quantity in self.inputs.published and (loses or quantity != "loss_rate"):
                printed = float(self.inputs.published[quantity][row])
                if printed == printed:
                    found.append(self._check(row, quantity, printed, lacks))
        return found

    def _check(self, row: int, quantity: str, printed: float, lacks: Sequence[str]) -> Check:
        exact = float(self.settlement.column(quantity)[row])
        dollars = quantity in DOLLARS
        ours = float(round_half_up(exact)) if dollars else exact
        difference = ours - printed
        allowed = DOLLAR if dollars else PRINTED_RATE + LEAST
        agrees = bool(abs(difference) <= allowed)
        reason = None
        if not agrees:
            reason = self._reason(quantity, lacks)
        elif dollars and difference:
            reason = "CMS prints whole dollars: the totals it rounded are not the ones it computed with"
        shown = None if exact != exact else exact
        return Check(quantity, shown, printed, None if exact != exact else difference, agrees, reason)

    def _reason(self, quantity: str, lacks: Sequence[str]) -> str:
        if lacks:
            return f"the file has no {' and no '.join(lacks)}, on which it hangs"
        return "not explained by what the file holds"

    def _beside(self, row: int, lacks: Sequence[str]) -> dict[str, Any]:
        checks = self.checks(row, lacks)
        earned = next((one for one in checks if one.quantity == "earned_savings_or_losses"), None)
        reasons = dict.fromkeys(one.reason for one in checks if one.reason is not None)
        return {
            "agrees": all(one.agrees for one in checks),
            "difference": None if earned is None else earned.difference,
            "reason": "; ".join(reasons) or None,
            "checks": [one.to_dict() for one in checks],
        }

    def _notes(self, row: int, values: dict[str, Any]) -> list[str]:
        refusal = level_refusal(
            str(values["track"]),
            self._own("agreement_start_year", row),
            self._own("agreement_period", row),
            self._own("one_sided_years", row),
            self._own("experienced", row),
            self.settlement.force.rules,
        )
        notes = [] if refusal is None else [refusal]
        if values["track"] == "EN" and bool(self.settlement.column("small_base_year_counts")[row]):
            notes.append("ENHANCED is not open to an ACO with fewer people than required in a base year")
        if self._unguarded(row):
            notes.append(GUARDRAIL_NOTE)
        if values["below_minimum_population"]:
            notes.append("fewer assigned beneficiaries than required: a corrective action plan is due")
        return notes

    def _unguarded(self, row: int) -> bool:
        """Losses under a benchmark with the prospective trend, and no benchmark without it to compare."""
        force = self.settlement.force
        late = self._own("agreement_start_year", row) >= force.number("mssp.present_method_first_start")
        loses = self.settlement.column("generated_by_rates")[row] < 0
        absent = self.settlement.column("generated_two_way")[row]
        return bool(late and loses and absent != absent and force.flag("mssp.guardrail"))

    def _own(self, name: str, row: int) -> float:
        """A figure of the file; NaN where it has none."""
        return float(self.inputs.columns[name][row]) if name in self.inputs.columns else float("nan")

    def agreement(self) -> dict[str, Any]:
        """Of every figure CMS prints: how many agree, and how many to the last digit.

        ``taken`` are figures that only repeat the file: minimum savings rates, since it prints no election
        and what may be elected is taken for elected; sharing rates, where it has no quality score and the
        rate had to give it.
        """
        counts: dict[str, dict[str, int]] = {}
        for row, lacks in enumerate(self.lacking()):
            for one in self.checks(row, lacks):
                count = counts.setdefault(one.quantity, {"total": 0, "agreed": 0, "exact": 0})
                count["total"] += 1
                count["agreed"] += one.agrees
                exact = one.quantity not in DOLLARS or one.difference == 0
                count["exact"] += one.agrees and exact
        if "minimum_savings_rate" in counts:
            variable = self.settlement.column("variable_minimum_savings_rate")
            own = self.settlement.column("minimum_savings_rate") != variable
            counts["minimum_savings_rate"]["taken"] = int(own.sum())
        if "sharing_rate" in counts and self.inputs.source.get("quality_score") == "finalsharerate":
            counts["sharing_rate"]["taken"] = counts["sharing_rate"]["total"]
        return counts

    def quantities(self) -> list[str]:
        """What can be derived."""
        return [
            *self.settlement.evaluation.model.formulas,
            *(QUALITY.formulas if self.inputs.quality else ()),
        ]

    def explain(self, row: int, quantity: str) -> Node:
        """The derivation of one value of an ACO."""
        measured = self.inputs.quality
        if measured is None or not measured.has[row]:
            return self.settlement.explain(row, quantity)
        if quantity in QUALITY.formulas and quantity not in self.settlement.evaluation.model.inputs():
            return measured.evaluation.explain(row, quantity)
        tree = self.settlement.explain(row, quantity)
        for node in list(tree.walk()):  # what the measures gave is derived down to them
            if node.kind == "input" and node.name in QUALITY.formulas and node.evidence is None:
                graft = measured.evaluation.explain(row, node.name)
                vars(node).update(vars(graft))
        return tree

    def assumptions(self) -> list[dict[str, Any]]:
        """The parameters under the results that are neither codified nor official."""
        found = {one["rule"]: one for one in self.settlement.assumptions()}
        if self.inputs.quality is not None:
            found |= {one["rule"]: one for one in self.inputs.quality.assumptions}
        return [found[name] for name in sorted(found)]

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "program": "mssp",
            "year": self.year,
            "losses_due_days": self.settlement.force.number("mssp.losses_due_days"),
            "rows": self.rows(),
            "agreement": self.agreement() if self.inputs.published else None,
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def settle(inputs: MsspInputs, rules: Rules, year: int) -> Result:
    """Settle the rows of a file. Raises MSSP-NEEDS where something without a default is missing."""
    settlement = reconcile(inputs.columns, rules, year, evidence=inputs.evidence, labels=inputs.aco_ids)
    if not inputs.public:
        refuse_gaps(inputs, settlement)
    return Result(inputs, settlement)


__all__ = ["Check", "Result", "settle"]
