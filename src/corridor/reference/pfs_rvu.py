"""PPRRVU, the national relative value file: CSV, workbook and text of fixed width, 2020 on.

Columns of a CSV are found by their names, which stand stacked over up to five lines; where the lines above
the last were taken away, by the order CMS keeps (31 columns, 32 where a PRIC IND stands among them).
Descriptions are the property of the AMA and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from corridor.errors import CorridorError
from corridor.reference.pfs_checks import check_relative_values, variant_of_factor
from corridor.reference.pfs_sheet import (
    FIRST_MONTH,
    Edition,
    Said,
    Sheet,
    agreed,
    all_rows,
    bad_row,
    label,
    needed_release,
    needed_year,
    number,
    padded,
    said_by_name,
    said_by_title,
    text_lines,
    written,
)

# Columns of the table -> their names in CMS's file, line under line.
NAMES = {
    "hcpcs_code": "HCPCS",
    "modifier": "MOD",
    "status_code": "STATUS CODE",
    "work_rvu": "WORK RVU",
    "non_facility_pe_rvu": "NON FAC PE RVU",
    "non_facility_na": "NON FAC NA INDICATOR",
    "facility_pe_rvu": "FACILITY PE RVU",
    "facility_na": "FACILITY NA INDICATOR",
    "mp_rvu": "MP RVU",
    "non_facility_total": "NON FACILITY TOTAL",
    "facility_total": "FACILITY TOTAL",
    "pctc_indicator": "PCTC IND",
    "global_days": "GLOB DAYS",
    "pre_op": "PRE OP",
    "intra_op": "INTRA OP",
    "post_op": "POST OP",
    "multiple_procedure_indicator": "MULT PROC",
    "bilateral_indicator": "BILAT SURG",
    "assistant_indicator": "ASST SURG",
    "co_surgeon_indicator": "CO SURG",
    "team_indicator": "TEAM SURG",
    "endoscopic_base_code": "ENDO BASE",
    "conversion_factor": "CONV FACTOR",
    "physician_supervision": "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES",
    "imaging_family": "DIAGNOSTIC IMAGING FAMILY INDICATOR",
    "opps_non_facility_pe_rvu": "NON FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "opps_facility_pe_rvu": "FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "opps_mp_rvu": "MP USED FOR OPPS PAYMENT AMOUNT",
}
HEADER = ("year", "release", "variant", "valid_from", *NAMES)
_LAST_LINE = tuple(
    f"HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,"
    f"{'OP,' * 3}"
    f"PROC,{'SURG,' * 4}BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT".split(",")
)
_PRICING_INDICATOR = 23  # where 2026 puts the PRIC IND into that order
# 1-based first and last column of the text form (CMS, RVU file documentation)
_PLACES = {
    "hcpcs_code": (1, 5),
    "modifier": (6, 7),
    "status_code": (58, 58),
    "work_rvu": (60, 65),
    "non_facility_pe_rvu": (67, 72),
    "non_facility_na": (73, 74),
    "facility_pe_rvu": (76, 81),
    "facility_na": (82, 83),
    "mp_rvu": (85, 89),
    "non_facility_total": (91, 96),
    "facility_total": (97, 102),
    "pctc_indicator": (103, 103),
    "global_days": (104, 106),
    "pre_op": (107, 109),
    "intra_op": (110, 112),
    "post_op": (113, 115),
    "multiple_procedure_indicator": (116, 116),
    "bilateral_indicator": (117, 117),
    "assistant_indicator": (118, 118),
    "co_surgeon_indicator": (119, 119),
    "team_indicator": (120, 120),
    "endoscopic_base_code": (128, 132),
    "conversion_factor": (133, 140),
    "physician_supervision": (142, 143),
    "imaging_family": (146, 147),
    "opps_non_facility_pe_rvu": (152, 157),
    "opps_facility_pe_rvu": (159, 164),
    "opps_mp_rvu": (166, 171),
}
_DECIMALS = {name: 2 for name in NAMES if name.endswith(("_rvu", "_total"))}
_SHARES = ("pre_op", "intra_op", "post_op")
_DECIMALS |= {**dict.fromkeys(_SHARES, 2), "conversion_factor": 4}
_INDICATORS = tuple(name for name in NAMES if name.endswith("_indicator") or name == "imaging_family")
_CODE = re.compile(r"[A-Z0-9]{5}")
_FIXED = re.compile(r"[A-Z0-9]{5}.{52}[A-Z] .{82,}")


def is_relative_values(sheet: Sheet) -> bool:
    """Whether a file is PPRRVU: by its HCPCS line, or the records of its text form."""
    return _header_at(sheet) is not None or _is_fixed(sheet)


def _header_at(sheet: Sheet) -> int | None:
    for place, (_, cells) in enumerate(sheet.cells):
        if len(cells) > 10 and [label(cell) for cell in cells[:3]] == ["HCPCS", "MOD", "DESCRIPTION"]:
            return place
    return None


def _is_fixed(sheet: Sheet) -> bool:
    records = [line for line in sheet.lines if line.strip() and not line.startswith("HDR")]
    return bool(records) and all(_FIXED.fullmatch(line) for line in records[:5])


def read_relative_values(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_rvu``.

    A year that only the files beside it state (``beside``) is not enough here. Errors: PFS-COLUMNS, PFS-ROW,
    PFS-CONTRADICTION, PFS-RELEASE, PFS-VARIANT, REFERENCE-YEAR and those of ``check_relative_values``.
    """
    rows = list(_fixed_rows(sheet) if _is_fixed(sheet) else _table_rows(sheet))
    name, title = said_by_name(sheet.found.name), said_by_title(sheet.title)
    title = Said() if _is_fixed(sheet) else title  # the years in an HDR line are those of copyrights
    year = needed_year(
        sheet,
        agreed(
            sheet,
            "year",
            [("its name", name.year), ("its heading", title.year), ("--vintage", user.year)],
        ),
    )
    release = needed_release(sheet, _agreed_release(sheet, name, title, user))
    variant = _variant(sheet, year, release, (name, title, user), rows)
    checked = check_relative_values(sheet, year, release, variant, rows)
    first = f"{year}-{FIRST_MONTH[release]:02d}-01"
    lines = ((str(year), release, variant, first, *(row[column] for column in NAMES)) for _, row in rows)
    found, content, _ = written(sheet, scratch, HEADER, lines)
    vintage = f"{year}{release}" if variant == "single" else f"{year}{release}-{variant}"
    notes = {"variant": variant, "checked": checked.text}
    released = re.search(r"RELEASED (\d\d)/(\d\d)/(20\d\d)", sheet.title, re.IGNORECASE)
    if released:
        notes["released"] = f"{released[3]}-{released[1]}-{released[2]}"
    return Edition(found, "pfs_rvu", vintage, year, content, notes, checked.warnings)


