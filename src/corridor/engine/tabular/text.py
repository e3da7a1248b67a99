"""One look at all bytes of a text file, before anything is read from it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from corridor.engine.tabular.gather import Found
from corridor.errors import CorridorError

CONTROL = b"\x1d"  # DuckDB is told to split on this, so that it splits on nothing
_CHUNK = 1 << 22
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
)


@dataclass(frozen=True)
class Scan:
    """What the bytes of a file say.

    encoding  as Python names it; UTF-8 unless the bytes are not, then Windows-1252
    quotes    whether a double quotation mark occurs
    plain     whether physical line n is record n for DuckDB: UTF-8, no blank line above the
              last record, no lone carriage return, no separator control character
    """

    encoding: str
    quotes: bool
    plain: bool
    warnings: tuple[str, ...] = ()


def scan(file: Found) -> Scan:
    """Read a file once. Error: TABULAR-NOT-TEXT for anything that is not a text file."""
    with file.path.open("rb") as stream:
        start = stream.read(4)
        for magic, kind in _OTHER_FILES:
            if start.startswith(magic):
                raise _not_text(file, f"it is {kind}")
        mark = next((name for bom, name in _BYTE_ORDER_MARKS if start.startswith(bom)), None)
        if mark == "utf-16":
            return Scan("utf-16", True, False)
        stream.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        utf8, quotes, blank, lone, control, last = True, False, False, False, False, b""
        while chunk := stream.read(_CHUNK):
            if b"\0" in chunk:
                raise _not_text(file, "it holds binary zeros")
            if utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf8 = False
            quotes = quotes or b'"' in chunk
            joined = last + chunk
            control = control or CONTROL in chunk
            blank = blank or b"\n\n" in joined or b"\n\r\n" in joined or (not last and joined[:1] in b"\r\n")
            lone = lone or joined.count(b"\r") != joined.count(b"\r\n") + joined.endswith(b"\r")
            last = joined[-2:]
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    lone = lone or last.endswith(b"\r")
    if utf8:
        return Scan(mark or "utf-8", quotes, not (blank or lone or control), ())
    return Scan(
        "cp1252",
        quotes,
        False,
        (f"{file.name} is not UTF-8; it was read as Windows-1252, as CMS often writes.",),
    )


def _not_text(file: Found, reason: str) -> CorridorError:
    return CorridorError(
        "TABULAR-NOT-TEXT",
        f"This is not a text file: {reason}.",
        why="Columns and rows cannot be told apart in it.",
        todo="Name the CSV or Excel file itself (.xlsx; save an .xls as .xlsx), or fetch it again.",
        file=file.name,
    )
