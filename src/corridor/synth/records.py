"""Fixed-width records from arrays: a sheet of bytes a piece, one gather a field.

A record is written as bytes, never as Python text: tables hold the text of every code once, and a field is a
gather from its table by index. Index -1 is blank everywhere (the last row of every table).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from corridor.layouts import cclf
from corridor.synth.days import date_bytes, month_start
from corridor.synth.identifiers import Bytes, Ints

PACKET = "v36"  # the record lengths of packets v36 to v38
ROWS_AT_ONCE = 32_768
_BLANK = ord(" ")
_FIRST_DAY = month_start(1900, 1)
_LAST_DAY = month_start(2041, 1)


@cache
def _dates() -> Bytes:
    table = date_bytes(_FIRST_DAY, _LAST_DAY)
    table.setflags(write=False)
    return table


def code_table(codes: Sequence[str]) -> Bytes:
    """The text of codes, left-aligned, shape (n + 1, longest); the last row is blank."""
    width = max((len(code) for code in codes), default=1) or 1
    text = np.array([code.ljust(width) for code in codes] + [" " * width], dtype=f"S{width}")
    return text.view(np.uint8).reshape(len(codes) + 1, width)


def digits(numbers: Ints, width: int) -> Bytes:
    """Whole numbers with leading zeros, shape (n, width)."""
    out = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.astype(np.int64, copy=True)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        out[:, place] = digit + 48
    return out


def amounts(cents: Ints, width: int, decimals: int = 2) -> Bytes:
    """Numbers of 10 ** -decimals, right-aligned with a point, shape (n, width); negative ones with a sign."""
    out = np.full((len(cents), width), _BLANK, dtype=np.uint8)
    rest = np.abs(cents.astype(np.int64))
    place = width - 1
    for _ in range(decimals):
        rest, digit = np.divmod(rest, 10)
        out[:, place] = digit + 48
        place -= 1
    if decimals:
        out[:, place] = ord(".")
        place -= 1
    open_rows = np.ones(len(cents), dtype=bool)
    signed = cents < 0
    while place >= 0:
        rest, digit = np.divmod(rest, 10)
        out[:, place] = np.where(open_rows, digit + 48, np.where(signed, ord("-"), _BLANK))
        signed &= open_rows
        open_rows = rest > 0
        place -= 1
        if not open_rows.any() and not signed.any():
            break
    return out


class Sheet:
    """Records of one file type in memory: bytes of shape (rows, record length + line feed)."""

    def __init__(self, file_type: str, rows: int) -> None:
        layout = cclf.layout(file_type, PACKET)
        self.places = {field.name: (field.start - 1, field.end) for field in layout.fields}
        self.bytes = np.full((rows, layout.record_length + 1), _BLANK, dtype=np.uint8)
        self.bytes[:, -1] = 10

    def put(self, field: str, text: Bytes) -> None:
        """Put text of shape (rows, width) at the left of a field."""
        start, end = self.places[field]
        width = min(text.shape[1], end - start)
        self.bytes[:, start : start + width] = text[:, :width]

    def constant(self, field: str, text: str) -> None:
        """The same text in every record."""
        start, _ = self.places[field]
        self.bytes[:, start : start + len(text)] = np.frombuffer(text.encode("ascii"), dtype=np.uint8)

    def code(self, field: str, table: Bytes, index: NDArray[np.integer]) -> None:
        """A code by its index in a table; -1 is blank."""
        self.put(field, table[index])

    def date(self, field: str, day: Ints) -> None:
        """A date from day numbers; days after the table (no date) are blank."""
        index = np.where(day > _LAST_DAY, -1, day - _FIRST_DAY)
        self.put(field, _dates()[index])

    def amount(self, field: str, cents: Ints, decimals: int = 2) -> None:
        """An amount of cents (or of 10 ** -decimals), right-aligned."""
        start, end = self.places[field]
        self.bytes[:, start:end] = amounts(cents, end - start, decimals)

    def number(self, field: str, values: Ints, width: int | None = None) -> None:
        """A whole number with leading zeros, over the field or ``width`` characters of it."""
        start, end = self.places[field]
        self.put(field, digits(values, width or end - start))


Fill = Callable[[Sheet, slice], None]


def write(stream: BinaryIO, file_type: str, rows: int, fill: Fill) -> int:
    """Write ``rows`` records in pieces; ``fill`` sets the fields of one piece. Returns the rows written."""
    for first in range(0, rows, ROWS_AT_ONCE):
        piece = slice(first, min(first + ROWS_AT_ONCE, rows))
        sheet = Sheet(file_type, piece.stop - piece.start)
        fill(sheet, piece)
        stream.write(sheet.bytes.data)
    return rows
