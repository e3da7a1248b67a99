"""Corridor bands, quality factors, gates and bonuses of a contract, as child models of its year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError
from corridor.formulas import Children
from corridor.programs.contract.children import measure_rows
from corridor.programs.contract.figures import Row
from corridor.programs.contract.model import BANDS, BONUSES, FACTORS, GATES
from corridor.programs.contract.schema import Factor
from corridor.programs.contract.under import evaluate, evidence_of

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.contract.read import Contract
    from corridor.programs.contract.settle import Period

Whole = Mapping[str, npt.NDArray[np.float64]]


def band_children(
    contract: Contract, periods: Sequence[Period], side: str, whole: Whole, force: RulesInForce
) -> Children:
    """The bands of the corridor of one side, with what there is to share."""
    found: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        terms = period.terms.savings if side == "savings" else period.terms.losses
        bands = terms.bands if terms else []
        ends: list[float | None] = [*(one.start for one in bands[1:]), *([None] if bands else [])]
        for one, end in zip(bands, ends, strict=True):
            values = {
                "band_from": one.start,
                "band_below": end,
                "band_share": one.share,
                "over_minimum": whole[f"{side}_over_minimum"][place],
                "benchmark_expenditure": whole["benchmark_expenditure"][place],
            }
            found.append((place, f"band from {one.start:.1%}", values))
    names = ("band_from", "band_below", "band_share", "over_minimum", "benchmark_expenditure")
    return evaluate(BANDS, found, names, force, evidence_of(contract, periods, found, section=side))


def factor_children(
    contract: Contract, periods: Sequence[Period], side: str, whole: Whole, force: RulesInForce
) -> Children:
    """The ladder of quality factors of one side."""
    found: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        quality = period.terms.quality
        ladder: list[Factor] = []
        if quality is not None:
            ladder = quality.savings_factors if side == "savings" else quality.loss_factors
        ends: list[float | None] = [*(one.at_least for one in ladder[1:]), *([None] if ladder else [])]
        for one, end in zip(ladder, ends, strict=True):
            values = {
                "at_least": one.at_least,
                "below": end,
                "factor": one.factor,
                "score": whole["quality_score"][place],
            }
            found.append((place, f"score from {one.at_least:.0%}", values))
    evidence = evidence_of(contract, periods, found, section="quality")
    return evaluate(FACTORS, found, ("at_least", "below", "factor", "score"), force, evidence)


def gate_children(
    contract: Contract, periods: Sequence[Period], whole: Whole, force: RulesInForce
) -> Children:
    """The conditions, each with the figure it asks about."""
    found: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        gates = [(one.quantity, one.at_least, one.closes, one.about) for one in period.terms.gates]
        least = period.terms.attribution.minimum_members
        if least is not None:
            gates.append(("average_members", least, "both", "members the contract needs"))
        for quantity, at_least, closes, about in gates:
            values = {
                "gate_value": whole[quantity][place],
                "gate_at_least": at_least,
                "closes_savings": closes in ("savings", "both"),
                "closes_bonus": closes in ("bonus", "both"),
            }
            found.append((place, about or f"{quantity} at least {at_least:g}", values))
    names = ("gate_value", "gate_at_least", "closes_savings", "closes_bonus")
    return evaluate(GATES, found, names, force, evidence_of(contract, periods, found, section="gates"))


def bonus_children(
    contract: Contract,
    periods: Sequence[Period],
    measures: Children,
    whole: Whole,
    file: str,
    force: RulesInForce,
) -> Children:
    """Pay for performance, each bonus with the result of its measure. Raises CONTRACT-REQUIRED."""
    rows = measure_rows(measures, periods)
    results = {(row["performance_year"], row["tin"], row["measure"]): row for row in rows}
    found: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        for one in period.terms.bonus:
            result = results[period.year, period.tin, one.measure]
            given = period.results.get(one.measure, {})
            cases = given.get("numerator")
            if one.amount_per_case is not None and cases is None and result["rate"] is not None:
                raise CorridorError(
                    "CONTRACT-REQUIRED",
                    f"The result of {one.measure} has no numerator.",
                    why="Its bonus is paid for each case that met the measure; a rate does not say how many.",
                    todo="Give numerator and denominator from the payer's report of the measure.",
                    file=file,
                    line=given.get("line"),
                    field="numerator",
                )
            values = {
                "measured_rate": result["rate"],
                "sign": -1.0 if result["better"] == "lower" else 1.0,
                "at_least": one.at_least,
                "is_counted": result["counted"],
                "amount": one.amount or 0.0,
                "amount_pmpm": one.amount_pmpm or 0.0,
                "amount_per_case": one.amount_per_case or 0.0,
                "all_member_months": whole["total_member_months"][place],
                "cases_met": 0.0 if cases is None else cases,
            }
            found.append((place, f"bonus of {one.measure} from {one.at_least:.0%}", values))
    names = (
        "measured_rate", "sign", "at_least", "is_counted", "amount", "amount_pmpm", "amount_per_case",
        "all_member_months", "cases_met",
    )  # fmt: skip
    return evaluate(BONUSES, found, names, force, evidence_of(contract, periods, found, section="bonus"))
