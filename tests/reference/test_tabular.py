"""The one reader of CSV, Excel and Parquet files."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from corridor.engine.connection import connect
from corridor.engine.tabular import Found, Layout, Staged, matching, open_table, stage
from corridor.engine.tabular.layout import parse_layout
from corridor.errors import CorridorError

LAYOUT = parse_layout(
    """
name: visit
about: Visits, for these tests.
missing: ["-"]
columns:
  visit_id: {required: true, filled: true}
  person: {type: person, header: [person, mbi], required: true}
  day: {type: date, formats: ["%m/%d/%Y"], required: true}
  paid: {type: money}
  units: {type: integer, least: 0, most: 99}
  share: {type: percent}
  weight: {type: number}
  tin: {bare: true, pad: 9}
  zip: {pad: 5, cut: 5}
  inside: {type: boolean}
  kind: {values: {Office: office, Home: home}}
  npi: {pattern: "[0-9]{10}", about: an NPI}
""",
    "test",
)
HEADER = "Visit ID,MBI,Day,Paid,Units,Share,Weight,TIN,ZIP,Inside,Kind,NPI\n"
GOOD = 'V1,1S00E00AA00,04/05/2027,"$1,234.50",3,85.5%,.25,12-3456789,2118,Yes,office,1003000126\n'


def read(
    path: Path, layout: Layout = LAYOUT, name: str | None = None
) -> tuple[Staged, list[tuple[object, ...]]]:
    con = connect()
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    table = open_table(Found(path, name or path.name), [layout], scratch)
    staged = stage(con, table, layout, "staged")
    columns = ", ".join(f'"{column.name}"' for column in layout.columns)
    return staged, con.execute(f"select line_number, {columns} from staged order by line_number").fetchall()


def rejects(path: Path) -> list[tuple[int, str, str, str]]:
    con = connect()
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    staged = stage(con, open_table(Found(path, path.name), [LAYOUT], scratch), LAYOUT, "staged")
    return con.execute(
        f"select line_number, field, reason_code, reason from ({staged.rejects}) order by 1"
    ).fetchall()


def write(folder: Path, content: str | bytes, name: str = "visits.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        read(path)
    return caught.value


EXPECTED = (
    "V1",
    "1S00E00AA00",
    date(2027, 4, 5),
    Decimal("1234.50"),
    3,
    85.5,
    0.25,
    "123456789",
    "02118",
    True,
    "office",
    "1003000126",
)


def test_values_are_typed(tmp_path: Path) -> None:
    staged, rows = read(write(tmp_path, HEADER + GOOD))
    assert rows == [(2, *EXPECTED)]
    assert (staged.rows_in, staged.rows_kept, staged.rows_rejected) == (1, 1, 0)


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEADER + GOOD).encode(),
        (HEADER + GOOD).replace("\n", "\r\n").encode(),
        (HEADER + GOOD).replace("\n", "\r").encode(),
        (HEADER + GOOD).encode("utf-16"),
        (HEADER + GOOD).rstrip("\n").encode(),
        (HEADER + GOOD + "\n\n").encode(),
        HEADER.replace(",", ";").encode() + GOOD.replace(",", ";").replace("1;234", "1,234").encode(),
        HEADER.replace(",", "\t").encode()
        + b"\t".join(
            _.encode()
            for _ in (
                "V1",
                "1S00E00AA00",
                "04/05/2027",
                "1234.50",
                "3",
                "85.5",
                ".25",
                "123456789",
                "02118",
                "true",
                "Office",
                "1003000126\n",
            )
        ),
    ],
    ids=[
        "byte-order mark",
        "CRLF",
        "CR alone",
        "UTF-16",
        "no last newline",
        "blank lines",
        "semicolons",
        "tabs",
    ],
)
def test_the_same_rows_however_they_are_written(tmp_path: Path, content: bytes) -> None:
    _, rows = read(write(tmp_path, content))
    assert [row[1:] for row in rows] == [EXPECTED]


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    staged, rows = read(write(tmp_path, "extra,DAY,visit-id,mbi\nx,1/2/2027,V1,A\n"))
    assert rows[0][:4] == (2, "V1", "A", date(2027, 1, 2))
    assert staged.unknown == ("extra",)
    assert "paid" in staged.absent and rows[0][4] is None


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path, "Visits of our practice\n\nvisit id,mbi,day\nV1,A,1/2/2027\n"))
    assert rows[0][:2] == (4, "V1")


def test_marks_for_missing_are_empty(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path, "visit id,mbi,day,paid\nV1,-,1/2/2027, - \n"))
    assert rows[0][2] is None and rows[0][4] is None


def test_other_encodings_are_read_and_told(tmp_path: Path) -> None:
    staged, rows = read(write(tmp_path, "visit id,mbi,day\nVisité,A,1/2/2027\n".encode("cp1252")))
    assert rows[0][1] == "Visité"
    assert "not UTF-8" in staged.warnings[0]


def test_a_quoted_value_may_hold_separators_quotes_and_lines(tmp_path: Path) -> None:
    path = write(tmp_path, 'visit id,mbi,day\n"a, ""b""\nc",A,1/2/2027\nV2,B,13/45/2027\nV3,C,1/3/2027\n')
    _, rows = read(path)
    assert [row[:2] for row in rows] == [(2, 'a, "b" c'), (5, "V3")]
    assert rejects(path)[0][0] == 4  # the physical line, although a record above has two


def test_rows_that_do_not_fit_are_set_aside(tmp_path: Path) -> None:
    bad = [
        ("V2,B,13/45/2027,,,,,,,,,", "day", "bad-date"),
        ("V3,B,1/2/2027,ten,,,,,,,,", "paid", "bad-money"),
        ("V4,B,1/2/2027,,1.5,,,,,,,", "units", "bad-integer"),
        ("V5,B,1/2/2027,,100,,,,,,,", "units", "out-of-range"),
        ("V6,B,1/2/2027,,,x%,,,,,,", "share", "bad-percent"),
        ("V7,B,1/2/2027,,,,1e999,,,,,", "weight", "bad-number"),
        ("V8,B,1/2/2027,,,,,,,maybe,,", "inside", "bad-boolean"),
        ("V9,B,1/2/2027,,,,,,,,Boat,", "kind", "unknown-value"),
        ("V10,B,1/2/2027,,,,,,,,,123", "npi", "bad-form"),
        (",B,1/2/2027,,,,,,,,,", "visit_id", "no-value"),
        ("V11,B", "(row)", "too-few-fields"),
        ("V12,B,1/2/2027,,,,,,,,,,x", "(row)", "too-many-fields"),
    ]
    path = write(tmp_path, HEADER + GOOD + "".join(line + "\n" for line, _, _ in bad))
    staged, _ = read(path)
    assert (staged.rows_in, staged.rows_kept, staged.rows_rejected) == (len(bad) + 1, 1, len(bad))
    assert [(line, field, code) for line, field, code, _ in rejects(path)] == [
        (at + 3, field, code) for at, (_, field, code) in enumerate(bad)
    ]


def test_messages_never_quote_an_identifier(tmp_path: Path) -> None:
    layout = parse_layout(
        "name: x\nabout: x.\ncolumns: {mbi: {type: person, required: true, pattern: '[0-9]+'}, "
        "birth: {type: date, private: true}}",
        "test",
    )
    con = connect()
    path = write(tmp_path, "mbi,birth\n1S00E00AA00,soon\n1,soon\n2,2027-01-01\n")
    staged = stage(con, open_table(Found(path, path.name), [layout], tmp_path), layout, "staged")
    reasons = con.execute(f"select reason from ({staged.rejects}) order by line_number").fetchall()
    assert "1S00" not in str(reasons) and "soon" not in str(reasons) and len(reasons) == 2


def test_a_file_without_header_does_not_show_its_first_patient(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "1S00E00AA00,Smith,Jane\n1S00E00AA01,Jones,Ann\n"))
    assert error.code == "TABULAR-MISSING-COLUMN"
    assert "Smith" not in error.text() and "1S00" not in error.text()


def test_missing_columns_are_named(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "visit id,day\nV1,1/2/2027\n"))
    assert error.code == "TABULAR-MISSING-COLUMN" and "person" in error.what and error.line == 1


def test_a_doubled_column_is_refused(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "visit id,mbi,day,Day\nV1,A,1/2/2027,1/3/2027\n"))
    assert (error.code == "TABULAR-COLUMN-TWICE" and error.field == "day") or error.field == "Day"


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refused(write(tmp_path, "")).code == "TABULAR-EMPTY"
    assert refused(write(tmp_path, "\n\n  \n")).code == "TABULAR-EMPTY"


def test_a_header_alone_is_no_rows(tmp_path: Path) -> None:
    staged, rows = read(write(tmp_path, HEADER))
    assert rows == [] and staged.rows_in == 0


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"\xd0\xcf\x11\xe0old", b"a,b\n\0\0\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(write(tmp_path, content)).code == "TABULAR-NOT-TEXT"


def test_a_quotation_mark_that_never_closes_is_refused(tmp_path: Path) -> None:
    lines = "".join(f"V{n},A,1/2/2027\n" for n in range(400))
    error = refused(write(tmp_path, 'visit id,mbi,day\nV,"A,1/2/2027\n' + lines))
    assert error.code == "TABULAR-QUOTE" and error.line == 2


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "visit id,mbi,day\nV1,A,1/2/2027\nV2,B"))
    assert error.code == "TABULAR-CUT" and error.line == 3


def test_a_file_of_wrong_rows_only_is_refused(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "visit id,mbi,day\nV1,A,soon\nV2,B,later\n"))
    assert error.code == "TABULAR-NO-GOOD-ROW" and error.line == 2 and error.field == "day"


def test_a_line_that_cannot_be_split_is_refused(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "visit id,mbi,day\nV1,A," + "1" * 3_000_000 + "\n"))
    assert error.code == "TABULAR-UNREADABLE" and "V1" not in error.text()


def test_control_characters_split_nothing(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path, "visit id,mbi,day\nV\x1d1,A\x1f,1/2/2027\n"))
    assert rows[0][1:4] == ("V 1", "A", date(2027, 1, 2))


# ---- workbooks and Parquet -----------------------------------------------------------------------


def workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["Visits"])
    sheet = book.create_sheet("Visits")
    sheet.append(["Visits of 2027"])
    sheet.append(
        ["Visit ID", "MBI", "Day", "Paid", "Units", "Share", "Weight", "TIN", "ZIP", "Inside", "Kind", "NPI"]
    )
    sheet.append(
        [
            "V1",
            "1S00E00AA00",
            date(2027, 4, 5),
            1234.5,
            3,
            0.855,
            0.25,
            123456789,
            2118,
            True,
            "Office",
            1003000126,
        ]
    )
    sheet["F3"].number_format = "0.0%"
    sheet.append([])
    sheet.append(["V2", "B", "04/06/2027"])
    path = folder / "visits.xlsx"
    book.save(path)
    return path


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    layout = LAYOUT.model_copy(
        update={
            "columns": tuple(
                column.model_copy(update={"formats": ("%m/%d/%Y", "%Y-%m-%d")})
                if column.name == "day"
                else column
                for column in LAYOUT.columns
            )
        }
    )
    _, rows = read(workbook(tmp_path), layout)
    assert rows[0] == (3, *EXPECTED)
    assert rows[1][:4] == (5, "V2", "B", date(2027, 4, 6))


def test_a_formula_that_nobody_calculated_is_refused(tmp_path: Path) -> None:
    """openpyxl writes formulas without their values, as report writers do; it must not read as a blank."""
    path = workbook(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(row=3, column=4).value = "=5*2"
    book.save(path)
    error = refused(path)
    assert (error.code, error.line, error.field) == ("TABULAR-FORMULA", 3, "D")


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not a workbook")
    assert refused(path).code == "TABULAR-WORKBOOK"


def test_parquet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    duckdb.sql(
        "select 'V1' as visit_id, 'A' as person, date '2027-01-02' as day, 12.5 as paid"
    ).write_parquet(str(path))
    layout = parse_layout(
        "name: v\nabout: x\ncolumns: {visit_id: {required: true}, day: {type: date}, paid: {type: money}}",
        "test",
    )
    _, rows = read(path, layout)
    assert rows == [(1, "V1", date(2027, 1, 2), Decimal("12.50"))]


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    assert refused(write(tmp_path, b"PAR1 not", "visits.parquet")).code == "TABULAR-PARQUET"


def test_the_best_layout_is_chosen(tmp_path: Path) -> None:
    small = parse_layout("name: small\nabout: x\ncolumns: {visit_id: {required: true}}", "x")
    path = write(tmp_path, HEADER + GOOD)
    table = open_table(Found(path, path.name), [LAYOUT, small], tmp_path)
    assert [layout.name for layout in matching(table, [small, LAYOUT])] == ["visit", "small"]
