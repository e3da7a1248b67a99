"""One community, read once, for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.reports import ReportData, ReportFiles, write_report
from tests.reports.community import FakeRun
from tests.reports.deliveries import load_deliveries


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    load_deliveries(folder / "home", folder / "in")
    return folder / "home"


@pytest.fixture(scope="session")
def run(home: Path) -> FakeRun:
    return FakeRun(home)


@pytest.fixture(scope="session")
def data(run: FakeRun) -> ReportData:
    return ReportData.from_run(run)


@pytest.fixture(scope="session")
def files(data: ReportData, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    return write_report(data, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="session")
def page(files: ReportFiles) -> str:
    return files.html.read_text(encoding="utf-8")
