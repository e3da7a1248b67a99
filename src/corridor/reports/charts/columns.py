"""How it is spread: one column a band, drawn from zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text


@dataclass(frozen=True)
class Band:
    """One column: the words under it, its height, and whether it is set apart."""

    name: str
    value: float
    strong: bool = False


def columns(
    name: str,
    finding: str,
    bands: Sequence[Band],
    *,
    show: Callable[[float], str],
    value_name: str,
    axis: str,
    width: float = svg.WIDE,
) -> Chart:
    """Columns side by side; every name that has room stands under its own."""
    ticks = nice_ticks(0.0, max([band.value for band in bands], default=1.0) or 1.0, 4)
    top, bottom = 26.0, 206.0
    y = Linear(ticks[0], ticks[-1], bottom, top)
    gutter = max(svg.text_width(show(tick)) for tick in ticks) + 10
    step = (width - gutter) / max(len(bands), 1)
    content = [text(f"↑ {value_name}", 0, 12, class_="axis-name")]
    labels: list[Box] = [label_box(f"↑ {value_name}", 0.0, 12)]
    for tick in ticks:
        at = number(y(tick))
        content.append(tag("line", class_="axis" if tick == 0 else "grid", x1=gutter, x2=width, y1=at, y2=at))
        content.append(text(show(tick), gutter - 8, y(tick) + 4, anchor="end", class_="tick-label"))
        labels.append(label_box(show(tick), gutter - 8, y(tick) + 4, "end"))
    free = gutter - 1000.0
    for place, band in enumerate(bands):
        left, height = gutter + place * step, y(band.value)
        tip = tag("title", f"{band.name}: {show(band.value)}")
        content.append(
            tag(
                "rect", tip, class_="bar total" if not band.strong else "bar "
                "plain", x=number(left + step * 0.08),
                width=number(step * 0.84), y=number(height), height=number(max(bottom - height, 0.0)),
            )
        )  # fmt: skip
        middle = left + step / 2
        box = label_box(band.name, middle, bottom + 16, "middle")
        if box.left > free and box.left + box.width <= width + 8:
            content.append(text(band.name, number(middle), bottom + 16, anchor="middle", class_="tick-label"))
            labels.append(box)
            free = box.left + box.width + 6
    content.append(text(axis, width, bottom + 34, anchor="end", class_="axis-name"))
    description = "; ".join(f"{band.name} {show(band.value)}" for band in bands) + "."
    return Chart(
        svg.frame(name, finding, description, content, width=width, height=bottom + 40),
        finding,
        description,
        tuple(labels),
    )
