"""How it changes by month: a line with its interval, what was expected beside it, and the period's events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

SMOOTH = 4
"""Months that a label of the axis needs at least between itself and the next."""


@dataclass(frozen=True)
class Point:
    """One month: its name, value, interval, what was expected, and whether it is not yet complete."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    incomplete: bool = False
    event: str = ""


def trend(
    name: str,
    finding: str,
    points: Sequence[Point],
    *,
    show: Callable[[float], str],
    value_name: str,
    from_zero: bool = True,
    width: float = svg.WIDE,
) -> Chart:
    """A line through the months; hollow points are not complete; the dashed line is what was expected."""
    ends = [0.0] if from_zero else []
    for item in points:
        ends += [value for value in (item.value, item.low, item.high, item.expected) if value is not None]
    ticks = nice_ticks(min(ends, default=0.0), max(ends, default=1.0), 4)
    top, bottom = 44.0, 244.0
    y = Linear(ticks[0], ticks[-1], bottom, top)
    gutter = max(svg.text_width(show(tick)) for tick in ticks) + 10
    x = Linear(0, max(len(points) - 1, 1), gutter + 10, width - 14)
    content = [text(f"↑ {value_name}", 0, 12, class_="axis-name")]
    labels: list[Box] = [label_box(f"↑ {value_name}", 0.0, 12)]
    for tick in ticks:
        at = number(y(tick))
        content.append(tag("line", class_="axis" if tick == 0 else "grid", x1=gutter, x2=width, y1=at, y2=at))
        content.append(text(show(tick), gutter - 8, y(tick) + 4, anchor="end", class_="tick-label"))
        labels.append(label_box(show(tick), gutter - 8, y(tick) + 4, "end"))
    content += _events(points, x, top, bottom, labels, width)
    banded = [
        (place, item) for place, item in enumerate(points) if item.low is not None and item.high is not None
    ]
    if len(banded) > 1:
        upper = [f"{number(x(place))} {number(y.inside(item.high or 0.0))}" for place, item in banded]
        lower = [
            f"{number(x(place))} {number(y.inside(item.low or 0.0))}" for place, item in reversed(banded)
        ]
        content.append(tag("path", class_="band", d="M" + "L".join(upper + lower) + "z"))
    expected = [
        (x(place), y(item.expected)) for place, item in enumerate(points) if item.expected is not None
    ]
    if len(expected) > 1:
        content.append(tag("path", class_="limit near", d=_path(expected)))
        beside = expected[-1][1] - 6
        content.append(text("expected", width, beside, anchor="end", class_="note"))
        labels.append(label_box("expected", width, beside, "end"))
    known = [(x(place), y(item.value)) for place, item in enumerate(points) if item.value is not None]
    if known:
        content.append(tag("path", class_="line", d=_path(known)))
    for place, item in enumerate(points):
        if item.value is not None:
            content.append(_mark(item, x(place), y(item.value), show))
    content += _months(points, x, bottom, labels, width)
    description = _said(points, show)
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=bottom + 28),
        finding,
        description,
        tuple(labels),
    )


def _path(spots: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(left)} {number(height)}" for left, height in spots)


def _mark(item: Point, at: float, height: float, show: Callable[[float], str]) -> str:
    extra = " (not complete)" if item.incomplete else ""
    tip = tag("title", f"{item.name}: {show(item.value or 0.0)}{extra}")
    kind = "bar hollow" if item.incomplete else "own even"
    return tag("circle", tip, class_=kind, cx=number(at), cy=number(height), r=4 if item.incomplete else 3)


def _events(
    points: Sequence[Point], x: Linear, top: float, bottom: float, labels: list[Box], width: float
) -> list[str]:
    """A line where something begins, its words above the plot, one line below another where they would
    meet.
    """
    content: list[str] = []
    placed: list[Box] = []
    for place, item in enumerate(points):
        if not item.event:
            continue
        at = x(place)
        anchor = "start" if at + svg.text_width(item.event) + 6 < width else "end"
        shift = 4.0 if anchor == "start" else -4.0
        box = label_box(item.event, at + shift, 28.0, anchor)
        lower = label_box(item.event, at + shift, 42.0, anchor)
        free = [spot for spot in (box, lower) if not any(spot.meets(other, 2) for other in placed)]
        baseline = None if not free else 28.0 if free[0] is box else 42.0
        content.append(
            tag(
                "line",
                class_="mark-line",
                x1=number(at),
                x2=number(at),
                y1=number(top - 24),
                y2=number(bottom),
            )
        )
        if baseline is None:
            continue
        placed.append(label_box(item.event, at + shift, baseline, anchor))
        content.append(text(item.event, number(at + shift), baseline, anchor=anchor, class_="note"))
    labels += placed
    return content


def _months(points: Sequence[Point], x: Linear, bottom: float, labels: list[Box], width: float) -> list[str]:
    """Names of months as room allows: the last always, others so that none meets another."""
    content: list[str] = []
    placed: list[Box] = []
    order = [len(points) - 1, 0, *range(0, len(points), SMOOTH)] if points else []
    for place in dict.fromkeys(order):
        at = x(place)
        anchor = "end" if at + svg.text_width(points[place].name) / 2 > width else "middle"
        shown = width if anchor == "end" else at
        box = label_box(points[place].name, shown, bottom + 18, anchor)
        if any(box.meets(other, 8) for other in placed):
            continue
        placed.append(box)
        content.append(
            text(points[place].name, number(shown), bottom + 18, anchor=anchor, class_="tick-label")
        )
    labels += placed
    return content


def _said(points: Sequence[Point], show: Callable[[float], str]) -> str:
    known = [item for item in points if item.value is not None]
    if not known:
        return "Nothing to show."
    first, last = known[0], known[-1]
    low = min(known, key=lambda item: item.value or 0.0)
    high = max(known, key=lambda item: item.value or 0.0)
    words = (
        f"{len(known)} months from {first.name} ({show(first.value or 0.0)}) to {last.name} "
        f"({show(last.value or 0.0)}); lowest {low.name} {show(low.value or 0.0)}, highest {high.name} "
        f"{show(high.value or 0.0)}."
    )
    open_ones = sum(item.incomplete for item in known)
    return words + (f" {open_ones} not yet complete." if open_ones else "")
