"""The fee schedule, what if: a billing under the two conversion factors to the last year of the forecast.

The factors are those of ``billing.impact_forecast``; the scenario adds the share of the billing that is paid
at the factor of qualifying participants, a growth of volume, and budget neutrality in years nobody has
published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.billing.impact_factors import NEUTRALITY
from corridor.billing.impact_forecast import FORECAST_RULES, forecast
from corridor.formulas.columns import Floats

if TYPE_CHECKING:
    from corridor.law import RulesInForce, RuleValue

SEED = 20260101
DRAWS = 2_000
PROJECTED = "projected"
UNSETTLED = ("secondary", "proposed", "assumed")


@dataclass(frozen=True)
class ScheduleChange:
    """A scenario of the schedule.

    billing     allowed dollars a year at the lower factor of the base year
    qualifying  share of it paid at the factor of qualifying participants, with their incentive
    volume      growth of the services a year
    neutrality  change of the factors in each projected year, in place of none
    lines       lines behind a year of the billing; 0 where they are not known
    """

    base_year: int
    billing: float
    qualifying: float = 0.0
    volume: float = 0.0
    neutrality: float = 0.0
    lines: float = 0.0


@dataclass(frozen=True)
class Payments:
    """Allowed dollars year by year: settled without chance, and (years, draws).

    advantage  what all of the billing qualifying would bring over none of it, all years, change as given
    """

    rows: Sequence[Mapping[str, Any]]
    amounts: Floats
    draws: Floats
    advantage: float


def payments(force: RulesInForce, change: ScheduleChange) -> Payments:
    """What the billing is allowed in each year from the base year on."""
    rows = forecast(force, change.billing, change.base_year)
    factors = np.array([(1 + change.neutrality) if row["basis"] == PROJECTED else 1.0 for row in rows])
    settled = np.cumprod(factors)[:, np.newaxis]
    amounts = _amounts(rows, change, settled)[:, 0]
    every, none = (_amounts(rows, replace(change, qualifying=part), settled).sum() for part in (1.0, 0.0))
    drawn = _amounts(rows, change, np.cumprod(factors[:, np.newaxis] * _neutralities(force, rows), axis=0))
    return Payments(rows, amounts, drawn * _volumes(change, len(rows)), float(every - none))


def _amounts(rows: Sequence[Mapping[str, Any]], change: ScheduleChange, factors: npt.NDArray[Any]) -> Floats:
    """Both kinds of payment, shared, for the years of the forecast; ``factors`` multiply them."""
    growth = (1 + change.volume) ** np.arange(len(rows))
    other, qualifying = (
        np.array([row[name] for row in rows]) * growth for name in ("billing_other", "billing_qp")
    )
    # an incentive is a share of the year before: it grew a year less
    incentive = np.array([row["incentive_dollars"] or 0.0 for row in rows]) * growth / (1 + change.volume)
    before = np.vstack([np.ones_like(factors[:1]), factors[:-1]])
    paid = (1 - change.qualifying) * other + change.qualifying * qualifying
    return np.asarray(paid[:, np.newaxis] * factors + change.qualifying * incentive[:, np.newaxis] * before)


def _neutralities(force: RulesInForce, rows: Sequence[Mapping[str, Any]]) -> Floats:
    """Budget neutrality of projected years, drawn from the published ones around their mean; 1 elsewhere."""
    rng = np.random.default_rng(SEED)
    last = max((row["year"] for row in rows if row["basis"] != PROJECTED), default=0)
    known = np.array(
        [
            float(one.value)
            for one in force.history(NEUTRALITY)
            if isinstance(one.valid_from, int) and one.valid_from <= last
        ]
    )
    found = np.ones((len(rows), DRAWS))
    if len(known) > 1:
        chance = rng.choice(known / known.mean(), size=found.shape)
        projected = [row["basis"] == PROJECTED for row in rows]
        found[projected] = chance[projected]
    return found


def _volumes(change: ScheduleChange, years: int) -> Floats:
    """How many lines a year brings, as such a count varies by itself (Poisson), each of the mean amount."""
    if change.lines <= 0:
        return np.ones((years, DRAWS))
    rng = np.random.default_rng(SEED + 1)
    chance = rng.standard_normal((years, DRAWS))
    return np.asarray(np.maximum(1 + chance / np.sqrt(change.lines), 0))


def rules_under(force: RulesInForce, first: int, last: int) -> list[dict[str, Any]]:
    """Of the rules of the forecast, the values of its years that are neither codified nor official."""
    found = []
    for name in sorted(FORECAST_RULES):
        listed = {
            str(one.valid_from): one
            for year in range(first, last + 1)
            for one in force.history(name)
            if _holds(one, year)
        }
        for one in listed.values():
            if one.status in UNSETTLED:
                found.append(
                    {
                        "rule": name, "value": one.value, "unit": one.unit, "status": one.status,
                        "cite": one.cite, "overridden": one.overridden,
                    }
                )  # fmt: skip
    return found


def _holds(one: RuleValue, year: int) -> bool:
    """Whether a value holds in some part of a year."""
    start, end = one.valid_from, one.valid_to
    first = start if isinstance(start, int) else start.year
    last = None if end is None else end - 1 if isinstance(end, int) else (end - timedelta(days=1)).year
    return first <= year and (last is None or year <= last)
