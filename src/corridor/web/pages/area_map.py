"""By area: spend and risk by county of residence, sorted, with intervals; drawn as dots, with the reason
why no map.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from corridor.reports.charts.dots import DotRow
from corridor.reports.views.page import Column, Section, Table, TableRow, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, dollars, plain, real, share
from corridor.web.answers import Answer, Choice, Whom, WhomDep, data_year, rows_of, show_answer, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.amounts import (
    Mean,
    decimal,
    few,
    heads_unless,
    hidden_too,
    money,
    ratio_mean,
    span,
    unless,
)
from corridor.web.population.pictures import dot_picture
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "By area"
TABLE = "panel.area"
MOST = 25
WHAT = (("spend", "Spend a person a month"), ("risk", "Risk score, relative"))
NO_MAP = (
    "Drawn as dots, not as a map: no installed reference file holds the outlines of counties, and Corridor "
    "loads none from "
    "elsewhere. Sorted dots also show what a map hides, the interval of small counties."
)


def area_map(visit: VisitDep, asked: WhomDep, what: Annotated[str, Query(max_length=10)] = "") -> Response:
    """One figure by county of residence."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    chosen = what if what in dict(WHAT) else "spend"
    rows = visit.bench.made(viewer, (NAME, asked), lambda: _areas(viewer, asked))
    enough = [row for row in rows if not few(row["people"]) and row["mean"] is not None]
    sentence, second = _words(viewer, asked, rows, enough, chosen)
    answer = Answer(
        NAME,
        sentence,
        second,
        [_section(rows, enough, chosen, viewer.patients)] if enough else [],
        choices=(Choice("what", "Show", WHAT, chosen),),
        files={"By county": table_file(TABLE, asked)} if viewer.has(TABLE) else {},
        todo=()
        if enough
        else ("Load enrollment with the county of residence (CCLF8 or CCLF9), then `corridor run`.",),
        closed=()
        if viewer.scope.every_row
        else (f"Only people attributed to {viewer.scope.words()} are counted.",),
    )
    return show_answer(visit, asked, answer)


def _areas(viewer: Viewer, asked: Whom) -> list[dict[str, Any]]:
    test, values = asked.where()
    found = rows_of(
        viewer,
        TABLE,
        "select state_code, county_code, sum(people) as people, sum(member_months) as member_months, "
        "sum(expenditure) as expenditure, sum(squared) as squared, sum(crossed) as crossed, "
        "sum(months_squared) as months_squared, sum(relative) as relative, sum(with_risk) as with_risk "
        f"from {TABLE} where {test} and county_code is not null group by state_code, county_code",
        values,
    )
    for row in found:
        row["mean"] = ratio_mean(
            float(row["people"]),
            float(row["expenditure"] or 0),
            float(row["squared"] or 0),
            float(row["member_months"] or 0),
            float(row["crossed"] or 0),
            float(row["months_squared"] or 0),
        )
        count = real(row["with_risk"]) or 0.0
        row["risk"] = (real(row["relative"]) or 0.0) / count if count else None
    return found


def _words(
    viewer: Viewer, asked: Whom, rows: list[dict[str, Any]], enough: list[dict[str, Any]], chosen: str
) -> tuple[str, str]:
    year = data_year(viewer)
    if not enough:
        return f"No county{asked.of()} has {SMALLEST_CELL} people or more", ""
    if chosen == "risk":
        known = [row for row in enough if row["risk"] is not None]
        if not known:
            return f"No risk scores are known{asked.of()} by county", ""
        high, low = max(known, key=lambda row: row["risk"]), min(known, key=lambda row: row["risk"])
        return (
            f"Risk runs from {plain(low['risk'], 2)} of the mean in {_county(low)} to "
            f"{plain(high['risk'], 2)} in "
            f"{_county(high)}",
            f"{counted(len(known), 'county', 'counties')} of residence, {year}.",
        )
    total = _mean_of(enough)
    apart = [row for row in enough if total is not None and row["mean"].apart(total)]
    high = max(enough, key=lambda row: row["mean"].value)
    sentence = f"Of {counted(len(enough), 'county', 'counties')}{asked.of()}, "
    if len(enough) == 1:
        sentence = f"People{asked.of()} live in one county: nothing to compare"
    elif apart:
        sentence += f"{len(apart)} differ from the mean by more than chance explains"
    else:
        sentence += "none differs from the mean by more than chance explains"
    second = (
        f"The costliest is {_county(high)}: {dollars(high['mean'].value)} a person a month in {year}, "
        f"between "
        f"{dollars(high['mean'].low)} and {dollars(high['mean'].high)} by chance."
    )
    unnamed = len(rows) - len(enough)
    if unnamed:
        second += (
            f" {counted(unnamed, 'county', 'counties')} with fewer than {SMALLEST_CELL} people are not shown."
        )
    return sentence, second


def _mean_of(rows: list[dict[str, Any]]) -> Mean | None:
    keys = ("people", "expenditure", "squared", "member_months", "crossed", "months_squared")
    sums = [sum(float(row[key] or 0) for row in rows) for key in keys]
    return ratio_mean(*sums)


def _county(row: dict[str, Any]) -> str:
    return f"county {row['county_code']}"


def _section(
    rows: list[dict[str, Any]], enough: list[dict[str, Any]], chosen: str, patients: bool
) -> Section:
    total = _mean_of(enough)
    if chosen == "risk":
        known = sorted((row for row in enough if row["risk"] is not None), key=lambda row: -row["risk"])
        listed = [DotRow(_county(row).capitalize(), row["risk"]) for row in known[:MOST]]
        pictures = dot_picture(
            "area-risk",
            "Relative risk by county of residence",
            listed,
            lambda value: plain(value, 2),
            1.0,
            "the mean of the enrollment type",
            NO_MAP,
        )
    else:
        ordered = sorted(enough, key=lambda row: -row["mean"].value)
        listed = [
            DotRow(
                _county(row).capitalize(),
                row["mean"].value,
                max(row["mean"].low, 0.0),
                row["mean"].high,
            )
            for row in ordered[:MOST]
        ]
        pictures = dot_picture(
            "area-spend",
            "Dollars a person a month by county of residence, the costliest first",
            listed,
            dollars,
            total.value if total else 0.0,
            "the mean of all",
            NO_MAP,
        )
    ordered = sorted(rows, key=lambda row: (few(row["people"]), -float(row["people"])))
    spent = sum(float(row["expenditure"] or 0) for row in rows)
    # sums that would give away those of a county of few; a mean a month does not
    hidden = hidden_too([row["people"] for row in ordered], patients)
    table = Table(
        "areas",
        "Counties of residence, those with most people first",
        [
            Column("County (FIPS)"),
            Column("State"),
            Column("People", "number"),
            Column("A person a month", "number"),
            Column("Interval", "range"),
            Column("Spent", "number"),
            Column("Share", "number"),
            Column("Relative risk", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(row["county_code"]),
                    text_cell(row["state_code"]),
                    heads_unless(place in hidden, row["people"]),
                    *unless(
                        few(row["people"]),
                        money(None if row["mean"] is None else row["mean"].value),
                        span(row["mean"]),
                    ),
                    *unless(
                        place in hidden,
                        money(row["expenditure"]),
                        text_cell(share(float(row["expenditure"] or 0) / spent if spent else None)),
                    ),
                    *unless(few(row["people"]), decimal(row["risk"], 2)),
                ]
            )
            for place, row in enumerate(ordered[:200])
        ],
        note="" if len(rows) <= 200 else f"The 200 with most people of {len(rows):,}.",
    )
    return Section("areas", "County by county", pictures=pictures, tables=[table])
