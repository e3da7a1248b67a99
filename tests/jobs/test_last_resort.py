"""What the command line answers when something goes wrong that no room foresaw."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.engine.files import InputFile
from corridor.engine.warehouse import Warehouse

SCORES = "tin,npi,cohort,final_score,part_b_paid\n000000001,9000000015,heart_failure,70,1000\n"


def corridor(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.argv = ['corridor', *{list(arguments)!r}]\n{code}\n"
    program += "from corridor.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_a_defect_is_one_error_without_its_data() -> None:
    broken = "import corridor.settings as s\ndef load_settings(*a): raise KeyError('1S00A00AA00')\n"
    done = corridor("lookup", "9000000015", "--json", code=broken + "s.load_settings = load_settings")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "UNEXPECTED-ERROR"
    assert "1S00A00AA00" not in done.stdout + done.stderr
    assert "KeyError" in done.stderr


def test_a_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roster.csv").write_text("npi,tin,specialty_code\n9000000015,000000001,06\n")
    if not Path("/proc").is_dir():
        pytest.skip("needs a place where nobody can make a folder")
    monkeypatch.setenv("CORRIDOR_HOME", "/proc/nowhere")
    done = corridor("load", "roster", str(tmp_path / "roster.csv"))
    assert done.returncode == 1
    assert done.stderr.startswith("FILE-SYSTEM")


def test_results_do_not_replace_what_was_entered(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(SCORES)
    done = corridor("settle", "asm", str(file), "--out", str(file))
    assert done.returncode == 1
    assert "SETTLE-OUT-IS-INPUT" in done.stderr
    assert file.read_text() == SCORES


@pytest.mark.parametrize("command", [["explain", "asm", "9000000015"], ["roster", "--add", "9000000015"]])
def test_a_year_without_a_file_is_refused(command: list[str]) -> None:
    done = corridor(*command, "--year", "2028")
    assert done.returncode == 1
    assert "SETTLE-NEEDS-FILE" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_identifiers_are_for_the_owner_of_the_warehouse_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    warehouse = Warehouse.open(tmp_path / "home")
    with warehouse.begin_delivery("toy", "S", [InputFile.of(tmp_path / "a", "line")]) as d:
        d.person_ids("select 'm1' as identifier", "mbi")
    folder = warehouse.deliveries()[0].path / "identity"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
