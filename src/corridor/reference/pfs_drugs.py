"""Payment limits of Part B drugs (ASP), by quarter, and base units of anesthesia codes, by year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corridor.errors import CorridorError
from corridor.reference.pfs_checks import figures
from corridor.reference.pfs_sheet import (
    RELEASES,
    Edition,
    Said,
    Sheet,
    agreed,
    all_rows,
    bad_row,
    header_of,
    label,
    needed_release,
    needed_year,
    number,
    padded,
    said_by_name,
    written,
)

PRICE_HEADER = ("quarter", "hcpcs_code", "payment_limit", "dosage")
UNIT_HEADER = ("year", "hcpcs_code", "base_units")
_PRICE = {
    "code": ("HCPCS CODE", "HCPCS"),
    "dosage": ("HCPCS CODE DOSAGE", "DOSAGE"),
    "limit": ("PAYMENT LIMIT",),
}
_UNITS = {"code": ("CODE", "CPT CODE", "HCPCS CODE", "HCPCS", "CPT"), "units": ("*BASE UNIT*",)}
_UNIT_LINE = re.compile(r"(\d{3,5})[\s,|]+(\d{1,2})")
_QUARTER = {"A": 1, "AR": 1, "B": 2, "C": 3, "D": 4}
_EFFECTIVE = re.compile(r"EFFECTIVE\D{0,20}\b(JANUARY|APRIL|JULY|OCTOBER) 1 (20\d\d)")


# ---- drug prices -----------------------------------------------------------------------------------


def is_drug_prices(sheet: Sheet) -> bool:
    """Whether a file is that of ASP payment limits, by its header."""
    return header_of(sheet, _PRICE) is not None


def read_drug_prices(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.asp_price``: dollars for the dosage; codes without a limit are left out.

    Errors: PFS-ROW, PFS-ASP, PFS-CONTRADICTION, REFERENCE-YEAR, PFS-RELEASE.
    """
    name, titled = said_by_name(sheet.found.name), _EFFECTIVE.search(label(sheet.title))
    heading = Said(int(titled[2]), RELEASES[titled[1][:3]]) if titled else Said()
    said = [("its name", name), ("its heading", heading), ("--vintage", user)]
    year = needed_year(sheet, agreed(sheet, "year", [(who, one.year) for who, one in said]))
    release = needed_release(sheet, agreed(sheet, "quarter", [(who, one.release) for who, one in said]))
    quarter = f"{year}Q{_QUARTER[release]}"
    table = header_of(sheet, _PRICE)
    assert table is not None
    below, places = table
    seen: dict[str, int] = {}
    without = 0
    rows: list[Sequence[str]] = []
    for line, cells in all_rows(sheet, below):
        cell = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
        code = padded(cell["code"], 5)
        if not re.fullmatch(r"[A-Z0-9]{5}", code):
            if sum(1 for text in cells if text) <= 1:
                continue  # a note below the table
            raise bad_row(sheet, line, "HCPCS Code", f"{cell['code']!r} is not a code of five characters")
        if not cell["limit"] or cell["limit"].upper() in ("N/A", "NA"):
            without += 1
            continue
        if code in seen:
            raise bad_row(sheet, line, "HCPCS Code", f"Code {code} stands on lines {seen[code]} and {line}")
        seen[code] = line
        rows.append(
            (quarter, code, str(number(cell["limit"], 3, sheet, line, "Payment Limit")), cell["dosage"])
        )
    least = int(figures("pfs_places")["asp_rows"]["least"])
    if len(rows) < least:
        raise CorridorError(
            "PFS-ASP",
            f"The file has payment limits of {len(rows):,} codes; CMS's has more than {least:,}.",
            why="It was cut, or is a selection: drugs left out would seem to have no limit.",
            todo="Fetch the file from CMS again and add it unchanged.",
            file=sheet.found.name,
        )
    found, content, count = written(sheet, scratch, PRICE_HEADER, rows)
    notes = {"checked": f"{count:,} payment limits; {without:,} codes without one"}
    return Edition(found, "asp_price", quarter, year, content, notes)


# ---- anesthesia base units -------------------------------------------------------------------------


def is_base_units(sheet: Sheet) -> bool:
    """Whether a file is that of anesthesia base units: codes 00100 to 01999, each with a number."""
    if header_of(sheet, _UNITS) is not None:
        return True
    texts = ["\t".join(cells) for _, cells in sheet.cells]
    records = [text for text in texts if re.match(r"\d{3,5}\s", text)]
    titled = any("BASE" in text.upper() for text in texts[:8])
    return titled and len(records) > len(texts) // 2 and all(_UNIT_LINE.fullmatch(text) for text in records)


def read_base_units(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.anesthesia_base_unit``.

    Errors: PFS-ROW, PFS-UNITS, REFERENCE-YEAR, PFS-CONTRADICTION.
    """
    titled = re.search(r"(?<!\d)(20\d\d)(?!\d)", sheet.title)
    said = [
        ("its name", said_by_name(sheet.found.name).year),
        ("its heading", int(titled[1]) if titled else None),
        ("--vintage", user.year),
    ]
    year = needed_year(sheet, agreed(sheet, "year", said))
    rows = dict(_unit_rows(sheet))
    least = int(figures("pfs_places")["base_unit_rows"]["least"])
    if len(rows) < least:
        raise CorridorError(
            "PFS-UNITS",
            f"The file has base units of {len(rows)} codes; CMS's has more than {least}.",
            why="It was cut, or is a selection: anesthesia left out would have no price.",
            todo="Fetch the file from CMS again and add it unchanged.",
            file=sheet.found.name,
        )
    lines = ((str(year), code, units) for code, units in rows.items())
    found, content, count = written(sheet, scratch, UNIT_HEADER, lines)
    notes = {"checked": f"{count} codes"}
    return Edition(found, "anesthesia_base_unit", str(year), year, content, notes)


def _unit_rows(sheet: Sheet) -> Iterator[tuple[str, str]]:
    table = header_of(sheet, _UNITS)
    if table is None:  # two columns under a name that stands on several lines
        for line, cells in all_rows(sheet):
            text = "\t".join(cells).rstrip("\t")
            match = _UNIT_LINE.fullmatch(text)
            if match:
                yield padded(match[1], 5), match[2]
            elif re.match(r"\d{5}", text):
                raise bad_row(sheet, line, "(record)", "The record is not a code and its base units")
        return
    below, places = table
    for line, cells in all_rows(sheet, below):
        cell = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
        code = padded(cell["code"], 5)
        if re.fullmatch(r"0\d{4}", code) and re.fullmatch(r"\d{1,2}(\.0+)?", cell["units"]):
            yield code, cell["units"].split(".")[0]
        elif re.fullmatch(r"\d{5}", code):
            raise bad_row(sheet, line, "Base Units", f"The base units of {code} read {cell['units']!r}")
