"""A JSON object read as a stream: the elements of its arrays one at a time, whatever the size of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Protocol

from corridor.errors import CorridorError

_CHUNK = 1 << 16
_SPACE = " \t\r\n"


class Reader(Protocol):
    """Something text is read from in pieces."""

    def read(self, size: int) -> str: ...


class ObjectStream:
    """The members of one JSON object: ``(key, None, value)``, and ``(key, number, element)`` of its arrays.

    Elements are numbered from 1. Numbers with a point become Decimal. Raises PRICE-FILE-CUT where the file
    ends before the object does, PRICE-FILE-JSON where it is no JSON.
    """

    def __init__(self, reader: Reader, file: str) -> None:
        self._reader, self._file = reader, file
        self._decoder = json.JSONDecoder(parse_float=Decimal)
        self._text, self._at, self._ended, self._behind = "", 0, False, 0

    def __iter__(self) -> Iterator[tuple[str, int | None, Any]]:
        self._expect("{")
        if self._peek() == "}":
            return
        while True:
            key = self._value()
            if not isinstance(key, str):
                raise self._broken()
            self._expect(":")
            if self._peek() == "[":
                yield from self._array(key)
            else:
                yield key, None, self._value()
            if self._after("}"):
                return

    def _array(self, key: str) -> Iterator[tuple[str, int | None, Any]]:
        self._expect("[")
        if self._peek() == "]":
            self._at += 1
            return
        number = 0
        while True:
            number += 1
            yield key, number, self._value()
            if self._after("]"):
                return

    def _after(self, end: str) -> bool:
        """Past a comma (False) or the end (True)."""
        found = self._peek()
        if found not in (",", end):
            raise self._broken()
        self._at += 1
        return found == end

    def _expect(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise self._broken()
        self._at += 1

    def _peek(self) -> str:
        """The next character that is no space."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more(_CHUNK):
                raise self._cut()

    def _value(self) -> Any:
        """One whole value. More is read until it is whole, each time as much as there is."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if error.pos < len(self._text) - _CHUNK:  # what is wrong lies far before the end
                    raise self._broken(error.pos) from None
                if not self._more(max(_CHUNK, len(self._text) - self._at)):
                    raise self._cut() if self._open() else self._broken(error.pos) from None
                continue
            # a number at the very end of what was read may go on
            if end == len(self._text) and self._more(_CHUNK):
                continue
            self._at = end
            return value

    def _open(self) -> bool:
        """Whether what is left looks like the start of a value that goes on."""
        return self._text.rstrip()[-1:] != "}"

    def _more(self, size: int) -> bool:
        if self._ended:
            return False
        text = self._reader.read(size)
        if not text:
            self._ended = True
            return False
        self._behind += self._at
        self._text = self._text[self._at :] + text
        self._at = 0
        return True

    def _cut(self) -> CorridorError:
        return CorridorError(
            "PRICE-FILE-CUT",
            "The file ends in the middle.",
            why="Its JSON object is not closed: the download was cut, or it is still being written.",
            todo="Download it again and compare its size with the publisher's.",
            file=self._file,
        )

    def _broken(self, at: int | None = None) -> CorridorError:
        place = self._behind + (self._at if at is None else at) + 1
        return CorridorError(
            "PRICE-FILE-JSON",
            f"The file is no JSON at character {place:,}.",
            why="A bracket, comma or quotation mark is missing or doubled there.",
            todo="Download it again; if it stays so, tell the publisher.",
            file=self._file,
        )
