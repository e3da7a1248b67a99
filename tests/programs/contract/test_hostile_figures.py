"""Figures and results that cannot be, or say too little: refused with file, line and column, or warned of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"
HARBOR, OAK = SAMPLES / "harbor-shared-savings.yaml", SAMPLES / "oak-employer-p4p.yaml"
HEADER = "performance_year,month,tin,stratum,member_months,expenditure,excess_over_attachment"


def settled(
    tmp_path: Path, capsys: Capture, rows: str, results: str = "", contract: Path = HARBOR
) -> dict[str, Any]:
    figures = tmp_path / "figures.csv"
    figures.write_text(f"{HEADER}\n{rows}\n", encoding="utf-8")
    quality = contract.with_suffix(".quality.csv")
    if results:
        quality = tmp_path / "quality.csv"
        text = f"performance_year,measure,rate,numerator,denominator\n{results}\n"
        quality.write_text(text, encoding="utf-8")
    given = ("contract", "settle", contract, figures, "--quality", quality, "--json")
    found: dict[str, Any] = corridor(capsys, *given).json()
    return found


@pytest.mark.parametrize(("rows", "code", "line", "field"), [
    ("2026,,,,60000,-26500000,0", "CONTRACT-FIGURE", 2, "expenditure"),
    ("2026,,,,60000,26500000,30000000", "CONTRACT-FIGURE", 2, "excess_over_attachment"),
    ("2026,,,,60000,26500000,0\n2026,,,adult,60000,26500000,0", "CONTRACT-TWICE", 3, "stratum"),
    ("2026,,,,-5,26500000,0", "FORM-ROW", 2, "member_months"),
    ("2029,202901,,,60000,26500000,0", "CONTRACT-TERM", 9, "term"),
])  # fmt: skip
def test_figures_that_cannot_be(
    rows: str, code: str, line: int, field: str, tmp_path: Path, capsys: Capture
) -> None:
    error = settled(tmp_path, capsys, rows)["error"]
    assert (error["code"], error["line"], error["field"]) == (code, line, field)
    assert error["todo"]


def test_months_before_the_term(tmp_path: Path, capsys: Capture) -> None:
    """The term begins in July: what March cost is not the contract's."""
    text = HARBOR.read_text(encoding="utf-8").replace(
        "{from: 2026-01-01, through", "{from: 2026-07-01, through"
    )
    late = tmp_path / "harbor.yaml"
    late.write_text(text.replace("  - from: 2026-01-01", "  - from: 2026-07-01"), encoding="utf-8")
    late.with_suffix(".quality.csv").write_bytes(HARBOR.with_suffix(".quality.csv").read_bytes())
    error = settled(tmp_path, capsys, "2026,202603,,,5000,2000000,0", contract=late)["error"]
    assert (error["code"], error["file"], error["line"]) == ("CONTRACT-MONTH", "figures.csv", 2)


def test_months_that_are_lacking_and_nobody_at_all_are_said(tmp_path: Path, capsys: Capture) -> None:
    months = "\n".join(f"2026,2026{at:02d},,,5000,2000000,0" for at in range(1, 13) if at not in (2, 11))
    found = settled(tmp_path, capsys, months)
    assert any("2026 lacks 202602, 202611" in one for one in found["warnings"])
    nobody = settled(tmp_path, capsys, "2026,,,,0,0,0")
    assert nobody["rows"][0]["settlement_dollars"] == 0
    assert nobody["rows"][0]["savings_rate"] is None
    assert any("no member months" in one for one in nobody["warnings"])


YEAR = "2026,,,,60000,26500000,600000"


@pytest.mark.parametrize(("results", "code", "line", "field"), [
    ("2026,bp,0.9,1,800", "CONTRACT-COUNTS", 2, "numerator"),
    ("2026,bp,0.65,520,800\n2026,a1c,0.8,,", "CONTRACT-REQUIRED", 3, "denominator"),
])  # fmt: skip
def test_results_that_say_two_things_or_too_little(
    results: str, code: str, line: int, field: str, tmp_path: Path, capsys: Capture
) -> None:
    error = settled(tmp_path, capsys, YEAR, results)["error"]
    assert (error["code"], error["file"]) == (code, "quality.csv")
    assert (error["line"], error["field"]) == (line, field)


def test_a_bonus_by_case_needs_the_cases(tmp_path: Path, capsys: Capture) -> None:
    """48 percent of 500 by its rate alone: 35.00 for each case of how many? Not for none of them."""
    figures = OAK.with_suffix(".figures.csv")
    quality = tmp_path / "quality.csv"
    rows = "2026,colorectal,,130,200\n2026,depression,0.48,,500\n"
    header = "performance_year,measure,rate,numerator,denominator\n"
    quality.write_text(header + rows, encoding="utf-8")
    answer = corridor(capsys, "contract", "settle", OAK, figures, "--quality", quality, "--json")
    error = answer.json()["error"]
    assert (error["code"], error["line"], error["field"]) == ("CONTRACT-REQUIRED", 3, "numerator")


def test_the_same_from_a_file_with_a_mark_and_from_excel(tmp_path: Path, capsys: Capture) -> None:
    """The sample by hand: 594,288.00, whatever the file is saved as."""
    marked = tmp_path / "marked.csv"
    header = b"performance_year,member_months,expenditure,excess_over_attachment\r\n"
    marked.write_bytes(b"\xef\xbb\xbf" + header + b'2026,60000,"26,500,000.00",600000\r\n')
    book, sheet = openpyxl.Workbook(), tmp_path / "book.xlsx"
    assert book.active is not None
    for row in (
        ("performance_year", "member_months", "expenditure", "excess_over_attachment"),
        (2026, 60000, 26500000, 600000),
    ):
        book.active.append(row)
    book.save(sheet)
    for file in (marked, sheet):
        given = (
            "contract",
            "settle",
            HARBOR,
            file,
            "--quality",
            HARBOR.with_suffix(".quality.csv"),
            "--json",
        )
        (row,) = corridor(capsys, *given).json()["rows"]
        assert row["settlement_dollars"] == pytest.approx(594_288)
