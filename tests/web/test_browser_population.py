"""Every page of the population area and of the ground in Chromium, without a complaint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.web.accounts import create_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from tests.web.conftest import PASSWORD
from tests.web.test_browser import Served, keep, page, served
from tests.web.test_people_in_scope import write
from tests.web.test_population import PAGES, TABLES

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page", "served"]  # fixtures
GROUND = (
    "/data",
    "/data?view=aside",
    "/data?view=complete",
    "/data?view=run",
    "/data?view=history",
    "/rules",
    "/rules?program=all&status=assumed",
    "/rules/asm.risk_level",
    "/rules/virtual_care.flexibility",
    "/methods",
    "/methods/steps/attribution.person",
    "/methods/formulas/asm/payment_adjustment_factor",
)
HEAVIEST = 500_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("population") / "data"
    write(made, TABLES)
    return made


def sign_in(served: Served, page: Any) -> None:
    create_account(
        served.bench.state, "ana", PASSWORD, [Role.administrator, Role.analyst], Scope(every_row=True),
        must_change=False,
    )  # fmt: skip
    page.goto(served.address + "/sign-in")
    page.fill("input[name=name]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")


def test_every_page_is_whole_and_without_a_complaint(served: Served, page: Any) -> None:
    sign_in(served, page)
    for path in (*PAGES, *GROUND):
        answer = page.goto(served.address + path)
        assert answer.status == 200, path
        assert len(answer.body()) < HEAVIEST, path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
        keep(page, "population-" + "".join(c if c.isalnum() else "-" for c in path.strip("/")))
    page.set_viewport_size({"width": 400, "height": 800})
    for path in (*PAGES[::3], *GROUND[::3]):
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, path
    assert page.complaints == []


def test_from_the_trend_to_a_practice_and_down_to_the_law(served: Served, page: Any) -> None:
    sign_in(served, page)
    page.click("nav.contents >> text=Spend and need")
    assert "a person a month" in page.inner_text("h1")
    page.click("text=By category")
    assert page.url.endswith("view=category")
    page.goto(served.address + "/population")
    page.fill("#f-npi", "N1")
    page.click("button.go")
    assert "npi=N1" in page.url and "of NPI N1" in page.inner_text("h1")
    page.click("text=Show all")
    assert "npi=" not in page.url
    page.goto(served.address + "/virtual-care")
    page.locator("#law a").first.click()
    assert page.inner_text("h1") == "virtual_care.flexibility"
    page.locator("a[href^='/methods/steps/']").first.click()
    assert page.locator("pre.sql").count() == 1
    assert page.complaints == []
