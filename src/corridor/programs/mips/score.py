"""MIPS final score: the weights of the categories, bonuses, and the sum (mips.md 3 and 8)."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.programs.mips.rounding import half_up

WEIGHTS = "42 CFR 414.1380(c)"
COMPLEX = "42 CFR 414.1380(c)(3)"


@formula(cite="42 CFR 414.1367", unit="framework")
def framework(pathway: Texts) -> Texts:
    """Whose weights and consequences apply: the APP's, or those of traditional MIPS and MVPs."""
    return np.where((pathway == "app") | (pathway == "app_plus"), "app", "mips")


@formula(cite="42 CFR 414.1305", unit="practice")
def practice(small_practice: Floats) -> Texts:
    """Small or other."""
    return np.where(small_practice > 0, "small", "other")


@formula(cite=f"{WEIGHTS}(2)", unit="flag")
def no_quality(quality_percent: Floats, quality_reweighted: Floats, quality_submitted: Floats) -> Flags:
    """Quality without weight: nothing can be scored, or it was excused and nothing was sent."""
    excused = (quality_reweighted > 0) & ~(quality_submitted > 0)
    return np.asarray(np.isnan(quality_percent) | excused)


@formula(cite=f"{WEIGHTS}(2); 414.1367; 414.1370", unit="flag")
def no_cost(cost_percent: Floats, cost_reweighted: Floats, framework: Texts, participation: Texts) -> Flags:
    """Cost without weight: no measure scored, excused, an APM entity, or the APP."""
    left_out = (framework == "app") | (participation == "apm_entity")
    return np.asarray(np.isnan(cost_percent) | (cost_reweighted > 0) | left_out)


@formula(cite=f"{WEIGHTS}(2)", unit="flag")
def no_improvement(improvement_reweighted: Floats, improvement_submitted: Floats) -> Flags:
    """Improvement activities without weight: excused, and nothing was sent."""
    return np.asarray((improvement_reweighted > 0) & ~(improvement_submitted > 0))


@formula(cite=f"{WEIGHTS}(2)", unit="flag")
def no_interoperability(
    interoperability_reweighted: Floats,
    interoperability_submitted: Floats,
    practice: Texts,
    non_patient_facing: Floats,
    hospital_based: Floats,
    asc_based: Floats,
    small_practice_reweights: bool,
    non_patient_facing_reweights: bool,
    hospital_based_reweights: bool,
    asc_based_reweights: bool,
) -> Flags:
    """Interoperability without weight: a hardship or a special status, and nothing was sent."""
    small = (practice == "small") & small_practice_reweights
    place = (hospital_based > 0) & hospital_based_reweights | (asc_based > 0) & asc_based_reweights
    facing = (non_patient_facing > 0) & non_patient_facing_reweights
    excused = (interoperability_reweighted > 0) | small | place | facing
    return np.asarray(excused & ~(interoperability_submitted > 0))


@formula(cite=WEIGHTS, unit="fraction")
def quality_weight(
    shown_quality_weight: Floats, quoted_quality_weight: Floats, assumed_quality_weight: Floats
) -> Floats:
    """Weight of quality, from the best source that has the row."""
    unshown = np.where(np.isnan(quoted_quality_weight), assumed_quality_weight, quoted_quality_weight)
    return np.where(np.isnan(shown_quality_weight), unshown, shown_quality_weight)


@formula(cite=WEIGHTS, unit="fraction")
def cost_weight(shown_cost_weight: Floats, quoted_cost_weight: Floats, assumed_cost_weight: Floats) -> Floats:
    """Weight of cost, from the best source that has the row."""
    unshown = np.where(np.isnan(quoted_cost_weight), assumed_cost_weight, quoted_cost_weight)
    return np.where(np.isnan(shown_cost_weight), unshown, shown_cost_weight)


@formula(cite=WEIGHTS, unit="fraction")
def improvement_activities_weight(
    shown_improvement_weight: Floats, quoted_improvement_weight: Floats, assumed_improvement_weight: Floats
) -> Floats:
    """Weight of improvement activities, from the best source that has the row."""
    unshown = np.where(
        np.isnan(quoted_improvement_weight), assumed_improvement_weight, quoted_improvement_weight
    )
    return np.where(np.isnan(shown_improvement_weight), unshown, shown_improvement_weight)


@formula(cite=WEIGHTS, unit="fraction")
def promoting_interoperability_weight(
    shown_interoperability_weight: Floats,
    quoted_interoperability_weight: Floats,
    assumed_interoperability_weight: Floats,
) -> Floats:
    """Weight of interoperability, from the best source that has the row."""
    unshown = np.where(
        np.isnan(quoted_interoperability_weight),
        assumed_interoperability_weight,
        quoted_interoperability_weight,
    )
    return np.where(np.isnan(shown_interoperability_weight), unshown, shown_interoperability_weight)


@formula(cite="42 CFR 414.1380(c)", unit="points")
def quality_contribution(quality_percent: Floats, quality_weight: Floats) -> Floats:
    """Points of quality in the final score."""
    return np.where(quality_weight > 0, quality_weight * quality_percent, 0 * quality_weight)


