"""From files of results to gaps, completeness and the letter to the vendor, through the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError

HEAD = "performance_year,period_end,tin,npi,site_id,software,measure_id,collection_type"
WHOSE = "2027,2027-09-30,123456789"
N1, N2 = "1003000126", "1003000134"


def _files(folder: Path) -> list[Path]:
    """236 of N1: 40 met, 20 not met, 30 not captured; of N2 counts alone; 134 of N1 with few patients."""
    text = HEAD + ",mrn,status,missing_element\n"
    statuses = ["met"] * 40 + ["not met"] * 20 + ["not captured"] * 30
    for number, status in enumerate(statuses, start=1):
        missing = "reading" if status == "not captured" else ""
        missing = "note of one patient" if number == len(statuses) else missing
        text += f"{WHOSE},{N1},A,Record One,236,mipscqm,{number},{status},{missing}\n"
    for number, status in enumerate(["met", "not met", "not captured"], start=1):
        text += f"{WHOSE},{N1},A,Record One,134,mipscqm,{number},{status},\n"
    patients = folder / "patients.csv"
    patients.write_text(text)
    counts = folder / "counts.csv"
    counts.write_text(f"{HEAD},denominator,numerator\n{WHOSE},{N2},B,,CMS165v15,ecqm,100,60\n")
    return [patients, counts]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    home = folder / "corridor-data"
    before = os.environ.get("CORRIDOR_HOME")
    os.environ["CORRIDOR_HOME"] = str(home)
    try:
        files = [str(path) for path in _files(folder)]
        for arguments in (["load", "quality-results", *files], ["run", "--only", "quality"]):
            result = CliRunner().invoke(app, arguments)
            assert result.exit_code == 0, result.output
    finally:
        os.environ["CORRIDOR_HOME"] = before or ""
    return home


@pytest.fixture
def command(made: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CORRIDOR_HOME", str(made))

    def invoke(*arguments: str) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        if isinstance(result.exception, CorridorError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return invoke


def test_gaps_are_counted_and_the_rate_with_all_of_them_closed_is_said(command: Any) -> None:
    rows = {(r["npi"], r["measure_id"]): r for r in json.loads(command("gaps", "--json").stdout)["rows"]}
    row = rows[N1, "236"]
    assert (row["gaps"], row["not_met"], row["not_captured"], row["closable"]) == (50, 20, 30, 50)
    assert row["rate"] == pytest.approx(100 * 40 / 60)
    assert (row["rate_closed"], row["completeness_closed"], row["patients_known"]) == (100, 100, True)
    assert rows[N2, "236"]["patients_known"] is False and rows[N2, "236"]["gaps"] == 40
    small = rows[N1, "134"]  # one met, one not met, one not captured
    assert small["suppressed"] and small["gaps"] is None and small["rate"] is None


def test_the_patients_behind_gaps_are_shown_and_never_written(command: Any, tmp_path: Path) -> None:
    shown = command("gaps", "--npi", N1, "--measure", "236", "--people", "--limit", "100").stdout
    assert shown.count("not_met") == 20 and shown.count("not_captured") == 30
    for arguments in (["--people"], ["--people", "--npi", N1, "--out", str(tmp_path / "x.csv")]):
        with pytest.raises(CorridorError) as caught:
            command("gaps", *arguments)
        assert caught.value.code == "GAPS-PEOPLE"


def test_the_text_says_which_rows_are_from_counts(command: Any) -> None:
    shown = command("gaps", "--measure", "236").stdout
    assert "from counts alone" in shown and "No MIPS benchmarks are installed" in shown


def test_gaps_are_written_with_small_counts_blanked(command: Any, tmp_path: Path) -> None:
    command("gaps", "--out", str(tmp_path / "gaps.csv"))
    lines = (tmp_path / "gaps.csv").read_text().splitlines()
    assert len(lines) == 4 and any(",134,mipscqm,,,," in line for line in lines)


def test_a_practice_has_the_gaps_of_its_clinicians_once(command: Any) -> None:
    rows = json.loads(command("gaps", "--level", "practice", "--measure", "236", "--json").stdout)["rows"]
    assert {(row["collection_type"], row["npi"], row["gaps"]) for row in rows} == {
        ("ecqm", "", 40), ("mipscqm", "", 50),
    }  # fmt: skip
    with pytest.raises(CorridorError) as caught:
        command("gaps", "--level", "planet")
    assert caught.value.code == "GAPS-LEVEL"


def test_another_year_can_be_asked_for(command: Any) -> None:
    assert json.loads(command("gaps", "--year", "2027", "--json").stdout)["year"] == 2027
    with pytest.raises(CorridorError) as caught:
        command("gaps", "--year", "2026")
    assert caught.value.code == "GAPS-NO-RESULTS" and "2026" in caught.value.what


def test_completeness_shows_what_lacks(command: Any) -> None:
    rows = json.loads(command("quality", "completeness", "--json").stdout)["rows"]
    row = next(row for row in rows if row["measure_id"] == "236" and row["npi"] == N1)
    # 60 of 90 are captured; 75 percent of 90 is 67.5, so 8 more
    assert (row["captured"], row["patients_short"], row["standing"]) == (60, 8, "below the minimum")
    assert "236" in command("quality", "completeness", "--npi", N1).stdout


def test_the_letter_names_what_is_missing_and_keeps_few_patients_back(command: Any, tmp_path: Path) -> None:
    command("quality", "vendor-request", "--out", str(tmp_path / "letter.md"))
    letter = (tmp_path / "letter.md").read_text()
    assert "vendor of Record One" in letter
    assert "| 236 | mipscqm | A | 90 | 20 | 30 | reading |" in letter
    assert "note of one patient" not in letter
    assert "| 134 | mipscqm | A | fewer than 11 | fewer than 11 | fewer than 11 | please say |" in letter
    assert "| 236 | ecqm | B | 100 | 40 | not told apart | please say |" in letter
    with pytest.raises(CorridorError) as caught:
        command("quality", "vendor-request", "--out", str(tmp_path / "absent" / "letter.md"))
    assert caught.value.code == "QUALITY-OUTPUT"


def test_without_results_there_is_nothing_to_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "empty"))
    empty = tmp_path / "list.csv"
    empty.write_text("measure_reference,quality_id\nhttp://x/y,236\n")
    for arguments, code in (
        (["run", "--only", "quality.rollup"], "GAPS-NOT-MADE"),
        (["run", "--only", "quality"], "GAPS-NO-RESULTS"),
    ):
        assert CliRunner().invoke(app, ["load", "quality-results", str(empty)]).exit_code == 0
        assert CliRunner().invoke(app, arguments).exit_code == 0
        found = CliRunner().invoke(app, ["gaps"]).exception
        assert isinstance(found, CorridorError) and found.code == code


def test_no_row_need_be_shown(command: Any) -> None:
    assert "2 more" in command("gaps", "--measure", "236", "--limit", "0").stdout
    assert "more" in command("quality", "completeness", "--limit", "0").stdout


def test_a_source_without_results_is_not_called_complete(command: Any) -> None:
    shown = command("quality", "vendor-request", "--source", "nonesuch").stdout
    assert "no result" in shown and "nonesuch" in shown


def test_rows_of_entities_and_strata_can_be_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    from corridor.cli.gaps import _HEADS, _print
    from corridor.jobs.gaps import Gaps

    row = dict.fromkeys((*_HEADS, "entity_id", "stratum", "patients_known"))
    rows = [{**row, "entity_id": "A1001", "measure_id": "226", "stratum": name} for name in ("1", "overall")]
    _print(Gaps(2027, "run", rows, [], set()), limit=5)
    shown = capsys.readouterr().out.splitlines()
    assert "entity_id" in shown[0] and "A1001" in shown[1] and "overall" in shown[2]
