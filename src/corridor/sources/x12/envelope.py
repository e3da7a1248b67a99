"""The envelopes of a file: interchanges, groups and transaction sets, their counts and control numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corridor.engine.tabular import Found
from corridor.errors import CorridorError
from corridor.sources.x12.segments import Segment, cut_error, read_segments


@dataclass(frozen=True)
class Header:
    """A transaction set: its kind (837, 835, ...), the guide it follows, and the dates around it."""

    kind: str
    version: str
    group_date: str
    group_time: str
    control_number: str


@dataclass
class _Open:
    """An envelope that is open: the control number that must close it, and what is counted inside."""

    name: str
    control: str
    count: int = 0


# closing segment -> (opening segment, what it counts, what the envelope is called)
_CLOSES = {
    "SE": ("ST", "segments", "transaction set"),
    "GE": ("GS", "transaction sets", "group"),
    "IEA": ("ISA", "groups", "interchange"),
}

# TA1 acknowledges an interchange: it stands outside the groups and is not counted
_ENVELOPE = frozenset({"ISA", "GS", "ST", "TA1", *_CLOSES})


def read_transactions(file: Found) -> Iterator[tuple[Header, Segment]]:
    """Every segment inside a transaction set (ST to SE), with the header of its set.

    Errors: X12-ORDER, X12-CONTROL-NUMBER, X12-COUNT, and those of ``read_segments``: each refuses the file.
    """
    stack: list[_Open] = []
    header = Header("", "", "", "", "")
    group_version = group_date = group_time = ""
    number = 0
    for segment in read_segments(file.path, file.name):
        name, number = segment.name, segment.number
        if name not in _ENVELOPE:
            if not stack or stack[-1].name != "ST":
                _expect(stack, "ST", segment, file.name)
            stack[-1].count += 1
            yield header, segment
        elif name == "ISA":
            _expect(stack, "", segment, file.name)
            stack.append(_Open("ISA", segment.get(13)))
        elif name == "GS":
            _expect(stack, "ISA", segment, file.name)
            group_date, group_time, group_version = segment.get(4), segment.get(5), segment.get(8)
            stack[-1].count += 1
            stack.append(_Open("GS", segment.get(6)))
        elif name == "ST":
            _expect(stack, "GS", segment, file.name)
            header = Header(
                segment.get(1), segment.get(3) or group_version, group_date, group_time, segment.get(2)
            )
            stack[-1].count += 1
            stack.append(_Open("ST", segment.get(2), 1))
            yield header, segment
        elif name in _CLOSES:
            opening = _CLOSES[name][0]
            _expect(stack, opening, segment, file.name)
            if name == "SE":
                stack[-1].count += 1
            _check(stack.pop(), segment, file.name)
            if name == "SE":
                yield header, segment
    if stack:
        raise cut_error(file.name, number, f"{stack[-1].name} {stack[-1].control} is not closed")


def _expect(stack: list[_Open], name: str, segment: Segment, file_name: str) -> None:
    inside = stack[-1].name if stack else ""
    if inside != name:
        where = f"inside {inside}" if inside else "outside any interchange"
        raise CorridorError(
            "X12-ORDER",
            f"Segment {segment.name} stands {where}.",
            why=f"It belongs inside {name}." if name else "It may only stand between interchanges.",
            todo="Fetch the file again; if it is the same, ask its sender.",
            file=file_name,
            line=segment.number,
            field=segment.name,
        )


def _check(opened: _Open, segment: Segment, file_name: str) -> None:
    _, counted, what = _CLOSES[segment.name]
    stated, control = segment.get(1), segment.get(2)
    if control != opened.control:
        raise CorridorError(
            "X12-CONTROL-NUMBER",
            f"{opened.name} carries control number {opened.control}, its {segment.name} {control}.",
            why=f"The two ends of a {what} carry one number; parts of two may have been mixed.",
            todo="Fetch the file again; if it is the same, ask its sender.",
            file=file_name,
            line=segment.number,
            field=f"{segment.name}02",
        )
    if not stated.isdigit() or int(stated) != opened.count:
        raise CorridorError(
            "X12-COUNT",
            f"{segment.name} states {stated} {counted}, the {what} {control} holds {opened.count}.",
            why="Something is missing or doubled, or the file was changed by hand.",
            todo="Fetch the file again; if it is the same, ask its sender.",
            file=file_name,
            line=segment.number,
            field=f"{segment.name}01",
        )
