"""CMS's workbooks: what a cell is, whose it is, and CMS's own steps from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.engine.tabular import Found
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.mssp.benchmark_step import estimates
from corridor.programs.mssp.update_estimate import ESTIMATE
from corridor.sources.aco_report.load import read_report
from corridor.sources.aco_report.sheet import cells, number_of
from tests.programs.command import corridor
from tests.programs.mssp_claims.workbook import (
    N_TOTAL,
    A,
    B,
    D,
    E,
    G,
    H,
    J,
    L,
    N,
    Q,
    aexpu,
    bnmrk,
    qexpu,
    write,
)

RULES = load_rules(["mssp", "population"])


def test_a_cell_is_a_number_a_fraction_or_not_applicable() -> None:
    assert number_of("$1,234.50") == 1234.5
    assert number_of("(12)") == -12
    assert number_of("12.5%") == pytest.approx(0.125)
    assert number_of("-") is None  # not applicable is not zero
    assert number_of("Benchmark") is None


def test_labels_and_letters_of_a_sheet(tmp_path: Path) -> None:
    found = Found(bnmrk(tmp_path), bnmrk(tmp_path).name)
    report = read_report(found)
    assert (report.aco_id, report.report, report.performance_year) == ("A9999", "BNMRK", 2025)
    assert (report.submission_id, report.stage) == ("D250630.T1100000", "preliminary")
    table = [cell for cell in report.sheets["1"] if cell.column_label == "Benchmark"]
    by_row = {(cell.section_code, cell.enrollment_type): cell for cell in table}
    assert by_row[("L", "esrd")].value == 1000
    assert by_row[("L", "aged_non_dual")].group_label == "Historical Benchmark"
    assert by_row[("L", "total")].value == 3100  # the heading carries the printed total
    assert by_row[("A1", "total")].value is None and by_row[("A1", "total")].value_text == "-"
    assert len([cell for cell in table if cell.section_code == "L"]) == 5  # the notes are no rows
    parameters = {cell.row_label: cell for cell in report.sheets["parameters"]}
    assert parameters["Weight of BY3"].value == pytest.approx(0.6)


def test_two_rows_of_column_names(tmp_path: Path) -> None:
    path = qexpu(tmp_path)
    report = read_report(Found(path, path.name))
    table = {(cell.column_group, cell.column_label): cell for cell in report.sheets["3"]}
    assert table[("Affiliated SNFs", "Stays")].value == 3
    assert table[("Affiliated SNFs", "Rate")].value_text == "-"
    assert table[("All", "Stays")].value == 4


def test_a_sheet_without_column_names_has_no_cells() -> None:
    assert cells([(1, ["Title"]), (2, ["ESRD", "1"])]) == []


@pytest.mark.parametrize(
    ("stamp", "title", "stage"),
    [
        ("D250315.T1100000", "", "preliminary"), ("D251015.T1100000", "", "final"),
        ("D250315.T1100000", "Final", "final"), ("D251015.T1100000", "Preliminary", "preliminary"),
    ],
)  # fmt: skip
def test_a_title_decides_the_stage_else_the_stamp(tmp_path: Path, stamp: str, title: str, stage: str) -> None:
    path = bnmrk(tmp_path, stamp, title=title)
    assert read_report(Found(path, path.name)).stage == stage


def lines_of(*paths: Path) -> list[dict[str, Any]]:
    """Rows of mssp.report_line of workbooks, by the step itself."""
    from corridor.engine.catalogue import load_catalogue
    from corridor.engine.connection import connect
    from corridor.engine.step import SqlStep
    from corridor.sources.aco_report.tables import RAW_TABLES

    con = connect(threads=1)
    con.execute("create schema org_raw")
    for table, columns in RAW_TABLES.items():
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(
            f"create table {table} ({declared}, source_id varchar, delivery_id varchar, file_date date)"
        )
    for number, path in enumerate(paths):
        report = read_report(Found(path, path.name))
        more = {"source_id": report.aco_id, "delivery_id": f"{number:016x}", "file_date": report.delivered}
        rows = [{**row, **more} for row in report.rows()]
        con.execute(f"insert into {report.table} by name select unnest(?, recursive := true)", [rows])
    step = load_catalogue().steps["mssp.report_line"]
    assert isinstance(step, SqlStep)
    cursor = con.execute(step.sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


TERMS = {("A9999", 2025): {"agreement_start_year": 2025.0}}


def test_cms_steps_of_the_unit_vectors(tmp_path: Path) -> None:
    lines = [row for row in lines_of(bnmrk(tmp_path), aexpu(tmp_path), qexpu(tmp_path)) if row["newest"]]
    found = {row["enrollment_type"]: row for row in estimates(lines, TERMS, RULES)}
    esrd, disabled = found["esrd"], found["disabled"]
    # cclf-layout.md 8: I = 1.25 x .25 + 1.1 x .75 = 1.1375; K = (2 x 1.1375 + 1.0625) / 3 = 1.1125
    assert esrd["blended_growth"] == pytest.approx(1.1375, abs=1e-12)
    assert esrd["update_factor"] == pytest.approx(1.1125, abs=1e-12)
    assert esrd["updated_benchmark"] == pytest.approx(1112.5, abs=1e-9)
    # I = 1.1 x .5 + .9 x .5 = 1; K = (2 + 1.25) / 3 = 1.08333; M = 2166.67
    assert disabled["blended_growth"] == pytest.approx(1.0, abs=1e-12)
    assert disabled["update_factor"] == pytest.approx(3.25 / 3, abs=1e-12)
    assert disabled["updated_benchmark"] == pytest.approx(2166.6666667, abs=1e-6)
    # of the printed total of 200, not of the sum of 190
    assert (esrd["type_share"], disabled["type_share"]) == (0.15, 0.25)
    # aged: C = F = 1.1, J = 1.1: M = 3300; C = F = J = 1.05: M = 4200
    # P = .15 x 1112.5 + .25 x 2166.667 + .2 x 3300 + .35 x 4200 = 166.875 + 541.6667 + 660 + 1470 = 2838.5417
    assert esrd["updated_benchmark_per_capita"] == pytest.approx(166.875 + 6500 / 12 + 660 + 1470, abs=1e-6)
    # R = (P - 2500) / P
    assert esrd["projected_savings_rate"] == pytest.approx(1 - 2500 / 2838.5416667, abs=1e-9)
    assert esrd["calculable"] and esrd["assigned_beneficiaries"] == 5210


def test_the_formulas_alone_give_the_unit_vectors() -> None:
    force = RULES.in_force(2025)
    worked = ESTIMATE.evaluate(
        {"national_base": A[0], "national_current": B[0], "regional_base": D[0], "regional_current": E[0],
         "national_weight": G[0], "regional_weight": H[0], "prospective_trend": J[0],
         "historical_benchmark": L[0], "type_person_years": N[0], "total_person_years": N_TOTAL,
         "expenditure_per_capita": Q},
        force, wanted=["updated_benchmark", "type_share"],
    )  # fmt: skip
    assert float(worked["updated_benchmark"]) == pytest.approx(1112.5)
    assert float(worked["type_share"]) == 0.15


def test_what_is_missing_is_named_and_nothing_put_in_its_place(tmp_path: Path) -> None:
    lines = [row for row in lines_of(bnmrk(tmp_path, trend=False), qexpu(tmp_path)) if row["newest"]]
    for row in estimates(lines, TERMS, RULES):
        assert not row["calculable"] and row["update_factor"] is None
        assert row["updated_benchmark_per_capita"] is None
        assert "[J] prospective trend" in row["missing"] and "[A] national base" in row["missing"]
    # without the agreement's first year it is not known which column of the trend is this year's
    whole = [row for row in lines_of(bnmrk(tmp_path), aexpu(tmp_path), qexpu(tmp_path)) if row["newest"]]
    assert all("agreement_start_year" in row["missing"] for row in estimates(whole, {}, RULES))


@pytest.mark.parametrize("years", [[2022], [2022, 2025], []])
def test_no_other_year_stands_in_for_the_third_benchmark_year(tmp_path: Path, years: list[int]) -> None:
    """The agreement began in 2025: the third benchmark year is 2024, and its annual report is not loaded."""
    annual = [aexpu(tmp_path, year) for year in years]
    if not years:  # one that does not say its year
        annual = [aexpu(tmp_path).rename(tmp_path / "P.A9999.ACO.AEXPU.PY2025.D250630.T1100000.xlsx")]
        assert "benchmark year" in " ".join(read_report(Found(annual[0], annual[0].name)).warnings)
    lines = [row for row in lines_of(bnmrk(tmp_path), *annual, qexpu(tmp_path)) if row["newest"]]
    for row in estimates(lines, TERMS, RULES):
        assert not row["calculable"] and row["national_base"] is None
        assert "[A] national base" in row["missing"]


def test_a_redelivery_replaces_and_an_unstamped_copy_does_not(tmp_path: Path) -> None:
    paths = [bnmrk(tmp_path, "D250315.T1100000", [1, 1, 1, 1]), bnmrk(tmp_path, history=[5, 5, 5, 5])]
    copy = bnmrk(tmp_path, "D250701.T1100000", [9, 9, 9, 9])
    paths.append(copy.rename(tmp_path / "A9999.BNMRK.PY2025.xlsx"))
    for order in (paths, paths[::-1]):
        newest = [row["value"] for row in lines_of(*order) if row["newest"] and row["letter"] == "L"]
        assert sorted(newest)[:4] == [5, 5, 5, 5]


def test_a_final_submission_counts_before_a_later_preliminary_one(tmp_path: Path) -> None:
    paths = [
        bnmrk(tmp_path, "D250315.T1100000", [1, 1, 1, 1]), bnmrk(tmp_path, "D251015.T1100000", [5, 5, 5, 5]),
        bnmrk(tmp_path, "D251101.T1100000", [7, 7, 7, 7], title="Preliminary"),
    ]  # fmt: skip
    newest = [row["value"] for row in lines_of(*paths) if row["newest"] and row["letter"] == "L"]
    assert sorted(newest)[:4] == [5, 5, 5, 5]


def test_the_twelve_month_column_counts(tmp_path: Path) -> None:
    found = {
        row["enrollment_type"]: row["value"] for row in lines_of(aexpu(tmp_path)) if row["letter"] == "A"
    }
    assert [found[kind] for kind in ("esrd", "disabled", "aged_dual", "aged_non_dual")] == list(A)


@pytest.mark.parametrize(
    ("name", "rows", "code"),
    [
        ("notes.xlsx", [["x", "y"], ["ESRD", 1]], "ACO-REPORT-UNKNOWN"),
        ("BNMRK.D250630.T1100000.xlsx", [[None, "BY1"], ["[L] x", 1]], "ACO-REPORT-WHOSE"),
        ("A9999.BNMRK.PY2025.xlsx", [["Title"]], "ACO-REPORT-EMPTY"),
        ("A9999.BNMRK.PY2025.xlsx", [[None, "BY1"], ["[L] x", "-"]], "ACO-REPORT-EMPTY"),
        ("A9999.BNMRK.xlsx", [[None, "BY1"], ["[L] x", 1]], "ACO-REPORT-YEAR"),
    ],
)
def test_what_cannot_be_placed_is_refused(
    tmp_path: Path, name: str, rows: list[list[Any]], code: str
) -> None:
    path = write(tmp_path / name, {"Table 1 - x": rows})
    with pytest.raises(CorridorError) as refused:
        read_report(Found(path, name))
    assert refused.value.code == code


def test_a_report_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    for path, name in (
        (bnmrk(tmp_path), "A9999.QEXPU.2025Q2.D250815.T1100000.xlsx"),
        (qexpu(tmp_path), "A9999.BNMRK.PY2025.D250630.T1100000.xlsx"),
    ):
        with pytest.raises(CorridorError) as refused:
            read_report(Found(path, name))
        assert refused.value.code == "ACO-REPORT-UNKNOWN"


def test_loaded_twice_adds_nothing(
    tmp_path: Path, warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = qexpu(tmp_path)
    first = corridor(capsys, "load", "aco-report", path, "--json")
    assert first.status == 0, first.err
    assert first.json()["rows"][0]["rows_kept"] > 0
    assert "nothing added" in corridor(capsys, "load", "aco-report", path).out
