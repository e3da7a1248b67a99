"""A file as pieces of resources: NDJSON by its lines, a Bundle by its entries; memory stays flat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corridor.errors import CorridorError
from corridor.sources.fhir.document import Cut, resources

PIECE_BYTES = 32 << 20
_BLOCK = 4 << 20
_HEAD = 1 << 20
_BOM = b"\xef\xbb\xbf"
_BUNDLE = re.compile(r'\s*\{\s*"resourceType"\s*:\s*"Bundle"')


@dataclass
class Piece:
    """Resources of a file in their order: their JSON texts, and the line each begins on.

    first      the number of the first of them in the file, from 1
    broken     lines that are cut short or not UTF-8: (line, reason code, reason)
    """

    first: int
    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)


def what_it_is(path: Path) -> str:
    """ "lines" (NDJSON), "document" (a resource, a Bundle, an array), "empty", or what else it is."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    text = head.removeprefix(_BOM).lstrip()
    if not text:
        return "empty"
    if text[:1] not in (b"{", b"["):
        lowered = text[:512].lower()
        if lowered.startswith((b"<!doctype html", b"<html")):
            return "web page"
        return "XML" if text[:1] == b"<" else "binary" if b"\0" in text[:512] else "text"
    rows = text.split(b"\n", 2)
    first = rows[0].strip()
    if len(rows) == 1:  # one line, perhaps longer than what was read
        return "document"
    try:
        kind = json.loads(first).get("resourceType")
        return "document" if kind == "Bundle" and not rows[1].strip() else "lines"
    except (ValueError, AttributeError):
        # a broken first line of many, or the first line of a text set out over several
        return (
            "lines"
            if len(first) > 1 and rows[1].lstrip(b" \r\t")[:2] == b'{"' and rows[1][:1] == b"{"
            else "document"
        )


def pieces(
    path: Path, name: str, kind: str, set_aside: bool, piece_bytes: int = PIECE_BYTES
) -> Iterator[Piece]:
    """The resources of a file, some tens of megabytes at a time.

    A file that ends in the middle of a resource was cut: FHIR-CUT, or with ``set_aside`` a broken line.
    """
    if kind == "lines":
        yield from _lines(path, name, set_aside, piece_bytes)
    else:
        yield from _document(path, name, set_aside, piece_bytes)


def _lines(path: Path, name: str, set_aside: bool, piece_bytes: int) -> Iterator[Piece]:
    piece, held, line, carry = Piece(1), 0, 1, b""
    with path.open("rb") as stream:
        if stream.read(len(_BOM)) != _BOM:
            stream.seek(0)
        while read := stream.read(_BLOCK):
            end = read.rfind(b"\n") + 1
            if not end:
                carry += read
                continue
            block, carry = carry + read[:end], read[end:]
            line = _take(piece, block, line)
            held += len(block)
            if held >= piece_bytes:
                yield piece
                piece, held = Piece(piece.first + len(piece.texts)), 0
    if carry:
        _take(piece, carry, line)
        _last(piece, name, line, set_aside)
    if piece.texts or piece.broken:
        yield piece


def _take(piece: Piece, block: bytes, line: int) -> int:
    """Add the lines of a block to the piece; returns the number of the next line."""
    try:
        rows = block.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        rows = []
        for number, row in enumerate(block.split(b"\n"), start=line):
            try:
                rows.append(row.decode("utf-8"))
            except UnicodeDecodeError:
                rows.append("")
                piece.broken.append((number, "not-utf-8", "the line is not UTF-8 text"))
    after = line + len(rows) - 1
    if rows and not rows[-1]:
        rows.pop()
    if all(rows) and not any(map(_BUNDLE.match, rows)):
        piece.texts += rows
        piece.lines += range(line, line + len(rows))
        return after
    for number, text in enumerate(rows, start=line):
        for one in _entries(text) if _BUNDLE.match(text) else [text] if text.strip() else []:
            piece.texts.append(one)
            piece.lines.append(number)
    return after


def _entries(text: str) -> list[str]:
    """The resources of a Bundle that stands on a line of its own; the line itself where it is broken."""
    try:
        bundle = json.loads(text)
    except ValueError:
        return [text]
    held = [entry.get("resource") for entry in bundle.get("entry") or () if isinstance(entry, dict)]
    return [json.dumps(one, separators=(",", ":")) for one in held if one is not None]


def _last(piece: Piece, name: str, line: int, set_aside: bool) -> None:
    """No final newline is fine; a last line that is no whole JSON was cut."""
    if not piece.texts or piece.lines[-1] != line:
        return
    try:
        json.loads(piece.texts[-1])
    except ValueError as error:
        if not set_aside:
            raise cut(name, line) from error


def _document(path: Path, name: str, set_aside: bool, piece_bytes: int) -> Iterator[Piece]:
    first, held = 1, 0
    piece = Piece(first)
    try:
        for line, text in resources(path):
            piece.texts.append(text)
            piece.lines.append(line)
            held += len(text)
            if held >= piece_bytes:
                yield piece
                first += len(piece.texts)
                piece, held = Piece(first), 0
    except Cut as error:
        if not set_aside or (error.line == 1 and first == 1 and not piece.texts):
            raise cut(name, error.line) from error
        piece.broken.append((error.line, "cut", "the file ends or breaks off in the middle of a resource"))
    if piece.texts or piece.broken:
        yield piece


def cut(name: str, line: int) -> CorridorError:
    """The error of a file that ends in the middle of a resource."""
    return CorridorError(
        "FHIR-CUT",
        "This file breaks off in the middle of a resource.",
        why="Its last JSON text is not whole: the download was cut. Nothing of the load was kept.",
        todo="Fetch it again; to load what comes before the break, run with --set-aside.",
        file=name,
        line=line,
    )
