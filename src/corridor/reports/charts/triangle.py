"""How claims come in: a month a row, a month of delay a column, darker the more of it is there; fluid in
width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW, HEAD = 22.0, 22.0
NAMES = 0.24
"""The share of the width that names take."""
ROOM = 0.15
"""The share left for what is paid so far."""
PALEST = 0.08


@dataclass(frozen=True)
class Delay:
    """One month of service: its name and the share paid by each month of delay; what is still to come is
    left out.
    """

    name: str
    shares: tuple[float, ...]


def triangle(name: str, finding: str, rows: Sequence[Delay], columns: int) -> Chart:
    """Every cell says its share in percent to whoever points at it; the last one of a row stands in words."""
    step = (1.0 - NAMES - ROOM) / max(columns, 1)
    content: list[str] = []
    labels: list[Box] = []
    for place in (0, columns - 1):
        at = NAMES + (place + 0.5) * step
        words = "same month" if place == 0 else f"{place} later"
        anchor = "start" if place == 0 else "end"
        shown = NAMES if place == 0 else NAMES + columns * step
        content.append(text(words, percent(shown), 14, anchor=anchor, class_="tick-label"))
        labels.append(label_box(words, at * svg.NARROWEST, 14, anchor))
    for index, row in enumerate(rows):
        top = HEAD + index * ROW
        content.append(text(row.name, 0, top + 15, class_="row-name"))
        labels.append(label_box(row.name, 0.0, top + 15))
        for lag, share in enumerate(row.shares[:columns]):
            tip = tag("title", f"{row.name}, {lag} months later: {share * 100:.1f}%")
            content.append(
                tag(
                    "rect",
                    tip,
                    class_="bar plain",
                    x=percent(NAMES + lag * step),
                    width=percent(step * 0.94),
                    y=number(top + 2),
                    height=number(ROW - 4),
                    fill_opacity=number(max(PALEST, min(share, 1.0) ** 2), 2),
                )
            )
        if row.shares:
            last = f"{row.shares[-1] * 100:.0f}%"
            content.append(text(last, "100%", top + 15, anchor="end", class_="row-value"))
            labels.append(label_box(last, svg.NARROWEST, top + 15, "end"))
    description = (
        "; ".join(f"{row.name} {row.shares[-1] * 100:.0f}% paid" for row in rows if row.shares) + "."
    )
    height = HEAD + ROW * max(len(rows), 1) + 4
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )
