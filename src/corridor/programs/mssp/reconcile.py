"""Formulas of reconciliation: from benchmark and expenditure to savings earned or losses owed (mssp.md 6)."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts

TWO = "42 CFR 425.605, 425.610"


@formula(cite="42 CFR 425.652(b)", unit="dollars")
def benchmark_expenditure(updated_benchmark_per_capita: Floats, person_years: Floats) -> Floats:
    """The updated benchmark of the whole assigned population."""
    return updated_benchmark_per_capita * person_years


@formula(cite="42 CFR 425.605(a), 425.610(a)", unit="dollars")
def performance_expenditure(performance_per_capita: Floats, person_years: Floats) -> Floats:
    """Expenditure of the performance year for the whole assigned population."""
    return performance_per_capita * person_years


@formula(cite="42 CFR 425.605(a), 425.610(a)", unit="dollars")
def benchmark_minus_expenditure(benchmark_expenditure: Floats, performance_expenditure: Floats) -> Floats:
    """What expenditure stayed under the benchmark; negative where it went above."""
    return benchmark_expenditure - performance_expenditure


@formula(cite="42 CFR 425.605(b), 425.610(b)", unit="fraction")
def savings_rate(benchmark_minus_expenditure: Floats, benchmark_expenditure: Floats) -> Floats:
    """The difference as a share of the benchmark."""
    return benchmark_minus_expenditure / benchmark_expenditure


@formula(cite="42 CFR 425.110", unit="flag")
def below_minimum_population(assigned_beneficiaries: Floats, minimum_assigned: float) -> Flags:
    """Fewer assigned beneficiaries than an ACO must have: still reconciled, with a corrective action plan."""
    return assigned_beneficiaries < minimum_assigned


@formula(cite="42 CFR 425.604(b), 425.605(b)", unit="fraction")
def variable_minimum_savings_rate(
    assigned_beneficiaries: Floats,
    band_first: Floats,
    band_highest: Floats,
    rate_at_first: Floats,
    rate_at_highest: Floats,
) -> Floats:
    """The rate by size: on a line between the two ends of the band."""
    span = np.where(np.isnan(band_highest), 1, band_highest - band_first)
    return rate_at_first + (assigned_beneficiaries - band_first) / span * (rate_at_highest - rate_at_first)


@formula(cite="42 CFR 425.605(b), 425.610(b)", unit="fraction")
def minimum_savings_rate(
    variable_minimum_savings_rate: Floats,
    elected_savings_rate: Floats,
    two_sided: Flags,
    below_minimum_population: Flags,
) -> Floats:
    """The rate savings must reach: as elected under two-sided risk, by size for every other ACO and every
    small one."""
    elected = two_sided & ~np.isnan(elected_savings_rate) & ~below_minimum_population
    return np.where(elected, elected_savings_rate, variable_minimum_savings_rate)


@formula(cite="42 CFR 425.605(b), 425.610(b)", unit="fraction")
def minimum_loss_rate(minimum_savings_rate: Floats, two_sided: Flags) -> Floats:
    """The rate losses must reach, the same with the other sign; none where nothing is at risk."""
    return np.where(two_sided, minimum_savings_rate, np.nan)


@formula(cite="42 CFR 425.110", unit="flag")
def small_base_year_counts(
    small_base_year: Floats, agreement_start_year: Floats, small_base_year_first_start: float
) -> Flags:
    """A base year had too few people, in an agreement that may begin so: lower limits hold."""
    return np.asarray((small_base_year == 1) & (agreement_start_year >= small_base_year_first_start))


@formula(cite="42 CFR 425.20", unit="fraction")
def revenue_share(participant_revenue: Floats, performance_expenditure: Floats) -> Floats:
    """The participants' Part A and B revenue as a share of the assigned beneficiaries' expenditure."""
    return participant_revenue / performance_expenditure


@formula(cite="42 CFR 425.20", unit="flag")
def low_revenue(revenue_category: Texts, revenue_share: Floats, low_revenue_share: float) -> Flags:
    """A low-revenue ACO: as CMS determined it, else by the revenue that is given."""
    return np.where(
        (revenue_category == "low") | (revenue_category == "high"),
        revenue_category == "low",
        revenue_share < low_revenue_share,
    )


@formula(cite="42 CFR 425.605(h)", unit="flag")
def reduced_sharing(
    basic: Flags,
    low_revenue: Flags,
    below_minimum_population: Flags,
    small_base_year_counts: Flags,
    agreement_start_year: Floats,
    reduced_sharing_first_start: float,
    savings_rate: Floats,
    minimum_savings_rate: Floats,
) -> Flags:
    """Savings under the minimum savings rate that a low-revenue ACO of BASIC shares all the same."""
    admitted = basic & low_revenue & ~below_minimum_population & ~small_base_year_counts
    late = agreement_start_year >= reduced_sharing_first_start
    between = (savings_rate > 0) & (savings_rate < minimum_savings_rate)
    return np.where(admitted & late, between, False)


@formula(cite=TWO, unit="dollars")
def generated_by_rates(
    benchmark_minus_expenditure: Floats,
    savings_rate: Floats,
    minimum_savings_rate: Floats,
    minimum_loss_rate: Floats,
    reduced_sharing: Flags,
) -> Floats:
    """Savings or losses from the first dollar once a minimum rate is met; else nothing."""
    saves = (savings_rate >= minimum_savings_rate) | reduced_sharing
    loses = savings_rate <= -minimum_loss_rate
    known = ~np.isnan(savings_rate) & ~np.isnan(minimum_savings_rate)
    return np.where(known, np.where(saves | loses, benchmark_minus_expenditure, 0), np.nan)


@formula(cite="42 CFR 425.652(b)(4)", unit="dollars")
def generated_two_way(
    two_way_benchmark_expenditure: Floats, performance_expenditure: Floats, minimum_loss_rate: Floats
) -> Floats:
    """Losses under the two-way blend, 0 where it shows none; absent without its benchmark."""
    difference = two_way_benchmark_expenditure - performance_expenditure
    loses = difference <= -minimum_loss_rate * two_way_benchmark_expenditure
    return np.where(np.isnan(difference), np.nan, np.where(loses, np.minimum(difference, 0), 0))


@formula(cite="42 CFR 425.605, 425.610, 425.652(b)(4)", unit="dollars")
def generated_savings_or_losses(
    generated_by_rates: Floats, generated_two_way: Floats, guardrail: bool
) -> Floats:
    """Savings or losses that are shared; of losses the lower of the two blends."""
    lower = np.fmax(generated_by_rates, generated_two_way)
    return np.where(guardrail & (generated_by_rates < 0), lower, generated_by_rates)


@formula(cite="42 CFR 425.512, 425.605(d), 425.610(d)", unit="fraction")
def quality_share(
    quality_share_method: str,
    quality_standard_met: Floats,
    alternative_standard_met: Floats,
    alternative_standard: bool,
    quality_score: Floats,
) -> Floats:
    """How much of the largest sharing rate quality leaves: all, the quality score's share, or nothing; absent
    where it is not known whether the standard is met."""
    by_alternative = np.where(alternative_standard & (alternative_standard_met == 1), quality_score, 0)
    unmet = np.where(quality_standard_met == 0, by_alternative, np.nan)
    by_standard = np.where(quality_standard_met == 1, 1, unmet)
    by_score = np.where(quality_standard_met == 0, 0, quality_score)
    return np.where(quality_share_method == "scaled", by_score, by_standard)


@formula(cite="42 CFR 425.605(d) and (h), 425.610(d)", unit="fraction")
def sharing_rate(
    track_sharing_rate: Floats, quality_share: Floats, reduced_sharing: Flags, reduced_sharing_share: float
) -> Floats:
    """The share of savings the ACO keeps."""
    return track_sharing_rate * quality_share * np.where(reduced_sharing, reduced_sharing_share, 1)


@formula(cite="42 CFR 425.605(d), 425.610(f)", unit="fraction")
def loss_rate(
    fixed_loss_rate: Floats,
    least_loss_rate: Floats,
    largest_loss_rate: Floats,
    track_sharing_rate: Floats,
    quality_score: Floats,
    quality_standard_met: Floats,
    alternative_standard_met: Floats,
) -> Floats:
    """The share of losses the ACO owes: fixed, or one minus the sharing rate times the quality score within
    its bounds; the largest where no quality standard is met; absent where nothing is at risk."""
    by_quality = np.clip(1 - track_sharing_rate * quality_score, least_loss_rate, largest_loss_rate)
    met = (quality_standard_met == 1) | (alternative_standard_met == 1)
    return np.where(np.isnan(fixed_loss_rate), np.where(met, by_quality, largest_loss_rate), fixed_loss_rate)


@formula(cite="42 CFR 425.605(d), 425.610(e)", unit="dollars")
def payment_limit(
    track_payment_limit: Floats,
    benchmark_expenditure: Floats,
    small_base_year_counts: Flags,
    small_base_year_payment_limit: Floats,
) -> Floats:
    """The most that is paid before sequestration."""
    lower = np.where(small_base_year_counts, small_base_year_payment_limit, track_payment_limit)
    return lower * benchmark_expenditure


@formula(cite="42 CFR 425.605(d), 425.610(g)", unit="dollars")
def loss_limit(
    track_benchmark_loss_limit: Floats,
    track_revenue_loss_limit: Floats,
    benchmark_expenditure: Floats,
    participant_revenue: Floats,
    small_base_year_counts: Flags,
    small_base_year_loss_limit: Floats,
) -> Floats:
    """The most that is owed: by the benchmark, and in BASIC by the participants' revenue if that is less."""
    share = np.where(small_base_year_counts, small_base_year_loss_limit, track_benchmark_loss_limit)
    return np.fmin(share * benchmark_expenditure, track_revenue_loss_limit * participant_revenue)


