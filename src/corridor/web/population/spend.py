"""Spend per person per month: the trend with its interval, and what drives it, by category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corridor.reports.charts.svg import Chart
from corridor.reports.charts.trend import Point, trend
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, month_name, near_dollars, plain, real, share, short_dollars
from corridor.web.answers import Whom, fluid, rows_of, wide_and_narrow
from corridor.web.population.amounts import (
    MONTHS,
    Mean,
    few,
    heads,
    money,
    part,
    ratio_mean,
    simple_mean,
    span,
)
from corridor.web.population.naming import CATEGORIES, ENROLLMENT, named, small
from corridor.web.viewer import Viewer

SPEND, YEAR = "panel.spend", "panel.year"
NOT_COMPLETE = 1.005
"""A month counts as not complete while at least this factor is still expected on what was paid."""


def months_of(viewer: Viewer, asked: Whom) -> list[dict[str, Any]]:
    """Month by month: people, dollars completed, with their squares, and by category."""
    test, values = asked.where()
    listed = ", ".join(f"sum({name}) as {name}" for name in CATEGORIES)
    return rows_of(
        viewer,
        SPEND,
        f"select month, year, sum(people) as people, sum(expenditure) as expenditure, "
        f"sum(completed) as completed, sum(squared) as squared, {listed} from {SPEND} where {test} "
        "group by month, year order by month",
        values,
    )


def years_of(viewer: Viewer, asked: Whom) -> list[dict[str, Any]]:
    """Year by year: the mean dollars a month with its interval, and how many months the year has."""
    test, values = asked.where()
    found = rows_of(
        viewer,
        YEAR,
        f"select year, sum(people) as people, sum(member_months) as member_months, "
        "sum(expenditure) as expenditure, sum(squared) as squared, sum(crossed) as crossed, "
        f"sum(months_squared) as months_squared from {YEAR} where {test} group by year order by year",
        values,
    )
    for row in found:
        row["mean"] = ratio_mean(
            float(row["people"]),
            float(row["expenditure"]),
            float(row["squared"]),
            float(row["member_months"]),
            float(row["crossed"]),
            float(row["months_squared"]),
        )
    return found


def whole_years(months: Sequence[dict[str, Any]], years: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The years of which every month is loaded."""
    seen: dict[int, int] = {}
    for row in months:
        seen[int(row["year"])] = seen.get(int(row["year"]), 0) + 1
    return [row for row in years if seen.get(int(row["year"])) == MONTHS and row["mean"] is not None]


