"""CMS's public results file of 2022 as published: every ACO recomputed, beside what CMS printed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from corridor.cli.settle_mssp import settled_file
from corridor.programs.mssp.by_type import weighted
from tests.programs.command import corridor

NAME = "Performance_Year_Financial_and_Quality_Results_2022.csv"
REVENUE = "the file has no participant_revenue, on which it hangs"
Found = dict[str, Any]


@pytest.fixture(scope="module")
def file(test_data: Path) -> Path:
    return test_data / "mssp" / NAME


@pytest.fixture(scope="module")
def printed(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="latin-1", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def few(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rows of the file as they stand: one that earns, one that does not, the one that is apart."""
    lines = file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines[1:] if line.startswith((b"A1001,", b"A1006,", b"A1070,"))]
    path = tmp_path_factory.mktemp("few") / NAME
    path.write_bytes(lines[0] + b"".join(sorted(kept)))
    return path


@pytest.fixture(scope="module")
def found(file: Path) -> Found:
    return settled_file(file, None, []).to_dict()


def test_every_aco_agrees_or_says_why(found: Found, capsys: pytest.CaptureFixture[str]) -> None:
    """Agreed of all, to the dollar, or to the digits CMS prints."""
    rows, agreement = found["rows"], found["agreement"]
    with capsys.disabled():
        print("\nMSSP 2022 beside CMS's figures (agreed / total, of which to the last dollar):")
        for name, count in agreement.items():
            taken = f", {count['taken']} elected rates taken from the file" if count.get("taken") else ""
            print(f"  {name:<30} {count['agreed']} / {count['total']} ({count['exact']} exact{taken})")
        print("  the relief for disasters (DisAdj) is an input; without it 15 ACOs would owe losses")
        for row in rows:
            if not row["agrees"]:
                print(f"  {row['aco_id']}: {row['difference']:+,.0f} dollars, {row['reason']}")
    assert found["year"] == 2022
    assert len(rows) == 482
    assert {name: count["agreed"] for name, count in agreement.items()} == {
        "benchmark_minus_expenditure": 482,
        "generated_savings_or_losses": 482,
        "earned_savings_or_losses": 481,
        "savings_rate": 482,
        "minimum_savings_rate": 482,
        "sharing_rate": 482,
    }
    apart = {row["aco_id"]: row["reason"] for row in rows if not row["agrees"]}
    # its loss is limited by 4 percent of a revenue that CMS does not print: 2,320,475 / 0.04 = 58,011,875
    assert apart == {"A1070": REVENUE}
    off = [row for row in rows if row["agrees"] and row["difference"]]
    assert all(abs(row["difference"]) == 1 and "whole dollars" in row["reason"] for row in off)


