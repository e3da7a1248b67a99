"""Which are apart: one dot a row with its interval, beside a line of comparison; fluid in width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import STACKED, Layout, Show, named_row
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, number, percent, tag


@dataclass(frozen=True)
class DotRow:
    """One row: name, value, its interval, and whether it reads as better (1), worse (-1) or neither (0)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    direction: int = 0
    link: str | None = None


def dots(
    name: str,
    finding: str,
    rows: Sequence[DotRow],
    *,
    show: Show,
    reference: float,
    reference_name: str,
    layout: Layout = STACKED,
) -> Chart:
    """The vertical line is the reference; an interval that crosses it is not told apart from it."""
    ends = [reference]
    for row in rows:
        ends += [value for value in (row.value, row.low, row.high) if value is not None]
    low, high = min(ends), max(ends)
    if low == high:
        low, high = low - 1, high + 1
    scale = Linear(low, high, layout.bars_from + 0.01, layout.bars_to - 0.01)
    labels: list[Box] = []
    line = percent(scale(reference))
    content: list[str] = []
    for index, row in enumerate(rows):
        middle = layout.bottom(index) - layout.bar_height / 2
        top, end = middle - layout.bar_height / 2 - 2, middle + layout.bar_height / 2 + 2
        content.append(tag("line", class_="axis", x1=line, x2=line, y1=number(top), y2=number(end)))
        kind = "gain" if row.direction > 0 else "loss" if row.direction < 0 else "even"
        content += named_row(layout, index, row.name, show(row.value), kind, labels, row.link)
        if row.low is not None and row.high is not None:
            left, right = percent(scale(row.low)), percent(scale(row.high))
            content.append(
                tag("line", class_="whisker", x1=left, x2=right, y1=number(middle), y2=number(middle))
            )
        at = percent(scale(row.value))
        content.append(tag("circle", class_=f"own {kind}", cx=at, cy=number(middle), r=5))
    said = "; ".join(_said(row, show) for row in rows)
    description = f"The line is {reference_name}, {show(reference)}. {said}." if rows else "Nothing to show."
    height = layout.bottom(max(len(rows), 1) - 1) + 8
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )


def _said(row: DotRow, show: Show) -> str:
    words = f"{row.name} {show(row.value)}"
    if row.low is not None and row.high is not None:
        words += f" (from {show(row.low)} to {show(row.high)})"
    return words
