"""The docs of the application: every address, a picture of every page, every error it answers with."""

from __future__ import annotations

import re
from pathlib import Path

from corridor.web.addresses import about, address, page
from corridor.web.app import STATUS
from corridor.web.routes import ROUTES
from tests.web.every_page import pictured

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LARGEST = 150_000


def test_every_address_is_documented(repository: Path) -> None:
    text = (repository / "docs" / "web-routes.md").read_text(encoding="utf-8")
    missing = [address(route) for route in ROUTES if f"{address(route)}`" not in text]
    remedy = "write it anew: python -m corridor.web.addresses docs/web-routes.md"
    assert not missing, f"docs/web-routes.md lacks {', '.join(missing)}; {remedy}"
    assert text == page(), f"docs/web-routes.md is behind the table of routes; {remedy}"


def test_every_route_says_what_it_does() -> None:
    assert [route.path for route in ROUTES if not about(route)] == []


def test_every_page_of_the_navigation_has_a_picture(repository: Path) -> None:
    tour = (repository / "docs" / "web-tour.md").read_text(encoding="utf-8")
    missing = [name for name in pictured() if f"(images/{name}.webp)" not in tour]
    assert not missing, f"show these in docs/web-tour.md, and take them by `make screenshots`: {missing}"


def test_every_picture_is_there_small_and_described(repository: Path) -> None:
    used = set()
    for document in (repository / "docs").rglob("*.md"):
        for words, target in PICTURE.findall(document.read_text(encoding="utf-8")):
            file = document.parent / target
            assert words.strip(), f"{document.name}: say in words what {target} shows"
            assert file.is_file(), f"{document.name}: {target} is missing; `make screenshots` takes it"
            used.add(file.resolve())
    kept = {file.resolve() for file in (repository / "docs" / "images").iterdir()}
    assert sorted(file.name for file in kept - used) == []
    assert [file.name for file in kept if file.stat().st_size >= LARGEST] == []


def test_every_error_of_a_page_is_documented(repository: Path) -> None:
    text = "\n".join(
        file.read_text(encoding="utf-8") for file in (repository / "docs" / "errors").glob("*.md")
    )
    assert sorted(code for code in STATUS if f"`{code}`" not in text) == []
