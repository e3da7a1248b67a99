"""The benchmark of a segment (A&D or ESRD, claims-aligned or voluntary) and of the ACO, and its claims."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

HISTORICAL = "Financial Operating Guide 4.1 (aco-reach.md A4.1, A4.2)"
REGIONAL = "BENCHMARK_HISTORICAL worksheets (aco-reach.md A4.3)"
BLEND = "aco-reach.md A4.4"
NETTING = "DATA_CLAIMS worksheet (aco-reach.md A6.2)"


@formula(cite=HISTORICAL, unit="dollars a month")
def historical_rate(
    by1_rate: Floats,
    by1_trend: Floats,
    by1_geographic_factor: Floats,
    by1_risk_score: Floats,
    by2_rate: Floats,
    by2_trend: Floats,
    by2_geographic_factor: Floats,
    by2_risk_score: Floats,
    by3_rate: Floats,
    by3_trend: Floats,
    by3_geographic_factor: Floats,
    by3_risk_score: Floats,
    by1_weight: Floats,
    by2_weight: Floats,
    by3_weight: Floats,
) -> Floats:
    """Historical spending a month at a risk score of one: each base year trended to the performance
    year, at its prices, divided by its risk score; weighted."""
    first = by1_weight * by1_rate * by1_trend * by1_geographic_factor / by1_risk_score
    second = by2_weight * by2_rate * by2_trend * by2_geographic_factor / by2_risk_score
    third = by3_weight * by3_rate * by3_trend * by3_geographic_factor / by3_risk_score
    return first + second + third


@formula(cite=REGIONAL, unit="dollars")
def county_payment(county_rate: Floats, county_months: Floats) -> Floats:
    """The rate book's county rate times the ACO's eligible months there."""
    return county_rate * county_months


@formula(cite=REGIONAL, unit="dollars", over="counties", statistic="sum")
def counties_payment(county_payment: Floats) -> Floats:
    """County rates times months, of all counties."""
    return county_payment


@formula(cite=REGIONAL, unit="months", over="counties", statistic="sum")
def counties_months(county_months: Floats) -> Floats:
    """Eligible months of all counties."""
    return county_months


@formula(cite=REGIONAL, unit="dollars a month")
def regional_rate(counties_payment: Floats, counties_months: Floats) -> Floats:
    """Regional spending a month at a risk score of one: county rates weighted by the ACO's months."""
    months = np.where(counties_months > 0, counties_months, np.nan)
    return counties_payment / months


@formula(cite=REGIONAL, unit="dollars a month")
def adjusted_uspcc(uspcc: Floats, uncompensated_care_adjustment: Floats) -> Floats:
    """The national per capita cost of fee-for-service beneficiaries with its uncompensated care part."""
    return uspcc + uncompensated_care_adjustment


@formula(cite=BLEND, unit="fraction")
def historical_share(
    aco_type: Texts, historical_share_standard: Floats, historical_share_other: Floats
) -> Floats:
    """The part of historical spending in the blend with the region."""
    return np.where(aco_type == "standard", historical_share_standard, historical_share_other)


@formula(cite=BLEND, unit="fraction of USPCC")
def blend_ceiling(aco_type: Texts, published_ceiling: Floats) -> Floats:
    """The largest rise by the region; that of New Entrant and High Needs ACOs was not found."""
    return np.where(aco_type == "standard", published_ceiling, np.nan)


@formula(cite=BLEND, unit="dollars a month")
def regional_effect(
    historical_share: Floats, historical_rate: Floats, regional_rate: Floats, benchmark_risk_score: Floats
) -> Floats:
    """What the region adds to, or takes from, historical spending at the benchmark's risk, without limits."""
    return (1 - historical_share) * (regional_rate - historical_rate) * benchmark_risk_score


@formula(cite=BLEND, unit="dollars a month")
def limited_regional_effect(
    regional_effect: Floats, blend_floor: Floats, blend_ceiling: Floats, adjusted_uspcc: Floats
) -> Floats:
    """The effect of the region between floor and ceiling, shares of the adjusted national cost."""
    return np.clip(regional_effect, -blend_floor * adjusted_uspcc, blend_ceiling * adjusted_uspcc)


@formula(cite="aco-reach.md A4", unit="dollars a month")
def benchmark_rate(
    benchmark_type: Texts,
    historical_rate: Floats,
    regional_rate: Floats,
    benchmark_risk_score: Floats,
    limited_regional_effect: Floats,
    retrospective_trend: Floats,
) -> Floats:
    """The benchmark a month at the risk of the aligned: of the rate book, of history, or the blend."""
    history = historical_rate * benchmark_risk_score
    book = np.where(benchmark_type == "ratebook", regional_rate * benchmark_risk_score, np.nan)
    alone = np.where(benchmark_type == "historical", history, book)
    return np.where(benchmark_type == "blend", history + limited_regional_effect, alone) * retrospective_trend


