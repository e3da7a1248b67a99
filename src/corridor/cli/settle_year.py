"""Before a door settles: the year that is asked for, and whether the model has such a year at all."""

from __future__ import annotations

import codecs
import csv
import json
from pathlib import Path
from typing import Any

COLUMN = "performance_year"
LOOKED_AT = 1000  # rows; a file is of one year
SEPARATORS = ",;\t|"  # those a form may have


def refuse_ended_model(
    program: str, file: Path, year: int | None, overrides: list[str], config: Path | None
) -> None:
    """Refuse a year the program's model does not have: of --year, else of the file, else of the settings.

    Raises MODEL-NOT-BEGUN and MODEL-ENDED. What the file itself cannot be read for, its door says.
    """
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.programs.models.life import refuse_ended
    from corridor.settings import load_settings

    settings = load_settings(config)
    asked = year if year is not None else year_of_file(file)
    asked = settings.year if asked is None else asked
    if asked is None or asked < 1000:  # numbered from one: the door knows which year that is
        return
    given = {**settings.overrides, **stated_overrides(overrides)}
    own = {name: value for name, value in given.items() if name.startswith("models.")}
    refuse_ended(program, asked, load_rules(["models"], as_known_on=settings.as_known_on, overrides=own))


def year_of_file(file: Path) -> int | None:
    """The latest performance year the first rows of a file name; None where it names none or is no table."""
    try:
        found = [int(float(text)) for text in _cells(file) if text.strip()]
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError, csv.Error):
        return None
    return max(found, default=None)


def _cells(file: Path) -> list[str]:
    suffix = file.suffix.lower()
    if suffix == ".json":
        loaded = json.loads(file.read_bytes())
        records = loaded["rows"] if isinstance(loaded, dict) else loaded
        return [str(one.get(COLUMN) or "") for one in records[:LOOKED_AT]]
    if suffix == ".xlsx":
        return _of_sheet(file)
    if suffix == ".parquet":
        import duckdb

        query = f"select {COLUMN} from read_parquet($1) limit {LOOKED_AT}"
        try:
            return [str(row[0] or "") for row in duckdb.execute(query, [str(file)]).fetchall()]
        except duckdb.Error:
            return []
    with file.open(encoding=_encoding(file), newline="") as text:
        lines = [line for line, _ in zip(text, range(LOOKED_AT), strict=False)]
    for separator in SEPARATORS:
        found = _column(list(csv.reader(lines, delimiter=separator)))
        if found:
            return found
    return []


def _encoding(file: Path) -> str:
    """By the mark at its beginning; figures and this heading are ASCII in any other."""
    with file.open("rb") as raw:
        start = raw.read(3)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-8-sig" if start == codecs.BOM_UTF8 else "latin-1"


def _of_sheet(file: Path) -> list[str]:
    import zipfile

    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except zipfile.BadZipFile:
        return []
    try:
        sheet: Any = book.worksheets[0]
        rows = sheet.iter_rows(max_row=LOOKED_AT, values_only=True)
        return _column([["" if cell is None else str(cell) for cell in row] for row in rows])
    finally:
        book.close()


def _column(rows: list[list[str]]) -> list[str]:
    """The cells below the heading of the column, which need not stand on the first line."""
    for line, row in enumerate(rows):
        names = [cell.strip().lstrip("\ufeff").lower().replace(" ", "_") for cell in row]
        if COLUMN in names:
            at = names.index(COLUMN)
            below = [one[at] for one in rows[line + 1 :] if at < len(one)]
            return [cell for cell in below if cell.replace(".0", "").strip().isdigit()]
    return []
