"""ASM quality: from a reported rate to points, from submissions to measures.

Two models. A row of the first is a submission: clinician, measure, collection type. A row of the second is a
required measure of a clinician, whether anything was sent or not. Rates and completeness are in percent.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, count_below, count_up_to, each, formula, pick, round_to_step
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.formulas.reductions import count_of, deviation_of, median_of, percentiles_of

QUALITY = "42 CFR 512.725"

# -- a submission ------------------------------------------------------------------------------


@formula(cite=QUALITY, unit="flag")
def is_complete(
    rate: Floats, data_completeness: Floats, data_completeness_minimum: float, administrative_claims: Flags
) -> Flags:
    """Reported for enough of the eligible patients; a claims-based measure always is."""
    return ~np.isnan(rate) & (administrative_claims | ~(data_completeness < data_completeness_minimum))


@formula(cite=QUALITY, unit="cases")
def cases_needed(administrative_claims: Flags, case_minimum: float, q492_case_minimum: float) -> Floats:
    """Fewest eligible cases for the measure to be scored."""
    return np.where(administrative_claims, q492_case_minimum, case_minimum)


@formula(cite=QUALITY, unit="flag")
def has_enough_cases(eligible_cases: Floats, cases_needed: Floats) -> Flags:
    """Enough eligible cases; a count that is not given is taken as enough."""
    return ~(eligible_cases < cases_needed)


@formula(cite=QUALITY, unit="flag")
def forms_benchmark(is_complete: Flags, has_enough_cases: Flags) -> Flags:
    """Whether this result counts towards the benchmark of its measure and collection type."""
    return is_complete & has_enough_cases


@formula(
    cite="42 CFR 414.1380(b)(1)(ii)(A), by analogy", unit="clinicians", group="benchmark", statistic="count"
)
def benchmark_reporters(forms_benchmark: Flags, rate: Floats, inverse: Flags) -> Floats:
    """Reporters of the measure and collection type that are not at the worst end of the scale."""
    return count_of(forms_benchmark & np.where(inverse, rate < 100, rate > 0))


@formula(cite="90 FR 49634", unit="flag")
def has_own_benchmark(
    benchmark_reporters: Floats,
    benchmark_minimum_reporters: float,
    quality_benchmark_year: str,
    whole_cohort: Flags,
) -> Flags:
    """Whether the participants of this file form the benchmark; else the law's stand-in is used."""
    own = (quality_benchmark_year == "same_performance_year") & (whole_cohort > 0)
    return own & (benchmark_reporters >= benchmark_minimum_reporters)


@formula(cite="90 FR 49634", unit="percent", group="benchmark", statistic="percentiles", vector=True)
def own_percentiles(forms_benchmark: Flags, rate: Floats, percentile_levels: Floats) -> Floats:
    """Percentiles of the rates in this file, linear between ranks."""
    return percentiles_of(np.where(forms_benchmark, rate, np.nan), percentile_levels)


@formula(cite="Corridor: which measures need a stand-in", unit="code")
def stand_in_measure(measure_id: Texts, has_own_benchmark: Flags) -> Texts:
    """The measure whose published MIPS benchmark stands in; empty where the file has its own."""
    return np.where(has_own_benchmark, "", measure_id)


@formula(cite="90 FR 49634", unit="percent", vector=True)
def percentiles(has_own_benchmark: Flags, own_percentiles: Floats, stand_in_percentiles: Floats) -> Floats:
    """Percentiles of the benchmark, from the lowest to the highest."""
    return np.where(each(has_own_benchmark), own_percentiles, stand_in_percentiles)


@formula(cite="CMS QPP benchmarks schema", unit="flag")
def counts_deviations(administrative_claims: Flags, q492_benchmark: str) -> Flags:
    """Whether the benchmark is counted in standard deviations from the median, not in deciles."""
    return administrative_claims & (q492_benchmark == "standard_deviation")


@formula(cite="CMS QPP benchmarks schema", unit="measure score", group="benchmark", statistic="median")
def own_measure_median(forms_benchmark: Flags, rate: Floats) -> Floats:
    """Median result in this file."""
    return median_of(np.where(forms_benchmark, rate, np.nan))


@formula(
    cite="CMS QPP benchmarks schema", unit="measure score", group="benchmark", statistic="standard deviation"
)
def own_measure_deviation(forms_benchmark: Flags, rate: Floats, cost_standard_deviation_rule: str) -> Floats:
    """Standard deviation of the results in this file."""
    return deviation_of(np.where(forms_benchmark, rate, np.nan), cost_standard_deviation_rule == "sample")


