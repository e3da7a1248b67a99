"""Finishing an item of a work list in headless Chromium: by keys, by ticks, and when somebody was first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corridor.settings import Settings
from corridor.web.accounts import create_account
from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD
from tests.web.test_browser import Served, keep, page
from tests.web.work_tables import ANNA, BERT, FIRST, NORTH, SOUTH, work_tables, write_identity, write_tables

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page"]  # the fixture
PATIENTS = 12


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    import uvicorn

    home = tmp_path / "data"
    months = [
        (one, 202703, ANNA if one % 2 else BERT, NORTH if one % 2 else SOUTH, 2, "G0557", "2027-01-01",
         True, False, True, 10 * one)
        for one in range(1, PATIENTS + 1)
    ]  # fmt: skip
    write_tables(home, FIRST, work_tables(months))
    write_identity(
        home, {f"1AA0AA0AA{one:02d}": one for one in range(1, PATIENTS + 1)}, names={PATIENTS: "OAK ALPHA"}
    )
    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"))
    for name, role in (("ana", Role.biller), ("ben", Role.clinician)):
        create_account(bench.state, name, PASSWORD, [role], EVERY, must_change=False)
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


def enter(page: Any, served: Served, name: str) -> None:
    page.goto(served.address + "/sign-in?next=/work")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    page.wait_for_selector("text=The lists")


def test_an_item_is_found_by_keyboard_assigned_and_finished(served: Served, page: Any) -> None:
    enter(page, served, "ana")
    assert "Nothing is assigned to you" in page.inner_text("h1")
    keep(page, "work")
    page.click("table.list >> text=Advanced primary care")
    assert page.inner_text("h1").startswith("12 patients could have been billed")
    assert "$780" in page.inner_text("h1")  # 10 + 20 + ... + 120
    page.locator("table.list tbody tr td.name a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")  # the second row
    page.wait_for_selector("#decide")
    assert page.inner_text("h1").startswith("Patient 11, G0557")
    page.select_option("select[name=assignee]", label="ana")
    page.fill("input[name=due]", "2020-01-31")
    page.fill("textarea[name=note]", "asked for consent")
    page.dblclick("text=Save")  # a doubled click is one change
    page.wait_for_selector("text=Saved.")
    assert page.locator("table[aria-label='Every change'] tbody tr").count() == 1
    keep(page, "work-item")
    page.click("text=Work lists >> nth=0")
    page.wait_for_selector("text=The lists")
    assert "1 item is assigned to you, 1 of them overdue" in page.inner_text("h1")
    keep(page, "work-mine")
    page.locator("table[aria-label='Assigned to you'] td.name a").click()
    page.click("text=Mark as done")
    page.wait_for_selector("text=Saved.")
    page.goto(served.address + "/work/apcm")
    assert page.inner_text("h1").startswith("11 patients") and "1 done" in page.inner_text("p.second")
    keep(page, "work-list")
    assert page.complaints == []


def test_rows_are_ticked_and_given_away_at_once(served: Served, page: Any) -> None:
    enter(page, served, "ana")
    page.goto(served.address + "/work/apcm?tin=" + SOUTH)
    page.check("[data-tick-all]")
    assert page.locator("td input:checked").count() == PATIENTS // 2
    page.select_option("#b-assignee", label="ben")
    page.click("fieldset.bulk button")
    page.wait_for_selector("text=6 items were changed.")
    assert page.url.endswith("/work/apcm?tin=" + SOUTH + "&changed=6")
    page.select_option("#assignee", label="ben")
    page.click("form.search >> text=Show")
    assert page.locator("table.list tbody tr").count() == PATIENTS // 2
    assert page.complaints == []


def test_somebody_was_first(served: Served, page: Any) -> None:
    enter(page, served, "ana")
    page.goto(served.address + "/work/apcm")
    page.locator("table.list tbody tr td.name a").first.click()
    page.wait_for_selector("#decide")
    other = page.context.browser.new_context().new_page()
    enter(other, served, "ben")
    other.goto(page.url)
    other.fill("textarea[name=note]", "called on Monday")
    other.click("text=Save")
    other.wait_for_selector("text=Saved.")
    page.click("text=Mark as done")
    page.wait_for_selector("text=ben changed this item while you had it open.")
    assert "called on Monday" in page.inner_text("table[aria-label='Theirs and yours']")
    keep(page, "work-conflict")
    page.click("text=Show who this is")
    page.wait_for_selector("text=OAK ALPHA")
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/work", "/work/apcm", "/work/findings"):
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
