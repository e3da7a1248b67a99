"""Files of dollars: payment amounts (PFALL, PFREV), OPPS caps, and anesthesia conversion factors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from corridor.errors import CorridorError
from corridor.reference.pfs_checks import Checked, check_localities, figures
from corridor.reference.pfs_law import ANESTHESIA, anesthesia_factor
from corridor.reference.pfs_sheet import (
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
    text_lines,
    written,
)

PAYMENT_HEADER = (
    *("year", "release", "variant", "mac", "locality", "hcpcs_code", "modifier"),
    *("non_facility_amount", "facility_amount", "pctc_indicator", "status_code"),
    *("multiple_procedure_indicator", "therapy_reduced_non_institutional", "therapy_reduced_institutional"),
    *("opps_indicator", "opps_non_facility_amount", "opps_facility_amount"),
)
CAP_HEADER = (
    *("year", "release", "variant", "hcpcs_code", "modifier", "mac", "locality"),
    *("status_code", "facility_price", "non_facility_price"),
)
ANESTHESIA_HEADER = ("year", "variant", "mac", "locality", "locality_name", "conversion_factor")
_FIELDS = 16  # of a payment record (CMS, physician fee schedule payment amount file layout)
_TRAILER = "TRL"
_CAP = {
    "code": ("HCPCS",),
    "modifier": ("MOD",),
    "status": ("PROCSTAT",),
    "mac": ("CARRIER",),
    "locality": ("LOCALITY",),
    "facility": ("FACILITY PRICE",),
    "non_facility": ("NON FACILTY PRICE", "NON FACILITY PRICE"),  # CMS writes the first
}
_CAP_TEXT = re.compile(r"([A-Z0-9]{5})(.{2})\s?([A-Z]) (\d{5})\s+(\d{2})\s+(\d+\.\d\d)\s+(\d+\.\d\d)\s*")
_ANESTHESIA = {
    "mac": ("CONTRACTOR",),
    "locality": ("LOCALITY",),
    "name": ("LOCALITY NAME",),
    "factor": ("NATIONAL ANES*",),
}
_ANESTHESIA_TEXT = re.compile(r"(\d{5})\s*(\d{2})\s+(\S.*?)\s*(\d{1,2}\.\d\d|\d{3,4})\s*")
_AGAIN = "Fetch the file from CMS again and add it unchanged."


def _edition(
    sheet: Sheet, user: Said, beside: int | None, own: int | None
) -> tuple[int, str, str, list[str]]:
    """Year, release, variant and what to warn of; ``own`` is the year the records state."""
    name = said_by_name(sheet.found.name)
    year = agreed(sheet, "year", [("its name", name.year), ("its records", own), ("--vintage", user.year)])
    warnings = []
    if year is None and beside is not None:
        year = beside
        warnings.append(
            f"its year, {year}, is that of the files beside it: neither its name nor its rows say it"
        )
    chosen = needed_year(sheet, year)
    release = agreed(sheet, "release", [("its name", name.release), ("--vintage", user.release)])
    variant = agreed(sheet, "variant", [("its name", name.variant), ("--vintage", user.variant)])
    if variant is None:
        two = chosen >= int(figures("pfs_relative_values")["two_files_from"])
        if two:
            raise CorridorError(
                "PFS-VARIANT",
                "It is unknown whether this file is that of qualifying APM participants (QPP) or not.",
                why="From 2026 each release has two files of amounts, by two conversion factors.",
                todo=f"Name it: --vintage {chosen}{release or 'A'}-nonqp, or {chosen}{release or 'A'}-qp.",
                file=sheet.found.name,
                field="variant",
            )
        variant = "single"
    return chosen, needed_release(sheet, release), variant, warnings


def _vintage(year: int, release: str, variant: str) -> str:
    return f"{year}{release}" if variant == "single" else f"{year}{release}-{variant}"


# ---- payment amounts -------------------------------------------------------------------------------


def is_payments(sheet: Sheet) -> bool:
    """Whether a file is one of payment amounts: quoted records of sixteen fields that begin with a year."""
    if not sheet.lines or not sheet.lines[0].startswith('"'):
        return False
    first = sheet.cells[0][1]
    return len(first) == _FIELDS and re.fullmatch(r"20\d\d", first[0]) is not None


def read_payments(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_payment_amount``; amounts as CMS prints them, caps already in them.

    A revision file holds changed records only. Errors: PFS-ROW, PFS-PAYMENT-CUT, PFS-CONTRADICTION,
    PFS-VARIANT, REFERENCE-YEAR, PFS-RELEASE.
    """
    year, release, variant, warnings = _edition(sheet, user, beside, int(sheet.cells[0][1][0]))
    trailer: list[int] = []
    places: set[tuple[str, str]] = set()

    def lines() -> Iterator[Sequence[str]]:
        for line, cells in all_rows(sheet):
            if cells[0].startswith(_TRAILER):
                trailer.append(line)
                continue
            if trailer or len(cells) != _FIELDS:
                raise bad_row(sheet, line, "(record)", f"The record has {len(cells)} of {_FIELDS} fields")
            if cells[0] != str(year):
                raise bad_row(sheet, line, "year", f"The record is of year {cells[0]!r}, the file of {year}")
            amounts = [str(number(cells[at], 2, sheet, line, "amount")) for at in (5, 6, 11, 12, 14, 15)]
            places.add((cells[1], cells[2]))
            yield (
                *(str(year), release, variant, cells[1], cells[2], padded(cells[3], 5), cells[4]),
                *(amounts[0], amounts[1], cells[8], cells[9], cells[10], amounts[2], amounts[3]),
                *(cells[13], amounts[4], amounts[5]),
            )

    found, content, count = written(sheet, scratch, PAYMENT_HEADER, lines())
    if not trailer:
        raise CorridorError(
            "PFS-PAYMENT-CUT",
            "The file has no trailer record (TRL).",
            why="CMS ends each file of payment amounts with one: this one was cut.",
            todo=_AGAIN,
            file=sheet.found.name,
        )
    text = f"{count:,} amounts of {len(places)} localities"
    notes = {"variant": variant, "checked": text}
    vintage = _vintage(year, release, variant)
    return Edition(found, "pfs_payment_amount", vintage, year, content, notes, tuple(warnings), joined=True)


