"""Where a service is priced: ZIP codes to localities (ZIP5, ZIP9), and localities to counties (yyLOCCO)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corridor.errors import CorridorError
from corridor.reference.pfs_checks import check_localities, figures
from corridor.reference.pfs_sheet import (
    RELEASES,
    Edition,
    Said,
    Sheet,
    agreed,
    all_rows,
    bad_row,
    header_of,
    needed_year,
    padded,
    said_by_name,
    text_lines,
    written,
)

ZIP5_HEADER = ("zip_code", "state", "mac", "locality", "rural_indicator", "plus_four", "period")
ZIP9_HEADER = ("zip_code", "plus_four_digits", "mac", "locality", "rural_indicator", "period")
COUNTY_HEADER = ("year", "mac", "locality", "county", "state", "area")
# state, ZIP code, carrier, locality, rural indicator, flag, +4 digits, year and quarter (CMS's layouts)
_RECORD = re.compile(r"([A-Z]{2})(\d{5})(\d{5})(\d{2})([ RB]).{5}([01])(.{4}).{50}(20\d\d[1-4])", re.ASCII)
_WORKBOOK = {
    "state": ("STATE",),
    "zip_code": ("ZIP CODE", "ZIP"),
    "mac": ("CARRIER",),
    "locality": ("LOCALITY", "PRICING LOCALITY"),
    "rural": ("RURAL IND", "RURAL INDICATOR"),
    "flag": ("PLUS 4 FLAG", "PLUS FOUR FLAG"),
    "period": ("YEAR QTR", "YEAR QUARTER"),
}
_COUNTIES = {
    "mac": ("MEDICARE ADMIN*", "CONTRACTOR", "CARRIER*"),
    "locality": ("LOCALITY NUMBER", "LOCALITY"),
    "state": ("STATE",),
    "area": ("FEE SCHEDULE AREA*",),
    "counties": ("COUNTIES",),
}
_AGAIN = "Fetch the file from CMS again and add it unchanged."


# ---- ZIP codes -------------------------------------------------------------------------------------


def _first_records(sheet: Sheet) -> list[re.Match[str]]:
    records = [line for line in sheet.lines if line.strip()][:5]
    found = [match for line in records if (match := _RECORD.fullmatch(line))]
    return found if len(found) == len(records) else []


def is_zip9(sheet: Sheet) -> bool:
    """Whether a file is ZIP9: records of 80 characters with four more digits of the ZIP code."""
    found = _first_records(sheet)
    return bool(found) and all(match[7].isdigit() for match in found)


def is_zip5(sheet: Sheet) -> bool:
    """Whether a file is ZIP5: records of 80 characters, or a workbook of the same columns."""
    found = _first_records(sheet)
    return bool(found) or header_of(sheet, _WORKBOOK) is not None


def read_zip5(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_zip_locality``.

    Errors: PFS-ROW, PFS-CONTRADICTION, PFS-ZIP, PFS-LOCALITIES.
    """
    rows: dict[str, tuple[str, ...]] = {}
    for line, cells in _zip_rows(sheet):
        state, code, mac, locality, rural, flag, _, period = cells
        if code in rows:
            raise bad_row(sheet, line, "ZIP CODE", f"ZIP code {code} stands twice")
        rows[code] = (code, state, mac, locality, rural.strip(), "true" if flag == "1" else "false", period)
    period = _one_period(sheet, {row[-1] for row in rows.values()}, user)
    year = int(period[:4])
    count = _check_zip_count(sheet, period, len(rows))
    places = check_localities(sheet, year, {(row[2], row[3]) for row in rows.values()})
    found, content, _ = written(sheet, scratch, ZIP5_HEADER, rows.values())
    notes = {"checked": f"{count}; {places.text}"}
    vintage = f"{period[:4]}Q{period[4]}"
    return Edition(found, "pfs_zip_locality", vintage, year, content, notes, places.warnings)


