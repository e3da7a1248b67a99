"""Ours beside CMS's: what makes up the difference of a final score and of an adjustment.

A final score is a function of the four category percents, their weights and the bonus. Each of these may be
CMS's or ours; the share of one in the difference is its effect averaged over every order in which CMS's
values could be exchanged for ours (the Shapley value). The shares do not depend on any order and add up to
the difference; what CMS's own parts do not come to is a cause of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import factorial
from typing import Any

import numpy as np

from corridor.formulas.columns import Floats
from corridor.law import RulesInForce
from corridor.programs.agreement.model import CATEGORIES, Feedback
from corridor.programs.agreement.parts import Part, parts
from corridor.programs.mips.model import CLINICIANS

WEIGHTS, BONUS = "weights", "complex_patient_bonus"
PARTS = (*CATEGORIES, WEIGHTS, BONUS)
WORDS = {
    "quality": "quality category",
    "cost": "cost category",
    "improvement_activities": "improvement activities",
    "promoting_interoperability": "Promoting Interoperability",
    WEIGHTS: "weights of the categories",
    BONUS: "complex patient bonus",
    "final_score": "final score",
    "scaling_factor": "scaling factor",
    "unexplained": "CMS's own parts come to another figure",
    "not_printed": "CMS prints no parts",
    "rounding": "rounding here",
}


@dataclass(frozen=True)
class Share:
    """What one cause makes up of a difference, in points of the final score or percent of payments."""

    cause: str
    theirs: float | None
    ours: float | None
    effect: float

    def to_dict(self) -> dict[str, Any]:
        """The share for machines."""
        return {"cause": self.cause, "theirs": self.theirs, "ours": self.ours, "effect": self.effect}


@dataclass(frozen=True)
class Comparison:
    """One participant: CMS's final score and adjustment (a fraction), ours, the shares of each difference.

    within  category -> what makes up its own difference, in its percentage points
    """

    feedback: Feedback
    final_theirs: float | None
    final_ours: float | None
    final_shares: tuple[Share, ...]
    adjustment_theirs: float | None
    adjustment_ours: float | None
    adjustment_shares: tuple[Share, ...]
    within: dict[str, tuple[Part, ...]]

    def to_dict(self) -> dict[str, Any]:
        """The comparison for machines; adjustments are fractions."""
        one = self.feedback
        return {
            "file": one.file, "place": one.place, "tin": one.tin or None, "npi": one.npi or None,
            "performance_year": one.year,
            "final_score": {
                "theirs": self.final_theirs, "ours": self.final_ours,
                "difference": _less(self.final_ours, self.final_theirs),
                "causes": [share.to_dict() for share in self.final_shares],
            },
            "payment_adjustment_factor": {
                "theirs": self.adjustment_theirs, "ours": self.adjustment_ours,
                "difference": _less(self.adjustment_ours, self.adjustment_theirs),
                "causes": [share.to_dict() for share in self.adjustment_shares],
            },
            "categories": {name: [part.to_dict() for part in found] for name, found in self.within.items()},
        }  # fmt: skip


def compare(feedback: Feedback, ours: Mapping[str, Any], force: RulesInForce) -> Comparison:
    """CMS's figures of a participant beside a row of ours (the names of ``corridor settle mips --json``)."""
    final_ours = _number(ours.get("final_score"))
    final_shares = _of_final(feedback, ours, force) if _both(final_ours, feedback.final_score) else ()
    adjustment = _number(ours.get("payment_adjustment_factor"))
    told = _both(adjustment, feedback.adjustment)
    return Comparison(
        feedback,
        feedback.final_score,
        final_ours,
        final_shares,
        feedback.adjustment,
        adjustment,
        _of_adjustment(feedback, ours, force) if told else (),
        {
            name: found
            for name, category in feedback.categories.items()
            if (found := parts(name, category, ours, force.number("mips.maximum_measure_points")))
        },
    )


def _of_final(feedback: Feedback, ours: Mapping[str, Any], force: RulesInForce) -> tuple[Share, ...]:
    theirs_score, our_score = float(feedback.final_score or 0), float(ours["final_score"])
    theirs, own = _theirs(feedback), _own(ours)
    if theirs is None or own is None:
        return (Share("not_printed", theirs_score, our_score, our_score - theirs_score),)

    def worked(chosen: Sequence[Sequence[bool]]) -> Floats:
        return _scores([_mixed(theirs, own, pick) for pick in chosen], force)

    effects, start, end = shapley(len(PARTS), worked)
    shares = [
        Share(part, _shown(theirs, part), _shown(own, part), effect)
        for part, effect in zip(PARTS, effects, strict=True)
    ]
    shares.append(Share("unexplained", theirs_score, start, start - theirs_score))
    shares.append(Share("rounding", end, our_score, our_score - end))
    return tuple(share for share in shares if abs(share.effect) > TINY)


TINY = 1e-9
Side = dict[str, float]


