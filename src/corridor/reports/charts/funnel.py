"""Who is really different: a funnel of cost ratio by episodes with control limits that narrow as volume
grows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.labels import beside_labels
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

MARGIN = 48.0
"""Room right of the plot for the names of the limits, px."""
NEAR = 1.96
"""Standard errors of the inner limits: 19 in 20 lie within by chance."""
FAR = 3.09
"""Standard errors of the outer limits: 998 in 1,000 lie within by chance."""


@dataclass(frozen=True)
class Dot:
    """One clinician: name, volume (episodes), value (observed over expected); ``faint``: one of the others,
    whose name is told on hover only.
    """

    name: str
    volume: float
    value: float
    link: str | None = None
    faint: bool = False


def standing(dot: Dot, centre: float, spread: float) -> int:
    """-2, -1, 0, 1 or 2: below or above the outer or inner limits for its volume; 0 within."""
    if dot.volume <= 0 or spread <= 0:
        return 0
    deviations = (dot.value - centre) / (spread / math.sqrt(dot.volume))
    side = 1 if deviations > 0 else -1
    return side * (2 if abs(deviations) > FAR else 1 if abs(deviations) > NEAR else 0)


def funnel(
    name: str,
    finding: str,
    dots: Sequence[Dot],
    *,
    spread: float,
    centre: float = 1.0,
    volume_name: str = "Attributed episodes",
    value_name: str = "Observed cost over expected",
    width: float = svg.WIDE,
    who: str = "clinicians",
) -> Chart:
    """spread: standard deviation of one episode's ratio (no unit); the limits are centre ± z × spread /
    √volume.
    """
    left, right, top, bottom = 0.0, width - MARGIN, 26.0, 330.0
    most = max([dot.volume for dot in dots], default=50.0)
    ticks_x = nice_ticks(0, most * 1.04, 8 if width >= svg.WIDE else 4)
    x = Linear(0.0, ticks_x[-1], left + 30, right)
    values = [dot.value for dot in dots]
    least = min([dot.volume for dot in dots], default=20.0)
    reach = FAR * spread / math.sqrt(max(least, 1.0))
    low = max(0.0, min([centre - min(reach, 0.6), *values]) - 0.03)
    high = max([centre + min(reach, 0.6), *values]) + 0.03
    ticks_y = nice_ticks(low, high, 5)
    y = Linear(ticks_y[0], ticks_y[-1], bottom, top)
    content: list[str] = []
    labels: list[Box] = []
    for tick in ticks_y:
        at = y(tick)
        content.append(tag("line", class_="grid", x1=left + 30, x2=right, y1=at, y2=at))
        words = number(tick, 2)
        content.append(text(words, left, at + 4, class_="tick-label"))
        labels.append(label_box(words, left, at + 4))
    for tick in ticks_x:
        at = x(tick)
        content.append(tag("line", class_="tick", x1=at, x2=at, y1=bottom, y2=bottom + 4))
        anchor = "end" if tick == ticks_x[-1] else "middle"
        content.append(text(number(tick), number(at), bottom + 18, anchor=anchor, class_="tick-label"))
        labels.append(label_box(number(tick), at, bottom + 18, anchor))
    content.append(tag("line", class_="axis", x1=left + 30, x2=right, y1=bottom, y2=bottom))
    content.append(text(volume_name, right, bottom + 36, anchor="end", class_="axis-name"))
    content.append(text(f"↑ {value_name}", left, 12, class_="axis-name"))
    labels.append(label_box(f"↑ {value_name}", left, 12))
    for limit, style in ((FAR, "limit far"), (NEAR, "limit near")):
        for side in (1, -1):
            content.append(tag("path", class_=style, d=_limit(x, y, centre, side * limit * spread)))
    content.append(tag("line", class_="mark-line strong", x1=left + 30, x2=right, y1=y(centre), y2=y(centre)))
    labels += _limit_names(content, x, y, centre, spread)
    shown = sorted(
        dots,
        key=lambda dot: (not dot.faint, -abs(standing(dot, centre, spread)), -dot.volume, dot.name),
    )
    spots = [(x(dot.volume), y.inside(dot.value)) for dot in shown]
    for dot, (at, height) in zip(shown, spots, strict=True):
        mark = _mark(dot, at, height, standing(dot, centre, spread))
        content.append(mark if dot.link is None else tag("a", mark, href=dot.link))
    outside = [
        (at, height, dot.name)
        for dot, (at, height) in zip(shown, spots, strict=True)
        if (standing(dot, centre, spread) or any(other.faint for other in dots)) and not dot.faint
    ]
    bounds = Box("", left, top - 6, right - left, bottom - top + 2)
    named = beside_labels(outside, marks=spots, bounds=bounds, taken=labels)
    for spot in named:
        content.append(
            text(spot.box.words, number(spot.x), spot.baseline, anchor=spot.anchor, class_="own-name")
        )
        labels.append(spot.box)
    description = _describe(shown, centre, spread, who)
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=bottom + 44),
        finding,
        description,
        tuple(labels),
        len(outside) - len(named),
    )


def _limit(x: Linear, y: Linear, centre: float, reach: float) -> str:
    """One control limit as a path from the smallest volume at which it is inside the plot."""
    points = []
    first = max(1.0, x.high / 120)
    for step in range(61):
        volume = first + (x.high - first) * (step / 60) ** 2
        value = centre + reach / math.sqrt(volume)
        if y.low <= value <= y.high:
            points.append(f"{number(x(volume))} {number(y(value))}")
    return "M" + "L".join(points) if points else "M0 0"


def _limit_names(content: list[str], x: Linear, y: Linear, centre: float, spread: float) -> list[Box]:
    """Names the limits in the margin at their right end, at least a line apart."""
    boxes: list[Box] = []
    heights = [y.inside(centre + limit * spread / math.sqrt(x.high)) + 4 for limit in (NEAR, FAR)]
    heights[1] = min(heights[1], heights[0] - svg.LETTER - 1)
    for baseline, words in zip(heights, ("95%", "99.8%"), strict=True):
        at = x(x.high) + 6
        content.append(text(words, number(at), baseline, class_="note"))
        boxes.append(label_box(words, at, baseline))
    return boxes


def _mark(dot: Dot, at: float, height: float, place: int) -> str:
    tip = tag("title", f"{dot.name.replace('&', '&amp;').replace('<', '&lt;')}: {dot.value:.2f}")
    if dot.faint:
        return tag("circle", tip, class_="peer", cx=number(at), cy=number(height), r=3)
    if place > 0:
        return tag("path", tip, class_="own loss", d=svg.up_mark(at, height))
    if place < 0:
        return tag("path", tip, class_="own gain", d=svg.down_mark(at, height))
    return tag("circle", tip, class_="own even", cx=number(at), cy=number(height), r=4)


def _describe(dots: Sequence[Dot], centre: float, spread: float, who: str) -> str:
    named = [dot for dot in dots if not dot.faint]
    above = [dot.name for dot in named if standing(dot, centre, spread) > 0]
    below = [dot.name for dot in named if standing(dot, centre, spread) < 0]
    words = [f"{len(dots)} {who} by volume and cost ratio; expected is {centre:g}."]
    if len(named) < len(dots):
        words = [f"{len(dots)} {who} by volume and ratio; the middle is {centre:.2f}."]
        words += [f"{dot.name}: {dot.value:.2f} at {number(dot.volume)}." for dot in named]
        out = sum(1 for dot in dots if dot.faint and standing(dot, centre, spread))
        words.append(f"{out} of the others lie outside the limits.")
        return " ".join(words)
    words.append("Above the limits: " + (", ".join(above) if above else "none") + ".")
    words.append("Below the limits: " + (", ".join(below) if below else "none") + ".")
    return " ".join(words)
