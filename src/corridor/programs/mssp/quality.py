"""Formulas of the quality performance standard: measures -> quality score, standard, alternative (mssp.md 7).

Points of measures and the score before adjustment are MIPS's own (corridor.programs.mips), the APP Plus of an
APM entity; what follows for an ACO is here. One row a measure, then one row an ACO.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, Keyed, Model, formula
from corridor.formulas.columns import Flags, Floats, Texts

STANDARD = "42 CFR 425.512(a)(5)"


@formula(cite=STANDARD, unit="flag")
def electronic(collection_type: Texts) -> Flags:
    """Collected as an eCQM or a MIPS CQM, over the patients of all payers."""
    return np.asarray((collection_type == "ecqm") | (collection_type == "mipscqm"))


@formula(cite=STANDARD, unit="flag")
def outcome_at_tenth(points: Floats, is_outcome: Flags, quality_tenth_percentile_points: float) -> Flags:
    """An outcome measure at or above the 10th percentile."""
    return np.asarray(is_outcome & (points >= quality_tenth_percentile_points))


@formula(cite=STANDARD, unit="flag")
def at_fortieth(points: Floats, quality_fortieth_percentile_points: float) -> Flags:
    """A measure at or above the 40th percentile."""
    return np.asarray(points >= quality_fortieth_percentile_points)


QUALITY_MEASURES = Model(
    "mssp measures",
    [electronic, outcome_at_tenth, at_fortieth],
    {
        "is_outcome": Keyed("mssp.quality_outcome_measure", {"measure_id": "measure_id"}, "outcome"),
        "quality_tenth_percentile_points": "mssp.quality_tenth_percentile_points",
        "quality_fortieth_percentile_points": "mssp.quality_fortieth_percentile_points",
    },
    abouts={
        "points": "Points of the measure by the formulas of MIPS.",
        "collection_type": "How it was collected.",
        "complete": "1 where enough of the eligible cases was reported.",
        "clinical": "1 for a measure the ACO reports itself.",
        "reported": "1 where there is a result.",
    },
)


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def outcomes_at_tenth(outcome_at_tenth: Flags) -> Flags:
    """Outcome measures at or above the 10th percentile."""
    return outcome_at_tenth


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def measures_at_fortieth(at_fortieth: Flags) -> Flags:
    """Measures at or above the 40th percentile."""
    return at_fortieth


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def measures_at_both(outcome_at_tenth: Flags, at_fortieth: Flags) -> Flags:
    """Outcome measures that reach both: one alone does not serve for two."""
    return np.asarray(outcome_at_tenth & at_fortieth)


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def electronic_complete(clinical: Floats, electronic: Flags, complete: Floats) -> Flags:
    """Measures the ACO reported over all payers, complete."""
    return np.asarray((clinical == 1) & electronic & (complete == 1))


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def clinical_complete(clinical: Floats, complete: Floats) -> Flags:
    """Measures the ACO reported in any way, complete."""
    return np.asarray((clinical == 1) & (complete == 1))


@formula(cite=STANDARD, unit="measures", over="measure", statistic="count")
def clinical_reported(clinical: Floats, reported: Floats) -> Flags:
    """Measures the ACO reported in any way."""
    return np.asarray((clinical == 1) & (reported == 1))


@formula(cite=STANDARD, unit="fraction")
def standard_score(stated_standard_score: Floats, published_standard_score: Floats) -> Floats:
    """The score that meets the standard: as stated, else as CMS published it for the year."""
    return np.where(np.isnan(stated_standard_score), published_standard_score, stated_standard_score)


@formula(cite="42 CFR 414.1380(b)(1), 425.512(b)", unit="fraction")
def own_quality_score(
    mips_quality_score: Floats, health_equity_points: Floats, health_equity_most: float
) -> Floats:
    """The ACO's own score: that of MIPS, and the health equity adjustment of the years that had one."""
    return np.minimum(mips_quality_score + np.minimum(health_equity_points, health_equity_most), 1)