def read_zip9(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_zip9_locality``. Errors: PFS-ROW, PFS-CONTRADICTION."""
    periods: set[str] = set()

    def lines() -> Iterator[Sequence[str]]:
        for line, (_, code, mac, locality, rural, _, four, period) in _zip_rows(sheet):
            if not four.isdigit():
                raise bad_row(sheet, line, "PLUS FOUR", "The record has no four digits behind the ZIP code")
            periods.add(period)
            yield code, four, mac, locality, rural.strip(), period

    found, content, count = written(sheet, scratch, ZIP9_HEADER, lines())
    period = _one_period(sheet, periods, user)
    notes = {"checked": f"{count:,} ZIP codes of nine digits"}
    vintage = f"{period[:4]}Q{period[4]}"
    return Edition(found, "pfs_zip9_locality", vintage, int(period[:4]), content, notes)


def _zip_rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[str]]]:
    table = header_of(sheet, _WORKBOOK)
    if table is None:
        for line, text in enumerate(text_lines(sheet.found), start=1):
            match = _RECORD.fullmatch(text)
            if match:
                yield line, match.groups()
            elif text.strip("\x1a "):
                raise bad_row(
                    sheet, line, "(record)", "The record is not one of 80 characters by CMS's layout"
                )
        return
    below, places = table
    for line, cells in all_rows(sheet, below):
        cell = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        text = (
            f"{cell['state']}{padded(cell['zip_code'], 5)}{padded(cell['mac'], 5)}"
            f"{padded(cell['locality'], 2)}{cell['rural'] or ' '}{'':5}{cell['flag']}{'':54}{cell['period']}"
        )
        match = _RECORD.fullmatch(text)
        if match is None:
            raise bad_row(sheet, line, "(row)", "The row is not a ZIP code with its carrier and locality")
        yield line, match.groups()


def _one_period(sheet: Sheet, periods: set[str], user: Said) -> str:
    """The year and quarter (YYYYQ) that every record states, and nothing else contradicts."""
    if len(periods) != 1:
        raise CorridorError(
            "PFS-ZIP",
            f"The records are of {len(periods)} quarters: {', '.join(sorted(periods)[:4])}.",
            why="A ZIP code file is of one quarter.",
            todo=_AGAIN,
            file=sheet.found.name,
            field="YEAR/QUARTER",
        )
    period = periods.pop()
    named = said_by_name(sheet.found.name)
    quarters = {release: place for place, release in enumerate(RELEASES.values(), start=1)}
    said = [("its name", named), ("--vintage", user)]
    agreed(sheet, "year", [("its records", int(period[:4])), *((who, one.year) for who, one in said)])
    agreed(
        sheet,
        "quarter",
        [("its records", int(period[4])), *((who, quarters.get(one.release or "")) for who, one in said)],
    )
    return period


def _check_zip_count(sheet: Sheet, period: str, count: int) -> str:
    known = figures("pfs_places")
    fixed = known["zip5_rows"].get(int(period))
    least, most = (
        (fixed, fixed) if fixed else (known["zip5_plausible"]["least"], known["zip5_plausible"]["most"])
    )
    if not least <= count <= most:
        raise CorridorError(
            "PFS-ZIP",
            f"The file has {count:,} ZIP codes; that of {period} has "
            + (f"{fixed:,}." if fixed else f"{least:,} to {most:,}."),
            why="It was cut, or is a selection: services at the missing ZIP codes would have no locality.",
            todo=_AGAIN,
            file=sheet.found.name,
        )
    return f"{count:,} ZIP codes"


# ---- counties --------------------------------------------------------------------------------------


def is_counties(sheet: Sheet) -> bool:
    """Whether a file is the list of the counties of each locality."""
    return header_of(sheet, _COUNTIES) is not None


def read_counties(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_locality_county``: one a county named, or a phrase such as ALL COUNTIES.

    The state stands on the first row of its block only. Errors: PFS-ROW, PFS-CONTRADICTION, PFS-LOCALITIES,
    REFERENCE-YEAR.
    """
    table = header_of(sheet, _COUNTIES)
    assert table is not None
    titled = re.search(r"IN (20\d\d) LOCALITIES", sheet.title, re.IGNORECASE)
    said = [
        ("its name", said_by_name(sheet.found.name).year),
        ("its heading", int(titled[1]) if titled else None),
        ("--vintage", user.year),
    ]
    year = needed_year(sheet, agreed(sheet, "year", said))
    rows = list(dict.fromkeys(_county_rows(sheet, *table, year)))
    places = check_localities(sheet, year, {(row[1], row[2]) for row in rows})
    found, content, _ = written(sheet, scratch, COUNTY_HEADER, rows)
    notes = {"checked": places.text}
    return Edition(found, "pfs_locality_county", str(year), year, content, notes, places.warnings)


def _county_rows(
    sheet: Sheet, below: int, places: dict[str, int], year: int
) -> Iterator[tuple[str, str, str, str, str, str]]:
    state = ""
    for line, cells in all_rows(sheet, below):
        filled = [cell for cell in cells if cell]
        if len(filled) <= 1:
            continue  # a spacer, or the footnote
        cell = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        mac, locality = padded(cell["mac"], 5), padded(cell["locality"], 2)
        if not re.fullmatch(r"\d{5}", mac) or not re.fullmatch(r"\d{2}", locality):
            raise bad_row(sheet, line, "MAC", "The row does not begin with a MAC and a locality number")
        state = cell["state"] or state
        if not state or not cell["counties"]:
            raise bad_row(sheet, line, "COUNTIES", f"Locality {mac}-{locality} has no state or no counties")
        for county, of_state in counties_of(cell["counties"], state):
            yield str(year), mac, locality, county, of_state, cell["area"].rstrip("* ")


def counties_of(text: str, state: str) -> list[tuple[str, str]]:
    """(county, state) of a list such as "CLAY, JACKSON AND PLATTE"; a phrase with EXCEPT stays whole.

    The District of Columbia's locality names counties of its neighbours: "ARLINGTON IN VIRGINIA".
    """
    found: list[tuple[str, str]] = []
    for part in text.split(";"):
        inside = re.search(r"^(.*) IN ([A-Z ]+)$", part.strip())
        names, of_state = (inside[1], inside[2]) if inside else (part.strip(), state)
        whole = [names] if "EXCEPT" in names else re.split(r",\s*(?:AND\s+)?|/|\s+AND\s+", names)
        for name in whole:
            county = re.sub(r"\s+CNTY$", "", name.strip())
            if county:
                found.append((county, of_state))
    return found
