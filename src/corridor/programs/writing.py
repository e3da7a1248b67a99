"""Results as a file to hand on: Excel, CSV or Parquet, one record a row."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

SUFFIXES = (".xlsx", ".csv", ".parquet", ".json")
_SHEET_NAME = 31  # Excel takes no longer one
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

Records = Sequence[Mapping[str, Any]]


def write_results(path: Path, sheets: Mapping[str, Records], columns: Sequence[str] = ()) -> None:
    """Write records. Excel gets a sheet for each entry, the other formats the first one only.

    ``columns`` are the columns of the first one, for a file without a row. Raises DOOR-OUTPUT where the
    ending of the name is not known or the folder does not exist.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CorridorError(
            "DOOR-OUTPUT",
            f"The ending {suffix!r} is not one that can be written.",
            todo=f"Name a file that ends in {', '.join(SUFFIXES)}.",
            file=path,
        )
    if not path.resolve().parent.is_dir():
        raise CorridorError("DOOR-OUTPUT", "The folder does not exist.", todo="Make it first.", file=path)
    first = next(iter(sheets.values()))
    if suffix == ".xlsx":
        _write_workbook(path, sheets, columns)
    elif suffix == ".csv":
        _write_csv(path, first, columns)
    elif suffix == ".json":
        text = json.dumps([plain(record) for record in first], ensure_ascii=False, indent=1, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")
    else:
        _write_parquet(path, first, columns)


def plain(value: Any) -> Any:
    """JSON's own types: a decimal is a number, a day its ISO text, what is no number is null."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _names(records: Records, columns: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record)) or list(columns)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(plain(value), ensure_ascii=False)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_csv(path: Path, records: Records, columns: Sequence[str]) -> None:
    names = _names(records, columns)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(names)
        for record in records:
            writer.writerow(_safe(_cell(record.get(name))) for name in names)


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is written with a leading quotation mark."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _write_workbook(path: Path, sheets: Mapping[str, Records], columns: Sequence[str]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for place, (title, records) in enumerate(sheets.items()):
            sheet = book.add_worksheet(title[:_SHEET_NAME])
            names = _names(records, () if place else columns)
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(names):
                sheet.write_string(0, column, name, bold)
                sheet.set_column(column, column, max(12, min(40, len(name) + 2)))
            for line, record in enumerate(records, start=1):
                for column, name in enumerate(names):
                    value = _cell(record.get(name))
                    if value is not None:
                        sheet.write(line, column, value)


def _write_parquet(path: Path, records: Records, columns: Sequence[str]) -> None:
    import duckdb
    import numpy as np

    names = _names(records, columns)
    if not names:
        names = ["nothing"]
    arrays: dict[str, Any] = {}
    chosen = []
    for name in names:
        values = [_cell(record.get(name)) for record in records]
        kind = _kind(values)
        quoted = '"' + name.replace('"', '""') + '"'
        if kind == "double":
            arrays[name] = np.array([np.nan if v is None else float(v) for v in values], dtype=float)
            chosen.append(f"case when isnan({quoted}) then null else {quoted} end as {quoted}")
        else:
            arrays[name] = np.array([None if v is None else str(v) for v in values], dtype=object)
            chosen.append(f"cast({quoted} as {kind}) as {quoted}")
    target = str(path).replace("'", "''")
    with duckdb.connect() as con:
        con.register("results", arrays)
        con.execute(f"copy (select {', '.join(chosen)} from results) to '{target}' (format parquet)")


def _kind(values: Sequence[Any]) -> str:
    """The type of a column: that of all its values, else text."""
    present = [value for value in values if value is not None]
    if not present:
        return "varchar"
    if all(isinstance(value, bool) for value in present):
        return "boolean"
    if all(isinstance(value, int) and not isinstance(value, bool) for value in present):
        return "bigint"
    if all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in present):
        return "double"
    return "date" if all(type(value) is date for value in present) else "varchar"
