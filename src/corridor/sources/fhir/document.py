"""Resources of a JSON text that is no NDJSON (a resource, a Bundle, an array), read as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
_SPACE = " \t\r\n"


class Cut(Exception):
    """The text ends, or is no JSON, at ``line``."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def resources(path: Path) -> Iterator[tuple[int, str]]:
    """Each resource: the line of the file it begins on, and its JSON text. Raises Cut.

    Only one entry of a Bundle is held at a time, so that a Bundle may be of any size.
    """
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", errors="replace") as stream:
        text = _Text(stream)
        while (sign := text.peek()) != "":
            if sign == "[":
                text.step()
                for line, value in text.elements():
                    yield line, json.dumps(value, separators=(",", ":"))
            elif sign == "{":
                yield from _object(text)
            else:
                raise Cut(text.line())


def _object(text: _Text) -> Iterator[tuple[int, str]]:
    """A resource; of a Bundle (known by its entries) each resource in it."""
    line = text.line()
    text.step()
    whole: dict[str, Any] = {}
    entries = False
    while (sign := text.peek()) != "}":
        if sign == ",":
            text.step()
            text.peek()
        key = text.value()
        if text.peek() != ":" or not isinstance(key, str):
            raise Cut(text.line())
        text.step()
        if key == "entry" and text.peek() == "[":
            text.step()
            entries = True
            for at, entry in text.elements():
                held = entry.get("resource") if isinstance(entry, dict) else None
                yield at, json.dumps(entry if held is None else held, separators=(",", ":"))
        else:
            whole[key] = text.value()
    text.step()
    if not entries and whole.get("resourceType") != "Bundle":
        yield line, json.dumps(whole, separators=(",", ":"))


class _Text:
    """A JSON text of which only a window is in memory."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._held = ""
        self._at = 0
        self._lines = 1  # lines before the window
        self._decoder = json.JSONDecoder()

    def line(self) -> int:
        """The line of the file that the next character is on, from 1."""
        return self._lines + self._held.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def step(self) -> None:
        """Pass the next character."""
        self._at += 1

    def value(self) -> Any:
        """The JSON value that begins here. Raises Cut."""
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._held, self._at)
                # a number may go on in what is not read yet
                if end < len(self._held) or not self._more():
                    self._at = end
                    return found
            except ValueError as error:
                if not self._more():
                    raise Cut(self.line()) from error

    def elements(self) -> Iterator[tuple[int, Any]]:
        """The values of the array that was opened, each with its line. Raises Cut."""
        while (sign := self.peek()) != "]":
            if sign == ",":
                self.step()
                self.peek()
            line = self.line()
            yield line, self.value()
        self.step()

    def _more(self) -> bool:
        chunk = self._stream.read(_CHUNK)
        self._lines += self._held.count("\n", 0, self._at)
        self._held, self._at = self._held[self._at :] + chunk, 0
        return bool(chunk)
