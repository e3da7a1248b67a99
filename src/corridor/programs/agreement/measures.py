"""The measures of a feedback file worked out again: points from rates and cut points, shares of points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from corridor.formulas import round_half_up
from corridor.law import Rules, RulesInForce
from corridor.programs.agreement.model import Category, Feedback, Figure, Measure
from corridor.programs.mips.points import measure_points

FLOOR = "mips.scored_measure_floor"
TINY = 1e-9


def replay_measures(
    feedback: Feedback, name: str, category: Category, force: RulesInForce, rules: Rules, stands_in: bool
) -> Iterator[Figure]:
    """Every measure of which the file prints what its points rest on."""
    for one in category.measures:
        if one.points is None or not one.counted:
            continue
        if one.maximum is not None and one.numerator is not None and one.denominator:
            share = one.maximum * one.numerator / one.denominator
            least = force.number("mips.interoperability_minimum_points")
            ours = max(float(round_half_up(share, 0)), least)
            yield _told(feedback, one, ours, "")
        elif name == "quality" and one.rate is not None:
            points, cause = _points(feedback, one, force, rules, stands_in)
            if points is not None:
                yield _told(feedback, one, points, cause)


def _points(
    feedback: Feedback, one: Measure, force: RulesInForce, rules: Rules, stands_in: bool
) -> tuple[float | None, str]:
    """Points against the cut points, or of a measure that is not scored against any; with the cause where
    a rule of another year decides."""
    least = force.number("mips.data_completeness_minimum")
    if one.reporting_rate is not None and one.reporting_rate < least:
        return _unscored(feedback, force, "incomplete"), ""
    if one.cuts is None:
        return _unscored(feedback, force, "no_benchmark"), ""
    ours = float(measure_points(one.rate, np.array(one.cuts), one.inverse, force))
    cap = force.number("mips.topped_out_cap_points")
    if one.topped_out and ours > cap and abs((one.points or 0.0) - cap) <= TINY:
        return cap, "the cap on a measure that has been topped out for two years"
    floor = _old_floor(feedback, rules) if stands_in else None
    if floor is not None and ours < floor:
        return floor, "the fewest points of a scored measure, of the years before 2023"
    return ours, ""


def _unscored(feedback: Feedback, force: RulesInForce, result: str) -> float | None:
    """Points of a result that no benchmark scores; None where the practice's size is not known."""
    if feedback.small_practice is None:
        return None
    practice = "small" if feedback.small_practice else "other"
    for row in force.rows("mips.unscored_measure"):
        if (row["result"], row["scoring"], row["practice"]) == (result, "mips", practice):
            return None if row["points"] is None else float(row["points"])
    return None


def _old_floor(feedback: Feedback, rules: Rules) -> float | None:
    """The fewest points of the years before the scale began at 1; of a file that does not say its year too,
    where its cut points are those of such a year."""
    periods = rules.periods(FLOOR)
    year = feedback.year
    for period in periods:
        if year is None or period.holds(year):
            return float(rules.value(FLOOR, period.entry))
    return None


def _told(feedback: Feedback, one: Measure, ours: float, cause: str) -> Figure:
    from corridor.programs.agreement.replay import half, judged

    return judged(feedback, "measure", one.measure_id, one.points, ours, half(one.decimals), 0.0, cause)
