"""ZIP codes, counties, and the shared folder as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from corridor.cli.reference import app
from corridor.reference.pfs_places import counties_of
from tests.reference.pfs_bench import Rows, add, changed, query, refused, write


@pytest.fixture
def year(test_data: Path) -> Path:
    return test_data / "pfs" / "2025"


def record(
    state: str, code: str, place: str = "0110205", flag: str = "0", four: str = " A  ", period: str = "20254"
) -> str:
    """80 characters by CMS's layouts; the place is that of Alaska unless said."""
    return f"{state}{code}{place} Z9   {flag}{four}{'':50}{period}"


def zips(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\r\n" for line in lines))
    return path


def test_zip_codes(year: Path, tmp_path: Path) -> None:
    """42,956 ZIP codes, 109 pairs; 580 priced by nine digits; counts of the file by awk."""
    home = tmp_path / "home"
    outcome = add(home, year / "ZIP5_OCT2025.txt")[0]
    assert (outcome.status, outcome.vintage, outcome.rows) == ("added", "2025Q4", 42_956)
    counts = query(
        home,
        "select count(distinct (mac, locality)), count(*) filter (plus_four), "
        "count(*) filter (rural_indicator = 'B'), count(*) filter (rural_indicator is null), min(period) "
        "from reference.pfs_zip_locality ",
    )
    assert counts == [(109, 580, 7_830, 23_493, "20254")]
    assert query(
        home, "select state, mac, locality from reference.pfs_zip_locality where zip_code = '99501'"
    ) == [("AK", "02102", "01")]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("cut", "PFS-ZIP"),
        ("last record cut", "PFS-ROW"),
        ("a ZIP code twice", "PFS-ROW"),
        ("two quarters", "PFS-ZIP"),
        ("a locality changed", "PFS-LOCALITIES"),
        ("the name of another quarter", "PFS-CONTRADICTION"),
    ],
)
def test_wrong_zip_files(year: Path, tmp_path: Path, what: str, code: str) -> None:
    lines = (year / "ZIP5_OCT2025.txt").read_text(encoding="latin-1").splitlines()
    name = "ZIP5_JUL2025.txt" if "name" in what else "ZIP5_OCT2025.txt"
    if what == "cut":
        lines = lines[:30_000]
    elif what == "last record cut":
        lines[-1] = lines[-1][:40]
    elif what == "a ZIP code twice":
        lines[7] = lines[6]
    elif what == "two quarters":
        lines[7] = lines[7][:-1] + "3"
    elif what == "a locality changed":
        lines[7] = lines[7][:12] + "77" + lines[7][14:]
    assert refused(add(tmp_path / "home", zips(tmp_path / name, *lines))).code == code


def test_zip_codes_of_a_workbook(tmp_path: Path) -> None:
    """The columns are read; so few ZIP codes are refused."""
    book = openpyxl.Workbook()
    header = ["STATE", "ZIP CODE", "CARRIER", "LOCALITY", "RURAL IND", "LAB CB LOCALITY", "RURAL IND2"]
    book.active.append([*header, "PLUS 4 FLAG", "PART B PAYMENT INDICATOR", "YEAR/QTR"])  # type: ignore[union-attr]
    book.active.append(["MA", 2118, 14212, 1, None, "Z9", None, 0, "A", 20261])  # type: ignore[union-attr]
    book.save(tmp_path / "ZIP5_JAN2026.xlsx")
    error = refused(add(tmp_path / "home", tmp_path / "ZIP5_JAN2026.xlsx"))
    assert error.code == "PFS-ZIP" and "1 ZIP codes; that of 20261 has 42,956" in error.what
    book.active["C2"] = "unknown"  # type: ignore[index]
    book.save(tmp_path / "ZIP5_JAN2026.xlsx")
    assert refused(add(tmp_path / "home", tmp_path / "ZIP5_JAN2026.xlsx")).code == "PFS-ROW"


