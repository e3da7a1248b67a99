"""What a file is: its encoding, separator, header and sheet; and a form the engine can split.

A file without quotes is read as it is, line by line. One with quotes, blank lines, another
encoding than UTF-8, or a workbook is written once, in a scratch folder, as lines of
``number of the line in the file, field, field ...`` separated by a control character.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from corridor.engine.connection import name as sql_name
from corridor.engine.connection import quote
from corridor.engine.tabular.gather import Found
from corridor.engine.tabular.layout import Layout, normalised
from corridor.engine.tabular.text import CONTROL, Scan, scan
from corridor.engine.tabular.workbook import is_workbook, workbook_rows
from corridor.errors import CorridorError

SEPARATOR = "\x1f"  # between the fields of a converted file
_NEVER = CONTROL.decode()
_NO_NULL = "\x01"  # no line is this alone: it keeps DuckDB from reading a null
_DELIMITERS = (",", "\t", "|", ";")
_HEADER_ROWS = 25  # a header stands within so many rows; titles may stand above it
_RECORD_LINES = 200  # a quoted value that spans more lines was never closed


@dataclass(frozen=True)
class Table:
    """A file whose header is known.

    file      where it is and what it is called
    header    the names in its header, as written
    line      the line (or row) of the file the header stands on, from 1
    relation  SQL that gives its data rows: line_number BIGINT, f VARCHAR[], in file order
    layout    the name of its layout, where the opener knows it
    native    of a file that types its columns: SQL with a column (``native_name``) for each instead of f
    types     the SQL types of those columns
    empty     which of those columns the file says hold nothing but nulls
    """

    file: Found
    header: tuple[str, ...]
    line: int
    relation: str
    delimiter: str = ","
    sheet: str | None = None
    warnings: tuple[str, ...] = field(default=())
    layout: str | None = None
    native: str | None = None
    types: tuple[str, ...] = ()
    empty: tuple[bool, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The header, each name as it is compared."""
        return tuple(normalised(column) for column in self.header)


def open_table(file: Found, layouts: Sequence[Layout], scratch: Path) -> Table:
    """Find the header of a file, by the columns of the layouts it may have.

    Nothing is typed yet. Errors: TABULAR-EMPTY, TABULAR-NOT-TEXT, TABULAR-QUOTE,
    TABULAR-WORKBOOK, TABULAR-COLUMN-TWICE.
    """
    if file.path.stat().st_size == 0:
        raise CorridorError(
            "TABULAR-EMPTY",
            "The file is empty.",
            why="A file without even a header is mostly a broken transfer.",
            todo="Fetch the file again.",
            file=file.name,
        )
    known = frozenset(header for layout in layouts for header in layout.by_header())
    if is_workbook(file.path):
        return _from_workbook(file, known, scratch)
    if file.suffix == ".parquet":
        return _from_parquet(file)
    return _from_text(file, known, layouts, scratch)


def matching(table: Table, layouts: Iterable[Layout]) -> list[Layout]:
    """The layouts whose required columns the table has: most required ones first, then most known ones."""
    if table.layout is not None:
        return [layout for layout in layouts if layout.name == table.layout]
    present = set(table.columns)
    fitting = [
        (len(layout.required), len(present & set(layout.by_header())), layout)
        for layout in layouts
        if layout.required and all(present & {normalised(h) for h in c.headers} for c in layout.required)
    ]
    return [each[2] for each in sorted(fitting, key=lambda each: (-each[0], -each[1], each[2].name))]


# ---- text -------------------------------------------------------------------------------------


def _from_text(file: Found, known: frozenset[str], layouts: Sequence[Layout], scratch: Path) -> Table:
    found = scan(file)
    quoted = any(layout.quoted for layout in layouts) or not layouts
    fixed = {layout.delimiter for layout in layouts if layout.delimiter}
    head = _head(file, found)
    choices = tuple(fixed) if fixed else _DELIMITERS
    best: tuple[int, int, int, str, list[str]] | None = None
    for order, delimiter in enumerate(choices):
        for place, (line, cells) in enumerate(_records(iter(head), delimiter, quoted, file)):
            score = len({normalised(cell) for cell in cells} & known)
            # most known names; where there are none, the first row, split into most cells
            candidate = (score, len(cells) if place == 0 else 0, -order, delimiter, cells)
            if best is None or candidate[:3] > best[:3]:
                best, header_line = candidate, line
    if best is None:
        raise CorridorError(
            "TABULAR-EMPTY", "The file holds only blank lines.", todo="Fetch the file again.", file=file.name
        )
    delimiter, header = best[3], best[4]
    if found.plain and not (quoted and found.quotes):
        relation = _lines(file.path, delimiter, header_line)
    else:
        converted = _draft(scratch)
        with file.path.open(encoding=found.encoding, errors="replace", newline="") as stream:
            _write(converted, _records(_without_nul(stream), delimiter, quoted, file), header_line)
        relation = _converted(converted)
    return _table(file, header, header_line, relation, delimiter, None, found.warnings)


