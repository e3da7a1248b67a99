"""Rows of an Excel workbook as text, the way a CSV would hold them."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from corridor.engine.tabular.gather import Found
from corridor.errors import CorridorError


def is_workbook(path: Path) -> bool:
    """Whether the bytes are an .xlsx, whatever the name."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def workbook_rows(
    file: Found, only: str | None = None, limit: int | None = None
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """(sheet, its (row, cells)) for every sheet, or ``only`` one; blank rows are left out.

    ``limit`` stops after so many rows of a sheet. Error: TABULAR-WORKBOOK.
    """
    from openpyxl import load_workbook

    _refuse_uncalculated(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file.path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise _unreadable(file) from error
    try:
        for sheet in book.worksheets:
            if only is None or sheet.title == only:
                yield str(sheet.title), _rows(sheet, limit, file)
    finally:
        book.close()


# A cell that holds a formula and no value: whoever wrote the workbook never calculated it.
_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)


def _refuse_uncalculated(file: Found) -> None:
    """A formula without its value would read as a blank cell, and a blank cell means something else."""
    with zipfile.ZipFile(file.path) as archive:
        for member in sorted(archive.namelist()):
            if not member.startswith("xl/worksheets/") or not member.endswith(".xml"):
                continue
            found = _UNCALCULATED.search(archive.read(member))
            if found:
                raise CorridorError(
                    "TABULAR-FORMULA",
                    f"Cell {found[1].decode()}{found[2].decode()} holds a formula that was never calculated.",
                    why="A workbook keeps the last value beside each formula; what wrote this one did not.",
                    todo="Open it in a spreadsheet program and save it, or write values instead of formulas.",
                    file=file.name,
                    line=int(found[2]),
                    field=found[1].decode(),
                )


def _rows(sheet: Any, limit: int | None, file: Found) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, row in enumerate(sheet.iter_rows(max_row=limit), start=1):
            cells = [_text(cell.value, getattr(cell, "number_format", "")) for cell in row]
            if any(cells):
                yield number, cells
    except CorridorError:
        raise
    except Exception as error:
        raise _unreadable(file) from error


def _text(value: Any, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.isoformat(sep=" ", timespec="seconds")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        if "%" in (number_format or ""):
            return f"{value * 100:.12g}%"
        return str(int(value)) if float(value).is_integer() else repr(value)
    return str(value).strip()


def _unreadable(file: Found) -> CorridorError:
    return CorridorError(
        "TABULAR-WORKBOOK",
        "The workbook cannot be read.",
        why="It is damaged, or locked with a password.",
        todo="Open it in Excel and save it again as .xlsx without a password, or save the sheet as CSV.",
        file=file.name,
    )
