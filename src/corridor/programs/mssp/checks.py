"""What a settlement needs and does not have: refused by name, with where it is to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.mssp.by_type import TYPES
from corridor.programs.mssp.model import FROM_BASE_YEARS

if TYPE_CHECKING:
    from corridor.programs.mssp.compute import Settlement
    from corridor.programs.mssp.inputs import MsspInputs

REPORT = "CMS's settlement report of the performance year"
RULE = "the final rule CMS-1832-F (42 CFR 425.605), whose figure Corridor's sources do not print"
WHERE = {
    "track": "the ACO's participation agreement",
    "assigned_beneficiaries": f"{REPORT}, or the assignment list",
    "person_years": f"{REPORT}, table of person-years by enrollment type",
    "benchmark_expenditure": f"{REPORT}; or give updated_benchmark_per_capita and person_years",
    "performance_expenditure": f"{REPORT}, or the expenditure report of the fourth quarter",
    "minimum_savings_election": "the election in the ACO's participation agreement: variable, or a fraction",
    "quality_standard_met": f"{REPORT} (Met_QPS), or settle the measures: docs/mssp-settlement.md",
    "quality_score": f"{REPORT} (QualScore), or settle the measures: docs/mssp-settlement.md",
    "participant_revenue": f"{REPORT}: Part A and B revenue of the participants, which limits losses",
    "revenue_category": f"{REPORT} (Rev_Exp_Cat): low or high",
    "agreement_start_year": "the ACO's participation agreement",
    "disaster_kind": "disaster or cyberattack; a cyberattack counts from 2025",
    "disaster_months": f"{REPORT}: months of extreme and uncontrollable circumstances",
    "disaster_share": f"{REPORT}: share of assigned people in the affected areas",
    "small_base_year_payment_limit": f"{RULE}, as a share of the updated benchmark",
    "small_base_year_loss_limit": f"{RULE}, as a share of the updated benchmark",
}

BENCHMARK_REPORT = "CMS's historical benchmark report (BNMRK)"
BENCHMARK_WHERE = {
    "agreement_period": "the ACO's participation agreement: 1 for the first",
    "regional_times": f"{BENCHMARK_REPORT}, Table 5: weight of the regional adjustment",
    "acpt_ratio": f"{BENCHMARK_REPORT}, Table 6, section F",
    **dict.fromkeys(
        [f"by{year}_prior_savings_per_capita" for year in (1, 2, 3)],
        f"{BENCHMARK_REPORT}, prior savings adjustment; 0 for a year not reconciled",
    ),
    "population_adjustment": f"{BENCHMARK_REPORT}, Table 1C; 0 where it grants none",
    "regional_by3": f"{BENCHMARK_REPORT}, Table 1A",
    "national_by3": f"{BENCHMARK_REPORT}, Table 1A",
    "national_trend_by1": f"{BENCHMARK_REPORT}, Table 2",
    "national_trend_by2": f"{BENCHMARK_REPORT}, Table 2",
    "regional_trend_by1": f"{BENCHMARK_REPORT}, Table 2",
    "regional_trend_by2": f"{BENCHMARK_REPORT}, Table 2",
    "market_share": f"{BENCHMARK_REPORT}, Table 2",
    "national_update": "CMS's quarterly or annual expenditure report (QEXPU, AEXPU), Table 1",
    "regional_update": "CMS's quarterly or annual expenditure report (QEXPU, AEXPU), Table 2",
    "py_per_capita": "CMS's annual expenditure report (AEXPU), Table 1",
    "py_person_years": "CMS's annual expenditure report (AEXPU), Table 1",
    "demographic_ratio": REPORT,
}


def refuse_gaps(inputs: MsspInputs, settlement: Settlement) -> None:
    """Raises MSSP-NEEDS for the first quantity without which an ACO cannot be settled.

    CMS's public file is not refused: what it leaves out is said beside the row it matters for.
    """
    for quantity, rows in (*base_year_gaps(settlement), *gaps(settlement)):
        found = np.flatnonzero(rows)
        if len(found):
            row = int(found[0])
            raise needs(quantity, inputs, row, len(found))


def needs(quantity: str, inputs: MsspInputs, row: int, count: int = 1) -> CorridorError:
    """The refusal of an ACO for want of a quantity."""
    more = f" So for {count:,} ACOs of the file." if count > 1 else ""
    return CorridorError(
        "MSSP-NEEDS",
        f"{inputs.aco_ids[row]} cannot be settled without {quantity}.",
        why=f"It has no default.{more}",
        todo=f"Add the column {quantity}: {where(quantity)}.",
        file=inputs.file,
        line=inputs.lines[row],
        field=quantity,
    )


def where(quantity: str) -> str:
    """Where a quantity is to be had."""
    if quantity in WHERE:
        return WHERE[quantity]
    stem = next((quantity.removesuffix(f"_{kind}") for kind in TYPES if quantity.endswith(kind)), quantity)
    return BENCHMARK_WHERE.get(stem, f"{BENCHMARK_REPORT}, or the agreement with CMS")


def base_year_gaps(settlement: Settlement) -> list[tuple[str, Any]]:
    """What the benchmark of base years lacks: inputs that are absent under a benchmark that is not known."""
    evaluation = settlement.evaluation
    if evaluation.model is not FROM_BASE_YEARS:
        return []
    found: dict[str, Any] = {}
    benchmark, cost = settlement.column("benchmark_expenditure"), settlement.column("performance_expenditure")
    for row in range(evaluation.rows):
        empty = {kind for kind in TYPES if not _has_people(settlement, row, kind)}
        for quantity, value in (("benchmark_expenditure", benchmark), ("performance_expenditure", cost)):
            if value[row] == value[row]:
                continue
            for node in evaluation.explain(row, quantity).walk():
                kind = next((one for one in TYPES if node.name.endswith(f"_{one}")), None)
                if node.kind == "input" and node.value is None and kind not in empty:
                    found.setdefault(node.name, []).append(row)
    # without it the earlier method would be taken, and quietly
    start = np.isnan(settlement.column("agreement_start_year")) & ~settlement.known("benchmark_expenditure")
    laid = [("agreement_start_year", start & ~settlement.known("updated_benchmark_per_capita"))]
    for key in ("agreement_period", "regional_times"):  # by which rows of the law are found
        laid.append((key, np.isnan(settlement.column(key)) & np.isnan(benchmark)))
    laid += [*_people_gaps(settlement), *_prior_gaps(settlement)]
    for name, rows in found.items():
        mask = np.zeros(evaluation.rows, dtype=bool)
        mask[rows] = True
        laid.append((name, mask))
    return laid


def _people_gaps(settlement: Settlement) -> list[tuple[str, Any]]:
    """Person-years of a type the file has figures of: left out, the type would quietly count for nobody."""
    laid = []
    computed = ~settlement.known("updated_benchmark_per_capita") & ~settlement.known("benchmark_expenditure")
    spent = ~settlement.known("performance_per_capita") & ~settlement.known("performance_expenditure")
    for kind in TYPES:
        has = {year: ~np.isnan(settlement.column(f"{year}_per_capita_{kind}")) for year in ("by3", "py")}
        people = {year: settlement.column(f"{year}_person_years_{kind}") for year in ("by3", "py")}
        either = has["by3"] | has["py"] | (people["by3"] > 0) | (people["py"] > 0)
        laid.append((f"py_person_years_{kind}", np.isnan(people["py"]) & either & (computed | spent)))
        laid.append((f"by3_person_years_{kind}", np.isnan(people["by3"]) & either & computed))
    return laid


def _prior_gaps(settlement: Settlement) -> list[tuple[str, Any]]:
    """Prior savings of an ACO with an agreement period before this one: 0 is to be said."""
    later = settlement.column("present_method").astype(bool) & (settlement.column("agreement_period") > 1)
    computed = ~settlement.known("updated_benchmark_per_capita") & ~settlement.known("benchmark_expenditure")
    names = [f"by{year}_prior_savings_per_capita" for year in (1, 2, 3)]
    return [(name, later & computed & ~settlement.stated(name)) for name in names]


def _has_people(settlement: Settlement, row: int, kind: str) -> bool:
    """Whether anybody is assigned in an enrollment type; nobody said to be so counts as somebody."""
    years = [settlement.column(f"{year}_person_years_{kind}")[row] for year in ("by3", "py")]
    return any(value != 0 for value in years)


def gaps(settlement: Settlement) -> list[tuple[str, Any]]:
    """Quantity -> which rows lack it and need it, in the order they are asked for."""
    get = settlement.column
    known = settlement.known
    generated = get("generated_savings_or_losses")
    loses = generated < 0
    two_sided, basic = get("two_sided").astype(bool), get("basic").astype(bool)
    fixed, by_revenue = ~np.isnan(get("fixed_loss_rate")), ~np.isnan(get("track_revenue_loss_limit"))
    scaled = settlement.force.text("mssp.quality_share_method") == "scaled"
    met = get("quality_standard_met")
    by_score = scaled | ((met != 1) & (get("alternative_standard_met") == 1))
    rate = get("savings_rate")
    between = (rate > 0) & (rate < get("minimum_savings_rate"))
    reducible = basic & between & (get("minimum_assigned") <= get("assigned_beneficiaries"))
    later = settlement.year >= settlement.force.number("mssp.reduced_sharing_first_start")
    small = get("small_base_year_counts").astype(bool)
    struck = known("disaster_months") & ~known("disaster_adjustment")
    partly = known("disaster_share") & ~known("disaster_adjustment")
    own_rate = known("sharing_rate") | known("quality_share")
    return [
        ("benchmark_expenditure", np.isnan(get("benchmark_expenditure"))),
        ("performance_expenditure", np.isnan(get("performance_expenditure"))),
        ("assigned_beneficiaries", np.isnan(get("minimum_savings_rate"))),
        (
            "minimum_savings_election",
            two_sided & ~known("elected_savings_rate") & ~known("minimum_savings_rate")
            & ~get("below_minimum_population").astype(bool) & ~settlement.variable,
        ),
        ("quality_standard_met", np.isnan(met) & (
            (~scaled & ~own_rate) | (loses & ~fixed & ~known("loss_rate"))
        )),
        ("quality_score", np.isnan(get("quality_score")) & (
            (by_score & ~own_rate & (generated >= 0)) | (loses & ~fixed & ~known("loss_rate"))
        )),
        ("agreement_start_year", reducible & later & ~known("agreement_start_year")),
        (
            "revenue_category",
            reducible & later & ~known("revenue_category") & np.isnan(get("revenue_share"))
            & ~(get("agreement_start_year") < get("reduced_sharing_first_start")),
        ),
        ("small_base_year_payment_limit", small & np.isnan(get("payment_limit"))),
        ("small_base_year_loss_limit", small & two_sided & np.isnan(get("small_base_year_loss_limit"))),
        ("disaster_kind", struck & ~known("disaster_kind")),
        ("disaster_months", partly & ~known("disaster_months")),
        ("disaster_share", struck & ~known("disaster_share")),
        ("participant_revenue", loses & by_revenue & ~known("participant_revenue") & ~known("loss_limit")),
    ]  # fmt: skip
