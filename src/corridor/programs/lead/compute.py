"""What is LEAD's own in a settlement: its quantities, what its form may not say, its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.programs.lead.model import ACOS, COHORTS
from corridor.programs.reach.compute import refuse_mechanism
from corridor.programs.reach.form import AcoForm
from corridor.programs.reach.settling import Program, Settlement

if TYPE_CHECKING:
    from corridor.law import RulesInForce

ROWS = (
    "benchmark_before_discount", "spending", "discount", "benchmark_all_aligned", "quality_score",
    "quality_deduction", "benchmark_expenditure", "performance_expenditure",
    "generated_savings_or_losses", "savings_rate", "first_rate", "corridor_amount", "shared_savings",
    "sequestration", "shared_losses", "earned_savings_or_losses", "add_on_capitation", "hpp_bonus",
    "enhanced_pcc_repayment", "apo_reconciliation", "total_monies_owed", "aligned_beneficiaries",
    "size_class", "minimum_beneficiaries", "minimum_claims_aligned", "meets_minimum", "least_guarantee",
    "largest_guarantee",
)  # fmt: skip
PER_SEGMENT = (
    "eligible_months", "historical_rate", "regional_efficiency", "prior_savings_adjustment",
    "benchmark_adjustment", "two_way_trend", "guarded_prospective_trend", "update_factor", "risk_ratio",
    "benchmark_rate", "segment_benchmark", "net_expenditure",
)  # fmt: skip


def _group(cohort: dict[str, Any]) -> str:
    return str(cohort["population"])


def _check(form: AcoForm, force: RulesInForce) -> None:
    refuse_mechanism(form)


def _warn(found: Settlement) -> list[str]:
    return [
        f"{row['aco_id']}: its beneficiaries, or the claims-aligned of every base year, are below the "
        f"minimum of {row['minimum_beneficiaries']:,.0f} and {row['minimum_claims_aligned']:,.0f}"
        for row in found.rows()
        if row["meets_minimum"] == 0
    ]


PROGRAM = Program(
    name="lead",
    title="LEAD",
    first_year=2027,
    acos=ACOS,
    segments=COHORTS,
    counties=None,
    wanted=("earned_savings_or_losses",),
    rows=ROWS,
    beside=("total_monies_owed", "add_on_capitation", "meets_minimum", "least_guarantee"),
    per_segment=PER_SEGMENT,
    unless={
        "benchmark_before_discount": ("segment_benchmark",),
        "performance_expenditure": ("net_expenditure",),
    },
    group=_group,
    check=_check,
    warn=_warn,
)
