"""The final performance score of a transplant hospital: achievement, efficiency, quality."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.programs.iota.exact import exact

ACHIEVEMENT, EFFICIENCY, QUALITY = "42 CFR 512.424", "42 CFR 512.426", "42 CFR 512.428"
UNSTATED: Any = None


@formula(cite=ACHIEVEMENT, unit="transplants a year")
def baseline_volume(
    baseline_1_transplants: Floats,
    baseline_2_transplants: Floats,
    baseline_3_transplants: Floats,
    baseline_rule: Texts,
) -> Floats:
    """Adult kidney transplants of a baseline year, from deceased and living donors together."""
    early = np.maximum(baseline_1_transplants, baseline_2_transplants)
    years = (baseline_1_transplants, baseline_2_transplants, baseline_3_transplants)
    mean: Floats = np.mean(years, axis=0)
    return np.asarray(np.where(baseline_rule == "mean", mean, np.maximum(early, baseline_3_transplants)))


@formula(cite=ACHIEVEMENT, unit="rate")
def counted_growth_rate(national_growth_rate: Floats, growth_floor: Floats) -> Floats:
    """National growth of adult kidney transplants; a fall does not lower the target."""
    return np.maximum(national_growth_rate, growth_floor)


@formula(cite=ACHIEVEMENT, unit="transplants")
def transplant_target(baseline_volume: Floats, counted_growth_rate: Floats) -> Floats:
    """Transplants the hospital is held to in the performance year."""
    return baseline_volume * (1 + counted_growth_rate)


@formula(cite=ACHIEVEMENT, unit="share of the target")
def target_share(adult_transplants: Floats, transplant_target: Floats) -> Floats:
    """Adult transplants of the performance year as a share of the target; none where the target is zero."""
    return exact(adult_transplants / np.where(transplant_target > 0, transplant_target, np.nan))


@formula(cite=ACHIEVEMENT, unit="a or b")
def achievement_table(configured_table: Texts) -> Texts:
    """Which table of points is used; none unless it is stated."""
    return np.asarray(np.where(configured_table == "none", UNSTATED, configured_table))


@formula(cite=ACHIEVEMENT, unit="share of the target")
def target_share_a(target_share: Floats, achievement_table: Texts) -> Floats:
    """The share, where candidate A is the table used."""
    return np.where(achievement_table == "a", target_share, np.nan)


@formula(cite=ACHIEVEMENT, unit="share of the target")
def target_share_b(target_share: Floats, achievement_table: Texts) -> Floats:
    """The share, where candidate B is the table used."""
    return np.where(achievement_table == "b", target_share, np.nan)


@formula(cite=ACHIEVEMENT, unit="points")
def achievement_points(achievement_table: Texts, points_a: Floats, points_b: Floats) -> Floats:
    """Points of the achievement domain, by the table used; unknown where none is stated."""
    return np.where(achievement_table == "a", points_a, points_b)


@formula(cite=EFFICIENCY, unit="ratio")
def improvement_benchmark(baseline_acceptance_ratio: Floats, improvement_factor: Floats) -> Floats:
    """The offer acceptance ratio that counts as improved in full."""
    return baseline_acceptance_ratio * improvement_factor


@formula(cite=EFFICIENCY, unit="points")
def efficiency_improvement_points(
    acceptance_ratio: Floats,
    baseline_acceptance_ratio: Floats,
    improvement_benchmark: Floats,
    full_improvement: Floats,
) -> Floats:
    """Points for a rise of the offer acceptance ratio over that of the third baseline year, not rounded."""
    rise = (acceptance_ratio - baseline_acceptance_ratio) / (
        improvement_benchmark - baseline_acceptance_ratio
    )
    between = full_improvement * rise
    risen = np.where(acceptance_ratio >= improvement_benchmark, full_improvement, between)
    known = np.where(np.isnan(acceptance_ratio + baseline_acceptance_ratio), np.nan, 0)
    return np.where(acceptance_ratio > baseline_acceptance_ratio, risen, known)


@formula(cite=EFFICIENCY, unit="points")
def efficiency_achievement_points(efficiency_band_points: Floats) -> Floats:
    """Points for the national percentile of the offer acceptance ratio of the performance year."""
    return efficiency_band_points


@formula(cite=EFFICIENCY, unit="points")
def efficiency_points(
    efficiency_achievement_points: Floats, efficiency_improvement_points: Floats, full_improvement: Floats
) -> Floats:
    """Points of the efficiency domain: the better of percentile and improvement."""
    enough = efficiency_achievement_points >= full_improvement
    better = np.maximum(efficiency_achievement_points, efficiency_improvement_points)
    return np.where(enough, efficiency_achievement_points, better)


@formula(cite=QUALITY, unit="fraction of transplants")
def graft_survival_rate(functioning_grafts: Floats, cumulative_transplants: Floats) -> Floats:
    """Functioning adult grafts of all adult transplants since performance year 1, not risk adjusted.

    A rate that is given stands in its place: a risk-adjusted one.
    """
    return functioning_grafts / cumulative_transplants


@formula(cite=QUALITY, unit="points")
def quality_points(quality_band_points: Floats) -> Floats:
    """Points of the quality domain, for the national percentile of the composite graft survival rate."""
    return quality_band_points


@formula(cite="iota.md 3", unit="points")
def final_performance_score(
    achievement_points: Floats, efficiency_points: Floats, quality_points: Floats
) -> Floats:
    """The three domains together, 0 to 100, not rounded."""
    return achievement_points + efficiency_points + quality_points


@formula(cite="42 CFR 512.412(a)", unit="transplants a year")
def fewest_adult_transplants(
    baseline_1_transplants: Floats, baseline_2_transplants: Floats, baseline_3_transplants: Floats
) -> Floats:
    """Adult kidney transplants of the baseline year with the fewest."""
    return np.minimum(np.minimum(baseline_1_transplants, baseline_2_transplants), baseline_3_transplants)


@formula(cite="42 CFR 512.412(a)", unit="fraction of transplants")
def smallest_adult_share(
    baseline_1_transplants: Floats,
    baseline_1_all_ages: Floats,
    baseline_2_transplants: Floats,
    baseline_2_all_ages: Floats,
    baseline_3_transplants: Floats,
    baseline_3_all_ages: Floats,
) -> Floats:
    """Adults among the kidney transplants of the baseline year where they are fewest."""
    first = baseline_1_transplants / baseline_1_all_ages
    second = baseline_2_transplants / baseline_2_all_ages
    return np.minimum(np.minimum(first, second), baseline_3_transplants / baseline_3_all_ages)


@formula(cite="42 CFR 512.412(a)", unit="yes or no")
def eligible(
    fewest_adult_transplants: Floats,
    smallest_adult_share: Floats,
    minimum_transplants: Floats,
    adult_share_above: Floats,
    facility_excluded: Flags,
) -> Floats:
    """Whether the hospital would be eligible; who participates stands on CMS's list alone."""
    enough = (fewest_adult_transplants >= minimum_transplants) & (smallest_adult_share > adult_share_above)
    known = np.isnan(fewest_adult_transplants + smallest_adult_share + facility_excluded)
    return np.where(known, np.nan, enough & (facility_excluded == 0))


SCORE_FORMULAS = [
    baseline_volume, counted_growth_rate, transplant_target, target_share, achievement_table, target_share_a,
    target_share_b, achievement_points, improvement_benchmark, efficiency_improvement_points,
    efficiency_achievement_points, efficiency_points, graft_survival_rate, quality_points,
    final_performance_score, fewest_adult_transplants, smallest_adult_share, eligible,
]  # fmt: skip
