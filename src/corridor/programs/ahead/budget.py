"""A hospital's global budget: baseline, the steps of a year in the order the law's data gives, payments."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import formula, round_half_up
from corridor.formulas.columns import Floats, Texts

BASELINE, BUILD = "ahead.md 3.1 (specification of 2024)", "ahead.md 3.2"


@formula(cite="ahead.md 1", unit="number of the performance year")
def model_year(performance_year: Floats, start_year: Floats) -> Floats:
    """Which performance year of the state it is, 1 in the year the state begins."""
    return performance_year - start_year + 1


@formula(cite=BASELINE, unit="dollars")
def by1_revenue(by1_inpatient: Floats, by1_outpatient: Floats) -> Floats:
    """Medicare FFS facility revenue of the oldest base year."""
    return by1_inpatient + by1_outpatient


@formula(cite=BASELINE, unit="dollars")
def by2_revenue(by2_inpatient: Floats, by2_outpatient: Floats) -> Floats:
    """Medicare FFS facility revenue of the second base year."""
    return by2_inpatient + by2_outpatient


@formula(cite=BASELINE, unit="dollars")
def by3_revenue(by3_inpatient: Floats, by3_outpatient: Floats) -> Floats:
    """Medicare FFS facility revenue of the most recent base year."""
    return by3_inpatient + by3_outpatient


@formula(cite=BASELINE, unit="dollars")
def baseline(
    by1_weight: Floats,
    by1_revenue: Floats,
    by1_update: Floats,
    by2_weight: Floats,
    by2_revenue: Floats,
    by2_update: Floats,
    by3_weight: Floats,
    by3_revenue: Floats,
    baseline_service_line_change: Floats,
) -> Floats:
    """Revenue of three base years, updated to the last, weighted, with approved service lines in or out."""
    early = by1_weight * by1_revenue * by1_update + by2_weight * by2_revenue * by2_update
    return early + by3_weight * by3_revenue + baseline_service_line_change


@formula(cite=BUILD, unit="fraction of revenue")
def inpatient_share(by3_inpatient: Floats, by3_revenue: Floats) -> Floats:
    """Inpatient revenue of the most recent base year as a share of both."""
    return by3_inpatient / by3_revenue


@formula(cite=BUILD, unit="factor")
def payment_adjustment_factor(inpatient_share: Floats, ipps_update: Floats, opps_update: Floats) -> Floats:
    """Annual payment adjustment: the updates of inpatient and outpatient payment by their shares."""
    return inpatient_share * ipps_update + (1 - inpatient_share) * opps_update


@formula(cite=BUILD, unit="dollars")
def market_shift(shifted_revenue: Floats, variable_cost_factor: Floats, market_shift_share: Floats) -> Floats:
    """What follows patients who came from (above zero) or went to other hospitals, from its day on."""
    return shifted_revenue * variable_cost_factor * market_shift_share


@formula(cite=BUILD, unit="dollars")
def service_line_change(
    service_line_annual: Floats, service_line_share: Floats, outlier_adjustment: Floats
) -> Floats:
    """Planned changes of service lines from their day on, and outlier events."""
    return service_line_annual * service_line_share + outlier_adjustment


@formula(cite=BUILD, unit="factor")
def incentive_factor(model_year: Floats, incentive_years: Floats, incentive_share: Floats) -> Floats:
    """Transformation incentive in the first performance years, then none."""
    known = np.where(np.isnan(model_year), np.nan, 1)
    return np.where(model_year <= incentive_years, 1 + incentive_share, known)


@formula(cite=BUILD, unit="yes or no")
def tcoc_upside_only(model_year: Floats, tcoc_first_year: Floats, hospital_type: Texts) -> Floats:
    """Whether total cost of care can only raise the budget this year; of a CAH it was not read."""
    acute = np.where(model_year <= tcoc_first_year, 1, 0)
    return np.asarray(np.where(hospital_type == "cah", np.nan, acute))


@formula(cite=BUILD, unit="factor")
def tcoc_factor(
    model_year: Floats, tcoc_first_year: Floats, tcoc_upside_only: Floats, tcoc_adjustment_factor: Floats
) -> Floats:
    """Total cost of care performance: none at first, then upward only, then both ways."""
    raised = np.maximum(tcoc_adjustment_factor, 1)
    counted = np.where(tcoc_upside_only == 0, tcoc_adjustment_factor, raised)
    stated = np.where(np.isnan(tcoc_upside_only), np.nan, counted)
    return np.where(model_year < tcoc_first_year, 1, stated)


@formula(cite=BUILD, unit="dollars", vector=True)
def running_budget(
    baseline: Floats,
    payment_adjustment_position: Floats,
    payment_adjustment_factor: Floats,
    demographic_position: Floats,
    demographic_factor: Floats,
    market_shift_position: Floats,
    market_shift: Floats,
    service_line_position: Floats,
    service_line_change: Floats,
    social_risk_position: Floats,
    social_risk_factor: Floats,
    quality_position: Floats,
    quality_factor: Floats,
    incentive_position: Floats,
    incentive_factor: Floats,
    tcoc_position: Floats,
    tcoc_factor: Floats,
    effectiveness_position: Floats,
    effectiveness_factor: Floats,
) -> Floats:
    """What stands after each step: the baseline first, then step by step in the order of composition."""
    steps: list[tuple[Any, Any, Any]] = [
        (payment_adjustment_position, payment_adjustment_factor, 0),
        (demographic_position, demographic_factor, 0),
        (market_shift_position, 1, market_shift),
        (service_line_position, 1, service_line_change),
        (social_risk_position, social_risk_factor, 0),
        (quality_position, quality_factor, 0),
        (incentive_position, incentive_factor, 0),
        (tcoc_position, tcoc_factor, 0),
        (effectiveness_position, effectiveness_factor, 0),
    ]
    standing = [np.asarray(baseline, dtype=np.float64)]
    for place in range(1, len(steps) + 1):
        amount = standing[-1]
        for position, multiplied, added in steps:
            amount = np.where(np.asarray(position) == place, amount * multiplied + added, amount)
        standing.append(amount)
    return np.stack(np.broadcast_arrays(*standing), axis=-1)


def effect(running: Floats, position: Floats) -> Floats:
    """Dollars of the step at a place: what stands after it less what stood before."""
    places = np.asarray(position, dtype=np.int64)[..., np.newaxis]
    places = np.broadcast_to(places, (*running.shape[:-1], 1))
    after = np.take_along_axis(running, places, axis=-1)
    return np.asarray((after - np.take_along_axis(running, places - 1, axis=-1))[..., 0])


@formula(cite=BUILD, unit="dollars")
def payment_adjustment_effect(running_budget: Floats, payment_adjustment_position: Floats) -> Floats:
    """Dollars of the annual payment adjustment."""
    return effect(running_budget, payment_adjustment_position)


@formula(cite=BUILD, unit="dollars")
def demographic_effect(running_budget: Floats, demographic_position: Floats) -> Floats:
    """Dollars of the demographic adjustment."""
    return effect(running_budget, demographic_position)


@formula(cite=BUILD, unit="dollars")
def social_risk_effect(running_budget: Floats, social_risk_position: Floats) -> Floats:
    """Dollars of the social risk adjustment."""
    return effect(running_budget, social_risk_position)


@formula(cite=BUILD, unit="dollars")
def quality_effect(running_budget: Floats, quality_position: Floats) -> Floats:
    """Dollars of quality."""
    return effect(running_budget, quality_position)


@formula(cite=BUILD, unit="dollars")
def incentive_effect(running_budget: Floats, incentive_position: Floats) -> Floats:
    """Dollars of the transformation incentive."""
    return effect(running_budget, incentive_position)


@formula(cite=BUILD, unit="dollars")
def tcoc_effect(running_budget: Floats, tcoc_position: Floats) -> Floats:
    """Dollars of total cost of care performance."""
    return effect(running_budget, tcoc_position)


@formula(cite=BUILD, unit="dollars")
def effectiveness_effect(running_budget: Floats, effectiveness_position: Floats) -> Floats:
    """Dollars of the effectiveness adjustment."""
    return effect(running_budget, effectiveness_position)


@formula(cite=BUILD, unit="dollars")
def budget_of_steps(
    baseline: Floats,
    payment_adjustment_effect: Floats,
    demographic_effect: Floats,
    market_shift: Floats,
    service_line_change: Floats,
    social_risk_effect: Floats,
    quality_effect: Floats,
    incentive_effect: Floats,
    tcoc_effect: Floats,
    effectiveness_effect: Floats,
) -> Floats:
    """The baseline and the dollars of every step: the ledger of the year adds up to the budget."""
    first = baseline + payment_adjustment_effect + demographic_effect + market_shift + service_line_change
    second = social_risk_effect + quality_effect + incentive_effect + tcoc_effect + effectiveness_effect
    return first + second


@formula(cite="ahead.md 3.2 step 10 and 8", unit="dollars")
def budget(
    budget_of_steps: Floats, hospital_type: Texts, cost_report_floor: Floats, cent_decimals: Floats
) -> Floats:
    """The annual budget in cents; of a critical access hospital not less than its floor."""
    whole = round_half_up(budget_of_steps, cent_decimals)
    floored = np.where(np.isnan(cost_report_floor), np.nan, np.maximum(whole, cost_report_floor))
    return np.asarray(np.where(hospital_type == "cah", floored, whole))


@formula(cite="ahead.md 7", unit="dollars")
def periodic_payment(budget: Floats, payments_per_year: Floats, cent_decimals: Floats) -> Floats:
    """One payment of the budget; the last one takes the cents."""
    return round_half_up(budget / payments_per_year, cent_decimals)


@formula(cite="ahead.md V2", unit="dollars")
def last_payment(
    budget: Floats, periodic_payment: Floats, payments_per_year: Floats, cent_decimals: Floats
) -> Floats:
    """The last payment of the year: what the others leave."""
    return round_half_up(budget - periodic_payment * (payments_per_year - 1), cent_decimals)


@formula(cite=BUILD, unit="dollars")
def retained_revenue(budget: Floats, ffs_equivalent: Floats) -> Floats:
    """What the budget leaves above (or below zero: takes from) what the claims would have been paid."""
    return budget - ffs_equivalent


@formula(cite="ahead.md 7", unit="dollars")
def variance(budget: Floats, payments_made: Floats) -> Floats:
    """What is still to be paid (above zero) or to be paid back of the budget."""
    return budget - payments_made


@formula(cite="ahead.md 3.2 (what-if)", unit="dollars")
def what_if_budget(
    budget: Floats,
    ffs_equivalent: Floats,
    volume_change: Floats,
    volume_change_shifted: Floats,
    variable_cost_factor: Floats,
) -> Floats:
    """The budget if volume changed: only what moves to or from other hospitals moves it."""
    return budget + ffs_equivalent * volume_change * volume_change_shifted * variable_cost_factor


@formula(cite="ahead.md 3.2 (what-if)", unit="dollars")
def what_if_retained_revenue(what_if_budget: Floats, ffs_equivalent: Floats, volume_change: Floats) -> Floats:
    """Retained revenue if volume changed."""
    return what_if_budget - ffs_equivalent * (1 + volume_change)


BUDGET_FORMULAS = [
    model_year, by1_revenue, by2_revenue, by3_revenue, baseline, inpatient_share, payment_adjustment_factor,
    market_shift, service_line_change, incentive_factor, tcoc_upside_only, tcoc_factor, running_budget,
    payment_adjustment_effect, demographic_effect, social_risk_effect, quality_effect, incentive_effect,
    tcoc_effect, effectiveness_effect, budget_of_steps, budget, periodic_payment, last_payment,
    retained_revenue, variance, what_if_budget, what_if_retained_revenue,
]  # fmt: skip