@formula(cite="42 CFR 414.1380(c)", unit="points")
def cost_contribution(cost_percent: Floats, cost_weight: Floats) -> Floats:
    """Points of cost in the final score."""
    return np.where(cost_weight > 0, cost_weight * cost_percent, 0 * cost_weight)


@formula(cite="42 CFR 414.1380(c)", unit="points")
def improvement_activities_contribution(
    improvement_activities_percent: Floats, improvement_activities_weight: Floats
) -> Floats:
    """Points of improvement activities in the final score."""
    given = np.nan_to_num(improvement_activities_percent)
    return improvement_activities_weight * given


@formula(cite="42 CFR 414.1380(c)", unit="points")
def promoting_interoperability_contribution(
    promoting_interoperability_percent: Floats, promoting_interoperability_weight: Floats
) -> Floats:
    """Points of interoperability in the final score."""
    given = np.nan_to_num(promoting_interoperability_percent)
    return promoting_interoperability_weight * given


@formula(cite=COMPLEX, unit="points")
def hcc_complexity(
    mean_hcc_risk_score: Floats,
    national_hcc_mean: Floats,
    national_hcc_deviation: Floats,
    national_hcc_median: Floats,
    complex_patient_base: float,
    complex_patient_slope: float,
) -> Floats:
    """Points for sick patients: none below the national median, or where a national figure is not given."""
    distance = (mean_hcc_risk_score - national_hcc_mean) / national_hcc_deviation
    earned = np.maximum(complex_patient_base + complex_patient_slope * distance, 0)
    return np.where((mean_hcc_risk_score >= national_hcc_median) & ~np.isnan(earned), earned, 0)


@formula(cite=COMPLEX, unit="points")
def dual_complexity(
    dual_eligible_share: Floats,
    national_dual_mean: Floats,
    national_dual_deviation: Floats,
    national_dual_median: Floats,
    complex_patient_base: float,
    complex_patient_slope: float,
) -> Floats:
    """Points for patients with Medicare and Medicaid, likewise."""
    distance = (dual_eligible_share - national_dual_mean) / national_dual_deviation
    earned = np.maximum(complex_patient_base + complex_patient_slope * distance, 0)
    return np.where((dual_eligible_share >= national_dual_median) & ~np.isnan(earned), earned, 0)


@formula(cite=COMPLEX, unit="points")
def complex_patient_bonus(
    hcc_complexity: Floats, dual_complexity: Floats, has_submitted: Flags, complex_patient_maximum: float
) -> Floats:
    """Points for complex patients, for those who submitted at least one category."""
    return np.where(has_submitted, np.minimum(complex_patient_maximum, hcc_complexity + dual_complexity), 0)


@formula(cite=COMPLEX, unit="flag")
def has_submitted(
    quality_submitted: Floats,
    improvement_submitted: Floats,
    interoperability_submitted: Floats,
    facility_based: Floats,
) -> Flags:
    """Data of at least one category was sent, or the score is by the hospital's results, which need none."""
    sent = (quality_submitted > 0) | (improvement_submitted > 0) | (interoperability_submitted > 0)
    return np.asarray(sent | (facility_based > 0))


@formula(cite=WEIGHTS, unit="categories")
def categories_weighed(
    quality_weight: Floats,
    cost_weight: Floats,
    improvement_activities_weight: Floats,
    promoting_interoperability_weight: Floats,
) -> Floats:
    """Categories with a weight."""
    others = 1 * (improvement_activities_weight > 0) + 1 * (promoting_interoperability_weight > 0)
    return np.asarray(1 * (quality_weight > 0) + 1 * (cost_weight > 0) + others)


@formula(cite="42 CFR 414.1380(c)", unit="points")
def final_score(
    quality_contribution: Floats,
    cost_contribution: Floats,
    improvement_activities_contribution: Floats,
    promoting_interoperability_contribution: Floats,
    complex_patient_bonus: Floats,
    categories_weighed: Floats,
    categories_minimum: float,
    mips_threshold: float,
    mips_score_maximum: float,
    final_score_decimals: float,
) -> Floats:
    """The categories, weighted, and the bonus, up to the maximum; with too few categories the threshold."""
    total = (
        quality_contribution
        + cost_contribution
        + improvement_activities_contribution
        + promoting_interoperability_contribution
        + complex_patient_bonus
    )
    limited = half_up(np.minimum(total, mips_score_maximum), final_score_decimals)
    return np.where(categories_weighed < categories_minimum, mips_threshold, limited)


WEIGHT_FORMULAS: list[Formula] = [
    no_quality, no_cost, no_improvement, no_interoperability, quality_weight, cost_weight,
    improvement_activities_weight, promoting_interoperability_weight,
]  # fmt: skip
SCORE_FORMULAS: list[Formula] = [
    framework, practice, *WEIGHT_FORMULAS, quality_contribution, cost_contribution,
    improvement_activities_contribution, promoting_interoperability_contribution, hcc_complexity,
    dual_complexity, has_submitted, complex_patient_bonus, categories_weighed, final_score,
]  # fmt: skip
