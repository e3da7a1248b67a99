"""What makes up the difference between a year's expenditure and what it is held against, to the cent.

Each driver is one term of an exact identity; where two factors move together, each is measured at the mean of
the other's two values, so that no order of the factors decides. In the end dollars are rounded to cents by
the largest remainders, and the cents add up to the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from corridor.formulas.columns import Floats

DRIVERS = (
    "price", "volume", "mix_of_services", "mix_of_people", "risk", "assignment_churn", "benchmark", "other",
)  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Group:
    """People of one year: by enrollment type person-years, claims and dollars by category, mean risk score.

    person_years  (types,)
    claims        (types, categories)
    dollars       (types, categories)
    risk          (types,) or None where scores are not known
    """

    person_years: Floats
    claims: Floats
    dollars: Floats
    risk: Floats | None = None

    @property
    def years(self) -> float:
        return float(self.person_years.sum())

    @property
    def per_capita(self) -> float:
        return float(self.dollars.sum()) / self.years if self.years else 0.0


@dataclass(frozen=True)
class Case:
    """One year against the year before.

    stayed_before, stayed_now   the people assigned in both years, in either of them
    left, came                  people of the year before only, of this year only
    cut_before, cut_now         dollars a person-year that truncation took away in either year (negative)
    benchmark                   dollars a person-year the year is held against; None: the year before
    """

    stayed_before: Group
    stayed_now: Group
    left: Group
    came: Group
    cut_before: float
    cut_now: float
    benchmark: float | None


def drivers(case: Case) -> dict[str, float]:
    """Dollars by driver at this year's person-years; positive: dearer than what the year is held against.

    Without anybody who stayed, all of the difference between the people is churn.
    """
    now = _joined(case.stayed_now, case.came)
    before = _joined(case.stayed_before, case.left)
    years = now.years
    found = dict.fromkeys(DRIVERS, 0.0)
    has_stayed = case.stayed_now.years > 0 and case.stayed_before.years > 0
    if has_stayed:
        for name, value in _stayed(case.stayed_before, case.stayed_now).items():
            found[name] += years * value
        steady = case.stayed_now.per_capita - case.stayed_before.per_capita
    else:
        steady = 0.0
    raw = now.per_capita - before.per_capita
    found["assignment_churn"] = years * (raw - steady)
    found["other"] += years * (case.cut_now - case.cut_before)
    if case.benchmark is not None:
        found["benchmark"] = years * (before.per_capita + case.cut_before - case.benchmark)
    return found


def total(case: Case) -> float:
    """Expenditure less what it is held against, dollars at this year's person-years."""
    now = _joined(case.stayed_now, case.came)
    before = _joined(case.stayed_before, case.left)
    against = before.per_capita + case.cut_before if case.benchmark is None else case.benchmark
    return now.years * (now.per_capita + case.cut_now - against)


def _joined(one: Group, other: Group) -> Group:
    return Group(
        one.person_years + other.person_years, one.claims + other.claims, one.dollars + other.dollars
    )


def _stayed(before: Group, now: Group) -> dict[str, float]:
    """Dollars a person-year by driver for the people of both years."""
    found = dict.fromkeys(DRIVERS, 0.0)
    share0, share1 = before.person_years / before.years, now.person_years / now.years
    cost0, cost1 = _rate(before.dollars.sum(axis=1), before), _rate(now.dollars.sum(axis=1), now)
    both = (before.person_years > 0) & (now.person_years > 0)
    # a type without people in one of the years has no cost of its own there: the mix has it
    cost0, cost1 = np.where(both, cost0, cost0 + cost1), np.where(both, cost1, cost0 + cost1)
    found["mix_of_people"] = float(((share1 - share0) * (cost0 + cost1) / 2).sum())
    weight = (share0 + share1) / 2
    for kind in np.flatnonzero(both):
        for name, value in _type(before, now, int(kind)).items():
            found[name] += float(weight[kind]) * value
    return found


def _type(before: Group, now: Group, kind: int) -> dict[str, float]:
    """Dollars a person-year of one type: risk first, then claims a unit of risk, then dollars a claim."""
    risk0 = 1.0 if before.risk is None else float(before.risk[kind])
    risk1 = 1.0 if now.risk is None else float(now.risk[kind])
    if not (risk0 > 0 and risk1 > 0):
        risk0 = risk1 = 1.0
    scale0, scale1 = before.person_years[kind] * risk0, now.person_years[kind] * risk1
    dollars0, dollars1 = before.dollars[kind] / scale0, now.dollars[kind] / scale1
    claims0, claims1 = before.claims[kind] / scale0, now.claims[kind] / scale1
    mean_risk = (risk0 + risk1) / 2
    counted = (claims0 > 0) & (claims1 > 0)
    price0 = np.divide(dollars0, claims0, out=np.zeros_like(dollars0), where=claims0 > 0)
    price1 = np.divide(dollars1, claims1, out=np.zeros_like(dollars1), where=claims1 > 0)
    # a category of one of the years only came or went at its own price
    price0, price1 = np.where(counted, price0, price0 + price1), np.where(counted, price1, price0 + price1)
    mean_price, mean_claims = (price0 + price1) / 2, (claims0 + claims1) / 2
    all0, all1 = float(claims0.sum()), float(claims1.sum())
    parts0 = claims0 / all0 if all0 else np.zeros_like(claims0)
    parts1 = claims1 / all1 if all1 else np.zeros_like(claims1)
    if not (all0 and all1):
        parts0 = parts1 = parts0 + parts1
    volume = (all1 - all0) * float(((parts0 + parts1) / 2 * mean_price).sum())
    mix = (all0 + all1) / 2 * float(((parts1 - parts0) * mean_price).sum())
    price = float((mean_claims * (price1 - price0)).sum())
    risk = (risk1 - risk0) * float((dollars0.sum() + dollars1.sum()) / 2)
    # dollars without a claim behind them (adjustments) are in no claim's price
    whole = float(dollars1.sum() - dollars0.sum())
    return {
        "risk": risk, "volume": mean_risk * volume, "mix_of_services": mean_risk * mix,
        "price": mean_risk * price, "other": mean_risk * (whole - volume - mix - price),
    }  # fmt: skip


def _rate(dollars: Floats, group: Group) -> Floats:
    return np.divide(dollars, group.person_years, out=np.zeros_like(dollars), where=group.person_years > 0)


def to_cents(values: Mapping[str, float], whole: float) -> dict[str, Decimal]:
    """Each value in cents such that they add up to ``whole`` in cents: largest remainders."""
    names: Sequence[str] = sorted(values)
    exact = {name: Decimal(repr(float(values[name]))) for name in names}
    target = Decimal(repr(float(whole))).quantize(CENT)
    down = {name: value.quantize(CENT, rounding=ROUND_FLOOR) for name, value in exact.items()}
    left = int((target - sum(down.values(), Decimal(0))) / CENT)
    order = sorted(names, key=lambda name: (-(exact[name] - down[name]), name))
    step = CENT if left > 0 else -CENT
    for number in range(abs(left)):
        place = order[number % len(order)] if left > 0 else order[-1 - number % len(order)]
        down[place] += step
    return down
