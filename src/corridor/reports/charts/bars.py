"""How much, for whom: horizontal bars from zero with an interval, one row each, fluid in width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW = 34.0
_ROOM = 6.0


@dataclass(frozen=True)
class Bar:
    """One bar: name, signed value, and the interval it may lie in (None where there is none)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    link: str | None = None


def bars(name: str, finding: str, rows: Sequence[Bar], *, show: Callable[[float], str], signed: bool = True) -> Chart:
    """Bars start at zero; losses run left, gains right; the whisker is the interval. `signed` colours by sign."""
    ends = [0.0]
    for row in rows:
        ends += [value for value in (row.value, row.low, row.high) if value is not None]
    low, high = min(ends), max(ends)
    if low == high:
        high = low + 1.0
    room = (high - low) * 0.01
    scale = Linear(low - (room if low < 0 else 0.0), high + room, 0.0, 1.0)
    height = ROW * max(len(rows), 1) + 4
    zero = percent(scale(0))
    content = [tag("line", class_="axis", x1=zero, x2=zero, y1=0, y2=number(height))]
    labels: list[Box] = []
    for index, row in enumerate(rows):
        top = index * ROW
        baseline = top + 13.0
        kind = "plain" if not signed or row.value == 0 else "gain" if row.value > 0 else "loss"
        sign = "▲ " if kind == "gain" else "▼ " if kind == "loss" else ""
        value = sign + show(row.value)
        words = _fitted(row.name, svg.NARROWEST - svg.text_width(value) - _ROOM)
        label = text(words, 0, baseline, class_="row-name")
        content.append(label if row.link is None else tag("a", label, href=row.link))
        content.append(text(value, "100%", baseline, anchor="end", class_=f"row-value {kind}"))
        labels.append(label_box(words, 0.0, baseline))
        labels.append(label_box(value, svg.NARROWEST, baseline, "end"))
        left, right = sorted((scale(0), scale(row.value)))
        content.append(
            tag("rect", class_=f"bar {kind}", x=percent(left), width=percent(right - left),
                y=number(top + 18), height=11)
        )
        if row.low is not None and row.high is not None and row.high > row.low:
            content.append(_whisker(scale(row.low), scale(row.high), top + 23.5))
    description = "; ".join(_said(row, show) for row in rows) + "." if rows else "Nothing to show."
    return Chart(
        svg.frame(name, finding, description, content, height=height), finding, description, tuple(labels)
    )


def _fitted(words: str, room: float) -> str:
    """The name, cut with an ellipsis where the narrowest page has no room for it."""
    if svg.text_width(words) <= room:
        return words
    cut = words
    while cut and svg.text_width(cut + "…") > room:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def _whisker(low: float, high: float, y: float) -> str:
    left, right = percent(low), percent(high)
    return "".join(
        (
            tag("line", class_="whisker", x1=left, x2=right, y1=y, y2=y),
            tag("line", class_="whisker", x1=left, x2=left, y1=number(y - 4), y2=number(y + 4)),
            tag("line", class_="whisker", x1=right, x2=right, y1=number(y - 4), y2=number(y + 4)),
        )
    )


def _said(row: Bar, show: Callable[[float], str]) -> str:
    words = f"{row.name} {show(row.value)}"
    if row.low is not None and row.high is not None and row.high > row.low:
        words += f" (from {show(row.low)} to {show(row.high)})"
    return words
