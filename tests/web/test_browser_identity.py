"""In headless Chromium: in at an issuer, given a role, an agreement registered, what it covers destroyed."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corridor.settings import OpenIdSettings, Settings, WebSettings
from corridor.web.accounts import create_account
from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD
from tests.web.issuer import CLIENT, running
from tests.web.test_register import FIRST, delivery, run

pytestmark = [pytest.mark.heavy, pytest.mark.browser]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Workbench]]:
    import uvicorn

    home = tmp_path / "data"
    delivery(home, FIRST, "A1", 1)
    run(home, "run-with", FIRST)
    with running() as issuer:
        openid = OpenIdSettings(issuer=issuer.address, client_id=CLIENT, label="Example Health")
        web = WebSettings(local_accounts=False, openid=openid)
        bench = Workbench(home, Settings(web=web), State(tmp_path / "s.sqlite3"))
        create_account(bench.state, "root", PASSWORD, [Role.administrator], EVERY, must_change=False)
        app = create_app(bench)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", bench
        server.should_exit = True
        thread.join(timeout=20)


def test_from_the_issuer_to_a_certificate(served: tuple[str, Workbench], chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    address, bench = served
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        anna: Any = browser.new_context().new_page()
        anna.goto(f"{address}/administration/register")
        anna.click("text=Sign in with Example Health")
        anna.wait_for_url("**/account")
        assert "has no role yet" in anna.inner_text("main")

        root: Any = browser.new_context().new_page()
        root.goto(f"{address}/administration")
        root.click("text=First administrator")
        root.fill("input[name=name]", "root")
        root.fill("input[name=password]", PASSWORD)
        root.click("button:text-is('Sign in')")
        root.wait_for_url("**/administration")
        assert "1 waits for a role" in root.inner_text("h1")
        root.click("text=anna@example.org")
        person = root.locator("details.person[open]")
        person.locator("input[value=auditor]").check()
        person.locator("text=Save").click()
        anna.goto(f"{address}/administration/register")
        assert "No agreement is in force" in anna.inner_text("h1")

        root.click("nav >> text=Data-use register")
        root.fill("input[name=title]", "DUA 51234")
        root.fill("input[name=custodian]", "Ida Lind")
        root.fill("input[name=purpose]", "care coordination")
        root.fill("input[name=received_on]", "2020-01-15")
        root.fill("input[name=retain_until]", "2020-12-31")
        root.check("text=every delivery of A1")
        root.click("text=Add the agreement")
        assert "retention has ended under 1 of them" in root.inner_text("h1")
        root.click("text=Begin a destruction")
        root.locator("input[name=delivery]").check()
        root.select_option("select[name=agreement_id]", "1")
        root.fill("input[name=reason]", "retention has ended")
        root.click("text=List what must go")
        places = root.locator("ol.todo code").all_inner_texts()
        for place in places:
            shutil.rmtree(bench.home / place)
        root.click("text=Look again")
        assert "Everything listed is gone" in root.inner_text("h1")
        root.fill("textarea[name=elsewhere]", "originals returned")
        root.click("text=Certify the destruction")
        assert "Certificate of destruction 1" in root.inner_text("h1")
        with root.expect_download() as caught:
            root.click("text=Download the certificate")
        assert '"certified_by":"root"' in Path(caught.value.path()).read_text(encoding="utf-8")
        anna.reload()
        assert anna.locator("text=Begin a destruction").count() == 0
        browser.close()
