"""MIPS quality: what a submitted measure earns, and the category of who submitted it (mips.md 4).

A row of the first list is one result: a clinician, group or entity, a measure, a collection type. Cost
measures are results too: the same tests, other consequences. The second list is about who is scored.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.programs.mips.rounding import half_up

QUALITY = "42 CFR 414.1380(b)(1)"
SCORED, INCOMPLETE, FEW = "scored", "incomplete", "few_cases"
NO_BENCHMARK, SUPPRESSED, FEW_SURVEYED, NOT_REPORTED = (
    "no_benchmark", "suppressed", "few_surveyed", "not_reported",
)  # fmt: skip

# -- one result of one measure -----------------------------------------------------------------


@formula(cite="42 CFR 414.1340", unit="flag")
def is_complete(
    rate: Floats, data_completeness: Floats, data_completeness_minimum: float, from_claims: Flags
) -> Flags:
    """Reported for enough of the eligible cases; what CMS works out itself always is, and a blank."""
    return ~np.isnan(rate) & (from_claims | ~(data_completeness < data_completeness_minimum))


@formula(cite="42 CFR 414.1380(b)(1)(iii)", unit="cases")
def cases_needed(own_case_minimum: Floats, case_minimum: float) -> Floats:
    """Fewest cases: the measure's own, else the general one."""
    return np.where(np.isnan(own_case_minimum), case_minimum, own_case_minimum)


@formula(cite="42 CFR 414.1380(b)(1)(iii)", unit="flag")
def has_enough_cases(eligible_cases: Floats, cases_needed: Floats, is_scorable: Floats) -> Flags:
    """Enough cases; a count that is not given is taken as enough, unless the result is called unscorable."""
    return np.asarray(~(eligible_cases < cases_needed) & (is_scorable != 0))


@formula(cite=QUALITY, unit="result")
def result(
    rate: Floats,
    point_band: Floats,
    is_complete: Flags,
    has_enough_cases: Flags,
    is_suppressed: Floats,
    below_sample: Floats,
    own_points: Floats,
) -> Texts:
    """What became of it: suppressed or not, then completeness, then cases, then the benchmark."""
    tested = np.where(np.isnan(point_band), "no_benchmark", "scored")
    counted = np.where(has_enough_cases, tested, "few_cases")
    complete = np.where(is_complete, counted, "incomplete")
    reported = np.where(np.isnan(rate), "not_reported", complete)
    surveyed = np.where(below_sample > 0, "few_surveyed", reported)
    given = np.where(np.isnan(own_points), surveyed, "scored")
    return np.where(is_suppressed > 0, "suppressed", given)


@formula(cite=QUALITY, unit="scoring")
def scoring(category: Texts, from_claims: Flags, framework: Texts) -> Texts:
    """Whose consequences apply where a result is not scored."""
    by_claims = np.where(framework == "app", "app_claims", "claims")
    return np.where(category == "cost", "cost", np.where(from_claims, by_claims, framework))


@formula(cite="42 CFR 414.1380(b)(1)(i)(C), (D)", unit="points")
def floor_points(
    new_measure_points: Floats, category: Texts, is_complete: Flags, from_claims: Flags
) -> Floats:
    """Fewest points of a quality measure in its first years, completely reported; absent of any other."""
    new = is_complete & ~np.asarray(from_claims, dtype=bool) & (category == "quality")
    return np.where(new, new_measure_points, np.nan)


@formula(cite=QUALITY, unit="points")
def points(
    result: Texts, own_points: Floats, capped_points: Floats, unscored_points: Floats, floor_points: Floats
) -> Floats:
    """Points of the result: of its benchmark, else what the rule gives it; absent where it is not scored."""
    scored = np.where(np.isnan(own_points), capped_points, own_points)
    earned = np.where(result == "scored", scored, unscored_points)
    return np.where(result == "suppressed", np.nan, np.fmax(earned, floor_points))


@formula(cite="42 CFR 414.1380(b)(1)(vii)", unit="measures")
def slots(result: Texts, scoring: Texts, unscored_slots: Floats) -> Floats:
    """By how much the result changes the number of measures that are asked for."""
    return np.where(result == "scored", np.where(scoring == "claims", 1, 0), unscored_slots)


@formula(cite="42 CFR 414.1380(b)(1)(vii)(C)", unit="points")
def organization_points(
    category: Texts,
    is_electronic: Flags,
    is_complete: Flags,
    has_enough_cases: Flags,
    result: Texts,
    points: Floats,
    complex_organization_points: float,
    complex_organization_needs_benchmark: bool,
    maximum_measure_points: float,
) -> Floats:
    """Points of an electronic measure for a complex organization; with its own never more than the most."""
    sent = is_complete & has_enough_cases & (result != "suppressed") & (category == "quality")
    kept = sent & np.where(complex_organization_needs_benchmark, result == "scored", True)
    room = maximum_measure_points - np.where(np.isnan(points), 0, points)
    return np.where(kept & np.asarray(is_electronic), np.minimum(complex_organization_points, room), 0)


