"""What moved the total: a waterfall whose parts sum exactly, one row a part, fluid in width."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW = 34.0


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
    start_name: str,
    start: float,
    parts: Sequence[Part],
    end_name: str,
    end: float,
    *,
    show: Callable[[float], str],
    show_change: Callable[[float], str],
) -> Chart:
    """Rows from the start through each part to the end; bars of totals begin at zero.

    Raises ValueError where the parts do not sum to the end within 1e-6: a waterfall that does not close is wrong.
    """
    if abs(closing_difference(start, parts, end)) > 1e-6:
        raise ValueError(f"waterfall {name}: parts do not sum to the end")
    levels = [start]
    for part in parts:
        levels.append(levels[-1] + part.amount)
    high = max(0.0, *levels, end)
    low = min(0.0, *levels, end)
    ticks = nice_ticks(low, high, 5)
    scale = Linear(min(low, ticks[0]), max(high, ticks[-1]), 0.0, 1.0)
    content: list[str] = []
    labels: list[Box] = []
    count = len(parts) + 2
    height = ROW * count + 4
    content.append(tag("line", class_="axis", x1=percent(scale(0)), x2=percent(scale(0)), y1=0, y2=number(height)))

    def row(index: int, words: str, value: str, kind: str, first: float, last: float) -> None:
        top = index * ROW
        baseline = top + 13.0
        sign = "▲ " if kind == "gain" else "▼ " if kind == "loss" else ""
        content.append(text(words, 0, baseline, class_="row-name"))
        content.append(text(sign + value, "100%", baseline, anchor="end", class_=f"row-value {kind}"))
        labels.append(label_box(words, 0.0, baseline))
        labels.append(label_box(sign + value, svg.NARROWEST, baseline, "end"))
        left, right = sorted((scale(first), scale(last)))
        content.append(
            tag("rect", class_=f"bar {kind}", x=percent(left), width=percent(max(right - left, 0.0)),
                y=number(top + 18), height=11)
        )
        if index + 1 < count:
            x = percent(scale(last))
            content.append(tag("line", class_="leader", x1=x, x2=x, y1=number(top + 18), y2=number(top + ROW + 18)))

    row(0, start_name, show(start), "total", 0.0, start)
    for index, part in enumerate(parts):
        kind = "gain" if part.amount > 0 else "loss" if part.amount < 0 else "even"
        row(index + 1, part.name, show_change(part.amount), kind, levels[index], levels[index + 1])
    row(count - 1, end_name, show(end), "total", 0.0, end)
    description = (
        f"{start_name} {show(start)}; "
        + "; ".join(f"{part.name} {show_change(part.amount)}" for part in parts)
        + f"; {end_name} {show(end)}."
    )
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )
