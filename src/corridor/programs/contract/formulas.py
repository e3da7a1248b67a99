"""The formulas of a value-based contract. What lies under them is agreed or given."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import formula
from corridor.programs.contract.edges import reaches

CITE = "terms of the contract"


# -- one line of the figures: a month, a practice, a stratum -------------------------------------


@formula(cite=CITE, unit="factor")
def risk_ratio(risk_adjusted: Any, risk_score: Any, base_risk_score: Any, most_risk_change: Any) -> Any:
    """How much sicker the members are than in the base year, within what the contract lets it change."""
    change = risk_score / base_risk_score - 1
    held = np.fmax(np.fmin(change, most_risk_change), -most_risk_change)
    return np.where(risk_adjusted > 0, 1 + held, 1)


@formula(cite=CITE, unit="dollars per member month")
def benchmark_pmpm(base_pmpm: Any, trend_factor: Any, risk_ratio: Any) -> Any:
    """The base carried forward to the year and adjusted for risk."""
    return base_pmpm * trend_factor * risk_ratio


@formula(cite=CITE, unit="dollars")
def benchmark_dollars(
    benchmark_pmpm: Any, member_months: Any, premium_based: Any, premium: Any, target_loss_ratio: Any
) -> Any:
    """What the care of this line may cost."""
    return np.where(premium_based > 0, premium * target_loss_ratio, benchmark_pmpm * member_months)


@formula(cite=CITE, unit="dollars")
def stop_loss_relief(excess_over_attachment: Any, share_above: Any) -> Any:
    """What of the cost above a member's attachment point does not count."""
    return excess_over_attachment * (1 - share_above)


@formula(cite=CITE, unit="dollars")
def counted_expenditure(
    expenditure: Any, stop_loss_relief: Any, stop_loss_charge_pmpm: Any, member_months: Any
) -> Any:
    """Expenditure after stop-loss, with what stop-loss costs."""
    return expenditure - stop_loss_relief + stop_loss_charge_pmpm * member_months


@formula(cite=CITE, unit="dollars")
def care_management_dollars(care_management_pmpm: Any, member_months: Any) -> Any:
    """The payment per member month of this stratum."""
    return care_management_pmpm * member_months


FIGURE_FORMULAS = [
    risk_ratio, benchmark_pmpm, benchmark_dollars, stop_loss_relief, counted_expenditure,
    care_management_dollars,
]  # fmt: skip


# -- one measure of the scorecard ----------------------------------------------------------------


@formula(cite=CITE, unit="fraction")
def rate(numerator: Any, denominator: Any) -> Any:
    """The share of cases that met the measure."""
    return np.where(denominator > 0, numerator / denominator, np.nan)


@formula(cite=CITE, unit="flag")
def counted(rate: Any, denominator: Any, minimum_cases: Any) -> Any:
    """Whether the measure has a rate, from enough cases."""
    return (rate == rate) & ~(denominator < minimum_cases)


@formula(cite=CITE, unit="points", over="cuts", statistic="sum")
def ladder_points(cut_reached: Any, cut_points: Any) -> Any:
    """Points of the cut points that are reached, each adding to the one below."""
    return cut_reached * cut_points


@formula(cite=CITE, unit="points")
def line_points(rate: Any, floor: Any, target: Any, points: Any) -> Any:
    """Points on the line from the floor (none) to the target (all)."""
    return np.fmax(np.fmin((rate - floor) / (target - floor), 1), 0) * points


@formula(cite=CITE, unit="points")
def earned_points(counted: Any, on_ladder: Any, ladder_points: Any, line_points: Any) -> Any:
    """What the measure earns."""
    return np.where(counted > 0, np.where(on_ladder > 0, ladder_points, line_points), 0)


@formula(cite=CITE, unit="points")
def possible_points(points: Any, counted: Any, left_out_where_missing: Any) -> Any:
    """What it could earn: nothing where the contract leaves out a measure without enough cases."""
    return np.where((left_out_where_missing > 0) & (counted < 1), 0, points)


@formula(cite=CITE, unit="flag")
def cut_reached(cut_rate: Any, measured_rate: Any, sign: Any) -> Any:
    """Whether the rate is at the cut point or better."""
    return reaches(measured_rate * sign, cut_rate * sign)


CUT_FORMULAS = [cut_reached]
MEASURE_FORMULAS = [rate, counted, ladder_points, line_points, earned_points, possible_points]


# -- bands and bonuses ---------------------------------------------------------------------------


@formula(cite=CITE, unit="dollars")
def dollars_in_band(band_from: Any, band_below: Any, over_minimum: Any, benchmark_expenditure: Any) -> Any:
    """What of the savings (or losses) lies in this band of the corridor."""
    top = np.fmin(over_minimum, band_below * benchmark_expenditure)
    return np.fmax(top - band_from * benchmark_expenditure, 0)


@formula(cite=CITE, unit="dollars")
def shared_in_band(dollars_in_band: Any, band_share: Any) -> Any:
    """The provider's part of this band."""
    return dollars_in_band * band_share


