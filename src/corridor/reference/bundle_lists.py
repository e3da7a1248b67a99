"""CMS's shadow-bundle workbooks as one table: codes that open an episode, codes that stay out of it."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.tabular import Found
from corridor.errors import CorridorError

_NAME = re.compile(r"(trigger_list|medical_code_lists)\.xlsx$", re.IGNORECASE)
HEADER = ("definition_set", "code_use", "category", "code")
# Sheet -> the use of its codes, the name of the column that holds them.
_TRIGGERS = {
    "IP_Anchor_Episode_List": ("trigger_drg", "MS-DRG"),
    "OP_Anchor_Episode_List": ("trigger_hcpcs", "HCPCS"),
}
_EXCLUDED = {
    "Excluded_Readmissions": ("readmission_drg", "DRG Code"),
    "Excluded_MDC": ("excluded_mdc", "MDC"),
    "Excluded_Part_B_Drugs": ("part_b_drug", "HCPCS"),
    "Hemophilia_Codes": ("clotting_factor", "Code"),
    "Excluded_HCPCS_Cardiac_Rehab": ("cardiac_rehab", "HCPCS"),
    "Excluded_OCM_PBPM": ("other_payment", "Code"),
    "Excluded_EOM_PBPM": ("other_payment", "Code"),
}
_ORDER, _GROUP = "Initial Sort Order", "Episode Group Name"


def readable(found: Found, scratch: Path) -> Found:
    """The file itself, or CMS's workbook of bundles rewritten with the header of its reference.

    Raises BUNDLE-LIST for a workbook of that name without the sheets it is known by.
    """
    if not _NAME.search(found.name):
        return found
    import openpyxl

    try:
        book = openpyxl.load_workbook(found.path, read_only=True, data_only=True)
    except Exception as error:
        raise _refused(found, "It is no workbook that can be opened") from error
    rows = sorted(set(_rows(book, found)))
    if not rows:
        raise _refused(found, "It has none of the sheets it is known by")
    path = Path(tempfile.mkdtemp(prefix="bundles-", dir=scratch)) / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(HEADER)
        writer.writerows(("shadow_bundles", *row) for row in rows)
    return Found(path, found.name)


def _rows(book: Any, found: Found) -> Iterator[tuple[str, str, str]]:
    for sheet, (use, title) in {**_TRIGGERS, **_EXCLUDED}.items():
        if sheet not in book.sheetnames:
            continue
        lines = [[_text(cell) for cell in line] for line in book[sheet].iter_rows(values_only=True)]
        start, at, group = _header(lines, title, found)
        for line in lines[start:]:
            code = line[at] if at < len(line) else ""
            if not code or not line[1].isdigit():
                continue
            # CMS's own name, with its setting: IP-, OP- and MS- (both) are categories of their own
            category = line[group] if sheet in _TRIGGERS and group is not None else ""
            yield use, category, code


def _header(lines: Sequence[Sequence[str]], title: str, found: Found) -> tuple[int, int, int | None]:
    """Where the rows begin, the place of the codes, that of the group; the header takes two lines."""
    for number, line in enumerate(lines):
        if _ORDER not in line:
            continue
        below = lines[number + 1] if number + 1 < len(lines) else []
        group = line.index(_GROUP) if _GROUP in line else None
        if title in line:
            return number + 1, line.index(title), group
        if title in below:
            return number + 2, list(below).index(title), group
    raise _refused(found, f"A sheet has no column {title!r}")


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _refused(found: Found, what: str) -> CorridorError:
    return CorridorError(
        "BUNDLE-LIST",
        f"{what}.",
        why="It has the name of a workbook of CMS's shadow bundles, but not its content.",
        todo="Take the workbook out of CMSgov/CMMI-shadow-bundles again, unchanged.",
        file=found.name,
    )
