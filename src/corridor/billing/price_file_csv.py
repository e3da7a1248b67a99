"""A hospital's standard charges as CSV: two rows about the hospital, a header row, a row a service.

*Tall*: payer and plan are columns, a row a service and payer. *Wide*: a row a service, and for each payer and
plan columns of its own, named ``standard_charge|PAYER|PLAN|negotiated_dollar``.
Source: CMS, hospital price transparency, CSV data dictionary, versions 2.0 to 3.0.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corridor.billing.price_file import BadPrice, Head, Numbers, Price, Prices, check_version
from corridor.errors import CorridorError

HEADER_LINE = 3
_SETTINGS = ("inpatient", "outpatient", "both")
_GENERAL = ("gross", "discounted_cash", "min", "max")
_OBSERVED = ("median_amount", "estimated_amount")
_PAYER_PARTS = ("negotiated_dollar", "negotiated_percentage", "negotiated_algorithm", "methodology")


def open_csv(file: str, lines: Iterable[str], wanted: frozenset[str] | None, numbers: Numbers) -> Prices:
    """Read the head of a CSV file. Raises PRICE-FILE-HEADER and PRICE-FILE-VERSION."""
    csv.field_size_limit(1 << 24)
    reader = csv.reader(iter(lines))
    first = [_name(cell) for cell in next(reader, [])]
    if "description" in first and any(cell.startswith("standard_charge") for cell in first):
        raise _no_header(file, 1, "the rows about the hospital, which come before the header, are missing")
    if "version" not in first:
        raise _no_header(file, 1, "its first row does not name hospital_name, last_updated_on and version")
    about = dict(zip(first, next(reader, []), strict=False))
    check_version(about.get("version"), file, 2)
    header = [_name(cell) for cell in next(reader, [])]
    places = _places(header, file)
    wide = "payer_name" not in places
    head = Head(
        "hospital_csv_wide" if wide else "hospital_csv_tall",
        _text(about.get("hospital_name")),
        _text(about.get("version")),
        _text(about.get("last_updated_on")),
    )
    payers = _payers(header) if wide else {}
    if wide and not payers and "standard_charge|gross" not in places:
        raise _no_header(file, HEADER_LINE, "it names no charge: neither payers nor standard_charge|gross")

    def rows() -> Iterator[Price]:
        after = reader.line_num + 1
        for cells in reader:
            line, after = after, reader.line_num + 1  # a note in quotation marks may span lines
            if not any(cell.strip() for cell in cells):
                continue
            row = _Row(line, cells, places)
            codes = [one for one in row.codes() if wanted is None or one[1] in wanted]
            if not codes:
                continue
            try:
                found = list(_wide(row, payers, numbers) if wide else _tall(row, numbers))
            except BadPrice as bad:
                numbers.note(bad)
                continue
            for code_type, code in codes:
                for price in found:
                    yield price._replace(code_type=code_type, code=code)

    return Prices(head, rows, numbers)


class _Row:
    """One row by the names of its columns."""

    def __init__(self, line: int, cells: list[str], places: Mapping[str, int]) -> None:
        self.line, self.cells, self.places = line, cells, places

    def get(self, column: str) -> str:
        at = self.places.get(column)
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    def codes(self) -> list[tuple[str, str]]:
        """The codes of the service with their types."""
        found = []
        number = 1
        while f"code|{number}" in self.places:
            code = self.get(f"code|{number}").upper()
            if code:
                found.append((self.get(f"code|{number}|type").upper() or "UNKNOWN", code))
            number += 1
        return found

    def base(self, numbers: Numbers) -> dict[str, Any]:
        """What holds of the service whoever pays."""
        gross, cash, least, largest = (
            numbers.read(self.get(f"standard_charge|{part}"), self.line, f"standard_charge|{part}")
            for part in _GENERAL
        )
        setting = self.get("setting").lower()
        if self.get("billing_class").lower() == "professional":
            setting = "professional"
        modifiers = " ".join(sorted(re.split(r"[|,;\s]+", self.get("modifiers").upper()))).strip()
        return {
            "line": self.line,
            "code_type": "",
            "code": "",
            "modifiers": modifiers,
            "setting": setting if setting in (*_SETTINGS, "professional") else "both",
            "gross": gross,
            "cash": cash,
            "least": least,
            "largest": largest,
        }


def _tall(row: _Row, numbers: Numbers) -> Iterator[Price]:
    payer = row.get("payer_name")
    names = {part: f"standard_charge|{part}" for part in _PAYER_PARTS} | {one: one for one in _OBSERVED}
    base = row.base(numbers)
    yield _price(row, base, payer or None, row.get("plan_name") or None, names, numbers)


def _wide(row: _Row, payers: Mapping[tuple[str, str], dict[str, str]], numbers: Numbers) -> Iterator[Price]:
    base = row.base(numbers)
    some = False
    for (payer, plan), names in payers.items():
        if any(row.get(column) for column in names.values()):
            some = True
            yield _price(row, base, payer, plan, names, numbers)
    if not some:
        yield Price(payer=None, plan=None, kind="charge", **base)


def _price(
    row: _Row,
    base: Mapping[str, Any],
    payer: str | None,
    plan: str | None,
    names: Mapping[str, str],
    numbers: Numbers,
) -> Price:
    def number(part: str) -> Any:
        column = names.get(part)
        return None if column is None else numbers.read(row.get(column), row.line, column)

    dollars, percentage = number("negotiated_dollar"), number("negotiated_percentage")
    observed = next((amount for part in _OBSERVED if (amount := number(part)) is not None), None)
    words = row.get(names.get("negotiated_algorithm", ""))
    kind = kind_of(payer, dollars, percentage, words)
    methodology = row.get(names.get("methodology", "")) or None
    return Price(
        payer=payer,
        plan=plan,
        kind=kind,
        negotiated=dollars,
        percentage=percentage,
        observed=observed,
        methodology=methodology,
        **base,
    )


def kind_of(payer: str | None, dollars: object, percentage: object, words: object) -> str:
    """How a price is stated: dollar, percentage, algorithm, or charge where there is no payer."""
    if dollars is not None:
        return "dollar"
    if percentage is not None:
        return "percentage"
    return "algorithm" if words or payer else "charge"


def _payers(header: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    """(payer, plan) -> part -> column, of a wide file."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column in header:
        parts = column.split("|")
        if len(parts) == 4 and parts[0] == "standard_charge" and parts[3] in _PAYER_PARTS:
            found.setdefault((parts[1], parts[2]), {})[parts[3]] = column
        elif len(parts) == 3 and parts[0] in _OBSERVED:
            found.setdefault((parts[1], parts[2]), {})[parts[0]] = column
    return found


