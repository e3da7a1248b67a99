"""Dollars by month as small bars, one row a series, incomplete months hollow; fluid in width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW, BAR = 62.0, 34.0


@dataclass(frozen=True)
class Series:
    """One row: its name and a value per month (None where suppressed or absent), in the order of the
    months.
    """

    name: str
    values: tuple[float | None, ...]


def months(
    name: str,
    finding: str,
    month_names: Sequence[str],
    series: Sequence[Series],
    *,
    show: Callable[[float], str],
    incomplete: Sequence[bool] = (),
) -> Chart:
    """Small multiples: every row has its own height, named by its largest month; months share the axis."""
    count = max(len(month_names), 1)
    height = ROW * max(len(series), 1) + 22
    content: list[str] = []
    labels: list[Box] = []
    step = 1.0 / count
    for index, row in enumerate(series):
        top = index * ROW
        present = [value for value in row.values if value is not None]
        most = max([*present, 0.0])
        total = (
            f"{show(sum(present))}, most in a month {show(most)}" if most > 0 else "no amount in the source"
        )
        content.append(text(row.name, 0, top + 14, class_="row-name"))
        content.append(text(total, "100%", top + 14, anchor="end", class_="note"))
        labels.append(label_box(row.name, 0.0, top + 14))
        labels.append(label_box(total, svg.NARROWEST, top + 14, "end"))
        base = top + 22 + BAR
        content.append(tag("line", class_="axis", x1="0", x2="100%", y1=number(base), y2=number(base)))
        for place, value in enumerate(row.values):
            if value is None or value <= 0 or most <= 0:
                continue
            size = max(BAR * value / most, 0.6)
            hollow = bool(incomplete[place]) if place < len(incomplete) else False
            content.append(
                tag(
                    "rect",
                    class_="bar hollow" if hollow else "bar plain",
                    x=percent((place + 0.1) * step),
                    width=percent(step * 0.8),
                    y=number(base - size),
                    height=number(size),
                )
            )
    line = ROW * len(series) + 16
    last = len(month_names) - 1
    for place in sorted({0, last}) if month_names else []:
        anchor = "start" if place == 0 else "end"
        at = 0.0 if place == 0 else 1.0
        content.append(text(month_names[place], percent(at), line, anchor=anchor, class_="tick-label"))
        labels.append(label_box(month_names[place], at * svg.NARROWEST, line, anchor))
    description = "; ".join(
        f"{row.name} {show(sum(value for value in row.values if value is not None))}" for row in series
    )
    return Chart(
        svg.frame(name, finding, description + ".", content, height=height),
        finding,
        description,
        tuple(labels),
    )
