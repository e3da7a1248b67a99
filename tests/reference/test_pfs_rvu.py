"""The relative value files: real ones read exactly, wrong ones refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from corridor.engine.tabular import Found
from corridor.errors import CorridorError
from corridor.reference import pfs_checks
from corridor.reference.outcome import Outcome
from corridor.reference.pfs_checks import figures
from corridor.reference.pfs_files import fee_schedule
from tests.reference.pfs_bench import Rows, add, changed, query, read, refused, row_of

OCTOBER = "PPRRVU2025_Oct.csv"
JULY = "PPRRVU2026_Jul_nonQPP.csv"
Change = Callable[[Rows], Rows | None]


@pytest.fixture(scope="module")
def pfs(test_data: Path) -> Path:
    return test_data / "pfs"


@pytest.fixture(scope="module")
def added(pfs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    """Both years installed once, and what was said of them."""
    home = tmp_path_factory.mktemp("installed") / "home"
    return home, add(home, pfs / "2025" / OCTOBER, pfs / "2026" / JULY)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the codes that are checked alone is long enough: what is tested is not its length."""
    whole = figures("pfs_relative_values")
    monkeypatch.setattr(pfs_checks, "figures", lambda name: {**whole, "rows": {"least": 60, "most": 26_000}})


def checked_codes(rows: Rows) -> Rows:
    """The heading, and the rows of the codes that must exist or are known."""
    known = figures("pfs_relative_values")
    codes = {name.split("-")[0] for name in known["must_exist"]} | {"V5362", "V5363"}
    codes |= {cell["code"] for cells in known["known"].values() for cell in cells}
    return [*rows[:10], *(row for row in rows[10:] if row[0] in codes)]


def wrong(pfs: Path, tmp_path: Path, change: Change, name: str = OCTOBER, like: str = OCTOBER) -> str:
    """The code of the error that a changed copy of those rows is refused with."""

    def spoil(rows: Rows) -> Rows:
        kept = checked_codes(rows)
        return change(kept) or kept

    path = changed(pfs / like[6:10] / like, tmp_path / "wrong" / name, spoil)
    with pytest.raises(CorridorError) as caught:
        fee_schedule(Found(path, name), tmp_path)
    return caught.value.code


def test_both_years_are_read_with_every_check(added: tuple[Path, list[Outcome]]) -> None:
    """README of the data: 19,090 rows at 32.3465 and 19,356 at 33.4009; H: 99214, 27447, 45378-53, 93306."""
    home, outcomes = added
    assert [(o.status, o.vintage, o.rows, o.warnings) for o in outcomes] == [
        ("added", "2025D", 19_090, []),
        ("added", "2026C-nonqp", 19_356, []),
    ]
    rows = query(
        home,
        "select year, release, variant, cast(valid_from as varchar), work_rvu, non_facility_pe_rvu, "
        "facility_pe_rvu, mp_rvu, non_facility_na, facility_na, non_facility_total, conversion_factor "
        "from reference.pfs_rvu where hcpcs_code = '27447' and modifier = '' order by year",
    )
    work, outside, inside, risk = (Decimal(text) for text in ("19.60", "15.30", "15.30", "3.98"))
    whole = Decimal("38.88")  # 19.60 + 15.30 + 3.98
    edition = (2025, "D", "single", "2025-10-01")
    assert rows[0] == (*edition, work, outside, inside, risk, True, False, whole, Decimal("32.3465"))
    work, outside, inside, risk = (Decimal(text) for text in ("19.11", "11.58", "11.58", "4.02"))
    whole = Decimal("34.71")  # 19.11 + 11.58 + 4.02
    edition = (2026, "C", "nonqp", "2026-07-01")
    assert rows[1] == (*edition, work, outside, inside, risk, True, False, whole, Decimal("33.4009"))
    counted = query(home, "select status_code, count(*) from reference.pfs_rvu where year = 2026 group by 1")
    assert ("A", 9_408) in counted and ("T", 8) in counted
    assert query(
        home,
        "select pre_op, intra_op, post_op, global_days, assistant_indicator from reference.pfs_rvu "
        "where hcpcs_code = '27447' and year = 2026",
    ) == [(Decimal("0.10"), Decimal("0.69"), Decimal("0.21"), "090", "2")]
    zero = query(home, "select count(*) from reference.pfs_rvu where pctc_indicator like '%.%'")
    assert zero == [(0,)]  # some G codes of 2026 print 0.00


