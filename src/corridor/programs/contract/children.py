"""What a contract's year is made of: the lines of its figures and the measures of its scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from corridor.errors import CorridorError
from corridor.formulas import Children
from corridor.formulas.walk import to_plain
from corridor.programs.contract.figures import Row, required
from corridor.programs.contract.model import CUTS, FIGURES, MEASURES
from corridor.programs.contract.schema import Benchmark, Measure
from corridor.programs.contract.under import evaluate, evidence_of

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.contract.read import Contract
    from corridor.programs.contract.settle import Period

FIGURE_INPUTS = (
    "member_months", "expenditure", "excess_over_attachment", "premium", "benchmark_dollars", "risk_score",
    "base_pmpm", "trend_factor", "risk_adjusted", "base_risk_score", "most_risk_change", "premium_based",
    "target_loss_ratio", "share_above", "stop_loss_charge_pmpm", "care_management_pmpm",
)  # fmt: skip


def figure_children(
    contract: Contract, periods: Sequence[Period], file: str, force: RulesInForce
) -> Children:
    """The lines of figures with the terms they meet. Raises CONTRACT-FIGURE and CONTRACT-REQUIRED."""
    found: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        terms, benchmark = period.terms, period.terms.benchmark
        line = contract.line_of(date(period.year, 1, 1), "benchmark")
        trend = trend_factor(contract, benchmark, period.year, line)
        _check_lines(period, file)
        for row in period.lines:
            values = {
                **row,
                "benchmark_dollars": row["benchmark_expenditure"],
                "excess_over_attachment": row["excess_over_attachment"] if terms.stop_loss else 0.0,
                "base_pmpm": _base(period, row, file),
                "trend_factor": trend,
                "risk_adjusted": benchmark.risk_adjusted,
                "base_risk_score": benchmark.base_risk_score,
                "most_risk_change": benchmark.most_risk_change,
                "premium_based": benchmark.method == "premium_share",
                "target_loss_ratio": benchmark.target_loss_ratio,
                "share_above": terms.stop_loss.share_above if terms.stop_loss else 0.0,
                "stop_loss_charge_pmpm": terms.stop_loss.charge_pmpm if terms.stop_loss else 0.0,
                "care_management_pmpm": _tier(period, row, file),
            }
            said = [str(row[name]) for name in ("month", "tin", "stratum") if row[name] is not None]
            found.append((place, ", ".join(said) or "the year", values))
    evidence = evidence_of(contract, periods, found, file)
    return evaluate(FIGURES, found, FIGURE_INPUTS, force, evidence)


def trend_factor(contract: Contract, benchmark: Benchmark, year: int, line: int | None = None) -> float:
    """Growth from the base year into ``year``. Raises CONTRACT-REQUIRED where a year of it is not agreed."""
    if benchmark.method != "trended" or benchmark.base_year is None:
        return 1.0
    agreed = {one.year: one.rate for one in benchmark.trend}
    factor = 1.0
    for between in range(benchmark.base_year + 1, year + 1):
        if between not in agreed:
            raise CorridorError(
                "CONTRACT-REQUIRED",
                f"The contract {contract.name} states no trend into {between}.",
                why=f"The base of {benchmark.base_year} is carried forward year by year.",
                todo=f"Add {between} under benchmark.trend: the payer's notice of the year states it.",
                file=contract.file,
                line=line,
                field="benchmark.trend",
            )
        factor *= 1 + agreed[between]
    return factor


def _check_lines(period: Period, file: str) -> None:
    terms, benchmark = period.terms, period.terms.benchmark

    def stated(row: Row) -> bool:
        return row["benchmark_expenditure"] is None

    if benchmark.method == "given":
        required(
            period.lines, "benchmark_expenditure", lambda row: True, file,
            "The contract takes the benchmark as the payer states it.", "Copy it from the payer's report.",
        )  # fmt: skip
    if benchmark.method == "premium_share":
        required(
            period.lines, "premium", stated, file, "The benchmark is a share of the premium.",
            "Copy the premium of these members from the payer's report.",
        )  # fmt: skip
    if benchmark.risk_adjusted:
        required(
            period.lines, "risk_score", stated, file, "The benchmark is adjusted for risk.",
            "Copy the average risk score from the payer's report.",
        )  # fmt: skip
    if terms.stop_loss is not None:
        required(
            period.lines, "excess_over_attachment", lambda row: True, file,
            "The contract has stop-loss; 0 says that nobody was above the attachment point.",
            "Copy it from the payer's report of large claims.",
        )  # fmt: skip


def _base(period: Period, row: Row, file: str) -> float | None:
    benchmark = period.terms.benchmark
    for one in benchmark.strata:
        if one.stratum == row["stratum"]:
            return one.base_pmpm
    if benchmark.method == "trended" and benchmark.base_pmpm is None and row["benchmark_expenditure"] is None:
        raise _stratum(row, file, [one.stratum for one in benchmark.strata], "a base per member month")
    return benchmark.base_pmpm


def _tier(period: Period, row: Row, file: str) -> float:
    paid = period.terms.care_management
    if paid is None:
        return 0.0
    for one in paid.tiers:
        if one.stratum == row["stratum"]:
            return one.pmpm
    raise _stratum(row, file, [one.stratum for one in paid.tiers], "a payment per member month")


def _stratum(row: Row, file: str, known: list[str], what: str) -> CorridorError:
    return CorridorError(
        "CONTRACT-STRATUM",
        f"The contract names {what} for {', '.join(known)}, not for {row['stratum'] or 'a row without one'}.",
        why="What these members count is not agreed.",
        todo="Give a stratum of the contract, or add it there.",
        file=file,
        line=row.get("line"),
        field="stratum",
    )


MEASURE_INPUTS = (
    "numerator", "denominator", "rate", "minimum_cases", "points", "floor", "target", "on_ladder",
    "left_out_where_missing",
)  # fmt: skip


def measure_children(
    contract: Contract, periods: Sequence[Period], file: str, force: RulesInForce
) -> Children:
    """The measures of each period's scorecard with their results. Raises CONTRACT-MEASURE."""
    found: list[tuple[int, str, Row]] = []
    cuts: list[tuple[int, str, Row]] = []
    for place, period in enumerate(periods):
        card = period.terms.scorecard
        listed = card.measures if card else []
        for name, result in period.results.items():
            if name not in {one.id for one in listed}:
                raise CorridorError(
                    "CONTRACT-MEASURE",
                    f"The scorecard of {contract.name} has no measure {name!r} in {period.year}.",
                    why="Its result would count for nothing.",
                    todo=f"Use one of: {', '.join(one.id for one in listed) or 'none'}.",
                    file=file,
                    line=result.get("line"),
                    field="measure",
                )
        for one in listed:
            result = period.results.get(one.id, {})
            at = len(found)
            rate = _rate(result)
            if rate is not None and one.minimum_cases and result.get("denominator") is None:
                raise CorridorError(
                    "CONTRACT-REQUIRED",
                    f"The result of {one.id} has no denominator.",
                    why=f"It counts from {one.minimum_cases:g} cases; how many there are is not said.",
                    todo="Give numerator and denominator from the payer's report of the measure.",
                    file=file,
                    line=result.get("line"),
                    field="denominator",
                )
            values = {
                **result,
                "minimum_cases": one.minimum_cases,
                "points": one.points,
                "floor": one.floor,
                "target": one.target,
                "on_ladder": bool(one.cuts),
                "left_out_where_missing": card is not None and card.missing == "left_out",
                "measured_rate": rate,
                "sign": _sign(one),
            }
            found.append((place, f"measure {one.id}", values))
            below = 0.0
            for cut in one.cuts:
                step = {"cut_rate": cut.rate, "cut_points": cut.points - below, "measured_rate": rate}
                cuts.append((at, f"cut point {cut.rate:g}", {**step, "sign": _sign(one)}))
                below = cut.points
    years = [(found[at][0], label, values) for at, label, values in cuts]
    ladder = evaluate(
        CUTS,
        cuts,
        ("cut_rate", "cut_points", "measured_rate", "sign"),
        force,
        evidence_of(contract, periods, years, section="scorecard"),
    )
    evidence = evidence_of(contract, periods, found, file)
    return evaluate(MEASURES, found, MEASURE_INPUTS, force, evidence, {"cuts": ladder})


def _sign(one: Measure) -> float:
    return 1.0 if one.better == "higher" else -1.0


def _rate(result: Row) -> float | None:
    if result.get("rate") is not None:
        return float(result["rate"])
    if result.get("numerator") is not None and result.get("denominator"):
        return float(result["numerator"]) / float(result["denominator"])
    return None


def measure_rows(measures: Children, periods: Sequence[Period]) -> list[Row]:
    """One record a measure and period: rate, points, whether it counts."""
    names = ("rate", "denominator", "counted", "earned_points", "possible_points")
    columns = {name: [to_plain(one) for one in measures.evaluation[name].tolist()] for name in names}
    found, at = [], 0
    for period in periods:
        for one in period.terms.scorecard.measures if period.terms.scorecard else []:
            found.append(
                {
                    "performance_year": period.year,
                    "tin": period.tin,
                    "measure": one.id,
                    "name": one.name,
                    "better": one.better,
                    **{name: column[at] for name, column in columns.items()},
                    "counted": bool(columns["counted"][at]),
                }
            )
            at += 1
    return found
