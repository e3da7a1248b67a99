"""Checksum lists beside a delivery: CCLF0 counts records, only a checksum sees a changed digit.

A zip carries its own checksums. Files that lie open can be accompanied by ``SHA256SUMS`` (as sha256sum and
shasum write it) or ``NAME.sha256``; where one is there, every file it names must hold the bytes it states.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from corridor.engine.files import InputFile
from corridor.errors import CorridorError
from corridor.sources.cclf.gather import Found, is_checksum_list

_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?: [ *](.+))?")


def check_sums(found: Iterable[Found], inputs: Iterable[InputFile]) -> int:
    """Compare the files with the lists beside them; returns how many were compared.

    Raises CCLF-CHECKSUM where a file differs, CCLF-CHECKSUM-LIST where a list cannot be read.
    """
    by_kind = {one.kind: one for one in inputs}
    lists: dict[Path, dict[str, tuple[str, int]]] = {}
    checked = 0
    for one in found:
        if "!" in one.shown:  # a member of a zip: its own checksum was checked when it was unpacked
            continue
        for path in sorted(one.path.parent.iterdir()):
            if is_checksum_list(path.name) and path not in lists:
                lists[path] = _read(path)
        for path, stated in lists.items():
            expected = stated.get(one.path.name)
            if path.parent != one.path.parent or expected is None:
                continue
            if expected[0] != by_kind[one.file_type].sha256:
                raise CorridorError(
                    "CCLF-CHECKSUM",
                    f"This file does not hold the bytes that {path.name}, line {expected[1]}, states.",
                    why="It was changed or damaged after the list was written; where in it cannot be told.",
                    todo="Fetch the delivery again from CMS.",
                    file=one.shown,
                    line=1,
                )
            checked += 1
    return checked


def _read(path: Path) -> dict[str, tuple[str, int]]:
    """File name -> (SHA-256 in hex, line of the list)."""
    stated = {}
    own = path.name.removesuffix(".sha256")
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise CorridorError(
                "CCLF-CHECKSUM-LIST",
                "This line is not a checksum and a file name.",
                why="A list of checksums that cannot be read checks nothing.",
                todo="Write it again with sha256sum, or remove it.",
                file=path,
                line=number,
            )
        stated[Path(match[2] or own).name] = (match[1].lower(), number)
    return stated
