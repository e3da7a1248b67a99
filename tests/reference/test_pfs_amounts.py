"""Payment amounts, OPPS caps, anesthesia, drug prices and base units."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.reference.pfs_bench import Rows, add, changed, query, read, refused, write


@pytest.fixture
def year(test_data: Path) -> Path:
    return test_data / "pfs" / "2025"


# ---- payment amounts -------------------------------------------------------------------------------


def test_payment_amounts(year: Path, tmp_path: Path) -> None:
    """C.5: 1,339.81 in 01112-05 and 1,354.42 in 01112-09."""
    home = tmp_path / "home"
    outcome = add(home, year / "PFREV25C.txt")[0]
    assert (outcome.status, outcome.vintage, outcome.rows, outcome.warnings) == ("added", "2025C", 109, [])
    rows = query(
        home,
        "select year, release, variant, hcpcs_code, modifier, non_facility_amount, facility_amount, "
        "status_code, opps_indicator from reference.pfs_payment_amount "
        "where mac = '01112' and locality in ('05', '09') order by locality",
    )
    first = (2025, "C", "single", "76145", "")
    assert rows == [
        (*first, Decimal("1339.81"), Decimal("1339.81"), "A", "9"),
        (*first, Decimal("1354.42"), Decimal("1354.42"), "A", "9"),
    ]


def payments(path: Path, year: str = "2026", state: str = "01112", trailer: bool = True) -> Path:
    record = [year, state, "05", "99213", "  ", "0000117.58", "0000064.37", " ", "0", "A", "0"]
    record += ["0000049.56", "0000000.00", "9", "0000000.00", "0000000.00"]
    lines = [record, *([["TRL- CPT CODES ..."]] if trailer else [])]
    path.write_text("".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines))
    return path


def test_payment_files_of_states_are_one_edition(tmp_path: Path) -> None:
    """C.5: the raw record of PFALL26AR, with the flat visit fee in field 12."""
    home = tmp_path / "home"
    paths = [
        payments(tmp_path / f"PF{state}26AR_nonQP.txt", state=mac)
        for state, mac in (("CA", "01112"), ("AL", "10112"))
    ]
    assert [(o.status, o.vintage) for o in add(home, *paths)] == [("added", "2026AR-nonqp")] * 2
    rows = query(
        home,
        "select mac, non_facility_amount, facility_amount, therapy_reduced_non_institutional "
        "from reference.pfs_payment_amount order by mac",
    )
    assert rows[0] == ("01112", Decimal("117.58"), Decimal("64.37"), Decimal("49.56")) and len(rows) == 2


def test_wrong_payment_files(year: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert refused(add(home, payments(tmp_path / "PFALL26A.txt"))).code == "PFS-VARIANT"
    assert refused(add(home, payments(tmp_path / "PFALL25A.txt"))).code == "PFS-CONTRADICTION"
    assert refused(add(home, payments(tmp_path / "amounts.txt", "2025"))).code == "PFS-RELEASE"
    assert (
        refused(add(home, payments(tmp_path / "PFALL25B.txt", "2025", trailer=False))).code
        == "PFS-PAYMENT-CUT"
    )
    text = (year / "PFREV25C.txt").read_text().splitlines()
    for spoilt in (text[4][:40], text[4].replace('"2025"', '"2024"')):
        (tmp_path / "PFREV25C.txt").write_text("\n".join([*text[:4], spoilt, *text[5:]]))
        assert refused(add(home, tmp_path / "PFREV25C.txt")).code == "PFS-ROW"


# ---- OPPS caps -------------------------------------------------------------------------------------


def test_caps_take_the_year_of_the_files_beside_them(year: Path, tmp_path: Path) -> None:
    """C.5: 343.62 for 70496 in 01112-05; status C is a ceiling (9,430 rows by cut and uniq)."""
    home = tmp_path / "home"
    outcome = add(home, year / "OPPSCAP_Oct.csv")[0]
    assert (outcome.status, outcome.vintage, outcome.rows) == ("added", "2025D", 16_100)
    assert "that of the files beside it" in outcome.warnings[0]
    prices = query(
        home,
        "select modifier, facility_price, non_facility_price, ceiling_only from reference.pfs_opps_cap "
        "where hcpcs_code = '70496' and mac = '01112' and locality = '05' order by 1",
    )
    assert ("", Decimal("343.62"), Decimal("343.62"), False) in prices
    assert query(home, "select ceiling_only, count(*) from reference.pfs_opps_cap group by 1 order by 1") == [
        (False, 6_670),
        (True, 9_430),
    ]


def test_the_year_of_a_zip_or_of_its_folder(year: Path, tmp_path: Path) -> None:
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name in ("ANES2025.csv", "OPPSCAP_Oct.csv"):
            target.write(year / name, name)
    assert {(o.reference, o.vintage) for o in add(tmp_path / "home", archive)} == {
        ("pfs_anesthesia", "2025"),
        ("pfs_opps_cap", "2025D"),
    }
    alone = changed(year / "OPPSCAP_Oct.csv", tmp_path / "rvu25d" / "OPPSCAP_Oct.csv", lambda rows: None)
    assert add(tmp_path / "folder", alone)[0].vintage == "2025D"


def test_caps_in_their_text_form_and_without_a_year(year: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    text = tmp_path / "in" / "OPPSCAP_OCT.txt"
    text.parent.mkdir()
    lines = [
        f"{code}{mod:<2} {status} {mac}  {place}{inside:>9}{outside:>10}"
        for code, mod, status, mac, place, inside, outside in read(year / "OPPSCAP_Oct.csv")[1:]
        if code
    ]
    text.write_text("\n".join(lines))
    assert refused(add(home, text)).code == "REFERENCE-YEAR"
    add(home, year / "OPPSCAP_Oct.csv")
    assert add(home, text, vintage="2025D")[0].why == "the same rows are installed, from OPPSCAP_Oct.csv"
    assert refused(add(home, text, vintage="2026D")).code == "PFS-VARIANT"
    text.write_text("\n".join([*lines[:50], lines[50][:20], *lines[51:]]))
    assert refused(add(home, text, vintage="2025D")).code == "PFS-ROW"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("cut", "PFS-LOCALITIES"),
        ("some rows gone", "PFS-CAP"),
        ("two prices", "PFS-ROW"),
        ("short row", "PFS-ROW"),
    ],
)
def test_wrong_caps(year: Path, tmp_path: Path, what: str, code: str) -> None:
    def spoil(rows: Rows) -> Rows | None:
        if what == "cut":
            return rows[:60]
        if what == "some rows gone":
            return rows[:-5]
        rows[5] = list(rows[6]) if what == "two prices" else rows[5][:5]
        return None

    path = changed(year / "OPPSCAP_Oct.csv", tmp_path / "OPPSCAP_Oct.csv", spoil)
    assert refused(add(tmp_path / "home", path, vintage="2025D")).code == code


# ---- anesthesia ------------------------------------------------------------------------------------


def test_anesthesia_factors(year: Path, tmp_path: Path) -> None:
    """A.8: Alabama 19.31, Alaska 27.86, Bakersfield 20.45."""
    home = tmp_path / "home"
    assert add(home, year / "ANES2025.csv")[0].vintage == "2025"
    rows = query(
        home,
        "select locality_name, conversion_factor from reference.pfs_anesthesia "
        "where locality_name in ('ALABAMA', 'ALASKA', 'BAKERSFIELD') order by 1",
    )
    assert rows == [
        ("ALABAMA", Decimal("19.31")),
        ("ALASKA", Decimal("27.86")),
        ("BAKERSFIELD", Decimal("20.45")),
    ]
    text = tmp_path / "ANES2025.txt"  # implied decimals
    cells = [row for row in read(year / "ANES2025.csv")[1:] if row[0]]
    lines = [
        f"{mac.strip()}  {place.strip()}  {name:<60}{cf.strip().replace('.', '')}"
        for mac, place, name, cf in cells
    ]
    text.write_text("\n".join(["CONTRACTOR LOCALITY NAME CF", *lines]))
    assert add(home, text)[0].why == "the same rows are installed, from ANES2025.csv"
    text.write_text("\n".join(["CONTRACTOR LOCALITY NAME CF", *lines[:30], lines[30][:20], *lines[31:]]))
    assert refused(add(home, text)).code == "PFS-ROW"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("a locality gone", "PFS-LOCALITIES"),
        ("a point lost", "PFS-ANESTHESIA"),
        ("another national factor", "PFS-ANESTHESIA"),
        ("short row", "PFS-ROW"),
    ],
)
def test_wrong_anesthesia(year: Path, tmp_path: Path, what: str, code: str) -> None:
    def spoil(rows: Rows) -> None:
        if what == "a locality gone":
            del rows[5]
        elif what == "a point lost":
            rows[5][3] = "2045"
        elif what == "short row":
            rows[5] = rows[5][:3]
        else:
            rows[0][3] = "National Anes CF of 20.5998"

    path = changed(year / "ANES2025.csv", tmp_path / "ANES2025.csv", spoil)
    assert refused(add(tmp_path / "home", path)).code == code


def test_anesthesia_of_2026_is_told_by_its_national_factor(year: Path, tmp_path: Path) -> None:
    """A.2: 20.5998 for qualifying participants, 20.4976 for the others."""
    for factor, variant in (("20.5998", "qp"), ("20.4976", "nonqp")):

        def later(rows: Rows, factor: str = factor) -> None:
            rows[0][3] = f"National Anes CF of {factor}"

        path = changed(year / "ANES2025.csv", tmp_path / f"ANES2026_{variant[:1]}.csv", later)
        assert add(tmp_path / "home", path)[0].vintage == f"2026-{variant}"


# ---- drug prices and base units --------------------------------------------------------------------


def prices(count: int = 600) -> Rows:
    rows = [["Payment Allowance Limits for Medicare Part B Drugs"], []]
    rows += [
        ["Effective October 1, 2026 through December 31, 2026"],
        ["Note 1: payment limits in bold are new"],
    ]
    rows += [
        [
            "HCPCS Code",
            "Short Description",
            "HCPCS Code Dosage",
            "Payment Limit",
            "Co-insurance Percentage",
            "Notes",
        ]
    ]
    rows += [[f"J{1000 + n}", "drug", "1 MG", f"{n}.123", "20.000", ""] for n in range(count)]
    return [*rows, ["J9999", "drug", "1 MG", "", "", "see note"]]


def test_drug_prices(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = write(tmp_path / "October 2026 ASP Pricing File updated 091526.csv", prices())
    assert [(o.status, o.reference, o.vintage, o.rows) for o in add(home, path)] == [
        ("added", "asp_price", "2026Q4", 600)
    ]
    assert query(
        home, "select quarter, payment_limit, dosage from reference.asp_price where hcpcs_code = 'J1007'"
    ) == [("2026Q4", Decimal("7.123"), "1 MG")]
    columns = query(home, "select column_name from (describe reference.asp_price )")
    assert ("short_description",) not in columns
    book = openpyxl.Workbook()
    for row in prices():
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row])  # type: ignore[union-attr]
    book.save(tmp_path / "asp.xlsx")
    assert add(home, tmp_path / "asp.xlsx")[0].why.startswith("the same rows are installed")


def test_wrong_drug_prices(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert refused(add(home, write(tmp_path / "asp.csv", prices(40)))).code == "PFS-ASP"
    assert refused(add(home, write(tmp_path / "july-2026-asp.csv", prices()))).code == "PFS-CONTRADICTION"
    bare = [row for row in prices() if not row or not row[0].startswith("Effective")]
    assert refused(add(home, write(tmp_path / "asp.csv", bare))).code == "REFERENCE-YEAR"
    twice = [*prices(), ["J1007", "drug", "1 MG", "9.000", "", ""]]
    assert refused(add(home, write(tmp_path / "asp.csv", twice))).code == "PFS-ROW"


def test_base_units(tmp_path: Path) -> None:
    """CMS's text form: the name of the second column stands on three lines."""
    home = tmp_path / "home"
    codes = [f"{100 + 2 * n:05d}" for n in range(260)]
    text = tmp_path / "CY_2022_Anesthesia_Base_Units.txt"
    text.write_text(
        "CODE\t2022\n\tBASE\n\tUNIT\n" + "".join(f"{code}\t{n % 20 + 3}\n" for n, code in enumerate(codes))
    )
    outcome = add(home, text)[0]
    assert (outcome.status, outcome.reference, outcome.vintage, outcome.rows) == (
        "added",
        "anesthesia_base_unit",
        "2022",
        260,
    )
    assert query(
        home, "select base_units from reference.anesthesia_base_unit where hcpcs_code = '00104'"
    ) == [(5,)]
    table = [
        ["CPT Code", "2022 Base Units"],
        *([str(int(code)), str(n % 20 + 3)] for n, code in enumerate(codes)),
    ]
    path = write(tmp_path / "units.csv", table)
    assert add(home, path)[0].why == "the same rows are installed, from CY_2022_Anesthesia_Base_Units.txt"
    assert refused(add(home, write(tmp_path / "units.csv", table[:50]))).code == "PFS-UNITS"
    table[5][1] = "five"
    assert refused(add(home, write(tmp_path / "units.csv", table))).code == "PFS-ROW"
