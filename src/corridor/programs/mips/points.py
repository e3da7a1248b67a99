"""Points of one measure: a rate against the cut points of its benchmark (mips.md 4.3 and 5.2).

The same formulas serve quality measures, whose cut points are percentiles of rates, and measures of cost and
of claims, whose cut points are counted in standard deviations from the median. Cut points stand in ascending
order, p1 to p99, for inverse measures too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Formula, Listed, count_below, count_up_to, each, formula, pick
from corridor.formulas.columns import Flags, Floats
from corridor.programs.mips.rounding import half_up

if TYPE_CHECKING:
    from corridor.law import RulesInForce

POINTS = "42 CFR 414.1380(b)(1)(i)"
CUTS = ("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99")
DEVIATION = "deviation"  # of mips.benchmark_ladder, the one cost measures stand on
POINT_RULES = {
    "maximum_measure_points": "mips.maximum_measure_points",
    "minimum_measure_points": "mips.minimum_measure_points",
    "measure_point_decimals": "mips.measure_point_decimals",
}
CAP_RULES = {"topped_out_cap_points": "mips.topped_out_cap_points"}
LADDER_RULES = {"band_deviations": Listed("mips.benchmark_ladder", "value", {"ladder": "deviation_ladder"})}


@formula(cite="CMS QPP benchmarks", unit="measure score", vector=True)
def percentiles(
    p1: Floats, p10: Floats, p20: Floats, p30: Floats, p40: Floats, p50: Floats, p60: Floats, p70: Floats,
    p80: Floats, p90: Floats, p99: Floats,
) -> Floats:  # fmt: skip
    """The eleven published cut points, in ascending order."""
    return np.stack(np.broadcast_arrays(p1, p10, p20, p30, p40, p50, p60, p70, p80, p90, p99), axis=-1)


@formula(cite="42 CFR 414.1380(b)(2); CMS QPP benchmarks", unit="measure score", vector=True)
def ladder_cuts(measure_median: Floats, measure_deviation: Floats, band_deviations: Floats) -> Floats:
    """Cut points counted in standard deviations from the median."""
    return each(measure_median) + each(measure_deviation) * band_deviations


@formula(cite=POINTS, unit="measure score", vector=True)
def cut_points(inverse: Flags, percentiles: Floats, ladder_cuts: Floats) -> Floats:
    """Ten cut points: lower bounds of a direct measure, upper bounds of an inverse one."""
    published = np.where(each(inverse), percentiles[..., 1:], percentiles[..., :-1])
    return np.where(np.isnan(ladder_cuts), published, ladder_cuts)


@formula(cite=POINTS, unit="decile")
def point_band(rate: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float) -> Floats:
    """The best decile the rate reaches; 0 beyond the worst cut point."""
    reached = count_up_to(cut_points, rate)
    return np.where(inverse, maximum_measure_points - count_below(cut_points, rate), reached)


@formula(cite=POINTS, unit="measure score")
def cut_reached(
    point_band: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float
) -> Floats:
    """The cut point of that decile."""
    place = np.where(inverse, maximum_measure_points - point_band, point_band - 1)
    return pick(cut_points, place)


@formula(cite=POINTS, unit="measure score")
def cut_ahead(
    point_band: Floats, inverse: Flags, cut_points: Floats, maximum_measure_points: float
) -> Floats:
    """The cut point of the next better decile."""
    place = np.where(inverse, maximum_measure_points - point_band - 1, point_band)
    return pick(cut_points, place)


@formula(cite=POINTS, unit="points")
def achievement_points(
    rate: Floats,
    point_band: Floats,
    cut_reached: Floats,
    cut_ahead: Floats,
    maximum_measure_points: float,
    minimum_measure_points: float,
    measure_point_decimals: float,
) -> Floats:
    """The decile and the share of the way to the next one; the best decile and what is below the worst have
    no partial points."""
    inside = point_band + (rate - cut_reached) / (cut_ahead - cut_reached)
    reached = np.where(point_band >= maximum_measure_points, maximum_measure_points, inside)
    return half_up(np.where(point_band < 1, minimum_measure_points, reached), measure_point_decimals)


@formula(cite="42 CFR 414.1380(b)(1)(iv)", unit="points")
def capped_points(achievement_points: Floats, is_capped: Flags, topped_out_cap_points: float) -> Floats:
    """Points after the cap on measures that have been topped out for two years."""
    return np.where(is_capped, np.minimum(achievement_points, topped_out_cap_points), achievement_points)


BAND_FORMULAS: list[Formula] = [
    percentiles, ladder_cuts, cut_points, point_band, cut_reached, cut_ahead, achievement_points,
]  # fmt: skip
CAP_FORMULAS: list[Formula] = [capped_points]


def measure_points(rate: Any, cuts: Any, inverse: Any, force: RulesInForce, *, capped: Any = False) -> Floats:
    """Points of rates against cut points, after the cap where ``capped``; NaN where rate or cuts are absent.

    rate     percent, or the measure's own scale: a number or an array of any shape
    cuts     the eleven cut points p1 to p99, ascending, on the last axis (or one set for all rates)
    inverse  lower is better; a flag or an array like ``rate``
    force    the rules in force of a year, mips among their programs
    """
    numbers, laid = np.asarray(rate, dtype=np.float64), np.asarray(cuts, dtype=np.float64)
    lower, most = np.asarray(inverse, dtype=bool), force.number("mips.maximum_measure_points")
    lowest, decimals = (
        force.number("mips.minimum_measure_points"), force.number("mips.measure_point_decimals"),
    )  # fmt: skip
    none = np.full(1, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        chosen = cut_points(lower, laid, none)
        band = point_band(numbers, lower, chosen, most)
        reached = cut_reached(band, lower, chosen, most)
        ahead = cut_ahead(band, lower, chosen, most)
        points = achievement_points(numbers, band, reached, ahead, most, lowest, decimals)
        cap = force.number("mips.topped_out_cap_points")
        found = capped_points(points, np.asarray(capped, dtype=bool), cap)
    return np.asarray(found, dtype=np.float64)


def ladder(median: float, deviation: float, force: RulesInForce) -> list[float]:
    """The eleven cut points of a cost or administrative-claims measure, from its median and deviation."""
    rows = [row for row in force.rows("mips.benchmark_ladder") if row["ladder"] == DEVIATION]
    bands = sorted(float(row["value"]) for row in rows)
    return [0.0, *(median + deviation * band for band in bands)]
