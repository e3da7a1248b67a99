"""Where do I stand among peers: a distribution with one's own points marked and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.reports.charts import svg
from corridor.reports.charts.labels import hang_labels
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

Floats = NDArray[np.float64]
STEPS = 50


@dataclass(frozen=True)
class OwnPoint:
    """One of the reader's own: value on the axis, name, whether it gains (up), loses (down) or neither."""

    value: float
    name: str
    direction: int = 0


@dataclass(frozen=True)
class Landmark:
    """A value of comparison drawn as a line across the distribution."""

    value: float
    words: str
    strong: bool = False


def strip(
    name: str,
    finding: str,
    peers: Floats,
    own: Sequence[OwnPoint],
    *,
    axis: str,
    landmarks: Sequence[Landmark] = (),
    low: float = 0.0,
    high: float = 100.0,
    width: float = svg.WIDE,
) -> Chart:
    """Peers as a silhouette over the axis, own points as marks on it, names hung below with leaders.

    peers: shape (n,), same unit as the axis; may be empty, then only the own points are drawn.
    """
    side = 12.0
    scale = Linear(low, high, side, width - side)
    mark_rows = 15.0 * len(landmarks)
    crest = 8.0 + mark_rows
    hill = 72.0 if peers.size else 8.0
    base = crest + hill
    content: list[str] = []
    labels: list[Box] = []
    if peers.size:
        content.append(tag("path", class_="peers", d=_silhouette(peers[peers > low], scale, base, hill)))
        content += _zero_bar(peers, scale, base, hill, labels)
    for row, landmark in enumerate(sorted(landmarks, key=lambda item: item.value)):
        x = scale.inside(landmark.value)
        baseline = 12.0 + 15.0 * row
        anchor = "start" if x + svg.text_width(landmark.words) + 6 < width else "end"
        shift = 4.0 if anchor == "start" else -4.0
        content.append(
            tag(
                "line",
                class_="mark-line strong" if landmark.strong else "mark-line",
                x1=x,
                x2=x,
                y1=baseline - 9,
                y2=base,
            )
        )
        content.append(text(landmark.words, number(x + shift), baseline, anchor=anchor, class_="note"))
        labels.append(label_box(landmark.words, x + shift, baseline, anchor))
    content.append(tag("line", class_="axis", x1=side, x2=width - side, y1=base, y2=base))
    tick_line = base + 16.0
    for tick in nice_ticks(low, high, 10 if width >= svg.WIDE else 5):
        x = scale(tick)
        first, last = tick == low, tick == high
        words = number(tick)
        anchor = "start" if first else "end" if last else "middle"
        at = x - 4 if first else width if last else x
        content.append(tag("line", class_="tick", x1=x, x2=x, y1=base, y2=base + 4))
        content.append(text(words, at, tick_line, anchor=anchor, class_="tick-label"))
        labels.append(label_box(words, at, tick_line, anchor))
    content.append(text(axis, width, base - 6, anchor="end", class_="axis-name"))
    labels.append(label_box(axis, width, base - 6, "end"))
    own_line = tick_line + 16.0
    named = [(scale.inside(point.value), point.name) for point in own]
    rows = 14 if width < svg.WIDE else 10
    spots = hang_labels(named, top=own_line + 6.0, width=width, rows=rows)
    for spot in spots:
        content.append(
            tag("line", class_="leader", x1=spot.x, x2=spot.x, y1=own_line + 4.0, y2=spot.baseline - 2)
        )
    for point, (x, _) in zip(own, named, strict=True):
        content.append(_own_mark(point, x, own_line))
    for spot in spots:
        shift = 3.0 if spot.anchor == "start" else -3.0
        content.append(
            text(
                own[spot.index].name,
                number(spot.x + shift),
                spot.baseline,
                anchor=spot.anchor,
                class_="own-name",
            )
        )
        labels.append(spot.box)
    height = max((spot.baseline for spot in spots), default=own_line + 4.0) + 8.0
    unnamed = len(own) - len(spots)
    description = _describe(peers, own, unnamed)
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=height),
        finding,
        description,
        tuple(labels),
        unnamed,
    )


def _own_mark(point: OwnPoint, x: float, y: float) -> str:
    tip = tag("title", _plain(f"{point.name}: {point.value:.1f}"))
    if point.direction > 0:
        return tag("path", tip, class_="own gain", d=svg.up_mark(x, y))
    if point.direction < 0:
        return tag("path", tip, class_="own loss", d=svg.down_mark(x, y))
    return tag("circle", tip, class_="own even", cx=x, cy=y, r=4.5)


def _plain(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def at_zero(peers: Floats) -> int:
    """How many peers stand at 0: they did not report enough to be scored higher."""
    return int((peers <= 0).sum())


def _zero_bar(peers: Floats, scale: Linear, base: float, hill: float, labels: list[Box]) -> list[str]:
    """Those at the low end as a bar of their own, named: they are no part of the hill beside them."""
    silent = int((peers <= scale.low).sum())
    if not silent:
        return []
    tallest = _steps(peers[peers > scale.low], scale).max(initial=0.0)
    part = min(1.0, silent / tallest) if tallest else 1.0
    height = max(3.0, hill * part)
    x = scale(scale.low)
    words = f"{100 * silent / peers.size:.0f}% did not report"
    baseline = base - height - 5
    labels.append(label_box(words, x, baseline))
    bar = tag("rect", class_="zero", x=x - 2, width=4.0, y=base - height, height=height)
    return [bar, text(words, number(x - 2), baseline, class_="note")]


def _steps(peers: Floats, scale: Linear) -> Floats:
    """A histogram of fifty steps, smoothed: five steps to each."""
    counts, _ = np.histogram(np.clip(peers, scale.low, scale.high), bins=STEPS, range=(scale.low, scale.high))
    kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    padded = np.concatenate([np.zeros(2), counts.astype(np.float64), np.zeros(2)])
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _silhouette(peers: Floats, scale: Linear, base: float, hill: float) -> str:
    """A smoothed histogram as one path."""
    smooth = _steps(peers, scale)
    top = float(smooth.max()) or 1.0
    edges = np.linspace(scale.low, scale.high, STEPS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    parts = [f"M{number(scale(scale.low))} {number(base)}"]
    for middle, height in zip(middles, smooth, strict=True):
        parts.append(f"L{number(scale(float(middle)))} {number(base - hill * float(height) / top)}")
    parts.append(f"L{number(scale(scale.high))} {number(base)}z")
    return "".join(parts)


def _describe(peers: Floats, own: Sequence[OwnPoint], unnamed: int) -> str:
    words = []
    if peers.size:
        low, middle, high = np.quantile(peers, [0.1, 0.5, 0.9])
        words.append(
            f"Distribution of {peers.size:,} peers: one in ten below {low:.0f}, half below {middle:.0f}, "
            f"one in ten above {high:.0f}."
        )
    if own:
        values = [point.value for point in own]
        words.append(f"{len(own)} own points from {min(values):.1f} to {max(values):.1f}.")
    if unnamed:
        words.append(f"{unnamed} of them are marked without a name; the table names them.")
    return " ".join(words) or "Nothing to show."
