"""MIPS cost, improvement activities and interoperability, each as a percentage (mips.md 5.3, 6 and 7)."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.programs.mips.rounding import half_up

COST = "42 CFR 414.1380(b)(2)"
ACTIVITIES = "42 CFR 414.1380(b)(3)"
INTEROPERABILITY = "42 CFR 414.1380(b)(4)"

# -- cost --------------------------------------------------------------------------------------


@formula(cite=COST, unit="points", over="measure", statistic="sum")
def cost_points(points: Floats, category: Texts) -> Floats:
    """Points of the cost measures that are scored."""
    return np.where(category == "cost", points, 0)


@formula(cite=COST, unit="measures", over="measure", statistic="count")
def cost_measures_scored(points: Floats, category: Texts) -> Flags:
    """Cost measures that are scored."""
    return np.asarray((category == "cost") & ~np.isnan(points))


@formula(cite=COST, unit="percent")
def cost_achievement_percent(
    cost_points: Floats, cost_measures_scored: Floats, maximum_measure_points: float
) -> Floats:
    """Share of the points; absent where no cost measure is scored."""
    possible = maximum_measure_points * cost_measures_scored
    return np.where(possible > 0, 100 * cost_points / possible, np.nan)


@formula(cite=f"{COST}(iv)", unit="percentage points")
def cost_improvement(
    cost_achievement_percent: Floats,
    prior_cost_percent: Floats,
    cost_improvement_scale: float,
    cost_improvement_maximum: float,
) -> Floats:
    """Growth over the year before, in proportion; none where either year is not scored."""
    growth = cost_improvement_scale * (cost_achievement_percent - prior_cost_percent) / prior_cost_percent
    limited = np.minimum(np.maximum(growth, 0), cost_improvement_maximum)
    return np.where(np.isnan(limited), 0, limited)


@formula(cite=COST, unit="percent")
def cost_percent(cost_achievement_percent: Floats, cost_improvement: Floats) -> Floats:
    """The cost category; absent where no cost measure is scored."""
    return np.minimum(100, cost_achievement_percent + cost_improvement)


# -- improvement activities --------------------------------------------------------------------


@formula(cite=ACTIVITIES, unit="flag")
def has_activity_relief(
    practice: Texts, rural: Floats, hpsa: Floats, non_patient_facing: Floats, pathway: Texts
) -> Flags:
    """Whether fewer activities are enough: small, rural, underserved, non-patient-facing, or an MVP."""
    place = (rural > 0) | (hpsa > 0) | (non_patient_facing > 0)
    return np.asarray((practice == "small") | place | (pathway == "mvp"))


@formula(cite=ACTIVITIES, unit="fraction")
def activity_share_by_points(
    improvement_activities_high: Floats,
    improvement_activities_medium: Floats,
    improvement_activities_attested: Floats,
    has_activity_relief: Flags,
    improvement_activity_points_high: float,
    improvement_activity_points_medium: float,
    improvement_activity_points_maximum: float,
    improvement_activity_relief: float,
) -> Floats:
    """Share of the points; activities of which only the number is known are taken as medium."""
    high, medium = np.nan_to_num(improvement_activities_high), np.nan_to_num(improvement_activities_medium)
    unsorted = np.maximum(np.nan_to_num(improvement_activities_attested) - high - medium, 0)
    earned = improvement_activity_points_high * high + improvement_activity_points_medium * (
        medium + unsorted
    )
    relieved = np.where(has_activity_relief, improvement_activity_relief, 1) * earned
    return np.minimum(1, relieved / improvement_activity_points_maximum)


@formula(cite=ACTIVITIES, unit="fraction")
def activity_share_by_count(
    improvement_activities_high: Floats,
    improvement_activities_medium: Floats,
    improvement_activities_attested: Floats,
    has_activity_relief: Flags,
    improvement_activities_required: float,
    improvement_activities_required_relief: float,
) -> Floats:
    """Activities attested of those asked for."""
    sorted_ones = np.nan_to_num(improvement_activities_high) + np.nan_to_num(improvement_activities_medium)
    done = np.fmax(improvement_activities_attested, sorted_ones)
    asked = np.where(
        has_activity_relief, improvement_activities_required_relief, improvement_activities_required
    )
    return np.minimum(1, done / asked)


@formula(cite=ACTIVITIES, unit="fraction")
def automatic_activity_share(
    framework: Texts,
    participation: Texts,
    apm_participant: Floats,
    improvement_apm_share: float,
    improvement_app_share: float,
) -> Floats:
    """What participants in APMs get without an activity."""
    in_apm = (apm_participant > 0) | (participation == "apm_entity")
    return np.where(framework == "app", improvement_app_share, np.where(in_apm, improvement_apm_share, 0))


@formula(cite=ACTIVITIES, unit="percent")
def improvement_activities_percent(
    improvement_activity_method: str,
    activity_share_by_points: Floats,
    activity_share_by_count: Floats,
    automatic_activity_share: Floats,
    patient_centered_medical_home: Floats,
) -> Floats:
    """The improvement activities category; all of it for a certified patient-centered medical home."""
    by_points = improvement_activity_method == "points"
    attested = np.where(by_points, activity_share_by_points, activity_share_by_count)
    share = np.minimum(1, attested + automatic_activity_share)
    return 100 * np.where(patient_centered_medical_home > 0, 1, share)


# -- interoperability: one required measure ----------------------------------------------------


@formula(cite=INTEROPERABILITY, unit="points")
def interoperability_measure_maximum(base_points: Floats, moved_points: Floats) -> Floats:
    """Most points of the measure, with those of measures that were excluded."""
    return base_points + moved_points


@formula(cite=INTEROPERABILITY, unit="flag")
def is_met(
    answer_kind: Texts, numerator: Floats, answer: Floats, excluded: Floats, suppressed: Floats
) -> Flags:
    """A numerator of one or more, a yes, or, of a suppressed measure, any answer or exclusion."""
    done = np.where(answer_kind == "ratio", numerator >= 1, answer > 0)
    waived = (suppressed > 0) & ((excluded > 0) | ~np.isnan(answer) | ~np.isnan(numerator))
    return np.where(suppressed > 0, waived, done & ~(excluded > 0)).astype(bool)


@formula(cite=INTEROPERABILITY, unit="points")
def interoperability_measure_points(
    is_met: Flags,
    answer_kind: Texts,
    numerator: Floats,
    denominator: Floats,
    suppressed: Floats,
    interoperability_measure_maximum: Floats,
    interoperability_minimum_points: float,
) -> Floats:
    """Points of the measure: its share of them, half-up, at least the fewest; all of them for a yes."""
    share = half_up(interoperability_measure_maximum * numerator / denominator, 0)
    whole = (answer_kind != "ratio") | (suppressed > 0)
    earned = np.where(
        whole, interoperability_measure_maximum, np.maximum(share, interoperability_minimum_points)
    )
    return np.where(is_met, earned, 0)


@formula(cite=INTEROPERABILITY, unit="flag")
def is_unmet(is_met: Flags, excluded: Floats) -> Flags:
    """Asked for, and neither met nor excluded."""
    return ~np.asarray(is_met, dtype=bool) & ~(excluded > 0)


INTEROPERABILITY_MEASURE_FORMULAS: list[Formula] = [
    interoperability_measure_maximum, is_met, interoperability_measure_points, is_unmet,
]  # fmt: skip

# -- interoperability: who is scored -----------------------------------------------------------


@formula(cite=INTEROPERABILITY, unit="points", over="interoperability", statistic="sum")
def interoperability_measures_points(interoperability_measure_points: Floats) -> Floats:
    """Points of the required measures."""
    return interoperability_measure_points


@formula(cite=INTEROPERABILITY, unit="flag", over="interoperability", statistic="any")
def has_unmet_measure(is_unmet: Flags) -> Flags:
    """A required measure was neither met nor excluded."""
    return is_unmet


@formula(cite=INTEROPERABILITY, unit="percent")
def promoting_interoperability_percent(
    interoperability_measures_points: Floats,
    interoperability_bonus_reported: Floats,
    interoperability_statements_made: Floats,
    interoperability_submitted: Floats,
    has_unmet_measure: Flags,
    interoperability_bonus_points: float,
    interoperability_points_maximum: float,
    interoperability_unmet_rule: str,
) -> Floats:
    """The interoperability category: nothing without the statements, or with a required measure unmet."""
    bonus = np.where(interoperability_bonus_reported > 0, interoperability_bonus_points, 0)
    total = np.minimum(interoperability_points_maximum, interoperability_measures_points + bonus)
    unmet = np.asarray(has_unmet_measure, dtype=bool) & (interoperability_unmet_rule == "zero_category")
    lost = unmet | (interoperability_statements_made == 0) | ~(interoperability_submitted > 0)
    return np.where(lost, 0, 100 * total / interoperability_points_maximum)


CATEGORY_FORMULAS: list[Formula] = [
    cost_points, cost_measures_scored, cost_achievement_percent, cost_improvement, cost_percent,
    has_activity_relief, activity_share_by_points, activity_share_by_count, automatic_activity_share,
    improvement_activities_percent, interoperability_measures_points, has_unmet_measure,
    promoting_interoperability_percent,
]  # fmt: skip