def test_the_known_values_are_those_of_the_specification(added: tuple[Path, list[Outcome]]) -> None:
    """Component sums by hand: 93306 5.89 = 2.02 + 3.87; 70553 9.49 = 3.15 + 6.34 (H.1, 2)."""
    rows = query(
        added[0],
        "select hcpcs_code, modifier, non_facility_total from reference.pfs_rvu "
        "where hcpcs_code in ('93306', '70553') and year = 2026 order by all",
    )
    assert rows == [
        ("70553", "", Decimal("9.49")),
        ("70553", "26", Decimal("3.15")),
        ("70553", "TC", Decimal("6.34")),
        ("93306", "", Decimal("5.89")),
        ("93306", "26", Decimal("2.02")),
        ("93306", "TC", Decimal("3.87")),
    ]
    known = figures("pfs_relative_values")["known"]
    assert {release: len(cells) for release, cells in known.items()} == {"2025D": 101, "2026C": 105}


def test_no_descriptor_is_kept(pfs: Path, added: tuple[Path, list[Outcome]]) -> None:
    """The longest text of any column is the vintage; descriptors of CMS run to 28 characters."""
    words = row_of(read(pfs / "2025" / OCTOBER), "99213")[2]
    assert len(words) > len("2026C-nonqp")
    rows = query(added[0], "select * from reference.pfs_rvu where hcpcs_code in ('99213', '27447', 'G2211')")
    assert max(len(cell) for row in rows for cell in row if isinstance(cell, str)) == len("2026C-nonqp")


@pytest.mark.heavy
def test_the_text_form_and_the_table_are_the_same_rows(pfs: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    table, text = pfs / "2025" / OCTOBER, pfs / "2025" / "PPRRVU2025_Oct.txt"
    outcomes = {o.file: o for o in add(home, table, text)}
    assert outcomes[text.name].status == "passed over"
    assert outcomes[text.name].why == f"the same rows as {table.name}"
    again = add(home, text)[0]
    assert (again.status, again.why) == ("passed over", f"the same rows are installed, from {table.name}")
    alone = tmp_path / "alone"
    assert [(o.status, o.rows) for o in add(alone, text)] == [("added", 19_090)]


@pytest.mark.heavy
def test_a_workbook_that_lost_its_zeros(pfs: Path, tmp_path: Path) -> None:
    """Codes, supervision and global days as numbers; binary dust on totals (0.1 + 0.2)."""
    book = openpyxl.Workbook()
    for row in read(pfs / "2025" / OCTOBER):
        book.active.append([_cell(cell) for cell in row])  # type: ignore[union-attr]
    path = tmp_path / "PPRRVU2025_Oct.xlsx"
    book.save(path)
    home = tmp_path / "home"
    add(home, pfs / "2025" / OCTOBER)
    assert [(o.status, o.why) for o in add(home, path)] == [
        ("passed over", f"the same rows are installed, from {OCTOBER}")
    ]


def _cell(text: str) -> object:
    try:
        value = float(text)
    except ValueError:
        return text or None
    return value + 1e-13 if text == "5.89" else value


@pytest.mark.usefixtures("short")
def test_columns_are_found_by_name_wherever_they_stand(pfs: Path, tmp_path: Path) -> None:
    def turned(rows: Rows) -> Rows:
        for row in rows:
            row[5], row[10] = row[10], row[5]  # work and malpractice, with their names
        return checked_codes(rows)

    home = tmp_path / "home"
    path = changed(pfs / "2025" / OCTOBER, tmp_path / OCTOBER, turned)
    assert add(home, path)[0].status == "added"
    work = query(home, "select work_rvu from reference.pfs_rvu where hcpcs_code = '99213'")
    assert work == [(Decimal("1.30"),)]


@pytest.mark.heavy
def test_without_the_upper_header_lines_the_order_tells(pfs: Path, tmp_path: Path) -> None:
    for name, rows in ((OCTOBER, 19_090), (JULY, 19_356)):
        path = changed(pfs / name[6:10] / name, tmp_path / name, lambda rows: rows[9:])
        assert [(o.status, o.rows) for o in add(tmp_path / "home", path)] == [("added", rows)]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("most rows cut", "PFS-RVU-ROWS"),
        ("end cut", "PFS-RVU-MISSING"),
        ("last row cut", "PFS-ROW"),
        ("work and malpractice swapped", "PFS-RVU-CELL"),
        ("a total changed", "PFS-RVU-SUM"),
        ("a cell and its totals changed", "PFS-RVU-CELL"),
        ("a row twice", "PFS-RVU-TWICE"),
        ("another factor on one row", "PFS-CONVERSION-FACTOR"),
        ("another factor on all rows", "PFS-CONVERSION-FACTOR"),
        ("a column gone", "PFS-COLUMNS"),
        ("a word for a number", "PFS-ROW"),
        ("three decimals", "PFS-ROW"),
        ("another year in the heading", "PFS-CONTRADICTION"),
        ("another release in the heading", "PFS-CONTRADICTION"),
    ],
)
def test_wrong_files_are_refused(pfs: Path, tmp_path: Path, what: str, code: str) -> None:
    assert wrong(pfs, tmp_path, lambda rows: _spoilt(rows, what)) == code


