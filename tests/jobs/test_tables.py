"""The tables of a run: listed, filtered, written, and blanked where few beneficiaries stand behind a row."""

from __future__ import annotations

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.jobs.context import open_context
from corridor.jobs.run import compute, targets_of
from corridor.jobs.tables import suppress_small_cells


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables") / "home"
    from corridor.jobs.demo import run_demo

    run_demo(folder.parent / "demo", 300, 1)
    return folder.parent / "demo"


def test_small_cells_are_blanked_but_not_zero_and_not_the_key() -> None:
    rows = [
        {"area": 1, "people": 10, "spent": Decimal("5.00"), "word": "a"},
        {"area": 2, "people": 11, "spent": Decimal("6.00"), "word": "b"},
        {"area": 3, "people": 0, "spent": Decimal("0.00"), "word": "c"},
    ]
    found = suppress_small_cells(rows, ("area",), 11)
    assert found[0] == {"area": 1, "people": None, "spent": None, "word": "a", "suppressed": True}
    assert found[1]["people"] == 11 and not found[1]["suppressed"]
    assert found[2]["people"] == 0 and not found[2]["suppressed"]


def test_a_table_without_people_is_left_alone() -> None:
    assert suppress_small_cells([{"lines": 3}], (), 11) == [{"lines": 3}]


def test_rooms_and_tables_are_targets() -> None:
    assert "claims.period" in targets_of(["claims"])
    assert targets_of(["claims.period"]) == ["claims.period"]
    with pytest.raises(CorridorError) as caught:
        targets_of(["claims.nothing"])
    assert caught.value.code == "RUN-ONLY"


def test_only_computes_what_it_needs(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "data", tmp_path / "data")
    run = compute(open_context(home=tmp_path / "data", year=2027), only=["claims.period"])
    made = {entry["step"] for entry in run.manifest["steps"]}
    assert "claims.period" in made and "asm.result" not in made


def command(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_lists_shows_and_writes(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home / "data"))
    listed = json.loads(command("table", "--json"))["rows"]
    rows = {one["table"]: one["rows"] for one in listed}
    shown = json.loads(command("table", "asm.result", "--limit", "3", "--json"))["rows"]
    assert len(shown) == min(3, rows["asm.result"])
    out = tmp_path / "result.csv"
    command("table", "asm.result", "--columns", "tin,npi,final_score", "--out", str(out))
    with out.open() as source:
        written = list(csv.DictReader(source))
    assert len(written) == rows["asm.result"] and set(written[0]) == {"tin", "npi", "final_score"}
    one = json.loads(command("table", "asm.result", "--where", f"npi={written[0]['npi']}", "--json"))["rows"]
    assert {row["npi"] for row in one} == {written[0]["npi"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["asm.nothing"], "TABLE-UNKNOWN"),
        (["asm.result", "--columns", "colour"], "TABLE-COLUMN"),
        (["asm.result", "--where", "npi"], "TABLE-WHERE"),
    ],
)
def test_what_is_not_there_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: str
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home / "data"))
    with pytest.raises(CorridorError) as caught:
        command("table", *arguments)
    assert caught.value.code == code
