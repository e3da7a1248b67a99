"""Every figure of a feedback file worked out again from the figures below it in the same file.

The formulas are those of MIPS (programs/mips), given what CMS prints and asked for the next figure up. So a
difference is one of formulas, rules or printed digits, never of data. Ours may lie from theirs as far as the
digits that are printed allow: such a difference is explained, and what is left is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from corridor.errors import CorridorError
from corridor.law import Rules, RulesInForce
from corridor.programs.agreement.measures import replay_measures
from corridor.programs.agreement.model import CATEGORIES, Category, Feedback, Figure
from corridor.programs.mips.model import CLINICIANS

TINY = 1e-9
LAW = ("mips", "qp")
RESTS = {
    "rounded": "rounding of printed digits",
    "stand_in": "rules of another year stand in",
}


class Replay:
    """One participant's feedback, figure by figure.

    force    the rules of the performance year; of the first year the rules have, where it is before that or
             the file does not say it (``stands_in``)
    """

    def __init__(self, feedback: Feedback, rules: Rules) -> None:
        self.feedback, self.rules = feedback, rules
        first = _first_year(rules)
        self.stands_in = feedback.year is None or feedback.year < first
        self.force = rules.in_force(first if self.stands_in else int(feedback.year or first))

    def figures(self) -> Iterator[Figure]:
        """Measures, then categories, then weights and contributions, the final score, the adjustment."""
        percents: dict[str, float] = {}
        for name, category in self.feedback.categories.items():
            yield from replay_measures(self.feedback, name, category, self.force, self.rules, self.stands_in)
            figure = self._percent(name, category)
            if figure is not None:
                yield figure
            if category.percent is not None:
                percents[name] = category.percent
            elif figure is not None and figure.ours is not None:
                percents[name] = figure.ours
        yield from self._contributions()
        yield from self._final(percents)
        yield from self._adjustment()

    # ---- categories ------------------------------------------------------------------------

    def _percent(self, name: str, category: Category) -> Figure | None:
        """The category from its measures; None where the file does not print both."""
        theirs = category.percent if category.percent is not None else category.points
        counted = [one for one in category.measures if one.counted and one.points is not None]
        if theirs is None or not counted:
            return None
        points = sum(one.points or 0.0 for one in counted)
        spread = sum(half(one.decimals) for one in counted)
        if name == "improvement_activities":
            return self._activities(category, theirs, points)
        if name == "promoting_interoperability":
            given = {
                "interoperability_measures_points": points, "interoperability_bonus_reported": 0.0,
                "interoperability_statements_made": 1.0, "interoperability_submitted": 1.0,
                "has_unmet_measure": False,
            }  # fmt: skip
            return self._figure(
                "category", name, theirs, self._worked("promoting_interoperability_percent", given),
                half(category.decimals), spread if self.feedback.kind != "scoring_api" else 0.0,
            )  # fmt: skip
        if name == "cost":
            given = {"cost_points": points, "cost_measures_scored": float(len(counted)),
                     "cost_improvement": category.improvement}  # fmt: skip
            per_point = 100 / (self._most() * len(counted))
            return self._figure(
                "category", name, theirs, self._worked("cost_percent", given), half(category.decimals),
                spread * per_point,
            )  # fmt: skip
        return self._quality(category, theirs, points, spread, len(counted))

    def _quality(self, category: Category, theirs: float, points: float, spread: float, count: int) -> Figure:
        """Points and bonus over what could be had; a measure of no points may have left both."""
        least = self.force.rows("mips.quality_measures_required")
        asked = next((row["measures"] for row in least if row["pathway"] == self.feedback.pathway), 0)
        available = category.available or self._most() * max(count, int(asked))
        tried = [(available, "")]
        empty = [one for one in category.measures if one.counted and one.points == 0]
        if empty and category.available is None:
            left = available - self._most() * len(empty)
            tried.append((left, "a measure of no points is left out of what could be had"))
        found: Figure | None = None
        for out_of, cause in tried:
            given = {
                "quality_points": points, "quality_available": out_of, "quality_bonus": category.bonus,
                "organization_adjustment": 0.0, "quality_improvement": category.improvement,
            }  # fmt: skip
            ours = self._worked("quality_percent", given)
            digits = int(self.force.number("mips.achievement_percent_decimals"))
            within = spread * 100 / out_of + half(digits)
            figure = self._figure("category", "quality", theirs, ours, half(category.decimals), within, cause)
            if found is None or (found.verdict == "unexplained" and figure.verdict != "unexplained"):
                found = figure
        assert found is not None
        return found

    def _activities(self, category: Category, theirs: float, points: float) -> Figure:
        """The points of the activities, up to all that can be had, as a percentage."""
        most = self.force.number("mips.improvement_activity_points_maximum")
        share = min(1.0, points / most)
        given = {
            "activity_share_by_points": share, "activity_share_by_count": share,
            "automatic_activity_share": 0.0, "patient_centered_medical_home": 0.0,
        }  # fmt: skip
        ours = self._worked("improvement_activities_percent", given)
        printed = theirs if category.percent is not None else 100 * theirs / most
        return self._figure("category", "improvement_activities", printed, ours, half(category.decimals), 0.0)

    def _most(self) -> float:
        return self.force.number("mips.maximum_measure_points")

    # ---- the final score -------------------------------------------------------------------

    def _contributions(self) -> Iterator[Figure]:
        """A category times its weight, where both and the product are printed."""
        for name, category in self.feedback.categories.items():
            if None in (category.percent, category.weight, category.contribution):
                continue
            given = {f"{name}_percent": category.percent, f"{name}_weight": category.weight}
            ours = self._worked(f"{name}_contribution", given)
            within = half(category.decimals) * float(category.weight or 0)
            yield self._figure(
                "contribution", name, category.contribution, ours, half(category.decimals), within
            )

    def _final(self, percents: Mapping[str, float]) -> Iterator[Figure]:
        """The final score from categories and weights: those printed, else those of the rules."""
        feedback = self.feedback
        if feedback.final_score is None:
            return
        weights, cause = self._weights(percents)
        absent = [name for name in CATEGORIES if weights.get(name) and name not in percents]
        if not weights or absent:
            why = "weights are not printed" if not weights else f"{absent[0]} is not printed"
            yield Figure(
                feedback.file, feedback.place, "final", "final_score", feedback.final_score, None,
                "not_replayed", why,
            )  # fmt: skip
            return
        given: dict[str, Any] = {"complex_patient_bonus": feedback.complex_patient_bonus or 0.0}
        for name in CATEGORIES:
            given[f"{name}_percent"] = percents.get(name, 0.0)
            given[f"{name}_weight"] = weights.get(name, 0.0)
        given["categories_weighed"] = float(sum(1 for weight in weights.values() if weight))
        if (
            self.feedback.kind == "scoring_api"
        ):  # each answer holds one category of a submission, and its share
            given["categories_weighed"] = self.force.number("mips.categories_minimum")
        within = half(2) + sum(
            half(category.decimals) * float(weights.get(name) or 0)
            for name, category in feedback.categories.items()
            if category.percent is not None
        )
        ours = self._worked("final_score", given)
        yield self._figure(
            "final", "final_score", feedback.final_score, ours, half(feedback.decimals), within, cause
        )

    def _weights(self, percents: Mapping[str, float]) -> tuple[dict[str, float], str]:
        """The printed weights; else by the rules, where the file says what they depend on."""
        feedback = self.feedback
        printed = {
            name: float(one.weight) for name, one in feedback.categories.items() if one.weight is not None
        }
        if printed:
            return printed, ""
        if feedback.small_practice is None or (self.stands_in and feedback.year is None):
            return {}, ""
        excused = feedback.interoperability_reweighted and not percents.get("promoting_interoperability")
        given = {
            "pathway": feedback.pathway, "participation": feedback.participation or "group",
            "small_practice": float(feedback.small_practice),
            "no_quality": "quality" not in percents, "no_cost": "cost" not in percents,
            "no_improvement": "improvement_activities" not in percents,
            "no_interoperability": excused,
        }  # fmt: skip
        found = {name: self._worked(f"{name}_weight", given) for name in CATEGORIES}
        cause = "weights by the rules" + (f": {RESTS['stand_in']}" if self.stands_in else "")
        return found, cause

    def _adjustment(self) -> Iterator[Figure]:
        feedback = self.feedback
        if feedback.adjustment is None or feedback.final_score is None:
            return
        theirs = 100 * feedback.adjustment
        published = {
            int(row["payment_year"]): float(row["factor"])
            for row in self.force.rows("qp.mips_scaling_factor")
        }
        paid = (feedback.year or 0) + int(self.force.number("mips.payment_lag_years"))
        rewarded = feedback.final_score > self.force.number("qp.mips_threshold")
        if self.stands_in or (rewarded and paid not in published):
            yield Figure(
                feedback.file, feedback.place, "adjustment", "payment_adjustment_percent", theirs, None,
                "not_replayed", "no scaling factor of that year stands in the rules",
            )  # fmt: skip
            return
        given = {
            "final_score": feedback.final_score, "counts": True, "is_adjusted": True,
            "scaling_factor": published.get(paid, np.nan), "part_b_paid": np.nan,
        }  # fmt: skip
        ours = 100 * self._worked("payment_adjustment_factor", given)
        yield self._figure(
            "adjustment", "payment_adjustment_percent", theirs, ours, half(feedback.adjustment_decimals), 0.0
        )

    # ---- one figure ------------------------------------------------------------------------

    def _worked(self, quantity: str, given: Mapping[str, Any]) -> float:
        """One quantity of the MIPS model from what is given."""
        columns = {
            name: np.array([value], dtype=object if isinstance(value, str) else None)
            for name, value in given.items()
        }
        found = CLINICIANS.evaluate(columns, self.force, wanted=[quantity])
        return float(np.asarray(found[quantity], dtype=np.float64).reshape(-1)[0])

    def _figure(
        self,
        scope: str,
        name: str,
        theirs: float | None,
        ours: float,
        printed: float,
        within: float,
        cause: str = "",
    ) -> Figure:
        return judged(self.feedback, scope, name, theirs, ours, printed, within, cause)


def judged(
    feedback: Feedback,
    scope: str,
    name: str,
    theirs: float | None,
    ours: float,
    printed: float,
    within: float,
    cause: str = "",
) -> Figure:
    """Agreed within half of the last printed digit; explained by ``within`` or a cause; else unexplained."""
    place = (feedback.file, feedback.place, scope, name, theirs, ours)
    off = abs(ours - (theirs or 0.0))
    if off <= printed + TINY:
        return Figure(*place, "explained" if cause else "agreed", cause, printed)
    if off <= printed + within + TINY:
        return Figure(*place, "explained", "; ".join(x for x in (cause, RESTS["rounded"]) if x), within)
    return Figure(*place, "unexplained", "", within)


def half(decimals: int) -> float:
    """Half of the last of so many printed digits."""
    return 0.5 * 10.0**-decimals


def _first_year(rules: Rules) -> int:
    starts = [period.start for period in rules.periods("mips.category_weight")]
    years = [start for start in starts if isinstance(start, int)]
    if not years:
        raise CorridorError("LAW-NOT-IN-FORCE", "No weights of MIPS are known.", rule="mips.category_weight")
    return min(years)


def replay(feedback: Sequence[Feedback], rules: Rules) -> list[Figure]:
    """The figures of several participants, in order."""
    return [figure for one in feedback for figure in Replay(one, rules).figures()]


__all__ = ["LAW", "Replay", "RulesInForce", "half", "judged", "replay"]
