"""From the cohorts' benchmarks to what an ACO of LEAD earns or owes; its size and its guarantee."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

FAQ = "LEAD FAQ (aco-reach.md B3, 5 and 6)"
SIZE = "LEAD FAQ (aco-reach.md B1)"
NOT_KNOWN = np.array(None, dtype=object)
CORRIDORS = "LEAD finance paper, as noted (aco-reach.md B2)"


@formula(cite="aco-reach.md B3", unit="dollars", over="segments", statistic="sum")
def segments_historical(historical_total: Floats) -> Floats:
    """Historical spending of the cohorts."""
    return historical_total


@formula(cite="aco-reach.md B3", unit="dollars", over="segments", statistic="sum")
def segments_regional(regional_total: Floats) -> Floats:
    """Regional spending of the cohorts."""
    return regional_total


@formula(cite="aco-reach.md B3", unit="cohorts", over="segments", statistic="count")
def segments_compared(regional_total: Floats) -> Floats:
    """Cohorts whose spending and region are both known."""
    return regional_total


@formula(cite="aco-reach.md B3", unit="lower or higher")
def spending(
    segments: Floats, segments_compared: Floats, segments_historical: Floats, segments_regional: Floats
) -> Texts:
    """Whether the ACO spends less than its region (lower) or not, over all cohorts."""
    known = (segments > 0) & (segments_compared == segments)
    side = np.where(segments_historical < segments_regional, "lower", "higher").astype(object)
    return np.where(known, side, NOT_KNOWN)


@formula(cite=FAQ, unit="fraction")
def discount(risk_arrangement: Texts, professional_discount: Floats, global_discount: Floats) -> Floats:
    """The discount of the benchmark; of Global risk by year and spending, where it is known."""
    return np.where(risk_arrangement == "professional", professional_discount, global_discount)


@formula(cite=FAQ, unit="dollars")
def quality_deduction(
    benchmark_all_aligned: Floats, quality_at_risk: Floats, quality_score: Floats
) -> Floats:
    """What quality takes at settlement: the part at risk that the score does not earn back."""
    return benchmark_all_aligned * quality_at_risk * (1 - quality_score)


@formula(cite=FAQ, unit="dollars")
def benchmark_expenditure(benchmark_all_aligned: Floats, quality_deduction: Floats) -> Floats:
    """The benchmark that savings are measured against."""
    return benchmark_all_aligned - quality_deduction


@formula(cite="aco-reach.md B2", unit="dollars")
def performance_expenditure(
    segments: Floats, segments_expenditure: Floats, capitation_amount: Floats
) -> Floats:
    """What the aligned beneficiaries cost: claims after the screens, capitation but for the add-on."""
    return np.where(segments > 0, segments_expenditure + capitation_amount, np.nan)


@formula(cite=CORRIDORS, unit="fraction")
def savings_first_rate(published_first_rate: Floats) -> Floats:
    """The ACO's part of savings in the first corridor; under Professional risk the sources disagree."""
    return 1 * published_first_rate


@formula(cite=CORRIDORS, unit="fraction")
def first_rate(
    generated_savings_or_losses: Floats, savings_first_rate: Floats, loss_first_rate: Floats
) -> Floats:
    """The ACO's part in the first corridor, of savings or of losses."""
    return np.where(generated_savings_or_losses < 0, loss_first_rate, savings_first_rate)


@formula(cite="aco-reach.md B2", unit="dollars")
def add_on_capitation(spending: Texts, benchmark_all_aligned: Floats, add_on_share: Floats) -> Floats:
    """Capitation added for an ACO above its region; not reconciled, no part of expenditures."""
    paid = np.where(spending == "higher", benchmark_all_aligned * add_on_share, 0)
    return np.where((spending == "higher") | (spending == "lower"), paid, np.nan)


@formula(cite="aco-reach.md B2 (composition by likeness to ACO REACH)", unit="dollars")
def total_monies_owed(
    earned_savings_or_losses: Floats,
    hpp_bonus: Floats,
    enhanced_pcc_repayment: Floats,
    apo_reconciliation: Floats,
) -> Floats:
    """All amounts of the settlement together: above zero CMS pays the ACO, below zero the ACO owes."""
    return earned_savings_or_losses + hpp_bonus - enhanced_pcc_repayment - apo_reconciliation


@formula(cite=SIZE, unit="standard, high_needs or newly_entering")
def size_class(entry: Texts, high_needs_beneficiary_share: Floats, high_needs_share: Floats) -> Texts:
    """Which minimum holds: the lowest for an ACO of mostly High Needs, a lower one for who newly enters;
    not known where the share of High Needs, or how the ACO entered, is not."""
    mostly = high_needs_beneficiary_share > high_needs_share
    named = np.where(entry == "newly_entering", "newly_entering", NOT_KNOWN)
    other = np.where(entry == "renewing", "standard", named).astype(object)
    known = np.where(np.isnan(high_needs_beneficiary_share), NOT_KNOWN, other)
    return np.where(mostly, "high_needs", known).astype(object)


@formula(cite=SIZE, unit="flag")
def meets_minimum(
    aligned_beneficiaries: Floats,
    minimum_beneficiaries: Floats,
    base_year_claims_aligned: Floats,
    minimum_claims_aligned: Floats,
) -> Floats:
    """Whether aligned and, in one base year, claims-aligned beneficiaries reach the minimum."""
    above = aligned_beneficiaries - minimum_beneficiaries
    beside = base_year_claims_aligned - minimum_claims_aligned
    return np.where(np.isnan(above + beside), np.nan, (above >= 0) & (beside >= 0))


@formula(cite="aco-reach.md B2", unit="dollars")
def least_guarantee(prior_year_expenditure: Floats, guarantee_least: Floats) -> Floats:
    """The smallest financial guarantee: a share of Part A and B spending of the year before."""
    return prior_year_expenditure * guarantee_least


@formula(cite="aco-reach.md B2", unit="dollars")
def largest_guarantee(prior_year_expenditure: Floats, guarantee_most: Floats) -> Floats:
    """The largest financial guarantee."""
    return prior_year_expenditure * guarantee_most


ACO_FORMULAS = [
    segments_historical,
    segments_regional,
    segments_compared,
    spending,
    discount,
    quality_deduction,
    benchmark_expenditure,
    performance_expenditure,
    savings_first_rate,
    first_rate,
    add_on_capitation,
    total_monies_owed,
    size_class,
    meets_minimum,
    least_guarantee,
    largest_guarantee,
]
