"""How it changes: a line by year with the band it may lie in and the period's events marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text


@dataclass(frozen=True)
class YearPoint:
    """One year: value, the interval it may lie in, and what happens that year (shown under the axis)."""

    year: int
    value: float
    low: float | None = None
    high: float | None = None
    event: str = ""


def line(
    name: str,
    finding: str,
    years: Sequence[YearPoint],
    *,
    show: Callable[[float], str],
    value_name: str,
    width: float = svg.WIDE,
) -> Chart:
    """A line with every point labelled; the band is the interval; zero is always on the axis."""
    ends = [0.0]
    for item in years:
        ends += [value for value in (item.value, item.low, item.high) if value is not None]
    ticks = nice_ticks(min(ends), max(ends), 4)
    top, bottom = 34.0, 214.0
    y = Linear(ticks[0], ticks[-1], bottom, top)
    gutter = max(svg.text_width(show(tick)) for tick in ticks) + 10
    half = 36.0
    first, last = (years[0].year, years[-1].year) if years else (0, 1)
    x = Linear(first, max(last, first + 1), gutter + half, width - half)
    content: list[str] = []
    labels: list[Box] = [label_box(f"↑ {value_name}", 0.0, 12)]
    content.append(text(f"↑ {value_name}", 0, 12, class_="axis-name"))
    for tick in ticks:
        at = y(tick)
        content.append(
            tag(
                "line",
                class_="axis" if tick == 0 else "grid",
                x1=gutter,
                x2=width,
                y1=number(at),
                y2=number(at),
            )
        )
        content.append(text(show(tick), gutter - 8, at + 4, anchor="end", class_="tick-label"))
        labels.append(label_box(show(tick), gutter - 8, at + 4, "end"))
    band = [item for item in years if item.low is not None and item.high is not None]
    if len(band) > 1:
        upper = [f"{number(x(item.year))} {number(y(item.high or 0.0))}" for item in band]
        lower = [f"{number(x(item.year))} {number(y(item.low or 0.0))}" for item in reversed(band)]
        content.append(tag("path", class_="band", d="M" + "L".join(upper + lower) + "z"))
    path = "L".join(f"{number(x(item.year))} {number(y(item.value))}" for item in years)
    if path:
        content.append(tag("path", class_="line", d="M" + path))
    for item in years:
        at, height = x(item.year), y(item.value)
        kind = "gain" if item.value > 0 else "loss" if item.value < 0 else "even"
        mark = svg.up_mark if item.value > 0 else svg.down_mark
        if kind == "even":
            content.append(tag("circle", class_="own even", cx=number(at), cy=number(height), r=4.5))
        else:
            content.append(tag("path", class_=f"own {kind}", d=mark(at, height)))
        edge = max(height, y(item.low) if item.low is not None else height)
        crest = min(height, y(item.high) if item.high is not None else height)
        below = edge + 16
        words = show(item.value)
        baseline = below if below < bottom - 2 and item.value < 0 else crest - 9
        content.append(text(words, number(at), baseline, anchor="middle", class_=f"row-value {kind}"))
        labels.append(label_box(words, at, baseline, "middle"))
        content.append(
            text(str(item.year), number(at), bottom + 20, anchor="middle", class_="tick-label strong")
        )
        labels.append(label_box(str(item.year), at, bottom + 20, "middle"))
        if item.event:
            content.append(text(item.event, number(at), bottom + 36, anchor="middle", class_="note"))
            labels.append(label_box(item.event, at, bottom + 36, "middle"))
    description = "; ".join(_said(item, show) for item in years) + "." if years else "Nothing to show."
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=bottom + 44),
        finding,
        description,
        tuple(labels),
    )


def _said(item: YearPoint, show: Callable[[float], str]) -> str:
    words = f"{item.year}: {show(item.value)}"
    if item.low is not None and item.high is not None and item.high > item.low:
        words += f" (from {show(item.low)} to {show(item.high)})"
    return f"{words}, {item.event}" if item.event else words