@formula(cite="aco-reach.md A4", unit="dollars")
def segment_benchmark(benchmark_rate: Floats, eligible_months: Floats) -> Floats:
    """The benchmark of the segment: its rate times the months of its beneficiaries."""
    return benchmark_rate * eligible_months


@formula(cite=NETTING, unit="dollars")
def net_expenditure(
    claim_payment: Floats,
    claim_sequestration: Floats,
    apa_reduction: Floats,
    uncompensated_care: Floats,
    operating_dsh: Floats,
    capital_dsh: Floats,
    operating_ime: Floats,
    capital_ime: Floats,
    nonpbp_reduction: Floats,
    aco_apa_amount: Floats,
) -> Floats:
    """Claims of the segment net of what the model leaves out; signs as public code reads the worksheet."""
    reduced = claim_payment - claim_sequestration - apa_reduction - uncompensated_care
    taught = operating_dsh + capital_dsh + operating_ime + capital_ime
    return reduced - taught - nonpbp_reduction + aco_apa_amount


@formula(cite="aco-reach.md A6.3", unit="dollars")
def segment_not_reported(net_expenditure: Floats, completion_factor: Floats) -> Floats:
    """What is incurred and not yet reported: net expenditure times the completion factor less one."""
    return net_expenditure * (completion_factor - 1)


SEGMENT_FORMULAS = [
    historical_rate,
    counties_payment,
    counties_months,
    regional_rate,
    adjusted_uspcc,
    historical_share,
    blend_ceiling,
    regional_effect,
    limited_regional_effect,
    benchmark_rate,
    segment_benchmark,
    net_expenditure,
    segment_not_reported,
]


@formula(cite="aco-reach.md A4", unit="segments", over="segments", statistic="count")
def segments(performance_year: Floats) -> Floats:
    """Segments of the ACO that the file gives."""
    return performance_year


@formula(cite="aco-reach.md A4", unit="dollars", over="segments", statistic="sum")
def segments_benchmark(segment_benchmark: Floats) -> Floats:
    """Benchmarks of the segments: A&D and ESRD, claims-aligned and voluntary."""
    return segment_benchmark


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 6", unit="dollars")
def benchmark_before_discount(segments: Floats, segments_benchmark: Floats) -> Floats:
    """The benchmark of all aligned beneficiaries before the discount."""
    return np.where(segments > 0, segments_benchmark, np.nan)


@formula(cite="aco-reach.md A4.6", unit="fraction")
def discount(risk_arrangement: Texts, professional_discount: Floats) -> Floats:
    """The discount of the benchmark: none under Professional risk; under Global the sources disagree."""
    return np.where(risk_arrangement == "professional", professional_discount, np.nan)


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 14", unit="dollars")
def benchmark_all_aligned(benchmark_before_discount: Floats, discount: Floats) -> Floats:
    """The benchmark of all aligned beneficiaries after the discount."""
    return benchmark_before_discount * (1 - discount)


@formula(cite="aco-reach.md A6", unit="dollars", over="segments", statistic="sum")
def segments_expenditure(net_expenditure: Floats) -> Floats:
    """Net claims of the segments."""
    return net_expenditure


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 25", unit="dollars")
def cost_before_stop_loss(
    segments: Floats, segments_expenditure: Floats, capitation_amount: Floats
) -> Floats:
    """Net claims with capitation payments added."""
    return np.where(segments > 0, segments_expenditure + capitation_amount, np.nan)


@formula(cite="aco-reach.md A6.3", unit="dollars", over="segments", statistic="sum")
def segments_not_reported(segment_not_reported: Floats) -> Floats:
    """What is incurred and not yet reported in the segments."""
    return segment_not_reported


@formula(cite="aco-reach.md A6.3", unit="dollars")
def incurred_not_reported(segments: Floats, segments_not_reported: Floats) -> Floats:
    """What is incurred and not yet reported of all aligned beneficiaries."""
    return np.where(segments > 0, segments_not_reported, np.nan)


SUM_FORMULAS = [segments, segments_benchmark, benchmark_before_discount, segments_expenditure]
COST_SUM_FORMULAS = [cost_before_stop_loss, segments_not_reported, incurred_not_reported]
DISCOUNT_FORMULAS = [discount, benchmark_all_aligned]
