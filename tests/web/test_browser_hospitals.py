"""In a browser: from TEAM to one episode beside a target, the board of a schedule, a hospital's overlaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.web.accounts import create_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from tests.web.conftest import PASSWORD
from tests.web.team_run import HIGH, team_home_of
from tests.web.test_browser import Served, keep, page, served
from tests.web.test_team_pages import SCHEDULE

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page", "served"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return team_home_of(tmp_path_factory)


def test_from_team_to_an_episode_and_the_board(served: Served, page: Any, tmp_path: Path) -> None:
    create_account(
        served.bench.state, "ana", PASSWORD, [Role.analyst], Scope(every_row=True), must_change=False
    )
    page.goto(served.address + "/sign-in")
    page.fill("input[name=name]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    page.click("nav.contents a:text-is('TEAM')")
    assert page.locator("figure svg.chart:visible").count() == 1  # the funnel
    keep(page, "team")
    page.click("nav.tabs >> text=Episodes")
    page.fill("#q", HIGH)
    page.wait_for_url(f"**q={HIGH}**")
    page.wait_for_function("document.querySelectorAll('table.list tbody tr').length === 12")
    page.locator("table.list td a").first.click()
    page.wait_for_url("**/programs/team/episodes/*")
    assert "of its price here" in page.inner_text("h1")
    page.fill("#target", "20000")
    page.click("text=Compare")
    assert "below the target you gave" in page.inner_text("h1")
    assert "target $20k" in page.locator("figure svg.chart:visible").first.text_content()
    keep(page, "team-episode")
    schedule = tmp_path / "schedule.csv"
    schedule.write_text(SCHEDULE, encoding="utf-8")
    page.goto(served.address + "/programs/team?view=board")
    page.click("text=Fill in or upload a schedule")
    page.fill("input[name=as_of]", "2026-03-20")
    page.set_input_files("input[type=file]", schedule)
    page.click("button.go >> text=Work it out")
    page.wait_for_url("**/answers/*")
    page.goto(served.address + "/programs/team?view=board")
    assert "1 episode open of 2 cases" in page.inner_text("h1")
    keep(page, "team-board")
    page.goto(served.address + "/overlap")
    page.fill("#id", HIGH)
    page.click("button.go >> text=Open")
    page.wait_for_url(f"**/overlap/{HIGH}")
    assert f"CCN {HIGH} is in TEAM" in page.inner_text("h1")
    page.click("nav.contents a:text-is('Models by year')")
    assert "programs and models" in page.inner_text("h1")
    assert page.complaints == []