def spend_words(asked: Whom, years: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """The sentence and the second one."""
    last = years[-1]
    mean: Mean = last["mean"]
    if few(last["people"]):
        return f"Fewer than 11 people{asked.of()} were loaded in {last['year']}: no figure is shown", ""
    first = f"Care{asked.of()} cost {near_dollars(mean.value)} a person a month in {last['year']}"
    second = (
        f"{short_dollars(last['expenditure'])} for {int(last['people']):,} people, claims not yet paid "
        f"estimated. By chance alone the figure may lie between {near_dollars(mean.low)} and "
        f"{near_dollars(mean.high)}."
    )
    if len(years) < 2:
        return first, second
    before: Mean = years[-2]["mean"]
    change = mean.value - before.value
    side = "more" if change > 0 else "less"
    sentence = (
        f"{first}, {dollars(abs(change))} ({share(abs(change) / before.value, 1)}) {side} than in "
        f"{years[-2]['year']}"
    )
    if not mean.apart(before):
        sentence += ": no more than chance explains"
    return sentence, second


def trend_section(viewer: Viewer, asked: Whom, months: Sequence[dict[str, Any]]) -> Section:
    """The line by month, and the table behind it."""
    factors = _factors(viewer)
    points, rows = [], []
    for row in months:
        mean = simple_mean(float(row["people"]), float(row["completed"]), float(row["squared"]))
        hidden = few(row["people"]) or mean is None
        name = month_name(row["month"])
        factor = factors.get(int(row["month"]), 1.0)
        points.append(
            Point(name, None)
            if mean is None or hidden
            else Point(name, mean.value, max(mean.low, 0.0), mean.high, None, factor >= NOT_COMPLETE)
        )
        shown = None if hidden else mean
        rows.append(
            TableRow(
                [
                    Cell(name, float(row["month"])),
                    heads(row["people"]),
                    money(None if shown is None else float(row["expenditure"]) / float(row["people"])),
                    money(None if shown is None else shown.value),
                    span(shown),
                    part(None if shown is None else 1 / factor, 1),
                ]
            )
        )
    open_ones = [point.name for point in points if point.incomplete]
    finding = "Dollars a person a month, with the interval of chance"
    if open_ones:
        finding += f"; since {open_ones[0]} not complete"

    def draw(name: str, width: float) -> Chart:
        return trend(
            name,
            finding,
            points,
            show=dollars,
            value_name="dollars a person a month",
            width=width,
        )

    table = Table(
        "spend-by-month",
        "Spend a person a month",
        [
            Column("Month"),
            Column("People", "number"),
            Column("As paid", "number"),
            Column("Completed", "number", "With what is still expected to be paid"),
            Column("Interval", "range", "19 in 20 by chance"),
            Column("Complete", "number"),
        ],
        rows[::-1],
    )
    note = "Hollow points: part of the claims is still expected; the line holds an estimate of it."
    return Section(
        "trend",
        "Month by month",
        pictures=[wide_and_narrow(draw, "spend-trend", note if open_ones else "")],
        tables=[table],
        notes=_trend_notes(asked),
    )


def _trend_notes(asked: Whom) -> list[str]:
    words = [
        "Medicare Part A and B expenditure as benchmarks count it, of everybody enrolled in the month, not "
        "truncated. "
        "Part D is not in it.",
    ]
    if asked.given():
        words.append(
            "People are those this run attributes to "
            f"{asked.words()} in the measured year; months before are of the same people, who were not all "
            f"attributed then."
        )
    return words


def _factors(viewer: Viewer) -> dict[int, float]:
    """Month -> what completes it; the same for every enrollment type where few are loaded."""
    found = rows_of(
        viewer,
        SPEND,
        f"select month, sum(completed) / nullif(cast(sum(expenditure) as double), 0) as factor from {SPEND} "
        "group by month",
    )
    return {int(row["month"]): max(real(row["factor"]) or 1.0, 1.0) for row in found}


def driver_section(months: Sequence[dict[str, Any]], years: Sequence[dict[str, Any]]) -> Section:
    """What moved the spend from one year to the next: a waterfall by category whose parts sum exactly."""
    last = int(years[-1]["year"])
    now = _by_category(months, last)
    if len(years) < 2 or now is None:
        return Section(
            "drivers", "By category", empty="Two whole years are needed to say what moved the spend."
        )
    before = _by_category(months, last - 1)
    if before is None:
        return Section("drivers", "By category", empty=f"{last - 1} is not loaded as a whole.")
    start, end = sum(before.values()), sum(now.values())
    changes = sorted(
        ((name, now[name] - before[name]) for name in CATEGORIES), key=lambda item: -abs(item[1])
    )
    shown = [item for item in changes if abs(item[1]) >= 1][:8]
    rest = (end - start) - sum(amount for _, amount in shown)
    parts = [Part(CATEGORIES[name], amount) for name, amount in shown]
    if abs(rest) > 1e-9:
        parts.append(Part("All other categories", rest))
    biggest = CATEGORIES[shown[0][0]] if shown else "nothing"
    finding = (
        f"{biggest} moved the most: {dollars(shown[0][1], signed=True)} a person a year"
        if shown
        else "No change"
    )
    chart = waterfall(
        "spend-drivers",
        finding,
        Part(str(last - 1), 0.0),
        parts,
        Part(str(last), end - start),
        show=lambda value: dollars(start + value),
        show_change=lambda value: dollars(value, signed=True),
        neutral=True,
    )
    rows = [
        TableRow(
            [
                text_cell(CATEGORIES[name]),
                money(before[name]),
                money(now[name]),
                money(now[name] - before[name], signed=True),
                part((now[name] - before[name]) / before[name] if before[name] else None, signed=True),
                part(now[name] / end if end else None),
            ]
        )
        for name in sorted(CATEGORIES, key=lambda name: -now[name])
        if now[name] or before[name]
    ]
    table = Table(
        "spend-by-category",
        f"Dollars a person a year by category, {last - 1} and {last}, as paid",
        [
            Column("Category"),
            Column(str(last - 1), "number"),
            Column(str(last), "number"),
            Column("Change", "number"),
            Column("Change in percent", "number"),
            Column(f"Share of {last}", "number"),
        ],
        rows,
        total=[
            text_cell("All"),
            money(start),
            money(end),
            money(end - start, signed=True),
            part((end - start) / start if start else None, signed=True),
            part(1.0),
        ],
    )
    return Section("drivers", "What moved it", pictures=[fluid(chart)], tables=[table])


def _by_category(months: Sequence[dict[str, Any]], year: int) -> dict[str, float] | None:
    """Dollars a person a year by category, as paid."""
    rows = [row for row in months if int(row["year"]) == year]
    people = sum(float(row["people"]) for row in rows)
    if not people or few(people / MONTHS):
        return None
    return {name: MONTHS * sum(float(row[name] or 0) for row in rows) / people for name in CATEGORIES}


def driver_words(months: Sequence[dict[str, Any]], years: Sequence[dict[str, Any]], asked: Whom) -> str:
    """The sentence of the view by category."""
    last = int(years[-1]["year"])
    now = _by_category(months, last)
    if now is None:
        return f"Too few people{asked.of()} to show what their care is made of"
    total = sum(now.values())
    first, second = sorted(now, key=lambda name: -now[name])[:2]
    return (
        f"{named(CATEGORIES, first)} and {small(CATEGORIES[second])} are "
        f"{share((now[first] + now[second]) / total, 0)} "
        f"of the {short_dollars(total)} a person{asked.of()} cost in {last}"
    )


def enrollment_table(viewer: Viewer) -> Table | None:
    """Per beneficiary per year by enrollment type, as benchmarks take it: completed and truncated."""
    found = rows_of(
        viewer, "population.pbpy", "select * from population.pbpy order by year desc, enrollment_type"
    )
    if not found:
        return None
    rows = [
        TableRow(
            [
                text_cell(row["year"]),
                text_cell(named(ENROLLMENT, row["enrollment_type"])),
                heads(row["people"]),
                *(
                    [text_cell("<11 people")] * 4
                    if few(row["people"])
                    else [
                        money(row["pbpy"]),
                        money(row["untruncated_pbpy"]),
                        part(row["trend"], signed=True),
                        amount_cell(plain(row["completion_factor"], 3), real(row["completion_factor"])),
                    ]
                ),
            ]
        )
        for row in found
    ]
    return Table(
        "per-beneficiary-year",
        "Per beneficiary per year by enrollment type",
        [
            Column("Year"),
            Column("Enrollment type"),
            Column("People", "number"),
            Column("Truncated", "number", "The costliest people capped, as benchmarks do"),
            Column("Not truncated", "number"),
            Column("Trend", "number"),
            Column("Completion factor", "number"),
        ],
        rows,
        note="Years with fewer than twelve months loaded are per year all the same; their trend is left out.",
    )
