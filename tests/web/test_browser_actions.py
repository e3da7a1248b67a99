"""Next best dollar and the exposure of a health system in headless Chromium, and what axe-core says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from corridor.jobs.action_marks import marks
from corridor.settings import Settings
from corridor.web.accounts import create_account
from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD
from tests.web.test_actions import FIRST, TABLES
from tests.web.test_browser import Served, keep, page
from tests.web.test_people_in_scope import write

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page"]  # the fixture
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' ').slice(0, 300))"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    import uvicorn

    write(tmp_path / "data", TABLES)
    bench = Workbench(tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"))
    create_account(bench.state, "ana", PASSWORD, [Role.analyst], EVERY, must_change=False)
    server = uvicorn.Server(
        uvicorn.Config(create_app(bench), host="127.0.0.1", port=0, log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", bench)
    server.should_exit = True
    thread.join(timeout=20)


def enter(page: Any, served: Served, where: str) -> None:
    page.goto(served.address + f"/sign-in?next={where}")
    page.fill("input[name=name]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    page.wait_for_url(f"**{where}")


def accessible(browser: Any, address: str, cookies: Any) -> list[str]:
    """What axe-core finds serious; the policy of the page is passed over for it alone."""
    context = browser.new_context(bypass_csp=True)
    context.add_cookies(cookies)
    beside = context.new_page()
    beside.goto(address)
    beside.evaluate(AXE_SCRIPT)
    found: list[str] = beside.evaluate(SERIOUS)
    context.close()
    return found


def test_an_action_is_opened_done_and_stands_under_done(served: Served, page: Any) -> None:
    enter(page, served, "/actions")
    assert "4 actions are worth $55k after overlap" in page.inner_text("h1")
    keep(page, "actions")
    page.click("table.list >> text=Add the visit complexity code")
    page.wait_for_selector("#decide")
    assert "$11k after overlap" in page.inner_text("h1")
    keep(page, "action")
    page.fill("textarea[name=note]", "billed since May")
    page.dblclick("text=Mark as done")  # a doubled click is one change
    page.wait_for_selector("text=Saved.")
    assert page.locator("table[aria-label='Every change'] tbody tr").count() == 1
    assert marks(served.bench.home)[FIRST]["done"]
    page.goto(served.address + "/actions?view=done")
    assert "1 action done, +$11k expected a year" in page.inner_text("h1")
    cookies = page.context.cookies()
    for path in ("/actions", "/actions?view=duties", "/actions?view=done", f"/actions/{FIRST}"):
        assert accessible(page.context.browser, served.address + path, cookies) == [], path
    assert page.complaints == []


def test_the_sample_system_opens_and_a_program_is_turned_off(served: Served, page: Any) -> None:
    enter(page, served, "/exposure")
    page.click("text=Begin with the fictitious sample")
    page.wait_for_selector("text=Every line and year", timeout=60_000)
    assert "if it goes badly" in page.inner_text("h1")
    before = page.locator("input[name=only]:checked").count()
    keep(page, "exposure")
    page.locator("input[name=only]").first.uncheck()
    page.select_option("select[name=draws]", "0")
    page.click("text=Recalculate")
    page.wait_for_selector("text=As the file has them", timeout=60_000)
    assert page.locator("input[name=only]:checked").count() == before - 1
    assert "no chance drawn" in page.inner_text("h1")
    cookies = page.context.cookies()
    for address in (served.address + "/exposure", page.url):
        assert accessible(page.context.browser, address, cookies) == [], address
    assert page.complaints == []
