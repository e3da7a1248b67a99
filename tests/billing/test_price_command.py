"""corridor price: codes and files at the door, what it says beside the amounts, what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from corridor.billing.pricing.codes import MEANING
from corridor.billing.pricing.noted import Noted
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
        (("70553-26-TC",), "PRICE-CONTRADICTION"),
        (("99214", "--year", "2025", "--date", "2026-02-02"), "PRICE-CONTRADICTION"),
        (("99214", "--place", "11", "--facility"), "PRICE-CONTRADICTION"),
        (("99214", "--zip", "35203", "--mac", "10112", "--locality", "00"), "PRICE-CONTRADICTION"),
        (("99214", "--units", "0"), "PRICE-NUMBER"),
        (("99214", "--units", "nan"), "PRICE-NUMBER"),
        (("99214", "--units", "1e15"), "PRICE-NUMBER"),
        (("99214", "--charge", "-1"), "PRICE-NUMBER"),
        (("99214", "--charge", "inf"), "PRICE-NUMBER"),
        (("99214", "--deductible", "-0.01"), "PRICE-NUMBER"),
        (("99214", "--minutes", "nan"), "PRICE-NUMBER"),
        (("99214", "--mips", "-9"), "PRICE-NUMBER"),
        (("99214", "--specialty", "ZZ"), "PRICE-SPECIALTY"),
    ],
)
def test_what_is_refused(installed: None, words: tuple[str, ...], code: str) -> None:
    assert error(*words).code == code


@needs_data
def test_a_percentage_is_told_from_a_fraction(installed: None) -> None:
    assert "-0.09" in (error("99214", "--mips", "-9").todo or "")
    # at the ends of the range: 135.61 x 0.8 = 108.49 taken away, and doubled: 216.98 x 0.98 = 212.64
    assert run("99214", "--mips", "-1")["rows"][0]["medicare_paid"] == 0
    assert run("99214", "--mips", "1")["rows"][0]["medicare_paid"] == 212.64


@needs_data
def test_place_and_facility_may_agree(installed: None) -> None:
    assert run("99214", "--place", "22", "--facility")["rows"][0]["amount"] == 84.50


@needs_data
def test_a_proposed_year(installed: None) -> None:
    # 99214 of 2026C: 4.06 x 32.8409 = 133.3341; qualifying: 4.06 x 33.1693 = 134.6674
    found = run("99214", "--year", "2027", "--proposed")
    row = found["rows"][0]
    assert (row["amount"], row["conversion_factor"], found["year"]) == (133.33, 32.8409, 2027)
    assert row["rvu_edition"] == "2027 proposed, on 2026C nonqp"
    assert any("proposed conversion factors on the relative values of 2026C" in w for w in found["warnings"])
    assert {one["rule"]: one["status"] for one in found["assumptions"]}["pfs.conversion_factor"] == "proposed"
    assert run("99214", "--qp", "--date", "2027-03-01", "--proposed")["rows"][0]["amount"] == 134.67
    # without a year it is the proposed one; a locality has the newest indices (Alabama: 125.23 in 2026)
    assert run("99214", "--proposed")["rows"][0]["amount"] == 133.33
    place = run("99214", "--proposed", "--mac", "10112", "--locality", "00")["rows"][0]
    assert place["gpci_edition"] == "2027 as of 2026, recovered"
    assert place["amount"] == pytest.approx(125.23 * 32.8409 / 33.4009, abs=0.01)
    assert any("changes no factor" in w for w in run("99214", "--year", "2026", "--proposed")["warnings"])
    assert error("99214", "--year", "2027").code == "PRICE-YEAR"


@needs_data
def test_what_is_printed_of_a_clinician_who_does_not_participate(installed: None) -> None:
    # 99213: 95.19, of which 95% is 90.43, and 109.25% is 104.00
    printed = CliRunner().invoke(app, ["99213", "--nonpar"], catch_exceptions=False).stdout.splitlines()
    assert printed[0].endswith("limiting charge")
    assert "90.43" in printed[1] and printed[1].endswith("104.00")
    taking_part = CliRunner().invoke(app, ["99213"], catch_exceptions=False).stdout
    assert "limiting charge" not in taking_part


@needs_data
def test_exit_status_says_whether_anything_was_priced(installed: None) -> None:
    def status(*codes: str) -> int:
        return CliRunner().invoke(app, list(codes), catch_exceptions=False).exit_code

    # the contractor prices 0633T, and 27447 with 22 is by report
    assert status("0633T") == status("27447-22") == status("XXXXX", "0633T") == 1
    assert status("XXXXX", "99214") == 0


@needs_data
def test_notes_of_units_and_of_the_setting(installed: None) -> None:
    said = run("11042", "17000", "27447", "--units", "2")["warnings"]
    assert any("3 lines of several units" in w and "units_of_multiple_procedure" in w for w in said)
    assert any("1 line paid at the facility amount (na_fallback)" in w and "27447" in w for w in said)


@needs_data
def test_unknown_zip_codes_of_a_file(installed: None, tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text(
        "date,code,zip\n2026-07-15,99214,35203\n2026-07-15,99214,501\n2026-07-15,99213,00501\n",
        encoding="utf-8",
    )
    found = run("--file", str(lines))
    assert [row["amount"] for row in found["rows"]] == [125.23, None, None]
    assert [row["reason"] for row in found["rows"]] == [None, "unknown_locality", "unknown_locality"]
    assert any("1 ZIP code of 2 lines" in warning and "00501" in warning for warning in found["warnings"])


@needs_data
@pytest.mark.parametrize("cell", ["1e15", "2000000"])
def test_units_of_a_file_are_of_this_world(installed: None, tmp_path: Path, cell: str) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text(f"date,code,units\n2026-07-15,99214,1\n2026-07-15,99214,{cell}\n", encoding="utf-8")
    refused = error("--file", str(lines))
    assert (refused.code, refused.line) in {("PRICE-NUMBER", 3), ("FORM-ROW", 3)}


def test_every_reason_has_its_own_words() -> None:
    # status_unknown and the rare letters of old files aside
    for reason in ("status_X", "status_E", "status_B", "status_I", "status_N", "status_P", "status_C"):
        assert reason in MEANING
    assert "clinical laboratory fee schedule" in MEANING["status_X"]
    assert "(ASP)" in MEANING["status_E"] and "(ASP)" in MEANING["unknown_code"]


def test_a_modifier_that_is_unknown_is_named() -> None:
    row = {"reason": "unknown_modifier", "status": "not_priced", "code": "99214", "modifiers": "Q0X"}
    rest = dict.fromkeys(("na_fallback", "amount", "rvu_edition", "gpci_edition", "mac"))
    (said,) = job._said([{**rest, **row}], Noted())
    assert said.endswith("correct it, or leave it out: 99214 Q0X")


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
