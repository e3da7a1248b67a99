"""ASM final score: the two categories, deductions and bonuses, and who is zero or has no score at all."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts

SCORING = "42 CFR 512.745 (text not seen)"


@formula(cite="42 CFR 512.735", unit="points")
def improvement_activities_adjustment(improvement_activity_points_lost: Floats) -> Floats:
    """What unattested improvement activities take from the final score."""
    return 0 - improvement_activity_points_lost


@formula(cite="42 CFR 512.740", unit="fraction")
def promoting_interoperability_credit(
    promoting_interoperability_score: Floats,
    practice_class: Texts,
    promoting_interoperability_small_exempt: bool,
    promoting_interoperability_missing_element_score: float,
) -> Floats:
    """The category's score; that of a missing element where nothing was reported."""
    missing = np.isnan(promoting_interoperability_score)
    exempt = promoting_interoperability_small_exempt & (practice_class != "none")
    lowest = np.where(
        missing, promoting_interoperability_missing_element_score, promoting_interoperability_score
    )
    return np.where(exempt, 1, lowest)


@formula(cite="42 CFR 512.740", unit="points")
def promoting_interoperability_adjustment(
    promoting_interoperability_credit: Floats, promoting_interoperability_deduction: float
) -> Floats:
    """What missing interoperability takes from the final score, in proportion."""
    return promoting_interoperability_deduction * (promoting_interoperability_credit - 1)


@formula(cite="42 CFR 414.1305, by analogy", unit="practice")
def practice_class(practice_size: Floats, practice_class_by_size: Texts) -> Texts:
    """Solo, small or none, by the number of clinicians under the TIN; none where that is not known."""
    return np.where(np.isnan(practice_size), "none", practice_class_by_size)


@formula(cite=SCORING, unit="points")
def small_practice_bonus(practice_class_points: Floats) -> Floats:
    """Points for a solo or small practice."""
    return practice_class_points


@formula(cite="42 CFR 512.745(a)(2)(ii); trigger from secondary sources", unit="flag")
def submission_is_enough(
    reported: Floats, complete_measures: Floats, minimum_submission_measures: float
) -> Flags:
    """At least so many measures, claims-based ones left out, reported completely; or stated in the file."""
    return np.where(np.isnan(reported), complete_measures >= minimum_submission_measures, reported > 0)


@formula(cite="42 CFR 512.780", unit="flag")
def is_excused(extreme_circumstances: Floats, euc_rule: str) -> Flags:
    """An extreme and uncontrollable circumstance that takes the clinician out of scoring."""
    return (extreme_circumstances > 0) & (euc_rule == "neutral")


@formula(cite=SCORING, unit="fraction")
def quality_weight_applied(
    quality_score: Floats,
    cost_score: Floats,
    extreme_circumstances: Floats,
    quality_weight: float,
    cost_weight: float,
    no_cost_rule: str,
    no_quality_rule: str,
) -> Floats:
    """Weight of quality after a category that cannot be scored gave up its own."""
    excused = extreme_circumstances > 0
    takes = np.isnan(cost_score) & ((no_cost_rule == "reweight_to_quality") | excused)
    gives = np.isnan(quality_score) & ((no_quality_rule == "reweight_to_cost") | excused)
    return np.where(gives, 0, np.where(takes, quality_weight + cost_weight, quality_weight))


@formula(cite=SCORING, unit="fraction")
def cost_weight_applied(quality_weight_applied: Floats, quality_weight: float, cost_weight: float) -> Floats:
    """What is left of the two weights for cost."""
    return quality_weight + cost_weight - quality_weight_applied


@formula(cite="42 CFR 512.725; 512.730", unit="points")
def category_points(
    quality_score: Floats, cost_score: Floats, quality_weight_applied: Floats, cost_weight_applied: Floats
) -> Floats:
    """Quality and cost, weighted, out of 100; absent where a category that weighs is."""
    quality = np.where(quality_weight_applied > 0, quality_weight_applied * quality_score, 0)
    cost = np.where(cost_weight_applied > 0, cost_weight_applied * cost_score, 0)
    return 100 * (quality + cost)


@formula(cite=SCORING, unit="points")
def unclamped_final_score(
    category_points: Floats,
    improvement_activities_adjustment: Floats,
    promoting_interoperability_adjustment: Floats,
    complex_patient_bonus: Floats,
    small_practice_bonus: Floats,
) -> Floats:
    """All terms together, before the limits."""
    deductions = improvement_activities_adjustment + promoting_interoperability_adjustment
    return category_points + deductions + complex_patient_bonus + small_practice_bonus


@formula(cite=SCORING, unit="points")
def unreported_final_score(
    nonreporter_bonuses_apply: bool, complex_patient_bonus: Floats, small_practice_bonus: Floats
) -> Floats:
    """The score of a clinician below the minimum submission: 0, unless bonuses reach it."""
    return np.where(nonreporter_bonuses_apply, complex_patient_bonus + small_practice_bonus, 0)


@formula(cite=SCORING, unit="points")
def final_score(
    unclamped_final_score: Floats,
    submission_is_enough: Flags,
    unreported_final_score: Floats,
    is_excused: Flags,
    final_score_minimum: float,
    final_score_maximum: float,
) -> Floats:
    """The final score, within its limits; absent where the clinician cannot be scored."""
    terms = np.where(submission_is_enough, unclamped_final_score, unreported_final_score)
    limited = np.minimum(np.maximum(terms, final_score_minimum), final_score_maximum)
    return np.where(is_excused, np.nan, limited)


@formula(cite="42 CFR 512.750(c)(1); 512.745(a)(2)(ii)", unit="flag")
def has_zero_score(
    final_score: Floats, submission_is_enough: Flags, clamped_zero_is_zero_score: bool
) -> Flags:
    """Whether the clinician gets the adjustment of a final score of zero."""
    return (final_score <= 0) & (clamped_zero_is_zero_score | ~submission_is_enough)


@formula(cite=SCORING, unit="reason")
def reason(
    final_score: Floats,
    has_zero_score: Flags,
    submission_is_enough: Flags,
    quality_score: Floats,
    cost_score: Floats,
    is_excused: Flags,
) -> Texts:
    """Why the clinician is scored, zero or neutral."""
    without_cost = "no cost score: too few episodes or no cost"
    gap = np.where(np.isnan(cost_score), without_cost, "no quality measure can be scored")
    both = np.where(
        np.isnan(cost_score) & np.isnan(quality_score), "no final score given and none computed", gap
    )
    absent = np.where(is_excused, "extreme and uncontrollable circumstance", both)
    nothing = np.where(submission_is_enough, "final score is 0", "no quality measure reported completely")
    return np.where(np.isnan(final_score), absent, np.where(has_zero_score, nothing, "scored"))


SCORE_FORMULAS: list[Formula] = [
    improvement_activities_adjustment,
    promoting_interoperability_credit,
    promoting_interoperability_adjustment,
    practice_class,
    small_practice_bonus,
    submission_is_enough,
    is_excused,
    quality_weight_applied,
    cost_weight_applied,
    category_points,
    unclamped_final_score,
    unreported_final_score,
    final_score,
    has_zero_score,
    reason,
]
