"""Billing in headless Chromium: an audit, a finding, its claim lines, a download, a case of overpayment."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from corridor.web.accounts import create_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from tests.web.billing_run import MINE, write_billing_run
from tests.web.conftest import PASSWORD
from tests.web.test_browser import Served, keep, page, served

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page", "served"]  # fixtures


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("billing") / "data"
    write_billing_run(home)
    return home


def sign_in(served: Served, page: Any) -> None:
    create_account(
        served.bench.state, "billie", PASSWORD, [Role.biller], Scope(every_row=True), must_change=False
    )
    page.goto(served.address + "/sign-in?next=/billing")
    page.fill("input[name=name]", "billie")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.go")
    page.wait_for_selector("text=could be billed and is not")


def test_from_an_audit_to_a_claim_line(served: Served, page: Any, tmp_path: Path) -> None:
    sign_in(served, page)
    keep(page, "billing")
    page.click("table >> text=Services that exclude one another")
    page.wait_for_selector("h2 >> text=One by one")
    page.select_option("select[name=kind]", "ccm_twice")
    page.click("form.filters >> text=Show")
    page.wait_for_url("**kind=ccm_twice**")
    with page.expect_download() as started:
        page.locator("#findings >> text=CSV").click()
    started.value.save_as(tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["claim_id"] for row in csv.DictReader(lines)] == ["C0100"]
    page.locator("#findings table.list tbody tr").nth(0).locator("td").nth(2).click()  # anywhere on the row
    page.wait_for_url("**/billing/findings/*")
    assert "was allowed that the rule does not allow" in page.inner_text("h1")
    assert page.locator("text=The claim C0100").count() == 1 and "C0100" not in page.url
    keep(page, "billing-finding")
    page.click("text=primary_care.care_management_code")
    page.wait_for_url("**/rules/primary_care.care_management_code")
    page.go_back()
    assert "/billing/findings/" in page.url
    assert page.complaints == []


def test_a_case_is_opened_and_closed(served: Served, page: Any) -> None:
    sign_in(served, page)
    page.click("text=Overpayments")
    page.fill("input[name=tin]", MINE)
    page.fill("input[name=name]", "BROWSER")
    page.click("text=Open the case")
    page.wait_for_url("**/billing/overpayments/BROWSER")
    assert "$56 goes back by" in page.inner_text("h1")
    page.click("summary >> text=Write the refund file")
    page.click("button >> text=Write the refund of")
    page.wait_for_selector("h2 >> text=The refund")
    keep(page, "billing-case")
    page.click("button >> text=Close the case")
    page.wait_for_selector("h1 >> text=Closed")
    assert page.complaints == []


@pytest.mark.parametrize(
    "path", ["/billing", "/billing/audits/all", "/billing/prices", "/billing/care-management"]
)
def test_a_narrow_page_does_not_scroll_sideways(served: Served, page: Any, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(served, page)
    page.goto(served.address + path)
    page.wait_for_selector("nav[aria-label=Billing]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.complaints == []
