"""Every pair of some things as one mark: which go together, which do not, which are not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from corridor.reports.charts import svg
from corridor.reports.charts.rows import fitted
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text

CELL, HEAD, NAMES, LEGEND = 22.0, 16.0, 230.0, 20.0


def grid(
    name: str, finding: str, names: Sequence[str], marks: Mapping[tuple[int, int], tuple[str, str]],
    legend: Mapping[str, str],
) -> Chart:  # fmt: skip
    """A triangle: each row a thing with its number, each column a thing before it by that number.

    marks  places of two things -> the sign of their pair and its words; legend: sign -> what it means
    """
    content: list[str] = []
    labels: list[Box] = []
    for place, one in enumerate(names):
        baseline = HEAD + place * CELL + 15
        words = fitted(f"{place + 1}  {one}", NAMES - 10)
        content.append(text(words, 0, baseline, class_="row-name"))
        labels.append(label_box(words, 0.0, baseline))
        if place < len(names) - 1:
            middle = NAMES + (place + 0.5) * CELL
            content.append(
                text(str(place + 1), number(middle), HEAD - 4, anchor="middle", class_="tick-label")
            )
            labels.append(label_box(str(place + 1), middle, HEAD - 4, "middle"))
        line = number(HEAD + (place + 1) * CELL)
        content.append(tag("line", class_="grid", x1=0, x2=number(NAMES + place * CELL), y1=line, y2=line))
    for (first, second), (sign, words) in marks.items():
        row, column = max(first, second), min(first, second)
        middle = NAMES + (column + 0.5) * CELL
        mark = tag("title", escape(words, quote=False)) + escape(sign, quote=False)
        content.append(
            tag("text", mark, x=number(middle), y=number(HEAD + row * CELL + 16), text_anchor="middle",
                class_="own-name")
        )  # fmt: skip
    bottom = HEAD + len(names) * CELL
    left = 0.0
    for sign, words in legend.items():
        told = f"{sign} {words}"
        content.append(text(told, number(left), bottom + LEGEND, class_="note"))
        left += svg.text_width(told) + 16
    description = "; ".join(
        f"{names[one]} and {names[other]}: {legend.get(sign, sign)}"
        for (one, other), (sign, _) in marks.items()
    )
    return Chart(
        svg.frame(name, finding, description + ".", content, width=svg.WIDE, height=bottom + LEGEND + 8),
        finding, description, tuple(labels),
    )  # fmt: skip