MEASURE_FORMULAS: list[Formula] = [
    is_complete, cases_needed, has_enough_cases, result, scoring, floor_points, points, slots,
    organization_points,
]  # fmt: skip

# -- who is scored -----------------------------------------------------------------------------


@formula(cite=QUALITY, unit="points", over="measure", statistic="sum")
def quality_points(points: Floats, category: Texts, picked: Floats) -> Floats:
    """Points of the quality measures that count."""
    return np.where((category == "quality") & (picked > 0), points, 0)


@formula(cite="42 CFR 414.1380(b)(1)(vii)", unit="measures", over="measure", statistic="sum")
def slot_changes(slots: Floats, category: Texts, picked: Floats) -> Floats:
    """Measures worked out by CMS that are added, less measures that are not scored."""
    return np.where((category == "quality") & (picked > 0), slots, 0)


@formula(cite="42 CFR 414.1380(b)(1)(vii)(C)", unit="points", over="measure", statistic="sum")
def organization_points_sum(organization_points: Floats, picked: Floats) -> Floats:
    """What the electronic measures that count would add for a complex organization."""
    return np.where(picked > 0, organization_points, 0)


@formula(cite="42 CFR 414.1335, 414.1365, 414.1367", unit="measures")
def measures_asked(pathway_measures: Floats, app_measures_asked: Floats) -> Floats:
    """Measures the pathway asks for: all of its set in the APP."""
    return np.where(np.isnan(app_measures_asked), pathway_measures, app_measures_asked)


@formula(cite="42 CFR 414.1380(b)(1)(vii)", unit="points")
def quality_available(measures_asked: Floats, slot_changes: Floats, maximum_measure_points: float) -> Floats:
    """Points the measures that count could earn."""
    return maximum_measure_points * (measures_asked + slot_changes)


@formula(cite="42 CFR 414.1380(b)(1)(v)", unit="points")
def quality_bonus(
    practice: Texts,
    framework: Texts,
    quality_submitted: Floats,
    small_practice_bonus: float,
    small_practice_bonus_in_app: bool,
) -> Floats:
    """Points of a small practice that submitted a measure."""
    given = np.where(framework == "app", small_practice_bonus_in_app, True)
    return np.where((practice == "small") & (quality_submitted > 0) & given, small_practice_bonus, 0)


@formula(cite="42 CFR 414.1380(b)(1)(vii)(C)", unit="points")
def organization_adjustment(
    participation: Texts,
    organization_points_sum: Floats,
    quality_available: Floats,
    complex_organization_maximum_share: float,
) -> Floats:
    """What an APM entity or virtual group gets for electronic measures, up to a share of the points."""
    complex_organization = (participation == "apm_entity") | (participation == "virtual_group")
    most = complex_organization_maximum_share * quality_available
    return np.where(complex_organization, np.minimum(organization_points_sum, most), 0)


@formula(cite="42 CFR 414.1380(b)(1)(vi)(D)", unit="percent")
def quality_achievement_percent(quality_points: Floats, quality_available: Floats) -> Floats:
    """Share of the points without bonuses: what improvement is counted in; absent where none could be had."""
    return np.where(quality_available > 0, 100 * quality_points / quality_available, np.nan)


@formula(cite="42 CFR 414.1380(b)(1)(vi)", unit="percentage points")
def quality_improvement(
    quality_achievement_percent: Floats,
    prior_quality_achievement_percent: Floats,
    quality_improvement_maximum: float,
    quality_improvement_floor: float,
) -> Floats:
    """Growth of the achievement over the year before, in proportion; none without a year before."""
    before = np.maximum(prior_quality_achievement_percent, quality_improvement_floor)
    growth = quality_improvement_maximum * (quality_achievement_percent - before) / before
    limited = np.minimum(np.maximum(growth, 0), quality_improvement_maximum)
    return np.where(np.isnan(limited), 0, limited)


@formula(cite="42 CFR 414.1380(b)(1)(vii)", unit="percent")
def quality_before_improvement(
    quality_points: Floats,
    quality_bonus: Floats,
    organization_adjustment: Floats,
    quality_available: Floats,
    achievement_percent_decimals: float,
) -> Floats:
    """Share of the points with bonuses; absent where no measure could be scored."""
    earned = 100 * (quality_points + quality_bonus + organization_adjustment) / quality_available
    exact = half_up(earned, achievement_percent_decimals)
    return np.where(quality_available > 0, exact, np.nan)


@formula(cite="42 CFR 414.1380(b)(1)(vii)", unit="percent")
def quality_percent(quality_before_improvement: Floats, quality_improvement: Floats) -> Floats:
    """The quality category."""
    return np.minimum(100, quality_before_improvement + quality_improvement)


QUALITY_FORMULAS: list[Formula] = [
    quality_points, slot_changes, organization_points_sum, measures_asked, quality_available, quality_bonus,
    organization_adjustment, quality_achievement_percent, quality_improvement, quality_before_improvement,
    quality_percent,
]  # fmt: skip
