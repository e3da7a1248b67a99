"""GPCI, Addendum E: the geographic practice cost indices of the localities, as CSV, workbook or text.

The column of work indices is chosen by its header: a file may carry one with the 1.0 floor and one without.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from corridor.errors import CorridorError
from corridor.reference.pfs_checks import figures
from corridor.reference.pfs_law import state_floors, work_floor
from corridor.reference.pfs_sheet import (
    Edition,
    Said,
    Sheet,
    agreed,
    all_rows,
    bad_row,
    label,
    needed_year,
    number,
    padded,
    said_by_name,
    text_lines,
    written,
)

HEADER = (
    "year",
    "mac",
    "locality",
    "state",
    "locality_name",
    "work_gpci",
    "pe_gpci",
    "mp_gpci",
    "mp_gpci_alternative",
    "work_gpci_without_floor",
    "basis",
)
_INDICES = ("PW GPCI", "WORK GPCI"), ("PE GPCI",), ("MP GPCI", "MALPRACTICE GPCI")
_FLOOR, _NO_FLOOR = "WITH 1.0 FLOOR", "WITHOUT 1.0 FLOOR"
_TEXT = re.compile(
    r"^(\d{5})\s+([A-Z]{2})\s+(\d{2})\s+(\S.*?)\s+(\d\.\d{3})\s+(\d\.\d{3})\s+(\d\.\d{3})(?:\s+(\d\.\d{3}))?\s*$"
)
_AGAIN = "Take GPCIyyyy.csv out of the relative value file (RVUyyA to D) that CMS publishes, unchanged."


class Index(NamedTuple):
    """A locality's row; ``floorless`` and ``other`` are None where the file has no such column."""

    line: int
    mac: str
    locality: str
    state: str
    name: str
    work: Decimal
    pe: Decimal
    mp: Decimal
    other: Decimal | None
    floorless: Decimal | None


def is_indices(sheet: Sheet) -> bool:
    """Whether a file is a table of geographic indices: three columns (or a line) named GPCI."""
    return _header_at(sheet) is not None or _is_text(sheet)


def _is_text(sheet: Sheet) -> bool:
    return sum(1 for line in sheet.lines if _TEXT.match(line)) > 1


def _header_at(sheet: Sheet) -> int | None:
    for place, (_, cells) in enumerate(sheet.cells):
        labels = [label(cell) for cell in cells]
        if (
            all(any(name in text for text in labels for name in names) for names in _INDICES)
            and len(labels) > 4
        ):
            return place
    return None


def read_indices(sheet: Sheet, scratch: Path, user: Said, beside: int | None = None) -> Edition:
    """The rows of ``reference.pfs_gpci``.

    Errors: PFS-GPCI-COUNTY, PFS-GPCI-LOCALITIES, PFS-GPCI-FLOOR, PFS-GPCI-VALUES, PFS-COLUMNS, PFS-ROW,
    PFS-CONTRADICTION, REFERENCE-YEAR.
    """
    titled = re.search(r"CY (20\d\d)|(20\d\d) +(?:PW|PE|MP) GPCI", sheet.title)
    said = [
        ("its name", said_by_name(sheet.found.name).year),
        ("its heading", int(titled[1] or titled[2]) if titled else None),
        ("--vintage", user.year),
    ]
    at = None if _is_text(sheet) else _header_at(sheet)
    columns = {} if at is None else _columns(sheet, at)
    rows = list(_text_rows(sheet) if at is None else _table_rows(sheet, at, columns))
    year = needed_year(sheet, agreed(sheet, "year", said))
    checked, warnings = _check(sheet, year, rows)
    basis = "recovered" if "other" in columns else "official"
    if basis == "recovered":
        warnings = [*warnings, "solved from published amounts, not CMS's own file: prices say so"]

    def text(value: Decimal | None) -> str:
        return "" if value is None else str(value)

    lines = [
        (
            *(str(year), r.mac, r.locality, r.state, r.name),
            *(text(value) for value in (r.work, r.pe, r.mp, r.other, r.floorless)),
            basis,
        )
        for r in rows
    ]
    found, content, _ = written(sheet, scratch, HEADER, lines)
    notes = {"basis": basis, "checked": checked}
    return Edition(found, "pfs_gpci", str(year), year, content, notes, tuple(warnings))


