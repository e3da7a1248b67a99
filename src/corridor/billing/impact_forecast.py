"""The two conversion factors to 2030, and what the gap between them is worth on a billing.

A factor of a year is the published one where the rules hold it (final or proposed); after the last of them it
is that of the year before x the statutory update x budget neutrality x what a one-year increase gives or
takes back. The services billed stand still: only the factors move.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.billing.impact_factors import NEUTRALITY, ONE_YEAR, STATUTORY, number_at, statutory_update
from corridor.law import RulesInForce

FACTOR = {False: "pfs.conversion_factor", True: "pfs.conversion_factor_qp"}
INCENTIVE = "qp.incentive"
LAST_YEAR = "pfs.forecast_last_year"
FORECAST_RULES = (*FACTOR.values(), STATUTORY, NEUTRALITY, ONE_YEAR, INCENTIVE, LAST_YEAR)


@dataclass(frozen=True)
class Factor:
    """A conversion factor of a year: ``basis`` is final, proposed, or projected from the year before."""

    year: int
    qp: bool
    value: float
    basis: str


def published_factor(force: RulesInForce, year: int, qp: bool) -> Factor | None:
    """The factor the rules hold for the last day of a year; None where none of that year is known."""
    day = date(year, 12, 31)
    for one in force.history(FACTOR[qp]):
        start, end = one.valid_from, one.valid_to
        assert isinstance(start, date)
        # A value without an end is that of its own year: no factor has ever held for two.
        held = day < end if isinstance(end, date) else start.year == year
        if start <= day and held:
            return Factor(year, qp, float(one.value), "proposed" if one.status == "proposed" else "final")
    return None


def conversion_factors(force: RulesInForce, qp: bool, first: int, last: int) -> list[Factor]:
    """The factor of each year from ``first`` (which must be published) to ``last``."""
    found: list[Factor] = []
    for year in range(first, last + 1):
        factor = published_factor(force, year, qp)
        if factor is None and found:
            before, increases = found[-1].value, force.history(ONE_YEAR)
            moved = number_at(increases, year, 1.0) / number_at(increases, year - 1, 1.0)
            neutral = number_at(force.history(NEUTRALITY), year, 1.0)
            factor = Factor(
                year, qp, before * statutory_update(force, year, qp) * neutral * moved, "projected"
            )
        if factor is not None:
            found.append(factor)
    return found


def incentive_share(force: RulesInForce, year: int) -> float | None:
    """The incentive of a payment year as a share of the services of the year before; None where unknown."""
    rows = {int(row["payment_year"]): float(row["share"]) for row in force.rows(INCENTIVE)}
    return rows.get(year)


def forecast(
    force: RulesInForce, billing: float, base_year: int, last: int | None = None
) -> list[dict[str, Any]]:
    """Qualifying participant against anyone else, year by year, on one billing.

    billing    allowed dollars a year at the lower factor of ``base_year``; the same services every year
    base_year  the first row
    Each row: the two factors and their basis, gap_share (higher / lower - 1), billing_other and billing_qp
    (the services at each factor), conversion_factor_dollars (their difference), incentive_share and
    incentive_dollars (of the qualifying participant's billing in the year before), qp_advantage (both),
    advantage_share (per dollar of billing_other) and cumulative_advantage.
    """
    end = last or int(force.number(LAST_YEAR))
    start = base_year - 1 if published_factor(force, base_year - 1, False) else base_year
    lower = {one.year: one for one in conversion_factors(force, False, start, end)}
    higher = {one.year: one for one in conversion_factors(force, True, start, end)}
    rows: list[dict[str, Any]] = []
    cumulative = 0.0
    for year in range(base_year, end + 1):
        services = billing / lower[base_year].value
        other, qualifying = services * lower[year].value, services * higher[year].value
        share = incentive_share(force, year)
        before = services * higher[year - 1].value if year - 1 in higher else None
        incentive = (share or 0.0) * before if before is not None else None
        advantage = qualifying - other + (incentive or 0.0)
        cumulative += advantage
        rows.append(
            {
                "year": year,
                "qp_factor": higher[year].value,
                "other_factor": lower[year].value,
                "basis": lower[year].basis,
                "gap_share": higher[year].value / lower[year].value - 1,
                "billing_other": other,
                "billing_qp": qualifying,
                "conversion_factor_dollars": qualifying - other,
                "incentive_share": share,
                "incentive_dollars": incentive,
                "qp_advantage": advantage,
                "advantage_share": advantage / other if other else None,
                "cumulative_advantage": cumulative,
            }
        )
    return rows
