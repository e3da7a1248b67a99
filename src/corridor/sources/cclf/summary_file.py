"""CCLF0: how many records each file of the delivery should hold, and how long they should be."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.errors import CorridorError
from corridor.layouts.cclf import FILE_TYPES, layouts
from corridor.sources.cclf.gather import Found

_COLUMNS = 4  # file type | file name | number of records | length of record


@dataclass(frozen=True)
class Stated:
    """One row of CCLF0."""

    rows: int
    record_length: int
    line: int


def read_summary(found: Found) -> dict[str, Stated]:
    """File type -> what CCLF0 states of it. Raises CCLF-SUMMARY with the line that cannot be read."""
    data = found.path.read_bytes()
    if not data:
        raise _error(found, 1, "is empty")
    stated: dict[str, Stated] = {}
    for number, raw in enumerate(data.split(b"\n"), start=1):
        line = raw.rstrip(b"\r")
        if not line.strip():
            continue
        if not line.isascii() or any(byte < ord(" ") for byte in line):
            raise _error(found, number, "holds characters that are not plain text")
        parts = [part.strip() for part in line.decode("ascii").split("|")]
        if number == 1 and parts[0].lower() == "file number":
            continue
        file_type = parts[0].lower()
        numbers = len(parts) == _COLUMNS and parts[2].isdigit() and parts[3].isdigit()
        if not numbers or file_type not in FILE_TYPES:
            raise _error(found, number, "is not a row of file type, name, number and length of records")
        if file_type in stated:
            raise _error(found, number, f"names {file_type.upper()} a second time")
        stated[file_type] = Stated(int(parts[2]), int(parts[3]), number)
    if not stated:
        raise _error(found, 1, "holds no row")
    return stated


def check_against(
    summary: Found, stated: dict[str, Stated], file_type: str, shown: str, rows: int, record_length: int
) -> str | None:
    """Compare a file with its row of CCLF0; returns a warning, raises where they contradict each other."""
    row = stated.get(file_type)
    if row is None:
        raise CorridorError(
            "CCLF-SUMMARY",
            f"CCLF0 has no row for {file_type.upper()}, which is in the delivery.",
            why="It was cut, or belongs to another delivery: the other files cannot be checked by it.",
            todo="Fetch the delivery again from CMS.",
            file=summary.shown,
            line=max(one.line for one in stated.values()),
        )
    if row.rows != rows:
        raise CorridorError(
            "CCLF-COUNT",
            f"{file_type.upper()} holds {rows:,} records; CCLF0 (line {row.line}) states {row.rows:,}.",
            why="Records are missing or too many, so no total of this delivery could be trusted.",
            todo="Fetch the delivery again from CMS.",
            file=shown,
            line=max(rows, 1),
        )
    if row.record_length == record_length:
        return None
    if row.record_length in {one.record_length for one in layouts(file_type) if one.version != "short"}:
        known = {one.record_length for one in layouts(file_type) if one.version == "short"}
        if record_length not in known:
            raise CorridorError(
                "CCLF-MIXED-VERSIONS",
                f"{file_type.upper()} has records of {record_length} characters; CCLF0 (line {row.line}) "
                f"states {row.record_length}.",
                why="The file is of another version of the CMS packet than its delivery.",
                todo="Fetch the delivery again from CMS.",
                file=shown,
                line=1,
            )
    return (
        f"{file_type.upper()} has records of {record_length} characters; CCLF0 states {row.record_length}, "
        f"which no version of the packet has."
        if row.record_length not in {one.record_length for one in layouts(file_type)}
        else f"{file_type.upper()} is a short test form of {record_length} characters."
    )


def _error(found: Found, line: int, what: str) -> CorridorError:
    return CorridorError(
        "CCLF-SUMMARY",
        f"A line of the control file CCLF0 {what}.",
        why="Without it the number of records of the other files cannot be checked.",
        todo="Fetch the delivery again from CMS; without CCLF0 it loads with a warning.",
        file=found.shown,
        line=line,
    )