def test_zip_codes_of_nine_digits(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lines = [record("KS", "66012", "0520200", "1", f"{four:04d}") for four in (1, 2, 99)]
    outcome = add(home, zips(tmp_path / "ZIP9_OCT2025.txt", *lines))[0]
    assert (outcome.status, outcome.reference, outcome.vintage, outcome.rows) == (
        "added",
        "pfs_zip9_locality",
        "2025Q4",
        3,
    )
    rows = query(
        home, "select zip_code, plus_four_digits, mac, locality from reference.pfs_zip9_locality order by 2"
    )
    assert rows[0] == ("66012", "0001", "05202", "00")
    lines.append(record("KS", "66012", "0520200", "1", "    "))
    assert (
        refused(add(tmp_path / "home", zips(tmp_path / "ZIP9_OCT2025.txt", *lines, *lines))).code == "PFS-ROW"
    )


def test_counties(year: Path, tmp_path: Path) -> None:
    """The state stands on the first row of its block; MAC and locality have lost zeros."""
    home = tmp_path / "home"
    assert add(home, year / "25LOCCO.csv")[0].vintage == "2025"
    rows = query(
        home,
        "select mac, locality, county, state, area from reference.pfs_locality_county "
        "where county in ('MARIN', 'ARLINGTON', 'PLATTE', 'SOLANO') order by 1, 2",
    )
    assert rows == [
        ("01112", "52", "MARIN", "CALIFORNIA", "SAN FRANCISCO-OAKLAND-BERKELEY (MARIN CNTY)"),
        ("01112", "53", "SOLANO", "CALIFORNIA", "VALLEJO"),
        ("05302", "02", "PLATTE", "MISSOURI", "METROPOLITAN KANSAS CITY"),
        ("12202", "01", "ARLINGTON", "VIRGINIA", "DC + MD/VA SUBURBS"),
    ]
    assert query(home, "select count(distinct (mac, locality)) from reference.pfs_locality_county ") == [
        (109,)
    ]


@pytest.mark.parametrize(
    ("text", "counties"),
    [
        ("CLAY, JACKSON AND PLATTE", ["CLAY", "JACKSON", "PLATTE"]),
        ("SAN FRANCISCO/ALAMEDA/SAN MATEO", ["SAN FRANCISCO", "ALAMEDA", "SAN MATEO"]),
        ("MARTIN, PALM BEACH, AND ST. LUCIE", ["MARTIN", "PALM BEACH", "ST. LUCIE"]),
        ("ALL COUNTIES, EXCEPT ARLINGTON, AND FAIRFAX", ["ALL COUNTIES, EXCEPT ARLINGTON, AND FAIRFAX"]),
    ],
)
def test_names_of_counties(text: str, counties: list[str]) -> None:
    assert counties_of(text, "X") == [(county, "X") for county in counties]


@pytest.mark.parametrize(
    ("what", "code"),
    [("a locality gone", "PFS-LOCALITIES"), ("a state and no counties", "PFS-ROW"), ("letters", "PFS-ROW")],
)
def test_wrong_counties(year: Path, tmp_path: Path, what: str, code: str) -> None:
    def spoil(rows: Rows) -> None:
        alaska = next(row for row in rows if row[2].strip() == "ALASKA")
        if what == "a locality gone":
            rows.remove(alaska)
        elif what == "letters":
            alaska[0] = "AK"
        else:
            alaska[4] = ""

    assert (
        refused(add(tmp_path / "home", changed(year / "25LOCCO.csv", tmp_path / "25LOCCO.csv", spoil))).code
        == code
    )


@pytest.mark.heavy
def test_the_shared_folder_as_a_whole(test_data: Path, tmp_path: Path) -> None:
    """Every file is added or passed over, each with a line; a second time nothing is added."""
    home = tmp_path / "home"
    outcomes = {o.file: o for o in add(home, test_data / "pfs")}
    assert {o.file: o.why for o in outcomes.values() if o.status == "passed over"} == {
        "GPCI2025.txt": "the same rows as GPCI2025.csv",
        "PPRRVU2025_Oct.txt": "the same rows as PPRRVU2025_Oct.csv",
        "ZIP5lyout.txt": "a description of a layout",
        "ZIP9lyout.txt": "a description of a layout",
    }
    assert {(o.reference, o.vintage, o.rows) for o in outcomes.values() if o.status == "added"} == {
        ("pfs_rvu", "2025D", 19_090),
        ("pfs_rvu", "2026C-nonqp", 19_356),
        ("pfs_gpci", "2025", 109),
        ("pfs_gpci", "2026", 109),
        ("pfs_locality_county", "2025", 207),
        ("pfs_anesthesia", "2025", 109),
        ("pfs_opps_cap", "2025D", 16_100),
        ("pfs_payment_amount", "2025C", 109),
        ("pfs_zip_locality", "2025Q4", 42_956),
    }
    again = add(home, test_data / "pfs")
    assert {o.status for o in again} == {"passed over"} and len(again) == len(outcomes)


def test_what_is_listed(test_data: Path, warehouse_home: Path) -> None:
    runner = CliRunner()
    files = [
        str(test_data / "pfs" / "2026" / "GPCI2026_recovered.csv"),
        str(test_data / "pfs" / "2025" / "ANES2025.csv"),
    ]
    assert runner.invoke(app, ["add", *files]).exit_code == 0
    assert "2026 (109 rows, recovered)" in runner.invoke(app, ["list"]).stdout
    rows = {row["name"]: row for row in json.loads(runner.invoke(app, ["list", "--json"]).stdout)["rows"]}
    one = rows["pfs_gpci"]["installed"][0]
    assert (one["vintage"], one["rows"], one["basis"], one["variant"]) == ("2026", 109, "recovered", None)
    assert one["checked"] == "109 localities; work floor 1.0, Alaska 1.5; 109 known rows"
    assert rows["pfs_anesthesia"]["installed"][0]["variant"] == "single"


def test_a_table_with_our_own_column_names_does_not_slip_past_the_checks(tmp_path: Path) -> None:
    rows = [
        ["year", "mac", "locality", "locality_name", "conversion_factor", "variant"],
        ["2025", "01112", "05", "X", "1.00", "single"],
    ]
    assert refused(add(tmp_path / "home", write(tmp_path / "rates.csv", rows))).code == "REFERENCE-UNKNOWN"
