"""A value-based contract settled for its years: the models evaluated together, rows and derivations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Evaluation
from corridor.formulas.walk import to_plain
from corridor.programs.contract import children as parts
from corridor.programs.contract import conditions
from corridor.programs.contract.figures import MONTHS, Figures, Row
from corridor.programs.contract.model import YEAR
from corridor.programs.contract.read import Contract
from corridor.programs.contract.schema import Side, Terms
from corridor.programs.contract.under import Evidence

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import RulesInForce

FIRST = ("generated_savings_or_losses", "savings_rate", "quality_score", "average_members",
         "savings_over_minimum", "losses_over_minimum")  # fmt: skip
RESULT = (
    "total_member_months", "benchmark_expenditure", "claims_expenditure", "care_management_paid",
    "performance_expenditure", "generated_savings_or_losses", "savings_rate", "points_earned",
    "points_possible", "quality_score", "quality_gate_met", "savings_quality_factor",
    "losses_quality_factor", "savings_in_corridor", "losses_in_corridor", "shared_savings", "shared_losses",
    "earned_savings_or_losses", "bonus_dollars", "settlement_dollars", "contract_dollars",
)  # fmt: skip
NAN = float("nan")


@dataclass(frozen=True)
class Period:
    """What is settled in one row: a performance year of the contract, or a practice's part of it.

    members    the practice the lines are of; None is the contract
    """

    year: int
    terms: Terms
    lines: list[Row]
    results: dict[str, Row]
    months: float
    tin: str | None = None


@dataclass(frozen=True)
class Settlement:
    """Results of the periods of one contract."""

    contract: Contract
    periods: list[Period]
    values: Evaluation
    warnings: list[str]

    def rows(self) -> list[Row]:
        """One record a period, numbers unrounded, absent None."""
        columns = {name: [to_plain(one) for one in self.values[name].tolist()] for name in RESULT}
        return [
            {
                "contract": self.contract.name,
                "performance_year": period.year,
                "tin": period.tin,
                **{name: column[place] for name, column in columns.items()},
                "quality_gate_met": bool(columns["quality_gate_met"][place]),
                "reason": self._reason(period, {name: column[place] for name, column in columns.items()}),
            }
            for place, period in enumerate(self.periods)
        ]

    def measures(self) -> list[Row]:
        """One record a measure of the scorecard and period."""
        return parts.measure_rows(self.values.children["measures"], self.periods)

    def explain(self, place: int, quantity: str = "settlement_dollars") -> Node:
        """The derivation of a quantity of one period. Raises CONTRACT-QUANTITY."""
        if quantity not in YEAR.formulas:
            raise CorridorError(
                "CONTRACT-QUANTITY",
                f"A settlement has no quantity {quantity!r}.",
                todo=f"Use one of: {', '.join(YEAR.formulas)}.",
                field="--quantity",
            )
        return self.values.explain(place, quantity)

    def to_dict(self) -> dict[str, Any]:
        """Everything for machines."""
        rows = self.rows()
        return {
            "program": "contract",
            "contract": self.contract.name,
            "title": self.contract.head.title,
            "kind": self.contract.head.kind,
            "fictitious": self.contract.head.fictitious,
            "as_known_on": None if self.contract.known_on is None else str(self.contract.known_on),
            "year": rows[0]["performance_year"] if len(rows) == 1 else None,
            "rows": rows,
            "measures": self.measures(),
            "assumptions": [],
            "warnings": self.warnings,
        }

    def _reason(self, period: Period, row: Row) -> str:
        gross, terms = row["generated_savings_or_losses"], period.terms
        if gross < 0:
            if terms.losses is None:
                return "spent above the benchmark; the contract has no losses to share"
            if row["losses_in_corridor"] == 0:
                return "spent above the benchmark, by less than the minimum loss rate"
            return "losses are shared"
        if terms.savings is None:
            return "the contract shares no savings"
        if row["savings_in_corridor"] == 0:
            return "savings below the minimum savings rate, or none"
        if not row["quality_gate_met"]:
            return "the quality score is below the gate: no savings are shared"
        if row["shared_savings"] == 0:
            return "a condition for savings is not met, or its quality factor is zero"
        return "savings are shared"


def settle(contract: Contract, figures: Figures, years: Sequence[int], force: RulesInForce) -> Settlement:
    """Settle performance years of a value-based contract.

    Raises CONTRACT-TERM, CONTRACT-FIGURE, CONTRACT-EMPTY, CONTRACT-MEASURE and CONTRACT-REQUIRED.
    """
    periods = [period_of(contract, figures, year) for year in years]
    for one in periods:
        _warn(contract, one, figures)
    return settled(contract, periods, figures, force)


def _months(contract: Contract) -> tuple[int, int]:
    """The first and the last month of the term."""
    term = contract.head.term
    return term.start.year * 100 + term.start.month, term.through.year * 100 + term.through.month


def _warn(contract: Contract, period: Period, figures: Figures) -> None:
    """What a reader should know of the figures of a year: months it lacks, nobody in it."""
    first, last = _months(contract)
    there = {row["month"] for row in period.lines}
    whole = [period.year * 100 + at for at in range(1, MONTHS + 1)]
    lacking = [month for month in whole if first <= month <= last and month not in there]
    if None not in there and lacking:
        figures.warnings.append(
            f"{figures.file}: {period.year} lacks {', '.join(map(str, lacking))}: settled as if the months "
            "there are were the year"
        )
    begins = max(date(period.year, 1, 1), contract.head.term.start)
    for day in sorted({one.start for one in contract.versions}):
        if begins < day <= date(period.year, MONTHS, 31):
            figures.warnings.append(
                f"{contract.file}: terms from {day} hold for years that begin on or after that day; "
                f"{period.year} is settled without them"
            )
    if not sum(float(row["member_months"]) for row in period.lines):
        figures.warnings.append(f"{figures.file}: {period.year} has no member months")


def _refuse(contract: Contract, lines: Sequence[Row], figures: Figures) -> None:
    """Months outside the term, and a year that cost less than nothing, cannot be settled."""
    term = contract.head.term
    first, last = _months(contract)
    for row in lines:
        if row["month"] is not None and not first <= row["month"] <= last:
            raise CorridorError(
                "CONTRACT-MONTH",
                f"{row['month']} is outside the term of the contract {contract.name}.",
                why=f"It runs from {term.start} through {term.through}; other months are not its own.",
                todo="Remove the row, or correct the month or the term.",
                file=figures.file,
                line=row["line"],
                field="month",
            )
    if sum(float(row["expenditure"]) for row in lines) < 0:
        raise CorridorError(
            "CONTRACT-FIGURE",
            "The expenditure of all rows together is below zero.",
            why="Recoveries may make a row negative, not all there is; it would be paid out as savings.",
            todo="Give expenditure as a positive amount; check the sign of its rows.",
            file=figures.file,
            line=min(lines, key=lambda row: float(row["expenditure"]))["line"],
            field="expenditure",
        )


def period_of(
    contract: Contract,
    figures: Figures,
    year: int,
    *,
    tin: str | None = None,
    through: int | None = None,
    terms: Terms | None = None,
) -> Period:
    """The lines and results of a year, of one practice or up to a month where asked for."""
    lines = figures.of(year, tin, through)
    if not lines:
        raise CorridorError(
            "CONTRACT-EMPTY",
            f"There are no figures of {year}" + (f" for TIN {tin}." if tin else "."),
            why="A year is settled from its member months and expenditure.",
            todo="Give rows of that year, or name another with --year.",
            file=figures.file,
            field="performance_year",
        )
    held = terms if terms is not None else contract.terms(year)
    _refuse(contract, lines, figures)
    months = {row["month"] for row in lines}
    count = float(MONTHS if None in months else len(months))
    return Period(year, held, lines, figures.results_of(year, tin), count, tin)


def settled(contract: Contract, periods: list[Period], figures: Figures, force: RulesInForce) -> Settlement:
    """Settle periods whose terms and lines are given."""
    inputs = _inputs(periods)
    under = {
        "figures": parts.figure_children(contract, periods, figures.file, force),
        "measures": parts.measure_children(contract, periods, figures.results_file, force),
    }
    first = YEAR.evaluate(inputs, force, children=under, wanted=FIRST)
    _refuse_unscored(contract, periods, first, figures)
    whole = {name: np.asarray(first[name], dtype=np.float64) for name in (*FIRST, "benchmark_expenditure")}
    whole["total_member_months"] = np.asarray(first["total_member_months"], dtype=np.float64)
    under |= {
        "savings_bands": conditions.band_children(contract, periods, "savings", whole, force),
        "losses_bands": conditions.band_children(contract, periods, "losses", whole, force),
        "savings_factors": conditions.factor_children(contract, periods, "savings", whole, force),
        "losses_factors": conditions.factor_children(contract, periods, "losses", whole, force),
        "gates": conditions.gate_children(contract, periods, whole, force),
        "bonuses": conditions.bonus_children(
            contract, periods, under["measures"], whole, figures.results_file, force
        ),
    }
    values = YEAR.evaluate(
        inputs,
        force,
        children=under,
        labels=[f"{contract.name} {one.year}" for one in periods],
        evidence=Evidence(contract, [one.year for one in periods], "", [None] * len(periods), "attribution"),
    )
    return Settlement(contract, periods, values, list(figures.warnings))


def _inputs(periods: Sequence[Period]) -> dict[str, Any]:
    def side(one: Side | None, name: str) -> float:
        found = None if one is None else getattr(one, name)
        return NAN if found is None else float(found)

    found: dict[str, list[float]] = {}
    for one in periods:
        terms = one.terms
        row = {
            "months_settled": one.months,
            "minimum_savings_rate": side(terms.savings, "minimum_rate"),
            "minimum_loss_rate": side(terms.losses, "minimum_rate"),
            "savings_first_dollar": side(terms.savings, "first_dollar"),
            "losses_first_dollar": side(terms.losses, "first_dollar"),
            "most_savings_share": side(terms.savings, "most_share_of_benchmark"),
            "most_losses_share": side(terms.losses, "most_share_of_benchmark"),
            "most_savings_amount": side(terms.savings, "most_amount"),
            "most_losses_amount": side(terms.losses, "most_amount"),
            "most_paid": NAN if terms.limits.most_paid is None else terms.limits.most_paid,
            "most_owed": NAN if terms.limits.most_owed is None else terms.limits.most_owed,
            "quality_gate": NAN
            if terms.quality is None or terms.quality.gate is None
            else terms.quality.gate,
            "care_management_counts": float(
                terms.care_management is not None and terms.care_management.counts_as_expenditure
            ),
            "savings_quality_factor": NAN if terms.quality and terms.quality.savings_factors else 1.0,
            "losses_quality_factor": NAN if terms.quality and terms.quality.loss_factors else 1.0,
        }
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: np.array(values, dtype=np.float64) for name, values in found.items()}


def _refuse_unscored(
    contract: Contract, periods: Sequence[Period], first: Evaluation, figures: Figures
) -> None:
    scores = np.asarray(first["quality_score"], dtype=np.float64)
    for place, one in enumerate(periods):
        uses = one.terms.quality is not None or any(g.quantity == "quality_score" for g in one.terms.gates)
        unknown = not one.results or bool(np.isnan(scores[place]))
        if uses and unknown:
            raise CorridorError(
                "CONTRACT-REQUIRED",
                f"The contract {contract.name} needs quality_score of {one.year}, and no result gives one.",
                why="Savings or losses depend on it; a score of nothing would be a guess.",
                todo="Give --quality FILE with results of its measures (form contract_quality).",
                file=figures.results_file or figures.file,
                field="quality_score",
            )
