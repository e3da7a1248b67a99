"""A form that someone has filled in: its rows, typed by a layout of layouts/form, all of them right."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.tabular.gather import Found
from corridor.engine.tabular.layout import Layout, load_layout
from corridor.engine.tabular.source import open_table
from corridor.engine.tabular.stage import refuse_columns, refuse_strange, speakable, stage
from corridor.errors import CorridorError
from corridor.words import and_more


@dataclass(frozen=True)
class Form:
    """The rows of a file in order, as typed values by column of the layout; None where there is none.

    lines     the line (row of a sheet, number of a record) of each row, from 1
    absent    columns of the layout that the file does not have
    """

    file: str
    layout: Layout
    rows: list[dict[str, Any]]
    lines: list[int]
    absent: tuple[str, ...]
    warnings: list[str]


def read_form(path: Path, name: str) -> Form:
    """Read a CSV, Excel, Parquet or JSON file by the layout ``form/<name>``.

    Raises FORM-FILE, FORM-JSON, FORM-EMPTY, FORM-ROW for the first row with a value that does not fit, and
    what reading a table raises (TABULAR-*).
    """
    if not path.is_file():
        raise CorridorError("FORM-FILE", "There is no such file.", todo="Check the path.", file=path)
    layout = load_layout("form", name)
    with tempfile.TemporaryDirectory(prefix="corridor-form-") as scratch:
        is_json = path.suffix.lower() == ".json"
        source = _as_csv(path, Path(scratch)) if is_json else path
        return _read(source, path.name, layout, Path(scratch), 1 if is_json else 0)


def _read(source: Path, name: str, layout: Layout, scratch: Path, header_lines: int) -> Form:
    table = open_table(Found(source, name), [layout], scratch)
    if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
        refuse_columns(table, layout)
    if table.columns and not any({*column.headers} & {*table.columns} for column in layout.columns):
        refuse_strange(table, layout)
    with duckdb.connect() as con:
        staged = stage(con, table, layout, "form_row")
        if staged.rows_rejected:
            first = con.execute(
                f"select line_number, field, reason from ({staged.rejects}) order by line_number limit 1"
            ).fetchone()
            assert first is not None
            raise CorridorError(
                "FORM-ROW",
                f"A row cannot be used: {speakable(str(first[2]), layout)}.",
                why=and_more(staged.rows_rejected, "Every row must be right."),
                todo="Correct the value, or leave the cell blank where it may be.",
                file=name,
                line=int(first[0]) - header_lines,
                field=str(first[1]),
            )
        columns = [column.name for column in layout.columns]
        listed = ", ".join(f'"{column}"' for column in columns)
        found = con.execute(f"select line_number, {listed} from form_row order by line_number").fetchall()
    rows = [dict(zip(columns, values[1:], strict=True)) for values in found]
    filled = [at for at, row in enumerate(rows) if any(value is not None for value in row.values())]
    if not filled:
        raise CorridorError(
            "FORM-EMPTY",
            "The file has no rows.",
            why="There is nothing to compute.",
            todo=f"Fill in a row; corridor template {layout.name} writes an empty form.",
            file=name,
        )
    warnings = [*staged.warnings]
    if staged.unknown:
        warnings.append(f"{name}: not known and ignored: {', '.join(staged.unknown)}")
    return Form(
        name,
        layout,
        [rows[at] for at in filled],
        [int(found[at][0]) - header_lines for at in filled],
        staged.absent,
        warnings,
    )


def _as_csv(path: Path, scratch: Path) -> Path:
    """Records of a JSON file (a list, or a list under rows) as a CSV file beside it."""
    try:
        loaded: Any = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _bad_json(path, "The file is not JSON that can be read.") from error
    records = loaded.get("rows") if isinstance(loaded, dict) else loaded
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise _bad_json(path, "The file holds no list of records.")
    names = list(dict.fromkeys(str(name) for record in records for name in record))
    made = scratch / "records.csv"
    with made.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(names)
        for record in records:
            writer.writerow(_cell(record.get(name)) for name in names)
    return made


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return "" if value is None else value


def _bad_json(path: Path, what: str) -> CorridorError:
    return CorridorError(
        "FORM-JSON",
        what,
        todo="Give a list of flat objects, or an object with such a list under rows.",
        file=path.name,
    )
