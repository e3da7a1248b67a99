"""MIPS payment: from final scores to adjustments and dollars (42 CFR 414.1405; mips.md 9).

One row is one final score that counts for a TIN and NPI. A row without a final score is not adjusted.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.formulas.reductions import sum_of

PAYMENT = "42 CFR 414.1405"


@formula(cite=f"{PAYMENT}(b)(2)", unit="fraction of Part B payments")
def cut(
    final_score: Floats, mips_threshold: float, mips_largest_cut: float, mips_lowest_quarter: float
) -> Floats:
    """What a score below the threshold loses: in proportion, and all of it in the lowest quarter."""
    short = mips_largest_cut * (mips_threshold - final_score) / mips_threshold
    lowest = final_score <= mips_lowest_quarter * mips_threshold
    lost = np.where(lowest, mips_largest_cut, np.where(final_score < mips_threshold, short, 0))
    return np.where(np.isnan(final_score), 0, lost)


@formula(cite=f"{PAYMENT}(b)(1)", unit="fraction of Part B payments")
def unscaled_reward(
    final_score: Floats, mips_threshold: float, mips_largest_cut: float, mips_score_maximum: float
) -> Floats:
    """What a score above the threshold would gain if rewards were not scaled."""
    share = (final_score - mips_threshold) / (mips_score_maximum - mips_threshold)
    return np.where(final_score > mips_threshold, mips_largest_cut * share, 0)


@formula(cite=f"{PAYMENT}(e)", unit="dollars")
def weighing_charges(part_b_paid: Floats, equal_charges: Flags, is_adjusted: Flags) -> Floats:
    """The charges with which a clinician weighs in the budget; all alike where the file gives none."""
    return np.where(is_adjusted, np.where(equal_charges, 1, part_b_paid), 0)


@formula(cite=f"{PAYMENT}(b)(3)", unit="dollars", group="cohort", statistic="sum")
def cuts_collected(cut: Floats, weighing_charges: Floats) -> Floats:
    """All that is cut."""
    return sum_of(cut * weighing_charges)


@formula(cite=f"{PAYMENT}(b)(3)", unit="dollars", group="cohort", statistic="sum")
def rewards_unscaled(unscaled_reward: Floats, weighing_charges: Floats) -> Floats:
    """All that would be rewarded if rewards were not scaled."""
    return sum_of(unscaled_reward * weighing_charges)


@formula(cite=f"{PAYMENT}(b)(3)", unit="factor")
def solved_scaling_factor(
    cuts_collected: Floats, rewards_unscaled: Floats, scaling_factor_maximum: float
) -> Floats:
    """The factor at which rewards spend what cuts collect, up to its limit; absent if nobody is rewarded."""
    balanced = np.where(rewards_unscaled > 0, cuts_collected / rewards_unscaled, np.nan)
    return np.minimum(balanced, scaling_factor_maximum)


@formula(cite=f"{PAYMENT}(b)(3)", unit="factor")
def scaling_factor(
    solves_factor: Flags, solved_scaling_factor: Floats, published_scaling_factor: Floats
) -> Floats:
    """Solved where the rows are the whole cohort; else a published one."""
    return np.where(solves_factor, solved_scaling_factor, published_scaling_factor)


@formula(cite=PAYMENT, unit="flag")
def is_adjusted(final_score: Floats, counts: Floats) -> Flags:
    """Whether this score adjusts payments: it is there, and it is the one that counts."""
    return np.asarray(~np.isnan(final_score) & (counts > 0))


@formula(cite=f"{PAYMENT}(b), (c), (e)", unit="fraction of Part B payments")
def payment_adjustment_factor(
    is_adjusted: Flags, cut: Floats, unscaled_reward: Floats, scaling_factor: Floats
) -> Floats:
    """What is added to, or taken from, each Part B payment; absent where the reward's factor is not known."""
    reward = np.where(unscaled_reward > 0, unscaled_reward * scaling_factor, 0)
    return np.where(is_adjusted, reward - cut, 0)


@formula(cite=f"{PAYMENT}(e)", unit="ratio")
def payment_multiplier(payment_adjustment_factor: Floats) -> Floats:
    """What each Part B payment for covered professional services is multiplied by."""
    return 1 + payment_adjustment_factor


@formula(cite=f"{PAYMENT}(e)", unit="dollars")
def part_b_paid_payment_year(part_b_paid: Floats) -> Floats:
    """Part B paid in the payment year; taken as the performance year's where it is not given."""
    return part_b_paid


@formula(cite=f"{PAYMENT}(e)", unit="dollars")
def dollars(part_b_paid_payment_year: Floats, payment_adjustment_factor: Floats) -> Floats:
    """What the adjustment is worth in the payment year, before sequestration."""
    return part_b_paid_payment_year * payment_adjustment_factor


@formula(cite=PAYMENT, unit="status")
def status(
    final_score: Floats, is_adjusted: Flags, mips_threshold: float, mips_lowest_quarter: float
) -> Texts:
    """Rewarded, neutral, cut or cut most; not counted where another score counts; without a score: none."""
    most = final_score <= mips_lowest_quarter * mips_threshold
    low = np.where(final_score < mips_threshold, np.where(most, "largest_cut", "cut"), "neutral")
    scored = np.where(final_score > mips_threshold, "reward", low)
    return np.where(np.isnan(final_score), "none", np.where(is_adjusted, scored, "not_counted"))


SETTLE_FORMULAS: list[Formula] = [
    cut, unscaled_reward, weighing_charges, cuts_collected, rewards_unscaled, solved_scaling_factor,
    scaling_factor, is_adjusted, payment_adjustment_factor, payment_multiplier, part_b_paid_payment_year,
    dollars, status,
]  # fmt: skip
