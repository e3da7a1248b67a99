"""The tables of a run: listed, filtered, written, and blanked where few beneficiaries stand behind a row."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.jobs.context import open_context
from corridor.jobs.run import compute, targets_of
from corridor.jobs.tables import suppress_small_cells
from corridor.programs.writing import write_results


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


def test_each_way_of_counting_people_blanks() -> None:
    """11 people seen and 3 of them served: the row rests on 3. 2 of 50 truncated: only that cell is small."""
    (served,) = suppress_small_cells([{"npi": "1", "people": 11, "people_served": 3, "share": 0.27}], (), 11)
    assert served == {"npi": "1", "people": None, "people_served": None, "share": None, "suppressed": True}
    (some,) = suppress_small_cells([{"people": 50, "truncated_people": 2, "pbpy": 9.0}], (), 11)
    assert some == {"people": 50, "truncated_people": None, "pbpy": 9.0, "suppressed": False}
    (known,) = suppress_small_cells([{"enrolled": 60, "effect": 1.5, "small_cell": True}], (), 11)
    assert known["effect"] is None and known["suppressed"]
    (before,) = suppress_small_cells([{"people": 0, "rate": None, "suppressed": True}], (), 11)
    assert before["suppressed"]
    (paired,) = suppress_small_cells([{"matched": True, "distance": 0.5}], (), 11)
    assert paired["distance"] == 0.5


def test_files_hold_numbers_days_and_nulls(tmp_path: Path) -> None:
    rows = [
        {
            "n": 1,
            "paid": Decimal("2.50"),
            "day": date(2025, 3, 1),
            "share": float("nan"),
            "ok": True,
            "t": "a",
        },
        {"n": None, "paid": None, "day": None, "share": 0.5, "ok": None, "t": None},
    ]
    write_results(tmp_path / "rows.json", {"rows": rows})
    first = json.loads((tmp_path / "rows.json").read_text())[0]
    assert first == {"n": 1, "paid": 2.5, "day": "2025-03-01", "share": None, "ok": True, "t": "a"}
    write_results(tmp_path / "rows.parquet", {"rows": rows})
    written = duckdb.sql(f"select * from '{tmp_path / 'rows.parquet'}'")
    assert [str(kind) for kind in written.types] == [
        "BIGINT",
        "DOUBLE",
        "DATE",
        "DOUBLE",
        "BOOLEAN",
        "VARCHAR",
    ]
    assert written.fetchall()[0] == (1, 2.5, date(2025, 3, 1), None, True, "a")
    for ending in (".xlsx", ".csv", ".parquet", ".json"):
        write_results(tmp_path / f"none{ending}", {"rows": []}, ["tin", "npi"])
    assert (tmp_path / "none.csv").read_text().strip() == "tin,npi"
    assert duckdb.sql(f"select * from '{tmp_path / 'none.parquet'}'").columns == ["tin", "npi"]


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


def test_small_cells_stay_out_of_files_and_json(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where --columns leaves out the column that counts people."""
    monkeypatch.setenv("CORRIDOR_HOME", str(home / "data"))
    counts = duckdb.sql(
        f"select count(*) from '{home}/data/steps/population.pmpm/**/*.parquet' where people between 1 and 10"
    ).fetchall()
    assert counts[0][0] > 0
    out = tmp_path / "pmpm.json"
    answer = json.loads(
        command("table", "population.pmpm", "--columns", "month,pmpm", "--out", str(out), "--json")
    )
    written = json.loads(out.read_text())
    assert set(written[0]) == {"month", "pmpm", "suppressed"}
    assert answer["rows"][0]["suppressed"] == sum(row["suppressed"] for row in written) > 0
    assert all(row["pmpm"] is None for row in written if row["suppressed"])
    assert any(one["rule"].startswith("population.") for one in answer["assumptions"])
    rows = json.loads(command("table", "population.pmpm", "--limit", "5000", "--json"))["rows"]
    assert not [row for row in rows if row["people"] and row["people"] < 11]


def test_shown_in_columns_with_what_is_left_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home / "data"))
    lines = command("table", "population.pmpm", "--limit", "5").splitlines()
    assert lines[0].split()[:2] == ["month", "year"] and len(lines) == 8
    assert lines[6].startswith("More columns") and lines[7].startswith("5 of ")
    assert command("table", "population.pmpm", "--limit", "1").startswith("row 1\n  month ")
    assert command("table", "population.pmpm", "--where", "year=1999") == "no rows\n"


def test_without_a_name_there_is_nothing_to_write(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["table", "--out", str(tmp_path / "all.csv")]).exit_code == 2


def test_a_short_name_finds_its_table(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home / "data"))
    with pytest.raises(CorridorError) as caught:
        command("table", "pbpy")
    assert caught.value.todo == "Near it: population.pbpy."


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


def test_months_of_people_and_sub_counts_blank_too() -> None:
    """Eight member months of one month are eight people; 130 of a year may be those of fewer than 11."""
    month = [{"npi": "1", "month": 202601, "member_months": 8, "visits": 5}]
    (few,) = suppress_small_cells(month, ("npi", "month"), 11)
    assert few["visits"] is None and few["suppressed"]
    year = [{"npi": "1", "year": 2026, "person_months": months, "amount": 7.0} for months in (130, 132)]
    assert [row["amount"] for row in suppress_small_cells(year, ("npi", "year"), 11)] == [None, 7.0]
    own = [{"person_id": 1, "member_months": 8, "amount": 7.0}]
    assert suppress_small_cells(own, ("person_id",), 11) == own
    margin = [{"candidates": seen, "billed_people": 4, "amount": 7.0} for seen in (40, 0, None)]
    found = suppress_small_cells(margin, (), 11)
    assert [(row["billed_people"], row["amount"]) for row in found] == [
        (None, 7.0),
        (None, None),
        (None, None),
    ]
