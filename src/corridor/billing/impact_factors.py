"""Why the conversion factor and the work RVU moved: the factors of the law behind a change.

Between two years the conversion factor is multiplied by the statutory updates, the budget-neutrality factors
and the one-year increases of the years between (which fall away in the year after), each a rule of its own.
What the product of the rules leaves over is rounding of the published factors where it is smaller than their
last digit, else a cause of its own (a scenario's own factor, anesthesia, a year whose rules are not known).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from corridor.formulas import round_half_up
from corridor.law import RulesInForce, RuleValue

STATUTORY = "qp.yearly_update"
NEUTRALITY = "pfs.budget_neutrality_factor"
ONE_YEAR = "pfs.one_year_increase"
EFFICIENCY = "pfs.efficiency_adjustment"
DECIMALS = "pfs.rvu_decimals"
FACTOR_DECIMALS = "pfs.conversion_factor_decimals"
RULES = (STATUTORY, NEUTRALITY, ONE_YEAR, EFFICIENCY, DECIMALS, FACTOR_DECIMALS)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FactorParts:
    """Multipliers whose product is (conversion factor after) / (conversion factor before)."""

    statutory_update: float
    budget_neutrality: float
    one_year_increase: float
    qp_status: float
    other: float

    @property
    def product(self) -> float:
        return (
            self.statutory_update
            * self.budget_neutrality
            * self.one_year_increase
            * self.qp_status
            * self.other
        )


def at_year(history: Sequence[RuleValue], year: int) -> RuleValue | None:
    """The value of a rule of a year clock in a year, of its whole history."""
    for one in history:
        start, end = one.valid_from, one.valid_to
        if (
            isinstance(start, int)
            and start <= year
            and (end is None or (isinstance(end, int) and year < end))
        ):
            return one
    return None


def number_at(history: Sequence[RuleValue], year: int, otherwise: float) -> float:
    """A scalar of a year, or what stands for it before the first year known."""
    found = at_year(history, year)
    return otherwise if found is None else float(found.value)


def statutory_update(force: RulesInForce, year: int, qp: bool) -> float:
    """The statutory update of a year as a multiplier: 1.0075 of qualifying participants in 2026."""
    rows = [row for row in force.rows(STATUTORY) if int(row["first_payment_year"]) <= year]
    if not rows:
        return 1.0
    newest = max(rows, key=lambda row: int(row["first_payment_year"]))
    return 1 + float(newest["qualifying" if qp else "other"])


def statutory_growth(force: RulesInForce, first: int, last: int, qp: bool) -> float:
    """What the statutory updates of the years after ``first`` up to ``last`` multiply to."""
    return float(np.prod([statutory_update(force, year, qp) for year in range(first + 1, last + 1)]))


def conversion_factor_parts(
    force: RulesInForce,
    before: tuple[int, bool, float],
    after: tuple[int, bool, float],
) -> FactorParts:
    """Split the change of a conversion factor.

    before, after  (year, qualifying participant, conversion factor), of the two scenarios
    A change of QP status and of year at once is symmetric: each is the geometric mean of its effect at the
    other's two ends, so that neither goes first.
    """
    (first, was_qp, old), (last, is_qp, new) = before, after
    # Statute told qualifying participants from others in no year before the first of its updates.
    low = min(first, last, *(int(row["first_payment_year"]) for row in force.rows(STATUTORY))) - 1

    def grown(year: int, qp: bool) -> float:
        return statutory_growth(force, low, year, qp)

    updates = sqrt(grown(last, was_qp) / grown(first, was_qp) * (grown(last, is_qp) / grown(first, is_qp)))
    status = sqrt(grown(last, is_qp) / grown(last, was_qp) * (grown(first, is_qp) / grown(first, was_qp)))
    neutrality = _between(force.history(NEUTRALITY), first, last)
    increases = force.history(ONE_YEAR)
    one_year = number_at(increases, last, 1.0) / number_at(increases, first, 1.0)
    other = new / (old * updates * status * neutrality * one_year)
    if abs(new / other - new) <= _last_digit(force):
        if first != last:
            neutrality, other = neutrality * other, 1.0
        elif was_qp != is_qp:
            status, other = status * other, 1.0
    return FactorParts(updates, neutrality, one_year, status, other)


def _between(history: Sequence[RuleValue], first: int, last: int) -> float:
    """The product of a yearly factor over the years after ``first`` up to ``last``; its inverse backwards."""
    low, high = min(first, last), max(first, last)
    product = float(np.prod([number_at(history, year, 1.0) for year in range(low + 1, high + 1)]))
    return product if last >= first else 1 / product


def _last_digit(force: RulesInForce) -> float:
    digits = int(force.history(FACTOR_DECIMALS)[0].value)
    return float(10.0**-digits) * (1 + 1e-9)


def efficiency_adjusted(work_rvu: Array, share: float, decimals: int) -> Array:
    """The work RVU after the efficiency adjustment: round_half_up((1 - share) x work RVU, decimals)."""
    # Work has two decimals and the share three: a product of ten decimals at most is exact once cleaned.
    product = np.round(np.asarray(work_rvu, dtype=float) * (1 - share), 10)
    return np.asarray(round_half_up(product, decimals), dtype=float)


def efficiency_multiplier(
    force: RulesInForce, work_before: Array, work_after: Array, year_before: int, year_after: int
) -> Array:
    """What the efficiency adjustment multiplied each work RVU by; 1 where it is not what happened.

    It is what happened where the year between adjusts, the work RVU moved, and the new value is exactly the
    old one cut and rounded. Anything else is a revaluation.
    """
    history = force.history(EFFICIENCY)
    decimals = int(force.history(DECIMALS)[0].value)
    low, high = min(year_before, year_after), max(year_before, year_after)
    forward = year_after >= year_before
    old, new = (work_before, work_after) if forward else (work_after, work_before)
    expected = np.asarray(old, dtype=float)
    for year in range(low + 1, high + 1):
        share = number_at(history, year, 0.0)
        if share:
            expected = efficiency_adjusted(expected, share, decimals)
    half = 10.0**-decimals / 2
    cut = (np.abs(new - expected) < half) & (np.abs(new - old) > half) & (old > 0) & (new > 0)
    ratio = np.divide(work_after, work_before, out=np.ones_like(expected), where=cut & (work_before > 0))
    return np.where(cut, ratio, 1.0)
