"""The step that projects each year of an ACO as of every month, from what had been paid by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.columns import Floats
from corridor.programs.mssp.completion import chain_ladder
from corridor.programs.mssp.projection import (
    MONTHS,
    Experience,
    Projected,
    Stretch,
    Trend,
    project,
    stretch,
)
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
    reads=(
        "mssp.person_month", "mssp.person_paid", "mssp.benchmark", "population.month",
        "population.paid_through",
    ),
    rules=RULES,
    cites="42 CFR 425.605(a); Mack 1993 (claims to come); docs/aco.md",
    evidence="mssp.person_month(aco_id, year)", owner=("aco_id",),
)  # fmt: skip
def mssp_projection(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Nothing where no year has a whole year before it."""
    benchmarks = {
        (row["aco_id"], int(row["year"])): present(row["updated_benchmark"])
        for row in rows_of(
            ctx,
            "select aco_id, year, updated_benchmark from mssp.benchmark where enrollment_type = 'all' "
            "order by aco_id, year",
        )
    }
    months = [int(row["month"]) for row in rows_of(ctx, "select month from population.month order by month")]
    through = _paid_through(ctx)
    found: list[Row] = []
    for aco in [
        row["aco_id"] for row in rows_of(ctx, "select distinct aco_id from mssp.person_month order by 1")
    ]:
        found += of_aco(loaded(ctx.con, aco, through), aco, months, benchmarks, ctx.force.rules)
    return laid(found, PROJECTION_TYPES)


def _paid_through(ctx: StepContext) -> int | None:
    """The month up to which payments are known; None where none is."""
    days = rows_of(ctx, "select cx_month_of(day) as month from population.paid_through where day is not null")
    return int(days[0]["month"]) if days else None


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
    typical = one.mean_cut(first, MONTHS) if width < 2 * MONTHS and not one.installed else None
    parts = [
        _part(piece, first, this, width, observed, completion.factor, trend["expected"], typical)
        for piece in one.pieces()
    ]
    if not any(part.dear for part in parts):
        return None
    unpaid = float(completion.variance[MONTHS : MONTHS + this, MONTHS : MONTHS + this].sum())
    to_come = sum(part.present for part in parts) * (MONTHS - this)
    last, rest, now = (_together([part.stretches[at] for part in parts]) for at in range(3))
    experience = Experience(last, rest, now, this, unpaid, float(to_come))
    projected = project(
        experience, Trend(trend["expected"], trend["deviation"]), force.number("mssp.projection_level")
    )
    return View(
        this, sum(part.people for part in parts), (float(now.months.sum()) + to_come) / MONTHS,
        sum(part.paid for part in parts), float(now.amount.sum()), projected,
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """What some of the people bring to a view: last year's same months, its rest, this year's months seen."""

    stretches: tuple[Stretch, Stretch, Stretch]
    dear: bool  # whether last year cost anything
    people: int
    present: int  # in the newest month seen
    paid: float


def _part(
    one: Loaded, first: int, this: int, width: int, observed: Any, factor: Floats, expected: float,
    typical: float | None,
) -> _Part:  # fmt: skip
    start = first + MONTHS
    counted = one.counted[:, first : start + MONTHS]
    counted = np.pad(counted, ((0, 0), (0, 2 * MONTHS - counted.shape[1])))
    before, now = counted[:, :MONTHS], counted[:, MONTHS : MONTHS + this]
    newest = MONTHS + max(this, 1)
    here = counted.any(axis=1)
    caps = _caps(one, first, this, counted, expected, typical)
    dollars = one.dollars(first, width, observed)
    prior = _capped(dollars[:, :MONTHS], caps[0]) * factor[:MONTHS]
    current = _capped(dollars[:, MONTHS : MONTHS + this], caps[1]) * factor[MONTHS : MONTHS + this]
    pairs = ((prior[:, :this], before[:, :this]), (prior[:, this:], before[:, this:]), (current, now))
    return _Part(
        (stretch(pairs[0][0][here], pairs[0][1][here]), stretch(pairs[1][0][here], pairs[1][1][here]),
         stretch(pairs[2][0][here], pairs[2][1][here])),
        bool(prior.any()), int(counted[:, MONTHS:newest].any(axis=1).sum()),
        int(counted[:, newest - 1].sum()), float(dollars[:, MONTHS:].sum()),
    )  # fmt: skip


def _together(parts: Sequence[Stretch]) -> Stretch:
    return Stretch(
        np.concatenate([part.amount for part in parts]), np.concatenate([part.months for part in parts])
    )


def _caps(
    one: Loaded, first: int, this: int, counted: Any, expected: float, typical: float | None
) -> tuple[Floats, Floats]:
    """What a person may cost at most in last year and in this one: of each month a twelfth of the threshold
    of its type. Of an unfinished year whose threshold is not installed it is last year's with the expected
    trend; ``typical`` is the mean one of last year, and None where the year's own counts."""
    prior = one.cap(first, MONTHS).sum(axis=1) / MONTHS
    own = one.cap(first + MONTHS, this).sum(axis=1)
    seen_months = counted[:, MONTHS : MONTHS + this].sum(axis=1)
    whole = seen_months + counted[:, MONTHS + max(this, 1) - 1] * (MONTHS - this)
    if typical is None:
        a_month = np.divide(own, seen_months, out=np.full(len(own), np.inf), where=seen_months > 0)
    else:
        before = counted[:, :MONTHS].sum(axis=1)
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