# ---- rows ----------------------------------------------------------------------------------------


def _columns(sheet: Sheet, at: int) -> dict[str, int]:
    """What each column is, by its header. Errors: PFS-GPCI-COUNTY, PFS-GPCI-FLOOR, PFS-COLUMNS."""
    labels = [label(cell) for cell in sheet.cells[at][1]]

    def those(*names: str, but: str = "\0") -> list[int]:
        return [
            place for place, text in enumerate(labels) if any(n in text for n in names) and but not in text
        ]

    exact = {text: place for place, text in enumerate(labels)}
    work = _work_columns(sheet, labels, those(*_INDICES[0]), sheet.cells[at][0])
    found = {
        "mac": those("MEDICARE ADMIN", "CONTRACTOR", "CARRIER") + [exact[n] for n in ("MAC",) if n in exact],
        "locality": [exact[n] for n in ("LOCALITY NUMBER", "LOCALITY", "LOCALITY NUM", "LOC") if n in exact],
        "state": those("STATE"),
        "name": those("LOCALITY NAME"),
        "work": [work["with"]],
        "pe": those(*_INDICES[1]),
        "mp": those(*_INDICES[2], but="OTHER"),
        "other": those("MP GPCI OTHER"),
        "floorless": [work["without"]] if "without" in work else [],
    }
    columns = {name: places[0] for name, places in found.items() if places}
    _refuse_counties(sheet, at, labels, columns)
    missing = [name for name in ("mac", "locality", "state", "work", "pe", "mp") if name not in columns]
    if missing:
        raise CorridorError(
            "PFS-COLUMNS",
            f"The table of indices has no column for {', '.join(missing)}.",
            why="A locality is known by its MAC and its number together; the number alone is not unique.",
            todo=_AGAIN,
            file=sheet.found.name,
            line=sheet.cells[at][0],
            field=missing[0],
        )
    return columns


def _work_columns(sheet: Sheet, labels: Sequence[str], places: Sequence[int], line: int) -> dict[str, int]:
    floorless = [place for place in places if _NO_FLOOR in labels[place]]
    floored = [place for place in places if _FLOOR in labels[place]]
    plain = [place for place in places if place not in floorless and place not in floored]
    chosen = floored or plain
    if len(chosen) != 1 or len(floorless) > 1:
        raise CorridorError(
            "PFS-GPCI-FLOOR",
            "It is unclear which column holds the work index with the 1.0 floor.",
            why=f"The headers read: {'; '.join(labels[place] for place in places)}.",
            todo="Keep CMS's headers, which say (with 1.0 Floor) and (without 1.0 Floor).",
            file=sheet.found.name,
            line=line,
            field="PW GPCI",
        )
    return {"with": chosen[0], **({"without": floorless[0]} if floorless else {})}


def _refuse_counties(sheet: Sheet, at: int, labels: Sequence[str], columns: Mapping[str, int]) -> None:
    place = columns.get("locality")
    below = [cells for _, cells in sheet.cells[at + 1 :]]
    wide = place is not None and any(
        place < len(cells) and re.fullmatch(r"\d{4,5}", cells[place]) for cells in below
    )
    if wide or any("COUNTY" in text or "FIPS" in text for text in labels):
        raise CorridorError(
            "PFS-GPCI-COUNTY",
            "The indices are those of counties, not of Medicare localities.",
            why="CMS computes county indices on the way to those of its localities; Medicare pays nothing by "
            "them, and they lack the floors.",
            todo=f"Do not price with this file. {_AGAIN}",
            file=sheet.found.name,
            line=sheet.cells[at][0],
            field="locality",
        )


