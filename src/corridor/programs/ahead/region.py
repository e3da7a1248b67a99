"""A state's total cost of care against its target, a practice's payment, a Geo Entity's settlement."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats

STATE, PRACTICE, GEO = "ahead.md 2 (form from memory)", "ahead.md 4", "ahead.md 5 (form inferred)"


@formula(cite=STATE, unit="dollars a person and year")
def target_pbpy(
    baseline_pbpy: Floats, national_trend: Floats, savings_share: Floats, risk_ratio: Floats
) -> Floats:
    """What Medicare may spend a person and year: baseline and national trend, less savings agreed."""
    return baseline_pbpy * national_trend * (1 - savings_share) * risk_ratio


@formula(cite=STATE, unit="dollars a person and year")
def gap_pbpy(actual_pbpy: Floats, target_pbpy: Floats) -> Floats:
    """Spending above (or below zero: under) the target."""
    return actual_pbpy - target_pbpy


@formula(cite=STATE, unit="fraction of the target")
def gap_share(gap_pbpy: Floats, target_pbpy: Floats) -> Floats:
    """The gap as a share of the target."""
    return gap_pbpy / target_pbpy


@formula(cite=STATE, unit="1 above, 0 at, -1 below the target")
def gap_sign(gap_pbpy: Floats) -> Floats:
    """Which side of the target spending lies on."""
    return np.sign(gap_pbpy)


@formula(cite=STATE, unit="dollars")
def gap_dollars(gap_pbpy: Floats, beneficiaries: Floats) -> Floats:
    """The gap for all beneficiaries of the state or region."""
    return gap_pbpy * beneficiaries


@formula(cite="ahead.md 2", unit="fraction")
def all_payer_gap(all_payer_growth: Floats, all_payer_growth_target: Floats) -> Floats:
    """Growth of spending of all payers above the state's target."""
    return all_payer_growth - all_payer_growth_target


@formula(cite="ahead.md 2", unit="fraction")
def primary_care_gap(primary_care_share: Floats, primary_care_share_target: Floats) -> Floats:
    """Share of spending that goes to primary care above (or below) the state's target."""
    return primary_care_share - primary_care_share_target


@formula(cite=PRACTICE, unit="fraction")
def limited_quality_adjustment(
    quality_adjustment: Floats, quality_adjustment_least: Floats, quality_adjustment_most: Floats
) -> Floats:
    """The quality adjustment between its bounds."""
    return np.clip(quality_adjustment, quality_adjustment_least, quality_adjustment_most)


@formula(cite=PRACTICE, unit="months")
def beneficiary_months(
    attributed_beneficiaries: Floats, eligible_months: Floats, payment_months: Floats
) -> Floats:
    """Months of eligibility in the quarter of the beneficiaries of the row."""
    return attributed_beneficiaries * np.where(np.isnan(eligible_months), payment_months, eligible_months)


@formula(cite=PRACTICE, unit="dollars")
def epcp(
    beneficiary_months: Floats, base_payment: Floats, risk_factor: Floats, limited_quality_adjustment: Floats
) -> Floats:
    """Enhanced primary care payment of a quarter for the beneficiaries of the row."""
    return beneficiary_months * base_payment * risk_factor * (1 + limited_quality_adjustment)


@formula(cite=PRACTICE, unit="dollars", group="practice", statistic="sum")
def practice_epcp(epcp: Floats) -> Floats:
    """Enhanced primary care payment of the practice for the quarter, all rows of it."""
    return np.asarray(np.sum(epcp, axis=0))


@formula(cite=PRACTICE, unit="dollars a beneficiary and month", group="practice", statistic="mean")
def mean_epcp(epcp: Floats, beneficiary_months: Floats) -> Floats:
    """Enhanced primary care payment of the practice, a beneficiary and month."""
    return np.asarray(np.sum(epcp, axis=0) / np.sum(beneficiary_months, axis=0))


@formula(cite=GEO, unit="dollars")
def entity_target(bid: Floats, risk_ratio: Floats, eligible_months: Floats) -> Floats:
    """What a Geo Entity is held to: its bid a month, at the risk of its beneficiaries, for their months."""
    return bid * risk_ratio * eligible_months


@formula(cite=GEO, unit="dollars")
def generated_savings_or_losses(entity_target: Floats, actual_expenditure: Floats) -> Floats:
    """Savings, or losses below zero: the target less what the beneficiaries cost."""
    return entity_target - actual_expenditure


@formula(cite=GEO, unit="dollars")
def geo_settlement(
    generated_savings_or_losses: Floats,
    entity_target: Floats,
    corridor_1_edge: Floats,
    corridor_2_edge: Floats,
    corridor_1_rate: Floats,
    corridor_2_rate: Floats,
    corridor_3_rate: Floats,
) -> Floats:
    """What the entity is paid, or owes below zero, by the corridors its own agreement gives."""
    size = np.abs(generated_savings_or_losses)
    first, second = corridor_1_edge * entity_target, corridor_2_edge * entity_target
    inner = np.minimum(size, first) * corridor_1_rate
    middle = np.clip(size - first, 0, second - first) * corridor_2_rate
    outer = np.maximum(size - second, 0) * corridor_3_rate
    return np.sign(generated_savings_or_losses) * (inner + middle + outer)


STATE_FORMULAS = [target_pbpy, gap_pbpy, gap_share, gap_sign, gap_dollars, all_payer_gap, primary_care_gap]
PRACTICE_FORMULAS = [limited_quality_adjustment, beneficiary_months, epcp, practice_epcp, mean_epcp]
GEO_FORMULAS = [entity_target, generated_savings_or_losses, geo_settlement]
