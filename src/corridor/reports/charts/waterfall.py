"""What moved the total: a waterfall whose parts sum exactly, one row a part, fluid in width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import STACKED, Layout, Show, bar, named_row, zero_line
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, number, percent, tag

CLOSE = 1e-6
"""How near the parts must come to the end; anything more is a wrong chart."""
_VALUES_FROM = 0.72
"""Right of this share a connector of the stacked layout would run through the values."""


@dataclass(frozen=True)
class Part:
    """One step of the total: its name and signed amount."""

    name: str
    amount: float


def closing_difference(start: float, parts: Sequence[Part], end: float) -> float:
    """What the parts leave unexplained between start and end; 0 when they sum exactly."""
    return end - math.fsum([start, *(part.amount for part in parts)])


def waterfall(
    name: str,
    finding: str,
    start: Part,
    parts: Sequence[Part],
    end: Part,
    *,
    show: Show,
    show_change: Show,
    layout: Layout = STACKED,
    neutral: bool = False,
) -> Chart:
    """Rows from the start through each part to the end; bars of totals begin at zero. `neutral`: more is
    neither
    gain nor loss, and only the sign tells them apart.

    Raises ValueError where the parts do not sum to the end within 1e-6: a waterfall that does not close is
    wrong.
    """
    if abs(closing_difference(start.amount, parts, end.amount)) > CLOSE:
        raise ValueError(f"waterfall {name}: parts do not sum to the end")
    levels = [start.amount]
    for part in parts:
        levels.append(levels[-1] + part.amount)
    low, high = min(0.0, *levels, end.amount), max(0.0, *levels, end.amount)
    scale = Linear(low, high if high > low else low + 1, layout.bars_from, layout.bars_to)
    count = len(parts) + 2
    content = zero_line(layout, count, scale(0))
    labels: list[Box] = []
    rows = [(start.name, show(start.amount), "total", 0.0, start.amount)]
    for index, part in enumerate(parts):
        kind = "even" if neutral or part.amount == 0 else "gain" if part.amount > 0 else "loss"
        rows.append((part.name, show_change(part.amount), kind, levels[index], levels[index + 1]))
    rows.append((end.name, show(end.amount), "total", 0.0, end.amount))
    for index, (words, value, kind, first, last) in enumerate(rows):
        content += named_row(layout, index, words, value, kind, labels)
        content.append(bar(layout, index, kind, scale(first), scale(last)))
        at = scale(last)
        if index + 1 < count and (layout.names_to < 1 or 0.02 < at < _VALUES_FROM):
            next_bar = layout.bottom(index + 1) - layout.bar_height
            content.append(
                tag(
                    "line",
                    class_="leader",
                    x1=percent(at),
                    x2=percent(at),
                    y1=number(layout.bottom(index)),
                    y2=number(next_bar),
                )
            )
    description = "; ".join(f"{words} {value}" for words, value, *_ in rows) + "."
    height = layout.bottom(count - 1) + 6
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )
