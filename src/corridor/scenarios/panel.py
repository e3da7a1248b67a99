"""Care management, what if: people, payment and cost of a month, and what is left of it in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.formulas import Evaluation, Formula, Model, formula
from corridor.formulas.columns import Floats

if TYPE_CHECKING:
    from corridor.law import RulesInForce

COSTS = "docs/apcm.md (cost is the user's own)"


@formula(cite="primary-care code notes D.6; fee schedule notes A.5", unit="fraction")
def kept_share(
    coinsurance_share: Floats, sequestration_share: Floats, collected_coinsurance: Floats
) -> Floats:
    """Of an allowed dollar: Medicare's share less sequestration, and of the coinsurance what is collected."""
    return (1 - coinsurance_share) * (1 - sequestration_share) + coinsurance_share * collected_coinsurance


@formula(cite=COSTS, unit="dollars")
def month_cost(
    staff_minutes: Floats,
    staff_hourly_cost: Floats,
    practitioner_minutes: Floats,
    practitioner_hourly_cost: Floats,
    consultant_minutes: Floats,
    consultant_hourly_cost: Floats,
    minutes_per_hour: Floats,
    other_cost: Floats,
) -> Floats:
    """What a month of the program costs the practice a person."""
    worked = (
        staff_minutes * staff_hourly_cost
        + practitioner_minutes * practitioner_hourly_cost
        + consultant_minutes * consultant_hourly_cost
    )
    return worked / minutes_per_hour + other_cost


@formula(cite="primary-care code notes D.6", unit="dollars")
def month_revenue(month_amount: Floats, kept_share: Floats) -> Floats:
    """What a billed month leaves in the practice a person."""
    return month_amount * kept_share


@formula(cite=COSTS, unit="dollars")
def month_margin(month_revenue: Floats, month_cost: Floats) -> Floats:
    """What a billed month leaves over its own cost a person."""
    return month_revenue - month_cost


@formula(cite=COSTS, unit="months of people")
def person_months(people: Floats, months: Floats) -> Floats:
    """Months billed in the year, of all people together."""
    return people * months


@formula(cite="primary-care code notes D.6", unit="dollars")
def revenue(month_revenue: Floats, person_months: Floats) -> Floats:
    """Revenue of the year."""
    return month_revenue * person_months


@formula(cite=COSTS, unit="dollars")
def care_cost(month_cost: Floats, person_months: Floats) -> Floats:
    """Cost of the care itself in the year."""
    return month_cost * person_months


@formula(cite=COSTS, unit="dollars")
def fixed_cost(fixed_monthly_cost: Floats, practices: Floats, months: Floats) -> Floats:
    """Fixed cost of the year, of every practice that has the program."""
    return fixed_monthly_cost * practices * months


@formula(cite=COSTS, unit="dollars")
def margin(revenue: Floats, care_cost: Floats, fixed_cost: Floats) -> Floats:
    """What the year leaves."""
    return revenue - care_cost - fixed_cost


@formula(cite=COSTS, unit="people")
def break_even_people(fixed_monthly_cost: Floats, practices: Floats, month_margin: Floats) -> Floats:
    """People a month whose margin carries the fixed cost; absent where a month costs what it brings."""
    return np.where(month_margin > 0, np.ceil(fixed_monthly_cost * practices / month_margin), np.nan)


FORMULAS: list[Formula] = [
    kept_share, month_cost, month_revenue, month_margin, person_months, revenue, care_cost, fixed_cost,
    margin, break_even_people,
]  # fmt: skip
PANEL = Model("care management", FORMULAS, {})


def settle_panel(values: dict[str, float], force: RulesInForce) -> Evaluation:
    """The figures of one panel."""
    return PANEL.evaluate(dict(values), force)
