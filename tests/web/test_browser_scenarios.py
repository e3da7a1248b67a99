"""The scenario studio in headless Chromium: a slider moved, two saved and compared, a download; no script."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
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
from tests.web.conftest import PASSWORD
from tests.web.scenario_tables import write_scenario_run

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
SERIOUS = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]);
}"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server of its own over the small run: its address, and the cookie of somebody signed in."""
    import uvicorn

    write_scenario_run(tmp_path / "data")
    bench = Workbench(tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"))
    number = create_account(
        bench.state, "ana", PASSWORD, [Role.analyst], Scope(every_row=True), must_change=False
    )
    account = find_account(bench.state, number)
    assert account is not None
    secret, _ = start_session(bench.state, account)
    server = uvicorn.Server(
        uvicorn.Config(create_app(bench), host="127.0.0.1", port=0, log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", secret
    server.should_exit = True
    thread.join(timeout=20)


def opened(browser: Any, served: tuple[str, str], **more: Any) -> Any:
    """A page signed in, that remembers what it complained about."""
    address, secret = served
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True, **more)
    context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.set_default_timeout(20_000)
    return page


def move(page: Any, name: str, times: int, value: str) -> None:
    """Press an arrow on a slider, and wait until the answer is that of its last value."""
    slider = page.locator(f"#i-{name}")
    slider.focus()
    for _ in range(times):
        slider.press("ArrowRight")
    page.wait_for_url(f"**{name}={value}")


def test_sliders_saving_comparing_downloading(served: tuple[str, str], chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = opened(browser, served)
        page.goto(served[0] + "/scenarios")
        page.click("text=Ambulatory Specialty Model >> nth=-1")
        assert "As it stands" in page.inner_text("h1")
        move(page, "part_b", 10, "10")
        page.wait_for_function("document.querySelector('h1').innerText.includes('With these changes')")
        assert page.locator("h1").count() == 1
        assert "+10%" in page.inner_text(".slide.moved output")
        page.fill("#name", "Ten more")
        page.click("form.keep button")
        page.wait_for_url("**/scenarios/1")
        assert "Ten more" in page.inner_text(".crumb")
        page.click("text=Back to the run")
        move(page, "risk_level", 6, "12")
        page.wait_for_function("document.querySelector('#values').innerHTML.includes('risk_level')")
        page.fill("#name", "Level of 2033")
        page.click("form.keep button")
        page.wait_for_url("**/scenarios/2")
        page.goto(served[0] + "/scenarios")
        for box in page.locator("input[name=ids]").all():
            box.check()
        page.click("main button.go")
        page.wait_for_url("**/scenarios/compare?ids=*")
        assert "comes out best" in page.inner_text("h1") and page.locator("figure svg").count() == 2
        with page.expect_download() as waiting:
            page.click("text=Excel")
        waiting.value.save_as(tmp_path / "both.xlsx")
        book = openpyxl.load_workbook(tmp_path / "both.xlsx")
        named = {row[0].value for row in book["Results"].iter_rows(min_row=2)}
        assert named == {"Ten more", "Level of 2033"}
        page.go_back()
        page.click("text=Ten more")
        page.locator("#result td a").nth(1).click()
        page.wait_for_url("**/scenarios/explain?*")
        assert "under this scenario" in page.inner_text("h1")
        assert page.complaints == []
        browser.close()


def test_without_a_script(served: tuple[str, str], chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = opened(browser, served, java_script_enabled=False)
        page.goto(served[0] + "/scenarios/new?program=asm")
        page.select_option("#i-midpoint", "fixed")
        page.click("text=Recalculate")
        assert "With these changes" in page.inner_text("h1") and "midpoint=fixed" in page.url
        browser.close()


@pytest.mark.parametrize(
    "path", ["/scenarios", "/scenarios/new?program=asm&part_b=5", "/scenarios/new?program=panel"]
)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_serious_for_who_does_not_see_it(
    served: tuple[str, str], chromium: str, path: str, width: int, scheme: str
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = opened(browser, served, color_scheme=scheme, bypass_csp=True)  # axe is no script of ours
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(served[0] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(SERIOUS) == []
        browser.close()
