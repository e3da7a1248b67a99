"""In a real browser: a delivery is uploaded, watched, run, and a clinician opened; a form is filled in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from corridor.jobs.demo import MONTHS, START
from corridor.synth.community import write_community
from corridor.synth.order import check_order
from tests.web.conftest import PASSWORD
from tests.web.test_browser import keep, page

pytestmark = [pytest.mark.heavy, pytest.mark.browser]
__all__ = ["page"]
PEOPLE = 300


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("community")
    write_community(check_order(PEOPLE, 1, START, MONTHS, "single", folder))
    return folder


class Served:
    """`corridor serve` with its worker, over an empty warehouse."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.folder = folder
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.token = ""

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "corridor.cli.main", "serve", "--port", str(self.port)],
            env={**os.environ, "CORRIDOR_HOME": str(self.folder / "data")}, cwd=self.folder,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "setup token" in line:
                self.token = line.rpartition(" ")[2].strip()
            if "Ctrl-C" in line:
                break
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                httpx2.get(self.address + "/alive")
                return
            except httpx2.TransportError:
                time.sleep(0.1)

    def stop(self, kill: bool = False) -> None:
        assert self.process is not None
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    made.start()
    yield made
    made.stop()


def first_run(page: Any, server: Served) -> None:
    page.goto(server.address + "/")
    page.fill("input[name=token]", server.token)
    page.fill("input[name=name]", "root")
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Make the account")


def see(page: Any, selector: str, words: str, seconds: float = 60) -> str:
    """Wait until an element says something; what it says. The policy of the page lets no test in."""
    end, text = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        text = page.locator(selector).first.text_content() or "" if page.locator(selector).count() else ""
        if words in text:
            return text
        page.wait_for_timeout(100)
    raise AssertionError(f"{selector}: {text[:400]}")


def finished(page: Any, words: str) -> None:
    see(page, "#job h1", words, 240)


def test_from_a_delivery_to_a_clinician(server: Served, page: Any, community: Path) -> None:
    first_run(page, server)
    page.click("nav.contents >> text=Load and run")
    assert "Nothing is loaded yet" in page.inner_text("h1")
    keep(page, "load-empty")
    files = sorted(str(path) for path in (community / "cclf").rglob("*") if path.is_file())
    page.set_input_files("#sender input[type=file]", files)
    page.click("text=Send and load")
    page.wait_for_url("**/jobs/1")
    finished(page, "rows read, and all of them kept")
    keep(page, "job-load")
    for number, (fmt, name) in enumerate(
        (("roster", "provider_roster.csv"), ("participants", "participant_list.csv")), start=2
    ):
        page.goto(server.address + "/load")
        page.select_option("#format", fmt)
        page.set_input_files("#sender input[type=file]", str(community / name))
        page.click("text=Send and load")
        page.wait_for_url(f"**/jobs/{number}")
        finished(page, "kept")
    page.goto(server.address + "/load")
    keep(page, "load")
    assert "3 deliveries are loaded; no run holds them yet" in page.inner_text("h1")
    page.click("text=Run with what is new")
    page.wait_for_selector("progress.wide")
    keep(page, "job-run")
    finished(page, "The run is complete")
    keep(page, "job-run-done")
    page.click("nav.contents a[href='/clinicians']")
    page.locator("table.list tbody tr a").first.click()
    page.wait_for_url("**/clinicians/9*")
    assert page.inner_text("h1")
    assert page.complaints == []


def test_an_upload_goes_on_after_the_server_was_killed(server: Served, page: Any, tmp_path: Path) -> None:
    first_run(page, server)
    big = tmp_path / "provider_roster.csv"
    lines = [f"{1_000_000_000 + n},123456789,Dr. {n}" for n in range(1_000_000)]
    big.write_text("npi,tin,clinician_name\n" + "\n".join(lines) + "\n", encoding="utf-8")  # some 36 MB
    page.goto(server.address + "/load")
    page.select_option("#format", "roster")
    page.set_input_files("#sender input[type=file]", str(big))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4_000_000}
    network.send("Network.emulateNetworkConditions", slow)  # it is still being sent when the server goes
    page.click("text=Send and load")
    see(page, ".sending", " MB of ")
    server.stop(kill=True)
    see(page, ".sending", "does not answer")
    keep(page, "load-waiting")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    server.start()
    page.wait_for_url("**/jobs/1", timeout=60_000)  # of itself: what was there is not sent again
    finished(page, "1,000,000 rows read")


def test_after_a_reload_the_same_files_are_gone_on_with(server: Served, page: Any, tmp_path: Path) -> None:
    first_run(page, server)
    big = tmp_path / "provider_roster.csv"
    big.write_bytes(b"npi,tin\n" + b"1234567893,123456789\n" * 800_000)  # some 17 MB
    page.goto(server.address + "/load")
    page.select_option("#format", "roster")
    page.set_input_files("#sender input[type=file]", str(big))
    page.route("**/parts/3", lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Send and load")
    see(page, ".sending", "does not answer")
    page.unroute("**/parts/3")
    page.goto(server.address + "/load")
    assert "8.4 MB of 17 MB are here" in page.inner_text(".batch")
    keep(page, "load-resume")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/parts/" in request.url else None)
    page.set_input_files(".resume input[type=file]", str(big))
    page.click("text=Go on")
    page.wait_for_url("**/jobs/1")
    assert [url.rpartition("/")[2] for url in sent] == ["3", "4", "5"]


def test_a_form_is_filled_by_pasting(server: Served, page: Any) -> None:
    first_run(page, server)
    page.click("nav.contents >> text=Calculators and forms")
    page.click("text=Dollars of the Ambulatory Specialty Model from final scores")
    page.evaluate(
        """() => {
        const data = new DataTransfer();
        data.setData("text", "123456789\\t1234567893\\theart_failure\\tOne\\t74.3\\t410000\\n"
          + "123456789\\t1987654328\\theart_failure\\tTwo\\t58.1\\t265000");
        const field = document.querySelector("[name='asm_scores.0.tin']");
        const given = {clipboardData: data, bubbles: true, cancelable: true};
        field.dispatchEvent(new ClipboardEvent("paste", given));
        }"""
    )
    keep(page, "form")
    page.click("form.fill button.go")
    page.wait_for_url("**/answers/*")
    assert "1 gain, 1 lose" in page.inner_text("h1")
    keep(page, "form-answer")
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/load", "/forms", "/forms/asm?example=true", page.url.partition(str(server.port))[2]):
        page.goto(server.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert page.complaints == []
