"""Distribution under files and amounts that are wrong, and what must not be told by a statement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.programs.command import corridor
from tests.programs.distribution.test_distribution import by, plan, pool, recipients, split, totals

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("amount", ["nan", "inf", "-1e400", ""])
def test_an_amount_that_is_none(amount: str, tmp_path: Path, capsys: Capture) -> None:
    path = plan(tmp_path, pool(by("clinicians", panel=1.0)))
    given = (path, recipients(tmp_path), "--amount", f"savings={amount}", "--json")
    error = corridor(capsys, "distribute", *given).json()["error"]
    assert (error["code"], error["field"]) == ("DISTRIBUTION-AMOUNT", "--amount")


def test_an_amount_of_the_plan_that_is_none(tmp_path: Path, capsys: Capture) -> None:
    path = plan(tmp_path, pool(by("clinicians", panel=1.0)))
    path.write_text(path.read_text(encoding="utf-8").replace("1000.0", "1.0e+400"), encoding="utf-8")
    error = corridor(capsys, "distribute", path, recipients(tmp_path), "--json").json()["error"]
    assert (error["code"], error["field"]) == ("DISTRIBUTION-PLAN", "pools[0].amount")


def adjusted(tmp_path: Path, capsys: Capture, rows: str) -> Any:
    results = tmp_path / "results.csv"
    results.write_text("tin,npi,dollars\n" + rows, encoding="utf-8")
    pooled = {"pool": "mips", "column": "mips_dollars", "kept_by_earner": 1.0}
    path = plan(tmp_path, {**pooled, "steps": [by("clinicians", panel=1.0)]})
    given = (path, recipients(tmp_path), "--adjustments", f"mips_dollars={results}", "--json")
    return corridor(capsys, "distribute", *given).json()


def test_two_results_of_one_clinician_are_not_one(tmp_path: Path, capsys: Capture) -> None:
    error = adjusted(tmp_path, capsys, "T1,N1,100\nT1,N1,50\n")["error"]
    where = error["code"], error["file"], error["line"], error["field"]
    assert where == ("DISTRIBUTION-TWICE", "results.csv", 3, "npi")


def test_a_result_without_a_practice(tmp_path: Path, capsys: Capture) -> None:
    """N3 is under one practice: the 7.00 are its own there. N1's row of the file of recipients stands."""
    found = adjusted(tmp_path, capsys, ",N3,7\nT1,N2,0\n")
    assert totals(found) == [100.01, 0, 7]
    assert not [one for one in found["warnings"] if "not among the recipients" in one]


def test_blank_cells_and_money_held_back_are_said(tmp_path: Path, capsys: Capture) -> None:
    rows = ("tin,npi,panel,work_rvu,withheld", "T1,N1,100,300,40", "T1,N2,50,,20")
    path = plan(tmp_path, pool(by("clinicians", panel=0.5, work_rvu=0.5)))
    found = corridor(capsys, "distribute", path, recipients(tmp_path, rows), "--json").json()
    said = " ".join(found["warnings"])
    assert "work_rvu is blank on line 3: counted as nothing" in said
    assert "withheld stands on lines 2, 3, and no pool of the plan has withholds" in said


def test_a_gate_on_a_loss_is_flagged(tmp_path: Path, capsys: Capture) -> None:
    step = {**by("clinicians", panel=1.0), "gates": [{"column": "quality_score", "at_least": 0.5}]}
    found = split(tmp_path, capsys, plan(tmp_path, pool(step, amount=-1000.0)))
    assert totals(found) == [-333.33, 0, -666.67]
    words = " ".join(flag["words"] for flag in found["flags"] if flag["term"] == "gate on a loss")
    assert "who fails the gate bears nothing" in words
    gain = split(tmp_path, capsys, tmp_path / "plan.yaml", "--amount", "savings=1000")
    assert "gate on a loss" not in [flag["term"] for flag in gain["flags"]]


@pytest.mark.parametrize("term", ["panel", "panel_quality"])
def test_a_panel_is_not_told_by_the_rest(term: str, tmp_path: Path, capsys: Capture) -> None:
    """N1 has 200 patients of its practice's 205: N1's own line would tell that N2 has 5."""
    pytest.importorskip("typst")
    rows = ("tin,npi,panel,quality_score", "T1,N1,200,1", "T1,N2,5,1", "T2,N3,300,1", "T2,N4,100,1")
    steps = by("practices", panel=1.0), by("clinicians", **{term: 1.0})
    path, out = plan(tmp_path, pool(*steps)), tmp_path / "out.xlsx"
    given = ("distribute", path, recipients(tmp_path, rows), "--out", out)
    assert corridor(capsys, *given, "--statements", tmp_path / "made").status == 0
    for npi, shown in (("N1", False), ("N2", False), ("N3", True)):
        (book,) = (tmp_path / "made").glob(f"*-{npi}.xlsx")
        cells = [row[3].value for row in openpyxl.load_workbook(book)["Lines"].iter_rows(min_row=2)]
        assert [one is not None for one in cells] == [shown]
    lines = openpyxl.load_workbook(out)["Lines"]
    head = [cell.value for cell in lines[1]]
    kept = {row[head.index("npi")].value: row[head.index("of")].value for row in lines.iter_rows(min_row=2)}
    assert kept == {"N1": None, "N2": None, "N3": 400, "N4": 400}
