"""How the cost of one episode grew: dollars by day, a mark a place of care, a level to meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, tag, text
from corridor.reports.charts.timeline import SHAPES

TOP, BOTTOM = 44.0, 244.0
NAMED = 3
WORTH_A_NAME = 0.08
"""Share of the whole under which a step is not named."""
LEGEND_ROW = 18.0


@dataclass(frozen=True)
class Rise:
    """One step: day after discharge (before it: negative), place of care, dollars."""

    day: int
    name: str
    amount: float


def climb(
    name: str,
    finding: str,
    rises: Sequence[Rise],
    *,
    last_day: int,
    level: float | None,
    level_name: str,
    show: Callable[[float], str],
    width: float = svg.WIDE,
) -> Chart:
    """A stair from zero; the steps' marks differ by shape; the dashed line is the level."""
    ordered = sorted(rises, key=lambda rise: (rise.day, -rise.amount, rise.name))
    total = sum(rise.amount for rise in ordered)
    ticks = nice_ticks(0.0, max(total, level or 0.0, 1.0), 4)
    y = Linear(ticks[0], ticks[-1], BOTTOM, TOP)
    gutter = max(svg.text_width(show(tick)) for tick in ticks) + 10
    first = min([rise.day for rise in ordered] + [0])
    x = Linear(first, max(last_day, first + 1), gutter + 10, width - 14)
    content = [text("↑ dollars that count", 0, 12, class_="axis-name")]
    labels: list[Box] = [label_box("↑ dollars that count", 0.0, 12)]
    for tick in ticks:
        at = number(y(tick))
        content.append(tag("line", class_="axis" if tick == 0 else "grid", x1=gutter, x2=width, y1=at, y2=at))
        content.append(text(show(tick), gutter - 8, y(tick) + 4, anchor="end", class_="tick-label"))
        labels.append(label_box(show(tick), gutter - 8, y(tick) + 4, "end"))
    for day in _days(first, last_day, width):
        words = "discharge" if day == 0 else f"day {day}" if day == last_day else str(day)
        anchor = "end" if day == last_day else "middle"
        content.append(tag("line", class_="tick", x1=x(day), x2=x(day), y1=BOTTOM, y2=BOTTOM + 4))
        content.append(text(words, number(x(day)), BOTTOM + 18, anchor=anchor, class_="tick-label"))
        labels.append(label_box(words, x(day), BOTTOM + 18, anchor))
    if level is not None:
        at = number(y(level))
        words = f"{level_name} {show(level)}"
        content.append(tag("line", class_="mark-line", x1=gutter, x2=width, y1=at, y2=at))
        content.append(text(words, number(gutter + 14), y(level) - 6, class_="note"))
        labels.append(label_box(words, gutter + 14, y(level) - 6))
        labels.append(Box("", gutter, y(level) - 1, width - gutter, 2.0))  # no name is written over the line
    names = list(dict.fromkeys(rise.name for rise in sorted(ordered, key=lambda rise: -rise.amount)))
    shapes = {one: SHAPES[place % len(SHAPES)] for place, one in enumerate(names)}
    path, marks, known, here = [f"M{number(x(first))} {number(BOTTOM)}"], [], 0.0, []
    for rise in ordered:
        known += rise.amount
        path.append(f"H{number(x(rise.day))}V{number(y(known))}")
        marks.append(
            tag(
                "text", shapes[rise.name], x=number(x(rise.day)), y=number(y(known) + 4), text_anchor="middle"
            )
        )
        here.append((rise, known))
    path.append(f"H{number(x(last_day))}")
    content.append(tag("path", class_="line", d="".join(path)))
    content.append(tag("g", marks, class_="service", aria_hidden="true"))
    content += _names(here, total, x, y, show, labels, width)
    legend, rows = _legend(shapes, ordered, show, width)
    content += legend
    description = "; ".join(
        f"{one} {show(sum(rise.amount for rise in ordered if rise.name == one))}" for one in names
    )
    return Chart(
        svg.frame(
            name, finding, f"{show(total)} in all: {description}.", content,
            width=width, height=BOTTOM + 30 + rows * LEGEND_ROW,
        ),
        finding,
        description,
        tuple(box for box in labels if box.words),
    )  # fmt: skip


def _days(first: int, last: int, width: float) -> list[int]:
    step = 10 if last <= 40 else 30
    inside = [day for day in range(0, last, step) if last - day > step / 2]
    return [*([first] if first < -step / 2 and width >= svg.WIDE else []), *inside, last]


def _names(
    here: Sequence[tuple[Rise, float]], total: float, x: Linear, y: Linear, show: Callable[[float], str],
    labels: list[Box], width: float,
) -> list[str]:  # fmt: skip
    """The largest steps named beside their mark, where there is room."""
    content = []
    worth = [one for one in here if one[0].amount >= WORTH_A_NAME * total]
    for rise, known in sorted(worth, key=lambda one: -one[0].amount)[:NAMED]:
        words = f"{rise.name} {show(rise.amount)}"
        for anchor, shift in (("end", -9.0), ("start", 9.0)):
            for drop in (18.0, 34.0, -12.0):
                box = label_box(words, x(rise.day) + shift, y(known) + drop, anchor)
                inside = box.left >= 0 and box.left + box.width <= width and box.top + box.height < BOTTOM
                if inside and not any(box.meets(other, 2.0) for other in labels):
                    labels.append(box)
                    content.append(
                        text(
                            words,
                            number(x(rise.day) + shift),
                            y(known) + drop,
                            anchor=anchor,
                            class_="own-name",
                        )
                    )
                    break
            else:
                continue
            break
    return content


def _legend(
    shapes: dict[str, str], rises: Sequence[Rise], show: Callable[[float], str], width: float
) -> tuple[list[str], int]:
    """Shapes and their dollars under the axis, in as many rows as they need."""
    content, left, row = [], 0.0, 0
    for one, shape in shapes.items():
        words = f"{shape} {one} {show(sum(rise.amount for rise in rises if rise.name == one))}"
        size = svg.text_width(words) + 18
        if left and left + size > width:
            left, row = 0.0, row + 1
        content.append(text(words, number(left), BOTTOM + 42 + row * LEGEND_ROW, class_="note"))
        left += size
    return content, row + 1
