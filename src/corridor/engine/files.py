"""Files on disk: content hashes, atomic writes, and the lock that keeps writers apart."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

_CHUNK = 1 << 20


@dataclass(frozen=True)
class InputFile:
    """One file handed to ``load``: where it is, what it is called, and what it holds.

    ``kind`` is the part it plays in its format ("cclf5", "carrier"); ``sha256`` is that of
    the bytes as read (a member of a zip counts by its own bytes, not the archive's).
    """

    path: Path
    name: str
    sha256: str
    bytes: int
    kind: str

    @classmethod
    def of(cls, path: Path, kind: str, name: str | None = None) -> InputFile:
        """A file on disk, hashed; ``name`` is what to call it where that is not the file's own name."""
        return cls(path, name or path.name, sha256_of(path), path.stat().st_size, kind)

    def record(self) -> dict[str, Any]:
        """What delivery.json keeps of it."""
        return {"name": self.name, "kind": self.kind, "sha256": self.sha256, "bytes": self.bytes}


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def digest_of(value: Any) -> str:
    """A stable SHA-256 (hex) of a JSON-able value; keys are sorted."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a small text file so that a reader sees the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys, so that the reader sees the old file or the new one."""
    write_atomically(path, json.dumps(value, indent=1, sort_keys=True, default=str) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file that Corridor wrote; a damaged one is named."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorridorError(
            "WAREHOUSE-DAMAGED",
            f"A file of the warehouse cannot be read ({error.__class__.__name__}).",
            why="Without it Corridor cannot tell what is loaded.",
            todo="Restore the file from a backup, or load the deliveries into a new CORRIDOR_HOME.",
            file=path,
        ) from error


def remove_tree(path: Path) -> None:
    """Remove a folder if it is there."""
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def writer_lock(home: Path) -> Iterator[None]:
    """Keep two writers (load, run) out of one warehouse; readers need no lock.

    The operating system drops the lock when the process ends, however it ends.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = (home / ".lock").open("a+")
    try:
        try:
            import fcntl  # not on Windows, where one writer at a time is the user's care

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError as error:
            raise CorridorError(
                "WAREHOUSE-BUSY",
                "Another corridor command is writing to this warehouse.",
                why="Two writers at once could spoil each other's work.",
                todo="Wait until it has finished, then run this command again.",
                file=home,
            ) from error
        yield
    finally:
        handle.close()
