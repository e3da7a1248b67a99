"""ASM settlement: from the final scores of a cohort to every clinician's multiplier and dollars.

One row is one participant (TIN and NPI). A participant without a final score (NaN) is neutral: multiplier 1,
outside the pool. Methods in words: docs/asm.md.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.formulas.reductions import count_of, median_of, sum_of, weighted_median_of

PAYMENT = "42 CFR 512.750"


@formula(cite="42 CFR 512.705", unit="status")
def status(final_score: Floats, has_zero_score: Flags) -> Texts:
    """Scored, zero (reported too little, or a score of 0) or neutral (no final score)."""
    return np.where(np.isnan(final_score), "neutral", np.where(has_zero_score, "zero", "scored"))


@formula(cite="42 CFR 512.750(b)", unit="points", group="cohort", statistic="median")
def cohort_median_score(
    final_score: Floats, part_b_paid: Floats, median_includes_zero: bool, median_weight: str
) -> Floats:
    """Median final score of the cohort's participants with a final score."""
    counted = np.where(median_includes_zero | (final_score > 0), final_score, np.nan)
    return median_of(counted) if median_weight == "unweighted" else weighted_median_of(counted, part_b_paid)


@formula(cite="42 CFR 512.750(c)(1)(ii), parameter not seen", unit="points")
def logistic_midpoint(
    logistic_midpoint_rule: str, cohort_median_score: Floats, fixed_midpoint: float
) -> Floats:
    """The score at which the logistic exchange function gives one half."""
    return np.where(logistic_midpoint_rule == "cohort_median", cohort_median_score, fixed_midpoint)


@formula(cite="42 CFR 512.750(c)(1)(ii), parameters not seen", unit="fraction")
def transformed_final_score(
    final_score: Floats, has_zero_score: Flags, logistic_steepness: float, logistic_midpoint: Floats
) -> Floats:
    """The final score through the logistic exchange function; 0 for a final score of 0."""
    distance = logistic_steepness * (final_score - logistic_midpoint)
    return np.where(has_zero_score, 0, 1 / (1 + np.exp(-distance)))


@formula(cite="42 CFR 512.705", unit="participants", group="cohort", statistic="count")
def cohort_scored(final_score: Floats) -> Floats:
    """Participants of the cohort with a final score, zeros included."""
    return count_of(~np.isnan(final_score))


@formula(cite="42 CFR 512.705", unit="dollars", group="cohort", statistic="sum")
def cohort_part_b_paid(part_b_paid: Floats, final_score: Floats) -> Floats:
    """Part B paid in the performance year for covered professional services of all with a final score."""
    return sum_of(np.where(np.isnan(final_score), 0, part_b_paid))


@formula(cite="42 CFR 512.750(c)(1)", unit="dollars", group="cohort", statistic="sum")
def cohort_transformed_part_b_paid(part_b_paid: Floats, transformed_final_score: Floats) -> Floats:
    """Part B paid weighted by the transformed final score: what the scaling factor is spread over."""
    return sum_of(part_b_paid * transformed_final_score)


@formula(cite="42 CFR 512.705; 512.750(c)(1)(iii)", unit="dollars")
def incentive_pool(redistribution_share: float, risk_level: float, cohort_part_b_paid: Floats) -> Floats:
    """The cohort's ASM incentive pool: the share of the dollars at risk that is paid out again."""
    return redistribution_share * risk_level * cohort_part_b_paid


@formula(cite="42 CFR 512.750(c)(1)(iv); closed form by Corridor", unit="ratio")
def scaling_factor(
    redistribution_share: float, cohort_part_b_paid: Floats, cohort_transformed_part_b_paid: Floats
) -> Floats:
    """The factor that makes the scaled adjustments pay out exactly the pool; absent if all scores are 0."""
    return np.where(
        cohort_transformed_part_b_paid > 0,
        redistribution_share * cohort_part_b_paid / cohort_transformed_part_b_paid,
        np.nan,
    )


@formula(cite="42 CFR 512.750(c)(1)", unit="fraction of Part B payments")
def scaled_adjustment(risk_level: float, transformed_final_score: Floats, scaling_factor: Floats) -> Floats:
    """Risk level times transformed score times scaling factor, less the risk level."""
    return risk_level * transformed_final_score * scaling_factor - risk_level


@formula(cite="42 CFR 512.750(c)(1)", unit="fraction of Part B payments")
def payment_adjustment_factor(
    status: Texts, scaled_adjustment: Floats, risk_level: float, cap_at_risk_level: bool
) -> Floats:
    """What is added to, or taken from, each Part B payment; 0 without a final score."""
    earned = np.where(np.isnan(scaled_adjustment), -risk_level, scaled_adjustment)
    capped = np.where(cap_at_risk_level, np.minimum(earned, risk_level), earned)
    return np.where(status == "neutral", 0, np.where(status == "zero", -risk_level, capped))


@formula(cite="42 CFR 512.750(a)", unit="ratio")
def payment_multiplier(payment_adjustment_factor: Floats) -> Floats:
    """What each Part B payment for covered professional services is multiplied by."""
    return 1 + payment_adjustment_factor


@formula(cite="42 CFR 512.750(a)", unit="dollars")
def part_b_paid_payment_year(part_b_paid: Floats) -> Floats:
    """Part B paid in the payment year; taken as the performance year's where it is not given."""
    return part_b_paid


@formula(cite="42 CFR 512.750(a)", unit="dollars")
def dollars(part_b_paid_payment_year: Floats, payment_adjustment_factor: Floats) -> Floats:
    """What the adjustment is worth in the payment year, before sequestration."""
    return part_b_paid_payment_year * payment_adjustment_factor


@formula(cite="Corridor: the score at which the adjustment is 0", unit="points")
def neutral_score(logistic_midpoint: Floats, scaling_factor: Floats, logistic_steepness: float) -> Floats:
    """The final score that neither gains nor loses; absent where no score can gain."""
    odds = np.where(scaling_factor > 1, scaling_factor - 1, np.nan)
    return logistic_midpoint - np.log(odds) / logistic_steepness


@formula(cite="42 CFR 512.750(c)(1), its limit as the score grows", unit="fraction of Part B payments")
def ceiling(risk_level: float, scaling_factor: Floats, cap_at_risk_level: bool) -> Floats:
    """The adjustment no score can exceed in this cohort."""
    limit = risk_level * (scaling_factor - 1)
    return np.where(cap_at_risk_level, np.minimum(limit, risk_level), limit)


FORMULAS: list[Formula] = [
    status,
    cohort_median_score,
    logistic_midpoint,
    transformed_final_score,
    cohort_scored,
    cohort_part_b_paid,
    cohort_transformed_part_b_paid,
    incentive_pool,
    scaling_factor,
    scaled_adjustment,
    payment_adjustment_factor,
    payment_multiplier,
    part_b_paid_payment_year,
    dollars,
    neutral_score,
    ceiling,
]
