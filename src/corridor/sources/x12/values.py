"""Amounts, dates, codes and keys as X12 writes them."""

from __future__ import annotations

import hashlib
import re
from datetime import date

from corridor.sources.x12.segments import Segment

_NUMBER = re.compile(r"[+-]?(\d{1,13}(\.\d*)?|\.\d+)")  # no more digits than an amount of SQL holds
_NPI_QUALIFIER = "XX"


class BadValue(Exception):
    """A value that cannot be used: the claim it belongs to is set aside."""

    def __init__(self, segment: Segment, place: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.number = segment.number
        self.field = f"{segment.name}{place:02d}"
        self.code = code
        self.reason = reason
        self.text = segment.get(place)


def amount(segment: Segment, place: int) -> str | None:
    """A number as text that SQL reads exactly; None where there is none. Raises BadValue."""
    text = segment.get(place)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadValue(segment, place, "bad-money", "this is no amount")
    return text


def plain_number(text: str) -> str | None:
    """A number of a component, None where it is none."""
    return text if _NUMBER.fullmatch(text) else None


def day(text: str) -> str | None:
    """CCYYMMDD (or the day of CCYYMMDDHHMM) as an ISO date; None where it is no day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat() if len(text) >= 8 else None
    except ValueError:
        return None


def days(segment: Segment, form: int, place: int) -> tuple[str | None, str | None]:
    """First and last day of a date element under its format qualifier (D8, RD8, DT). Raises BadValue."""
    text = segment.get(place)
    if not text:
        return None, None
    if segment.get(form) == "RD8":
        first, _, last = text.partition("-")
    else:
        first = last = text
    begin, end = day(first), day(last)
    if begin is None or end is None:
        raise BadValue(segment, place, "bad-date", "this is no date")
    return begin, end


def npi_of(segment: Segment) -> str | None:
    """The NPI of an NM1 or N1 segment, None where it carries another number."""
    qualifier, value = (8, 9) if segment.name == "NM1" else (3, 4)
    text = segment.get(value)
    return text if segment.get(qualifier) == _NPI_QUALIFIER and len(text) == 10 and text.isdigit() else None


def tin_of(text: str) -> str | None:
    """Nine digits of a taxpayer number, hyphens dropped; None where there are not nine."""
    digits = text.replace("-", "").strip()
    return digits if len(digits) == 9 and digits.isdigit() else None


def key_of(*parts: str | None) -> str | None:
    """A join key for numbers that may name a patient; None where the last part is empty."""
    if not parts[-1]:
        return None
    return hashlib.sha256("|".join(part or "" for part in parts).encode()).hexdigest()[:16]


def clean_code(text: str) -> str | None:
    """A code without dot and blanks, None where it is empty."""
    return text.replace(".", "").strip().upper() or None
