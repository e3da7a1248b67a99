"""Workbooks of an ACO as CMS lays them out, with made-up figures; the labels are those of CMS's reports.

The first two types carry the unit vectors of CMS's steps (CCLF layout notes, section 8), the two aged types
round figures of the same kind. The printed total of person-years is 200, not the sum of the four (190).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

NAMES = ("ESRD", "Disabled", "Aged/dual", "Aged/non-dual")
PER_CAPITA = "Total Expenditures by Assigned Beneficiary Medicare Enrollment Type"
YEARS = "Person Years by Assigned Beneficiary Medicare Enrollment Type"
A, B = (100, 400, 1000, 1000), (125, 440, 1100, 1050)
D, E = (200, 50, 800, 900), (220, 45, 880, 945)
G, H = (0.25, 0.5, 0.5, 0.5), (0.75, 0.5, 0.5, 0.5)
J, L = (1.0625, 1.25, 1.1, 1.05), (1000, 2000, 3000, 4000)
N, N_TOTAL, Q = (30, 50, 40, 70), 200, 2500


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook of these sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def lines(
    heading: str, values: Sequence[Sequence[Any]], total: Sequence[Any] | None = None
) -> list[list[Any]]:
    """A heading, with the printed total in its own row where there is one, and a row an enrollment type."""
    return [[heading, *(total or [])], *([name, *row] for name, row in zip(NAMES, values, strict=True))]


def bnmrk(
    folder: Path,
    stamp: str = "D250630.T1100000",
    history: Sequence[float] = L,
    *,
    trend: bool = True,
    title: str = "",
) -> Path:
    """The historical benchmark report; the delivery of March has no Table 6."""
    sheets: dict[str, list[list[Any]]] = {
        "Table 1 - Historical Benchmark": [
            [f"Table 1. {title} Historical Benchmark, Performance Year 2025"],
            ["A9999, fictitious"],
            [None, "BY1", "BY2", "BY3", "Benchmark"],
            ["Assigned Beneficiaries"],
            ["[A1] Assigned Beneficiaries", 190, 195, 200, "-"],
            ["Historical Benchmark"],
            *lines("[L] Benchmark Expenditures After Adjustment", [["-", "-", "-", one] for one in history],
                   ["-", "-", "-", 3100]),
            ["Notes: fictitious."],
            ["[L] is after all adjustments", 1, 2, 3, 4],
        ],
        "Parameters": [["Assignment method", "Prospective"], ["Weight of BY3", "60%"]],
    }  # fmt: skip
    if trend:
        sheets["Table 6 - ACPT"] = [
            ["Table 6. Accountable Care Prospective Trend"],
            [None, "BY3", "PY1", "PY2", "PY3", "PY4", "PY5"],
            *lines("[F] ACPT", [[1, one, one + 1, one + 2, one + 3, one + 4] for one in J]),
        ]
    return write(folder / f"P.A9999.ACO.BNMRK.PY2025.{stamp}.xlsx", sheets)


def aexpu(
    folder: Path, year: int = 2024, stamp: str = "D250630.T1100000", own: Sequence[Any] | None = None
) -> Path:
    """The annual report of a benchmark year, with both national columns: that of twelve months counts."""
    head = [
        "Measure",
        "ACO-Specific",
        "All MSSP ACOs",
        "National Assignable FFS",
        "National Assignable FFS 12-Month",
    ]
    cost = own or [10, 20, 30, 40]
    return write(
        folder / f"P.A9999.ACO.AEXPU.Y{year}.PY2025.{stamp}.xlsx",
        {
            "Table_1-Aggregate_EU_Report": [
                ["Table 1. Aggregate Expenditure/Utilization Report"],
                head,
                ["Total Assigned Beneficiaries", 200, "-", "-", "-"],
                *lines(PER_CAPITA, [[one, 1, 77, a] for one, a in zip(cost, A, strict=True)], [29, 1, 77, 9]),
                *lines(YEARS, [[one, 1, "-", "-"] for one in N], [190, 1, "-", "-"]),
            ],
            "Table_4-Exp_Truncation": [["Table 4"], [None, "Amount"], ["ESRD", "12.5%"]],
        },
    )  # fmt: skip


def qexpu(folder: Path, quarter: str = "2025Q2", stamp: str = "D250815.T1100000") -> Path:
    """A quarterly report: quarters that are not reported yet are blank."""
    quarters = ["Benchmark Year 3", "Q1", "Q2", "Q3", "Q4"]

    def by_quarter(values: Sequence[float], base: Sequence[Any]) -> list[list[Any]]:
        return [[first, 1, one, None, None] for first, one in zip(base, values, strict=True)]

    return write(
        folder / f"P.A9999.ACO.QEXPU.{quarter}.{stamp}.xlsx",
        {
            "Table_1-Aggregate_EU_Report": [
                ["Table 1. Aggregate Expenditure/Utilization Report"],
                ["Measure", "ACO-Specific", "All MSSP ACOs", "National Assignable FFS"],
                ["Total Assigned Beneficiaries", "5,210", "-", "-"],
                *lines(PER_CAPITA, [[9, 1, one] for one in B], [Q, 1, 8]),
                *lines(YEARS, [[one, 1, "-"] for one in N], [N_TOTAL, 1, "-"]),
            ],
            "Table_2-Regional_Expenditures": [
                ["Table 2. Regional Expenditures"],
                [None, *quarters],
                *lines("Regional Expenditures ($)", by_quarter(E, D)),
                *lines("National Weight", by_quarter(G, ["-"] * len(NAMES))),
                *lines("Regional Weight", by_quarter(H, ["-"] * len(NAMES))),
            ],
            "Table_3-SNF_Report": [
                ["Table 3"],
                [None, "Affiliated SNFs", None, "All"],
                [None, "Stays", "Rate", "Stays"],
                ["SNF A", 3, "-", 4],
            ],
        },
    )