@formula(cite="CMS QPP benchmarks schema", unit="measure score")
def measure_median(has_own_benchmark: Flags, own_measure_median: Floats, stand_in_median: Floats) -> Floats:
    """Median from which the bands are counted."""
    return np.where(has_own_benchmark, own_measure_median, stand_in_median)


@formula(cite="CMS QPP benchmarks schema", unit="measure score")
def measure_deviation(
    has_own_benchmark: Flags, own_measure_deviation: Floats, stand_in_deviation: Floats
) -> Floats:
    """Standard deviation in which the bands are counted."""
    return np.where(has_own_benchmark, own_measure_deviation, stand_in_deviation)


@formula(cite=QUALITY, unit="measure score", vector=True)
def cut_points(
    counts_deviations: Flags,
    inverse: Flags,
    percentiles: Floats,
    measure_median: Floats,
    measure_deviation: Floats,
    band_deviations: Floats,
) -> Floats:
    """Cut points in ascending order: lower bounds of a direct measure, upper bounds of an inverse one."""
    by_deviation = each(measure_median) + each(measure_deviation) * band_deviations
    by_decile = np.where(each(inverse), percentiles[..., 1:], percentiles[..., :-1])
    return np.where(each(counts_deviations), by_deviation, by_decile)


@formula(cite=QUALITY, unit="band")
def point_band(rate: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float) -> Floats:
    """Whole points of the band the rate falls in; 0 beyond the worst cut point."""
    direct = count_up_to(cut_points, rate)
    return np.where(inverse, maximum_measure_points - count_below(cut_points, rate), direct)


@formula(cite=QUALITY, unit="measure score")
def band_from(
    point_band: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float
) -> Floats:
    """The cut point below the rate."""
    return pick(cut_points, np.where(inverse, maximum_measure_points - point_band, point_band) - 1)


@formula(cite=QUALITY, unit="measure score")
def band_to(point_band: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float) -> Floats:
    """The cut point above the rate."""
    return pick(cut_points, np.where(inverse, maximum_measure_points - point_band, point_band))


@formula(cite="42 CFR 414.1380(b)(1)(i), by analogy", unit="points")
def unrounded_points(
    point_band: Floats, rate: Floats, inverse: Flags, band_from: Floats, band_to: Floats
) -> Floats:
    """The band's points and the share of the band that was passed."""
    return point_band + np.where(inverse, band_to - rate, rate - band_from) / (band_to - band_from)


@formula(cite="42 CFR 414.1380(b)(1)(i), by analogy", unit="points")
def achievement_points(
    point_band: Floats,
    unrounded_points: Floats,
    point_step: float,
    partial_point_cap: float,
    maximum_measure_points: float,
    minimum_measure_points: float,
) -> Floats:
    """Points of the rate, rounded half-up; the best and the worst band have no partial points."""
    inside = np.minimum(round_to_step(unrounded_points, point_step), point_band + partial_point_cap)
    capped = np.where(point_band >= maximum_measure_points, maximum_measure_points, inside)
    return np.where(point_band < minimum_measure_points, minimum_measure_points, capped)


@formula(cite="42 CFR 414.1380(b)(1)(iv), by analogy", unit="points")
def topped_out_points(
    achievement_points: Floats, topped_out: Floats, topped_out_cap: str, topped_out_cap_points: float
) -> Floats:
    """Points after the cap on topped-out measures, where that cap applies."""
    applies = (topped_out_cap == "capped") & (topped_out > 0)
    return np.where(applies, np.minimum(achievement_points, topped_out_cap_points), achievement_points)


@formula(cite=QUALITY, unit="outcome")
def outcome(rate: Floats, is_complete: Flags, has_enough_cases: Flags, point_band: Floats) -> Texts:
    """What became of the submission: completeness first, then cases, then the benchmark."""
    tested = np.where(np.isnan(point_band), "no benchmark", "scored")
    counted = np.where(has_enough_cases, tested, "too few cases")
    return np.where(np.isnan(rate), "not reported", np.where(is_complete, counted, "incomplete"))


