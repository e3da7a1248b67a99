"""Which files were meant: files, folders and zip archives, in one list."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corridor.errors import CorridorError

_IGNORED = ("readme", "manifest", "license", "thumbs.db")


@dataclass(frozen=True)
class Found:
    """A file to read: where its bytes are now, and the name its owner knows it by.

    named  it was named itself, alone or as an archive: not met in a folder
    """

    path: Path
    name: str
    named: bool = True

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()


@contextmanager
def scratch_folder(home: Path) -> Iterator[Path]:
    """A folder for unpacked and converted files, inside the warehouse, removed at the end."""
    parent = home / "tmp"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="read-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def gather(paths: Iterable[Path | str], scratch: Path) -> list[Found]:
    """The files behind ``paths``: themselves, the members of folders and of zips, unpacked gzips.

    Hidden files, READMEs and manifests of folders are left out. In the order given; a folder's
    in name order. Errors: FILE-NOT-FOUND, FILE-ARCHIVE, FILE-NONE.
    """
    found: list[Found] = []
    given = [Path(path) for path in paths]
    for path in given:
        if not path.exists():
            raise CorridorError(
                "FILE-NOT-FOUND",
                "There is no such file or folder.",
                todo="Check the path; quote it where it has spaces.",
                file=path,
            )
        members = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for member in members:
            if path.is_dir() and _ignored(member.relative_to(path)):
                continue
            found.extend(_unpacked(Found(member, member.name, not path.is_dir()), scratch))
    if not found:
        raise CorridorError(
            "FILE-NONE",
            "No file was found.",
            why="The folder or archive holds nothing that could be read.",
            todo="Name the files, or a folder or zip that holds them.",
            file=given[0] if given else None,
        )
    return found


def _ignored(path: Path) -> bool:
    # ".." is no hidden folder: an archive may name its files so, and they are unpacked by their name alone
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
    return hidden or path.name.lower().startswith(_IGNORED)


def _unpacked(file: Found, scratch: Path) -> Iterator[Found]:
    if file.suffix == ".gz":
        yield _gunzipped(file, scratch)
    elif file.suffix not in (".xlsx", ".xlsm", ".docx", ".parquet") and zipfile.is_zipfile(file.path):
        yield from _unzipped(file, scratch)
    elif file.suffix == ".zip":
        raise _broken(file, "it is not a zip file")
    else:
        yield file


def _unzipped(file: Found, scratch: Path) -> Iterator[Found]:
    target = Path(tempfile.mkdtemp(prefix="zip-", dir=scratch))
    try:
        with zipfile.ZipFile(file.path) as archive:
            for number, member in enumerate(archive.infolist()):
                name = Path(member.filename.replace("\\", "/"))
                if member.is_dir() or _ignored(name):
                    continue
                path = target / f"{number}-{name.name}"
                with archive.open(member) as source, path.open("wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                yield from _unpacked(Found(path, name.name, file.named), scratch)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        reason = "it is locked with a password" if "encrypted" in str(error) else "its contents are damaged"
        raise _broken(file, reason) from error


def _gunzipped(file: Found, scratch: Path) -> Found:
    path = Path(tempfile.mkdtemp(prefix="gz-", dir=scratch)) / file.name[: -len(".gz")]
    try:
        with gzip.open(file.path) as source, path.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
    except (OSError, EOFError, zlib.error) as error:
        raise _broken(file, "its contents are damaged") from error
    return Found(path, path.name, file.named)


def _broken(file: Found, reason: str) -> CorridorError:
    return CorridorError(
        "FILE-ARCHIVE",
        f"The archive cannot be opened: {reason}.",
        why="Nothing of it was loaded.",
        todo="Fetch the archive again, or unpack it yourself and name the files.",
        file=file.name,
    )
