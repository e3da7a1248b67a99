"""Risk scores: how they are spread, what the models make of the same people, and what was coded before and
not since.
"""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.charts.columns import Band, columns
from corridor.reports.charts.svg import Chart
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, plain, real, share, whole
from corridor.web.answers import (
    Answer,
    Whom,
    WhomDep,
    chosen_view,
    rows_of,
    show_answer,
    table_file,
    wide_and_narrow,
)
from corridor.web.guard import VisitDep
from corridor.web.population.amounts import decimal, few, heads, heads_unless, hidden_too, part, unless
from corridor.web.population.naming import ENROLLMENT, named
from corridor.web.population.pictures import bar_picture
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "Risk scores"
VIEWS = (("scores", "Distribution"), ("models", "Models"), ("recapture", "Recapture"))
HIGHEST = 4.0
SOURCES = {"assignment_list": "the assignment list", "computed": "diagnoses on claims"}
INSTALL = (
    "Install CMS's mapping and coefficients of the model: `corridor reference add FILE` takes the risk "
    "software as published.",
    "Then `corridor run`: scores are computed from the diagnoses on claims.",
)
Drawn = tuple[str, str, list[Section], tuple[str, ...]]


def risk(visit: VisitDep, asked: WhomDep, view: str = "") -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    draw = {"scores": _scores, "models": _models, "recapture": _recapture}[chosen]
    sentence, second, sections, todo = visit.bench.made(
        viewer, (NAME, chosen, asked), lambda: draw(viewer, asked)
    )
    files = {"scores": "panel.risk", "models": "panel.risk_model", "recapture": "panel.recapture"}
    answer = Answer(
        NAME,
        sentence,
        second,
        sections,
        views=VIEWS,
        view=chosen,
        todo=todo,
        files={} if todo else {"The table behind it": table_file(files[chosen], asked)},
        closed=()
        if viewer.scope.every_row
        else (f"Only people attributed to {viewer.scope.words()} are counted.",),
    )
    return show_answer(visit, asked, answer)


def _scores(viewer: Viewer, asked: Whom) -> Drawn:
    test, values = asked.where()
    rows = rows_of(
        viewer,
        "panel.risk",
        "select payment_year, source, enrollment_type, band, sum(people) as people, sum(score) as score "
        f"from panel.risk where {test} group by payment_year, source, enrollment_type, band",
        values,
    )
    people = sum(float(row["people"]) for row in rows)
    if not people or few(people):
        return f"No risk scores{asked.of()} are known, or of fewer than 11 people", "", [], INSTALL
    mean = sum(float(row["score"]) for row in rows) / people
    by_band: dict[float, float] = {}
    for row in rows:
        band = min(float(row["band"]), HIGHEST)
        by_band[band] = by_band.get(band, 0.0) + float(row["people"])
    joined = _joined(by_band)
    half = _quantile(by_band, people / 2)
    top = sum(count for band, count in by_band.items() if band >= 2 * mean)
    source = SOURCES.get(str(rows[0]["source"]), str(rows[0]["source"]).replace("_", " "))
    year = max(int(row["payment_year"]) for row in rows)
    at_top = f"fewer than {SMALLEST_CELL} people" if few(top) else share(top / people, 0)
    sentence = (
        f"The mean risk score{asked.of()} is {plain(mean, 2)}; half are at {plain(half, 1)} or below, and "
        f"{at_top} at twice the mean or more"
    )
    second = f"{counted(int(people), 'person', 'people')} with a score of payment year {year}, from {source}."
    bands = [Band(_score_words(low, high), count, low >= 2 * mean) for low, high, count in joined]
    finding = "People by risk score; in blue those at twice the mean or more"

    def draw(name: str, width: float) -> Chart:
        return columns(name, finding, bands, show=whole, value_name="people", axis="risk score", width=width)

    kinds: dict[str, tuple[float, float]] = {}
    for row in rows:
        had = kinds.get(str(row["enrollment_type"]), (0.0, 0.0))
        kinds[str(row["enrollment_type"])] = (had[0] + float(row["people"]), had[1] + float(row["score"]))
    by_kind = sorted(kinds.items(), key=lambda item: -item[1][0])
    hidden = hidden_too([count for _, (count, _) in by_kind], viewer.patients)
    table = Table(
        "risk-types",
        "Mean score by enrollment type",
        [Column("Enrollment type"), Column("People", "number"), Column("Mean score", "number")],
        [
            TableRow(
                [
                    text_cell(named(ENROLLMENT, kind)),
                    heads_unless(place in hidden, count),
                    *unless(place in hidden, decimal(total / count, 3)),
                ]
            )
            for place, (kind, (count, total)) in enumerate(by_kind)
        ],
    )
    spread = Table(
        "risk-bands",
        "People by tenth of a point of the score",
        [Column("Score"), Column("People", "number")],
        [TableRow([Cell(_score_words(low, high), low), heads(count)]) for low, high, count in joined],
        note=f"Tenths with fewer than {SMALLEST_CELL} people are joined with the next.",
    )
    pictures = [wide_and_narrow(draw, "risk-bands")]
    return (
        sentence,
        second,
        [Section("scores", "How they are spread", pictures=pictures, tables=[table, spread])],
        (),
    )


