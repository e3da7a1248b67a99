"""What is sent in the browser: files with their parts, and batches of them, each one delivery."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError

GIGABYTE = 1_000_000_000
NAME = re.compile(r"[A-Za-z0-9_(][A-Za-z0-9 ._,+&()#@=-]{0,179}")
REFERENCE = "reference"  # what goes beside the formats of claims


@dataclass(frozen=True)
class Upload:
    """One file of a batch. held: the numbers of its parts that are here; parts: how many there will be."""

    upload_id: str
    batch_id: str
    place: int
    name: str
    bytes: int
    part_bytes: int
    changed: str
    sha256: str
    held: tuple[int, ...]
    together: bool

    @property
    def parts(self) -> int:
        """How many parts the whole file has; a file of nothing has none."""
        return -(-self.bytes // self.part_bytes)

    @property
    def complete(self) -> bool:
        """Whether every byte is here."""
        return self.together or len(self.held) == self.parts

    @property
    def bytes_held(self) -> int:
        """How many bytes are here."""
        return self.bytes if self.together else sum(self.length(number) for number in self.held)

    def length(self, number: int) -> int:
        """How many bytes a part has; 0 where there is no such part."""
        if not 1 <= number <= self.parts:
            return 0
        return min(self.part_bytes, self.bytes - (number - 1) * self.part_bytes)

    def to_dict(self) -> dict[str, Any]:
        """For a script that goes on sending."""
        return {
            "upload": self.upload_id,
            "batch": self.batch_id,
            "name": self.name,
            "bytes": self.bytes,
            "part_bytes": self.part_bytes,
            "parts": self.parts,
            "held": list(range(1, self.parts + 1)) if self.together else list(self.held),
            "bytes_held": self.bytes_held,
            "complete": self.complete,
        }


@dataclass(frozen=True)
class Batch:
    """The files of one delivery. state: open, sent (a job has it), loaded, discarded."""

    batch_id: str
    account_id: int
    format: str
    source_id: str
    set_aside: bool
    state: str
    job_id: int | None
    created_at: str
    uploads: tuple[Upload, ...]

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(one.bytes for one in self.uploads)

    @property
    def bytes_held(self) -> int:
        """What is here of them."""
        return sum(one.bytes_held for one in self.uploads)

    @property
    def complete(self) -> bool:
        """Whether there is a file, and every byte of every file is here."""
        return bool(self.uploads) and all(one.complete for one in self.uploads)

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "batch": self.batch_id,
            "format": self.format,
            "state": self.state,
            "job": self.job_id,
            "bytes": self.bytes,
            "bytes_held": self.bytes_held,
            "complete": self.complete,
            "files": [one.to_dict() for one in self.uploads],
        }


def check_format(fmt: str) -> None:
    """Raises LOAD-FORMAT for what Corridor does not read."""
    from corridor.jobs.load import FORMATS

    if fmt not in FORMATS and fmt != REFERENCE:
        raise CorridorError(
            "LOAD-FORMAT",
            "Corridor knows no such format.",
            why="The format decides how the files are read.",
            todo="Choose one of the list.",
            field="format",
        )


def safe_name(given: str) -> str:
    """The last name of what a client calls a file, where it is a plain one. Raises WEB-UPLOAD-NAME."""
    name = re.split(r"[/\\]", given.strip())[-1]
    name = re.sub(r"[^A-Za-z0-9 ._,+&()#@=-]", "_", name).strip()
    if not NAME.fullmatch(name):
        raise CorridorError(
            "WEB-UPLOAD-NAME",
            "That is no name a file may have here.",
            why="The name is kept, because it tells what the file is.",
            todo="Use letters, digits and . _ -, beginning with a letter or digit, at most 180 characters.",
            field="name",
        )
    return name


def in_words(size: float) -> str:
    """A size for a reader: 12 MB."""
    for unit, worth in (("GB", GIGABYTE), ("MB", 1_000_000), ("kB", 1000)):
        if size >= worth:
            number = size / worth
            return f"{number:,.1f} {unit}" if number < 10 else f"{number:,.0f} {unit}"
    return f"{size:,.0f} bytes"


def names_of(batch: Batch) -> Sequence[str]:
    """What its files are called."""
    return [one.name for one in batch.uploads]


def unknown() -> CorridorError:
    """There is no such upload."""
    return CorridorError(
        "WEB-UPLOAD-UNKNOWN",
        "There is no such upload, or no longer.",
        why="Uploads are kept for a week, and until they are loaded.",
        todo="Choose the files again on the page Load and run.",
    )


def missing(upload: Upload, what: str) -> CorridorError:
    """A file cannot be put together."""
    return CorridorError(
        "WEB-UPLOAD-PART", what, todo="Choose the same file again: what is missing is sent.", file=upload.name
    )
