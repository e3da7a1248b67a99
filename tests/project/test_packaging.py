"""The plain wheel holds everything a user needs: rules, layouts, SQL, templates; and works when installed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project.tree import PACKAGE, REPOSITORY, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (Path(sys.prefix) / "bin" / "hatchling").exists():
        pytest.skip("hatchling is not in this environment: run `make dev`")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_whole_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "corridor/" + path.relative_to(PACKAGE).as_posix() for path in files() if path.is_relative_to(PACKAGE)
    }
    assert sorted(wanted - held) == []


@pytest.mark.parametrize("ending", ["rules/asm/", ".sql", "py.typed", "layouts/", "templates/"])
def test_the_wheel_holds_data_beside_code(wheel: Path, ending: str) -> None:
    assert any(ending in entry for entry in zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    entries = zipfile.ZipFile(wheel).namelist()
    assert [entry for entry in entries if not entry.startswith(("corridor/", "corridor-"))] == []
    assert [entry for entry in entries if "__pycache__" in entry] == []


def test_the_wheel_carries_licence_and_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = (e for e in archive.namelist() if e.endswith("entry_points.txt"))
    assert "corridor = corridor.cli.main:main" in archive.read(entry_points).decode()
    assert any(entry.endswith("licenses/LICENSE") for entry in archive.namelist())


@pytest.mark.heavy
def test_the_wheel_answers_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere and put first on the path, it reads its rules from itself."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "CORRIDOR_HOME": str(tmp_path / "home")}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(site) in run("-c", "import corridor; print(corridor.__file__)")
    assert "asm.risk_level" in run("-m", "corridor.cli.main", "rules", "asm", "--year", "2027", "--json")
