"""What the files of the physician fee schedule have in common: cells, and what they say of themselves.

CMS ships each table as text of fixed width, as CSV with a heading of several lines, and as a workbook.
Year, release and variant stand in the name of a file, in its heading, or in its records; whatever says
something must say the same.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from corridor.engine.tabular import Found
from corridor.engine.tabular.workbook import is_workbook, workbook_rows
from corridor.errors import CorridorError

_DUST = Decimal("1e-9")
_HEAD = 40  # lines in which a heading ends
_DAY = re.compile(r"\d{1,2}[-_/]\d{1,2}[-_/]20\d\d")  # the day of a release, not the year of the data
_NAMED_YEAR = (
    re.compile(
        r"(?:RVU|GPCI|ANES|LOCCO|PFREV|PFALL|OPPSCAP|ZIP[59])[ _-]*(20\d\d|\d\d)(?!\d)", re.IGNORECASE
    ),
    re.compile(r"(?<!\d)(20\d\d|\d\d)(?:LOCCO|GPCI|ANES)", re.IGNORECASE),
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_LETTER = re.compile(r"(?:RVU|PF[A-Z]{0,3})(?:20)?\d\d(AR|[ABCD])(?![A-Z])", re.IGNORECASE)
_MONTH = re.compile(r"(?<![A-Z])(JAN|APR|JUL|OCT)(?:UARY|IL|Y|OBER)?(?![A-Z])", re.IGNORECASE)
_VARIANT = re.compile(r"(?<![A-Z])(NON[-_ ]?)?QPP?(?![A-Z])", re.IGNORECASE)
_CORRECTED = re.compile(r"correct|revis", re.IGNORECASE)
_GIVEN = re.compile(r"^(20\d\d)(?:(AR|[ABCD])|-(0[1-9]|1[0-2])|-?Q([1-4]))?(?:-(qp|nonqp|single))?$")
RELEASES = {"JAN": "A", "APR": "B", "JUL": "C", "OCT": "D"}
FIRST_MONTH = {"A": 1, "AR": 1, "B": 4, "C": 7, "D": 10}

Value = TypeVar("Value", int, str)


@dataclass(frozen=True)
class Said:
    """What one place says of the edition; None where it says nothing."""

    year: int | None = None
    release: str | None = None
    variant: str | None = None


@dataclass(frozen=True)
class Sheet:
    """The beginning of a file.

    lines   of a text file as they are; empty for a workbook
    cells   (line from 1, its cells), of the sheet of a workbook that has most columns
    """

    found: Found
    lines: tuple[str, ...]
    cells: tuple[tuple[int, tuple[str, ...]], ...]
    sheet: str | None = None

    @property
    def title(self) -> str:
        """The heading in one text."""
        if self.lines:
            return " ".join(self.lines[:12])
        return " ".join(cell for _, cells in self.cells[:12] for cell in cells if cell)


@dataclass(frozen=True)
class Edition:
    """One file of the fee schedule, rewritten with the header of its reference.

    found     the rewritten file; vintage: where it is installed, such as 2026C-nonqp
    content   the same for two files with the same rows, whatever their form and order
    notes     what was checked, in words, and variant or basis
    """

    found: Found
    reference: str
    vintage: str
    year: int
    content: str
    notes: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    joined: bool = False  # whether an edition may come in several files, such as one a state

    def record(self) -> dict[str, str]:
        """What the installed vintage keeps of it."""
        return {**self.notes, "content": self.content}


# ---- cells ---------------------------------------------------------------------------------------


def opened(found: Found) -> Sheet:
    """The beginning of a text file or workbook."""
    if is_workbook(found.path):
        best: tuple[int, str, tuple[tuple[int, tuple[str, ...]], ...]] = (-1, "", ())
        for name, rows in workbook_rows(found, limit=_HEAD):
            head = tuple((line, _stripped(cells)) for line, cells in rows)
            width = max((sum(1 for cell in cells if cell) for _, cells in head), default=0)
            if width > best[0]:
                best = (width, name, head)
        return Sheet(found, (), best[2], best[1])
    lines = tuple(islice(text_lines(found), _HEAD))
    reader = csv.reader(iter(lines))
    return Sheet(found, lines, tuple((reader.line_num, _stripped(cells)) for cells in reader))


def text_lines(found: Found) -> Iterator[str]:
    """The lines of a text file without their ends: CMS writes Latin-1, others UTF-8 with a mark."""
    with found.path.open("rb") as source:
        for number, raw in enumerate(source):
            text = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
            yield text.decode("latin-1").rstrip("\r\n")


def all_rows(sheet: Sheet, below: int = 0) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, cells) of every row that is not blank, under line ``below``."""
    if sheet.sheet is not None:
        for name, rows in workbook_rows(sheet.found, only=sheet.sheet):
            if name == sheet.sheet:
                yield from ((line, _stripped(cells)) for line, cells in rows if line > below)
        return
    reader = csv.reader(text_lines(sheet.found))
    for cells in reader:
        if reader.line_num > below and any(cell.strip() for cell in cells):
            yield reader.line_num, _stripped(cells)


