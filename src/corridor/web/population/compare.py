"""Observed against expected: who is really different, and month by month."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from corridor.reports.charts.funnel import Dot, funnel, standing
from corridor.reports.charts.svg import Chart
from corridor.reports.charts.trend import Point, trend
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    SMALLEST_CELL,
    dollars,
    month_name,
    plain,
    real,
    share,
    short_dollars,
)
from corridor.web.answers import Whom, data_year, rows_of, wide_and_narrow
from corridor.web.population.amounts import MONTHS, decimal, heads, money
from corridor.web.population.naming import MEASURES, measure_words
from corridor.web.viewer import Viewer

TABLE, TOTAL, MONTH = "measures.performance", "measures.performance_total", "measures.performance_month"
PANEL = "measures.performance_panel"
EVENTS = MONTHS * 1000.0
PER = {"cost": float(MONTHS), "readmission": 100.0}
"""What a rate is for: 1,000 people a year, a person a year, 100 index stays."""
LEVELS = {"npi": "clinicians", "tin": "practices", "aco": "ACOs"}
MOST_DOTS = 300
"""Points of a funnel beside those outside its limits: more are a cloud nobody reads."""
MOST_ROWS = 100


def compared(viewer: Viewer, asked: Whom, measure: str, level: str) -> list[dict[str, Any]]:
    """The rows of a measure and level in scope: of a practice its clinicians, where they are asked for."""
    if not viewer.has(TABLE) or not viewer.has(TOTAL):
        return []
    test, values = _within(viewer, asked, level)
    found = viewer.query(
        f"select p.entity_id, p.people, p.observed, p.expected, p.observed_rate, p.expected_rate, "
        f"p.dollars, p.ratio, "
        "p.shrunken_ratio, p.interval_low, p.interval_high, p.reliability, p.peers, p.exploratory, "
        f"t.squared_difference from {TABLE} as p join {TOTAL} as t on t.level = p.level "
        "and t.entity_id = p.entity_id and t.measure = p.measure "
        f"where p.measure = ? and p.level = ? and p.people >= {SMALLEST_CELL} and {test} "
        "order by p.people desc, p.entity_id",
        [measure, level, *values],
    )
    return found or _of_panels(viewer, asked, measure, level)


def _of_panels(viewer: Viewer, asked: Whom, measure: str, level: str) -> list[dict[str, Any]]:
    """The clinicians of a practice, for accounts limited to the practice: with their people in it alone."""
    column = {"npi": "npi", "tin": "tin", "aco": "aco_id"}[level]
    test, values = asked.where()
    found = rows_of(
        viewer,
        PANEL,
        f"select {column} as entity_id, sum(people) as people, sum(denominator) as denominator, "
        "sum(observed) as observed, sum(expected) as expected, "
        "sum(squared_difference) as squared_difference, "
        f"sum(dollars) as dollars from {PANEL} where measure = ? and {column} is not null and {test} "
        f"group by {column} having sum(people) >= {SMALLEST_CELL} order by people desc, entity_id",
        [measure, *values],
    )
    unknown = ("shrunken_ratio", "interval_low", "interval_high", "reliability", "peers", "exploratory")
    per = PER.get(measure, EVENTS)
    for row in found:
        size = float(row["denominator"] or 0)
        row |= dict.fromkeys(unknown)
        row["observed_rate"] = float(row["observed"]) / size * per if size else None
        row["expected_rate"] = float(row["expected"] or 0) / size * per if size else None
        row["ratio"] = float(row["observed"]) / float(row["expected"]) if row["expected"] else None
    return found


def _within(viewer: Viewer, asked: Whom, level: str) -> tuple[str, list[str]]:
    """The entities of a level that belong to those asked for."""
    given = asked.given()
    if not given:
        return "true", []
    if level in given:
        return "p.entity_id = ?", [given[level]]
    if not viewer.has("panel.person_count"):
        return "false", []
    column = {"npi": "npi", "tin": "tin", "aco": "aco_id"}[level]
    test, values = asked.where()
    return f"p.entity_id in (select {column} from panel.person_count where {test})", values


def compare_answer(viewer: Viewer, asked: Whom, measure: str, level: str) -> tuple[str, str, list[Section]]:
    """A funnel of observed over expected by volume, and the table behind it."""
    rows = [row for row in compared(viewer, asked, measure, level) if real(row["expected"])]
    noun = LEVELS[level]
    if not rows:
        empty = (
            f"No {noun[:-1]} with {SMALLEST_CELL} people or more has something expected of this measure. "
            f"Ambulatory sensitive "
            "admissions and avoidable visits need the value sets of AHRQ and the NYU algorithm: `corridor "
            "reference add FILE`, "
            "then `corridor run`."
        )
        return (
            f"{measure_words(measure)}{asked.of()} cannot be set against what was expected",
            "",
            [Section("compare", "Observed against expected", empty=empty)],
        )
    observed, expected, squared, people = (
        math.fsum(real(row[key]) or 0.0 for row in rows)
        for key in ("observed", "expected", "squared_difference", "people")
    )
    spread = math.sqrt(squared) / expected * math.sqrt(people) if expected else 0.0
    dots = [
        Dot(
            f"{level.upper()} {row['entity_id']}",
            float(row["people"]),
            float(row["ratio"]),
            f"/clinicians/{row['entity_id']}" if level == "npi" else None,
        )
        for row in rows
        if real(row["ratio"]) is not None
    ]
    outside = [dot for dot in dots if standing(dot, 1.0, spread)]
    above = sum(standing(dot, 1.0, spread) > 0 for dot in dots)
    sentence = _sentence(
        measure, asked, observed / expected - 1, above, len(outside) - above, len(dots), noun
    )
    rest = [dot for dot in dots if not standing(dot, 1.0, spread)][:MOST_DOTS]
    finding = f"{measure_words(measure)} over expected by number of people"

    def draw(name: str, width: float) -> Chart:
        return funnel(
            name,
            finding,
            [*outside[:MOST_DOTS], *rest],
            spread=spread,
            volume_name="People",
            value_name="Observed over expected",
            width=width,
        )

    note = "Within the curves lies what chance alone explains for so many people."
    if len(dots) > MOST_DOTS:
        note += f" Of those within, the {MOST_DOTS} with the most people are drawn."
    section = Section(
        "compare",
        "Who is really different",
        pictures=[wide_and_narrow(draw, "funnel", note)] if len(dots) > 1 else [],
        tables=[_table(rows, measure, level, spread)],
        notes=[
            "Expected is what people of the same enrollment type, age and risk had on average among all "
            "loaded. Less is "
            "better in every measure, as far as care is not lacking.",
        ],
    )
    second = (
        f"{int(people):,} people of {data_year(viewer)}, {len(rows):,} {noun} with {SMALLEST_CELL} "
        "people or more."
    )
    return sentence, second, [section]


def _sentence(measure: str, asked: Whom, off: float, above: int, below: int, count: int, noun: str) -> str:
    side = "above" if off > 0 else "below"
    off_words = (
        "as expected" if share(abs(off), 1) == share(0.0, 1) else f"{share(abs(off), 1)} {side} expected"
    )
    verb = "was" if measure in ("cost", "low_value_care", "advanced_imaging") else "were"
    sentence = f"{measure_words(measure)}{asked.of()} {verb} {off_words}"
    if count < 2:
        return sentence
    if above + below == 0:
        return f"{sentence}; none of {count:,} {noun} differs by more than chance explains"
    parts = [f"{count:,} {side}" for count, side in ((above, "above"), (below, "below")) if count]
    parts[0] = parts[0].replace(" ", " is " if parts[0].startswith("1 ") else " are ", 1)
    words = " and ".join(parts)
    return f"{sentence}; of {count:,} {noun}, {words} the limits of chance"


def _table(rows: list[dict[str, Any]], measure: str, level: str, spread: float) -> Table:
    show = _show(measure)
    kept = sorted(rows, key=lambda row: -abs(_apart(row, spread)))[:MOST_ROWS]
    unit = MEASURES.get(measure, ("", "", ""))[1]
    return Table(
        "observed-expected",
        f"{measure_words(measure)} {unit}, those furthest apart first",
        [
            Column(level.upper()),
            Column("People", "number"),
            Column("Observed", "number"),
            Column("Expected", "number"),
            Column("Ratio", "number"),
            Column("Shrunken", "number", "Drawn towards the peers by how little is known"),
            Column("Interval", "range"),
            Column("Reliability", "number"),
            Column("Dollars", "number"),
            Column("Beyond chance"),
        ],
        [
            TableRow(
                [
                    Cell(
                        str(row["entity_id"]),
                        str(row["entity_id"]),
                        link=f"/clinicians/{row['entity_id']}" if level == "npi" else None,
                    ),
                    heads(row["people"]),
                    _rate(row["observed_rate"], show),
                    _rate(row["expected_rate"], show),
                    decimal(row["ratio"], 2),
                    decimal(row["shrunken_ratio"], 2),
                    _interval(row),
                    decimal(row["reliability"], 2),
                    money(row["dollars"]),
                    text_cell(_standing_words(row, spread)),
                ]
            )
            for row in kept
        ],
        note=f"The {MOST_ROWS} furthest apart of {len(rows):,}." if len(rows) > MOST_ROWS else "",
    )


def _show(measure: str) -> Callable[[float], str]:
    """Dollars, or a rate without decimals."""
    if MEASURES.get(measure, ("", "", ""))[2] == "dollars":
        return dollars
    return lambda value: plain(value, 0)


def _apart(row: dict[str, Any], spread: float) -> float:
    ratio = real(row["ratio"])
    if ratio is None or not spread:
        return 0.0
    return (ratio - 1) / (spread / math.sqrt(float(row["people"])))


def _standing_words(row: dict[str, Any], spread: float) -> str:
    ratio = real(row["ratio"])
    if ratio is None:
        return "–"
    place = standing(Dot("", float(row["people"]), ratio), 1.0, spread)
    return {0: "no", 1: "above, 95%", 2: "above, 99.8%", -1: "below, 95%", -2: "below, 99.8%"}[place]


def _rate(value: Any, show: Any) -> Cell:
    number = real(value)
    return amount_cell(show(number), number) if number is not None else text_cell(None)


def _interval(row: dict[str, Any]) -> Cell:
    low, high = real(row["interval_low"]), real(row["interval_high"])
    return (
        text_cell(None) if low is None or high is None else Cell(f"{plain(low, 2)} to {plain(high, 2)}", low)
    )


def month_answer(viewer: Viewer, asked: Whom, measure: str) -> tuple[str, str, list[Section]]:
    """Observed and expected month by month, of all clinicians asked for together."""
    test, values = _within(viewer, asked, "npi")
    rows = rows_of(
        viewer,
        MONTH,
        "select p.month, sum(p.people) as people, sum(p.denominator) as months, sum(p.observed) as observed, "
        f"sum(p.expected) as expected from {MONTH} as p where p.measure = ? and p.level = 'npi' and {test} "
        "group by p.month order by p.month",
        [measure, *values],
    )
    rows = [row for row in rows if (real(row["months"]) or 0) > 0 and real(row["expected"]) is not None]
    if not rows:
        return (
            f"{measure_words(measure)}{asked.of()} are not known by month",
            "",
            [
                Section(
                    "month",
                    "Month by month",
                    empty="By month there are cost, acute admissions and emergency visits, for people "
                    "attributed to a clinician.",
                )
            ],
        )
    last = rows[-1]
    observed, expected = float(last["observed"]), float(last["expected"])
    off = observed / expected - 1 if expected else 0.0
    side = "above" if off > 0 else "below"
    sentence = (
        f"{measure_words(measure)}{asked.of()} ran {share(abs(off))} {side} expected in the "
        f"twelve months to {month_name(last['month'])}"
    )
    factor = 1.0 if measure == "cost" else EVENTS

    def per(row: dict[str, Any], key: str) -> float:
        return float(row[key]) / float(row["months"]) * factor

    points = [
        Point(month_name(row["month"]), per(row, "observed"), expected=per(row, "expected")) for row in rows
    ]
    name = "dollars a person a month" if measure == "cost" else "per 1,000 people a year"
    show = _show(measure)
    finding = f"{measure_words(measure)}, observed and expected, the twelve months to each"

    def draw(title: str, width: float) -> Chart:
        return trend(title, finding, points, show=show, value_name=name, width=width)

    table = Table(
        "observed-expected-months",
        f"{measure_words(measure)} {name}",
        [
            Column("Month"),
            Column("People", "number"),
            Column("Observed", "number"),
            Column("Expected", "number"),
            Column("Ratio", "number"),
        ],
        [
            TableRow(
                [
                    Cell(month_name(row["month"]), float(row["month"])),
                    heads(row["people"]),
                    amount_cell(show(per(row, "observed")), per(row, "observed")),
                    amount_cell(show(per(row, "expected")), per(row, "expected")),
                    decimal(float(row["observed"]) / float(row["expected"]) if row["expected"] else None, 2),
                ]
            )
            for row in reversed(rows)
        ],
        note="People attributed to a clinician in the measured year; months before and after are of the "
        "same people.",
    )
    spent = short_dollars(observed) if measure == "cost" else ""
    second = f"{spent} against {short_dollars(expected)} expected." if spent else ""
    return (
        sentence,
        second,
        [Section("month", "Month by month", pictures=[wide_and_narrow(draw, "oe-trend")], tables=[table])],
    )