@formula(cite=CITE, unit="factor")
def factor_in_band(score: Any, at_least: Any, below: Any, factor: Any) -> Any:
    """The factor of this band, where the score lies in it."""
    return np.where(reaches(score, at_least) & ~reaches(score, below), factor, 0)


@formula(cite=CITE, unit="dollars")
def bonus_of_measure(
    measured_rate: Any, sign: Any, at_least: Any, is_counted: Any, amount: Any, amount_pmpm: Any,
    all_member_months: Any, amount_per_case: Any, cases_met: Any,
) -> Any:  # fmt: skip
    """Pay for performance: due where the rate is reached, once, per member month or per case met."""
    due = amount + amount_pmpm * all_member_months + amount_per_case * cases_met
    return np.where((is_counted > 0) & reaches(measured_rate * sign, at_least * sign), due, 0)


BAND_FORMULAS = [dollars_in_band, shared_in_band]
FACTOR_FORMULAS = [factor_in_band]
BONUS_FORMULAS = [bonus_of_measure]


# -- the contract in a year ----------------------------------------------------------------------


@formula(cite=CITE, unit="member months", over="figures", statistic="sum")
def total_member_months(member_months: Any) -> Any:
    """Member months of all lines."""
    return member_months


@formula(cite=CITE, unit="members")
def average_members(total_member_months: Any, months_settled: Any) -> Any:
    """Members in an average month."""
    return total_member_months / months_settled


@formula(cite=CITE, unit="dollars", over="figures", statistic="sum")
def benchmark_expenditure(benchmark_dollars: Any) -> Any:
    """What the care of all members may cost."""
    return benchmark_dollars


@formula(cite=CITE, unit="dollars", over="figures", statistic="sum")
def claims_expenditure(counted_expenditure: Any) -> Any:
    """What it cost, after stop-loss."""
    return counted_expenditure


@formula(cite=CITE, unit="dollars", over="figures", statistic="sum")
def care_management_paid(care_management_dollars: Any) -> Any:
    """Payments per member month, by stratum."""
    return care_management_dollars


@formula(cite=CITE, unit="dollars")
def performance_expenditure(
    claims_expenditure: Any, care_management_paid: Any, care_management_counts: Any
) -> Any:
    """What counts against the benchmark."""
    return claims_expenditure + care_management_paid * care_management_counts


@formula(cite=CITE, unit="dollars")
def generated_savings_or_losses(benchmark_expenditure: Any, performance_expenditure: Any) -> Any:
    """Savings; losses are negative."""
    return benchmark_expenditure - performance_expenditure


@formula(cite=CITE, unit="fraction of benchmark")
def savings_rate(generated_savings_or_losses: Any, benchmark_expenditure: Any) -> Any:
    """Savings as a share of the benchmark."""
    return generated_savings_or_losses / benchmark_expenditure


@formula(cite=CITE, unit="points", over="measures", statistic="sum")
def points_earned(earned_points: Any) -> Any:
    """Points of the scorecard."""
    return earned_points


@formula(cite=CITE, unit="points", over="measures", statistic="sum")
def points_possible(possible_points: Any) -> Any:
    """The most the scorecard could give."""
    return possible_points


@formula(cite=CITE, unit="fraction")
def quality_score(points_earned: Any, points_possible: Any) -> Any:
    """Points earned of those possible."""
    return np.where(points_possible > 0, points_earned / points_possible, np.nan)


@formula(cite=CITE, unit="dollars")
def savings_over_minimum(
    generated_savings_or_losses: Any, savings_rate: Any, minimum_savings_rate: Any,
    savings_first_dollar: Any, benchmark_expenditure: Any,
) -> Any:  # fmt: skip
    """Savings that are shared: none below the minimum rate; from it, all or what lies above it."""
    below = (1 - savings_first_dollar) * minimum_savings_rate * benchmark_expenditure
    passed = reaches(savings_rate, minimum_savings_rate) & (generated_savings_or_losses > 0)
    return np.where(passed, generated_savings_or_losses - below, 0)


@formula(cite=CITE, unit="dollars")
def losses_over_minimum(
    generated_savings_or_losses: Any, savings_rate: Any, minimum_loss_rate: Any, losses_first_dollar: Any,
    benchmark_expenditure: Any,
) -> Any:  # fmt: skip
    """Losses that are shared, as a positive amount."""
    below = (1 - losses_first_dollar) * minimum_loss_rate * benchmark_expenditure
    passed = reaches(-savings_rate, minimum_loss_rate) & (generated_savings_or_losses < 0)
    return np.where(passed, -generated_savings_or_losses - below, 0)


@formula(cite=CITE, unit="dollars", over="savings_bands", statistic="sum")
def savings_in_corridor(shared_in_band: Any) -> Any:
    """The provider's part of the savings, band by band."""
    return shared_in_band


@formula(cite=CITE, unit="dollars", over="losses_bands", statistic="sum")
def losses_in_corridor(shared_in_band: Any) -> Any:
    """The provider's part of the losses, band by band."""
    return shared_in_band


