"""corridor synth, and every error it can give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.synth.order import check_order


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corridor.cli.main", "synth", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_is_one_object_with_rows(tmp_path: Path) -> None:
    done = run("--beneficiaries", "60", "--seed", "4", "--out", str(tmp_path / "c"), "--json")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert {row["file"] for row in value["rows"]} >= {"truth.json", "README.txt", "provider_roster.csv"}
    assert value["beneficiaries"] == 60


def test_help_has_an_example() -> None:
    done = run("--help")
    assert "Example: corridor synth" in done.stdout


def test_a_full_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    done = run("--beneficiaries", "10", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "SYNTH-OUT-NOT-EMPTY" in done.stderr
    assert os.listdir(tmp_path) == ["mine.txt"]


@pytest.mark.parametrize(
    ("people", "seed", "start", "months", "delivery", "code"),
    [
        (0, 1, "2025-01", 24, "single", "SYNTH-PEOPLE"),
        (20_000_000, 1, "2025-01", 24, "single", "SYNTH-PEOPLE"),
        (10, -1, "2025-01", 24, "single", "SYNTH-SEED"),
        (10, 1, "2025-13", 24, "single", "SYNTH-PERIOD"),
        (10, 1, "1999-01", 24, "single", "SYNTH-PERIOD"),
        (10, 1, "2025-01", 1, "single", "SYNTH-PERIOD"),
        (10, 1, "2025-01", 24, "weekly", "SYNTH-DELIVERY"),
    ],
)
def test_orders_that_cannot_be_met(
    tmp_path: Path, people: int, seed: int, start: str, months: int, delivery: str, code: str
) -> None:
    with pytest.raises(CorridorError) as caught:
        check_order(people, seed, start, months, delivery, tmp_path / "c")
    assert caught.value.code == code
    assert caught.value.todo


def test_other_periods_are_written(tmp_path: Path) -> None:
    done = run(
        "--beneficiaries", "60", "--start", "2026-03", "--months", "5", "--out", str(tmp_path / "c"), "--json"
    )
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert (value["first_day"], value["last_day"]) == ("2026-03-01", "2026-07-31")
