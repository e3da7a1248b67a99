"""The national cohort: a stated distribution of scores and payments, laid out without chance.

Most users see only their own clinicians, and ASM pays by comparison with everybody's. The rules
``asm.national_cohort`` state a distribution for each cohort; here it becomes a grid of quantiles: as many
participants as CMS listed, less the user's own, who take their place in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats

if TYPE_CHECKING:
    from corridor.law import RulesInForce

RULES = ("asm.national_cohort", "asm.national_cohort_interleave", "asm.calibration_list_rows")


@dataclass(frozen=True)
class NationalCohort:
    """The rest of the country: one row a participant that is not the user's own."""

    cohort: npt.NDArray[np.object_]
    final_score: Floats
    part_b_paid: Floats
    warnings: list[str]


def national_cohort(own: npt.NDArray[np.object_], force: RulesInForce) -> NationalCohort:
    """The participants of the country beside ``own`` (the cohort of each of the user's clinicians), for
    the cohorts that occur in it.

    Deterministic: the same rules and numbers of own clinicians give the same rows.
    """
    listed = {row["cohort"]: int(row["rows_listed"]) for row in force.rows("asm.calibration_list_rows")}
    step = force.number("asm.national_cohort_interleave")
    cohorts, scores, dollars, warnings = [], [], [], []
    for row in force.rows("asm.national_cohort"):
        cohort = row["cohort"]
        mine = int((own == cohort).sum())
        size = listed[cohort] - mine
        if not mine:
            continue
        if size <= 0:
            warnings.append(
                f"the file holds {mine:,} clinicians of {cohort}, no fewer than CMS listed "
                f"({listed[cohort]:,}); they are settled among themselves"
            )
            continue
        cohorts.append(np.full(size, cohort, dtype=object))
        scores.append(_scores(size, row, force))
        dollars.append(_dealt(_payments(size, row), step))
    if not cohorts:
        return NationalCohort(np.zeros(0, dtype=object), np.zeros(0), np.zeros(0), warnings)
    return NationalCohort(np.concatenate(cohorts), np.concatenate(scores), np.concatenate(dollars), warnings)


def _quantiles(size: int) -> Floats:
    """The middles of ``size`` equal parts of the unit interval."""
    places = np.arange(size, dtype=np.float64)
    return (places + places + 1) / (size + size)


def _scores(size: int, row: dict[str, Any], force: RulesInForce) -> Floats:
    """Zeros first, then a normal distribution cut at the limits of the final score."""
    zeros = round(size * row["zero_share"])
    curve = NormalDist(row["score_mean"], row["score_standard_deviation"])
    lowest, highest = force.number("asm.final_score_minimum"), force.number("asm.final_score_maximum")
    low, high = curve.cdf(lowest), curve.cdf(highest)
    inside = low + (high - low) * _quantiles(size - zeros)
    return np.concatenate([np.zeros(zeros), [curve.inv_cdf(p) for p in inside]])


def _payments(size: int, row: dict[str, Any]) -> Floats:
    """A log-normal distribution, ascending."""
    curve = NormalDist(0, row["part_b_log_deviation"])
    logarithms = np.array([curve.inv_cdf(p) for p in _quantiles(size)])
    return np.asarray(row["part_b_median"] * np.exp(logarithms))


def _dealt(amounts: Floats, step: float) -> Floats:
    """The amounts in the order of the fractional parts of 0, step, 2 step ...: spread over every part of
    the list alike."""
    order = np.argsort(np.modf(np.arange(len(amounts)) * step)[0], kind="stable")
    dealt = np.empty_like(amounts)
    dealt[order] = amounts
    return dealt
