"""The benchmark of a cohort (A&D, ESRD or High Needs) and its claims."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats

HISTORICAL = "LEAD finance paper, as noted (aco-reach.md B3, 1 and 2)"
REGIONAL = "LEAD FAQ and finance paper, as noted (aco-reach.md B3, 3)"
UPDATE = "LEAD finance paper, as noted (aco-reach.md B3, 4)"
RISK = "LEAD finance paper, as noted (aco-reach.md B4)"
SCREENS = "LEAD finance paper, as noted (aco-reach.md B3, 8)"


@formula(cite=HISTORICAL, unit="dollars a month")
def historical_rate(
    by1_rate: Floats,
    by1_trend: Floats,
    by1_risk_score: Floats,
    by2_rate: Floats,
    by2_trend: Floats,
    by2_risk_score: Floats,
    by3_rate: Floats,
    by3_risk_score: Floats,
    by1_weight: Floats,
    by2_weight: Floats,
    by3_weight: Floats,
) -> Floats:
    """Base years trended to the third, brought to its risk score, weighted."""
    first = by1_weight * by1_rate * by1_trend * by3_risk_score / by1_risk_score
    second = by2_weight * by2_rate * by2_trend * by3_risk_score / by2_risk_score
    return (first + second + by3_weight * by3_rate) / (by1_weight + by2_weight + by3_weight)


@formula(cite=REGIONAL, unit="dollars a month")
def regional_efficiency(
    regional_rate: Floats,
    historical_rate: Floats,
    efficiency_share: Floats,
    efficiency_cap: Floats,
    uspcc: Floats,
) -> Floats:
    """Part of what the cohort spends below its region, at its risk, up to the cap; never below zero."""
    half = efficiency_share * np.maximum(regional_rate - historical_rate, 0)
    return np.minimum(half, efficiency_cap * uspcc)


@formula(cite=REGIONAL, unit="dollars a month")
def prior_savings_adjustment(
    efficiency_share: Floats, prior_savings_rate: Floats, prior_savings_proration: Floats
) -> Floats:
    """Part of prior savings under REACH or the Shared Savings Program, prorated; zero without them."""
    prorated = efficiency_share * prior_savings_rate * prior_savings_proration
    return np.where(prior_savings_rate > 0, prorated, 0)


@formula(cite=REGIONAL, unit="dollars a month")
def benchmark_adjustment(
    regional_efficiency: Floats, prior_savings_adjustment: Floats, adjustment_cap: Floats, uspcc: Floats
) -> Floats:
    """The higher of regional and prior-savings adjustment, up to the overall cap."""
    higher = np.maximum(regional_efficiency, prior_savings_adjustment)
    return np.minimum(higher, adjustment_cap * uspcc)


@formula(cite=UPDATE, unit="factor")
def two_way_trend(national_trend: Floats, regional_trend: Floats, regional_weight: Floats) -> Floats:
    """The blend of national and regional growth from the third base year to the performance year."""
    return (1 - regional_weight) * national_trend + regional_weight * regional_trend


@formula(cite=UPDATE, unit="factor")
def guarded_prospective_trend(
    prospective_trend: Floats, two_way_trend: Floats, guardrail_above: Floats, guardrail_below: Floats
) -> Floats:
    """The prospective trend, no further from the two-way blend than the guardrails."""
    return np.clip(prospective_trend, two_way_trend - guardrail_below, two_way_trend + guardrail_above)


@formula(cite=UPDATE, unit="factor")
def update_factor(
    prospective_share: Floats, guarded_prospective_trend: Floats, two_way_trend: Floats
) -> Floats:
    """Growth of the benchmark: two thirds the two-way blend, one third the prospective trend."""
    return prospective_share * guarded_prospective_trend + (1 - prospective_share) * two_way_trend


@formula(cite=UPDATE, unit="fraction")
def guardrail_above(published_above: Floats) -> Floats:
    """How far above the two-way blend the prospective trend may lie, where the year's figure is known."""
    return 1 * published_above


@formula(cite=UPDATE, unit="fraction")
def guardrail_below(published_below: Floats) -> Floats:
    """How far below the two-way blend the prospective trend may lie, where the year's figure is known."""
    return 1 * published_below


@formula(cite=RISK, unit="factor")
def risk_ratio(risk_score: Floats, by3_risk_score: Floats, risk_growth_cap: Floats) -> Floats:
    """Growth of the risk score since the third base year, within the symmetric cap of the cohort."""
    return np.clip(risk_score / by3_risk_score, 1 - risk_growth_cap, 1 + risk_growth_cap)


@formula(cite=HISTORICAL, unit="dollars a month")
def benchmark_rate(
    historical_rate: Floats, benchmark_adjustment: Floats, risk_ratio: Floats, update_factor: Floats
) -> Floats:
    """The benchmark a month: history and adjustment, at the risk of the year, updated."""
    return (historical_rate + benchmark_adjustment) * risk_ratio * update_factor


@formula(cite=HISTORICAL, unit="dollars")
def segment_benchmark(benchmark_rate: Floats, eligible_months: Floats) -> Floats:
    """The benchmark of the cohort: its rate times the months of its beneficiaries."""
    return benchmark_rate * eligible_months


@formula(cite=REGIONAL, unit="dollars")
def historical_total(historical_rate: Floats, regional_total: Floats, eligible_months: Floats) -> Floats:
    """Historical spending at the months of the year, where that of the region is known too."""
    return np.where(np.isnan(regional_total), np.nan, historical_rate * eligible_months)


@formula(cite=REGIONAL, unit="dollars")
def regional_total(regional_rate: Floats, historical_rate: Floats, eligible_months: Floats) -> Floats:
    """Regional spending at the months of the year, where historical spending is known too."""
    return np.where(np.isnan(historical_rate), np.nan, regional_rate * eligible_months)


@formula(cite=SCREENS, unit="dollars")
def net_expenditure(
    claims_expenditure: Floats,
    suspect_billing_expenditure: Floats,
    suspect_billing_excluded: Floats,
    skin_substitute_expenditure: Floats,
    skin_substitute_excluded: Floats,
) -> Floats:
    """Claims without suspect billing, and without the excluded part of skin substitutes."""
    suspect = suspect_billing_expenditure * suspect_billing_excluded
    return claims_expenditure - suspect - skin_substitute_expenditure * skin_substitute_excluded


COHORT_FORMULAS = [
    historical_rate,
    regional_efficiency,
    prior_savings_adjustment,
    benchmark_adjustment,
    two_way_trend,
    guardrail_above,
    guardrail_below,
    guarded_prospective_trend,
    update_factor,
    risk_ratio,
    benchmark_rate,
    segment_benchmark,
    regional_total,
    historical_total,
    net_expenditure,
]
