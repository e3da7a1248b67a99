"""The step that projects each year of an ACO as of every month, from what had been paid by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.columns import Floats
from corridor.programs.mssp.completion import chain_ladder
from corridor.programs.mssp.projection import MONTHS, Experience, Projected, Trend, project
from corridor.programs.mssp.projection_data import Loaded, loaded
from corridor.programs.mssp.tables import Row, laid, present, rows_of

RULES = (
    "mssp.projection_level", "mssp.projection_trend", "mssp.projection_least_completion",
    "mssp.run_out_months", "population.months_per_year",
)  # fmt: skip
PROJECTION_TYPES = {
    "aco_id": "VARCHAR", "as_of_month": "INTEGER", "year": "INTEGER", "months_seen": "INTEGER",
    "people": "INTEGER", "person_years": "DOUBLE", "paid_to_date": "DOUBLE", "completed_to_date": "DOUBLE",
    "per_capita": "DOUBLE", "deviation": "DOUBLE", "per_capita_low": "DOUBLE", "per_capita_high": "DOUBLE",
    "growth": "DOUBLE", "observed_growth": "DOUBLE", "credibility": "DOUBLE", "variance_people": "DOUBLE",
    "variance_claims_to_come": "DOUBLE", "variance_trend": "DOUBLE", "expenditure": "DOUBLE",
    "expenditure_low": "DOUBLE", "expenditure_high": "DOUBLE", "benchmark_per_capita": "DOUBLE",
    "benchmark": "DOUBLE", "savings": "DOUBLE", "savings_low": "DOUBLE", "savings_high": "DOUBLE",
    "level": "DOUBLE", "newest": "BOOLEAN", "method": "VARCHAR",
}  # fmt: skip
METHOD = (
    "last year's months to come, carried by this year's growth (credibility against the expected trend); "
    "chain ladder for claims to come; interval from the people's own spread"
)


@python_step(
    step="mssp.projection",
    makes="one row per ACO and month of a year whose year before is loaded: expenditure and savings at year "
    "end as they looked then, with an interval",
    key=("aco_id", "year", "as_of_month"),
    reads=("mssp.person_month", "mssp.person_paid", "mssp.benchmark", "population.month"), rules=RULES,
    cites="42 CFR 425.605(a); Mack 1993 (claims to come); docs/aco.md",
    evidence="mssp.person_month(aco_id, year)", owner=("aco_id",),
)  # fmt: skip
def mssp_projection(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Nothing where no year has a whole year before it."""
    benchmarks = {
        (row["aco_id"], int(row["year"])): present(row["updated_benchmark"])
        for row in rows_of(
            ctx, "select aco_id, year, updated_benchmark from mssp.benchmark where enrollment_type = 'all'"
        )
    }
    months = [int(row["month"]) for row in rows_of(ctx, "select month from population.month order by month")]
    found: list[Row] = []
    for aco in [
        row["aco_id"] for row in rows_of(ctx, "select distinct aco_id from mssp.person_month order by 1")
    ]:
        found += of_aco(loaded(ctx.con, aco), aco, months, benchmarks, ctx.force.rules)
    return laid(found, PROJECTION_TYPES)