def _head(file: Found, found: Scan) -> list[str]:
    """The first physical lines of a file, decoded."""
    with file.path.open(encoding=found.encoding, errors="replace", newline="") as stream:
        lines: list[str] = []
        for line in stream:
            lines.append(line)
            if len(lines) >= _HEADER_ROWS:
                break
    return lines


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def _records(
    lines: Iterator[str], delimiter: str, quoted: bool, file: Found
) -> Iterator[tuple[int, list[str]]]:
    """(line the record starts on, its fields) for every record that is not blank."""
    csv.field_size_limit(1 << 27)
    if quoted:
        reader = csv.reader(lines, delimiter=delimiter)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    start = 1
    for cells in reader:
        if reader.line_num - start > _RECORD_LINES:
            raise CorridorError(
                "TABULAR-QUOTE",
                f"A quotation mark on line {start} is never closed.",
                why="Everything after it would be read as one value.",
                todo="Close or remove the quotation mark, or export the file again.",
                file=file.name,
                line=start,
            )
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def _write(
    path: Path, records: Iterable[tuple[int, Sequence[str]]], header_line: int, width: int = 0
) -> None:
    """Write the records below the header, one a line, at least ``width`` fields wide."""
    table = str.maketrans(dict.fromkeys(("\n", "\r", SEPARATOR, _NEVER), " "))
    with path.open("w", encoding="utf-8", newline="") as sink:
        for line, cells in records:
            if line > header_line:
                cells = [*cells, *[""] * (width - len(cells))]
                text = SEPARATOR.join(cell.translate(table) for cell in cells)
                sink.write(f"{line}{SEPARATOR}{text}\n")


def _draft(scratch: Path) -> Path:
    handle, path = tempfile.mkstemp(suffix=".lines", dir=scratch)
    os.close(handle)
    return Path(path)


def _csv(path: Path) -> str:
    return (
        f"read_csv({quote(str(path))}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, "
        f"header = false, delim = {quote(_NEVER)}, quote = '', escape = '', "
        f"nullstr = {quote(_NO_NULL)}, strict_mode = false, max_line_size = 2097152)"
    )


def text_lines(path: Path) -> str:
    """SQL: line_number, line of a plain text file; line n of the file is row n of the reader."""
    return f"select row_number() over () as line_number, rtrim(line, chr(13)) as line from {_csv(path)}"


def _lines(path: Path, delimiter: str, header_line: int) -> str:
    return (
        f"select line_number, string_split(line, {quote(delimiter)}) as f "
        f"from ({text_lines(path)}) where line_number > {header_line}"
    )


def _converted(path: Path) -> str:
    if path.stat().st_size == 0:
        return "select cast(null as bigint) as line_number, cast(null as varchar[]) as f where false"
    return (
        "select cast(cells[1] as bigint) as line_number, cells[2:] as f "
        f"from (select string_split(line, {quote(SEPARATOR)}) as cells from {_csv(path)})"
    )


# ---- workbooks and Parquet ----------------------------------------------------------------------


def _from_workbook(file: Found, known: frozenset[str], scratch: Path) -> Table:
    """The sheet whose header knows most of the columns; the first one where none does."""
    best: tuple[int, str, int, list[str]] | None = None
    for sheet, rows in workbook_rows(file, limit=_HEADER_ROWS):
        for line, cells in rows:
            score = len({normalised(cell) for cell in cells} & known)
            if best is None or score > best[0]:
                best = (score, sheet, line, cells)
    if best is None:
        raise CorridorError(
            "TABULAR-EMPTY",
            "The workbook holds no rows.",
            todo="Save the sheet that holds the data, then try again.",
            file=file.name,
        )
    _, sheet, line, header = best
    converted = _draft(scratch)
    for chosen, rows in workbook_rows(file, only=sheet):
        if chosen == sheet:
            _write(converted, rows, line, len(header))
    return _table(file, header, line, _converted(converted), ",", sheet, ())


def _from_parquet(file: Found) -> Table:
    con = duckdb.connect()
    try:
        described = con.execute(f"describe select * from read_parquet({quote(str(file.path))})").fetchall()
        nulls = con.execute(
            f"select path_in_schema from parquet_metadata({quote(str(file.path))}) group by path_in_schema "
            "having count(stats_null_count) = count(*) and sum(stats_null_count) = sum(num_values)"
        ).fetchall()
    except duckdb.Error as error:
        raise CorridorError(
            "TABULAR-PARQUET",
            "The Parquet file cannot be read.",
            why="It is cut short, or something else under this name.",
            todo="Write the file again.",
            file=file.name,
        ) from error
    finally:
        con.close()
    header = [str(row[0]) for row in described]
    cells = ", ".join(f"cast({sql_name(column)} as varchar)" for column in header)
    natives = ", ".join(
        f"{sql_name(column)} as {native_name(place)}" for place, column in enumerate(header, 1)
    )
    rows = f"from read_parquet({quote(str(file.path))})"
    numbered = "select row_number() over () as line_number"
    opened = _table(file, header, 0, f"{numbered}, [{cells}] as f {rows}", ",", None, ())
    empty = {str(row[0]) for row in nulls}
    return replace(
        opened,
        native=f"{numbered}, {natives} {rows}",
        types=tuple(str(row[1]) for row in described),
        empty=tuple(column in empty for column in header),
    )


def native_name(place: int) -> str:
    """What ``Table.native`` calls the column at a place, from 1."""
    return f"cell_{place}"


def _table(
    file: Found,
    header: Sequence[str],
    line: int,
    relation: str,
    delimiter: str,
    sheet: str | None,
    warnings: tuple[str, ...],
) -> Table:
    cells = [cell.replace("\ufeff", "").strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    return Table(file, tuple(cells), line, relation, delimiter, sheet, warnings)
