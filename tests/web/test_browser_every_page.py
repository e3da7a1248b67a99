"""Every page in headless Chromium: what axe-core says of it, its weight, its use from the keyboard."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from corridor.settings import Settings
from corridor.web.accounts import create_account, find_account
from corridor.web.app import create_app
from corridor.web.guard import COOKIE
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.sessions import start_session
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.begun import begin
from tests.web.conftest import PASSWORD, Person
from tests.web.demo_home import demo_home
from tests.web.every_page import Pages, find_pages

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
DESKTOP = {"width": 1280, "height": 900}
MOBILE = {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")
MOST_BYTES = 500_000
MOST_ELEMENTS = 6000
# the last two: the demo has no fee schedule of CMS installed
GUESSED = re.compile(
    r"/(file|excel|certificate|sample|refund)$|/load/|/lines/|/openid|/first-run|/sign-in"
    r"|/explain/(price|impact)$"
)
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
AXE = """async (only) => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: only});
  return found.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 4).map(n => n.html.slice(0, 160))]);
}"""


@dataclass
class Visit:
    """A browser signed in with every role, and what it fetched."""

    address: str
    page: Any
    pages: Pages
    fetched: list[tuple[str, int]] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Open a page; the status it answers with."""
        self.fetched.clear()
        answer = self.page.goto(self.address + path, wait_until="networkidle")
        return int(answer.status)


@pytest.fixture(scope="module")
def visit(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("every")
    yield from browse(demo_home(tmp_path_factory, folder), folder, chromium)


def browse(home: Path, folder: Path, chromium: str) -> Iterator[Visit]:
    """Serve a run and sign in. The policy of the page is passed over here only: axe is no script of ours."""
    import uvicorn
    from playwright.sync_api import sync_playwright

    names = frozenset({"127.0.0.1", "localhost", "testserver"})
    bench = Workbench(
        home, Settings(organisation="Example Group", synthetic=True), State(folder / "s.sqlite3"), names=names
    )
    everything = Scope(every_row=True)
    create_account(bench.state, "ben", PASSWORD, [Role.analyst], everything)
    ana = create_account(bench.state, "ana", PASSWORD, list(Role), everything, must_change=False)
    account = find_account(bench.state, ana)
    assert account is not None
    secret, session = start_session(bench.state, account)
    person = Person(create_app(bench), follow_redirects=False, raise_server_exceptions=False)
    person.cookies.set(COOKIE, secret)
    person.csrf = session.csrf
    config = uvicorn.Config(
        create_app(bench), host="127.0.0.1", port=0, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        visit = Visit(address, context.new_page(), find_pages(person, begin(person)))
        visit.page.on("requestfinished", lambda r: visit.fetched.append((r.url, weight(r))))
        yield visit
        browser.close()
    server.should_exit = True
    thread.join(timeout=20)


def weight(request: Any) -> int:
    """What came over the wire for a request: head and body."""
    sizes = request.sizes()
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])


def axe(page: Any, only: dict[str, Any], where: str) -> list[str]:
    """What axe-core finds serious on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{where}: {impact} {rule}: {' | '.join(nodes)}"
        for impact, rule, nodes in page.evaluate(AXE, only)
        if impact in SERIOUS
    ]


def faults(visit: Visit, path: str, small: bool) -> list[str]:
    """Serious faults of a page: all rules on a desktop and a telephone in the light, contrast in the dark.

    In the small size each way of looking once: all rules on a desktop, contrast in the dark on a telephone.
    """
    page = visit.page
    page.set_viewport_size(DESKTOP)
    status = visit.open(path)
    found = [f"{path}: answers {status}"] if status >= 500 else []
    for size, name in ((DESKTOP, "desktop"), (MOBILE, "mobile")):
        page.set_viewport_size(size)
        if not small or size is DESKTOP:
            page.emulate_media(color_scheme="light")
            found += axe(page, RULES, f"{path} {name} light")
        if not small or size is MOBILE:
            page.emulate_media(color_scheme="dark")
            found += axe(page, CONTRAST, f"{path} {name} dark")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > MOBILE["width"]:
        found.append(f"{path}: {wide} pixels wide on a telephone of {MOBILE['width']}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)
    return found


def test_a_page_is_found_for_every_route(visit: Visit) -> None:
    """What nobody links to has a made-up address: only files, and steps of a delivery or a case."""
    assert {route for route in visit.pages.guessed if not GUESSED.search(route)} == set()


def test_axe_finds_what_is_put_there(visit: Visit) -> None:
    visit.open("/account")
    visit.page.evaluate(
        "document.body.append(document.createElement('img'), document.createElement('input'))"
    )
    found = axe(visit.page, RULES, "here")
    assert any("image-alt" in fault for fault in found) and any("label" in fault for fault in found)


def test_axe_finds_nothing_serious_on_any_page(visit: Visit, small: bool) -> None:
    found = [fault for path in visit.pages.addresses(views=not small) for fault in faults(visit, path, small)]
    assert not found, "\n".join(found)


def test_no_page_is_heavy_or_fetches_from_elsewhere(visit: Visit, small: bool) -> None:
    wrong = []
    for path in visit.pages.addresses(states=0 if small else 1, views=not small):
        visit.open(path)
        total = sum(size for _, size in visit.fetched)
        foreign = [url for url, _ in visit.fetched if not url.startswith((visit.address, "data:", "blob:"))]
        elements = visit.page.evaluate("document.getElementsByTagName('*').length")
        if total > MOST_BYTES or elements > MOST_ELEMENTS or foreign:
            wrong.append(f"{path}: {total} bytes, {elements} elements, elsewhere: {foreign}")
    assert not wrong, "\n".join(wrong)


def test_every_page_is_used_from_the_keyboard(visit: Visit, small: bool) -> None:
    """The first stop leads to the content; whatever can be clicked is a stop, and shows that it is chosen."""
    wrong = []
    for path in visit.pages.addresses(views=not small):
        visit.open(path)
        visit.page.keyboard.press("Tab")
        first = visit.page.evaluate("document.activeElement.getAttribute('href')")
        if first != "#main" and not visit.page.locator("[autofocus]").count():
            wrong.append(f"{path}: the first stop is {first}, not the content")
        wrong += [f"{path}: {fault}" for fault in visit.page.evaluate(KEYBOARD)]
    assert not wrong, "\n".join(wrong)


# What can be acted on must be reachable; each kind of it must look otherwise when chosen.
KEYBOARD = """() => {
  const wrong = [];
  const seen = new Set();
  const parts = ['outlineStyle', 'outlineWidth', 'boxShadow', 'borderColor', 'backgroundColor', 'left'];
  const look = e => { const s = getComputedStyle(e); return parts.map(part => s[part]).join() };
  document.activeElement.blur();
  const acting = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[onclick],[role=button]';
  for (const e of document.querySelectorAll(acting)) {
    if (e.disabled || e.autofocus || e.ariaHidden === 'true' || !e.checkVisibility()) continue;
    const kind = e.tagName + '.' + e.className + '.' + (e.type || '');
    if (e.tabIndex < 0) wrong.push('no stop at ' + e.outerHTML.slice(0, 120));
    if (seen.has(kind)) continue;
    seen.add(kind);
    const before = look(e);
    e.focus({focusVisible: true});
    if (document.activeElement === e && look(e) === before)
      wrong.push('does not show that it is chosen: ' + e.outerHTML.slice(0, 120));
    e.blur();
  }
  window.scrollTo(0, 0);
  return wrong;
}"""