def _joined(by_band: dict[float, float]) -> list[tuple[float, float, float]]:
    """Lowest and highest tenth, and people: tenths of few people with those after them, the last with those
    before, so that no column stands for few.
    """
    found: list[tuple[float, float, float]] = []
    for band in sorted(by_band):
        if found and few(found[-1][2]):
            low, _, count = found.pop()
            found.append((low, band, count + by_band[band]))
        else:
            found.append((band, band, by_band[band]))
    if len(found) > 1 and few(found[-1][2]):
        (low, _, before), (_, high, count) = found[-2:]
        found[-2:] = [(low, high, before + count)]
    return found


def _score_words(low: float, high: float) -> str:
    if high >= HIGHEST:
        return plain(low, 1) + "+"
    return plain(low, 1) if low == high else f"{plain(low, 1)} to {plain(high, 1)}"


def _quantile(by_band: dict[float, float], wanted: float) -> float:
    seen = 0.0
    for band in sorted(by_band):
        seen += by_band[band]
        if seen >= wanted:
            return band
    return max(by_band)


def _models(viewer: Viewer, asked: Whom) -> Drawn:
    test, values = asked.where()
    rows = rows_of(
        viewer,
        "panel.risk_model",
        "select model, payment_year, max(coefficient_status) as status, sum(people) as people, "
        "sum(raw_score) as raw, sum(payment_score) as paid, sum(hccs) as hccs from panel.risk_model "
        f"where {test} group by model, payment_year order by payment_year, model",
        values,
    )
    rows = [row for row in rows if not few(row["people"])]
    if not rows:
        return f"No model has scored the people{asked.of()}", "", [], INSTALL
    last = [row for row in rows if row["payment_year"] == max(one["payment_year"] for one in rows)]
    words = ", ".join(f"{_model(row['model'])} {plain(_each(row, 'paid'), 3)}" for row in last)
    sentence = f"For payment year {last[0]['payment_year']} the mean payment score{asked.of()} is {words}"
    listed = [
        Bar(f"{_model(row['model'])}, {row['payment_year']}", _each(row, "paid") or 0.0) for row in rows
    ]
    table = Table(
        "risk-models",
        "What the models make of the same people",
        [
            Column("Model"),
            Column("Payment year"),
            Column("People", "number"),
            Column("Conditions a person", "number"),
            Column("Raw score", "number"),
            Column("Payment score", "number"),
            Column("Coefficients"),
        ],
        [
            TableRow(
                [
                    text_cell(_model(row["model"])),
                    text_cell(row["payment_year"]),
                    heads(row["people"]),
                    decimal(_each(row, "hccs"), 2),
                    decimal(_each(row, "raw"), 3),
                    decimal(_each(row, "paid"), 3),
                    text_cell(row["status"]),
                ]
            )
            for row in rows
        ],
        note="V28 holds fewer diagnoses than V24 and constrains some; a lower score under it is the model, "
        "not the people.",
    )
    tables = [table, *_conditions(viewer, asked)]
    pictures = bar_picture(
        "risk-models", "Mean payment score by model", listed, lambda value: plain(value, 3)
    )
    return sentence, "", [Section("models", "Models side by side", pictures=pictures, tables=tables)], ()


