"""How much, for whom: horizontal bars from zero with an interval, one row each, fluid in width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import STACKED, Layout, Show, bar, named_row, zero_line
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, number, percent, tag


@dataclass(frozen=True)
class Bar:
    """One bar: name, signed value, and the interval it may lie in (None where there is none)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    link: str | None = None


def bars(
    name: str, finding: str, rows: Sequence[Bar], *, show: Show, signed: bool = True, layout: Layout = STACKED
) -> Chart:
    """Bars start at zero; losses run left, gains right; the whisker is the interval. `signed` colours by
    sign.
    """
    ends = [0.0]
    for row in rows:
        ends += [value for value in (row.value, row.low, row.high) if value is not None]
    low, high = min(ends), max(ends)
    if low == high:
        high = low + 1.0
    scale = Linear(low, high, layout.bars_from, layout.bars_to)
    content = zero_line(layout, len(rows), scale(0))
    labels: list[Box] = []
    for index, row in enumerate(rows):
        level = not signed or show(row.value) == show(0.0)
        kind = "plain" if level else "gain" if row.value > 0 else "loss"
        content += named_row(layout, index, row.name, show(row.value), kind, labels, row.link)
        content.append(bar(layout, index, kind, scale(0), scale(row.value)))
        if row.low is not None and row.high is not None and row.high > row.low:
            middle = layout.bottom(index) - layout.bar_height / 2
            content.append(_whisker(scale(row.low), scale(row.high), middle))
    description = "; ".join(_said(row, show) for row in rows) + "." if rows else "Nothing to show."
    height = layout.bottom(max(len(rows), 1) - 1) + 6
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )


def _whisker(low: float, high: float, y: float) -> str:
    left, right = percent(low), percent(high)
    return "".join(
        (
            tag("line", class_="whisker", x1=left, x2=right, y1=number(y), y2=number(y)),
            tag("line", class_="whisker", x1=left, x2=left, y1=number(y - 4), y2=number(y + 4)),
            tag("line", class_="whisker", x1=right, x2=right, y1=number(y - 4), y2=number(y + 4)),
        )
    )


def _said(row: Bar, show: Show) -> str:
    words = f"{row.name} {show(row.value)}"
    if row.low is not None and row.high is not None and row.high > row.low:
        words += f" (from {show(row.low)} to {show(row.high)})"
    return words
