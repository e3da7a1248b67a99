"""From benchmark and cost to what is paid or owed: corridors, sequestration, the other amounts."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats

SETTLEMENT = "ACO REACH FINANCIAL_SETTLEMENT worksheet (aco-reach.md A7)"


@formula(cite=SETTLEMENT, unit="dollars")
def generated_savings_or_losses(benchmark_expenditure: Floats, performance_expenditure: Floats) -> Floats:
    """Gross savings, or losses below zero: the benchmark less what the aligned beneficiaries cost."""
    return benchmark_expenditure - performance_expenditure


@formula(cite=SETTLEMENT, unit="fraction of the benchmark")
def savings_rate(generated_savings_or_losses: Floats, benchmark_expenditure: Floats) -> Floats:
    """Gross savings or losses as a share of the benchmark."""
    whole = np.where(benchmark_expenditure > 0, benchmark_expenditure, np.nan)
    return generated_savings_or_losses / whole


@formula(cite=SETTLEMENT, unit="dollars")
def corridor_amount(
    generated_savings_or_losses: Floats,
    benchmark_expenditure: Floats,
    first_edge: Floats,
    second_edge: Floats,
    third_edge: Floats,
    first_rate: Floats,
    second_rate: Floats,
    third_rate: Floats,
    fourth_rate: Floats,
) -> Floats:
    """The ACO's part: dollars of gross savings (or losses) in each corridor times the rate of it.

    A corridor's edge is a share of the benchmark.
    """
    size, whole = np.abs(generated_savings_or_losses), benchmark_expenditure
    first = np.minimum(size, first_edge * whole) * first_rate
    second = np.clip(size - first_edge * whole, 0, (second_edge - first_edge) * whole) * second_rate
    third = np.clip(size - second_edge * whole, 0, (third_edge - second_edge) * whole) * third_rate
    fourth = np.maximum(size - third_edge * whole, 0) * fourth_rate
    return first + second + third + fourth


@formula(cite=SETTLEMENT, unit="dollars")
def shared_savings(generated_savings_or_losses: Floats, corridor_amount: Floats) -> Floats:
    """The ACO's part of savings before sequestration; zero where there are losses."""
    known = np.where(np.isnan(generated_savings_or_losses), np.nan, 0)
    return np.where(generated_savings_or_losses > 0, corridor_amount, known)


@formula(cite=SETTLEMENT, unit="dollars")
def shared_losses(generated_savings_or_losses: Floats, corridor_amount: Floats) -> Floats:
    """The ACO's part of losses, owed in full; zero where there are savings."""
    known = np.where(np.isnan(generated_savings_or_losses), np.nan, 0)
    return np.where(generated_savings_or_losses < 0, corridor_amount, known)


@formula(cite="aco-reach.md A7 (sequestration clause of a predecessor model)", unit="dollars")
def sequestration(shared_savings: Floats, sequestration_share: Floats) -> Floats:
    """What sequestration takes off shared savings; losses are not reduced."""
    return shared_savings * sequestration_share


@formula(cite=SETTLEMENT, unit="dollars")
def earned_savings_or_losses(shared_savings: Floats, sequestration: Floats, shared_losses: Floats) -> Floats:
    """What is paid to the ACO, or owed by it (below zero), on savings and losses."""
    return shared_savings - sequestration - shared_losses


@formula(cite="aco-reach.md A7 (composition from memory)", unit="dollars")
def total_monies_owed(
    earned_savings_or_losses: Floats,
    hpp_bonus: Floats,
    capitation_overpayment: Floats,
    enhanced_pcc_repayment: Floats,
    apo_reconciliation: Floats,
    retention_settlement: Floats,
) -> Floats:
    """All amounts of the settlement together: above zero CMS pays the ACO, below zero the ACO owes."""
    repaid = capitation_overpayment + enhanced_pcc_repayment + apo_reconciliation
    return earned_savings_or_losses + hpp_bonus - repaid + retention_settlement


SHARING_FORMULAS = [
    generated_savings_or_losses,
    savings_rate,
    corridor_amount,
    shared_savings,
    shared_losses,
    sequestration,
    earned_savings_or_losses,
]