def _table_rows(sheet: Sheet, at: int, columns: Mapping[str, int]) -> Iterator[Index]:
    for line, cells in all_rows(sheet, below=sheet.cells[at][0]):
        filled = [place for place, cell in enumerate(cells) if cell]
        if len(filled) <= 1:
            continue  # a footnote
        cell = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
        mac, locality = padded(cell["mac"], 5), padded(cell["locality"], 2)
        if not re.fullmatch(r"\d{5}", mac) or not re.fullmatch(r"\d{2}", locality):
            raise bad_row(sheet, line, "MAC", "The row does not begin with a MAC and a locality number")
        index = {
            name: number(cell[name], 3, sheet, line, name) if cell.get(name) else None
            for name in ("work", "pe", "mp", "other", "floorless")
        }
        work, pe, mp = index["work"], index["pe"], index["mp"]
        if work is None or pe is None or mp is None:
            raise bad_row(sheet, line, "GPCI", f"Locality {mac}-{locality} lacks one of its three indices")
        name = cell.get("name", "").rstrip("* ")
        yield Index(
            line, mac, locality, cell["state"], name, work, pe, mp, index["other"], index["floorless"]
        )


def _text_rows(sheet: Sheet) -> Iterator[Index]:
    for line, text in enumerate(text_lines(sheet.found), start=1):
        match = _TEXT.match(text)
        if match is None:
            if re.match(r"\d{5}\s", text):
                raise bad_row(sheet, line, "(record)", "The line is not a MAC, a locality and its indices")
            continue
        mac, state, locality, name, work, pe, mp, fourth = match.groups()
        if fourth is not None:
            raise CorridorError(
                "PFS-GPCI-FLOOR",
                "The text form has four columns of indices, and its header is cut short.",
                why="Which one holds the work index with the 1.0 floor cannot be read off it.",
                todo="Add the CSV or Excel form of the same file.",
                file=sheet.found.name,
                line=line,
                field="PW GPCI",
            )
        values = [number(value, 3, sheet, line, "GPCI") for value in (work, pe, mp)]
        yield Index(
            line, mac, locality, state, name.rstrip("* "), values[0], values[1], values[2], None, None
        )


# ---- checks --------------------------------------------------------------------------------------


def _check(sheet: Sheet, year: int, rows: Sequence[Index]) -> tuple[str, list[str]]:
    known = figures("pfs_geographic_indices")
    _check_localities(sheet, year, rows, known)
    floors = _check_floors(sheet, year, rows, known)
    _check_known(sheet, rows, known["known"].get(year, []))
    _check_repeats(sheet, rows, known)
    cells = f"; {len(known['known'].get(year, []))} known rows" if year in known["known"] else ""
    warnings = [] if floors else [f"the work floor of {year} is unknown: the column was taken as it is"]
    return f"{len(rows)} localities{floors}{cells}", warnings


def _check_localities(sheet: Sheet, year: int, rows: Sequence[Index], known: Mapping[str, Any]) -> None:
    keys = Counter((row.mac, row.locality) for row in rows)
    fixed = known["localities"].get(year)
    wanted = (
        {(cell["mac"], cell["locality"]) for cell in next(iter(known["known"].values()))} if fixed else set()
    )
    absent, strange = sorted(wanted - set(keys)), sorted(set(keys) - wanted) if wanted else []
    twice = [key for key, count in keys.items() if count > 1]
    least, most = (fixed, fixed) if fixed else (known["plausible"]["least"], known["plausible"]["most"])
    if least <= len(rows) <= most and not absent and not strange and not twice:
        return
    said = [f"{len(absent)} of CMS's are absent ({_pairs(absent)})"] if absent else []
    said += [f"{len(strange)} are none of CMS's ({_pairs(strange)})"] if strange else []
    said += [f"{len(twice)} stand twice ({_pairs(twice)})"] if twice else []
    repeats = len(rows) - len({(row.work, row.pe, row.mp) for row in rows})
    raise CorridorError(
        "PFS-GPCI-LOCALITIES",
        f"The file has {len(rows)} localities where {year} has {least if fixed else f'{least} to {most}'}"
        + (f": {'; '.join(said)}." if said else "."),
        why="Such a file is cut, made by hand or made up"
        + (f" ({repeats} of its rows repeat the indices of another)" if repeats else "")
        + ": localities would have no price, or a wrong one.",
        todo=_AGAIN,
        file=sheet.found.name,
        field="Locality Number",
    )


