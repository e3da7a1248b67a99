"""What a settlement needs and does not have: refused by name, with where it is to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError

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
    "small_base_year_payment_limit": f"{RULE}, as a share of the updated benchmark",
    "small_base_year_loss_limit": f"{RULE}, as a share of the updated benchmark",
}


def refuse_gaps(inputs: MsspInputs, settlement: Settlement) -> None:
    """Raises MSSP-NEEDS for the first quantity without which an ACO cannot be settled.

    CMS's public file is not refused: what it leaves out is said beside the row it matters for.
    """
    for quantity, rows in gaps(settlement):
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
        todo=f"Add the column {quantity}: {WHERE[quantity]}.",
        file=inputs.file,
        line=inputs.lines[row],
        field=quantity,
    )


def gaps(settlement: Settlement) -> list[tuple[str, Any]]:
    """Quantity -> which rows lack it and need it, in the order they are asked for."""
    get = settlement.column
    known = settlement.known
    generated = get("generated_savings_or_losses")
    loses = generated < 0
    two_sided, basic = get("two_sided").astype(bool), get("basic").astype(bool)
    fixed = ~np.isnan(get("fixed_loss_rate"))
    scaled = settlement.force.text("mssp.quality_share_method") == "scaled"
    met = get("quality_standard_met")
    by_score = scaled | ((met != 1) & (get("alternative_standard_met") == 1))
    rate = get("savings_rate")
    between = (rate > 0) & (rate < get("minimum_savings_rate"))
    reducible = basic & between & (get("minimum_assigned") <= get("assigned_beneficiaries"))
    later = settlement.year >= settlement.force.number("mssp.reduced_sharing_first_start")
    small = get("small_base_year") == 1
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
        ("quality_standard_met", np.isnan(met) & ~scaled & ~own_rate),
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
        ("participant_revenue", loses & basic & ~known("participant_revenue") & ~known("loss_limit")),
    ]  # fmt: skip
