"""The demo of the browser tests: made once for all workers, a copy for each module."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from corridor.jobs.demo import run_demo

PEOPLE = 1500
PATIENCE = 300  # seconds that another worker may take to make it


def demo_home(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """The home of a demo of its own under ``folder``; CORRIDOR_HOME of the test run is left alone."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-demo"
    try:
        shared.mkdir()
    except FileExistsError:
        home = _awaited(shared / "made")
        # who began it did not come through: then one of its own
        return _copy(home, folder) if home else run_demo(folder / "here", PEOPLE, 1).run.home
    home = run_demo(shared / "here", PEOPLE, 1).run.home
    (shared / "part").write_text(str(home), encoding="utf-8")
    (shared / "part").rename(shared / "made")
    return _copy(home, folder)


def _awaited(made: Path) -> Path | None:
    until = time.monotonic() + PATIENCE
    while not made.exists() and time.monotonic() < until:
        time.sleep(0.2)
    return Path(made.read_text(encoding="utf-8")) if made.exists() else None


def _copy(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "here" / home.name, symlinks=True))
