"""What happened in one episode: services as marks, dollars as height, days from its start; fluid in width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.reports.charts import svg
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.svg import Box, Chart, label_box, number, percent, tag, text

TOP, BOTTOM = 24.0, 140.0
WORTH_A_NAME = 0.2
"""Share of the costliest service under which a service is not named: its name would cover others."""
SHAPES = ("●", "■", "◆", "▲", "▼")


@dataclass(frozen=True)
class Service:
    """One service line: day from the start of the episode, category, standardized dollars."""

    day: int
    category: str
    amount: float


def timeline(
    name: str,
    finding: str,
    services: Sequence[Service],
    days: int,
    *,
    show: Callable[[float], str],
    named: int = 3,
) -> Chart:
    """Stems over a day axis; the costliest services are named; categories differ by the shape of the mark."""
    shapes = {category: SHAPES[index % len(SHAPES)] for index, category in enumerate(_by_cost(services))}
    most = max([service.amount for service in services], default=1.0)
    y = Linear(0.0, max(most, 1.0), BOTTOM, TOP)
    x = Linear(0.0, float(max(days, 1)), 0.02, 0.98)
    content = [tag("line", class_="axis", x1="0", x2="100%", y1=BOTTOM, y2=BOTTOM)]
    stems, marks = [], []
    for service in services:
        where, height = percent(x(service.day)), number(y(service.amount))
        stems.append(tag("line", x1=where, x2=where, y1=BOTTOM, y2=height))
        marks.append(tag("text", shapes[service.category], x=where, y=height))
    content += [tag("g", stems, class_="stem"), tag("g", marks, class_="service", aria_hidden="true")]
    labels: list[Box] = []
    for tick in (tick for tick in nice_ticks(0, days, 4) if tick <= days):
        at = x(tick)
        anchor = "start" if tick == 0 else "middle"
        words = f"day {number(tick)}" if tick == 0 else number(tick)
        content.append(tag("line", class_="tick", x1=percent(at), x2=percent(at), y1=BOTTOM, y2=BOTTOM + 4))
        content.append(text(words, percent(at), BOTTOM + 18, anchor=anchor, class_="tick-label"))
        labels.append(label_box(words, at * svg.NARROWEST, BOTTOM + 18, anchor))
    costliest = sorted(services, key=lambda item: (-item.amount, item.day, item.category))[:named]
    for service in (item for item in costliest if item.amount >= WORTH_A_NAME * most):
        words = f"{service.category} {show(service.amount)}"
        spot = _room(words, x(service.day), y(service.amount), labels)
        if spot is None:
            continue
        box, anchor, baseline, shift = spot
        labels.append(box)
        content.append(
            tag(
                "text",
                _escaped(words),
                x=percent(x(service.day)),
                dx=shift,
                y=number(baseline),
                text_anchor=anchor,
                class_="own-name",
            )
        )
    total = sum(service.amount for service in services)
    description = (
        f"{len(services)} services over {days} days, {show(total)} in all; by category: "
        + "; ".join(f"{category} {show(amount)}" for category, amount in _by_cost(services).items())
        + "."
    )
    return Chart(
        svg.frame(name, finding, description, content, height=BOTTOM + 24),
        finding,
        description,
        tuple(labels),
    )


def _by_cost(services: Sequence[Service]) -> dict[str, float]:
    """Dollars by category, costliest first."""
    sums: dict[str, float] = {}
    for service in services:
        sums[service.category] = sums.get(service.category, 0.0) + service.amount
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def shapes_of(services: Sequence[Service]) -> dict[str, str]:
    """The shape each category is drawn with, for the table behind the chart."""
    return {category: SHAPES[index % len(SHAPES)] for index, category in enumerate(_by_cost(services))}


def _room(
    words: str, share: float, height: float, labels: Sequence[Box]
) -> tuple[Box, str, float, int] | None:
    """The first free place for a name beside its mark, on the narrowest page."""
    at = share * svg.NARROWEST
    baseline = height + 4
    while baseline > 10:
        for anchor, shift in (("start", 8), ("end", -8)):
            box = label_box(words, at + shift, baseline, anchor)
            inside = box.left >= 0 and box.left + box.width <= svg.NARROWEST
            if inside and not any(box.meets(other, 1.0) for other in labels):
                return box, anchor, baseline, shift
        baseline -= 14
    return None


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
