"""The pieces a section is made of: figures with a comparison, charts with their table, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corridor.reports.charts.svg import Chart


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, `text`, `number` or `range` (two numbers that may wrap), and what it
    means (shown on hover and in notes).
    """

    name: str
    kind: str = "text"
    about: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, what it sorts by, where it leads, a tag beside it, and whether it gains or
    loses.
    """

    words: str
    sort: float | str | None = None
    link: str | None = None
    tag: str = ""
    why: str = ""
    tone: str = ""


@dataclass(frozen=True)
class TableRow:
    """One row; `opens` is trusted markup shown in place below the row, `summary` the words that open it."""

    cells: Sequence[Cell]
    id: str | None = None
    opens: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption; `name` becomes the file name of the download."""

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[TableRow]
    total: Sequence[Cell] = ()
    empty: str = ""
    tools: bool = True
    note: str = ""
    command: str = ""


@dataclass(frozen=True)
class Figure:
    """A large number, never without a comparison."""

    value: str
    label: str
    comparison: str
    tone: str = ""
    tag: str = ""
    why: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart as drawn for a wide and, where it needs one, for a narrow page."""

    title: str
    wide: Chart
    narrow: Chart | None = None
    note: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One section: id in the address, heading, first sentence, pictures and tables in order, or what to
    load.
    """

    id: str
    title: str
    lead: str = ""
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    empty: str = ""


def text_cell(words: Any) -> Cell:
    """A text cell; absent is a dash."""
    return Cell("–" if words is None or words == "" else str(words), None if words is None else str(words))


def amount_cell(words: str, value: float | None, *, toned: bool = False) -> Cell:
    """A number as shown and as sorted; `toned` marks gain and loss, not what reads as zero."""
    level = not any(letter in "123456789" for letter in words)
    tone = "" if not toned or not value or level else "gain" if value > 0 else "loss"
    return Cell(words, value, tone=tone)
