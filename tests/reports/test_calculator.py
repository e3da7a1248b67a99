"""The report of the calculator door: a spreadsheet in, the same report out."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from corridor.law import load_rules
from corridor.programs.asm.compute import Settlement, settle
from corridor.programs.asm.door import read_asm_file
from corridor.reports import ReportData, terminal_summary, write_report
from corridor.reports.html import report_html

# asm.md 10.3: six participants of one cohort, R = 9%, midpoint the cohort median
ROWS = (("A", 74.3, 400_000), ("B", 62, 250_000), ("C", 55, 300_000), ("D", 48, 150_000), ("E", 35, 200_000),
        ("F", 0, 100_000))  # fmt: skip


@pytest.fixture(scope="module")
def settlement(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    path = tmp_path_factory.mktemp("door") / "scores.csv"
    lines = [f"99000000{n},{name},heart_failure,{score},{paid}" for n, (name, score, paid) in enumerate(ROWS)]
    path.write_text("tin,npi,cohort,final_score,part_b_paid\n" + "\n".join(lines) + "\n", encoding="ascii")
    rules = load_rules(["asm"])
    return settle(read_asm_file(path, rules.in_force(2027)), rules, 2027, national=False)


def test_the_worked_example_is_told_in_dollars(settlement: Settlement, tmp_path: Path) -> None:
    data = ReportData.from_settlement(settlement, "A practice")
    total = math.fsum(row["dollars"] for row in data.dollars if row["payment_year"] == 2029)
    # 10.3: the sum is -0.15 x 0.09 x 1,400,000 = -18,900
    assert total == pytest.approx(-18_900.0)
    text = terminal_summary(data)
    assert "likely to lose $19k in 2029, out" in text and "−$13,783" in text and "+$11,495" in text
    page = report_html(data)
    assert "from a spreadsheet" in page and "breaks even at 59" in page  # neutral F* = 59.391
    assert write_report(data, tmp_path).xlsx.exists()


def test_the_printed_object_tells_the_first_year(settlement: Settlement) -> None:
    data = ReportData.from_settlement(settlement.to_dict())
    assert data.payment_years[0] == 2029 and len(data.clinicians) == 6
    low, high = data.dollars[0]["low"], data.dollars[0]["high"]
    # 10.3: A gains 0.028738 x 400,000 with the median, 0.025735 x 400,000 with a midpoint of 50
    assert (low, high) == (pytest.approx(10_294, abs=1), pytest.approx(11_495, abs=1))
