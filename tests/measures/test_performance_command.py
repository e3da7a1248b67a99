"""corridor performance: shown, as JSON, written with small cells blanked, and each of its errors."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.engine.files import write_atomically, write_json
from corridor.errors import CorridorError
from tests.measures.performance_bench import Bench
from tests.measures.test_performance_levels import _community, _practices

TABLES = ("measures.performance", "measures.performance_month", "measures.performance_roster",
          "measures.performance_person", "measures.utilization_event")  # fmt: skip


def _run_of(bench: Bench, home: Path, tables: Sequence[str] = TABLES) -> None:
    """Leave the tables of a bench as a complete run."""
    entries = []
    for table in tables:
        bench.run(table)
        folder = home / "steps" / table / "k"
        folder.mkdir(parents=True)
        bench.con.execute(f"copy (select * from {table}) to '{folder}/part.parquet' (format parquet)")
        (found,) = bench.rows(f"select count(*) as n from {table}")
        entries.append({"step": table, "rows": found["n"], "outputs": [f"steps/{table}/k"]})
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    write_json(
        home / "runs" / "one" / "manifest.json", {"run_id": "one", "setting": setting, "steps": entries}
    )
    write_atomically(home / "runs" / "current", "one\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("performance")
    _run_of(_practices({"T1": 19, "T2": 10, "T3": 10, "T4": 10, "T5": 1}, 20), home)
    return home


@pytest.fixture
def command(made: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CORRIDOR_HOME", str(made))

    def call(*arguments: str) -> str:
        found = CliRunner().invoke(app, ["performance", *arguments], catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.stdout

    return call


def test_shown_with_who_performs_how(command: Any) -> None:
    text = command("--level", "tin", "--measure", "cost")
    assert "T1" in text and "low performer" in text and "high performer" in text
    assert "no risk scores" in text
    stays = command("--level", "tin", "--measure", "acute_admission")
    assert "exploratory" in stays and "performer" not in stays
    assert "3 more" in command("--level", "tin", "--measure", "cost", "--limit", "2")


def test_as_json(command: Any) -> None:
    found = json.loads(command("--level", "tin", "--measure", "cost", "--id", "T1", "--json"))
    assert (found["year"], found["data_year"], found["level"]) == (2027, 2025, "tin")
    (row,) = found["rows"]
    assert (row["entity_id"], row["people"], row["performer"]) == ("T1", 20, "low")
    assert any(one["rule"] == "performance.cell_minimum" for one in found["assumptions"])


def test_people_behind_a_figure(command: Any) -> None:
    text = command("--level", "tin", "--id", "T1", "--measure", "acute_admission", "--people", "--limit", "1")
    assert "person_id" in text and "2025-03-10" in text and "19 more" in text


def test_small_cells_are_blanked_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out.csv"
    _run_of(_community(), home, TABLES[:1])
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    found = CliRunner().invoke(
        app, ["performance", "--level", "tin", "--out", str(out)], catch_exceptions=False
    )
    assert found.exit_code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert rows and all(row["suppressed"] == "True" for row in rows if row["observed"] == "")
    assert {row["observed"] for row in rows if row["people"] == ""} == {""}
    found = CliRunner().invoke(app, ["performance", "--level", "tin", "--json"], catch_exceptions=False)
    answered = json.loads(found.stdout)["rows"]
    assert [row["suppressed"] for row in answered] == [row["suppressed"] == "True" for row in rows]
    assert any(row["suppressed"] for row in answered)
    assert all(row["people"] is None and row["ratio"] is None for row in answered if row["suppressed"])
    found = CliRunner().invoke(
        app, ["performance", "--level", "tin", "--out", str(out), "--json"], catch_exceptions=False
    )
    (written,) = json.loads(found.stdout)["rows"]
    assert (written["rows"], written["file"]) == (len(rows), str(out))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--level", "county"), "PERFORMANCE-LEVEL"),
        (("--measure", "happiness"), "PERFORMANCE-MEASURE"),
        (("--level", "tin", "--id", "T99"), "PERFORMANCE-ID"),
        (("--people",), "PERFORMANCE-PEOPLE"),
        (("--people", "--level", "tin", "--id", "T1", "--out", "people.csv"), "PERFORMANCE-PEOPLE"),
    ],
)
def test_errors(made: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: str) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(made))
    with pytest.raises(CorridorError) as caught:
        CliRunner().invoke(app, ["performance", *arguments], catch_exceptions=False)
    assert caught.value.code == code


def test_a_run_without_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run_of(_community(), tmp_path, ("measures.performance_roster",))
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    with pytest.raises(CorridorError) as caught:
        CliRunner().invoke(app, ["performance"], catch_exceptions=False)
    assert caught.value.code == "PERFORMANCE-NOT-MADE"