def _conditions(viewer: Viewer, asked: Whom) -> list[Table]:
    test, values = asked.where()
    rows = rows_of(
        viewer,
        "panel.hcc",
        "select model, hcc, max(label) as label, sum(people) as people, sum(coefficient) as weight from "
        "panel.hcc "
        f"where {test} group by model, hcc order by weight desc nulls last limit 60",
        values,
    )
    return [
        Table(
            "risk-conditions",
            "Condition categories by what they add to the scores",
            [
                Column("Model"),
                Column("Category"),
                Column("What it is"),
                Column("People", "number"),
                Column("Added in all", "number"),
            ],
            [
                TableRow(
                    [
                        text_cell(_model(row["model"])),
                        text_cell(f"HCC {row['hcc']}"),
                        text_cell(row["label"]),
                        heads(row["people"]),
                        *unless(few(row["people"]), decimal(row["weight"], 1)),
                    ]
                )
                for row in rows
            ],
        )
    ]


def _recapture(viewer: Viewer, asked: Whom) -> Drawn:
    test, values = asked.where()
    rows = rows_of(
        viewer,
        "panel.recapture",
        "select year, hcc, sum(people) as people, sum(missing_people) as missing_people from panel.recapture "
        f"where {test} group by year, hcc order by year, missing_people desc",
        values,
    )
    if not rows:
        return f"Conditions coded before and not since are not known{asked.of()}", "", [], INSTALL
    last = max(int(row["year"]) for row in rows)
    now = [row for row in rows if int(row["year"]) == last]
    had = sum(float(row["people"]) for row in now)
    missing = sum(float(row["missing_people"]) for row in now)
    sentence = (
        f"{counted(int(missing), 'condition')} coded in {last - 1}{asked.of()} are not on a claim of {last}: "
        f"{share(1 - missing / had if had else None, 0)} were coded again"
    )
    years = sorted({int(row["year"]) for row in rows})
    trend = [
        Bar(str(year), 1 - sum(_of(rows, year, "missing_people")) / max(sum(_of(rows, year, "people")), 1.0))
        for year in years
    ]
    pictures = bar_picture("recapture", "Share of last year's conditions that were coded again", trend, share)
    table = Table(
        "recapture",
        f"Conditions of {last - 1} not yet coded in {last}, by category of V28",
        [
            Column("Category"),
            Column("Coded the year before", "number"),
            Column("Not since", "number"),
            Column("Coded again", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(f"HCC {row['hcc']}"),
                    heads(row["people"]),
                    heads(row["missing_people"]),
                    *unless(
                        few(row["people"]) or few(row["missing_people"]),
                        part(1 - float(row["missing_people"]) / float(row["people"])),
                    ),
                ]
            )
            for row in now
        ],
    )
    notes = [
        "Any diagnosis on any claim counts here, of whatever setting: a condition may still lack the "
        "face-to-face claim that "
        "risk adjustment asks for.",
        "People who died in the year or before it, or were not enrolled in it, do not count; a category "
        "above or below in the hierarchy counts as coded again.",
        "A condition that was not coded again may be gone, or never have been there. Only what the record "
        "supports may be coded.",
        f"{whole(len(now))} categories; who the patients are stands in the work list for recapture.",
    ]
    return (
        sentence,
        "",
        [Section("recapture", "Category by category", pictures=pictures, tables=[table], notes=notes)],
        (),
    )


def _of(rows: list[dict[str, Any]], year: int, key: str) -> list[float]:
    return [float(row[key]) for row in rows if int(row["year"]) == year]


def _each(row: dict[str, Any], key: str) -> float | None:
    value = real(row[key])
    return None if value is None or not row["people"] else value / float(row["people"])


def _model(model: Any) -> str:
    return str(model).replace("_", " ").upper()
