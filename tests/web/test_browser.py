"""The application over a real run in headless Chromium: from the setup token down to a claim line."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.runs import open_run
from corridor.explain.evidence import open_row, open_rows
from corridor.settings import Settings
from corridor.web.accounts import create_account
from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import PASSWORD, signed_in
from tests.web.demo_home import demo_home

pytestmark = [pytest.mark.heavy, pytest.mark.browser]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_home(tmp_path_factory, tmp_path_factory.mktemp("demo"))


@dataclass(frozen=True)
class Served:
    """A server of its own, in this process."""

    address: str
    bench: Workbench


@pytest.fixture
def served(home: Path, tmp_path: Path) -> Iterator[Served]:
    import uvicorn

    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"))
    config = uvicorn.Config(
        create_app(bench), host="127.0.0.1", port=0, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", bench)
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture
def page(chromium: str) -> Iterator[Any]:
    """A page that remembers everything it complained about."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        found.complaints = []
        found.on(
            "console",
            lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        found.on("request", lambda r: found.complaints.append(r.url) if "127.0.0.1" not in r.url else None)
        yield found
        browser.close()


def keep(page: Any, name: str) -> None:
    """A screenshot, where somebody wants to look: CORRIDOR_SCREENSHOTS names the folder."""
    folder = os.environ.get("CORRIDOR_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_from_the_setup_token_to_a_claim_line(served: Served, page: Any) -> None:
    page.goto(served.address + "/")
    keep(page, "first-run")
    page.fill("input[name=token]", served.bench.setup.token)
    page.fill("input[name=name]", "root")
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Make the account")
    assert "in the Ambulatory Specialty Model" in page.inner_text("h1")
    keep(page, "home")
    page.click("nav.contents a[href='/clinicians']")
    rows = page.locator("table.list tbody tr")
    npi = rows.nth(0).locator("td").nth(1).inner_text()
    page.keyboard.press("/")
    page.keyboard.type(npi[:9])
    page.wait_for_url("**/clinicians?q=*")
    page.wait_for_function("document.querySelectorAll('table.list tbody tr').length < 15")
    keep(page, "clinicians")
    rows.nth(0).locator("td").nth(4).click()  # a row opens wherever it is clicked
    page.wait_for_url("**/clinicians/9*")
    keep(page, "clinician")
    page.click("text=How the dollars come about")
    assert "of Part B payments in 2029" in page.inner_text("h1")
    assert page.locator(".derivation details").count() > 20
    keep(page, "explain")
    page.click("text=Down to the claims")
    assert "to the cent what the episode costs" in page.inner_text("h1")
    keep(page, "episode")
    page.go_back()
    page.go_back()
    assert npi[:9] in page.url or "/clinicians/" in page.url
    for name in ("programs/asm", "rules", "data", "administration", "administration/audit", "account"):
        page.goto(f"{served.address}/{name}")
        keep(page, name.replace("/", "-"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.click("text=Sign out")
    page.goto(served.address + "/clinicians")
    assert "/sign-in?next=/clinicians" in page.url
    keep(page, "sign-in")
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/", "/programs/asm", "/clinicians", "/rules", "/data", "/administration"])
def test_a_narrow_page_does_not_scroll_sideways(served: Served, page: Any, path: str) -> None:
    create_account(
        served.bench.state, "ana", PASSWORD, [Role.administrator, Role.analyst], Scope(every_row=True),
        must_change=False,
    )  # fmt: skip
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(served.address + "/sign-in")
    page.fill("input[name=name]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    page.goto(served.address + path)
    keep(page, "narrow-" + (path.strip("/").replace("/", "-") or "home"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.complaints == []


def test_without_a_script_everything_still_works(served: Served, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(served.address + "/")
        page.fill("input[name=token]", served.bench.setup.token)
        page.fill("input[name=name]", "root")
        page.fill("input[name=password]", PASSWORD)
        page.click("text=Make the account")
        page.click("nav.contents a[href='/clinicians']")
        page.fill("#q", "9000000")
        page.click("button.go")
        page.locator("table.list td a").first.click()
        page.click("text=How the dollars come about")
        page.locator(".derivation details").nth(3).locator("summary").first.click()
        assert "Part B" in page.inner_text("h1")
        browser.close()


def test_a_limited_clinician_explains_own_dollars_only(home: Path, tmp_path: Path) -> None:
    """The same run through the guard: own derivation and lines, nobody else's."""
    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))
    run = bench.run()
    assert run is not None
    own, other = (row["npi"] for row in run.query("select distinct npi from asm.result order by npi limit 2"))
    person = signed_in(bench, [Role.clinician], Scope(npi=(own,)))
    told = person.get(f"/api/v1/explain/asm/{own}?quantity=final_score").json()
    assert told["rows"][0]["npi"] == own and told["rows"][0]["tree"]
    assert person.get(f"/api/v1/explain/asm/{own}?quantity=nothing").json()["error"]["code"] == "WEB-QUANTITY"
    episode = person.get(f"/explain/asm/{own}/episodes/1")
    assert "to the cent what the episode costs" in episode.text
    assert person.get(f"/explain/asm/{own}/episodes/9999").status_code == 404
    for path in (f"/explain/asm/{other}", f"/explain/asm/{other}/episodes/1", f"/clinicians/{other}"):
        assert person.get(path).status_code == 404
    viewer = bench.viewer(_account(bench))
    assert viewer is not None
    with_lines = viewer.query("select count(*) as n from claims.service_line")[0]["n"]
    everything = run.query("select count(*) as n from claims.service_line")[0]["n"]
    assert 0 < with_lines < everything / 2
    boss = signed_in(bench, [Role.executive], Scope(every_row=True))
    assert boss.get(f"/explain/asm/{own}/episodes/1").status_code == 403


def test_many_rows_open_as_one_by_one(home: Path) -> None:
    run = open_run(home)
    table = "episodes.chronic_service"
    rows = run.query(f"select * from {table} order by episode_id, claim_id, claim_line_number limit 40")
    singly = [
        (place, line)
        for place, row in enumerate(rows)
        for line in getattr(open_row(run, table, row), "rows", [])
    ]
    assert open_rows(run, table, rows) == singly and len(singly) >= 40
    assert open_rows(run, table, []) == []
    assert open_rows(run, "claims.service_line", rows) == []


def _account(bench: Workbench) -> Any:
    from corridor.web.accounts import read_accounts

    return read_accounts(bench.state)[0]