def _theirs(feedback: Feedback) -> Side | None:
    """CMS's parts; None where a category with weight has no percentage, or no weight is printed."""
    found: Side = {BONUS: feedback.complex_patient_bonus or 0.0}
    for name in CATEGORIES:
        one = feedback.categories.get(name)
        weight = one.weight if one is not None else None
        percent = one.percent if one is not None else None
        if weight is None:
            return None
        if weight and percent is None:
            return None
        found[f"{name}_weight"], found[name] = weight, percent or 0.0
    return found


def _own(ours: Mapping[str, Any]) -> Side | None:
    found: Side = {BONUS: _number(ours.get(BONUS)) or 0.0}
    for name in CATEGORIES:
        weight, percent = _number(ours.get(f"{name}_weight")), _number(ours.get(f"{name}_percent"))
        if weight is None or (weight and percent is None):
            return None
        found[f"{name}_weight"], found[name] = weight, percent or 0.0
    return found


def _mixed(theirs: Side, own: Side, pick: Sequence[bool]) -> Side:
    """Ours where picked, CMS's elsewhere; a category that one side has not keeps the other side's percent,
    so that what its absence changes is a matter of weights."""
    mixed: Side = {}
    for part, ours in zip(PARTS, pick, strict=True):
        side, other = (own, theirs) if ours else (theirs, own)
        if part == WEIGHTS:
            mixed.update({f"{name}_weight": side[f"{name}_weight"] for name in CATEGORIES})
        elif part in CATEGORIES and not side[f"{part}_weight"]:
            mixed[part] = other[part]
        else:
            mixed[part] = side[part]
    return mixed


def _scores(sides: Sequence[Side], force: RulesInForce) -> Floats:
    """Final scores of many mixtures at once, by the formula of MIPS."""
    columns: dict[str, Any] = {BONUS: np.array([side[BONUS] for side in sides])}
    for name in CATEGORIES:
        columns[f"{name}_percent"] = np.array([side[name] for side in sides])
        columns[f"{name}_weight"] = np.array([side[f"{name}_weight"] for side in sides])
    found = CLINICIANS.evaluate(columns, force, wanted=["final_score"])
    return np.asarray(found["final_score"], dtype=np.float64).reshape(-1)


def shapley(
    count: int, worked: Callable[[Sequence[Sequence[bool]]], Floats]
) -> tuple[list[float], float, float]:
    """The share of each of ``count`` parts in worked(all) - worked(none), then those two values.

    ``worked`` gets every choice of parts at once and returns one value a choice. The shares add up to the
    difference exactly but for the last digits of a float.
    """
    choices = list(product((False, True), repeat=count))
    value = dict(zip(choices, (float(one) for one in worked(choices)), strict=True))
    whole = factorial(count)
    effects = []
    for part in range(count):
        effect = 0.0
        for choice in choices:
            if choice[part]:
                continue
            with_it = (*choice[:part], True, *choice[part + 1 :])
            before = sum(choice)
            orders = factorial(before) * factorial(count - before - 1)
            effect += orders * (value[with_it] - value[choice]) / whole
        effects.append(effect)
    return effects, value[choices[0]], value[choices[-1]]


def _of_adjustment(feedback: Feedback, ours: Mapping[str, Any], force: RulesInForce) -> tuple[Share, ...]:
    """From the final score, from the scaling factor that CMS's own figures imply, and what is left."""
    theirs, own = float(feedback.adjustment or 0), float(ours["payment_adjustment_factor"])
    score, our_score = feedback.final_score, _number(ours.get("final_score"))
    factor = _number(ours.get("scaling_factor"))
    if score is None or our_score is None or factor is None:
        return (Share("not_printed", theirs, own, own - theirs),)
    at_theirs, at_ours = _adjustments([score, our_score], factor, force)
    shares = (
        Share("final_score", score, our_score, at_ours - at_theirs),
        Share("scaling_factor" if at_theirs > 0 else "unexplained", theirs, at_theirs, at_theirs - theirs),
        Share("rounding", at_ours, own, own - at_ours),
    )
    return tuple(share for share in shares if abs(share.effect) > TINY)


def _adjustments(scores: Sequence[float], factor: float, force: RulesInForce) -> tuple[float, float]:
    columns = {
        "final_score": np.array(scores), "counts": np.ones(len(scores), dtype=bool),
        "is_adjusted": np.ones(len(scores), dtype=bool), "scaling_factor": np.full(len(scores), factor),
    }  # fmt: skip
    found = CLINICIANS.evaluate(columns, force, wanted=["payment_adjustment_factor"])
    first, second = np.asarray(found["payment_adjustment_factor"], dtype=np.float64).reshape(-1)
    return float(first), float(second)


def _shown(side: Side, part: str) -> float | None:
    return None if part == WEIGHTS else side[part]


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = float(value)
    return None if np.isnan(number) else number


def _both(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
