"""What stands in the repository: its files, its documents, its commands."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "corridor"


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or will be committed: known to git, or new and not ignored; present on disk."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def text_files() -> list[Path]:
    """The files that hold text somebody reads: no fonts, images or archives."""
    binary = {".png", ".jpg", ".ico", ".woff", ".woff2", ".zip", ".xlsx", ".parquet", ".gz", ".pdf"}
    return [path for path in files() if path.suffix not in binary]


def name(path: Path) -> str:
    """A path as the repository names it."""
    return path.relative_to(REPOSITORY).as_posix()


def documents() -> list[Path]:
    """The documents a reader is given: those at the root, and docs/."""
    docs = REPOSITORY / "docs"
    return [
        path
        for path in files()
        if path.suffix == ".md" and (path.parent == REPOSITORY or path.is_relative_to(docs))
    ]


_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(document: Path) -> list[str]:
    """The command lines of a document: the lines of its ```console blocks that begin with `$ `."""
    lines: list[str] = []
    for language, block in _FENCE.findall(document.read_text(encoding="utf-8")):
        if language == "console":
            joined = block.replace("\\\n", " ")
            lines += [line[2:].strip() for line in joined.splitlines() if line.startswith("$ ")]
    return lines


def module_exists(module: str) -> bool:
    """Whether a module is there, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def command(words: list[str]) -> tuple[Any, list[str]]:
    """The command that `corridor WORDS...` calls, and the words left for it."""
    import typer

    from corridor.cli.main import app

    found: Any = typer.main.get_command(app)
    rest = list(words)
    while rest and hasattr(found, "get_command"):
        below = found.get_command(None, rest[0])
        if below is None:
            return None, rest
        found, rest = below, rest[1:]
    return found, rest
