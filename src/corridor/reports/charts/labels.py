"""Placing the names of marks so that none covers another, a leader line, or leaves the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.charts.svg import LETTER, Box, label_box

LEADER_GAP = 3.0


@dataclass(frozen=True)
class Placed:
    """A name under its mark: x of the mark and leader, baseline of the name, its anchor and box."""

    index: int
    x: float
    baseline: float
    anchor: str
    box: Box


def _leader(x: float, top: float, bottom: float) -> Box:
    return Box("", x - 0.5, top, 1.0, max(0.0, bottom - top))


def hang_labels(
    points: Sequence[tuple[float, str]], *, top: float, width: float, rows: int, row_height: float = 15.0
) -> list[Placed]:
    """Hang names below marks on one line, in rows, with leaders that cross no name.

    points are (x, words); names are tried right of their leader, then left; what finds no room in `rows` is
    left out.
    """
    placed: list[Placed] = []
    order = sorted(range(len(points)), key=lambda index: (-points[index][0], points[index][1]))
    for index in order:
        x, words = points[index]
        spot = _hang(x, words, placed, top, width, rows, row_height, index)
        if spot is not None:
            placed.append(spot)
    return sorted(placed, key=lambda item: item.index)


def _hang(
    x: float,
    words: str,
    placed: list[Placed],
    top: float,
    width: float,
    rows: int,
    row_height: float,
    index: int,
) -> Placed | None:
    spots = [(row, anchor) for anchor in ("start", "end") for row in range(rows)]
    for row, anchor in spots:
        baseline = top + (row + 1) * row_height
        leader = _leader(x, top, baseline)
        box = label_box(words, x + (LEADER_GAP if anchor == "start" else -LEADER_GAP), baseline, anchor)
        if box.left < 0 or box.left + box.width > width:
            continue
        clash = any(
            box.meets(other.box, 2.0)
            or box.meets(_leader(other.x, top, other.baseline), 1.0)
            or leader.meets(other.box, 1.0)
            for other in placed
        )
        if not clash:
            return Placed(index, x, baseline, anchor, box)
    return None


@dataclass(frozen=True)
class Beside:
    """A name beside its mark: where its text is anchored."""

    index: int
    x: float
    baseline: float
    anchor: str
    box: Box


def beside_labels(
    points: Sequence[tuple[float, float, str]],
    *,
    marks: Sequence[tuple[float, float]],
    bounds: Box,
    taken: Sequence[Box] = (),
    radius: float = 6.0,
    size: float = LETTER,
) -> list[Beside]:
    """Names right, left, above or below their mark, first come first served; no name covers a mark or a
    name.
    """
    spots: list[Beside] = []
    occupied = list(taken)
    dots = [Box("", x - radius + 1, y - radius + 1, 2 * radius - 2, 2 * radius - 2) for x, y in marks]
    for index, (x, y, words) in enumerate(points):
        middle = y + size * 0.3
        options = (
            (x + radius + 2, middle, "start"),
            (x - radius - 2, middle, "end"),
            (x, y - radius - 3, "middle"),
            (x, y + radius + size * 0.9, "middle"),
            (x + radius, y - radius - 2, "start"),
            (x + radius, y + radius + size * 0.8, "start"),
            (x - radius, y - radius - 2, "end"),
            (x - radius, y + radius + size * 0.8, "end"),
        )
        for left, baseline, anchor in options:
            box = label_box(words, left, baseline, anchor, size)
            if not _within(box, bounds):
                continue
            if any(box.meets(other, 1.0) for other in occupied):
                continue
            if any(box.meets(dot) for dot in dots):
                continue
            occupied.append(box)
            spots.append(Beside(index, left, baseline, anchor, box))
            break
    return spots


def _within(box: Box, bounds: Box) -> bool:
    return (
        box.left >= bounds.left
        and box.top >= bounds.top
        and box.left + box.width <= bounds.left + bounds.width
        and box.top + box.height <= bounds.top + bounds.height
    )
