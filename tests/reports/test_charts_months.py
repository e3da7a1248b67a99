"""Charts of months, dots, columns, periods and delays: well-formed, said in words, no label on another."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from corridor.reports.charts import svg
from corridor.reports.charts.columns import Band, columns
from corridor.reports.charts.dots import DotRow, dots
from corridor.reports.charts.periods import Span, periods
from corridor.reports.charts.svg import Chart
from corridor.reports.charts.trend import Point, trend
from corridor.reports.charts.triangle import Delay, triangle


def dollars(value: float) -> str:
    return f"${value:,.0f}"


def months(width: float = svg.WIDE) -> Chart:
    points = [
        Point(
            f"{'Jan' if place % 2 else 'Feb'} {2024 + place // 12}",
            600.0 + place,
            500.0,
            800.0,
            650.0,
            place > 33,
            {10: "lapsed", 12: "in force again"}.get(place, ""),
        )
        for place in range(36)
    ]
    return trend("t", "Spend", points, show=dollars, value_name="dollars a month", width=width)


CHARTS = {
    "wide months": months(),
    "narrow months": months(svg.NARROW),
    "no month": trend("e", "Spend", [], show=dollars, value_name="dollars"),
    "dots": dots(
        "d",
        "Gaps",
        [DotRow("Dual", 900, 700, 1100, -1), DotRow("Not dual", 500)],
        show=dollars,
        reference=500,
        reference_name="the reference",
    ),
    "columns": columns(
        "c",
        "Scores",
        [Band(f"{place / 10:.1f}", float(place), place > 30) for place in range(40)],
        show=dollars,
        value_name="people",
        axis="score",
    ),
    "periods": periods(
        "p",
        "When",
        [Span("From 2029", "0.09", 2029, 2031), Span("From 2031", "0.1", 2031, None, False)],
        2026.9,
    ),
    "delays": triangle(
        "r", "How claims come in", [Delay("Dec 2027", (0.2, 0.9)), Delay("Nov 2027", (0.2, 0.9, 1.0))], 13
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_whole_and_said_in_words(name: str) -> None:
    chart = CHARTS[name]
    drawn = ElementTree.fromstring(chart.svg)
    assert drawn.find("title") is not None and drawn.find("desc") is not None
    assert chart.description
    assert "style=" not in chart.svg  # the policy of pages allows none


@pytest.mark.parametrize("name", CHARTS)
def test_no_label_covers_another(name: str) -> None:
    boxes = [box for box in CHARTS[name].labels if box.words]
    clashes = [(a.words, b.words) for a, b in combinations(boxes, 2) if a.meets(b)]
    assert clashes == []


def test_what_a_line_of_months_says() -> None:
    words = CHARTS["wide months"].description
    assert (
        words.startswith("36 months from Feb 2024 ($600) to Jan 2026 ($635)")
        and "2 not yet complete" in words
    )
    assert CHARTS["wide months"].svg.count("bar hollow") == 2