def _agreed_release(sheet: Sheet, *said: Said) -> str | None:
    """A correction of January is headed January like the file it corrects."""
    named = [one.release for one in said]
    if "AR" in named:
        named = ["AR" if release == "A" else release for release in named]
    return agreed(sheet, "release", list(zip(("its name", "its heading", "--vintage"), named)))


def _variant(
    sheet: Sheet, year: int, release: str, said: Sequence[Said], rows: list[tuple[int, dict[str, str]]]
) -> str:
    spoken = [one.variant for one in said]
    variant = agreed(sheet, "variant", list(zip(("its name", "its heading", "--vintage"), spoken)))
    if variant is None and rows:
        variant = variant_of_factor(year, release, Decimal(rows[0][1]["conversion_factor"]))
    if variant is None:
        raise CorridorError(
            "PFS-VARIANT",
            "It is unknown whether this file is that of qualifying APM participants (QPP) or of the others.",
            why="From 2026 each release has two files with different conversion factors.",
            todo=f"Name it: --vintage {year}{release}-nonqp, or {year}{release}-qp.",
            file=sheet.found.name,
            field="variant",
        )
    return variant


# ---- rows ----------------------------------------------------------------------------------------


def _table_rows(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    at = _header_at(sheet)
    assert at is not None
    places = _columns(sheet, at)
    width = max(places.values()) + 1
    for line, cells in all_rows(sheet, below=sheet.cells[at][0]):
        if not any(cells):
            continue
        if len(cells) < width:
            raise bad_row(sheet, line, "(row)", f"The row has {len(cells)} of at least {width} cells")
        yield line, _row(sheet, line, {name: cells[place] for name, place in places.items()})


def _columns(sheet: Sheet, at: int) -> dict[str, int]:
    """Column of the table -> its place in the file, by the names stacked above it. Error: PFS-COLUMNS."""
    last = [label(cell) for cell in sheet.cells[at][1]]
    while last and not last[-1]:
        last.pop()
    above = [
        [label(cell) for cell in cells]
        for _, cells in sheet.cells[max(0, at - 4) : at]
        if sum(1 for cell in cells if cell) > 1
    ]
    stacked = [
        " ".join(row[place] for row in [*above, last] if place < len(row) and row[place])
        for place in range(len(last))
    ]
    wanted = {label(name): column for column, name in NAMES.items()}
    places = {wanted[name]: place for place, name in enumerate(stacked) if name in wanted}
    if len(places) == len(NAMES):
        return places
    plain = list(_LAST_LINE)
    with_pricing = [*plain[:_PRICING_INDICATOR], "IND", *plain[_PRICING_INDICATOR:]]
    if last in (plain, with_pricing) and not above:
        return _by_order(with_pricing=len(last) > len(plain))
    missing = [name for name, column in wanted.items() if column not in places]
    raise CorridorError(
        "PFS-COLUMNS",
        f"{len(missing)} columns of the relative value file are missing: {', '.join(missing[:6])}.",
        why="The names stand on up to five lines above each other, ending with the line that begins HCPCS.",
        todo="Fetch the file from CMS again and add it unchanged, with all its heading lines.",
        file=sheet.found.name,
        line=sheet.cells[at][0],
        field=missing[0],
    )


def _by_order(with_pricing: bool) -> dict[str, int]:
    names = list(NAMES)
    names.insert(names.index("status_code"), "(description)")
    names.insert(names.index("status_code") + 1, "(not used)")
    names.insert(names.index("imaging_family"), "(calculation flag)")
    if with_pricing:
        names.insert(_PRICING_INDICATOR, "(pricing indicator)")
    return {name: place for place, name in enumerate(names) if name in NAMES}


def _fixed_rows(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    width = _PLACES["opps_mp_rvu"][1]
    for line, text in enumerate(text_lines(sheet.found), start=1):
        if not text.strip() or text.startswith("HDR"):
            continue
        if len(text) < width:
            raise bad_row(sheet, line, "(record)", f"The record has {len(text)} of {width} characters")
        cells = {name: text[first - 1 : last].strip() for name, (first, last) in _PLACES.items()}
        yield line, _row(sheet, line, cells)


def _row(sheet: Sheet, line: int, cells: dict[str, str]) -> dict[str, str]:
    """One row as the table holds it, every value text. Error: PFS-ROW."""
    row = dict(cells)
    row["hcpcs_code"] = padded(cells["hcpcs_code"], 5)
    if not _CODE.fullmatch(row["hcpcs_code"]):
        raise bad_row(sheet, line, "HCPCS", "The row does not begin with a code of five characters")
    if cells["endoscopic_base_code"]:
        row["endoscopic_base_code"] = padded(cells["endoscopic_base_code"], 5)
    for column, places in _DECIMALS.items():
        row[column] = str(number(cells[column], places, sheet, line, NAMES[column]))
    for column in ("non_facility_na", "facility_na"):
        if cells[column].upper() not in ("", "NA"):
            raise bad_row(sheet, line, NAMES[column], f"{NAMES[column]} reads {cells[column]!r}, not NA")
        row[column] = "true" if cells[column] else "false"
    for column in _INDICATORS:  # a few rows of 2026 write 0.00 for 0
        row[column] = re.sub(r"\.0+$", "", cells[column])
    row["modifier"] = padded(cells["modifier"], 2)
    row["global_days"] = padded(cells["global_days"], 3)
    row["physician_supervision"] = padded(cells["physician_supervision"], 2)
    return row