@formula(cite=TWO, unit="dollars")
def savings_before_sequestration(
    generated_savings_or_losses: Floats, sharing_rate: Floats, payment_limit: Floats
) -> Floats:
    """The ACO's share of savings, within the payment limit."""
    share = np.maximum(generated_savings_or_losses, 0) * sharing_rate
    none = np.where(np.isnan(generated_savings_or_losses), np.nan, 0)
    return np.where(generated_savings_or_losses > 0, np.minimum(share, payment_limit), none)


@formula(cite="sequestration orders", unit="dollars")
def shared_savings(savings_before_sequestration: Floats, sequestration_share: Floats) -> Floats:
    """What is earned, after sequestration."""
    return savings_before_sequestration * (1 - sequestration_share)


@formula(cite=TWO, unit="dollars")
def losses_before_relief(
    generated_savings_or_losses: Floats, loss_rate: Floats, loss_limit: Floats
) -> Floats:
    """The ACO's share of losses, within the loss limit."""
    share = np.maximum(-generated_savings_or_losses, 0) * loss_rate
    none = np.where(np.isnan(generated_savings_or_losses), np.nan, 0)
    return np.where(generated_savings_or_losses < 0, np.minimum(share, loss_limit), none)


@formula(cite="42 CFR 425.605(f), 425.610(i)", unit="dollars")
def disaster_adjustment(
    losses_before_relief: Floats,
    disaster_months: Floats,
    disaster_share: Floats,
    disaster_kind_counts: Flags,
    disaster_relief: str,
    months_in_year: float,
) -> Floats:
    """What extreme and uncontrollable circumstances take off the losses: by months and people affected."""
    struck = disaster_kind_counts & (disaster_relief == "months_and_share")
    part = disaster_months / months_in_year * disaster_share
    return np.where(struck & ~np.isnan(part), losses_before_relief * part, 0)


