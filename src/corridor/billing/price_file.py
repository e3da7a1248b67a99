"""Price-transparency files: a hospital's standard charges, a payer's in-network rates; one row a price.

    with open_prices(path, wanted={"70551"}) as prices:
        for price in prices.rows(): ...
        prices.head, prices.set_aside

Layouts: CMS's templates of hospital price transparency (CSV tall and wide, JSON; versions 2 and 3), and the
in-network file of Transparency in Coverage (JSON). Files are read as a stream: gigabytes are no trouble.
Descriptions of services are not read: they are the AMA's.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, NamedTuple, cast

from corridor.errors import CorridorError

KINDS = ("hospital_csv_tall", "hospital_csv_wide", "hospital_json", "in_network_json")
# the major versions of CMS's hospital template that are understood
VERSIONS = ("2", "3")
_PEEK = 4096


class Price(NamedTuple):
    """One price of one service.

    code_type   CPT, HCPCS, MS-DRG, ... as the file says (upper case)
    setting     inpatient, outpatient, both, professional
    modifiers   the modifiers it holds for, sorted, with spaces between; empty for none
    kind        dollar; percentage (``percentage`` of billed charges, no dollars); algorithm (words only);
                charge (no payer: the row states gross, cash, least and largest alone)
    observed    what payers paid in the middle, where the file states it (median or estimated amount)
    line        the line of a CSV file, else the number of the element
    """

    line: int
    code_type: str
    code: str
    modifiers: str
    setting: str
    payer: str | None
    plan: str | None
    kind: str
    negotiated: Decimal | None = None
    percentage: Decimal | None = None
    observed: Decimal | None = None
    gross: Decimal | None = None
    cash: Decimal | None = None
    least: Decimal | None = None
    largest: Decimal | None = None
    methodology: str | None = None


@dataclass
class Head:
    """What a file says of itself."""

    kind: str
    name: str | None = None
    version: str | None = None
    updated: str | None = None
    plans: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Providers:
    """Whose rates are wanted of a payer's file; empty sets ask for everyone's."""

    npis: frozenset[str] = frozenset()
    tins: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.npis or self.tins)


@dataclass
class SetAside:
    """Rows whose prices cannot be read: how many, and the first."""

    rows: int = 0
    first_line: int | None = None
    first_field: str | None = None
    first_text: str | None = None


class Numbers:
    """Reads prices; a text that is no number is an error, or sets its row aside where that is allowed."""

    def __init__(self, file: str, skip_bad: bool) -> None:
        self.file = file
        self.skip_bad = skip_bad
        self.set_aside = SetAside()

    def read(self, value: object, line: int, column: str) -> Decimal | None:
        """The number; None where nothing is written. Raises BadPrice, or PRICE-FILE-NUMBER."""
        if value is None:
            return None
        text = str(value).strip()
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = None
        if number is not None and number.is_finite() and number >= 0 and not isinstance(value, bool):
            return number
        if self.skip_bad:
            raise BadPrice(line, column, text)
        raise CorridorError(
            "PRICE-FILE-NUMBER",
            f"A price is no number: {text[:40]!r}.",
            why="CMS's template allows digits and a point only: no dollar sign, no commas, no N/A.",
            todo="Correct the file, or set such rows aside with --skip-bad.",
            file=self.file,
            line=line,
            field=column,
        )

    def note(self, bad: BadPrice) -> None:
        """Count a row that was set aside."""
        if not self.set_aside.rows:
            self.set_aside = SetAside(0, bad.line, bad.column, bad.text)
        self.set_aside.rows += 1


class BadPrice(Exception):
    """A price of a row that is to be set aside."""

    def __init__(self, line: int, column: str, text: str) -> None:
        super().__init__(column)
        self.line, self.column, self.text = line, column, text


@dataclass
class Prices:
    """An opened price file. ``head`` is complete once ``rows`` has been read to its end."""

    head: Head
    rows: Callable[[], Iterator[Price]]
    numbers: Numbers

    @property
    def set_aside(self) -> SetAside:
        return self.numbers.set_aside


@contextmanager
def open_prices(
    path: Path,
    wanted: frozenset[str] | None = None,
    providers: Providers | None = None,
    skip_bad: bool = False,
) -> Iterator[Prices]:
    """Open a price file of any kind; gzip and zip of one file too.

    wanted     codes whose prices are wanted; None for all
    providers  of a payer's file: only rates of these NPIs or TINs

    Raises FILE-NOT-FOUND, PRICE-FILE-KIND, PRICE-FILE-ZIP, PRICE-FILE-VERSION, PRICE-FILE-HEADER; reading its
    rows raises PRICE-FILE-NUMBER and PRICE-FILE-CUT.
    """
    from corridor.billing import price_file_csv, price_file_json

    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    numbers = Numbers(path.name, skip_bad)
    with _opened(path) as stream:
        start = stream.read(_PEEK)
        begins = start.lstrip()[:1]
        rest = _Joined(start, stream)
        if begins == "{":
            prices = price_file_json.open_json(path, rest, _opened, wanted, providers or Providers(), numbers)
        elif not begins or begins in "[<" or "," not in start:
            raise unknown_kind(path.name)
        else:
            prices = price_file_csv.open_csv(path.name, rest, wanted, numbers)
        yield prices


def unknown_kind(file: str, why: str = "") -> CorridorError:
    """A file that is no price file Corridor knows."""
    return CorridorError(
        "PRICE-FILE-KIND",
        "This is no price-transparency file that Corridor knows.",
        why=why
        or "It is neither CMS's hospital template (CSV or JSON) nor a payer's in-network file (JSON).",
        todo="Give the machine-readable file itself, as the hospital or the payer publishes it.",
        file=file,
    )


def check_version(version: str | None, file: str, line: int | None) -> None:
    """Refuse a version of the hospital template that is not understood. Raises PRICE-FILE-VERSION."""
    if (version or "").strip().lstrip("vV").split(".")[0] in VERSIONS:
        return
    raise CorridorError(
        "PRICE-FILE-VERSION",
        f"The file states template version {version.strip()!r}."
        if version and version.strip()
        else "The file states no template version.",
        why=f"Corridor reads versions {' and '.join(VERSIONS)} of CMS's hospital template; "
        "older files had no common layout.",
        todo="Get the hospital's current file; CMS requires the template since July 2024.",
        file=file,
        line=line,
        field="version",
    )


class _Joined:
    """Text that was read ahead, and what follows it."""

    def __init__(self, start: str, stream: IO[str]) -> None:
        self._start, self._stream = start, stream

    def read(self, size: int) -> str:
        if self._start:
            start, self._start = self._start, ""
            return start
        return self._stream.read(size)

    def __iter__(self) -> Iterator[str]:
        """Lines, as the csv module wants them."""
        kept, self._start = self._start, ""
        while True:
            *lines, kept = kept.split("\n")
            for line in lines:
                yield line + "\n"
            more = self._stream.read(1 << 20)
            if not more:
                break
            kept += more
        if kept:
            yield kept


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text of a file, unpacked where it is packed; what is no UTF-8 becomes a question mark."""
    with path.open("rb") as plain:
        begins = plain.read(4)
    if begins[:2] == b"\x1f\x8b":
        packed: IO[bytes] = cast(IO[bytes], gzip.open(path, "rb"))  # noqa: SIM115 - closed below
    elif begins[:4] == b"PK\x03\x04":
        packed = _only_member(path)
    else:
        packed = path.open("rb")
    with packed, io.TextIOWrapper(packed, encoding="utf-8-sig", errors="replace", newline="") as stream:
        yield stream


def _only_member(path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    names = [one for one in archive.namelist() if not one.endswith("/") and not one.startswith("__MACOSX")]
    if len(names) != 1:
        raise CorridorError(
            "PRICE-FILE-ZIP",
            f"The zip holds {len(names)} files.",
            why="One price file is compared at a time.",
            todo="Unpack it and name one of its files.",
            file=path.name,
        )
    return archive.open(names[0])
