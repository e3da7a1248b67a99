"""Own against others: two thin bars a row from zero, the values in the row's own line; fluid in width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.rows import Show, fitted
from corridor.reports.charts.scale import Linear
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

ROW, BASELINE, FIRST, SECOND, THICK = 38.0, 13.0, 18.0, 26.0, 7.0


@dataclass(frozen=True)
class Pair:
    """One row: its name, the reader's own value and that of the others, both at least zero."""

    name: str
    own: float
    others: float


def pairs(name: str, finding: str, rows: Sequence[Pair], *, show: Show, whose: str = "others") -> Chart:
    """Bars start at zero; own above in the accent, `whose` below in grey, both named in the first row."""
    most = max([max(row.own, row.others) for row in rows], default=0.0)
    scale = Linear(0.0, most or 1.0, 0.0, 1.0)
    content: list[str] = []
    labels: list[Box] = []
    for index, row in enumerate(rows):
        top = index * ROW
        own, others = show(row.own), show(row.others)
        value = f"own {own} · {whose} {others}" if index == 0 else f"{own} · {others}"
        room = svg.NARROWEST - svg.text_width(value) - 8
        words = fitted(row.name, room)
        content.append(text(words, 0, top + BASELINE, class_="row-name"))
        content.append(text(value, "100%", top + BASELINE, anchor="end", class_="row-value"))
        labels.append(label_box(words, 0.0, top + BASELINE))
        labels.append(label_box(value, svg.NARROWEST, top + BASELINE, "end"))
        for amount, kind, y in ((row.own, "plain", FIRST), (row.others, "peer", SECOND)):
            content.append(
                tag(
                    "rect",
                    class_=f"bar {kind}",
                    width=percent(scale(max(amount, 0.0))),
                    y=number(top + y),
                    height=number(THICK),
                )
            )
    said = "; ".join(f"{row.name}: own {show(row.own)}, {whose} {show(row.others)}" for row in rows)
    description = said + "." if said else "Nothing to show."
    return Chart(
        svg.frame(name, finding, description, content, height=max(len(rows), 1) * ROW),
        finding,
        description,
        tuple(labels),
    )
