"""Quality, the equity adjustment and stop-loss: what moves benchmark and cost of the whole ACO."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

REPORT = "ACO REACH quality methodology report (aco-reach.md A5)"
EQUITY = "ACO REACH HEBA worksheet (aco-reach.md A4.7)"
STOP_LOSS = "ACO REACH stop-loss worksheets (aco-reach.md A6.6)"


@formula(cite=REPORT, unit="factor")
def gateway_multiplier(ci_sep_met: Floats, unmet_gateway_multiplier: Floats) -> Floats:
    """One where the gateway of continuous improvement or sustained exceptional performance is met."""
    return np.where(np.isnan(ci_sep_met), np.nan, np.where(ci_sep_met == 1, 1, unmet_gateway_multiplier))


@formula(cite=REPORT, unit="fraction")
def limited_equity_reporting(equity_reporting: Floats, equity_reporting_maximum: Floats) -> Floats:
    """What health equity data reporting adds to the quality score, up to its maximum."""
    return np.minimum(equity_reporting, equity_reporting_maximum)


@formula(cite=REPORT, unit="fraction")
def quality_score(
    initial_quality_score: Floats, gateway_multiplier: Floats, limited_equity_reporting: Floats
) -> Floats:
    """The total quality score: measures times the gateway multiplier, plus equity reporting, at most one."""
    return np.minimum(initial_quality_score * gateway_multiplier + limited_equity_reporting, 1)


@formula(cite=REPORT, unit="dollars")
def quality_withheld(benchmark_all_aligned: Floats, quality_withhold: Floats) -> Floats:
    """What is withheld from the benchmark for quality."""
    return benchmark_all_aligned * quality_withhold


@formula(cite=REPORT, unit="dollars")
def quality_earned_back(quality_withheld: Floats, quality_score: Floats) -> Floats:
    """What of the withhold the quality score earns back."""
    return quality_withheld * quality_score


@formula(cite=REPORT, unit="dollars")
def benchmark_after_quality(
    benchmark_all_aligned: Floats, quality_withheld: Floats, quality_earned_back: Floats
) -> Floats:
    """The benchmark less the withhold, plus what is earned back."""
    return benchmark_all_aligned - quality_withheld + quality_earned_back


@formula(cite=EQUITY, unit="dollars")
def health_equity_adjustment(
    heba_top_months: Floats,
    heba_top_amount: Floats,
    heba_second_months: Floats,
    heba_second_amount: Floats,
    heba_down_months: Floats,
    heba_down_amount: Floats,
) -> Floats:
    """Months of beneficiaries in the top, second and bottom five deciles times the amount of each."""
    up = heba_top_months * heba_top_amount + heba_second_months * heba_second_amount
    return up + heba_down_months * heba_down_amount


@formula(cite=EQUITY, unit="dollars a month")
def heba_top_amount(published_top_amount: Floats) -> Floats:
    """Dollars a month for the decile with the highest equity score, where one is published."""
    return 1 * published_top_amount


@formula(cite=EQUITY, unit="dollars a month")
def heba_second_amount(published_second_amount: Floats) -> Floats:
    """Dollars a month for the second decile, where one is published."""
    return 1 * published_second_amount


@formula(cite=EQUITY, unit="dollars a month")
def heba_down_amount(published_down_amount: Floats) -> Floats:
    """Dollars a month for the bottom five deciles, below zero, where one is published."""
    return 1 * published_down_amount


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 21", unit="dollars")
def benchmark_expenditure(benchmark_after_quality: Floats, health_equity_adjustment: Floats) -> Floats:
    """The benchmark that savings are measured against, after quality and the equity adjustment."""
    return benchmark_after_quality + health_equity_adjustment


@formula(cite=STOP_LOSS, unit="dollars")
def stop_loss_charge(
    stop_loss_type: Texts, stop_loss_average_payout: Floats, stop_loss_benchmark: Floats
) -> Floats:
    """What stop-loss costs the ACO: the average payout, a share of the benchmark; nothing without it."""
    chosen = stop_loss_type != "none"
    return np.where(chosen, stop_loss_average_payout * stop_loss_benchmark, 0)


@formula(cite=STOP_LOSS, unit="dollars")
def stop_loss_payout(
    stop_loss_type: Texts,
    stop_loss_exposure_b0: Floats,
    stop_loss_rate_b0: Floats,
    stop_loss_exposure_b1: Floats,
    stop_loss_rate_b1: Floats,
    stop_loss_exposure_b2: Floats,
    stop_loss_rate_b2: Floats,
    stop_loss_neutrality_factor: Floats,
) -> Floats:
    """What stop-loss pays: the spending in three bands above the attachment point, times their rates,
    times the neutrality factor."""
    chosen = stop_loss_type != "none"
    lower = stop_loss_exposure_b0 * stop_loss_rate_b0 + stop_loss_exposure_b1 * stop_loss_rate_b1
    total = lower + stop_loss_exposure_b2 * stop_loss_rate_b2
    return np.where(chosen, total * stop_loss_neutrality_factor, 0)


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 28", unit="dollars")
def cost_after_stop_loss(
    cost_before_stop_loss: Floats, stop_loss_charge: Floats, stop_loss_payout: Floats
) -> Floats:
    """Cost with the charge of stop-loss and without what it pays."""
    return cost_before_stop_loss + stop_loss_charge - stop_loss_payout


@formula(cite="ACO REACH FINANCIAL_SETTLEMENT line 31", unit="dollars")
def performance_expenditure(cost_after_stop_loss: Floats, incurred_not_reported: Floats) -> Floats:
    """Cost after stop-loss and with what is incurred and not yet reported."""
    return cost_after_stop_loss + incurred_not_reported


QUALITY_FORMULAS = [
    gateway_multiplier,
    limited_equity_reporting,
    quality_score,
    quality_withheld,
    quality_earned_back,
    benchmark_after_quality,
    heba_top_amount,
    heba_second_amount,
    heba_down_amount,
    health_equity_adjustment,
    benchmark_expenditure,
]
COST_FORMULAS = [stop_loss_charge, stop_loss_payout, cost_after_stop_loss, performance_expenditure]
