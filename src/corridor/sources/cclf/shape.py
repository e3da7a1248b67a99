"""What may stand at each position of a record, tested on whole pieces of a file at once.

Two passes. The first compares every byte with what its position allows: one array operation
after the other over blocks that fit the processor's cache. It only has to miss nothing. The
second, in values.py, judges the few values that the first found suspicious.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.layouts.cclf import Field, Layout
from corridor.sources.cclf.extent import Extent
from corridor.sources.cclf.values import DECIMAL_DIGITS, SCALE, fault

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

BLANK = ord(" ")
TILDE = ord("~")  # some feeds write it where a value is missing
_BLOCK_BYTES = 1 << 19
_SAMPLE_ROWS = 4096
_OFTEN = 50  # one row in so many is no exception any more
_LONG_TEXT = 10
_SAFE_INTEGER_DIGITS = 9  # fewer never exceed INTEGER
# Last day of each month; the 29th of February is left to the second pass.
_LAST_DAY = np.zeros(256, np.uint8)
_LAST_DAY[1:13] = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass
class _Rules:
    """Per position: the allowed range, a hole in it, whether blank is allowed, and which edges are not."""

    low: Bytes
    span: Bytes
    hole: Bytes
    hole_span: Bytes
    blank: Flags
    no_start: Flags  # a character after a blank would be a second word
    no_end: Flags  # a blank after a character would leave a gap

    @classmethod
    def empty(cls, width: int) -> _Rules:
        low, span, hole_span = (np.zeros(width, np.uint8) for _ in range(3))
        blank, no_start, no_end = (np.zeros(width, np.bool_) for _ in range(3))
        return cls(low, span, np.full(width, 255, np.uint8), hole_span, blank, no_start, no_end)

    def allow(self, where: slice, first: str, last: str, hole: str = "") -> None:
        """Allow the characters from ``first`` to ``last`` except those from hole[0] to hole[1]."""
        self.low[where], self.span[where] = ord(first), ord(last) - ord(first)
        self.hole[where] = ord(hole[0]) if hole else 255
        self.hole_span[where] = ord(hole[1]) - ord(hole[0]) if hole else 0


@dataclass
class Shape:
    """The test of one file, with what its own first rows show to be usual in it.

    loose  numeric fields whose form cannot be tested by position alone; SQL tests those
    unused fields of identifiers that CMS no longer sends, blank in the first rows
    """

    layout: Layout
    width: int
    rules: _Rules
    mbi_form: bool = False
    loose: set[str] = field(default_factory=set)
    unused: set[str] = field(default_factory=set)

    @classmethod
    def learn(cls, layout: Layout, end_of_line: bytes, sample: Bytes) -> Shape:
        """Rules from the layout, relaxed where the first rows of the file say otherwise."""
        sample = sample[:_SAMPLE_ROWS]
        width = layout.record_length + len(end_of_line)
        shape = cls(layout, width, _Rules.empty(width))
        shape.rules.allow(slice(None), " ", "~")
        for at, byte in enumerate(end_of_line, start=layout.record_length):
            shape.rules.allow(slice(at, at + 1), chr(byte), chr(byte))
        shape.mbi_form = _mbi_form(layout, sample)
        tested = [one for one in layout.fields if one.type != "text"]
        for one in tested:
            shape._learn_field(one, sample)
        wrong = shape.suspicious(sample, sample == BLANK)
        for one in tested:
            where = slice(one.start - 1, one.end)
            rows = np.flatnonzero(wrong[:, where].any(axis=1))
            filled = np.count_nonzero((sample[:, where] != BLANK).any(axis=1))
            kept = [row for row in rows if _acceptable(one, sample[row, where].tobytes())]
            if len(kept) * _OFTEN > len(sample) and one.type != "date":
                shape._relax(one, sample[kept, where])
            elif one.identifies == "legacy" and filled * _OFTEN <= len(sample):
                shape.rules.allow(where, "~", "~")
                shape.unused.add(one.name)
        return shape

    @property
    def _other_edge(self) -> Flags:
        other: Flags = self.rules.no_start ^ self.rules.no_end
        return other

    def _learn_field(self, one: Field, sample: Bytes) -> None:
        where = slice(one.start - 1, one.end)
        blank = sample[:, where] == BLANK
        starts = int((blank[:, :-1] > blank[:, 1:]).any(axis=1).sum())
        ends = int((blank[:, :-1] < blank[:, 1:]).any(axis=1).sum())
        inner = slice(one.start, one.end)
        usual = len(sample) // _OFTEN
        self.rules.no_start[inner] = one.type == "date" or (starts <= usual and starts <= ends)
        self.rules.no_end[inner] = one.type == "date" or (ends <= usual and ends <= starts)
        self.rules.blank[where] = True
        self._strict(one)
        if one.required:
            first = one.start - 1 if self.rules.no_start[where][-1] else one.end - 1
            self.rules.blank[first] = False

    def _strict(self, one: Field) -> None:
        where = slice(one.start - 1, one.end)
        rules = self.rules
        if one.type == "date":
            rules.allow(where, "0", "9")
            for at, letter in enumerate(one.format):
                if letter == "-":
                    rules.allow(slice(one.start - 1 + at, one.start + at), "-", "-")
            rules.blank[where] = not one.required
        elif one.type == "code":
            rules.allow(where, "0", "Z", ":@")
        elif one.type == "digits":
            rules.allow(where, "0", "9")
        elif one.type == "integer":
            rules.allow(where, "0", "9")
            rules.allow(slice(one.start - 1, max(one.start - 1, one.end - _SAFE_INTEGER_DIGITS)), "0", "0")
        else:  # right-aligned, with its point in a fixed place
            scale = SCALE[one.type]
            point = one.end - scale - 1
            rules.allow(where, "0", "9")
            rules.allow(slice(point, point + 1), ".", ".")
            too_far = max(one.start - 1, point - (DECIMAL_DIGITS - scale))
            rules.allow(slice(one.start - 1, too_far), "0", "0")
            rules.blank[point + 1 : one.end] = True

    def _relax(self, one: Field, usual: Bytes) -> None:
        """Allow what acceptable values of the field (rows, length) show to be usual."""
        where = slice(one.start - 1, one.end)
        if one.type == "code" and ((usual <= ord("Z")) & ((usual >= ord("-")) | (usual == BLANK))).all():
            self.rules.allow(where, "-", "Z", ":@")
            return
        self.rules.no_start[where] = self.rules.no_end[where] = False
        if one.type in SCALE or one.type == "integer":
            self.rules.allow(where, "+", "9")
            self.loose.add(one.name)
        else:
            self.rules.allow(where, " ", "~")

    def suspicious(self, block: Bytes, blank: Flags) -> Flags:
        """First pass over a block (rows, width), blank where ``blank``: where something may be wrong."""
        rules = self.rules
        wrong: Flags = ((block - rules.low) > rules.span) > (blank & rules.blank)
        wrong |= (block - rules.hole) <= rules.hole_span
        before, after = blank[:, :-1], blank[:, 1:]
        # where blank changes to filled no_start forbids it, where filled changes to blank no_end
        forbidden = after & self._other_edge[1:]
        forbidden ^= rules.no_start[1:]
        forbidden &= before != after
        wrong[:, 1:] |= forbidden
        return wrong

    def suspects(self, piece: Bytes, extent: Extent) -> Iterator[tuple[int, Field | None, int]]:
        """(row, field, position) of every value of a piece (rows, width) that the second pass must see.

        A position that belongs to no field (the end of the line, a reserved place) comes with None.
        ``extent`` takes in the blanks on the way.
        """
        step = max(1, _BLOCK_BYTES // self.width)
        fields = self.layout.fields
        dates = [one for one in fields if one.type == "date"]
        texts = [one for one in fields if one.type == "text" and one.length >= _LONG_TEXT]
        place_of = np.full(self.width, len(fields), np.int64)
        for place, one in enumerate(fields):
            place_of[one.start - 1 : one.end] = place
        for base in range(0, len(piece), step):
            block = piece[base : base + step]
            blank = block == BLANK
            extent.add(blank)
            wrong = self.suspicious(block, blank)
            for day in dates:
                wrong[:, day.start - 1] |= _no_such_day(block, day.start - 1)
            for one in texts:
                wrong[:, one.start - 1 : one.end] |= _lone(block[:, one.start - 1 : one.end])
            if not wrong.any():
                continue
            rows = np.flatnonzero(wrong.any(axis=1))
            at, positions = np.nonzero(wrong[rows])
            values = at * (len(fields) + 1) + place_of[positions]
            _, firsts = np.unique(values, return_index=True)
            found = zip(
                rows[at[firsts]].tolist(), positions[firsts].tolist(), place_of[positions[firsts]].tolist()
            )
            for row, position, place in found:
                yield base + row, fields[place] if place < len(fields) else None, position


def _lone(text: Bytes) -> Flags:
    """Where something follows two blanks in a name or address: what a changed bit makes of padding."""
    blank = text == BLANK
    wrong = np.zeros(text.shape, np.bool_)
    wrong[:, 2:] = blank[:, :-2] & blank[:, 1:-1] & ~blank[:, 2:]
    return wrong


def _no_such_day(block: Bytes, start: int) -> Flags:
    month = (block[:, start + 5] & 15) * 10 + (block[:, start + 6] & 15)
    day = (block[:, start + 8] & 15) * 10 + (block[:, start + 9] & 15)
    wrong: Flags = ((day - 1) >= _LAST_DAY[month]) & (block[:, start] != BLANK)
    return wrong


def _acceptable(one: Field, value: bytes) -> bool:
    found = fault(one, value)
    return found is None or (found.minor and not found.damaged)


def _mbi_form(layout: Layout, sample: Bytes) -> bool:
    """Whether the identifiers of the file are Medicare's (some test files hold others)."""
    for one in layout.fields:
        if one.name == "bene_mbi_id":
            values = [row[one.start - 1 : one.end].tobytes() for row in sample[: _OFTEN * 2]]
            strange = sum(1 for value in values if fault(one, value, True) is not None)
            return strange * 2 < max(len(values), 1)
    return False


def clear_tildes(piece: Bytes, layout: Layout) -> Bytes:
    """Make fields that hold nothing but ``~`` blank; other tildes stay."""
    piece = piece.copy()
    for one in layout.fields:
        if one.type == "text":
            continue
        part = piece[:, one.start - 1 : one.end]
        empty = ((part == TILDE) | (part == BLANK)).all(axis=1)
        part[empty] = BLANK
    return piece