@formula(cite="42 CFR 425.512(a)(7) and (c)", unit="fraction")
def quality_score(
    own_quality_score: Floats,
    standard_score: Floats,
    disaster_quality: Floats,
    lacks_benchmark: Floats,
    disaster_quality_floor: bool,
    no_benchmark_floor: bool,
) -> Floats:
    """The quality score; at least the standard in extreme and uncontrollable circumstances."""
    struck = (disaster_quality == 1) & disaster_quality_floor
    lifted = struck | ((lacks_benchmark == 1) & no_benchmark_floor)
    return np.where(lifted, np.fmax(own_quality_score, standard_score), own_quality_score)


@formula(cite=STANDARD, unit="flag")
def reporting_incentive(
    electronic_complete: Floats,
    clinical_measures: Floats,
    outcomes_at_tenth: Floats,
    measures_at_fortieth: Floats,
    measures_at_both: Floats,
) -> Flags:
    """Every clinical measure over all payers, an outcome at the 10th percentile, another at the 40th."""
    pairs = outcomes_at_tenth * measures_at_fortieth - measures_at_both
    return np.asarray((electronic_complete >= clinical_measures) & (pairs > 0))


@formula(cite=STANDARD, unit="flag")
def first_year_standard(
    first_performance_year: Floats,
    clinical_complete: Floats,
    clinical_measures: Floats,
    survey_made: Floats,
    own_quality_score: Floats,
) -> Flags:
    """In the first year of a first agreement it is enough to report the set, survey included."""
    reports = (clinical_complete >= clinical_measures) & (survey_made == 1)
    return np.asarray((first_performance_year == 1) & reports & ~np.isnan(own_quality_score))


@formula(cite=STANDARD, unit="flag")
def quality_standard_met(
    quality_score: Floats, standard_score: Floats, reporting_incentive: Flags, first_year_standard: Flags
) -> Floats:
    """The quality performance standard is met: by the score, the incentive, or in the first year."""
    by_score = np.where(np.isnan(standard_score), np.nan, quality_score >= standard_score)
    return np.where(reporting_incentive | first_year_standard, 1, by_score)


@formula(cite="42 CFR 425.512(a)(5)(iii)", unit="flag")
def alternative_standard_met(
    alternative_reporting: str,
    clinical_reported: Floats,
    clinical_complete: Floats,
    clinical_measures: Floats,
    survey_made: Floats,
    outcomes_at_tenth: Floats,
) -> Floats:
    """The alternative: the set is reported, an outcome measure is at the 10th percentile."""
    some = (clinical_reported > 0) | (survey_made == 1)
    every = (clinical_complete >= clinical_measures) & (survey_made == 1)
    enough = np.where(alternative_reporting == "all_measures", every, some)
    return np.where(enough & (outcomes_at_tenth > 0), 1.0, 0.0)


QUALITY_FORMULAS: list[Formula] = [
    outcomes_at_tenth, measures_at_fortieth, measures_at_both, electronic_complete, clinical_complete,
    clinical_reported, standard_score, own_quality_score, quality_score, reporting_incentive,
    first_year_standard, quality_standard_met, alternative_standard_met,
]  # fmt: skip
QUALITY = Model(
    "mssp quality",
    QUALITY_FORMULAS,
    {
        "published_standard_score": Keyed(
            "mssp.quality_standard_score", {"performance_year": "performance_year"}, "score"
        ),
        "health_equity_most": "mssp.health_equity_most",
        "disaster_quality_floor": "mssp.disaster_quality_floor",
        "no_benchmark_floor": "mssp.no_benchmark_floor",
        "alternative_reporting": "mssp.alternative_reporting",
    },
    units={"mips_quality_score": "fraction", "stated_standard_score": "fraction"},
    abouts={
        "mips_quality_score": "The quality score of APP Plus by the formulas of MIPS.",
        "stated_standard_score": "The 40th percentile of MIPS quality scores, where the file gives it.",
        "health_equity_points": "The health equity adjustment, a share of one.",
        "disaster_quality": "1 where CMS found extreme and uncontrollable circumstances.",
        "lacks_benchmark": "1 where a required measure has no benchmark.",
        "clinical_measures": "How many clinical measures the set has.",
        "survey_made": "1 where the CAHPS survey was made.",
        "first_performance_year": "1 in the first performance year of the first agreement period.",
        "performance_year": "The performance year.",
    },
)
