"""When what holds: one bar a period on a line of years; fluid in width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import fitted
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW, BAR = 36.0, 10.0


@dataclass(frozen=True)
class Span:
    """One period: from when, until when (None while open), in years with fractions; its words, and how sure
    it is.
    """

    name: str
    value: str
    start: float
    end: float | None
    sure: bool = True


def periods(name: str, finding: str, spans: Sequence[Span], now: float) -> Chart:
    """Solid bars are read law, hollow ones are not; the dashed line is today."""
    last = max([span.end or 0.0 for span in spans] + [span.start for span in spans] + [now]) + 1.0
    first = min([span.start for span in spans] + [now])
    scale = Linear(first, last, 0.0, 1.0)
    content: list[str] = []
    labels: list[Box] = []
    bottom = ROW * max(len(spans), 1)
    today = percent(scale(now))
    for index, span in enumerate(spans):
        top = index * ROW
        words = fitted(span.name, svg.NARROWEST - svg.text_width(span.value) - 12)
        content.append(text(words, 0, top + 13, class_="row-name"))
        content.append(text(span.value, "100%", top + 13, anchor="end", class_="row-value"))
        labels.append(label_box(words, 0.0, top + 13))
        labels.append(label_box(span.value, svg.NARROWEST, top + 13, "end"))
        content.append(
            tag("line", class_="mark-line", x1=today, x2=today, y1=number(top + 16), y2=number(top + 30))
        )
        left, right = scale(span.start), scale(span.end if span.end is not None else last)
        content.append(
            tag(
                "rect",
                class_="bar plain" if span.sure else "bar hollow",
                x=percent(left),
                width=percent(max(right - left, 0.004)),
                y=number(top + 18),
                height=number(BAR),
            )
        )
    years = sorted({int(first), int(now), int(last)})
    placed: list[Box] = []
    for year in years:
        at = scale(min(max(float(year), first), last))
        anchor = "start" if at < 0.1 else "end" if at > 0.9 else "middle"
        box = label_box(str(year), at * svg.NARROWEST, bottom + 14, anchor)
        if any(box.meets(other, 4) for other in placed):
            continue
        placed.append(box)
        content.append(text(str(year), percent(at), bottom + 14, anchor=anchor, class_="tick-label"))
    description = "; ".join(f"{span.name}: {span.value}" for span in spans) + "."
    return Chart(
        svg.frame(name, finding, description, content, height=bottom + 20),
        finding,
        description,
        tuple(labels + placed),
    )
