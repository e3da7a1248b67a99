"""When what holds, year by year: one bar a thing on an axis of years, with the day that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import fitted
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

BAR = 11.0
MOST_TICKS = 16
NAMES = 280.0
"""Room for the names on a wide page, px; on a narrow one they stand above their bars."""


@dataclass(frozen=True)
class Life:
    """One bar: from when, until when (None: not known), in years with fractions; how sure."""

    name: str
    words: str
    start: float
    end: float | None
    sure: bool = True
    early: bool = False


def lives(name: str, finding: str, rows: Sequence[Life], now: float, *, width: float = svg.WIDE) -> Chart:
    """Solid bars are sure, hollow ones are not; an open end runs to the edge; a cross: ended early."""
    beside = width >= svg.WIDE
    left, height = (NAMES, 22.0) if beside else (0.0, 34.0)
    first = float(int(min([row.start for row in rows] + [now])))
    last = float(int(max([row.end or 0.0 for row in rows] + [row.start for row in rows] + [now])) + 1)
    x = Linear(first, last, left + 16, width - 18)
    bottom = len(rows) * height + 8
    content: list[str] = []
    labels: list[Box] = []
    for year in _ticks(int(first), int(last), 2 if beside else 5):
        at = number(x(year))
        content.append(tag("line", class_="grid", x1=at, x2=at, y1=0, y2=number(bottom)))
        content.append(text(str(year), at, bottom + 16, anchor="middle", class_="tick-label"))
        labels.append(label_box(str(year), x(year), bottom + 16, "middle"))
    content.append(
        tag("line", class_="mark-line", x1=number(x(now)), x2=number(x(now)), y1=0, y2=number(bottom))
    )
    for place, row in enumerate(rows):
        baseline = place * height + 14
        top = baseline - 10 if beside else baseline + 5
        words = fitted(row.name, (NAMES if beside else width) - 12)
        content.append(text(words, 0, baseline, class_="row-name"))
        labels.append(label_box(words, 0.0, baseline))
        start, end = x(row.start), x(row.end) if row.end is not None else width
        content.append(
            tag(
                "rect", class_="bar plain" if row.sure else "bar hollow", x=number(start),
                width=number(max(end - start, 2.0)), y=number(top), height=number(BAR),
            )
        )  # fmt: skip
        if row.early:
            content.append(text("✕", number(end + 4), top + 10, class_="note"))
    description = "; ".join(f"{row.name}: {row.words}" for row in rows) + "." if rows else "Nothing to show."
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=bottom + 22), finding, description,
        tuple(labels),
    )  # fmt: skip


def _ticks(first: int, last: int, step: int) -> list[int]:
    while (last - first) / step > MOST_TICKS:
        step *= 2
    return [year for year in range(first, last + 1) if year % step == 0]
