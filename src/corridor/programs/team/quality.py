"""The composite quality score of TEAM: percentiles of measures, weighted by the episodes they apply to."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 512.547 (team.md 6)"


@formula(cite=CITE, unit="0 or 1")
def too_little_data(insufficient: Floats, pairs: Floats, quality_least_pairs: Floats) -> Floats:
    """Whether a measure is said to have too little data, or too few matched pairs of surveys."""
    return np.where((insufficient == 1) | (pairs < quality_least_pairs), 1, 0)


@formula(cite=CITE, unit="percentile")
def percentile(hospitals_worse: Floats, hospitals_scored: Floats) -> Floats:
    """The share, in hundredths, of the national cohort of the baseline period that scores worse."""
    return 100 * hospitals_worse / hospitals_scored


@formula(cite=CITE, unit="points")
def scaled_score(too_little_data: Floats, percentile: Floats, neutral_quality_score: Floats) -> Floats:
    """The percentile of a measure; neutral where it has too little data."""
    return np.where(too_little_data == 1, neutral_quality_score, percentile)


@formula(cite=CITE, unit="points times episodes")
def weighted_score(scaled_score: Floats, applicable_episodes: Floats, quality_weighting: Texts) -> Floats:
    """A score times the hospital's episodes the measure applies to; nothing, scored or not, where it
    applies to none."""
    weighted = np.where(applicable_episodes == 0, 0, scaled_score * applicable_episodes)
    return np.where(quality_weighting == "applicable_episodes", weighted, np.nan)


@formula(cite=CITE, unit="points times episodes", over="measures", statistic="sum")
def weighted_scores(weighted_score: Floats) -> Floats:
    """The measures together."""
    return weighted_score


@formula(cite=CITE, unit="episodes", over="measures", statistic="sum")
def score_weights(applicable_episodes: Floats) -> Floats:
    """The episodes the measures apply to, counted for each measure."""
    return applicable_episodes


@formula(cite=CITE, unit="points")
def composite_quality_score(weighted_scores: Floats, score_weights: Floats) -> Floats:
    """The composite quality score, 0 to 100."""
    return weighted_scores / score_weights


MEASURE_FORMULAS = [too_little_data, percentile, scaled_score, weighted_score]
QUALITY_FORMULAS = [weighted_scores, score_weights, composite_quality_score]
