"""The documentation as a site: every page and link is there, and nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.project.tree import REPOSITORY, documents

pytestmark = pytest.mark.heavy

DOCS = REPOSITORY / "docs"
# What a browser fetches by itself; a link that a reader follows is none of these.
LOADED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "use": "href"}
FETCHED = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload", "manifest"}
ELSEWHERE = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
IN_CSS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")]+)", re.IGNORECASE)


class Loads(HTMLParser):
    """The addresses that a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LOADED and given.get(LOADED[tag]):
            self.found.append(given[LOADED[tag]] or "")
        if tag == "link" and FETCHED & set((given.get("rel") or "").split()):
            self.found.append(given.get("href") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with every warning an error: a broken link, a page without a place, a picture that is missing.

    CORRIDOR_SITE names a site that `make docs` built in the same way just before.
    """
    if built := os.environ.get("CORRIDOR_SITE"):
        return Path(built)
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"),
            *("-d", str(folder / "kept"), str(DOCS), str(folder / "html")),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "html"


def test_every_document_is_a_page(site: Path) -> None:
    wanted = {path.relative_to(DOCS).with_suffix(".html") for path in documents() if DOCS in path.parents}
    assert sorted(str(page) for page in wanted if not (site / page).exists()) == []


def test_every_page_is_in_the_navigation(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    wanted = [path for path in documents() if DOCS in path.parents and path.name != "index.md"]
    lost = [
        where
        for path in wanted
        if (where := path.relative_to(DOCS).with_suffix(".html").as_posix()) not in index
    ]
    assert lost == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    foreign = []
    for page in site.rglob("*.html"):
        loads = Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        foreign += [f"{page.name}: {address}" for address in loads.found if ELSEWHERE.match(address)]
    for sheet in site.rglob("*.css"):
        foreign += [f"{sheet.name}: {address}" for address in IN_CSS.findall(sheet.read_text("utf-8"))]
    assert foreign == []


def test_a_reader_finds_words_without_a_network(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert "benchmark" in index and "sequestr" in index


def test_formulas_are_drawn_without_a_script(site: Path) -> None:
    page = (site / "method" / "asm.html").read_text(encoding="utf-8")
    assert "<math" in page and "MathJax" not in page


@pytest.mark.browser
def test_axe_finds_nothing_serious(site: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    from tests.web.test_browser_every_page import RULES, axe

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for page in ("index", "tutorial", "method/asm", "web-routes", "how-to/billing-lead"):
            for scheme in ("light", "dark"):
                tab = browser.new_page(color_scheme=scheme)
                tab.goto((site / f"{page}.html").as_uri())
                found += axe(tab, RULES, f"{page} {scheme}")
                tab.close()
        browser.close()
    assert not found, "\n".join(found)
