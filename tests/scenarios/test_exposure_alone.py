"""The exposure sheet of the synthetic system is each program's own settlement, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "exposure"
SYSTEM = FOLDER / "system.yaml"
# program -> options of its own settlement, the figure of a row, the column that names the row
OWN: dict[str, tuple[list[str], Any, str]] = {
    "team": ([], "final_amount", "ccn"),
    "iota": ([], "payment", "hospital_id"),
    "ahead": ([], {"hospital": "retained_revenue", "practice": "epcp"}, "entity_id"),
    "mssp": ([], "earned_savings_or_losses", "aco_id"),
    "reach": ([], "earned_savings_or_losses", "aco_id"),
    "lead": ([], "earned_savings_or_losses", "aco_id"),
    "asm": (["--year", "2027", "--national"], "dollars", "npi"),
    "mips": (["--year", "2026", "--national"], "dollars", "npi"),
}


HEAVY = ("iota", "reach", "lead", "mips")  # test_exposure.py has all eight, without the command line


@pytest.mark.parametrize(
    "program", [pytest.param(one, marks=pytest.mark.heavy if one in HEAVY else ()) for one in OWN]
)
def test_alone_it_is_the_settlement(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    options, figure, name = OWN[program]
    own = corridor(capsys, "settle", program, FOLDER / f"{program}.csv", "--json", *options)
    assert own.status == 0, own.err
    settled = own.json()
    sheet = corridor(capsys, "exposure", SYSTEM, "--only", program, "--no-chance", "--json")
    assert sheet.status == 0, sheet.err
    answer = sheet.json()
    assert {row["program"] for row in answer["rows"]} == {program}
    rows = [row for row in answer["rows"] if row["status"] == "settled"]
    expected = [
        (row[name], row[figure[row["component"]] if isinstance(figure, dict) else figure])
        for row in settled["rows"]
    ]
    assert len(rows) == len(expected) > 0
    assert {row["performance_year"] for row in rows} == {settled["year"]}
    for row, (who, dollars) in zip(rows, expected, strict=True):
        assert row["id"] == who
        for end in ("expected", "downside", "upside"):
            assert row[end] == dollars, (program, who, end)
    year = next(t for t in answer["totals"]
                if t["scope"] == "performance_year" and t["year"] == settled["year"])  # fmt: skip
    assert year["expected"] == pytest.approx(sum(dollars for _, dollars in expected), abs=0.005)
    if "payment_year" in settled:
        assert {row["payment_year"] for row in rows} == {settled["payment_year"]}
