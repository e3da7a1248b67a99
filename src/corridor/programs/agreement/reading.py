"""What a feedback file is, and the participants in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.files import sha256_of
from corridor.errors import CorridorError
from corridor.programs.agreement.model import Feedback

YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
SUFFIXES = (".json", ".csv", ".txt", ".xlsx", ".parquet")


def read_feedback(paths: Iterable[Path], year: int | None = None) -> list[Feedback]:
    """Every participant of some files or folders, in the order of the names.

    ``year`` is the performance year of files that do not say theirs; else a year in the file's name is taken.
    Raises AGREEMENT-FILE for what is no feedback, AGREEMENT-EMPTY where nothing was found.
    """
    found: list[Feedback] = []
    for path in _files(paths):
        found += _read(path, year)
    if not found:
        raise CorridorError(
            "AGREEMENT-EMPTY",
            "No feedback was found.",
            why="The folder holds no file of a kind that can be read.",
            todo=f"Name files of CMS's feedback ({', '.join(SUFFIXES)}).",
        )
    return found


def _files(paths: Iterable[Path]) -> Sequence[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file()]
            found += sorted(one for one in inside if _is_feedback(one))
        else:
            found.append(path)
    return found


def _is_feedback(path: Path) -> bool:
    """In a folder, files of another purpose are passed over; a JSON must be an answer of the scoring API."""
    if path.suffix.lower() != ".json":
        return True
    try:
        return _is_score(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def _is_score(body: Any) -> bool:
    return isinstance(body, dict) and body.get("name") == "total" and isinstance(body.get("parts"), list)


def _read(path: Path, year: int | None) -> list[Feedback]:
    if not path.is_file():
        raise CorridorError("AGREEMENT-FILE", "There is no such file.", todo="Check the path.", file=path)
    digest = sha256_of(path)
    named = YEAR.search(path.stem)
    stated = year or (int(named.group(1)) if named else None)
    if path.suffix.lower() == ".json":
        body = _json(path)
        if _is_score(body):
            from corridor.programs.agreement.scoring_api import read_score

            return [read_score(body, path.name, digest, stated)]
    from corridor.programs.agreement.experience import read_experience

    return read_experience(path, digest, stated)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CorridorError(
            "AGREEMENT-FILE",
            "The file is not JSON.",
            why="It was cut short or changed on its way.",
            todo="Fetch it again from CMS.",
            file=path.name,
        ) from error
