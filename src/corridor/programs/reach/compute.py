"""What is ACO REACH's own in a settlement: its quantities, what its form may not say, its warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corridor.errors import CorridorError
from corridor.programs.reach.form import AcoForm, read_acos
from corridor.programs.reach.model import ACOS, COUNTIES, SEGMENTS
from corridor.programs.reach.settling import Program, Settlement, settle

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

ROWS = (
    "benchmark_before_discount", "discount", "benchmark_all_aligned", "quality_score", "quality_withheld",
    "quality_earned_back", "benchmark_after_quality", "health_equity_adjustment", "benchmark_expenditure",
    "cost_before_stop_loss", "stop_loss_charge", "stop_loss_payout", "cost_after_stop_loss",
    "incurred_not_reported", "performance_expenditure", "generated_savings_or_losses", "savings_rate",
    "corridor_amount", "shared_savings", "sequestration", "shared_losses", "earned_savings_or_losses",
    "hpp_bonus", "capitation_overpayment", "enhanced_pcc_repayment", "apo_reconciliation",
    "retention_settlement", "total_monies_owed", "aligned_beneficiaries", "minimum_beneficiaries",
    "meets_minimum", "type_agrees",
)  # fmt: skip
PER_SEGMENT = (
    "eligible_months", "normalized_risk_score", "capped_risk_score", "limited_coding_factor",
    "coding_adjusted_risk_score", "growth_limited_risk_score", "benchmark_risk_score", "historical_rate",
    "regional_rate", "historical_share", "regional_effect", "limited_regional_effect", "benchmark_rate",
    "segment_benchmark", "net_expenditure", "segment_not_reported",
)  # fmt: skip
FIRST_YEAR = 2026


def _group(segment: dict[str, object]) -> str:
    """A score is of A&D or ESRD, of claims-aligned or of all voluntary beneficiaries."""
    return f"{segment['population']} {str(segment['alignment']).partition('_')[0]}"


def _check(form: AcoForm, force: RulesInForce) -> None:
    """Raises REACH-MECHANISM, REACH-REFERENCE-YEAR, and REACH-CAPITATION for an amount without its format."""
    refuse_mechanism(form)
    fixed = int(force.number("reach.reference_year")) if "reach.reference_year" in force else None
    for row, lines in zip(form.segments.values, form.segments.lines, strict=True):
        stated = row.get("reference_year")
        if fixed is not None and stated is not None and stated != fixed:
            raise CorridorError(
                "REACH-REFERENCE-YEAR",
                f"The reference year is {stated}; that of {force.performance_year} is {fixed}.",
                why="The symmetric cap is measured from a fixed year.",
                todo="Give the score of that year.",
                file=form.file,
                line=lines["reference_year"],
                field="reference_year",
            )
    for row, lines in zip(form.acos.values, form.acos.lines, strict=True):
        if row.get("capitation_amount") is None:
            continue
        if row.get("capitation_basis") is None:
            raise CorridorError(
                "REACH-CAPITATION",
                "It is not said which amount of DATA_CAP the capitation is.",
                why="Workbooks before April 2025 have one total, later ones three: they must not be mixed.",
                todo="Write in capitation_basis: total (old workbooks), pre_seq_actual or another.",
                file=form.file,
                line=lines["capitation_amount"],
                field="capitation_basis",
            )


def refuse_mechanism(form: AcoForm) -> None:
    """Raises REACH-MECHANISM: total care capitation is for Global risk alone."""
    for row, lines in zip(form.acos.values, form.acos.lines, strict=True):
        if row.get("payment_mechanism") == "tcc" and row.get("risk_arrangement") == "professional":
            raise CorridorError(
                "REACH-MECHANISM",
                f"{row['aco_id']} has total care capitation under Professional risk.",
                why="Professional risk takes primary care capitation.",
                todo="Correct payment_mechanism or risk_arrangement.",
                file=form.file,
                line=lines["payment_mechanism"],
                field="payment_mechanism",
            )


def _warn(found: Settlement) -> list[str]:
    warnings = []
    for row in found.rows():
        if row["meets_minimum"] == 0:
            warnings.append(
                f"{row['aco_id']}: {row['aligned_beneficiaries']:,.0f} aligned beneficiaries are below the "
                f"minimum of {row['minimum_beneficiaries']:,.0f}"
            )
        if row["type_agrees"] == 0:
            warnings.append(f"{row['aco_id']}: its base years do not make it {row['aco_type']}")
    return warnings + _uncapped(found)


def _uncapped(found: Settlement) -> list[str]:
    """Segments whose score is worked out without one of the reference year: the model caps none of those."""
    held, form = (
        ("growth_limited_risk_score", "benchmark_risk_score", "benchmark_rate", "segment_benchmark"),
        found.form,
    )
    return [
        f"{found.ids[parent]}, {row['population']} {row['alignment']}: no score of the reference year "
        "is given, so its risk score is not capped"
        for row, parent in zip(form.segments.values, form.segments.parent, strict=True)
        if row["alignment"] != "voluntary_new"
        and row.get("reference_risk_score") is None
        and any(row.get(name) is not None for name in ("raw_risk_score", "normalized_risk_score"))
        and all(row.get(name) is None for name in held)
    ]


PROGRAM = Program(
    name="reach",
    title="ACO REACH",
    first_year=FIRST_YEAR,
    acos=ACOS,
    segments=SEGMENTS,
    counties=COUNTIES,
    wanted=("earned_savings_or_losses",),
    rows=ROWS,
    beside=("total_monies_owed", "meets_minimum", "type_agrees"),
    per_segment=PER_SEGMENT,
    unless={
        "benchmark_before_discount": ("growth_limited_risk_score", "segment_benchmark"),
        "cost_before_stop_loss": ("net_expenditure",),
        "incurred_not_reported": ("segment_not_reported",),
    },
    group=_group,
    check=_check,
    warn=_warn,
)


def settle_reach(path: Path, rules: Rules, year: int) -> Settlement:
    """Settle a file of ACO REACH. Raises what ``read_acos`` and ``settle`` raise."""
    return settle(PROGRAM, read_acos(path, "reach"), rules, year)
