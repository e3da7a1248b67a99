"""ASM cost: from dollars an episode to points, in standard deviations from the cohort's median."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, count_below, each, formula, pick, round_to_step
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.formulas.reductions import count_of, deviation_of, median_of

COST = "42 CFR 512.730"


@formula(cite=COST, unit="flag")
def cost_is_scored(
    cost_per_episode: Floats, attributed_episodes: Floats, cost_minimum_episodes: float
) -> Flags:
    """A cost result on enough episodes; a count that is not given is taken as enough."""
    return ~np.isnan(cost_per_episode) & ~(attributed_episodes < cost_minimum_episodes)


@formula(cite=COST, unit="clinicians", group="cohort", statistic="count")
def cost_reporters(cost_is_scored: Flags) -> Floats:
    """Participants of this file with a scored cost result."""
    return count_of(cost_is_scored)


@formula(cite=COST, unit="dollars", group="cohort", statistic="median")
def own_cost_median(cost_is_scored: Flags, cost_per_episode: Floats) -> Floats:
    """Median cost an episode among them."""
    return median_of(np.where(cost_is_scored, cost_per_episode, np.nan))


@formula(cite=COST, unit="dollars", group="cohort", statistic="standard deviation")
def own_cost_deviation(
    cost_is_scored: Flags, cost_per_episode: Floats, cost_standard_deviation_rule: str
) -> Floats:
    """Standard deviation of cost an episode among them."""
    return deviation_of(
        np.where(cost_is_scored, cost_per_episode, np.nan), cost_standard_deviation_rule == "sample"
    )


@formula(cite=COST, unit="flag")
def has_own_cost_benchmark(
    cost_reporters: Floats,
    own_cost_deviation: Floats,
    benchmark_minimum_reporters: float,
    cost_benchmark_year: str,
    whole_cohort: Floats,
) -> Flags:
    """Whether the participants of this file form the cost benchmark; else the law's stand-in is used."""
    own = (cost_benchmark_year == "same_performance_year") & (whole_cohort > 0)
    return own & (cost_reporters >= benchmark_minimum_reporters) & (own_cost_deviation > 0)


@formula(cite="Corridor: which cohort needs a stand-in", unit="code")
def stand_in_cost_cohort(cohort: Texts, has_own_cost_benchmark: Flags, cost_per_episode: Floats) -> Texts:
    """The cohort whose published MIPS cost distribution stands in; empty where none is needed."""
    return np.where(has_own_cost_benchmark | np.isnan(cost_per_episode), "", cohort)


@formula(cite=COST, unit="dollars")
def cost_median(
    has_own_cost_benchmark: Flags, own_cost_median: Floats, stand_in_cost_median: Floats
) -> Floats:
    """Cohort median of cost an episode."""
    return np.where(has_own_cost_benchmark, own_cost_median, stand_in_cost_median)


@formula(cite=COST, unit="dollars")
def cost_standard_deviation(
    has_own_cost_benchmark: Flags, own_cost_deviation: Floats, stand_in_cost_deviation: Floats
) -> Floats:
    """Cohort standard deviation of cost an episode."""
    return np.where(has_own_cost_benchmark, own_cost_deviation, stand_in_cost_deviation)


@formula(cite=COST, unit="dollars", vector=True)
def cost_cut_points(
    cost_median: Floats, cost_standard_deviation: Floats, cost_band_deviations: Floats
) -> Floats:
    """Upper bounds of the cost bands, from the best."""
    return each(cost_median) + each(cost_standard_deviation) * cost_band_deviations


@formula(cite=COST, unit="band")
def cost_band(
    cost_is_scored: Flags, cost_per_episode: Floats, cost_cut_points: Floats, cost_maximum_points: float
) -> Floats:
    """Whole points of the band the cost falls in; 0 above the last band."""
    passed = count_below(cost_cut_points, cost_per_episode)
    return np.where(cost_is_scored, cost_maximum_points - passed, np.nan)


@formula(cite=COST, unit="dollars")
def cost_band_from(cost_band: Floats, cost_cut_points: Floats, cost_maximum_points: float) -> Floats:
    """Lower bound of the band."""
    return pick(cost_cut_points, cost_maximum_points - cost_band - 1)


@formula(cite=COST, unit="dollars")
def cost_band_to(cost_band: Floats, cost_cut_points: Floats, cost_maximum_points: float) -> Floats:
    """Upper bound of the band."""
    return pick(cost_cut_points, cost_maximum_points - cost_band)


@formula(cite=COST, unit="points")
def unrounded_cost_points(
    cost_band: Floats, cost_per_episode: Floats, cost_band_from: Floats, cost_band_to: Floats
) -> Floats:
    """The band's points and the share of the band below its upper bound."""
    return cost_band + (cost_band_to - cost_per_episode) / (cost_band_to - cost_band_from)


@formula(cite=COST, unit="points")
def cost_points(
    cost_band: Floats,
    unrounded_cost_points: Floats,
    point_step: float,
    partial_point_cap: float,
    cost_maximum_points: float,
    cost_minimum_points: float,
) -> Floats:
    """Achievement points of the cost measure, rounded half-up; absent where cost is not scored."""
    inside = np.minimum(round_to_step(unrounded_cost_points, point_step), cost_band + partial_point_cap)
    capped = np.where(cost_band >= cost_maximum_points, cost_maximum_points, inside)
    return np.where(cost_band < cost_minimum_points, cost_minimum_points, capped)


@formula(cite=COST, unit="fraction")
def cost_score(cost_points: Floats, cost_maximum_points: float) -> Floats:
    """Share of the points of the cost measure."""
    return cost_points / cost_maximum_points


COST_FORMULAS: list[Formula] = [
    cost_is_scored, cost_reporters, own_cost_median, own_cost_deviation, has_own_cost_benchmark,
    stand_in_cost_cohort, cost_median, cost_standard_deviation, cost_cut_points, cost_band, cost_band_from,
    cost_band_to, unrounded_cost_points, cost_points, cost_score,
]  # fmt: skip
