"""Which packet version a file is, and whether its size can be right, before a row is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.errors import CorridorError
from corridor.layouts.cclf import FILE_TYPES, VERSIONS, Layout, layout, layouts
from corridor.sources.cclf.gather import Found

_HEAD = 1 << 16
_SCAN = 1 << 24
_PLAIN = bytes(range(ord(" "), ord("~") + 1))


@dataclass(frozen=True)
class Form:
    """How a file is to be read.

    width  bytes of a record with its end of line
    rows   records in the file
    cut    True where trailing blanks were cut, so that lines differ in length
    """

    found: Found
    layout: Layout
    end_of_line: bytes
    size: int
    rows: int
    cut: bool = False

    @property
    def width(self) -> int:
        return self.layout.record_length + len(self.end_of_line)


def detect(found: Found) -> Form | None:
    """The form of a file; None for a file of zero bytes. Raises where no layout fits."""
    size = found.path.stat().st_size
    if size == 0:
        return None
    with found.path.open("rb") as stream:
        head = stream.read(_HEAD)
    first, newline, _ = head.partition(b"\n")
    ending = b"\r\n" if first.endswith(b"\r") else b"\n"
    first = first.removesuffix(b"\r") if newline else first
    for one in layouts(found.file_type):
        if len(first) == one.record_length and first.endswith(one.filler.encode()):
            return _sized(found, one, ending, size)
    one = layouts(found.file_type)[0]
    if one.shortest_record <= len(first) < one.record_length:
        form = _cut_form(found, one, ending, size)
        if form is not None:
            return form
    raise _no_layout(found, first, bool(newline), size)


def delivery_version(forms: Sequence[Form]) -> str:
    """The newest packet version that every file of a delivery can have."""
    possible = list(VERSIONS)
    for form in forms:
        if form.layout.version == "short":
            continue
        kind, length = form.found.file_type, form.layout.record_length
        fits = [one for one in possible if layout(kind, one).record_length == length]
        if not fits:
            said = ", ".join(f"{one.found.file_type.upper()} {one.layout.record_length}" for one in forms)
            raise CorridorError(
                "CCLF-MIXED-VERSIONS",
                f"The files of this delivery are of different packet versions (record lengths: {said}).",
                why="One delivery has one version: these files were not sent together, or one is misnamed.",
                todo="Load the files of one delivery only, under the names CMS gave them.",
                file=form.found.shown,
                line=1,
            )
        possible = fits
    return possible[-1]


def _sized(found: Found, one: Layout, ending: bytes, size: int) -> Form:
    width = one.record_length + len(ending)
    rows, rest = divmod(size, width)
    if rest == one.record_length:
        rows, rest = rows + 1, 0  # the last end of line may be missing
    if rest:
        raise misplaced(found, one, ending)
    return Form(found, one, ending, size, rows)


def _cut_form(found: Found, one: Layout, ending: bytes, size: int) -> Form | None:
    """Files whose trailing blanks were cut: every line ends within the last field."""
    rows = 0
    with found.path.open("rb") as stream:
        for line in stream:
            rows += 1
            length = len(line.rstrip(b"\r\n"))
            if not one.shortest_record <= length < one.record_length:
                return None
    return Form(found, one, ending, size, rows, cut=True)


def misplaced(found: Found, one: Layout, ending: bytes) -> CorridorError:
    """The error for the first record that is not as long as the others."""
    width = one.record_length + len(ending)
    number = 0
    rest = b""
    with found.path.open("rb") as stream:
        while True:
            block = stream.read(_SCAN // width * width)
            if not block:
                break
            for start in range(0, len(block), width):
                record = block[start : start + width]
                number += 1
                if record.endswith(ending) and record.count(b"\n") == 1:
                    continue
                rest = block[start:] + stream.read(width)
                return damaged_line(found, one, rest.split(b"\n")[0].removesuffix(b"\r"), number, rest)
    return damaged_line(found, one, rest, max(number, 1), rest)


def damaged_line(found: Found, one: Layout, line: bytes, number: int, rest: bytes) -> CorridorError:
    """Name what is wrong with a line that has not the length of a record."""
    strange = next((at for at, byte in enumerate(line) if byte not in _PLAIN), None)
    if strange is not None:
        return strange_character(found, one, line[strange], strange, number)
    last = len(rest) <= len(line) + 1
    if last and len(line) < one.record_length:
        return CorridorError(
            "CCLF-TRUNCATED",
            f"The last record has {len(line)} characters instead of {one.record_length}.",
            why="The file was cut on its way; how much is missing cannot be told.",
            todo="Fetch the delivery again from CMS.",
            file=found.shown,
            line=number,
        )
    return CorridorError(
        "CCLF-RECORD-LENGTH",
        f"A record has {len(line)} characters; those of {one.file_type.upper()} have {one.record_length}.",
        why="From here on no field is where it should be.",
        todo="Fetch the delivery again from CMS.",
        file=found.shown,
        line=number,
    )


def strange_character(found: Found, one: Layout, byte: int, at: int, number: int) -> CorridorError:
    """The error for a byte (at index ``at`` of a record) that is no printable ASCII character."""
    field = one.field_at(at + 1)
    kind = "a character that is not plain ASCII" if byte > _PLAIN[-1] else "a control character"
    return CorridorError(
        "CCLF-NOT-ASCII" if byte > _PLAIN[-1] else "CCLF-CONTROL-CHARACTER",
        f"A record holds {kind} (byte {byte:#04x}) at position {at + 1}.",
        why="CCLF files are plain ASCII: the file was changed or damaged on its way.",
        todo="Fetch the delivery again from CMS.",
        file=found.shown,
        line=number,
        field=field.name if field else None,
    )


def _no_layout(found: Found, first: bytes, has_newline: bool, size: int) -> CorridorError:
    for at, byte in enumerate(first):
        if byte not in _PLAIN:
            return strange_character(found, layouts(found.file_type)[-1], byte, at, 1)
    wanted = sorted({one.record_length for one in layouts(found.file_type)})
    alike = [kind for kind in FILE_TYPES for one in layouts(kind) if one.record_length == len(first)]
    said = " or ".join(str(length) for length in wanted)
    if alike:
        return CorridorError(
            "CCLF-MISNAMED",
            f"The name says {found.file_type.upper()}, but the records have {len(first)} characters, "
            f"as those of {alike[0].upper()} have.",
            why=f"{found.file_type.upper()} records have {said} characters.",
            todo="Give the file the name CMS gave it.",
            file=found.shown,
            line=1,
        )
    if not has_newline and size < max(wanted):
        return damaged_line(found, layouts(found.file_type)[-1], first, 1, first)
    return CorridorError(
        "CCLF-RECORD-LENGTH",
        f"The first record has {len(first)} characters; those of {found.file_type.upper()} have {said}.",
        why="No version of the CMS packet known to Corridor has such records.",
        todo="Check that this is the file as CMS sent it; a new version of the packet needs a new layout.",
        file=found.shown,
        line=1,
    )
