"""Segments of an X12 file, one at a time, whatever the size of the file.

Delimiters are read from each ISA, so interchanges of one file may differ in them. Line breaks between
segments, and those a mail program put inside them, carry no meaning and are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corridor.errors import CorridorError

_CHUNK = 1 << 20
_BREAKS = "\r\n"
_ISA_ELEMENTS = 16
_ISA_LONGEST = 400  # characters; 106 where every element has its full width
_REPETITION, _VERSION = 11, 12


@dataclass(frozen=True)
class Delimiters:
    """The characters that part elements, their components, their repetitions and segments."""

    element: str
    component: str
    repetition: str
    segment: str


class Segment:
    """One segment: ``number`` counts from 1 in the file, element 0 is its name."""

    __slots__ = ("delimiters", "elements", "name", "number")

    def __init__(self, number: int, elements: list[str], delimiters: Delimiters) -> None:
        self.number = number
        self.name = elements[0]
        self.elements = elements
        self.delimiters = delimiters

    def get(self, place: int) -> str:
        """An element without blanks around it; empty where the segment ends before it."""
        return self.elements[place].strip() if place < len(self.elements) else ""

    def parts(self, place: int, component: str) -> list[str]:
        """The components of an element, at least one."""
        return [part.strip() for part in self.get(place).split(component)]


def begins_interchange(path: Path) -> bool:
    """Whether the first characters of a file are those of an interchange header."""
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:3] == b"ISA"


def read_segments(path: Path, file_name: str) -> Iterator[Segment]:
    """Every segment of a file in order. Errors: X12-NOT-X12, X12-ISA, X12-CUT."""
    with path.open(encoding="latin-1", newline="") as stream:
        buffer, at, number = stream.read(_CHUNK).lstrip("\xef\xbb\xbf"), 0, 0
        delimiters: Delimiters | None = None
        while True:
            if delimiters is None:
                while at < len(buffer) and buffer[at].isspace():
                    at += 1
                if len(buffer) - at < _ISA_LONGEST:
                    buffer, at = (buffer[at:] + stream.read(_CHUNK)).lstrip(), 0
                if at >= len(buffer):
                    if number == 0:
                        raise _not_x12(file_name)
                    return
                delimiters = _delimiters(buffer[at : at + _ISA_LONGEST], file_name, number + 1)
            end = buffer.find(delimiters.segment, at)
            while end < 0:
                more = stream.read(_CHUNK)
                if not more:
                    break
                buffer, at = buffer[at:] + more, 0
                end = buffer.find(delimiters.segment)
            if end < 0:
                if buffer[at:].strip():
                    raise cut_error(file_name, number + 1, "the last segment has no terminator")
                return
            text = buffer[at:end].strip()  # line breaks and blanks around a segment
            at = end + 1
            if "\n" in text or "\r" in text:
                text = "".join(text.splitlines())
            if not text:
                continue
            number += 1
            segment = Segment(number, text.split(delimiters.element), delimiters)
            yield segment
            if segment.name == "IEA":
                delimiters = None


def _delimiters(head: str, file_name: str, number: int) -> Delimiters:
    if head[:3] != "ISA":
        if number == 1:
            raise _not_x12(file_name)
        raise CorridorError(
            "X12-ORDER",
            "Something other than an interchange follows the end of an interchange (IEA).",
            why="A file is a row of interchanges, each from ISA to IEA.",
            todo="Fetch the file again; if it is the same, ask its sender.",
            file=file_name,
            line=number,
        )
    element = head[3]
    at = 3
    for _ in range(_ISA_ELEMENTS - 1):
        at = head.find(element, at + 1)
        if at < 0:
            break
    # the last element is one character, the one behind it ends the segment
    if at < 0 or len(head) < at + 3 or element.isalnum() or head[at + 1].isalnum() or head[at + 2].isalnum():
        raise CorridorError(
            "X12-ISA",
            "The interchange header (ISA) does not have its sixteen elements.",
            why="It says which characters part the segments, elements and components of the file.",
            todo="Fetch the file again; a transfer may have changed or cut its first 106 characters.",
            file=file_name,
            line=number,
        )
    repetition = head[:at].split(element)[_REPETITION]
    return Delimiters(element, head[at + 1], "" if repetition.isalnum() else repetition, head[at + 2])


def _not_x12(file_name: str) -> CorridorError:
    return CorridorError(
        "X12-NOT-X12",
        "This is no X12 file.",
        why="It does not begin with an interchange header (ISA).",
        todo="Name the 837 or 835 files as they came from the clearinghouse or payer.",
        file=file_name,
    )


def cut_error(file_name: str, number: int, why: str) -> CorridorError:
    """The file ends too early."""
    return CorridorError(
        "X12-CUT",
        "The file ends before its interchange does.",
        why=f"At segment {number}: {why}. Claims may be missing behind it.",
        todo="Fetch the file again and compare its size with the sender's.",
        file=file_name,
        line=number,
    )
