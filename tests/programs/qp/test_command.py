"""corridor settle qp and low-volume, corridor qp: what they print, and every way they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.qp.door import read_low_volume_file, read_qp_file
from tests.programs.command import corridor

HEADER = "npi,tin,apm_entity_id,advanced_apm,level,basis,attributed_payments,eligible_payments,part_b_paid"
QP = "1234567893,123456789,A1,yes,,,50,100,300000"


def write(tmp_path: Path, *lines: str, name: str = "given.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_settle_qp(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, HEADER, QP)
    answer = corridor(capsys, "settle", "qp", path, "--year", 2026, "--json")
    found = answer.json()
    assert (found["program"], found["year"], found["payment_year"]) == ("qp", 2026, 2028)
    row = found["rows"][0]
    assert (row["status"], row["incentive_dollars"]) == ("qp", 9300)
    assert {one["status"] for one in found["assumptions"]} <= {"secondary", "assumed", "proposed"}
    text = corridor(capsys, "settle", "qp", path, "--year", 2026).out
    assert "1 qualifying" in text and "9,300" in text


def test_settle_qp_from_json_and_to_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = dict(zip(HEADER.split(","), QP.split(","), strict=True))
    path = write(tmp_path, json.dumps({"rows": [record]}), name="given.json")
    out = tmp_path / "out.xlsx"
    answer = corridor(capsys, "settle", "qp", path, "--year", 2026, "--out", out)
    assert answer.status == 0 and out.exists()


def test_settle_with_another_value_of_a_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, HEADER, QP.replace(",yes,", ",,"))
    track = 'qp.entity_track=[{"apm_entity_id": "A1", "track": "basic_e"}]'
    for options, expected in (((), "unknown"), (("--set", track), "qp")):
        answer = corridor(capsys, "settle", "qp", path, "--year", 2026, "--json", *options)
        assert answer.json()["rows"][0]["status"] == expected


@pytest.mark.parametrize("day", ["2025-01-01", "2026-01-01", "2026-07-15", "2026-11-01"])
def test_settle_as_known_on_a_day(day: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tracks have been known since they began: 50 of 100 is partial as printed before 2026-02-03."""
    path = write(
        tmp_path, f"{HEADER},attributed_patients,eligible_patients", f"{QP},0,100".replace(",yes,", ",,")
    )
    track = 'qp.entity_track=[{"apm_entity_id": "A1", "track": "enhanced"}]'
    options = ("--year", 2026, "--as-known-on", day, "--set", track, "--json")
    row = corridor(capsys, "settle", "qp", path, *options).json()["rows"][0]
    assert row["status"] == ("partial_qp" if day < "2026-02-03" else "qp")


def test_settle_low_volume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path, "npi,tin,allowed_charges,patients,services",
        "1,9,90000,201,201", "2,9,90000.01,201,201", ",9,500000,900,900",
    )  # fmt: skip
    answer = corridor(capsys, "settle", "low-volume", path, "--year", 2026, "--json")
    rows = answer.json()["rows"]
    assert [row["standing"] for row in rows] == ["may_opt_in", "required", "required"]
    assert rows[0]["practice_standing"] == "required" and "reports as a group" in rows[0]["why"]
    assert "2 of 3 required" in corridor(capsys, "settle", "low-volume", path, "--year", 2026).out


def test_no_national_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, HEADER, QP)
    answer = corridor(capsys, "settle", "qp", path, "--national", "--json")
    assert (answer.status, answer.json()["error"]["code"]) == (1, "SETTLE-NO-COHORT")


def test_an_unknown_program_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "settle", "bpci", write(tmp_path, HEADER, QP), "--json")
    error = answer.json()["error"]
    assert error["code"] == "SETTLE-PROGRAM"
    assert "low-volume" in error["todo"] and "mssp" in error["todo"]


def test_explain_points_to_the_command_that_derives(capsys: pytest.CaptureFixture[str]) -> None:
    error = corridor(capsys, "explain", "qp", "1234567893", "--json").json()["error"]
    assert error["code"] == "SETTLE-PROGRAM" and "corridor qp" in error["todo"]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("QP-WHO", [",,,yes,,,50,100,"]),
        ("QP-NOBODY", [",,A1,yes,,,50,100,"]),
        ("QP-LEVEL", ["1,9,,yes,entity,,50,100,"]),
        ("QP-LEVEL", [QP, ",,A1,yes,individual,,50,100,"]),
        ("QP-SHARE", ["1,9,A1,yes,,,101,100,"]),
        ("QP-DIFFERS", ["1,9,A1,yes,,,50,100,", "2,9,A1,yes,,,51,100,"]),
        ("QP-DIFFERS", ["1,9,A1,yes,,,50,100,", "2,9,A1,no,,,50,100,"]),
        ("QP-DIFFERS", ["1,9,A1,yes,,,50,100,7", "1,9,A1,yes,,visits,50,100,8"]),
        ("FORM-ROW", ["1,9,A1,perhaps,,,50,100,"]),
        ("FORM-EMPTY", []),
    ],
)
def test_rows_that_are_refused(code: str, rows: list[str], tmp_path: Path) -> None:
    force = load_rules(["qp", "pfs"]).in_force(2026)
    with pytest.raises(CorridorError) as error:
        read_qp_file(write(tmp_path, HEADER, *rows), force)
    assert error.value.code == code
    assert error.value.file == "given.csv"


def test_a_clinician_twice_in_the_low_volume_form(tmp_path: Path) -> None:
    path = write(tmp_path, "npi,tin,allowed_charges,patients,services", "1,9,1,1,1", "1,9,2,2,2")
    with pytest.raises(CorridorError) as error:
        read_low_volume_file(path)
    assert (error.value.code, error.value.line) == ("QP-TWICE", 3)


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("FORM-FILE", "absent.csv", None),
        ("FORM-JSON", "given.json", "{"),
        ("FORM-JSON", "given.json", '{"rows": 1}'),
    ],
)
def test_forms_that_cannot_be_read(code: str, name: str, text: str | None, tmp_path: Path) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CorridorError) as error:
        read_form(path, "qp")
    assert error.value.code == code


def test_an_unknown_column_is_a_warning(tmp_path: Path) -> None:
    form = read_form(write(tmp_path, f"{HEADER},shoe_size", f"{QP},44"), "qp")
    assert any("shoe_size" in text for text in form.warnings)


def test_qp_derives_a_row_of_a_file(
    tmp_path: Path, warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, HEADER, QP)
    options = ("--derive", "--year", 2026, "--file", path)
    answer = corridor(capsys, "qp", "1234567893", *options, "--quantity", "dollars")
    assert answer.status == 0
    assert "incentive_share" in answer.out and "qp.incentive" in answer.out
    tree = corridor(capsys, "qp", "1234567893", *options, "--json").json()["rows"][0]["derivation"]
    assert (tree["name"], tree["value"]) == ("status", "qp")
    answer = corridor(capsys, "qp", "999", *options, "--json")
    assert answer.json()["error"]["code"] == "QP-ID"


def test_a_derivation_needs_a_clinician_and_a_year(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = corridor(capsys, "qp", "--derive", "--json")
    assert answer.json()["error"]["code"] == "QP-DERIVE"