def test_a_refused_file_leaves_nothing(pfs: Path, tmp_path: Path) -> None:
    path = changed(pfs / "2025" / OCTOBER, tmp_path / OCTOBER, lambda rows: rows[:9_500])
    assert refused(add(tmp_path / "home", path)).code == "PFS-RVU-ROWS"
    assert not list((tmp_path / "home").rglob("*.parquet"))


def _spoilt(rows: Rows, what: str) -> Rows | None:
    visit = row_of(rows, "99213")
    if what == "most rows cut":
        return rows[:40]
    if what == "end cut":
        return rows[:-4]
    if what == "last row cut":
        rows[-1] = rows[-1][:12]
    elif what == "work and malpractice swapped":
        for row in rows[10:]:
            row[5], row[10] = row[10], row[5]
    elif what == "a total changed":
        visit[11] = "9.99"
    elif what == "a cell and its totals changed":  # 1.30 to 1.40 work: both sums still hold
        visit[5], visit[11], visit[12] = "1.40", "2.85", "2.07"
    elif what == "a row twice":
        rows.append(list(visit))
    elif what == "another factor on one row":
        visit[24] = "33.4009"
    elif what == "another factor on all rows":
        for row in rows[10:]:
            row[24] = "33.4009"
    elif what == "a column gone":
        for row in rows:
            del row[8]
    elif what == "a word for a number":
        visit[5] = "one"
    elif what == "three decimals":
        visit[5] = "1.305"
    elif what == "another year in the heading":
        rows[0][2] = rows[0][2].replace("2025", "2024")
    elif what == "another release in the heading":
        rows[0][2] = rows[0][2].replace("October", "July")
    return None


@pytest.mark.usefixtures("short")
def test_a_wrong_year_by_name_is_refused(pfs: Path, tmp_path: Path) -> None:
    """The text form has no heading year (its HDR lines carry copyright years): the factor tells."""
    path = tmp_path / "PPRRVU2026_Oct_nonQPP.txt"
    path.write_bytes((pfs / "2025" / "PPRRVU2025_Oct.txt").read_bytes())
    error = refused(add(tmp_path / "home", path))
    assert (error.code, error.rule) == ("PFS-CONVERSION-FACTOR", "pfs.conversion_factor")
    assert "32.3465" in error.what and "33.4009" in error.what
    assert wrong(pfs, tmp_path, lambda rows: None, "PPRRVU2024_Oct.csv") == "PFS-CONTRADICTION"


def under(pfs: Path, tmp_path: Path, file_name: str, **options: str) -> Outcome:
    path = changed(pfs / "2026" / JULY, tmp_path / file_name, checked_codes)
    return add(tmp_path / "home", path, **options)[0]


@pytest.mark.usefixtures("short")
def test_the_heading_and_the_factor_decide_where_the_name_does_not(pfs: Path, tmp_path: Path) -> None:
    assert under(pfs, tmp_path, "rates.csv").vintage == "2026C-nonqp"


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("PPRRVU2026_Jul_QPP.csv", {}, "PFS-CONVERSION-FACTOR"),  # those of the others, 33.4009
        (JULY, {"vintage": "2026C-qp"}, "PFS-CONTRADICTION"),
        (JULY, {"vintage": "2026D"}, "PFS-CONTRADICTION"),
        (JULY, {"vintage": "July"}, "PFS-VINTAGE"),
        (JULY, {"name": "pfs_gpci"}, "PFS-COLUMNS"),
    ],
)
def test_a_name_or_option_that_the_file_denies(
    pfs: Path, tmp_path: Path, name: str, options: dict[str, str], code: str
) -> None:
    outcome = under(pfs, tmp_path, name, **options)
    assert outcome.error is not None and outcome.error.code == code