def test_a_revenue_that_would_settle_the_last_one(
    printed: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of A1070 CMS prints the relief, 2,320,475, and nothing owed. The revenue is worked back from that
    figure: this shows that the reason given could be the whole of it, and proves no more."""
    row = next(one for one in printed if one["ACO_ID"] == "A1070")
    assert (
        row["Rev_Exp_Cat"] == "Low Revenue"
    )  # as 58.0 of 583.9 million would have it: 9.9, below 35 percent
    assert 58_011_875 / float(row["ABtotExp"]) < 0.35
    file = tmp_path / "own.csv"
    file.write_text(
        "aco_id,track,assigned_beneficiaries,benchmark_expenditure,performance_expenditure,"
        "minimum_savings_election,quality_standard_met,participant_revenue,disaster_adjustment\n"
        f"A1070,D,{row['N_AB']},{row['ABtotBnchmk']},{row['ABtotExp']},variable,1,58011875,2320475\n"
    )
    settled = corridor(capsys, "settle", "mssp", file, "--year", 2022, "--json").json()["rows"][0]
    assert settled["loss_limit"] == 2320475
    assert settled["earned_savings_or_losses"] == 0


def test_totals_are_those_of_the_year(found: Found) -> None:
    """mssp.md 10: 482 ACOs, their benchmark and expenditure, 304 that earned 2,524,453,557 dollars."""
    rows = found["rows"]
    assert sum(row["assigned_beneficiaries"] for row in rows) == 10_418_297
    assert sum(row["benchmark_expenditure"] for row in rows) == 120_053_783_761
    assert sum(row["performance_expenditure"] for row in rows) == 115_724_458_104
    earned = [row["earned_savings_or_losses"] for row in rows if row["earned_savings_or_losses"] > 0]
    assert len(earned) == 304
    assert sum(earned) == pytest.approx(2_524_453_557, abs=304)  # a dollar of rounding each


def test_rates_by_size_come_out_without_the_printed_ones(found: Found) -> None:
    """One-sided ACOs, and two-sided ones that elected the variable rate: nothing but the size goes in."""
    by_size = [row for row in found["rows"] if not row["two_sided"]]
    assert len(by_size) == 198
    assert all(row["agrees"] for row in by_size)
    assert found["agreement"]["minimum_savings_rate"]["taken"] == 235


def test_losses_before_relief_are_what_relief_took_away(found: Found) -> None:
    """Losses of 2022 were forgiven in full (the public health emergency): DisAdj is the loss itself."""
    losing = [row for row in found["rows"] if row["generated_savings_or_losses"] < 0]
    assert len(losing) == 15
    apart = {
        row["aco_id"] for row in losing if abs(row["losses_before_relief"] - row["disaster_adjustment"]) > 1
    }
    assert apart == {"A1070"}


def test_expenditure_of_types_makes_the_total(printed: list[dict[str, str]]) -> None:
    """mssp.md 4.6: the person-year weighted mean of the four types, within what rounding can do.

    Of 18 ACOs CMS withholds a type with few people; the 464 others all come out.
    """

    def column(name: str) -> Any:
        cells = [row[name].strip() for row in printed]
        return np.array([np.nan if cell in ("", "-", "*") else float(cell) for cell in cells])

    years = np.stack(
        [column(f"N_AB_Year_{kind}_PY") for kind in ("ESRD", "DIS", "AGED_Dual", "AGED_NonDual")], axis=-1
    )
    cost = np.stack(
        [column(f"Per_Capita_Exp_ALL_{kind}_PY") for kind in ("ESRD", "DIS", "AGDU", "AGND")], axis=-1
    )
    ours, theirs = weighted(years, cost), column("Per_Capita_Exp_TOTAL_PY")
    # whole dollars and whole person-years: half of one of either on every type, and of the total
    loose = 0.5 + 0.5 + np.sum(0.5 * np.abs(cost - ours[:, np.newaxis]), axis=-1) / np.sum(years, axis=-1)
    complete = ~np.isnan(years * cost).any(axis=-1)
    assert complete.sum() == 464
    assert (np.abs(ours - theirs) <= loose)[complete].all()
    assert round(float(np.median(np.abs(ours - theirs)[complete]))) == 1  # dollar


def test_benchmark_for_a_person_year_makes_the_total(found: Found) -> None:
    """mssp.md 9: UpdatedBnchmk times N_AB_Year_PY is ABtotBnchmk within 0.02 percent."""
    for row in found["rows"]:
        made = row["updated_benchmark_per_capita"] * row["person_years"]
        assert made == pytest.approx(row["benchmark_expenditure"], rel=2e-4)


def test_derived_down_to_the_cell(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "explain", "mssp", "A1006", "--file", few, "--depth", 3)
    assert answer.status == 0, answer.err
    assert "A1006" in answer.out and "neither earns nor owes" in answer.out
    page = tmp_path / "why.html"
    tree = corridor(capsys, "explain", "mssp", "A1001", "--file", few, "--json", "--html", page).json()[
        "rows"
    ][0]
    assert "Palm Beach" in page.read_text(encoding="utf-8")
    assert round(tree["value"]) == 45_867_446
    text = str(tree["tree"])
    assert "abtotbnchmk" in text and "line 2" in text and "mssp.track" in text


def test_explain_refuses(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "no" / "why.html"
    cases: list[tuple[str, list[object]]] = [
        ("DOOR-OUTPUT", ["A1001", "--file", few, "--html", page]),
        ("EXPLAIN-NOT-FOUND", ["A9", "--file", few]),
        ("EXPLAIN-QUANTITY", ["A1001", "--file", few, "--quantity", "saving_rate"]),
        ("EXPLAIN-NEEDS-FILE", ["A1001"]),
    ]
    for code, arguments in cases:
        error = corridor(capsys, "explain", "mssp", *arguments, "--json").json()["error"]
        assert error["code"] == code


def test_written_for_others(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mssp.xlsx"
    answer = corridor(capsys, "settle", "mssp", few, "--out", out)
    assert answer.status == 0, answer.err
    assert "2 / 3" in answer.out and "A1070" in answer.out
    refused = corridor(capsys, "settle", "mssp", few, "--national", "--json").json()["error"]
    assert refused["code"] == "SETTLE-NO-COHORT"
    sheet: Any = load_workbook(out, read_only=True)["Checks"]
    names, *rows = sheet.iter_rows(values_only=True)
    checks = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(one["aco_id"], one["reason"]) for one in checks if one["agrees"] is False] == [
        ("A1070", REVENUE)
    ]


def test_a_rate_that_had_to_give_the_score_is_called_taken(tmp_path: Path) -> None:
    """Before 2021 the rate is the largest one times the score; without a score the check repeats the file."""
    file = tmp_path / "results.csv"
    file.write_text(
        "ACO_ID,Current_Track,N_AB,ABtotBnchmk,ABtotExp,MinSavPerc,GenSaveLoss,FinalShareRate\n"
        "A1,T3,20000,100000000,90000000,2.0,10000000,58.76\n"
    )
    assert settled_file(file, 2018, []).agreement()["sharing_rate"]["taken"] == 1
