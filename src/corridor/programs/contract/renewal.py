"""What the scorecard brings at renewal: the level reached, what each would pay, how to get there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.programs.contract.edges import reaches
from corridor.programs.contract.figures import Figures
from corridor.programs.contract.read import Contract
from corridor.programs.contract.schema import Measure
from corridor.programs.contract.settle import period_of, settled

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]


def renewal(contract: Contract, figures: Figures, year: int, force: RulesInForce) -> dict[str, Any]:
    """The levels of the contract's renewal section on the figures of a year.

    Each level's terms are set in place of today's and the same year is settled again, so that the difference
    is the effect of the level alone. Raises CONTRACT-RENEWAL and what settling raises.
    """
    today = period_of(contract, figures, year)
    levels = today.terms.renewal
    if not levels or today.terms.scorecard is None:
        raise CorridorError(
            "CONTRACT-RENEWAL",
            f"The contract {contract.name} says nothing of renewal in {year}.",
            why="Without levels there is nothing a score would bring.",
            todo="Add renewal (levels by score) and a scorecard to its terms.",
            file=contract.file,
            field="renewal",
        )
    day = max(date(year, 1, 1), contract.head.term.start)
    periods = [today]
    for at, one in enumerate(levels):
        terms = contract.amended(day, one.terms, at) if one.terms else today.terms
        periods.append(period_of(contract, figures, year, terms=terms))
    found = settled(contract, periods, figures, force).rows()
    base = found[0]
    score, possible = base["quality_score"], base["points_possible"]
    reached = max(
        (one.at_least for one in levels if score is not None and reaches(score, one.at_least)), default=None
    )
    rows = []
    for one, row in zip(levels, found[1:], strict=True):
        met = score is not None and bool(reaches(score, one.at_least))
        short = 0.0 if met else max((one.at_least - (score or 0.0)) * possible, 0.0)
        rows.append(
            {
                "contract": contract.name,
                "performance_year": year,
                "at_least": one.at_least,
                "about": one.about,
                "reached": met,
                "holds": one.at_least == reached,
                "points_short": short,
                "settlement_dollars": row["settlement_dollars"],
                "difference": row["settlement_dollars"] - base["settlement_dollars"],
                "ways": _ways(contract, today.terms.scorecard.measures, figures, year, short)
                if short
                else [],
            }
        )
    return {
        "program": "contract",
        "contract": contract.name,
        "title": contract.head.title,
        "fictitious": contract.head.fictitious,
        "year": year,
        "quality_score": score,
        "settlement_dollars": base["settlement_dollars"],
        "rows": rows,
        "assumptions": [],
        "warnings": list(figures.warnings),
    }


def _ways(
    contract: Contract, measures: list[Measure], figures: Figures, year: int, short: float
) -> list[Row]:
    """Measures that alone would bring the points: the rate each of them needs."""
    results = figures.results_of(year)
    found = []
    for one in measures:
        rate = _rate(results.get(one.id))
        now = points_at(one, rate)
        needed = rate_for(one, now + short)
        if needed is not None:
            found.append(
                {
                    "measure": one.id,
                    "rate": rate,
                    "rate_needed": needed,
                    "points": now,
                    "points_needed": now + short,
                }
            )
    return found


def _rate(result: Mapping[str, Any] | None) -> float | None:
    if result is None:
        return None
    if result["rate"] is not None:
        return float(result["rate"])
    return float(result["numerator"]) / float(result["denominator"]) if result["denominator"] else None


def points_at(one: Measure, rate: float | None) -> float:
    """Points of a measure at a rate, as the formulas give them."""
    if rate is None:
        return 0.0
    sign = 1 if one.better == "higher" else -1
    if one.cuts:
        return max((cut.points for cut in one.cuts if reaches(rate * sign, cut.rate * sign)), default=0.0)
    floor, target = one.floor or 0.0, one.target or 0.0
    return min(max((rate - floor) / (target - floor), 0.0), 1.0) * one.points


def rate_for(one: Measure, points: float) -> float | None:
    """The least good rate that gives so many points; None where the measure cannot."""
    if points > one.points + 1e-9:
        return None
    if one.cuts:
        return next(cut.rate for cut in one.cuts if cut.points >= points - 1e-9)
    floor, target = one.floor or 0.0, one.target or 0.0
    return floor + (target - floor) * points / one.points