def _stripped(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.replace("\xa0", " ").strip() for cell in cells)


def label(text: str) -> str:
    """A column name as it is compared: upper case letters and digits, single spaces between."""
    return re.sub(r"[^A-Z0-9.]+", " ", text.upper()).strip()


def header_of(sheet: Sheet, names: Mapping[str, Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    """(line of the header, column -> its place) where a row has every one of the names.

    Of several names of a column the first one counts; one that ends in ``*`` is the beginning of a label,
    one that begins with it its end.
    """
    for line, cells in sheet.cells:
        labels = [label(cell) for cell in cells]
        places: dict[str, int] = {}
        for column, spellings in names.items():
            for spelling in spellings:
                fits = [place for place, text in enumerate(labels) if fnmatchcase(text, spelling)]
                if fits:
                    places[column] = fits[0]
                    break
        if len(places) == len(names):
            return line, places
    return None


def padded(text: str, width: int) -> str:
    """Digits with the leading zeros a spreadsheet took away."""
    return text.zfill(width) if text.isdigit() else text.upper()


def number(text: str, places: int, sheet: Sheet, line: int, column: str) -> Decimal:
    """A cell as an exact decimal of so many places; a spreadsheet's binary dust is taken off.

    Error: PFS-ROW.
    """
    exact = _exact(text, places)
    if exact is None:
        raise bad_row(sheet, line, column, f"{column} reads {text!r}, which is not a number")
    if exact.is_nan():
        raise bad_row(sheet, line, column, f"{column} reads {text!r}, which has more than {places} decimals")
    return exact


@lru_cache(maxsize=1 << 16)
def _exact(text: str, places: int) -> Decimal | None:
    """The number; None where there is none, NaN where it has more decimals."""
    try:
        value = Decimal(text.replace("$", "").replace(",", ""))
        exact = value.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        return None
    return exact if abs(value - exact) <= _DUST else Decimal("NaN")


def bad_row(sheet: Sheet, line: int, column: str, what: str) -> CorridorError:
    """PFS-ROW: a row that CMS's file cannot have."""
    return CorridorError(
        "PFS-ROW",
        f"{what}.",
        why="CMS's file has no such row: this one is cut short, edited, or of another kind.",
        todo="Fetch the file from CMS again and add it unchanged.",
        file=sheet.found.name,
        line=line,
        field=column,
    )


# ---- year, release, variant ----------------------------------------------------------------------


def said_by_name(name: str) -> Said:
    """What a file name says: PPRRVU2026_Jul_nonQPP.csv is (2026, C, nonqp)."""
    stem = _DAY.sub(" ", Path(name).stem)
    found = next((m for pattern in _NAMED_YEAR if (m := pattern.search(stem))), None) or _YEAR.search(stem)
    year = None if found is None else int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    return Said(year, _release(stem), _variant(stem))


def said_by_title(title: str) -> Said:
    """What a heading says: "2026 National Physician Fee Schedule ... July Release"."""
    named = re.search(r"(20\d\d) NATIONAL PHYSICIAN FEE SCHEDULE.{0,40}", title, re.IGNORECASE)
    year = int(named[1]) if named else None
    month = re.search(r"(JANUARY|APRIL|JULY|OCTOBER) RELEASE", title, re.IGNORECASE)
    return Said(year, RELEASES[month[1][:3].upper()] if month else None, _variant(title))


def said_by_user(vintage: str | None) -> Said:
    """What --vintage says: 2026, 2026C, 2026AR-nonqp, 2026-07. Error: PFS-VINTAGE."""
    if vintage is None:
        return Said()
    match = _GIVEN.match(vintage)
    if match is None:
        raise CorridorError(
            "PFS-VINTAGE",
            f"{vintage!r} names no edition of a fee schedule file.",
            why="An edition has a year, mostly a release (A, AR, B, C, D), and from 2026 a variant.",
            todo="Write it like 2025D, 2026C-nonqp or 2026AR-qp; a year alone where the file is yearly.",
            field="--vintage",
        )
    year, letter, month, quarter, variant = match.groups()
    if letter is None and (month or quarter):
        letter = "ABCD"[(int(month) - 1) // 3 if month else int(quarter) - 1]
    return Said(int(year), letter, variant)


def _release(text: str) -> str | None:
    letter = _LETTER.search(text)
    if letter:
        return letter[1].upper()
    month = _MONTH.search(re.sub(r"\d+", " ", text))
    if month is None:
        return None
    release = RELEASES[month[1].upper()]
    return "AR" if release == "A" and _CORRECTED.search(text) else release


def _variant(text: str) -> str | None:
    match = _VARIANT.search(text)
    return None if match is None else "nonqp" if match[1] else "qp"


def agreed(sheet: Sheet, what: str, said: Sequence[tuple[str, Value | None]]) -> Value | None:
    """The one value that those who say anything say. Error: PFS-CONTRADICTION."""
    spoken = [(who, value) for who, value in said if value is not None]
    if len({value for _, value in spoken}) > 1:
        both = ", ".join(f"{who} says {value}" for who, value in spoken)
        raise CorridorError(
            "PFS-CONTRADICTION",
            f"The {what} of this file is contradictory: {both}.",
            why="Prices of one edition would be used as those of another.",
            todo="Find out which edition the file is, and give it the name CMS gave it.",
            file=sheet.found.name,
            field=what,
        )
    return spoken[0][1] if spoken else None


def needed_year(sheet: Sheet, year: int | None) -> int:
    """The year, or REFERENCE-YEAR."""
    if year is None:
        raise CorridorError(
            "REFERENCE-YEAR",
            "The year of this file is unknown.",
            why="Neither its name nor its heading states it, and prices belong to a year.",
            todo="Name the edition, for instance: --vintage 2026 or --vintage 2026C",
            file=sheet.found.name,
        )
    return year


def needed_release(sheet: Sheet, release: str | None) -> str:
    """The release letter, or PFS-RELEASE."""
    if release is None:
        raise CorridorError(
            "PFS-RELEASE",
            "The release of this file is unknown.",
            why="Neither its name nor its heading says January, April, July or October.",
            todo="Name the edition, for instance: --vintage 2026C (A January, AR its correction, B, C, D).",
            file=sheet.found.name,
        )
    return release


# ---- writing -------------------------------------------------------------------------------------


def written(
    sheet: Sheet, scratch: Path, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> tuple[Found, str, int]:
    """The rows under the header of their reference: the file, the digest of its content, how many."""
    path = Path(tempfile.mkdtemp(prefix="pfs-", dir=scratch)) / "rows.csv"
    total, count = 0, 0
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            # a sum does not depend on the order of rows
            total += int.from_bytes(
                hashlib.blake2b("\x1f".join(row).encode(), digest_size=16).digest(), "big"
            )
            count += 1
    return Found(path, sheet.found.name), f"{count}:{total % (1 << 128):032x}", count