@formula(cite=TWO, unit="dollars")
def shared_losses(losses_before_relief: Floats, disaster_adjustment: Floats) -> Floats:
    """What is owed: no sequestration on losses."""
    return np.maximum(losses_before_relief - disaster_adjustment, 0)


@formula(cite=TWO, unit="dollars")
def earned_savings_or_losses(shared_savings: Floats, shared_losses: Floats) -> Floats:
    """Shared savings earned; negative where shared losses are owed."""
    return shared_savings - shared_losses


@formula(cite="42 CFR 425.630(g), 425.640", unit="dollars")
def recouped(shared_savings: Floats, advance_payments_outstanding: Floats, advance_recoupment: str) -> Floats:
    """Advance investment payments and prepaid shared savings taken back from what was earned."""
    taken = np.minimum(shared_savings, advance_payments_outstanding)
    return np.where(advance_recoupment == "from_savings", taken, 0)


@formula(cite="42 CFR 425.630(g), 425.640", unit="dollars")
def paid_or_owed(earned_savings_or_losses: Floats, recouped: Floats) -> Floats:
    """What changes hands."""
    return earned_savings_or_losses - recouped


@formula(cite="42 CFR 425.204(f)", unit="dollars")
def repayment_mechanism(
    two_sided: Flags,
    basic: Flags,
    performance_expenditure: Floats,
    participant_revenue: Floats,
    repayment_expenditure_share: float,
    repayment_revenue_share: float,
) -> Floats:
    """The security a two-sided ACO must hold: by expenditure, in BASIC by revenue if that is less."""
    by_expenditure = repayment_expenditure_share * performance_expenditure
    by_either = np.fmin(by_expenditure, repayment_revenue_share * participant_revenue)
    return np.where(two_sided, np.where(basic, by_either, by_expenditure), 0)


RECONCILE_FORMULAS: list[Formula] = [
    benchmark_expenditure, performance_expenditure, benchmark_minus_expenditure, savings_rate,
    below_minimum_population, variable_minimum_savings_rate, minimum_savings_rate, minimum_loss_rate,
    small_base_year_counts, revenue_share, low_revenue, reduced_sharing, generated_by_rates,
    generated_two_way,
    generated_savings_or_losses, quality_share, sharing_rate, loss_rate, payment_limit, loss_limit,
    savings_before_sequestration, shared_savings, losses_before_relief, disaster_adjustment, shared_losses,
    earned_savings_or_losses, recouped, paid_or_owed, repayment_mechanism,
]  # fmt: skip
