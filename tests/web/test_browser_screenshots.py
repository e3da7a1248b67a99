"""The pictures of the docs: taken of the synthetic community, one a page of the navigation.

`make screenshots` takes them anew; without CORRIDOR_SCREENSHOTS nothing is taken.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from corridor.jobs.demo import run_demo
from tests.web.every_page import pictured
from tests.web.test_browser_every_page import DESKTOP, Visit, browse

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
PEOPLE = 3000
LARGEST = 150_000


@pytest.fixture(scope="module")
def visit(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    if not os.environ.get("CORRIDOR_SCREENSHOTS"):
        pytest.skip("CORRIDOR_SCREENSHOTS names no folder: `make screenshots` takes the pictures")
    folder = tmp_path_factory.mktemp("pictures")
    yield from browse(run_demo(folder / "here", PEOPLE, 1).run.home, folder, chromium)


def picture(page: Any) -> bytes:
    """What a reader sees first, as WebP; of a busy page with fewer details, until it is small enough."""
    session = page.context.new_cdp_session(page)
    for quality in (75, 50, 30):
        shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        found = base64.b64decode(shot["data"])
        if len(found) < LARGEST:
            break
    return found


def take(visit: Visit, folder: Path) -> list[Path]:
    """A picture of each page that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    visit.page.set_viewport_size(DESKTOP)
    for name, route in pictured().items():
        if route not in visit.pages.found:
            continue
        assert route not in visit.pages.guessed and visit.open(visit.pages.found[route][0]) == 200, route
        assert urlsplit(visit.page.url).path != "/sign-in"
        file = folder / f"{name}.webp"
        file.write_bytes(picture(visit.page))
        written.append(file)
    return written


def test_take_the_pictures(visit: Visit) -> None:
    written = take(visit, Path(os.environ["CORRIDOR_SCREENSHOTS"]))
    assert {file.stem for file in written} == set(pictured())
    assert [file.name for file in written if file.stat().st_size >= LARGEST] == []
