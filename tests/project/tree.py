"""What stands in the repository: its files, its documents, its commands."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from dataclasses import dataclass
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
    binary = {".png", ".webp", ".jpg", ".ico", ".woff", ".woff2", ".zip", ".xlsx", ".parquet", ".gz", ".pdf"}
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


@dataclass(frozen=True)
class Example:
    """One command line of a document, and the lines of output shown under it."""

    line: str
    output: tuple[str, ...]


_FENCE = re.compile(r"^```(\w*)(?: +(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(document: Path) -> list[Example]:
    """The commands of a document: in its ```console blocks, the lines that begin with `$ `."""
    found: list[Example] = []
    for language, _, block in _FENCE.findall(document.read_text(encoding="utf-8")):
        if language != "console":
            continue
        for part in re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            line, *output = part.splitlines()
            found.append(Example(line.strip(), tuple(text for text in output if text.strip())))
    return found


def example_files(document: Path) -> dict[str, str]:
    """The files a document shows: a block opened by ```csv NAME is the file NAME."""
    blocks = _FENCE.findall(document.read_text(encoding="utf-8"))
    return {file: block for _, file, block in blocks if file}


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