@formula(cite=QUALITY, unit="points")
def submission_points(
    outcome: Texts,
    topped_out_points: Floats,
    incomplete_measure_points: float,
    low_case_measure_rule: str,
    no_benchmark_measure_rule: str,
) -> Floats:
    """Points of the submission; absent where it falls out of numerator and denominator."""
    few = np.where(low_case_measure_rule == "removed", np.nan, 0)
    unmeasured = np.where(no_benchmark_measure_rule == "removed", np.nan, 0)
    removed = np.where(
        outcome == "too few cases", few, np.where(outcome == "no benchmark", unmeasured, np.nan)
    )
    kept = np.where(outcome == "incomplete", incomplete_measure_points, removed)
    return np.where(outcome == "scored", topped_out_points, kept)


SUBMISSION_FORMULAS: list[Formula] = [
    is_complete, cases_needed, has_enough_cases, forms_benchmark, benchmark_reporters, has_own_benchmark,
    own_percentiles, stand_in_measure, percentiles, counts_deviations, own_measure_median,
    own_measure_deviation, measure_median, measure_deviation, cut_points, point_band, band_from, band_to,
    unrounded_points, achievement_points, topped_out_points, outcome, submission_points,
]  # fmt: skip

# -- a required measure of a clinician -----------------------------------------------------------


@formula(cite=QUALITY, unit="points", over="submission", statistic="max")
def most_points(submission_points: Floats, outcome: Texts) -> Floats:
    """Most points among the collection types that were scored."""
    return np.where(outcome == "scored", submission_points, np.nan)


@formula(cite=QUALITY, unit="submissions", over="submission", statistic="count")
def removed_submissions(submission_points: Floats, outcome: Texts) -> Floats:
    """Complete submissions without enough cases, or without a benchmark."""
    return np.where(outcome == "not reported", 0, np.isnan(submission_points))


@formula(cite=QUALITY, unit="submissions", over="submission", statistic="count")
def sent_submissions(rate: Floats) -> Flags:
    """Submissions with a rate."""
    return ~np.isnan(rate)


@formula(cite="42 CFR 512.745(a)(2)(ii)", unit="submissions", over="submission", statistic="count")
def complete_submissions(is_complete: Flags, administrative_claims: Flags) -> Flags:
    """Complete submissions the clinician made, claims-based ones left out."""
    return is_complete & ~administrative_claims


@formula(cite=QUALITY, unit="outcome")
def measure_outcome(
    most_points: Floats, removed_submissions: Floats, sent_submissions: Floats, measure_from_claims: Flags
) -> Texts:
    """What becomes of the measure: a score beats a removal, and a removal beats an incomplete submission."""
    unsent = np.where(measure_from_claims, "left to CMS", "not reported")
    zero = np.where(sent_submissions > 0, "incomplete", unsent)
    return np.where(np.isnan(most_points), np.where(removed_submissions > 0, "removed", zero), "scored")


@formula(cite=QUALITY, unit="points")
def measure_points(
    measure_outcome: Texts,
    most_points: Floats,
    unreported_measure_points: float,
    unreported_measure_in_denominator: bool,
    incomplete_measure_points: float,
) -> Floats:
    """Points of the measure; absent where it leaves numerator and denominator."""
    unreported = np.where(unreported_measure_in_denominator, unreported_measure_points, np.nan)
    sent = np.where(measure_outcome == "incomplete", incomplete_measure_points, most_points)
    return np.where(measure_outcome == "not reported", unreported, sent)


MEASURE_FORMULAS: list[Formula] = [
    most_points, removed_submissions, sent_submissions, complete_submissions, measure_outcome, measure_points,
]  # fmt: skip

# -- the clinician's quality category --------------------------------------------------------------


@formula(cite=QUALITY, unit="points", over="measure", statistic="sum")
def quality_points(measure_points: Floats) -> Floats:
    """Points of all measures that count."""
    return measure_points


@formula(cite=QUALITY, unit="measures", over="measure", statistic="count")
def quality_measures_counted(measure_points: Floats) -> Flags:
    """Measures in the denominator."""
    return ~np.isnan(measure_points)


@formula(cite=QUALITY, unit="measures", over="measure", statistic="count")
def complete_measures(complete_submissions: Floats) -> Floats:
    """Measures, claims-based ones left out, that were reported completely."""
    return complete_submissions


@formula(cite=QUALITY, unit="fraction")
def quality_score(
    quality_points: Floats, quality_measures_counted: Floats, maximum_measure_points: float
) -> Floats:
    """Share of the points that the counted measures could earn; absent where none counts."""
    possible = maximum_measure_points * quality_measures_counted
    return np.where(possible > 0, quality_points / possible, np.nan)


CATEGORY_FORMULAS: list[Formula] = [
    quality_points, quality_measures_counted, complete_measures, quality_score,
]  # fmt: skip
