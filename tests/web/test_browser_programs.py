"""In a browser: from home to a program, a practice, a figure's rows down to a claim, and the files."""

from __future__ import annotations

from typing import Any

import pytest

from corridor.web.accounts import create_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from tests.web.conftest import PASSWORD
from tests.web.test_browser import Served, home, keep, page, served

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["home", "page", "served"]


def test_from_home_to_a_claim_line(served: Served, page: Any) -> None:
    create_account(
        served.bench.state, "ana", PASSWORD, [Role.analyst], Scope(every_row=True), must_change=False
    )
    page.goto(served.address + "/sign-in")
    page.fill("input[name=name]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    assert page.locator(".attention li").count() >= 2
    keep(page, "home-attention")
    page.click("nav.contents >> text=QP and MIPS status")
    page.click("nav.tabs >> text=Who")
    page.fill("#q", "9000000")
    page.click("button.go")
    page.wait_for_url("**q=9000000**")
    assert "for “9000000”" in page.inner_text("#list")
    with page.expect_download() as told:
        page.click("text=Download CSV")
    assert told.value.suggested_filename == "qp-status.csv"
    page.click("nav.contents a:text-is('Practices')")
    page.click("th >> text=ASM dollars")
    page.locator("table.list td a").first.click()
    page.wait_for_url("**/practices/*")
    keep(page, "practice")
    assert page.locator("svg.chart, figure svg").count() >= 1
    page.locator("text=How it comes about").first.click()
    page.wait_for_url("**/evidence/**")
    for _ in range(8):
        link = page.locator("table.list td a").first
        if not link.count():
            break
        link.click()
    keep(page, "evidence")
    assert "the last level" in page.inner_text("h1")
    assert "person_id" not in page.url and "claim_id" not in page.url
    with page.expect_download() as calendar:
        page.goto(served.address + "/")
        page.click("text=Calendar file")
    assert calendar.value.suggested_filename == "corridor-deadlines.ics"
    assert page.complaints == []
