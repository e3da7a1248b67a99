"""Terms in time, what is refused and why, and what holds whatever the figures are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.programs.contract.figures import Figures
from corridor.programs.contract.read import read_contract
from corridor.programs.contract.settle import settle
from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"
PINE, RIVER = SAMPLES / "pine-two-sided.yaml", SAMPLES / "river-medicaid.yaml"
FORCE = load_rules([]).in_force(2026)


def line(year: int, months: float, spent: float, **more: Any) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("month", "tin", "stratum", "premium", "benchmark_expenditure", "risk_score", "known", "line")
    )
    row = {
        "performance_year": year,
        "member_months": months,
        "expenditure": spent,
        "excess_over_attachment": 0.0,
    }
    return {**blank, **row, **more}


def pine(spent: float, readmission: float = 0.12, follow_up: float = 0.76) -> dict[str, Any]:
    """The year 2026 of the sample (benchmark 16,377,000, stop-loss charge 90,000) with other figures."""
    results = [
        {"performance_year": 2026, "measure": name, "tin": None, "rate": rate, "numerator": None,
         "denominator": 100, "line": None}
        for name, rate in (("readmission", readmission), ("follow-up", follow_up))
    ]  # fmt: skip
    figures = Figures([line(2026, 30000, spent - 90_000)], results, "figures", "results", [])
    return settle(read_contract(PINE), figures, [2026], FORCE).rows()[0]


BENCHMARK = 16_377_000.0


@settings(deadline=None, max_examples=40)
@given(st.floats(0.4, 1.8))
def test_nothing_beyond_the_caps(ratio: float) -> None:
    row = pine(BENCHMARK * ratio)
    assert -0.025 * BENCHMARK - 0.01 <= row["shared_losses"] <= 0
    assert 0 <= row["shared_savings"] <= 0.05 * BENCHMARK + 0.01
    assert row["shared_losses"] == 0 or row["shared_savings"] == 0


@pytest.mark.parametrize("edge", [0.03, 0.08, -0.03, -0.08])
def test_sharing_is_continuous_at_the_edges(edge: float) -> None:
    below, above = (pine(BENCHMARK * (1 - edge) + shift)["settlement_dollars"] for shift in (1.0, -1.0))
    assert abs(below - above) < 2.01


def test_one_sided_never_owes() -> None:
    figures = Figures([line(2026, 60000, 90_000_000)], [
        {"performance_year": 2026, "measure": "bp", "tin": None, "rate": 0.8, "numerator": None,
         "denominator": 100, "line": None}], "figures", "results", [])  # fmt: skip
    row = settle(read_contract(SAMPLES / "harbor-shared-savings.yaml"), figures, [2026], FORCE).rows()[0]
    assert row["generated_savings_or_losses"] < 0 and row["earned_savings_or_losses"] == 0
    assert row["reason"] == "spent above the benchmark; the contract has no losses to share"


def test_a_poor_score_closes_savings_and_raises_losses() -> None:
    closed = pine(BENCHMARK * 0.9, 0.20, 0.50)
    assert (closed["savings_quality_factor"], closed["shared_savings"]) == (0, 0)
    # 4 % lost: 3 % x 0.2 + 1 % x 0.5 = 1.1 % of the benchmark, 1.2 of it
    assert pine(BENCHMARK * 1.04, 0.20, 0.50)["shared_losses"] == pytest.approx(-1.2 * 0.011 * BENCHMARK)


def test_a_year_whose_terms_were_not_agreed_yet(capsys: Capture) -> None:
    """The base of 2026 was drawn on 2025-12-01; before, no trend into 2026 had been agreed."""
    given_files = PINE, SAMPLES / "pine-two-sided.figures.csv", "--year", 2026
    answer = corridor(capsys, "contract", "settle", *given_files, "--as-known-on", "2025-06-01", "--json")
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-REQUIRED", "benchmark.trend")
    early = corridor(capsys, "contract", "settle", *given_files, "--as-known-on", "2024-01-01", "--json")
    assert early.json()["error"]["code"] == "CONTRACT-TERM"


def changed(tmp_path: Path, sample: Path, change: dict[str, Any], section: dict[str, Any]) -> Path:
    found = yaml.safe_load(sample.read_text(encoding="utf-8"))
    found.update(change)
    found["terms"][0].update(section)
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(found), encoding="utf-8")
    return path


@pytest.mark.parametrize(("change", "section", "field"), [
    ({"kind": "handshake"}, {}, "kind"),
    ({"strange": 1}, {}, "strange"),
    ({}, {"savings": {"bands": [{"from": 0.1, "share": 0.5}]}}, "terms[0].savings"),
    ({}, {"savings": {"bands": [{"from": 0, "share": 1.5}]}}, "terms[0].savings.bands[0].share"),
    ({}, {"bonus": [{"measure": "none", "at_least": 0.5, "amount": 1}]}, None),
    ({}, {"benchmark": {"method": "premium_share"}}, "terms[0].benchmark"),
    ({}, {"known": "soon"}, "terms[0].known"),
    ({}, {"renewal": [{"at_least": 0.5, "about": "more", "terms": {"savings": {}}}]},
     "terms[0].renewal[0].terms.savings.bands"),
])  # fmt: skip
def test_a_contract_that_is_not_well_formed(
    change: dict[str, Any], section: dict[str, Any], field: str | None, tmp_path: Path, capsys: Capture
) -> None:
    path = changed(tmp_path, RIVER, change, section)
    error = corridor(capsys, "contract", "check", path, "--json").json()["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-SCHEMA", field)
    assert error["line"] >= 1


@pytest.mark.parametrize(("rows", "code", "field"), [
    ("2026,,adult,100,1,1.0,\n2026,,adult,100,1,1.0,", "CONTRACT-TWICE", "known"),
    ("2026,,adult,100,1,1.0,\n2026,T1,child,100,1,1.0,", "CONTRACT-TWICE", "tin"),
    ("2026,,senior,100,1,1.0,", "CONTRACT-STRATUM", "stratum"),
    ("2026,,adult,100,1,,", "CONTRACT-FIGURE", "risk_score"),
    ("2029,,adult,100,1,1.0,", "CONTRACT-TERM", "term"),
    ("2026,,adult,100,1,1.0,", "CONTRACT-REQUIRED", "quality_score"),
])  # fmt: skip
def test_figures_that_do_not_do(rows: str, code: str, field: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        f"performance_year,tin,stratum,member_months,expenditure,risk_score,known\n{rows}\n", encoding="utf-8"
    )
    error = corridor(capsys, "contract", "settle", RIVER, path, "--json").json()["error"]
    assert (error["code"], error["field"]) == (code, field)


@pytest.mark.parametrize(("rows", "code"), [
    ("2026,strange,1,2", "CONTRACT-MEASURE"), ("2026,ed,5,2", "CONTRACT-COUNTS"),
    ("2026,ed,,", "CONTRACT-COUNTS"),
])  # fmt: skip
def test_results_that_do_not_do(rows: str, code: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "quality.csv"
    path.write_text(f"performance_year,measure,numerator,denominator\n{rows}\n", encoding="utf-8")
    figures = SAMPLES / "river-medicaid.figures.csv"
    error = corridor(capsys, "contract", "settle", RIVER, figures, "--quality", path, "--json").json()[
        "error"
    ]
    assert error["code"] == code


def test_what_else_is_refused(tmp_path: Path, capsys: Capture) -> None:
    figures, quality = SAMPLES / "river-medicaid.figures.csv", SAMPLES / "river-medicaid.quality.csv"
    prices = SAMPLES / "generous-demo.prices.csv"
    generous, cgt = SAMPLES / "generous-demo.yaml", SAMPLES / "cgt-demo.yaml"
    infusions, seen = SAMPLES / "cgt-demo.episodes.csv", tmp_path / "followup.csv"
    seen.write_text("episode,outcome,result\nE001,Y9,failed\n", encoding="utf-8")
    abroad = tmp_path / "prices.csv"
    abroad.write_text("ndc9,country,net_price\n999990002,ES,5\n", encoding="utf-8")
    units = SAMPLES / "generous-demo.units.csv"
    for arguments, code in (
        (("check", tmp_path / "none.yaml"), "CONTRACT-FILE"),
        (("list", tmp_path / "none"), "CONTRACT-FILE"),
        (("settle", generous), "CONTRACT-NEEDS-FILE"),
        (("settle", generous, prices), "CONTRACT-UNITS"),
        (("settle", generous, abroad, "--units", units), "CONTRACT-COUNTRY"),
        (("settle", cgt, infusions, "--followup", seen), "CONTRACT-FOLLOWUP"),
        (("settle", RIVER, figures, "--quality", quality, "--year", 2027), "CONTRACT-EMPTY"),
        (("renewal", RIVER, figures, "--quality", quality), "CONTRACT-RENEWAL"),
        (("renewal", cgt, infusions), "CONTRACT-KIND"),
        (("explain", RIVER, figures, "--quality-file", quality, "--id", "2031"), "CONTRACT-ID"),
        (("explain", RIVER, figures, "--quality-file", quality, "--quantity", "luck"), "CONTRACT-QUANTITY"),
    ):
        assert corridor(capsys, "contract", *arguments, "--json").json()["error"]["code"] == code


def test_small_cells_do_not_leave(tmp_path: Path, capsys: Capture) -> None:
    """Ten cases stand in the answer on the screen; in the file that is handed on neither count nor rate."""
    quality = tmp_path / "quality.csv"
    counts = "performance_year,measure,numerator,denominator\n2026,well-child,4,10\n2026,ed,180,1000\n"
    quality.write_text(counts, encoding="utf-8")
    given_files = RIVER, SAMPLES / "river-medicaid.figures.csv", "--quality", quality
    out = tmp_path / "out.xlsx"
    assert corridor(capsys, "contract", "settle", *given_files, "--out", out).status == 0
    rows = list(openpyxl.load_workbook(out)["Measures"].iter_rows(values_only=True))
    rate, cases = rows[0].index("rate"), rows[0].index("denominator")
    assert (rows[1][rate], rows[1][cases]) == (None, None)
    assert (rows[2][rate], rows[2][cases]) == (0.18, 1000)


def test_explained_from_the_file_and_the_terms(capsys: Capture) -> None:
    name = SAMPLES / "river-medicaid"
    found = corridor(
        capsys, "contract", "explain", f"{name}.yaml", f"{name}.figures.csv", "--quality-file",
        f"{name}.quality.csv", "--id", "2026",
    ).out  # fmt: skip
    assert "settlement_dollars" in found and "river-medicaid.figures.csv, line 2" in found
    assert "river-medicaid.yaml, line" in found and "risk_ratio" in found