@pytest.mark.usefixtures("short")
def test_unknown_year_release_and_variant(pfs: Path, tmp_path: Path) -> None:
    def bare(rows: Rows) -> Rows:
        return rows[5:]

    assert wrong(pfs, tmp_path, bare, "rates.csv") == "REFERENCE-YEAR"
    assert wrong(pfs, tmp_path, bare, "PPRRVU2025.csv") == "PFS-RELEASE"

    def later(rows: Rows) -> None:  # a year whose factors no rule states
        rows[0][2] = rows[0][2].replace("2026", "2031")

    def shortened(rows: Rows) -> Rows:
        later(rows)
        return checked_codes(rows)

    assert wrong(pfs, tmp_path, later, "rates.csv", JULY) == "PFS-VARIANT"
    path = changed(pfs / "2026" / JULY, tmp_path / "PPRRVU2031_Jul_nonQPP.csv", shortened)
    outcome = add(tmp_path / "home", path)[0]
    assert outcome.status == "added" and "was not checked" in outcome.warnings[0]


@pytest.mark.heavy
def test_a_correction_and_other_releases_stand_beside_each_other(pfs: Path, tmp_path: Path) -> None:
    """A correction (AR) is headed January; values of another release than the known one are a warning."""
    home = tmp_path / "home"

    def january(rows: Rows) -> None:
        rows[0][2] = rows[0][2].replace("October", "January")
        visit = row_of(rows, "99213")
        visit[5], visit[11], visit[12] = "1.40", "2.85", "2.07"

    path = changed(pfs / "2025" / OCTOBER, tmp_path / "PPRRVU25_JAN.csv", january)
    first = add(home, path)[0]
    assert (first.status, first.vintage) == ("added", "2025A") and "99213" in first.warnings[0]

    def corrected(rows: Rows) -> None:
        january(rows)
        rows[4][2] = "RELEASED 01/20/2025"

    again = changed(pfs / "2025" / OCTOBER, tmp_path / "rates.csv", corrected)
    assert add(home, again, vintage="2025AR")[0].vintage == "2025AR"
    add(home, pfs / "2025" / OCTOBER)
    days = query(
        home, "select release, cast(min(valid_from) as varchar) from reference.pfs_rvu group by 1 order by 1"
    )
    assert days == [("A", "2025-01-01"), ("AR", "2025-01-01"), ("D", "2025-10-01")]


@pytest.mark.heavy
def test_two_files_of_one_release_that_differ(pfs: Path, tmp_path: Path) -> None:
    def revised(rows: Rows) -> None:  # a code outside the known values
        other = row_of(rows, "99217") if any(row[0] == "99217" for row in rows) else row_of(rows, "V5362")
        other[13] = "0"

    path = changed(pfs / "2025" / OCTOBER, tmp_path / "in" / "PPRRVU2025_Oct.csv", revised)
    outcomes = add(tmp_path / "home", pfs / "2025" / OCTOBER, path)
    assert {o.status for o in outcomes} == {"added", "refused"}
    assert next(o.error.code for o in outcomes if o.error) == "PFS-TWO-FILES"
    assert add(tmp_path / "home", path)[0].status == "replaced"


@pytest.mark.usefixtures("short")
def test_of_two_releases_of_one_edition_the_later_one_stands(pfs: Path, tmp_path: Path) -> None:
    def earlier(rows: Rows) -> Rows:
        rows[4][2] = "RELEASED 08/01/2025"
        row_of(rows, "V5362")[13] = "0"
        return checked_codes(rows)

    old = changed(pfs / "2025" / OCTOBER, tmp_path / "a" / OCTOBER, earlier)
    new = changed(pfs / "2025" / OCTOBER, tmp_path / "b" / OCTOBER, checked_codes)
    for order in ((old, new), (new, old)):
        home = tmp_path / f"together {order[0].parent.name}"
        outcomes = add(home, *order)
        assert sorted(o.status for o in outcomes) == ["added", "passed over"]
        assert query(home, "select pctc_indicator from reference.pfs_rvu where hcpcs_code = 'V5362'") == [
            ("9",)
        ]
    home = tmp_path / "home"
    add(home, old)
    assert add(home, new)[0].status == "replaced"
    assert "released later, 2025-09-11, is installed" in add(home, old)[0].why
