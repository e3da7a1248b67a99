"""The geographic indices: real files read exactly, fabricated and county-level ones refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.reference import installed
from tests.reference.pfs_bench import Rows, add, changed, query, read, refused, write

HEADING = ["Medicare Administrative Contractor (MAC)", "State", "Locality Number", "Locality Name"]


@pytest.fixture
def official(test_data: Path) -> Path:
    return test_data / "pfs" / "2025" / "GPCI2025.csv"


@pytest.fixture
def recovered(test_data: Path) -> Path:
    return test_data / "pfs" / "2026" / "GPCI2026_recovered.csv"


def as_official(recovered: Path, work: list[str], *, notes: bool = True) -> Rows:
    """The recovered indices as CMS would publish them; of two ``work`` columns the first has no floor."""
    rows = [["ADDENDUM E. FINAL CY 2026 GEOGRAPHIC PRACTICE COST INDICES (GPCIs)"], []]
    rows.append([*HEADING, *work, "2026 PE GPCI", "2026 MP GPCI"])
    for mac, state, locality, name, pw, pe, mp, *_ in read(recovered)[1:]:
        floorless = ["0.950" if pw == "1.000" else pw] if len(work) == 2 else []
        rows.append([str(int(mac)), state, str(int(locality)), name, *floorless, pw, pe, mp])  # zeros lost
    return rows + (
        [["MAC Assignments as of November 22, 2023"], ["*Work GPCI reflects a 1.5 floor"]] if notes else []
    )


def test_the_official_file_in_both_forms(official: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    outcomes = {o.file: o for o in add(home, official, official.with_suffix(".txt"))}
    assert outcomes["GPCI2025.csv"].status == "added" and outcomes["GPCI2025.csv"].rows == 109
    assert outcomes["GPCI2025.txt"].why == "the same rows as GPCI2025.csv"
    rows = query(home, "select * exclude (vintage) from reference.pfs_gpci where locality_name = 'ALASKA'")
    indices = [Decimal(text) for text in ("1.5", "1.081", "0.592")]
    assert rows == [(2025, "02102", "01", "AK", "ALASKA", *indices, None, None, "official")]
    assert query(home, "select count(distinct (mac, locality)) from reference.pfs_gpci ") == [(109,)]


def test_the_recovered_file_says_so(recovered: Path, tmp_path: Path) -> None:
    """README: two malpractice values fit in 23 localities."""
    home = tmp_path / "home"
    outcome = add(home, recovered)[0]
    assert (outcome.status, outcome.vintage) == (
        "added",
        "2026",
    ) and "not CMS's own file" in outcome.warnings[0]
    rows = query(
        home, "select basis, count(*), count(mp_gpci_alternative) from reference.pfs_gpci group by 1"
    )
    assert rows == [("recovered", 109, 23)]
    assert query(home, "select mp_gpci, mp_gpci_alternative from reference.pfs_gpci where mac = '15202'") == [
        (Decimal("1.007"), Decimal("1.008"))
    ]


@pytest.mark.parametrize(
    "work",
    [
        ["2026 PW GPCI (with 1.0 Floor)***"],
        ["2026 PW GPCI (without 1.0 Floor)", "2026 PW GPCI (with 1.0 Floor)"],
    ],
)
def test_cms_own_file_takes_the_place_of_the_recovered_one(
    recovered: Path, tmp_path: Path, work: list[str]
) -> None:
    """The work column is chosen by its header; leading zeros come back; footnotes are passed over."""
    home = tmp_path / "home"
    own = write(tmp_path / "GPCI2026.csv", as_official(recovered, work))
    add(home, recovered)
    assert add(home, own)[0].status == "replaced"
    assert add(home, recovered)[0].why == "CMS's own file of that year is installed"
    floors = query(
        home, "select min(work_gpci), max(work_gpci), min(work_gpci_without_floor) from reference.pfs_gpci "
    )
    assert floors == [(Decimal("1"), Decimal("1.5"), Decimal("0.95") if len(work) == 2 else None)]
    assert query(home, "select basis, count(*) from reference.pfs_gpci group by 1") == [("official", 109)]
    together = tmp_path / "together"
    assert {o.file: o.status for o in add(together, recovered, own)} == {
        "GPCI2026_recovered.csv": "passed over",
        "GPCI2026.csv": "added",
    }
    assert [one.record["edition"]["basis"] for one in installed(Warehouse.open(together))] == ["official"]


def test_a_workbook(official: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in read(official):
        book.active.append([float(c) if c.replace(".", "").isdigit() else c or None for c in row])  # type: ignore[union-attr]
    book.save(tmp_path / "GPCI2025.xlsx")
    home = tmp_path / "home"
    add(home, official)
    assert add(home, tmp_path / "GPCI2025.xlsx")[0].why == "the same rows are installed, from GPCI2025.csv"


def test_a_fabricated_file_is_refused(recovered: Path, tmp_path: Path) -> None:
    """Like a public one: CMS's heading, true rows above, then repeated numbers under invented localities."""
    rows = as_official(recovered, ["2026 PW GPCI (with 1.0 Floor)***"], notes=False)
    true, rest = rows[:24], rows[24:]
    invented = [
        [
            *row[:2],
            str((int(row[2]) + 40) % 100 if number < 25 else row[2]),
            row[3],
            "1.000",
            ("0.900", "0.950")[number % 2],
            "0.800",
        ]
        for number, row in enumerate(rest[: 98 - 21])
    ]
    error = refused(add(tmp_path / "home", write(tmp_path / "GPCI2026.csv", true + invented)))
    assert error.code == "PFS-GPCI-LOCALITIES"
    assert "98 localities where 2026 has 109" in error.what and "are absent" in error.what
    assert "rows repeat the indices of another" in error.why


