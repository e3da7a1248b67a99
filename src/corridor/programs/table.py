"""The file someone hands to a calculator door: CSV, Excel, Parquet or JSON, as rows of text."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.engine.tabular import Column, Found, Layout, open_table
from corridor.engine.tabular.layout import normalised
from corridor.errors import CorridorError


@dataclass(frozen=True)
class DoorTable:
    """A file as text.

    columns  header names as they are compared (lower case, underscores)
    cells    by column, one text per row; "" where there is none
    lines    the line of each row in the file (the row of the sheet, the number of the record), from 1
    """

    file: str
    columns: tuple[str, ...]
    cells: dict[str, list[str]]
    lines: list[int]
    place: str = "line"
    warnings: list[str] = field(default_factory=list)


def read_door_table(path: Path, known: Sequence[str]) -> DoorTable:
    """Read a file by its header; ``known`` names help to find the header row of a workbook.

    Raises DOOR-FILE, DOOR-JSON, DOOR-EMPTY, DOOR-COLUMN-TWICE, and TABULAR-* for unreadable files.
    """
    if not path.is_file():
        raise CorridorError(
            "DOOR-FILE",
            "There is no such file.",
            todo="Check the path; quote it where it has spaces.",
            file=path,
        )
    if path.suffix.lower() == ".json":
        table = _from_json(path)
    else:
        table = _from_table(path, known)
    if not table.lines:
        raise CorridorError(
            "DOOR-EMPTY",
            "The file has a header but no rows." if table.columns else "The file has no rows.",
            why="There is nobody to settle.",
            todo="Give one row for each clinician.",
            file=path.name,
        )
    return table


def _from_table(path: Path, known: Sequence[str]) -> DoorTable:
    import duckdb

    layout = Layout(name="door", about="calculator door", columns=tuple(Column(name=name) for name in known))
    with tempfile.TemporaryDirectory(prefix="corridor-door-") as scratch:
        found = open_table(Found(path, path.name), [layout], Path(scratch))
        with duckdb.connect() as con:
            try:
                rows = con.execute(f"{found.relation} order by line_number").fetchall()
            except duckdb.Error as error:
                raise CorridorError(
                    "DOOR-FILE",
                    "The rows of the file cannot be read.",
                    why="It is damaged or cut short.",
                    todo="Write the file again.",
                    file=path.name,
                ) from error
    columns = tuple(normalised(name) for name in found.header)
    _refuse_twice(columns, path, found.line)
    rows = [row for row in rows if any((cell or "").strip() for cell in row[1])]
    width = len(columns)
    extra = next((n for n, cells in rows if any((c or "").strip() for c in cells[width:])), None)
    if extra is not None:
        raise CorridorError(
            "DOOR-FILE",
            f"The row has more fields than the header, which has {width}.",
            why="Its values cannot be told apart.",
            todo="Quote values that hold the separator, or remove what is too much.",
            file=path.name,
            line=int(extra),
        )
    cells = {
        name: [(row[i] or "").strip() if i < len(row) else "" for _, row in rows]
        for i, name in enumerate(columns)
        if name
    }
    place = "row" if path.suffix.lower() in (".xlsx", ".xlsm", ".parquet") else "line"
    return DoorTable(
        path.name, tuple(cells), cells, [int(line) for line, _ in rows], place, list(found.warnings)
    )


def _from_json(path: Path) -> DoorTable:
    try:
        loaded: Any = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_once)
        # Half of a surrogate pair, as in "\\ud800", is no character and cannot be written again.
        json.dumps(loaded, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise CorridorError(
            "DOOR-JSON",
            "The file is nested too deeply.",
            todo="Give a list of objects, or an object with a list under rows.",
            file=path.name,
        ) from error
    except ValueError as error:  # also bad UTF-8, numbers of thousands of digits, names that come twice
        raise CorridorError(
            "DOOR-JSON",
            f"The file is not JSON that can be read: {error}.",
            todo="Give a list of objects, or an object with a list under rows.",
            file=path.name,
            line=getattr(error, "lineno", None),
        ) from error
    records = loaded.get("rows") if isinstance(loaded, dict) else loaded
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise CorridorError(
            "DOOR-JSON",
            "The file holds no list of records.",
            todo="Give a list of objects, or an object with a list under rows.",
            file=path.name,
        )
    columns: dict[str, None] = {}
    plain = []
    for number, record in enumerate(records, start=1):
        names = tuple(normalised(str(name)) for name in record)
        _refuse_twice(names, path, number)
        columns.update(dict.fromkeys(names))
        plain.append(dict(zip(names, (_text(v, path, number) for v in record.values()), strict=True)))
    cells = {name: [record.get(name, "") for record in plain] for name in columns}
    return DoorTable(path.name, tuple(columns), cells, list(range(1, len(plain) + 1)), "record")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a name that comes twice is refused, where json would keep the last."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {name!a} comes twice in one object")
        found[name] = value
    return found


def _text(value: Any, path: Path, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | str):
        return str(value).strip()
    raise CorridorError(
        "DOOR-JSON",
        "A value is a list or an object.",
        why="Every quantity of a clinician is one number or text.",
        todo="Write flat records.",
        file=path.name,
        line=number,
    )


def _refuse_twice(columns: Sequence[str], path: Path, line: int) -> None:
    twice = next((name for i, name in enumerate(columns) if name and name in columns[:i]), None)
    if twice is not None:
        raise CorridorError(
            "DOOR-COLUMN-TWICE",
            f"The column {twice!r} appears twice.",
            why="It is not clear which one counts.",
            todo="Remove or rename one of them.",
            file=path.name,
            line=line,
            field=twice,
        )
