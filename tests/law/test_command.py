"""corridor rules and corridor init, through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.law import load_rules


def corridor(*arguments: str, cwd: Path, code: int = 0) -> str:
    """What the command printed on stdout, or on stderr where it must fail."""
    done = subprocess.run(
        [sys.executable, "-m", "corridor.cli.main", *arguments], cwd=cwd, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout if code == 0 else done.stderr


def test_json_is_one_object_with_everything(tmp_path):
    answer = json.loads(corridor("rules", "asm", "--year", "2029", "--json", cwd=tmp_path))
    force = load_rules(["asm"]).in_force(2029)
    assert (answer["program"], answer["year"], answer["payment_year"]) == ("asm", 2029, 2031)
    assert answer["digest"] == force.digest()
    assert [row["rule"] for row in answer["rows"]] == force.names()
    rows = {row["rule"]: row for row in answer["rows"]}
    assert (rows["asm.risk_level"]["value"], rows["asm.risk_level"]["status"]) == (0.1, "secondary")
    assert {"rule": "asm.logistic_steepness", "value": 0.1, "unit": "per_point"}.items() <= next(
        a for a in answer["assumptions"] if a["rule"] == "asm.logistic_steepness"
    ).items()
    assert not {a["status"] for a in answer["assumptions"]} & {"codified", "official"}


def test_status_filters_rows_and_not_the_digest(tmp_path):
    full = json.loads(corridor("rules", "asm", "--json", cwd=tmp_path))
    some = json.loads(
        corridor("rules", "asm", "--json", "--status", "codified", "--status", "official", cwd=tmp_path)
    )
    assert full["year"] == 2027 and full["digest"] == some["digest"]
    assert {row["status"] for row in some["rows"]} == {"codified", "official"}
    assert some["assumptions"] == []
    assert "Invalid value" in corridor("rules", "asm", "--status", "certain", cwd=tmp_path, code=2)


def test_the_table_fits_one_hundred_columns(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = corridor("rules", "asm", "--year", "2027", cwd=tmp_path)
    assert max(map(len, text.splitlines())) <= 100
    assert "performance year 2027, paid in 2029" in text
    line = next(line for line in text.splitlines() if line.startswith("case_minimum"))
    assert line.split()[1:] == ["20", "cases", "secondary", "Hexplora", "ASM", "Navigator"]
    assert load_rules(["asm"]).in_force(2027).digest() in text


def test_one_rule_in_full(tmp_path):
    text = corridor("rules", "asm.risk_level", cwd=tmp_path)
    assert "from 2029 through 2030: 0.09 (official)" in text and "42 CFR 512.750(c)(1)(i)" in text
    assert "CENTER_5_5" in corridor("rules", "asm.cost_point_band", cwd=tmp_path)
    answer = json.loads(corridor("rules", "asm.risk_level", "--json", cwd=tmp_path))
    assert [row["value"] for row in answer["history"]] == [0.09, 0.10, 0.11, 0.12]
    assert len(answer["rows"]) == 1


def test_all_programs_at_once(tmp_path):
    answer = json.loads(corridor("rules", "--json", cwd=tmp_path))
    assert answer["program"] is None and any(row["rule"] == "asm.risk_level" for row in answer["rows"])


def test_as_known_on(tmp_path):
    before = json.loads(corridor("rules", "asm", "--as-known-on", "2020-01-01", "--json", cwd=tmp_path))
    assert before["rows"] == [] and before["as_known_on"] == "2020-01-01"
    assert "0 rules" in corridor("rules", "asm", "--as-known-on", "2020-01-01", cwd=tmp_path)


def test_an_override_is_seen_and_marked(tmp_path):
    corridor("init", cwd=tmp_path)
    settings = tmp_path / "corridor.toml"
    settings.write_text(settings.read_text() + '"asm.logistic_steepness" = 0.08\n')
    answer = json.loads(corridor("rules", "asm.logistic_steepness", "--json", cwd=tmp_path))
    row = answer["rows"][0]
    assert (row["value"], row["overridden"], row["status"]) == (0.08, True, "assumed")
    assert "0.08 per point *" in corridor("rules", "asm", cwd=tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    named = json.loads(corridor("rules", "asm", "--json", "--config", str(settings), cwd=other))
    assert named["digest"] == answer["digest"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"asm.risk_level" = 8', "LAW-OVERRIDE"),
        ("asm.risk_level = true", "LAW-OVERRIDE"),
        ('"asm.risk_levle" = 0.08', "LAW-UNKNOWN-RULE"),
        ("\n[overrides.asm]\nrisk_level = 8", "LAW-OVERRIDE"),
    ],
)
def test_a_wrong_override_names_the_settings_file_and_line(tmp_path, line, code):
    header = "" if "[overrides" in line else "[overrides]\n"
    (tmp_path / "corridor.toml").write_text("year = 2027\n" + header + line + "\n")
    error = corridor("rules", "asm", cwd=tmp_path, code=1)
    number = 4 if "[overrides" in line else 3
    assert code in error and f"corridor.toml, line {number}" in error and "asm.risk_level" in error


def test_errors_exit_one_and_say_what_to_do(tmp_path):
    assert "LAW-UNKNOWN-PROGRAM" in corridor("rules", "masm", cwd=tmp_path, code=1)
    assert "asm.risk_level" in corridor("rules", "asm.risk_leve", cwd=tmp_path, code=1)
    assert "LAW-NOT-IN-FORCE" in corridor("rules", "asm.risk_level", "--year", "2020", cwd=tmp_path, code=1)


def test_init_writes_settings_that_load_and_never_overwrites(tmp_path):
    said = corridor("init", "practice", cwd=tmp_path)
    file = tmp_path / "practice" / "corridor.toml"
    assert "corridor.toml" in said and file.is_file()
    corridor("rules", "asm", "--json", "--config", str(file), cwd=tmp_path)
    file.write_text(file.read_text() + "# mine\n")
    error = corridor("init", "practice", cwd=tmp_path, code=1)
    assert "SETTINGS-EXISTS" in error and file.read_text().endswith("# mine\n")
    (tmp_path / "file").write_text("")
    assert "SETTINGS-EXISTS" in corridor("init", "file", cwd=tmp_path, code=1)


@pytest.mark.parametrize("command", ["rules", "init"])
def test_help_has_an_example(tmp_path, command):
    assert f"Example: corridor {command}" in corridor(command, "--help", cwd=tmp_path)


def test_init_as_json(tmp_path):
    assert json.loads(corridor("init", "--json", cwd=tmp_path)) == {"rows": [{"file": "corridor.toml"}]}
