"""From the paths given to deliveries: folders searched, zips opened, files sorted by name."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from corridor.errors import CorridorError
from corridor.layouts.cclf import FILE_TYPES, layouts
from corridor.sources.cclf.names import CclfName, read_name

_NAME_FORM = "P.A****.ACO.ZC5Y24.Dyymmdd.Thhmmsst"


@dataclass(frozen=True)
class Found:
    """A CCLF file on disk; ``shown`` is what errors call it (zip members: archive and member)."""

    path: Path
    shown: str
    name: CclfName

    @property
    def file_type(self) -> str:
        """ "cclf0" .. "cclfb"."""
        return self.name.file_type


@dataclass
class Group:
    """The files of one delivery, at most one of each type."""

    source_id: str
    day: date | None
    run: str = ""
    files: dict[str, list[Found]] = field(default_factory=dict)


def gather(paths: Sequence[Path], workspace: Path) -> tuple[list[Group], list[tuple[str, str]]]:
    """Sort what the paths hold into deliveries, oldest first; zips are unpacked into ``workspace``.

    Returns the deliveries and what was passed over, with the reason. Raises where a file given
    by name is no CCLF file, or where a file has CCLF records but not a CCLF name.
    """
    groups: dict[tuple[object, ...], Group] = {}
    passed: list[tuple[str, str]] = []
    for path in paths:
        candidates = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        for candidate in candidates:
            if candidate.name.startswith("."):
                continue
            for found in _open(candidate, workspace, passed, given=not path.is_dir()):
                # names without a stamp belong to their folder; stamped ones to their stamp and archive
                container = str(found.path.parent) if found.name.day is None or "!" in found.shown else ""
                key = (found.name.source_id, found.name.run, found.name.year, found.name.day, container)
                group = groups.setdefault(key, Group(found.name.source_id, found.name.day, found.name.run))
                group.files.setdefault(found.file_type, []).append(found)
    for lone in [key for key, group in groups.items() if set(group.files) == {"cclf0"}]:
        passed += [
            (one.shown, "CCLF0 without the files it counts") for one in groups.pop(lone).files["cclf0"]
        ]
    if not groups:
        raise CorridorError(
            "CCLF-NOTHING-FOUND",
            "There is no CCLF file here.",
            why=f"CCLF files are known by their names ({_NAME_FORM}).",
            todo="Give the files, the folder or the zip that CMS delivered.",
            file=", ".join(str(path) for path in paths),
        )
    ordered = sorted(
        groups.items(), key=lambda item: (item[1].day or date.min, [str(part) for part in item[0]])
    )
    return [group for _, group in ordered], passed


def is_checksum_list(name: str) -> bool:
    """Whether a file of that name lists the checksums of the files beside it."""
    return name.upper() in ("SHA256SUMS", "SHA256SUMS.TXT") or name.lower().endswith(".sha256")


def _open(path: Path, workspace: Path, passed: list[tuple[str, str]], given: bool) -> Iterable[Found]:
    if zipfile.is_zipfile(path):
        yield from _unpack(path, workspace, passed)
        return
    if is_checksum_list(path.name):
        passed.append((str(path), "a list of checksums, with which the files were compared"))
        return
    name = read_name(path.name)
    if name is not None and name.file_type:
        yield Found(path, str(path), name)
        return
    if name is not None:
        raise CorridorError(
            "CCLF-DAMAGED-ZIP",
            "This delivery is named as a zip but cannot be opened as one.",
            why="It was cut or changed on its way.",
            todo="Fetch it again from CMS.",
            file=path,
            line=1,
        )
    alike = _looks_like(path)
    if given or alike:
        looks = f"; its records are as long as those of {alike.upper()}" if alike else ""
        raise CorridorError(
            "CCLF-FILE-NAME",
            f"This is not the name of a CCLF file{looks}.",
            why="The name says which of the twelve files it is, whose it is, and of which day.",
            todo=f"Give it the name CMS gave it ({_NAME_FORM}), or take it out of the folder.",
            file=path,
            line=1,
        )
    passed.append((str(path), "not a CCLF file name"))


def _looks_like(path: Path) -> str:
    """The file type whose records are as long as the first two lines of the file, else empty."""
    with path.open("rb") as stream:
        lines = stream.read(2048).split(b"\n")
    lengths = {len(line.rstrip(b"\r")) for line in lines[:2]}
    known = {one.record_length: one.file_type for kind in FILE_TYPES for one in layouts(kind)}
    return known.get(lengths.pop(), "") if len(lines) > 2 and len(lengths) == 1 else ""


def _unpack(path: Path, workspace: Path, passed: list[tuple[str, str]]) -> Iterable[Found]:
    folder = workspace / f"{len(list(workspace.iterdir())):04d}"
    folder.mkdir()
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                if member.is_dir():
                    continue
                short = Path(member.filename).name
                name = read_name(short)
                target = folder / short
                if name is None and not short.lower().endswith(".zip"):
                    passed.append((f"{path}!{member.filename}", "not a CCLF file name"))
                    continue
                with archive.open(member) as source, target.open("wb") as sink:
                    while chunk := source.read(1 << 20):
                        sink.write(chunk)
                if zipfile.is_zipfile(target):
                    yield from _unpack(target, workspace, passed)
                elif name is not None and name.file_type:
                    yield Found(target, f"{path}!{member.filename}", name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise CorridorError(
            "CCLF-DAMAGED-ZIP",
            "This zip cannot be read to its end.",
            why=f"It was cut or changed on its way, or needs a password ({error.__class__.__name__}).",
            todo="Fetch it again from CMS; unpack it first if it needs a password.",
            file=path,
            line=1,
        ) from error
