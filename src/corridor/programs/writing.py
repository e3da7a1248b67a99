"""Results as a file to hand on: Excel, CSV or Parquet, one record a row."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

SUFFIXES = (".xlsx", ".csv", ".parquet", ".json")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

Records = Sequence[Mapping[str, Any]]


def write_results(path: Path, sheets: Mapping[str, Records]) -> None:
    """Write records. Excel gets a sheet for each entry, the other formats the first one only.

    Raises DOOR-OUTPUT where the ending of the name is not known or the folder does not exist.
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
        _write_workbook(path, sheets)
    elif suffix == ".csv":
        _write_csv(path, first)
    elif suffix == ".json":
        path.write_text(json.dumps(list(first), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    else:
        _write_parquet(path, first)


def _names(records: Records) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _write_csv(path: Path, records: Records) -> None:
    names = _names(records)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(names)
        for record in records:
            writer.writerow(_safe(_cell(record.get(name))) for name in names)


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is written with a leading quotation mark."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _write_workbook(path: Path, sheets: Mapping[str, Records]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for title, records in sheets.items():
            sheet = book.add_worksheet(title)
            names = _names(records)
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(names):
                sheet.write_string(0, column, name, bold)
                sheet.set_column(column, column, max(12, min(40, len(name) + 2)))
            for line, record in enumerate(records, start=1):
                for column, name in enumerate(names):
                    value = _cell(record.get(name))
                    if value is not None:
                        sheet.write(line, column, value)


def _write_parquet(path: Path, records: Records) -> None:
    import duckdb
    import numpy as np

    names = _names(records)
    columns: dict[str, Any] = {}
    for name in names:
        values = [_cell(record.get(name)) for record in records]
        numbers = all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values)
        if numbers and any(v is not None for v in values):
            columns[name] = np.array([np.nan if v is None else float(v) for v in values])
        else:
            columns[name] = np.array([None if v is None else str(v) for v in values], dtype=object)
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
    chosen = ", ".join(
        f"case when isnan({q}) then null else {q} end as {q}" if columns[n].dtype.kind == "f"
        else f"cast({q} as varchar) as {q}"
        for n, q in quoted.items()
    )  # fmt: skip
    target = str(path).replace("'", "''")
    with duckdb.connect() as con:
        con.register("results", columns)
        con.execute(f"copy (select {chosen} from results) to '{target}' (format parquet)")