def _pairs(keys: Sequence[tuple[str, str]]) -> str:
    return ", ".join("-".join(key) for key in keys[:4]) + (", ..." if len(keys) > 4 else "")


def _check_floors(sheet: Sheet, year: int, rows: Sequence[Index], known: Mapping[str, Any]) -> str:
    """Ranges, the floor of the work index, those of Alaska and of the frontier states."""
    for row in rows:
        for name, value in (("work", row.work), ("pe", row.pe), ("mp", row.mp)):
            low, high = (Decimal(str(bound)) for bound in known["range"][name])
            if not low <= value <= high:
                raise _wrong(
                    sheet, row, f"{name} index {value} is outside {low} to {high}", "PFS-GPCI-VALUES"
                )
    floor, states = work_floor(year), state_floors(year)
    for row in rows:
        work = states.get((row.state, "work"), floor)
        pe = states.get((row.state, "pe"))
        if work is not None and row.work < work:
            what = f"work index {row.work} is below the floor of {work}"
            raise _wrong(sheet, row, what, "PFS-GPCI-FLOOR")
        if pe is not None and row.pe < pe:
            what = f"practice expense index {row.pe} is below the frontier floor of {pe}"
            raise _wrong(sheet, row, what, "PFS-GPCI-FLOOR")
    return "" if floor is None else f"; work floor {floor}, Alaska {states.get(('AK', 'work'), floor)}"


def _check_known(sheet: Sheet, rows: Sequence[Index], cells: Sequence[Mapping[str, Any]]) -> None:
    by_key = {(row.mac, row.locality): row for row in rows}
    for cell in cells:
        row = by_key[(cell["mac"], cell["locality"])]
        mp = [Decimal(str(value)) for value in cell["mp"]]
        right = Decimal(str(cell["work"])), Decimal(str(cell["pe"])), row.mp if row.mp in mp else mp[0]
        if (row.work, row.pe, row.mp) != right or row.state != cell["state"]:
            reads = f"reads {row.state} {row.work}/{row.pe}/{row.mp}, CMS's prices of the year need "
            what = reads + f"{cell['state']} {'/'.join(f'{value:.3f}' for value in right)}"
            raise _wrong(sheet, row, what, "PFS-GPCI-VALUES")


def _check_repeats(sheet: Sheet, rows: Sequence[Index], known: Mapping[str, Any]) -> None:
    own = len({(row.work, row.pe, row.mp) for row in rows})
    if own < known["distinct"] * len(rows):
        raise CorridorError(
            "PFS-GPCI-VALUES",
            f"Only {own} of {len(rows)} localities have indices of their own.",
            why="CMS's localities mostly differ: a file that repeats a few numbers was filled in or made up.",
            todo=_AGAIN,
            file=sheet.found.name,
            field="GPCI",
        )


def _wrong(sheet: Sheet, row: Index, what: str, code: str) -> CorridorError:
    return CorridorError(
        code,
        f"Locality {row.mac}-{row.locality} ({row.name or row.state}): {what}.",
        why="CMS's file has the floors in it and reproduces CMS's own amounts; this one was changed.",
        todo=_AGAIN,
        file=sheet.found.name,
        line=row.line,
        field="GPCI",
    )
