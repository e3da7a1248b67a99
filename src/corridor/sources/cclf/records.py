"""Reading a file in pieces, and finding the records that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from corridor.errors import CorridorError
from corridor.sources.cclf.detect import Form, damaged_line, strange_character
from corridor.sources.cclf.extent import Extent
from corridor.sources.cclf.shape import Bytes, Shape, clear_tildes
from corridor.sources.cclf.values import fault, one_bit_off_blank

# A piece is whole row groups of Parquet: at least one, and as many as fit these bytes (DuckDB shares them out
# among its threads). The longest record makes a piece of 67 MB.
PIECE_ROWS = 122_880
PIECE_BYTES = 1 << 26
# Unusual text in at most so many records of a file is damage; in more it is how the file is written.
ISOLATED = 3
_FIRST_PRINTABLE, _LAST_PRINTABLE = ord(" "), ord("~")


@dataclass
class Bad:
    """A record set aside: its first fault names the field, all faults make the reason."""

    line: int
    field: str
    code: str
    reason: str
    raw: str


@dataclass
class Checker:
    """Judges the pieces of one file; raises for damage unless rows may be set aside."""

    form: Form
    shape: Shape
    set_aside: bool
    odd: dict[str, list[int]] = field(default_factory=dict)

    def bad_records(self, piece: Bytes, first_line: int, extent: Extent) -> list[Bad]:
        """The records of a piece that cannot be kept; ``extent`` takes in the piece."""
        bad: dict[int, Bad] = {}
        for row, one, position in self.shape.suspects(piece, extent):
            line = first_line + row
            byte = int(piece[row, position])
            if not _FIRST_PRINTABLE <= byte <= _LAST_PRINTABLE:
                raise strange_character(self.form.found, self.form.layout, byte, position, line)
            if one is None:
                continue
            value = piece[row, one.start - 1 : one.end].tobytes()
            found = fault(one, value, self.shape.mbi_form)
            odd = found is not None and found.minor and found.damaged
            if odd or (one.name in self.shape.unused and one_bit_off_blank(value)):
                lines = self.odd.setdefault(one.name, [])
                if len(lines) <= ISOLATED:
                    lines.append(line)
            if found is None or found.minor:
                continue
            if found.damaged and not self.set_aside:
                raise damaged(self.form, line, one.name)
            code = "DAMAGED" if found.damaged else found.code
            known = bad.get(row)
            if known is not None:
                known.reason += f"; {found.reason}"
            else:
                bad[row] = Bad(line, one.name, code, found.reason, _text(piece[row], self.form))
        return list(bad.values())

    def finish(self) -> list[str]:
        """After the last piece: unusual text in a few records only is damage. Returns warnings."""
        warnings = []
        for name, lines in sorted(self.odd.items(), key=lambda item: item[1]):
            if len(lines) > ISOLATED or 2 * len(lines) >= self.form.rows:
                continue
            if not self.set_aside:
                raise damaged(self.form, lines[0], name)
            said = ", ".join(str(line) for line in lines)
            warnings.append(f"{self.form.found.file_type.upper()}: unusual character in {name}, line {said}.")
        return warnings


def damaged(form: Form, line: int, name: str, what: str = "") -> CorridorError:
    """The error for a character that a changed bit explains."""
    return CorridorError(
        "CCLF-DAMAGED",
        what
        or "A character of this field is of a kind that cannot stand there; one changed bit explains it.",
        why="CMS writes these files by machine: such a character means the file was damaged on its way.",
        todo="Fetch the delivery again from CMS; if it is the same, load it with --set-aside, which keeps "
        "such records apart.",
        file=form.found.shown,
        line=line,
        field=name,
    )


def pieces(form: Form) -> Iterator[tuple[int, Bytes]]:
    """(line number of the first record, records as a matrix of bytes) of each piece of a file.

    The matrix is overwritten by the next piece.

    Raises at the first record that is not as long as the others.
    """
    width, length = form.width, form.layout.record_length
    ending = np.frombuffer(form.end_of_line, np.uint8)
    first = 1
    for data, size in _blocks(form):
        piece = np.frombuffer(data, np.uint8, size // width * width).reshape(-1, width)
        aligned = (piece[:, length:] == ending).all(axis=1)
        if not aligned.all():
            row = int(np.flatnonzero(~aligned)[0])
            rest = bytes(data[row * width : size])
            line = rest.split(b"\n")[0].removesuffix(b"\r")
            raise damaged_line(form.found, form.layout, line, first + row, rest)
        yield first, clear_tildes(piece, form.layout) if data.find(b"~", 0, size) >= 0 else piece
        first += len(piece)


def _blocks(form: Form) -> Iterator[tuple[bytearray, int]]:
    """So many records each, all with their end of line: a buffer that is used again, and its size."""
    with form.found.path.open("rb") as stream:
        if form.cut:
            while lines := _cut_lines(stream, form):
                yield bytearray(lines), len(lines)
            return
        groups = max(1, PIECE_BYTES // (PIECE_ROWS * form.width))
        records = min(groups * PIECE_ROWS, form.rows)
        buffer = bytearray(records * form.width)
        room = memoryview(buffer)
        while size := stream.readinto(room):
            if size % form.width == form.layout.record_length:
                room[size : size + len(form.end_of_line)] = form.end_of_line
                size += len(form.end_of_line)
            yield buffer, size


def _cut_lines(stream: object, form: Form) -> bytes:
    lines = []
    for line in stream:  # type: ignore[attr-defined]
        lines.append(line.rstrip(b"\r\n").ljust(form.layout.record_length) + form.end_of_line)
        if len(lines) == PIECE_ROWS:
            break
    return b"".join(lines)


def _text(record: Bytes, form: Form) -> str:
    return record[: form.layout.record_length].tobytes().decode("ascii", errors="replace")
