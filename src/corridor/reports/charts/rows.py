"""Rows of a chart of bars: name, value and bar, side by side on a wide page, stacked on a narrow one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.svg import Box, label_box, number, percent, tag, text

GAP = 8.0


@dataclass(frozen=True)
class Layout:
    """Where the parts of a row stand; `page` is the least width in px, the shares are of the width."""

    page: float
    height: float
    baseline: float
    bar_top: float
    bar_height: float
    bars_from: float
    bars_to: float
    names_to: float

    def bottom(self, index: int) -> float:
        """The lower edge of the bar of a row."""
        return index * self.height + self.bar_top + self.bar_height


STACKED = Layout(svg.NARROWEST, 34.0, 13.0, 18.0, 11.0, 0.004, 0.996, 1.0)
SIDE = Layout(620.0, 22.0, 15.0, 4.0, 14.0, 0.48, 0.87, 0.47)


def arrow(kind: str) -> str:
    """The shape before a value: gain and loss never differ by colour alone."""
    return "▲ " if kind == "gain" else "▼ " if kind == "loss" else ""


def named_row(
    layout: Layout, index: int, name: str, value: str, kind: str, labels: list[Box], link: str | None = None
) -> list[str]:
    """Name and value of a row as markup; their boxes are added to `labels`."""
    baseline = index * layout.height + layout.baseline
    shown = arrow(kind) + value
    room = layout.page * layout.names_to
    if layout.names_to >= 1:
        room -= svg.text_width(shown) + GAP
    words = fitted(name, room)
    label = text(words, 0, baseline, class_="row-name")
    labels.append(label_box(words, 0.0, baseline))
    labels.append(label_box(shown, layout.page, baseline, "end"))
    return [
        label if link is None else tag("a", label, href=link),
        text(shown, "100%", baseline, anchor="end", class_=f"row-value {kind}"),
    ]


def bar(layout: Layout, index: int, kind: str, first: float, last: float) -> str:
    """The bar of a row between two shares of the width."""
    left, right = sorted((first, last))
    return tag(
        "rect",
        class_=f"bar {kind}",
        x=percent(left),
        width=percent(max(right - left, 0.0)),
        y=number(index * layout.height + layout.bar_top),
        height=number(layout.bar_height),
    )


def zero_line(layout: Layout, count: int, at: float) -> list[str]:
    """The zero of the bars: one line where names stand beside, one piece a bar where they stand above."""
    spans = (
        [(0.0, layout.bottom(count - 1) + 4)]
        if layout.names_to < 1
        else [
            (layout.bottom(index) - layout.bar_height - 2, layout.bottom(index) + 2) for index in range(count)
        ]
    )
    x = percent(at)
    return [tag("line", class_="axis", x1=x, x2=x, y1=number(top), y2=number(end)) for top, end in spans]


def fitted(words: str, room: float) -> str:
    """The name, cut with an ellipsis where there is no room for it."""
    if svg.text_width(words) <= room:
        return words
    cut = words
    while cut and svg.text_width(cut + "…") > room:
        cut = cut[:-1]
    return cut.rstrip() + "…"


Show = Callable[[float], str]
