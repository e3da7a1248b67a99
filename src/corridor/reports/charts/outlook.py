"""What could happen: the draws of a few cases, each a density with its middle, band and worst twentieth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.reports.charts import svg
from corridor.reports.charts.rows import Show, fitted
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

Floats = NDArray[np.float64]
STEPS = 60
ROW, NAME, BASE, HILL, BAR = 92.0, 14.0, 66.0, 38.0, 6.0
BAND = (0.1, 0.9)
WORST = 0.05
ENDS = (0.002, 0.998)


@dataclass(frozen=True)
class Case:
    """One case: its name, the value settled without chance, its draws; ``strong`` is the one spoken of."""

    name: str
    value: float
    draws: Floats
    strong: bool = False


def outlook(
    name: str, finding: str, cases: Sequence[Case], *, show: Show, axis: str, width: float = svg.WIDE
) -> Chart:
    """Cases below each other on one axis; the zero is marked where it is in reach."""
    side = 12.0
    low, high = _reach(cases)
    ticks = nice_ticks(low, high, 8 if width >= svg.WIDE else 4)
    scale = Linear(ticks[0], ticks[-1], side, width - side)
    content: list[str] = []
    labels: list[Box] = []
    bottom = len(cases) * ROW
    if ticks[0] < 0 < ticks[-1]:
        x = scale(0.0)
        content.append(tag("line", class_="mark-line", x1=x, x2=x, y1=NAME + 6, y2=bottom))
    tallest = max(
        (float(_steps(one.draws, scale).max(initial=0.0)) for one in cases if one.draws.size), default=1.0
    )
    for place, one in enumerate(cases):
        content += _case(one, place * ROW, scale, tallest, show, width, labels)
    content.append(tag("line", class_="axis", x1=side, x2=width - side, y1=bottom, y2=bottom))
    for tick in ticks:
        x = scale(tick)
        words = show(tick)
        anchor = "start" if tick == ticks[0] else "end" if tick == ticks[-1] else "middle"
        at = side if tick == ticks[0] else width - side if tick == ticks[-1] else x
        content.append(tag("line", class_="tick", x1=x, x2=x, y1=bottom, y2=bottom + 4))
        content.append(text(words, number(at), bottom + 17, anchor=anchor, class_="tick-label"))
        labels.append(label_box(words, at, bottom + 17, anchor))
    content.append(text(axis, number(width), bottom + 34, anchor="end", class_="axis-name"))
    labels.append(label_box(axis, width, bottom + 34, "end"))
    description = " ".join(_said(one, show) for one in cases) or "Nothing to show."
    drawn = svg.frame(name, finding, description, content, width=width, height=bottom + 40)
    return Chart(drawn, finding, description, tuple(labels))


def _reach(cases: Sequence[Case]) -> tuple[float, float]:
    ends = [0.0]
    for one in cases:
        ends += [one.value, *(np.quantile(one.draws, ENDS).tolist() if one.draws.size else [])]
    low, high = min(ends), max(ends)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _case(
    one: Case, top: float, scale: Linear, tallest: float, show: Show, width: float, labels: list[Box]
) -> list[str]:
    base = top + BASE
    value = show(one.value)
    words = fitted(one.name, width - svg.text_width(value) - 40)
    content = [
        text(words, "0", top + NAME, class_="row-name"),
        text(value, number(width), top + NAME, anchor="end", class_="row-value"),
    ]
    labels += [label_box(words, 0.0, top + NAME), label_box(value, width, top + NAME, "end")]
    if one.draws.size:
        heights = _steps(one.draws, scale)
        points = np.linspace(scale.low, scale.high, STEPS)
        line = "".join(
            f"L{number(scale(float(x)))} {number(base - HILL * float(h) / (tallest or 1.0))}"
            for x, h in zip(points, heights, strict=True)
        )
        content.append(
            tag("path", class_="peers", d=f"M{number(scale(scale.low))} {number(base)}{line}"
                                          f"L{number(scale(scale.high))} {number(base)}z")
        )  # fmt: skip
        first, last = (float(end) for end in np.quantile(one.draws, BAND))
        tail = float(np.quantile(one.draws, WORST))
        tip = tag("title", f"Eight of ten draws: {show(first)} to {show(last)}")
        content.append(
            tag("rect", tip, class_="bar plain" if one.strong else "bar peer", x=scale(first), y=base + 3,
                width=max(scale(last) - scale(first), 1.0), height=BAR)
        )  # fmt: skip
        mark = tag("title", f"The worst twentieth begins at {show(tail)}")
        content.append(
            tag("path", mark, class_="own loss", d=svg.down_mark(scale.inside(tail), base + 3 + BAR / 2, 4))
        )
    x = scale.inside(one.value)
    content.append(tag("line", class_="mark-line strong", x1=x, x2=x, y1=base - HILL, y2=base + 3 + BAR))
    return content


def _steps(draws: Floats, scale: Linear) -> Floats:
    """How many draws fall near each of sixty places, smoothed; as shares, so that cases compare."""
    if not draws.size:
        return np.zeros(STEPS)
    counts, _ = np.histogram(np.clip(draws, scale.low, scale.high), bins=STEPS, range=(scale.low, scale.high))
    kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    padded = np.concatenate([np.zeros(2), counts / draws.size, np.zeros(2)])
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _said(one: Case, show: Show) -> str:
    if not one.draws.size:
        return f"{one.name}: {show(one.value)}."
    first, last = np.quantile(one.draws, BAND)
    return (
        f"{one.name}: {show(one.value)}, eight of ten draws between {show(float(first))} and "
        f"{show(float(last))}, "
        f"the worst twentieth below {show(float(np.quantile(one.draws, WORST)))}."
    )
