"""ARCHITECTURE.md has one line a room, and no line for a room that is not there."""

from __future__ import annotations

import re
from collections import Counter

from tests.project.tree import PACKAGE, REPOSITORY, files

LINE = re.compile(r"^- `([^`]+/)` +(\S.*)$", re.MULTILINE)


def lines() -> list[tuple[str, str]]:
    return LINE.findall((REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8"))


def rooms() -> set[str]:
    """Folders of the repository; inside the package, rooms and the packages right below them."""
    found: set[str] = set()
    for path in files():
        inside = path.relative_to(PACKAGE).parts[:-1] if path.is_relative_to(PACKAGE) else None
        if inside is None:
            top = path.relative_to(REPOSITORY).parts[0]
            if (REPOSITORY / top).is_dir() and top != "src":
                found.add(f"{top}/")
        elif inside:
            found.add(f"src/corridor/{inside[0]}/")
            if len(inside) > 1 and (PACKAGE / inside[0] / inside[1] / "__init__.py").exists():
                found.add(f"src/corridor/{inside[0]}/{inside[1]}/")
    return found


def test_every_room_has_a_line() -> None:
    missing = sorted(rooms() - {room for room, _ in lines()})
    assert not missing, f"give each of these one line in ARCHITECTURE.md: {', '.join(missing)}"


def test_every_line_is_a_room() -> None:
    gone = sorted({room for room, _ in lines()} - rooms())
    assert not gone, f"ARCHITECTURE.md describes what is not in the tree: {', '.join(gone)}"


def test_a_room_has_one_line() -> None:
    twice = [room for room, count in Counter(room for room, _ in lines()).items() if count > 1]
    assert not twice


def test_every_room_of_the_package_says_what_it_is() -> None:
    """The docstring of a room's __init__.py is the first thing its next reader sees."""
    silent = [
        path.relative_to(PACKAGE).as_posix()
        for path in files()
        if path.name == "__init__.py"
        and path.is_relative_to(PACKAGE)
        and not re.match(r'^(r?""")', path.read_text(encoding="utf-8"))
    ]
    assert not silent, f"begin with a docstring: {', '.join(silent)}"
