"""What was filled in: cells of a table, pasted rows or a file, as one CSV file that a door reads."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.jobs.template import Field, Template

MOST_ROWS = 200
"""Rows of a table in the browser; more come as a file."""
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".parquet")
CELL = re.compile(r"([a-z_0-9]+)\.([0-9]{1,4})\.([a-z_0-9]+)")


@dataclass
class Given:
    """The rows of one form as text; place: the row of the table that each one stood in."""

    rows: list[dict[str, str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def row_of_line(self, line: int | None) -> int | None:
        """The row of the table behind a line of the CSV file: its first line is the header."""
        if line is None or not 2 <= line < len(self.places) + 2:
            return None
        return self.places[line - 2]


def read_cells(form: Mapping[str, Any], name: str) -> Given:
    """The rows that have a value, from fields called form.row.column."""
    cells: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        found = CELL.fullmatch(key)
        if found and found[1] == name and isinstance(value, str) and value.strip():
            cells.setdefault(int(found[2]), {})[found[3]] = value.strip()
    places = sorted(cells)
    return Given([cells[place] for place in places], places)


def read_pasted(text: str, template: Template) -> Given:
    """Rows as a spreadsheet copies them: tabs between, with or without the header. Raises FORM-PASTED."""
    try:
        lines = [line for line in csv.reader(io.StringIO(text.strip("\r\n")), delimiter="\t") if any(line)]
    except csv.Error as error:
        raise CorridorError(
            "FORM-PASTED",
            "The pasted rows cannot be read as a table.",
            why="A quotation mark may be open, or a line may end oddly.",
            todo="Copy the rows again from the spreadsheet, or choose a file.",
        ) from error
    if not lines:
        return Given()
    known = {_plain(one): field.name for field in template.fields for one in (field.name, *field.names)}
    header = [known.get(_plain(cell)) for cell in lines[0]]
    names: Sequence[str | None]
    if sum(1 for one in header if one) * 2 > len(header):
        names, lines = header, lines[1:]
    else:
        names = [one.name for one in template.fields]
    widest = max((len(line) for line in lines), default=0)
    if widest > len(names):
        raise CorridorError(
            "FORM-PASTED",
            f"A pasted row has {widest} cells; the form has {len(names)} columns.",
            todo="Copy the columns of the form in their order, or with their header.",
        )
    rows = [
        {name: cell.strip() for name, cell in zip(names, line, strict=False) if name and cell.strip()}
        for line in lines
    ]
    return Given(rows, list(range(len(rows))))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def write_csv(path: Path, given: Given, template: Template) -> None:
    """The rows as a CSV file: the columns that somebody filled in, and those that must be there."""
    if not given.rows:
        raise CorridorError(
            "FORM-NOTHING",
            "No row is filled in.",
            todo="Fill in a row, paste rows, or choose a file.",
            file=template.title,
        )
    used = {name for row in given.rows for name in row}
    names = [one.name for one in template.fields if one.name in used or one.required]
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(names)
        for row in given.rows:
            writer.writerow([row.get(name, "") for name in names])


def check_row(given: Given, template: Template) -> CorridorError | None:
    """The first cell that must be filled and is not; what else is wrong, the door tells."""
    for row, place in zip(given.rows, given.places, strict=True):
        for one in template.fields:
            if one.filled and not row.get(one.name):
                return CorridorError(
                    "FORM-CELL",
                    f"Row {place + 1} needs a value for {one.name.replace('_', ' ')}.",
                    why=one.about,
                    todo="Fill it in, or empty the whole row.",
                    line=given.places.index(place) + 2,
                    field=one.name,
                )
    return None


def columns_shown(template: Template, given: Sequence[Mapping[str, str]], every: bool) -> list[Field]:
    """The columns of the table: all of a short form; of a long one those of the example and those filled."""
    if every or len(template.fields) <= 16:
        return list(template.fields)
    used = {name for row in (*template.worked, *given) for name in row}
    return [one for one in template.fields if one.required or one.name in used]
