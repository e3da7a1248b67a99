"""What ACO REACH and LEAD refuse: every figure the documents do not give is asked for by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.lead.compute import PROGRAM as LEAD
from corridor.programs.reach.compute import PROGRAM as REACH
from corridor.programs.reach.form import read_acos
from corridor.programs.reach.settling import Settlement, settle
from tests.programs.command import corridor

TOTALS = {
    "aco_id": "D1",
    "risk_arrangement": "global",
    "benchmark_expenditure": 100,
    "performance_expenditure": 90,
}
SEGMENT = {
    "aco_id": "D1", "aco_type": "standard", "risk_arrangement": "professional",
    "performance_expenditure": 900, "quality_score": 1, "health_equity_adjustment": 0,
    "cap_exempt": "no", "population": "ad",
    "alignment": "claims", "eligible_months": 10, "normalized_risk_score": 1, "coding_intensity_factor": 1,
    "reference_risk_score": 1, "growth_base_risk_score": 1, "benchmark_type": "blend", "historical_rate": 100,
    "regional_rate": 100, "adjusted_uspcc": 100,
}  # fmt: skip
COHORT = {
    "aco_id": "L1", "risk_arrangement": "global", "entry": "renewing", "adjustment_class": "other",
    "quality_score": 1, "performance_expenditure": 900, "population": "ad", "eligible_months": 10,
    "historical_rate": 100, "regional_rate": 90, "uspcc": 100, "two_way_trend": 1, "prospective_trend": 1,
    "risk_ratio": 1,
}  # fmt: skip


RULES = load_rules(["reach", "lead"])
PROGRAMS = {"reach": REACH, "lead": LEAD}


def settled(tmp_path: Path, rows: list[dict[str, Any]], program: str, year: int) -> Settlement:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    file = tmp_path / "acos.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return settle(PROGRAMS[program], read_acos(file, program), RULES, year)


# program, the row, what is taken away or changed, year -> the name that is asked for
ASKED: list[tuple[str, dict[str, Any], dict[str, Any], int, str]] = [
    ("reach", TOTALS, {"risk_arrangement": ""}, 2026, "risk_arrangement"),
    ("reach", TOTALS, {"performance_expenditure": ""}, 2026, "performance_expenditure"),
    ("reach", TOTALS, {"benchmark_expenditure": ""}, 2026, "benchmark_expenditure"),
    ("reach", SEGMENT, {"risk_arrangement": "global"}, 2026, "discount"),
    ("reach", SEGMENT, {"aco_type": "high_needs", "blend_ceiling": 0.05}, 2026, "symmetric_cap"),
    ("reach", SEGMENT, {"aco_type": "new_entrant"}, 2026, "blend_ceiling"),
    ("reach", SEGMENT, {"cap_exempt": ""}, 2026, "cap_exempt"),
    ("reach", SEGMENT, {"growth_base_risk_score": ""}, 2026, "growth_base_risk_score"),
    ("reach", SEGMENT, {"coding_intensity_factor": ""}, 2026, "coding_intensity_factor"),
    # whether there is a cap on growth depends on the type
    ("reach", SEGMENT, {"aco_type": "", "alignment": "voluntary_new", "benchmark_type": "ratebook"}, 2026,
     "aco_type"),
    ("reach", SEGMENT, {"aco_type": "high_needs", "alignment": "voluntary_new", "growth_base_risk_score": ""},
     2026, "growth_base_risk_score"),
    ("reach", SEGMENT, {"benchmark_type": ""}, 2026, "benchmark_type"),
    ("reach", SEGMENT, {"adjusted_uspcc": ""}, 2026, "adjusted_uspcc"),
    ("reach", SEGMENT, {"uspcc": 90, "adjusted_uspcc": ""}, 2026, "uncompensated_care_adjustment"),
    ("reach", SEGMENT, {}, 2023, "historical_share"),
    ("reach", SEGMENT, {"quality_score": ""}, 2026, "quality_score"),
    ("reach", SEGMENT, {"quality_score": "", "initial_quality_score": 1, "ci_sep_met": "yes"}, 2026,
     "equity_reporting"),
    ("reach", SEGMENT, {"health_equity_adjustment": ""}, 2026, "health_equity_adjustment"),
    ("reach", SEGMENT, {"health_equity_adjustment": "", "heba_top_months": 1, "heba_second_months": 1,
                        "heba_down_months": 1}, 2026, "heba_top_amount"),
    ("reach", SEGMENT, {"performance_expenditure": "", "net_expenditure": 900, "completion_factor": 1}, 2026,
     "capitation_amount"),
    ("reach", SEGMENT, {"performance_expenditure": "", "net_expenditure": 900, "capitation_amount": 0,
                        "capitation_basis": "total"}, 2026, "completion_factor"),
    ("reach", SEGMENT, {"performance_expenditure": "", "cost_before_stop_loss": 900,
                        "incurred_not_reported": 0, "stop_loss_type": "standard", "stop_loss_benchmark": 9},
     2026, "stop_loss_average_payout"),
    ("lead", {**TOTALS, "risk_arrangement": "professional"}, {}, 2027, "savings_first_rate"),
    ("lead", COHORT, {"guardrail_below": 0.01}, 2028, "guardrail_above"),
    ("lead", COHORT, {"guardrail_above": 0.01, "guardrail_below": 0.01}, 2028, "discount"),
    ("lead", COHORT, {"quality_score": ""}, 2027, "quality_score"),
    ("lead", COHORT, {"prior_savings_rate": 10}, 2027, "prior_savings_proration"),
    ("lead", COHORT, {"performance_expenditure": "", "net_expenditure": 900}, 2027, "capitation_amount"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "row", "changed", "year", "name"), ASKED)
def test_what_has_no_default_is_asked_for(
    program: str, row: dict[str, Any], changed: dict[str, Any], year: int, name: str, tmp_path: Path
) -> None:
    with pytest.raises(CorridorError) as raised:
        settled(tmp_path, [{**row, **changed}], program, year)
    error = raised.value
    assert (error.code, error.field) == ("REACH-REQUIRED", name), error.text()
    assert name in error.what
    assert any(word in error.todo for word in ("report", "paper", "agreement", "worksheet")), error.todo


def test_what_is_complete_is_settled(tmp_path: Path) -> None:
    # rates alike and scores of one: 100 x 10 less 900; 5 percent at a half, 5 percent at 35 percent
    reach = settled(tmp_path, [SEGMENT], "reach", 2026).rows()[0]
    assert reach["benchmark_expenditure"] == pytest.approx(1000)
    assert reach["earned_savings_or_losses"] == pytest.approx((25 + 17.5) * 0.98)
    # above its region: 1,000 less 1.75 percent
    lead = settled(tmp_path, [COHORT], "lead", 2027).rows()[0]
    assert lead["benchmark_expenditure"] == pytest.approx(982.5)


REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([TOTALS, {**TOTALS, "performance_expenditure": 91}], "REACH-DIFFERS"),
    ([{**TOTALS, "eligible_months": 3}], "REACH-SEGMENT"),
    ([{**TOTALS, "population": "ad"}], "REACH-SEGMENT"),
    ([{**SEGMENT, "county_code": "01001"}, {"aco_id": "D1", "population": "ad", "alignment": "claims",
                                             "county_code": "01001"}], "REACH-TWICE"),
    ([{**TOTALS, "performance_year": 2025}, {"aco_id": "D2", "performance_year": 2026}], "REACH-YEAR"),
    ([{**SEGMENT, "reference_year": 2021}], "REACH-REFERENCE-YEAR"),
    ([{**TOTALS, "capitation_amount": 5}], "REACH-CAPITATION"),
    ([{**TOTALS, "benchmark_expenditure": 0}], "REACH-BENCHMARK"),
    ([{**TOTALS, "performance_expenditure": -90}], "FORM-ROW"),
    ([{**TOTALS, "risk_arrangement": "professional", "payment_mechanism": "tcc"}], "REACH-MECHANISM"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "code"), REFUSED)
def test_what_the_form_contradicts(rows: list[dict[str, Any]], code: str, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as raised:
        settled(tmp_path, rows, "reach", 2026)
    assert raised.value.code == code


# percent for a fraction, a share for a factor, a completion factor upside down, a sign that is lost
MISTAKEN = [
    ("reach", SEGMENT, "discount", 4), ("reach", SEGMENT, "quality_score", 95),
    ("reach", SEGMENT, "symmetric_cap", 3), ("reach", SEGMENT, "blend_ceiling", 3),
    ("reach", SEGMENT, "coding_intensity_factor", 98.5), ("reach", SEGMENT, "normalized_risk_score", 103),
    ("reach", SEGMENT, "retrospective_trend", 0.01), ("reach", SEGMENT, "by1_trend", 0.2),
    ("reach", SEGMENT, "by1_risk_score", 0), ("reach", SEGMENT, "completion_factor", 0.98),
    ("reach", SEGMENT, "heba_down_amount", 6), ("reach", SEGMENT, "stop_loss_average_payout", 0.4),
    ("lead", COHORT, "guardrail_above", 0.3), ("lead", COHORT, "prospective_trend", 0.05),
    ("lead", COHORT, "savings_first_rate", 60), ("lead", COHORT, "high_needs_beneficiary_share", 41),
]  # fmt: skip


@pytest.mark.parametrize(("program", "row", "name", "value"), MISTAKEN)
def test_a_figure_in_another_unit_is_refused(
    program: str, row: dict[str, Any], name: str, value: float, tmp_path: Path
) -> None:
    with pytest.raises(CorridorError) as raised:
        settled(tmp_path, [{**row, name: value}], program, 2026 if program == "reach" else 2027)
    assert (raised.value.code, raised.value.field) == ("FORM-ROW", name)


def test_what_is_doubtful_is_said(tmp_path: Path) -> None:
    found = settled(tmp_path, [{**TOTALS, "generated_savings_or_losses": 30}], "reach", 2026)
    assert found.warnings == ["D1: savings are given as 30, benchmark less cost is 10"]
    found = settled(tmp_path, [{**TOTALS, "performance_expenditure": 90000}], "reach", 2026)
    assert "beyond the last corridor" in found.warnings[0]
    found = settled(tmp_path, [{**SEGMENT, "reference_risk_score": ""}], "reach", 2026)
    assert found.warnings == [
        "D1, ad claims: no score of the reference year is given, so its risk score is not capped"
    ]


@pytest.mark.parametrize(
    ("given", "size", "meets"),
    [
        ({}, None, None),  # it may be mostly High Needs
        ({"high_needs_beneficiary_share": 0}, "standard", 0),
        ({"high_needs_beneficiary_share": 0, "entry": "newly_entering"}, "newly_entering", 0),
        ({"high_needs_beneficiary_share": 0, "entry": ""}, None, None),
        ({"high_needs_beneficiary_share": 0.4}, "standard", 0),  # above forty percent, not at it
        ({"high_needs_beneficiary_share": 0.41, "entry": ""}, "high_needs", 1),
    ],
)
def test_which_minimum_holds_in_lead(
    given: dict[str, Any], size: str | None, meets: int | None, tmp_path: Path
) -> None:
    row = {**TOTALS, "entry": "renewing", "aligned_beneficiaries": 900, "base_year_claims_aligned": 550}
    found = settled(tmp_path, [{**row, **given}], "lead", 2027)
    assert (found.rows()[0]["size_class"], found.rows()[0]["meets_minimum"]) == (size, meets)
    assert bool(found.warnings) == (meets == 0)


@pytest.mark.parametrize(
    ("years", "agrees"),
    [((3000, "", ""), 1), ((2999, 10, ""), None), ((2999, 10, 0), 0), (("", "", ""), None)],
)
def test_one_large_base_year_makes_a_standard_aco(
    years: tuple[object, ...], agrees: int | None, tmp_path: Path
) -> None:
    row = {**TOTALS, "aco_type": "standard"}
    row |= {f"by{at}_claims_aligned": n for at, n in enumerate(years, start=1)}
    found = settled(tmp_path, [row], "reach", 2026)
    assert found.rows()[0]["type_agrees"] == agrees and len(found.warnings) == (agrees == 0)


def test_only_the_aco_that_is_asked_for_must_be_complete(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [TOTALS, {"aco_id": "D2", "risk_arrangement": "global"}]
    names = list(TOTALS)
    file = tmp_path / "acos.csv"
    text = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    found = settle(REACH, read_acos(file, "reach"), RULES, 2026, only="D1")
    assert found.rows()[0]["earned_savings_or_losses"] == pytest.approx(9.8)
    with pytest.raises(CorridorError, match="D2"):
        settle(REACH, read_acos(file, "reach"), RULES, 2026, only="D2")


@pytest.mark.parametrize(
    ("options", "code"), [(("--national",), "SETTLE-NO-COHORT"), (("--year", 2025), "REACH-YEAR"), ((), None)]
)
def test_refused_on_the_command_line(
    options: tuple[object, ...], code: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acos.csv"
    file.write_text(
        "aco_id,risk_arrangement,benchmark,performance_year\nD1,global,100,2026\n", encoding="utf-8"
    )
    answer = corridor(capsys, "settle", "reach", file, "--json", *options)
    error = answer.json()["error"]
    assert answer.status == 1 and error["code"] == (code or "REACH-REQUIRED")
    assert code is not None or error["field"] == "performance_expenditure"