def test_the_right_localities_with_made_up_numbers_are_refused(recovered: Path, tmp_path: Path) -> None:
    rows = as_official(recovered, ["2026 PW GPCI (with 1.0 Floor)"], notes=False)
    for row in rows[3:]:
        row[4:7] = ["1.500" if row[1] == "AK" else "1.000", "1.000", "0.900"]
    assert refused(add(tmp_path / "home", write(tmp_path / "GPCI2026.csv", rows))).code == "PFS-GPCI-VALUES"
    rows[0] = [rows[0][0].replace("2026", "2025")]
    rows[2] = [cell.replace("2026", "2025") for cell in rows[2]]
    error = refused(add(tmp_path / "home", write(tmp_path / "GPCI2025.csv", rows)))
    assert error.code == "PFS-GPCI-VALUES" and "have indices of their own" in error.what


def test_county_indices_are_refused(tmp_path: Path) -> None:
    """Like a public "by locality" file: numbers of counties where those of localities should stand."""
    header = ["locality_num", "state_abbr", "locality_name", "zipcode", "work_gpci", "pe_gpci", "mp_gpci"]
    rows = [header] + [
        [f"{1001 + 2 * n:05d}", "AL", f"COUNTY {n}", "", "0.968", "0.890", "0.425"] for n in range(60)
    ]
    error = refused(add(tmp_path / "home", write(tmp_path / "gpci_2026_by_locality.csv", rows)))
    assert error.code == "PFS-GPCI-COUNTY"
    assert "counties" in error.what and "Do not price with this file" in error.todo


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("a locality gone", "PFS-GPCI-LOCALITIES"),
        ("a locality twice", "PFS-GPCI-LOCALITIES"),
        ("Alaska without its floor", "PFS-GPCI-FLOOR"),
        ("the floor gone", "PFS-GPCI-FLOOR"),
        ("Montana below the frontier floor", "PFS-GPCI-FLOOR"),
        ("an index of ten", "PFS-GPCI-VALUES"),
        ("an index missing", "PFS-ROW"),
        ("a MAC of letters", "PFS-ROW"),
        ("no column for the MAC", "PFS-COLUMNS"),
        ("two work columns without a word", "PFS-GPCI-FLOOR"),
        ("another year in the heading", "PFS-CONTRADICTION"),
    ],
)
def test_changed_files_are_refused(official: Path, tmp_path: Path, what: str, code: str) -> None:
    def spoil(rows: Rows) -> None:
        at = {row[3].rstrip("*"): row for row in rows[3:112]}
        if what == "a locality gone":
            rows.remove(at["IDAHO"])
        elif what == "a locality twice":
            at["IDAHO"][:4] = at["IOWA"][:4]
        elif what == "Alaska without its floor":
            at["ALASKA"][4] = "1.000"
        elif what == "the floor gone":
            at["IDAHO"][4] = "0.951"
        elif what == "Montana below the frontier floor":
            at["MONTANA"][5] = "0.912"
        elif what == "an index of ten":
            at["IDAHO"][5] = "9.12"
        elif what == "an index missing":
            at["IDAHO"][5] = ""
        elif what == "a MAC of letters":
            at["IDAHO"][0] = "IDAHO"
        elif what == "no column for the MAC":
            rows[2][0] = "Region"
        elif what == "two work columns without a word":
            rows[2][4:6] = ["2025 PW GPCI", "2025 PW GPCI, PE GPCI"]
        elif what == "another year in the heading":
            rows[0][0] = rows[0][0].replace("2025", "2024")

    path = changed(official, tmp_path / "GPCI2025.csv", spoil)
    assert refused(add(tmp_path / "home", path)).code == code


def test_a_changed_cell_of_2026_is_refused(recovered: Path, tmp_path: Path) -> None:
    """San Francisco's practice expense index, which CMS's own prices of 2026 need to be 1.410."""

    def spoil(rows: Rows) -> None:
        next(row for row in rows if row[0] == "01112" and row[2] == "05")[5] = "1.401"

    error = refused(add(tmp_path / "home", changed(recovered, tmp_path / recovered.name, spoil)))
    assert error.code == "PFS-GPCI-VALUES" and "1.410" in error.what and error.line is not None


def test_a_year_without_a_known_floor(official: Path, tmp_path: Path) -> None:
    """2027 has no floor in force that the rules know: an index below one stands, with a warning."""

    def later(rows: Rows) -> None:
        for row in rows[:3]:
            row[:] = [cell.replace("2025", "2027") for cell in row]
        rows[5][4] = "0.962"

    path = changed(official, tmp_path / "GPCI2027.csv", later)
    outcome = add(tmp_path / "home", path)[0]
    assert (outcome.status, outcome.vintage) == ("added", "2027")
    assert "work floor of 2027 is unknown" in outcome.warnings[0]


def test_the_text_form_with_two_work_columns(official: Path, tmp_path: Path) -> None:
    lines = official.with_suffix(".txt").read_text(encoding="latin-1").splitlines()
    lines[3:10] = [f"{line.rstrip()}       1.000" for line in lines[3:10]]
    path = tmp_path / "GPCI2025.txt"
    path.write_text("\n".join(lines))
    assert refused(add(tmp_path / "home", path)).code == "PFS-GPCI-FLOOR"
    lines[12] = lines[12][:40]
    path.write_text("\n".join(lines[:3] + lines[10:]))
    assert refused(add(tmp_path / "home", path)).code == "PFS-ROW"
