"""The doors of track choice: the form, the file of people, and what each refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.scenarios.tracks_case import OPTIONAL, REQUIRED, case_of, read_cases, read_people
from tests.scenarios.test_tracks import ROW

PEOPLE = "enrollment_type,person_years,expenditure\n"


def written(folder: Path, copies: int = 1, **changes: Any) -> Path:
    """The form with some cells changed; None leaves one blank."""
    row = {name: value for name, value in {**ROW, **changes}.items() if value is not None}
    path = folder / "aco.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(row))
        writer.writeheader()
        cells = {k: ("yes" if v else "no") if isinstance(v, bool) else v for k, v in row.items()}
        writer.writerows([cells] * copies)
    return path


def test_the_command_answers_in_json(tmp_path: Path) -> None:
    out = tmp_path / "options.csv"
    shown = CliRunner().invoke(
        app,
        ["tracks", str(written(tmp_path)), "--draws", "200", "--tail-budget", "3000000", "--json",
         "--out", str(out)],
    )  # fmt: skip
    found = json.loads(shown.stdout)
    assert (found["program"], found["year"], found["years"], found["draws"]) == ("mssp", 2027, 5, 200)
    assert len(found["rows"]) == len(out.read_text(encoding="utf-8").splitlines()) - 1
    best = found["recommendations"][0]
    assert best["option"] == found["rows"][0]["option"] and found["rows"][0]["tail_mean"] <= 3_000_000
    assert "tail_mean_error" in found["rows"][0] and set(found["method"]) >= {"value_at_risk", "tail_mean"}
    assert any(one["rule"] == "mssp.repayment_expenditure_share" for one in found["assumptions"])


def test_the_text_recommends_nothing_without_an_appetite(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["tracks", str(written(tmp_path)), "--draws", "100"])
    assert "No recommendation: state what you will bear" in shown.stdout
    shown = CliRunner().invoke(
        app, ["tracks", str(written(tmp_path, agreement_period=2)), "--draws", "100", "--at-most", "0"]
    )
    assert "No option fits" in shown.stdout


@pytest.mark.parametrize("name", REQUIRED)
def test_what_has_no_default_is_asked_for_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorridorError) as refused:
        read_cases(written(tmp_path, **{name: None}), 5)
    assert (refused.value.code, refused.value.field, refused.value.line) == ("TRACK-MISSING", name, 2)
    assert REQUIRED[name] in refused.value.todo


@pytest.mark.parametrize("name", ["people_all", "mean_all", "standard_deviation_all", "benchmark_all"])
def test_so_are_people_and_what_they_cost(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorridorError) as refused:
        read_cases(written(tmp_path, **{name: None}), 5)
    assert (refused.value.code, refused.value.field) == ("TRACK-MISSING", name)


def test_what_may_be_blank_stands_still(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, **dict.fromkeys(OPTIONAL), revenue_category=None), 5)
    assert (case.trend_correlation, case.expenditure_correlation, case.one_sided_years_used) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quality_score": 0.9, "quality_score_sd": 0.3}, "quality_score_sd"),
        ({"people_esrd": 10}, "people_all"),
        ({"benchmark_all": 0}, "benchmark"),
        ({"person_years_all": 0}, "person_years"),
        ({"participant_revenue": 0}, "participant_revenue"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(CorridorError) as refused:
        read_cases(written(tmp_path, **changes), 5)
    assert (refused.value.code, refused.value.field) == ("TRACK-VALUE", field)


def test_one_of_several_acos_is_not_derived(tmp_path: Path) -> None:
    shown = CliRunner().invoke(
        app, ["tracks", str(written(tmp_path, copies=2)), "--draws", "100", "--derive", "A x5"]
    )
    assert isinstance(shown.exception, CorridorError) and shown.exception.code == "TRACK-OPTION"


def test_people_take_the_place_of_the_curve(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE + "esrd,1,50000\naged_dual,0.5,20000\naged_dual,1,5000\n", encoding="utf-8")
    (group,) = read_people(path, case_of(ROW, 5)).groups
    # (50,000 + 0.5 x 20,000 + 5,000) / 2.5
    assert (group.people, group.mean) == (3, 26_000)
    assert group.person_years == 11_700  # how many there will be is the form's to say


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("enrollment_type,person_years,expenditure,mbi\nesrd,1,5,x\n", 1),
        (PEOPLE + "esrd,1,5\nesrd,one,5\n", 3),
        (PEOPLE + "esrd,0,5\n", 2),
        (PEOPLE + "esrd,1,-5\n", 2),
    ],
)
def test_a_file_of_people_that_is_none(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorridorError) as refused:
        read_people(path, case_of(ROW, 5))
    assert (refused.value.code, refused.value.line) == ("TRACK-PEOPLE", line)


def test_people_of_a_type_the_aco_does_not_have_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE + "disabled,1,5\n", encoding="utf-8")
    row = {name.replace("_all", "_esrd"): value for name, value in ROW.items()}
    with pytest.raises(CorridorError) as refused:
        read_people(path, case_of(row, 5))
    assert refused.value.code == "TRACK-PEOPLE" and "disabled" in refused.value.what
