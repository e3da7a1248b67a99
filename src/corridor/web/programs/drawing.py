"""Charts of program pages, drawn for a wide and a narrow page at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corridor.reports.charts import svg
from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.line import YearPoint, line
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Picture
from corridor.reports.words import short_dollars

Show = Callable[[float], str]


def signed(value: float) -> str:
    """Dollars for a chart, with their sign."""
    return short_dollars(value, signed=True)


def bar_picture(
    name: str, finding: str, rows: Sequence[Bar], *, show: Show = signed, gains: bool = True, note: str = ""
) -> Picture:
    """Horizontal bars; ``gains`` colours by sign."""
    wide, narrow = (
        bars(f"{name}-{size}", finding, rows, show=show, signed=gains, layout=layout)
        for size, layout in (("wide", SIDE), ("narrow", STACKED))
    )
    return Picture(finding, wide, narrow, note)


def year_picture(
    name: str, finding: str, points: Sequence[YearPoint], *, show: Show, value_name: str, note: str = ""
) -> Picture:
    """A line by year with what happens in each."""
    wide, narrow = (
        line(f"{name}-{size}", finding, points, show=show, value_name=value_name, width=width)
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )
    return Picture(finding, wide, narrow, note)
