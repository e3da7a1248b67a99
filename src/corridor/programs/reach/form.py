"""A filled-in form of ACOs as columns of three levels: ACOs, their segments, the counties of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.engine.tabular.form import Form, read_form
from corridor.engine.tabular.layout import Column, Layout
from corridor.errors import CorridorError

Array = npt.NDArray[Any]
Row = dict[str, Any]
TEXTS = ("text", "code")


@dataclass
class Level:
    """Rows of one level: values by column of the layout, the line each comes from, the row above each."""

    values: list[Row] = field(default_factory=list)
    lines: list[dict[str, int]] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)

    def columns(self, names: Sequence[str], layout: Layout, fill: Row) -> dict[str, Array]:
        """Columns as the models take them: floats with NaN for absent, text with None."""
        found: dict[str, Array] = {}
        for name in names:
            given = [row.get(name) for row in self.values]
            filled = [fill.get(name) if value is None else value for value in given]
            if layout.column(name).type in TEXTS:
                found[name] = np.array(filled, dtype=object)
            else:
                numbers = [np.nan if value is None else float(value) for value in filled]
                found[name] = np.array(numbers, dtype=np.float64)
        return found


@dataclass
class AcoForm:
    """What a file says. ``year`` is the performance year it names, if any."""

    file: str
    layout: Layout
    acos: Level
    segments: Level
    counties: Level
    year: int | None
    warnings: list[str]

    def where(self, name: str) -> str | None:
        """Where a figure stands among CMS's reports; None where it need not be asked for."""
        found = self.layout.meta["where"].get(name)
        return None if found is None else str(found)

    def place(self, level: Level, row: int, name: str) -> str | None:
        """The line a figure was read from, for a derivation."""
        line = level.lines[row].get(name) if row < len(level.lines) else None
        return None if line is None else f"{self.file}, line {line}"


def read_acos(path: Path, name: str) -> AcoForm:
    """Read the form ``layouts/form/<name>``: rows of ACOs, of segments (a population is named) and of
    counties (a county is named), in any order. What an ACO has once may stand on any of its rows.

    Raises FORM-* and TABULAR-* for the file, REACH-DIFFERS, REACH-TWICE, REACH-SEGMENT and REACH-YEAR.
    """
    form = read_form(path, name)
    meta = form.layout.meta
    of_segment, of_county = set(meta["segment"]), set(meta["county"])
    found = AcoForm(form.file, form.layout, Level(), Level(), Level(), None, form.warnings)
    acos: dict[str, int] = {}
    segments: dict[tuple[Any, ...], int] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        aco = acos.setdefault(row["aco_id"], len(acos))
        if aco == len(found.acos.values):
            found.acos.values.append({"aco_id": row["aco_id"]})
            found.acos.lines.append({})
        _merge(form, found.acos, aco, row, line, lambda one: one not in of_segment | of_county)
        if row.get("population") is None:
            _refuse_alone(form, row, line, of_segment | of_county)
            continue
        key = (aco, *(row[one] for one in meta["segment_key"]))
        _refuse_keyless(form, row, line, meta["segment_key"])
        segment = segments.setdefault(key, len(segments))
        if segment == len(found.segments.values):
            found.segments.values.append({})
            found.segments.lines.append({})
            found.segments.parent.append(aco)
        _merge(form, found.segments, segment, row, line, lambda one: one in of_segment)
        if of_county and row.get("county_code") is not None:
            _refuse_twice(form, found, segment, row, line)
            found.counties.values.append({one: row[one] for one in of_county})
            found.counties.lines.append(dict.fromkeys(of_county, line))
            found.counties.parent.append(segment)
    _hand_down(found)
    found.year = _year(form)
    return found


def _merge(form: Form, level: Level, at: int, row: Row, line: int, mine: Any) -> None:
    for name, value in row.items():
        if value is None or not mine(name):
            continue
        before = level.values[at].setdefault(name, value)
        level.lines[at].setdefault(name, line)
        if before != value:
            raise CorridorError(
                "REACH-DIFFERS",
                f"{row['aco_id']} has two values of {name}.",
                why="It has one for the whole of the ACO, or of the segment.",
                todo="Correct one of them, or leave one cell blank.",
                file=form.file,
                line=line,
                field=name,
            )


def _refuse_twice(form: Form, found: AcoForm, segment: int, row: Row, line: int) -> None:
    counties = zip(found.counties.parent, found.counties.values, strict=True)
    if any(above == segment and one["county_code"] == row["county_code"] for above, one in counties):
        raise CorridorError(
            "REACH-TWICE",
            "A county stands twice in one segment.",
            why="Its months would count twice.",
            todo="Keep one row.",
            file=form.file,
            line=line,
            field="county_code",
        )


def _refuse_alone(form: Form, row: Row, line: int, below: set[str]) -> None:
    lost = [name for name in row if name in below and row[name] is not None]
    if lost:
        raise CorridorError(
            "REACH-SEGMENT",
            f"{lost[0]} belongs to a segment, and the row names none.",
            why="Populations are benchmarked separately.",
            todo="Fill in population (and alignment, where the form has it) on the row.",
            file=form.file,
            line=line,
            field=lost[0],
        )


def _refuse_keyless(form: Form, row: Row, line: int, key: Sequence[str]) -> None:
    for name in key:
        if row[name] is None:
            raise CorridorError(
                "REACH-SEGMENT",
                f"The row names a population and no {name}.",
                why="It is not clear which segment of the ACO it is.",
                todo=f"Fill in {name}.",
                file=form.file,
                line=line,
                field=name,
            )


def _hand_down(found: AcoForm) -> None:
    """Segments know what their ACO says once: its type, its size."""
    for segment, aco in zip(found.segments.values, found.segments.parent, strict=True):
        for name in found.layout.meta["shared"]:
            segment.setdefault(name, found.acos.values[aco].get(name))


def _year(form: Form) -> int | None:
    years = {row["performance_year"]: line for row, line in zip(form.rows, form.lines, strict=True)}
    years.pop(None, None)
    if len(years) > 1:
        raise CorridorError(
            "REACH-YEAR",
            f"The file names several performance years: {', '.join(map(str, sorted(years)))}.",
            why="One settlement is of one year.",
            todo="Give each year a file of its own.",
            file=form.file,
            line=max(years.values()),
            field="performance_year",
        )
    return next(iter(years), None)


def described(layout: Layout, name: str) -> Column | None:
    """The column of a figure, where the form has one."""
    return next((column for column in layout.columns if column.name == name), None)