# ---- OPPS caps -------------------------------------------------------------------------------------


def is_caps(sheet: Sheet) -> bool:
    """Whether a file is OPPSCAP: its header, or the records of its text form."""
    records = [line for line in sheet.lines if line.strip()][:5]
    fixed = bool(records) and all(_CAP_TEXT.fullmatch(line) for line in records)
    return fixed or header_of(sheet, _CAP) is not None


def read_caps(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_opps_cap``: the capped price; with status C the ceiling alone.

    Its year stands neither in it nor, mostly, in its name: it is that of the files beside it. Errors:
    PFS-ROW, PFS-CAP, PFS-LOCALITIES, PFS-VARIANT, REFERENCE-YEAR, PFS-RELEASE, PFS-CONTRADICTION.
    """
    year, release, variant, warnings = _edition(sheet, user, beside, None)
    rows = [(line, cells) for line, cells in _cap_rows(sheet)]
    checked = _check_caps(sheet, year, rows)
    lines = ((str(year), release, variant, *cells) for _, cells in rows)
    found, content, _ = written(sheet, scratch, CAP_HEADER, lines)
    notes = {"variant": variant, "checked": checked.text}
    vintage = _vintage(year, release, variant)
    return Edition(found, "pfs_opps_cap", vintage, year, content, notes, (*warnings, *checked.warnings))


def _cap_rows(sheet: Sheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(code, modifier, MAC, locality, status, facility price, non-facility price) of each row."""
    table = header_of(sheet, _CAP)
    if table is None:
        for line, text in enumerate(text_lines(sheet.found), start=1):
            match = _CAP_TEXT.fullmatch(text)
            if match:
                code, modifier, status, mac, locality, inside, outside = match.groups()
                yield line, (code, modifier.strip(), mac, locality, status, inside, outside)
            elif text.strip("\x1a "):
                raise bad_row(sheet, line, "(record)", "The record is not a code, a locality and two prices")
        return
    below, places = table
    for line, cells in all_rows(sheet, below):
        if not any(cells):
            continue
        if len(cells) <= max(places.values()):
            raise bad_row(sheet, line, "(row)", f"The row has {len(cells)} of {len(places)} cells")
        cell = {name: cells[place] for name, place in places.items()}
        prices = [str(number(cell[name], 2, sheet, line, name)) for name in ("facility", "non_facility")]
        key = (padded(cell["code"], 5), padded(cell["modifier"], 2))
        yield line, (*key, padded(cell["mac"], 5), padded(cell["locality"], 2), cell["status"], *prices)


def _check_caps(sheet: Sheet, year: int, rows: Sequence[tuple[int, tuple[str, ...]]]) -> Checked:
    """Every code has every locality, once; so a cut or a mixed file shows."""
    places = {(cells[2], cells[3]) for _, cells in rows}
    found = check_localities(sheet, year, places, retired=True)
    codes: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for line, cells in rows:
        of_code = codes.setdefault((cells[0], cells[1]), set())
        if (cells[2], cells[3]) in of_code:
            raise bad_row(sheet, line, "HCPCS", f"Code {cells[0]} {cells[1]} has two prices in one locality")
        of_code.add((cells[2], cells[3]))
    short = [(code, there) for code, there in codes.items() if len(there) != len(places)]
    if short:
        (code, modifier), there = short[0]
        raise CorridorError(
            "PFS-CAP",
            f"Code {code} {modifier}".rstrip() + f" has a price in {len(there)} of {len(places)} localities.",
            why="Every capped code has one in each: the file was cut, or rows were left out.",
            todo=_AGAIN,
            file=sheet.found.name,
            field="HCPCS",
        )
    ceilings = sum(1 for _, cells in rows if cells[4] == "C")
    return Checked(
        f"{len(codes)} codes in {found.text}; {ceilings:,} rows of status C are ceilings only", found.warnings
    )


# ---- anesthesia ------------------------------------------------------------------------------------


def is_anesthesia(sheet: Sheet) -> bool:
    """Whether a file holds anesthesia conversion factors: its header, or the records of its text form."""
    records = [line for line in sheet.lines if line.strip()][:5]
    named = "ANES" in f"{sheet.found.name} {sheet.title[:200]}".upper()
    fixed = named and len(records) > 1 and all(_ANESTHESIA_TEXT.fullmatch(line) for line in records[1:])
    return header_of(sheet, _ANESTHESIA) is not None or fixed


def read_anesthesia(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_anesthesia``, dollars of one unit; the text form implies two decimals.

    Errors: PFS-ROW, PFS-ANESTHESIA, PFS-LOCALITIES, PFS-CONTRADICTION, REFERENCE-YEAR.
    """
    name = said_by_name(sheet.found.name)
    titled = re.search(r"CY (20\d\d)", sheet.title)
    said = [
        ("its name", name.year),
        ("its heading", int(titled[1]) if titled else None),
        ("--vintage", user.year),
    ]
    year = needed_year(sheet, agreed(sheet, "year", said))
    variant = agreed(sheet, "variant", [("its name", name.variant), ("--vintage", user.variant)])
    rows = list(_anesthesia_rows(sheet))
    stated = re.search(r"ANES[A-Z]* CF OF (\d+\.\d+)", label(sheet.title))
    national = Decimal(stated[1]) if stated else None
    known = {each: anesthesia_factor(year, each) for each in ("qp", "nonqp")}
    if variant is None and known["qp"] != known["nonqp"] and national is not None:
        variant = next((each for each, value in known.items() if value == national), None)
    if variant is None:
        variant = "single" if known["qp"] in (None, known["nonqp"]) else "nonqp"
    warnings = _check_factors(sheet, year, variant, national, rows)
    places = check_localities(sheet, year, {(row[0], row[1]) for _, row in rows})
    lines = ((str(year), variant, *row) for _, row in rows)
    found, content, _ = written(sheet, scratch, ANESTHESIA_HEADER, lines)
    notes = {"variant": variant, "checked": places.text}
    vintage = str(year) if variant == "single" else f"{year}-{variant}"
    return Edition(found, "pfs_anesthesia", vintage, year, content, notes, (*warnings, *places.warnings))


def _anesthesia_rows(sheet: Sheet) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
    table = header_of(sheet, _ANESTHESIA)
    if table is None:
        for line, text in enumerate(text_lines(sheet.found), start=1):
            match = _ANESTHESIA_TEXT.fullmatch(text)
            if match:
                mac, locality, name, factor = match.groups()
                value = Decimal(factor) if "." in factor else Decimal(factor).scaleb(-2)
                yield line, (mac, locality, name.rstrip("* "), str(value))
            elif re.match(r"\d{5}", text):
                raise bad_row(sheet, line, "(record)", "The record is not a locality and its factor")
        return
    below, places = table
    for line, cells in all_rows(sheet, below):
        if sum(1 for cell in cells if cell) <= 1:
            continue
        if len(cells) <= max(places.values()):
            raise bad_row(sheet, line, "(row)", f"The row has {len(cells)} of {len(places)} cells")
        cell = {name: cells[place] for name, place in places.items()}
        factor_text = str(number(cell["factor"], 2, sheet, line, "Anes CF"))
        mac, locality = padded(cell["mac"], 5), padded(cell["locality"], 2)
        yield line, (mac, locality, cell["name"].rstrip("* "), factor_text)


def _check_factors(
    sheet: Sheet,
    year: int,
    variant: str,
    national: Decimal | None,
    rows: Sequence[tuple[int, tuple[str, str, str, str]]],
) -> list[str]:
    """The national factor of the header is the rule's, and each locality's lies around it."""
    known = anesthesia_factor(year, variant)
    if known is not None and national is not None and national != known:
        raise CorridorError(
            "PFS-ANESTHESIA",
            f"Its header states a national factor of {national}; that of {year} {variant} is {known}.",
            why="The file is of another year or variant than it says, or was changed.",
            todo=_AGAIN,
            file=sheet.found.name,
            line=1,
            field="National Anes CF",
            rule=ANESTHESIA if variant != "qp" else f"{ANESTHESIA}_qp",
        )
    around = national or known
    low, high = (Decimal(str(bound)) for bound in figures("pfs_places")["anesthesia_share"])
    for line, (mac, locality, _, factor) in rows:
        if around is not None and not low * around <= Decimal(factor) <= high * around:
            raise CorridorError(
                "PFS-ANESTHESIA",
                f"Locality {mac}-{locality} has a factor of {factor}, far from the national {around}.",
                why="Geographic indices do not move it so far: a decimal point or a column is wrong.",
                todo=_AGAIN,
                file=sheet.found.name,
                line=line,
                field="Anes CF",
            )
    return (
        [] if known is not None else [f"no rule states the national anesthesia factor of {year}: not checked"]
    )
