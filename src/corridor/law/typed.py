"""Typed values: does a cell fit its column, do the rows of a table fit together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Cell = float | int | str | bool | date | None
Row = dict[str, Any]

_NAMES = {
    "number": "a number",
    "integer": "a whole number",
    "text": "text",
    "flag": "true or false",
    "date": "a date",
}


@dataclass(frozen=True)
class Shape:
    """What a cell may be: its type, bounds (inclusive), whether it may be absent, its options, its unit."""

    type: str
    at_least: float | None = None
    at_most: float | None = None
    nullable: bool = False
    options: tuple[str, ...] | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the rows of a table, and where in them."""

    code: str
    what: str
    where: tuple[str | int, ...]


def check_cell(value: Any, shape: Shape) -> str | None:
    """What is wrong with a cell, as the end of a sentence; None where it fits."""
    if value is None:
        return None if shape.nullable else f"is absent, {_NAMES[shape.type]} is needed"
    if not _has_type(value, shape.type):
        return f"is {value!r}, {_NAMES[shape.type]} is needed"
    if shape.options is not None and value not in shape.options:
        return f"is {value!r}, one of {', '.join(shape.options)} is needed"
    if shape.at_least is not None and value < shape.at_least:
        return f"is {value}, at least {shape.at_least} is needed"
    if shape.at_most is not None and value > shape.at_most:
        return f"is {value}, at most {shape.at_most} is needed"
    return None


def _has_type(value: Any, kind: str) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if kind == "date":
        return type(value) is date
    if isinstance(value, bool):
        return False
    if kind == "integer":
        return isinstance(value, int)
    return isinstance(value, int | float) and math.isfinite(value)


def check_rows(
    rows: Sequence[Row], shape: Mapping[str, Shape], kind: str, key: Sequence[str] | None
) -> Trouble | None:
    """The first thing wrong with the rows of a table; None where they fit.

    Every row has every column (a nullable one may be left out), no other; rows differ in the key; bands are
    contiguous: within the other key columns each begins where the one before ends.
    """
    if not rows:
        return Trouble("LAW-SCHEMA", "A table needs at least one row.", ())
    for index, row in enumerate(rows):
        for name in row:
            if name not in shape:
                return Trouble("LAW-SCHEMA", f"The row has an unknown column {name!r}.", (index, name))
        for name, cell in shape.items():
            problem = check_cell(row.get(name), cell)
            if problem:
                return Trouble("LAW-TYPE", f"The column {name!r} {problem}.", (index, name))
    if kind == "bands":
        trouble = _check_bands(rows, [name for name in key or [] if name not in ("at_least", "below")])
        if trouble is not None:
            return trouble
    names = list(key) if key else list(shape)
    seen: set[tuple[Cell, ...]] = set()
    for index, row in enumerate(rows):
        mark = tuple(row.get(name) for name in names)
        if mark in seen:
            shown = ", ".join(f"{name} {cell}" for name, cell in zip(names, mark, strict=True))
            return Trouble("LAW-ROW-KEY", f"Two rows have the same key: {shown}.", (index,))
        seen.add(mark)
    return None


def _check_bands(rows: Sequence[Row], group: Sequence[str]) -> Trouble | None:
    open_end: dict[tuple[Cell, ...], Cell] = {}
    for index, row in enumerate(rows):
        mark = tuple(row.get(name) for name in group)
        low, high = row.get("at_least"), row.get("below")
        if low is not None and high is not None and high <= low:
            return Trouble("LAW-BANDS", f"The band ends at {high}, before it begins at {low}.", (index,))
        if mark in open_end and (low is None or low != open_end[mark]):
            what = f"The band begins at {low}, the one before ends at {open_end[mark]}."
            return Trouble("LAW-BANDS", what, (index,))
        open_end[mark] = high
    return None


def complete(rows: Sequence[Row], shape: Mapping[str, Shape]) -> list[Row]:
    """The rows with every column in the declared order; numbers as floats, absent cells as None."""
    return [{name: as_typed(row.get(name), cell.type) for name, cell in shape.items()} for row in rows]


def as_typed(value: Any, kind: str) -> Any:
    """A checked cell in the type of its column: 1 in a number column is 1.0."""
    return float(value) if kind == "number" and value is not None else value
