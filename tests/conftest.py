"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]
NO_TEST_DATA = "no test data"
NO_BROWSER = "no browser"

# Shared machines stall for seconds: no deadline, and the same examples on every run.
settings.register_profile(
    "corridor", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("corridor")


@pytest.fixture(scope="session", autouse=True)
def quiet_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes a warehouse into the repository, and no terminal width leaks into expected text."""
    changed = {
        "CORRIDOR_HOME": str(tmp_path_factory.mktemp("home") / "corridor-data"),
        "NO_COLOR": "1",
        "COLUMNS": "110",
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of public test data: $CORRIDOR_TEST_DATA, else ../shared/data beside the repository."""
    named = os.environ.get("CORRIDOR_TEST_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"{NO_TEST_DATA}: {folder} does not exist; set CORRIDOR_TEST_DATA to where it is")
    return folder


@pytest.fixture
def warehouse_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh, empty warehouse home, also set as $CORRIDOR_HOME."""
    home = tmp_path / "corridor-data"
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def small() -> bool:
    """True where CORRIDOR_SMALL=1 asks heavy tests and benches for their small size."""
    return os.environ.get("CORRIDOR_SMALL") == "1"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium for browser tests: $CORRIDOR_CHROMIUM, else the first one on the PATH."""
    named = os.environ.get("CORRIDOR_CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not found:
        pytest.skip(f"{NO_BROWSER}: install Chromium or set CORRIDOR_CHROMIUM to its path")
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested for want of data or of a browser."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for marker, remedy in (
        (NO_TEST_DATA, "set CORRIDOR_TEST_DATA, or put the data in ../shared/data"),
        (NO_BROWSER, "install Chromium, or set CORRIDOR_CHROMIUM"),
    ):
        count = sum(marker in reason for reason in reasons)
        if count:
            terminalreporter.section(f"NOT TESTED: {marker}", sep="!", red=True, bold=True)
            terminalreporter.write_line(f"{count} tests did not run. To run them, {remedy}.", red=True)