@formula(cite=CITE, unit="factor", over="savings_factors", statistic="sum")
def savings_quality_factor(factor_in_band: Any) -> Any:
    """What quality makes of savings."""
    return factor_in_band


@formula(cite=CITE, unit="factor", over="losses_factors", statistic="sum")
def losses_quality_factor(factor_in_band: Any) -> Any:
    """What quality makes of losses."""
    return factor_in_band


@formula(cite=CITE, unit="flag")
def quality_gate_met(quality_score: Any, quality_gate: Any) -> Any:
    """Whether the score opens the gate; without a gate it is open, without a score it is not."""
    return (quality_gate != quality_gate) | reaches(quality_score, quality_gate)


@formula(cite=CITE, unit="flag", over="gates", statistic="sum")
def savings_gates_closed(savings_gate_closed: Any) -> Any:
    """How many conditions for savings are not met."""
    return savings_gate_closed


@formula(cite=CITE, unit="flag", over="gates", statistic="sum")
def bonus_gates_closed(bonus_gate_closed: Any) -> Any:
    """How many conditions for the bonus are not met."""
    return bonus_gate_closed


@formula(cite=CITE, unit="flag")
def gate_met(gate_value: Any, gate_at_least: Any) -> Any:
    """Whether the condition is met; what is not known does not meet it."""
    return reaches(gate_value, gate_at_least)


@formula(cite=CITE, unit="flag")
def savings_gate_closed(gate_met: Any, closes_savings: Any) -> Any:
    """1 where the condition stands before savings and is not met."""
    return (1 - gate_met) * closes_savings


@formula(cite=CITE, unit="flag")
def bonus_gate_closed(gate_met: Any, closes_bonus: Any) -> Any:
    """1 where the condition stands before the bonus and is not met."""
    return (1 - gate_met) * closes_bonus


GATE_FORMULAS = [gate_met, savings_gate_closed, bonus_gate_closed]


@formula(cite=CITE, unit="dollars")
def shared_savings(
    savings_in_corridor: Any, savings_quality_factor: Any, quality_gate_met: Any, savings_gates_closed: Any,
    most_savings_share: Any, most_savings_amount: Any, benchmark_expenditure: Any,
) -> Any:  # fmt: skip
    """What the payer shares, after quality, gates and the most that may be shared."""
    most = np.fmin(most_savings_share * benchmark_expenditure, most_savings_amount)
    opened = (quality_gate_met > 0) & (savings_gates_closed < 1)
    return np.where(opened, np.fmin(savings_in_corridor * savings_quality_factor, most), 0)


@formula(cite=CITE, unit="dollars")
def shared_losses(
    losses_in_corridor: Any, losses_quality_factor: Any, most_losses_share: Any, most_losses_amount: Any,
    benchmark_expenditure: Any,
) -> Any:  # fmt: skip
    """What the provider owes, as a negative amount, after quality and the most that may be owed."""
    most = np.fmin(most_losses_share * benchmark_expenditure, most_losses_amount)
    return 0 - np.fmin(losses_in_corridor * losses_quality_factor, most)


@formula(cite=CITE, unit="dollars")
def earned_savings_or_losses(shared_savings: Any, shared_losses: Any) -> Any:
    """Shared savings, or shared losses."""
    return shared_savings + shared_losses


@formula(cite=CITE, unit="dollars", over="bonuses", statistic="sum")
def bonus_reached(bonus_of_measure: Any) -> Any:
    """Pay for performance of all measures."""
    return bonus_of_measure


@formula(cite=CITE, unit="dollars")
def bonus_dollars(bonus_reached: Any, bonus_gates_closed: Any) -> Any:
    """Pay for performance, where its conditions are met."""
    return np.where(bonus_gates_closed < 1, bonus_reached, 0)


@formula(cite=CITE, unit="dollars")
def settlement_dollars(
    earned_savings_or_losses: Any, bonus_dollars: Any, most_paid: Any, most_owed: Any
) -> Any:
    """What is paid (or owed, negative) at settlement, within the limits of the year."""
    return np.fmax(np.fmin(earned_savings_or_losses + bonus_dollars, most_paid), -most_owed)


@formula(cite=CITE, unit="dollars")
def contract_dollars(settlement_dollars: Any, care_management_paid: Any) -> Any:
    """All the contract is worth in the year: the settlement and what is paid per member month."""
    return settlement_dollars + care_management_paid


YEAR_FORMULAS = [
    total_member_months, average_members, benchmark_expenditure, claims_expenditure, care_management_paid,
    performance_expenditure, generated_savings_or_losses, savings_rate, points_earned, points_possible,
    quality_score, savings_over_minimum, losses_over_minimum, savings_in_corridor, losses_in_corridor,
    savings_quality_factor, losses_quality_factor, quality_gate_met, savings_gates_closed,
    bonus_gates_closed, shared_savings, shared_losses, earned_savings_or_losses, bonus_reached,
    bonus_dollars, settlement_dollars, contract_dollars,
]  # fmt: skip