def _places(header: list[str], file: str) -> dict[str, int]:
    places = {column: at for at, column in reversed(list(enumerate(header))) if column}
    if "code|1" not in places or not any(column.startswith("standard_charge|") for column in places):
        lacks = "code|1" if "code|1" not in places else "standard_charge|gross"
        raise _no_header(file, HEADER_LINE, f"it does not name {lacks}")
    return places


def _no_header(file: str, line: int, what: str) -> CorridorError:
    return CorridorError(
        "PRICE-FILE-HEADER",
        f"The header row is not where CMS's template has it: {what}.",
        why="The template has the hospital's name, date and version on lines 1 and 2, the columns on line 3, "
        "and the services from line 4.",
        todo="Use the file as published; a spreadsheet that dropped or moved the first rows breaks it.",
        file=file,
        line=line,
    )


def _name(cell: str) -> str:
    """A column's name: spaces round its bars do not matter; only CMS's own words are lower-cased."""
    parts = [part.strip() for part in cell.strip().split("|")]
    ends = {part.lower() for part in parts} & {*_PAYER_PARTS}
    if len(parts) == 4 and ends:
        return "|".join([parts[0].lower(), parts[1], parts[2], parts[3].lower()])
    if len(parts) == 3 and parts[0].lower() != "code":
        return "|".join([parts[0].lower(), parts[1], parts[2]])
    return "|".join(parts).lower()


def _text(value: str | None) -> str | None:
    return value.strip() or None if value else None
