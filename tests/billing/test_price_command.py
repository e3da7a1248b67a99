"""corridor price: codes and files at the door, what it says beside the amounts, what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from corridor.cli.price import app
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs import price as job
from tests.billing.pfs_tables import DATA, fee_schedule

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The published files stand in for an installed reference; one ZIP code, another split by four digits."""

    def schedule(warehouse: Warehouse, threads: int | None = None) -> duckdb.DuckDBPyConnection:
        con = fee_schedule()
        con.execute(
            "create table reference.pfs_zip_locality as select * from (values "
            "('35203', '10112', '00', false, '20261'), ('63101', '05302', '01', true, '20261')) "
            "as zip(zip_code, mac, locality, plus_four, period)"
        )
        con.execute(
            "create table reference.pfs_zip9_locality as select '63101' as zip_code, "
            "'1234' as plus_four_digits, '05302' as mac, '99' as locality, '20261' as period"
        )
        return con

    monkeypatch.setattr(job, "open_schedule", schedule)
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.stdout, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def error(*words: str) -> CorridorError:
    result = CliRunner().invoke(app, list(words))
    assert isinstance(result.exception, CorridorError), result.output
    return result.exception


@needs_data
def test_codes_of_one_call_are_of_one_day(installed: None) -> None:
    found = run("11042", "17000", "--year", "2026")
    assert [row["amount"] for row in found["rows"]] == [132.60, 33.24]
    assert [row["code"] for row in found["rows"]] == ["11042", "17000"]
    assert (found["program"], found["year"]) == ("pfs", 2026)
    assert [row["amount"] for row in run("11042", "17000", "--apart")["rows"]] == [132.60, 66.47]


@needs_data
def test_a_price_with_its_payment(installed: None) -> None:
    # pfs notes H.1 9: 96.76 at -9%; 135.61 in Alabama is 125.23; --charge and --deductible come before
    row = run("99214", "--mips", "-0.09")["rows"][0]
    assert (row["amount"], row["conversion_factor"], row["medicare_paid"]) == (135.61, 33.4009, 96.76)
    row = run("99214", "--charge", "100", "--deductible", "40")["rows"][0]
    # (100 - 40) x 0.8 = 48, x 0.98 = 47.04; the patient owes 40 and 12
    assert (row["allowed_amount"], row["deductible_applied"], row["coinsurance"]) == (100, 40, 12)
    assert row["medicare_paid"] == 47.04


@needs_data
def test_places(installed: None) -> None:
    assert run("99214", "--zip", "35203")["rows"][0]["locality"] == "00"
    assert run("99214", "--mac", "10112", "--locality", "0")["rows"][0]["amount"] == 125.23
    split = run("99214", "--zip", "63101")
    assert split["rows"][0]["locality"] == "01"
    assert any("several localities" in warning for warning in split["warnings"])
    assert run("99214", "--zip", "63101-1234")["rows"][0]["locality"] == "99"
    national = run("99214")
    assert any("national" in warning for warning in national["warnings"])


@needs_data
def test_settings_of_the_door(installed: None) -> None:
    assert run("99214", "--facility")["rows"][0]["amount"] == 84.50
    assert run("99214", "--place", "22")["rows"][0]["amount"] == 84.50
    # beside NA the amount of the other setting: 27447 is never done in an office
    assert run("27447")["rows"][0]["amount"] == 1159.35
    assert run("27447-AS", "--specialty", "97")["rows"][0]["amount"] == 157.67
    assert run("99213", "--nonpar")["rows"][0]["limiting_charge"] == 104.00
    assert run("99214", "--qp")["rows"][0]["amount"] == 136.28


@needs_data
def test_the_derivation_is_read_off_the_formulas(installed: None) -> None:
    found = run("17000", "11042", "--explain")
    tree = found["rows"][0]["derivation"][0]
    names = json.dumps(tree)
    assert tree["value"] == 33.24
    for text in (
        "pfs.conversion_factor",
        "reference.pfs_rvu 2026C nonqp: 17000, non_facility",
        "procedure_share",
    ):
        assert text in names
    assert found["rows"][0]["derivation"][1]["name"] == "medicare_paid"
    assert "pfs.coinsurance_share" in {one["rule"] for one in found["assumptions"]}
    # what did not decide these prices is not named
    assert "pfs.practitioner_share" not in {one["rule"] for one in found["assumptions"]}


@needs_data
def test_one_line_a_kind_of_what_is_not_priced(installed: None) -> None:
    found = run("99214", "XXXXX", "YYYYY", "99213-ZZZ")
    assert [row["amount"] for row in found["rows"]] == [135.61, None, None, None]
    said = [warning for warning in found["warnings"] if "not priced" in warning]
    assert len(said) == 2
    assert "2 lines not priced (unknown_code)" in said[0]
    assert CliRunner().invoke(app, ["XXXXX"]).exit_code == 1


@needs_data
def test_a_file_of_lines(installed: None, tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text(
        "line_id,date,code,modifiers,place,units,charge,mac,locality,patient_id,npi\n"
        "a,2026-07-15,11042,,11,1,,,,P-1,1\n"
        "b,2026-07-15,17000,59,11,1,20,,,P-1,1\n"
        "c,2026-07-15,99214,25,22,1,,10112,00,P-2,1\n"
        "d,2026-07-15,XXXXX,,11,1,,,,P-2,1\n",
        encoding="utf-8",
    )
    out = tmp_path / "priced.csv"
    result = CliRunner().invoke(app, ["--file", str(lines), "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["line_id"] for row in rows] == ["a", "b", "c", "d"]
    # c: (1.92 + 0.47 x 0.875 + 0.14 x 0.566) x 33.4009 = 80.5125
    assert [row["amount"] for row in rows] == ["132.60", "33.24", "80.51", ""]
    assert [row["allowed_amount"] for row in rows][1] == "20.0"
    assert "P-1" not in out.read_text(encoding="utf-8")


@needs_data
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "PRICE-WHAT"),
        (("99214", "--file", "lines.csv"), "PRICE-WHAT"),
        (("99214", "--mac", "10112"), "PRICE-LOCALITY"),
        (("99214", "--date", "yesterday"), "PRICE-DATE"),
        (("99214", "--year", "2019"), "PRICE-YEAR"),
        (("99214", "--zip", "00000"), "PRICE-ZIP"),
        (("99214-25-26-TC-50-RT",), "PRICE-MODIFIERS"),
    ],
)
def test_what_is_refused(installed: None, words: tuple[str, ...], code: str) -> None:
    assert error(*words).code == code


def test_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert error("99214").code == "PRICE-REFERENCE"


@needs_data
def test_no_zip_file_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from corridor.jobs.price_places import find_places

    con = fee_schedule()
    con.execute("create table reference.pfs_zip_locality (zip_code varchar)")
    with pytest.raises(CorridorError) as refused:
        find_places(con, [{"zip": "35203"}])
    assert refused.value.code == "PRICE-ZIP-FILE"
