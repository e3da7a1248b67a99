"""Charts of rows, drawn for a wide and for a narrow page."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.dots import DotRow, dots
from corridor.reports.charts.rows import SIDE, Show
from corridor.reports.views.page import Picture


def bar_picture(
    name: str, finding: str, listed: Sequence[Bar], show: Show, note: str = "", signed: bool = False
) -> list[Picture]:
    """Bars beside their names, and stacked on a narrow page; nothing for no bars."""
    if not listed:
        return []
    wide = bars(name, finding, listed, show=show, signed=signed, layout=SIDE)
    return [Picture(finding, wide, bars(f"{name}-n", finding, listed, show=show, signed=signed), note)]


def dot_picture(
    name: str,
    finding: str,
    listed: Sequence[DotRow],
    show: Show,
    reference: float,
    reference_name: str,
    note: str = "",
) -> list[Picture]:
    """Dots with their interval beside a line of comparison; nothing for no rows."""
    if not listed:
        return []
    wide = dots(
        name,
        finding,
        listed,
        show=show,
        reference=reference,
        reference_name=reference_name,
        layout=SIDE,
    )
    narrow = dots(f"{name}-n", finding, listed, show=show, reference=reference, reference_name=reference_name)
    return [Picture(finding, wide, narrow, note)]