def of_aco(
    one: Loaded, aco: str, months: list[int], benchmarks: Mapping[tuple[str, int], float | None], rules: Any
) -> list[Row]:
    """Every year with a whole year before it, as of each of its months and of its run-out."""
    found: list[Row] = []
    held = {month // 100 for month in months}
    for year in sorted(held):
        if [m for m in months if m // 100 == year - 1] != [
            (year - 1) * 100 + m for m in range(1, MONTHS + 1)
        ]:
            continue
        force = rules.in_force(year)
        start = (year - one.first_year) * MONTHS
        if start < MONTHS or not one.counted[:, start:].any():
            continue
        last = min(one.last, start + MONTHS - 1 + int(force.number("mssp.run_out_months")))
        rows = [
            _row(aco, year, as_of - start, view, force, benchmarks.get((aco, year)))
            for as_of in range(start, last + 1)
            if (view := seen(one, start, as_of, force)) is not None
        ]
        for row in rows:
            row["newest"] = row is rows[-1]
        found += rows
    return found


@dataclass(frozen=True)
class View:
    """What was known of a year as of a month, and the projection from it."""

    months_seen: int
    people: int
    person_years: float
    paid: float
    completed: float
    projected: Projected


def seen(one: Loaded, start: int, as_of: int, force: Any) -> View | None:
    """The year that begins at month ``start`` with what was paid by the end of month ``as_of``.

    None where next to nothing was paid yet of last year's months either.
    """
    first = start - MONTHS
    width = min(as_of + 1, one.counted.shape[1], start + MONTHS) - first
    observed = np.minimum(as_of - (first + np.arange(width)), one.lags - 1)
    completion = chain_ladder(one.triangle(first, width), observed)
    this = width - MONTHS
    least = force.number("mssp.projection_least_completion")
    while this > 0 and completion.factor[MONTHS + this - 1] * least > 1:
        this -= 1
    trend = {row["quantity"]: float(row["value"]) for row in force.rows("mssp.projection_trend")}
    counted = one.counted[:, first : start + MONTHS]
    counted = np.pad(counted, ((0, 0), (0, 2 * MONTHS - counted.shape[1])))
    now = counted[:, MONTHS : MONTHS + this]
    present_now = counted[:, MONTHS + max(this, 1) - 1]
    to_come = float(present_now.sum()) * (MONTHS - this)
    here = counted.any(axis=1)
    caps = _caps(one, first, start, this, counted, trend["expected"])
    dollars = one.dollars(first, width, observed)
    prior = _capped(dollars[:, :MONTHS], caps[0]) * completion.factor[:MONTHS]
    current = _capped(dollars[:, MONTHS : MONTHS + this], caps[1]) * completion.factor[MONTHS : MONTHS + this]
    unpaid = float(completion.variance[MONTHS : MONTHS + this, MONTHS : MONTHS + this].sum())
    if not prior.any():
        return None
    experience = Experience(prior[here], counted[here, :MONTHS], current[here], now[here], unpaid, to_come)
    projected = project(
        experience, Trend(trend["expected"], trend["deviation"]), force.number("mssp.projection_level")
    )
    return View(
        this, int(counted[:, MONTHS : MONTHS + max(this, 1)].any(axis=1).sum()),
        (float(now.sum()) + to_come) / MONTHS,
        float(dollars[:, MONTHS:].sum()), float(current.sum()), projected,
    )  # fmt: skip


def _caps(
    one: Loaded, first: int, start: int, this: int, counted: Floats, expected: float
) -> tuple[Floats, Floats]:
    """What a person may cost at most in last year and in this one: of each month a twelfth of the threshold
    of its type. Of an unfinished year it is last year's with the expected trend, unless installed."""
    prior_cap = one.cap[:, first:start]
    prior = np.where(counted[:, :MONTHS] > 0, prior_cap, 0).sum(axis=1) / MONTHS
    months = counted[:, MONTHS : MONTHS + this]
    own = np.where(months > 0, one.cap[:, start : start + this], 0).sum(axis=1)
    seen_months = months.sum(axis=1)
    present_now = counted[:, MONTHS + max(this, 1) - 1]
    whole = seen_months + present_now * (MONTHS - this)
    if one.installed or one.counted.shape[1] >= start + MONTHS:
        a_month = np.divide(own, seen_months, out=np.full(len(own), np.inf), where=seen_months > 0)
    else:
        before = counted[:, :MONTHS].sum(axis=1)
        typical = float(prior_cap[counted[:, :MONTHS] > 0].mean())
        a_month = np.divide(prior * MONTHS, before, out=np.full(len(own), typical), where=before > 0)
        a_month = a_month * (1 + expected)
    return prior, np.where(whole > 0, a_month, 0) * whole / MONTHS


def _capped(dollars: Floats, cap: Floats) -> Floats:
    """Dollars by month until a person has reached the cap, nothing after."""
    if not dollars.shape[1]:
        return dollars
    reached = np.minimum(np.cumsum(dollars, axis=1), cap[:, None])
    return np.asarray(np.diff(reached, axis=1, prepend=0.0), dtype=np.float64)


def _row(aco: str, year: int, as_of: int, view: View, force: Any, benchmark: float | None) -> Row:
    one, years = view.projected, view.person_years
    total = None if benchmark is None else benchmark * years
    month = (year + as_of // MONTHS) * 100 + as_of % MONTHS + 1
    return {
        "aco_id": aco, "year": year, "as_of_month": month, "months_seen": view.months_seen,
        "people": view.people, "person_years": years, "paid_to_date": view.paid,
        "completed_to_date": view.completed, "per_capita": one.per_capita, "deviation": one.deviation,
        "per_capita_low": one.low, "per_capita_high": one.high, "growth": one.growth,
        "observed_growth": one.observed_growth, "credibility": one.credibility,
        "variance_people": one.parts["people"], "variance_claims_to_come": one.parts["claims_to_come"],
        "variance_trend": one.parts["trend"], "expenditure": one.per_capita * years,
        "expenditure_low": one.low * years, "expenditure_high": one.high * years,
        "benchmark_per_capita": benchmark, "benchmark": total,
        "savings": None if total is None else total - one.per_capita * years,
        "savings_low": None if total is None else total - one.high * years,
        "savings_high": None if total is None else total - one.low * years,
        "level": force.number("mssp.projection_level"), "method": METHOD,
    }  # fmt: skip
