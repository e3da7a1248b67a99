"""The vectors of ahead.md section 9 and what AHEAD refuses, through the command line."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
import yaml

from corridor.law import load_rules
from corridor.programs.ahead.compute import PROGRAM
from tests.programs.forms import close, refusal, settle_rows

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "ahead" / "vectors.yaml").read_text(encoding="utf-8")
)
RULES = load_rules(["ahead"])
HOSPITAL = CASES["hospital"]


def hospital(**more):
    row = {"entity_id": "H", **HOSPITAL, **more}
    return {name: value for name, value in row.items() if value is not None}


def test_budgets(tmp_path, capsys) -> None:
    def key(case):
        return case.get("year", 2026), case.get("set", "")

    for (year, override), group in groupby(sorted(CASES["cases"], key=key), key):
        cases = list(group)
        rows = [hospital(entity_id=at, **case["row"]) for at, case in enumerate(cases)]
        options = ["--year", year, *(["--set", override] if override else [])]
        answer = settle_rows(capsys, tmp_path, "ahead", rows, *options)
        assert answer.status == 0, answer.err
        for case, row in zip(cases, answer.json()["rows"], strict=True):
            for name, value in case["expect"].items():
                assert close(row[name], value, 6e-3), (case["name"], name, row[name], value)


@pytest.mark.parametrize("case", CASES["other"], ids=lambda case: case["name"].split(":")[0])
def test_practices_states_and_entities(case, tmp_path, capsys) -> None:
    answer = settle_rows(capsys, tmp_path, "ahead", case["rows"], "--year", case.get("year", 2026))
    assert answer.status == 0, answer.err
    for row, expected in zip(answer.json()["rows"], case["expect"], strict=True):
        for name, value in expected.items():
            assert close(row[name], value), (name, row[name], value)


def test_the_ledger_adds_up_and_orders_are_data(tmp_path, capsys) -> None:
    import json

    own = {"composition": "table", "payment_adjustment": 9, "demographic": 8, "market_shift": 7,
           "service_line": 6, "social_risk": 5, "quality": 4, "incentive": 3, "tcoc": 2,
           "effectiveness": 1}  # fmt: skip
    rows = [hospital(service_line_change=12_345)]
    for options in ([], ["--set", f"ahead.step_position={json.dumps([own])}"]):
        answer = settle_rows(capsys, tmp_path, "ahead", rows, *options).json()
        ledger = answer["ledger"]
        assert sum(line["dollars"] for line in ledger) == pytest.approx(answer["rows"][0]["budget"], abs=0.01)
        assert ledger[-1]["step"] == ("payment_adjustment" if options else "effectiveness")
    # last in the list, the update of 2.9 percent is taken of all that stands before it
    assert ledger[-1]["dollars"] == pytest.approx(ledger[-2]["standing"] * 0.029)


def test_v4_weights_are_of_the_specification(tmp_path, capsys) -> None:
    other = {"by1_weight": 0.2, "by2_weight": 0.3, "by3_weight": 0.5}
    error = settle_rows(capsys, tmp_path, "ahead", [hospital(**other)]).json()["error"]
    assert (error["code"], error["field"]) == ("AHEAD-WEIGHTS", "by1_weight")
    assert settle_rows(
        capsys, tmp_path, "ahead", [hospital(by1_weight=0.1, by2_weight=0.3, by3_weight=0.6)]
    ).json()["rows"][0]["baseline"] == pytest.approx(98_519_160)
    params = [text for name, weight in other.items() for text in ("--set", f"ahead.{name}={weight}")]
    allowed = settle_rows(capsys, tmp_path, "ahead", [hospital(**other)], *params).json()["rows"][0]
    # 0.2 x 95,295,600 + 0.3 x 96,632,000 + 0.5 x 100,000,000
    assert allowed["baseline"] == pytest.approx(98_048_720)
    one = settle_rows(capsys, tmp_path, "ahead", [hospital()], "--set", "ahead.by1_weight=0.2")
    assert one.json()["error"]["code"] == "AHEAD-WEIGHTS"


@pytest.mark.parametrize(
    ("row", "year", "name"),
    [
        ({"by2_update": None}, 2026, "by2_update"),
        ({"market_shift": None, "shifted_revenue": 5}, 2026, "variable_cost_factor"),
        ({"social_risk_factor": None}, 2026, "social_risk_factor"),
        ({"quality_factor": None}, 2026, "quality_factor"),
        ({}, 2029, "tcoc_adjustment_factor"),
        (
            {"hospital_type": "cah", "tcoc_adjustment_factor": 1, "cost_report_floor": 1},
            2030,
            "tcoc_upside_only",
        ),
        ({"hospital_type": "cah"}, 2026, "cost_report_floor"),
        ({"state": None}, 2026, "state"),
    ],
)
def test_parameters_without_a_default_are_asked_for(row, year, name) -> None:
    error = refusal(PROGRAM, RULES, [hospital(**row)], year)
    assert (error.code, error.field) == ("SETTLE-REQUIRED", name) and name in error.what


PRACTICE = CASES["other"][0]["rows"][0]
ENTITY = CASES["other"][3]["rows"][0]
STATE = CASES["other"][2]["rows"][0]


@pytest.mark.parametrize(
    ("row", "name"),
    [
        *((PRACTICE, name) for name in ("base_payment", "risk_factor", "quality_adjustment_least")),
        *((ENTITY, name) for name in ("bid", "corridor_1_rate")),
        *((STATE, name) for name in ("savings_share", "baseline_pbpy", "national_trend", "risk_ratio")),
    ],
)
def test_other_parts_ask_too(row, name) -> None:
    year = 2028 if row["component"] == "geo" else 2026
    rows = [{key: value for key, value in row.items() if key != name}]
    error = refusal(PROGRAM, RULES, rows, year)
    assert (error.code, error.field) == ("SETTLE-REQUIRED", name)


@pytest.mark.parametrize(
    ("row", "code"),
    [({"state": "VT"}, "AHEAD-STATE"), ({"state": "TX"}, "AHEAD-STATE"), ({"state": "NY"}, "AHEAD-YEAR")],
)
def test_states_and_years(row, code) -> None:
    assert refusal(PROGRAM, RULES, [hospital(**row)], 2026).code == code


@pytest.mark.parametrize(
    ("row", "year", "code"),
    [
        (ENTITY | {"state": "MD"}, 2026, "AHEAD-YEAR"),  # ahead.md 5: Geo AHEAD from 2028, Maryland's too
        (ENTITY | {"state": ""}, 2027, "AHEAD-YEAR"),
        (ENTITY | {"corridor_2_edge": 0.04}, 2028, "AHEAD-CORRIDOR"),
        (PRACTICE | {"eligible_months": 4}, 2026, "AHEAD-MONTHS"),
    ],
)
def test_what_a_part_cannot_say(row, year, code) -> None:
    assert refusal(PROGRAM, RULES, [row], year).code == code


def test_obligations_of_a_state(tmp_path, capsys) -> None:
    row = {**STATE, "medicaid_budgets_started": "yes", "revenue_share_in_budgets": 0.12,
           "beneficiaries": 9_000, "policies": "telehealth drug_price_transparency"}  # fmt: skip
    answer = settle_rows(capsys, tmp_path, "ahead", [row], "--year", 2026).json()
    found = {(one["obligation"], one["by_performance_year"]): one["status"] for one in answer["obligations"]}
    assert list(found.values()) == [
        "met",  # Medicaid by year 1
        "due later",  # a commercial payer by year 2
        "met",  # 12 of the 10 percent of year 1
        "due later",  # 30 percent by year 4
        "not known",  # the plan
        "not met",  # two policies, both of the group choice
        "not met",  # 9,000 of 10,000
    ]


def test_geo_needs_entities(tmp_path, capsys) -> None:
    rows = [{**STATE, "entity_id": name, "state": state, "geo_entities": 2} for name, state in ENTITIES_OF]
    answer = settle_rows(capsys, tmp_path, "ahead", rows, "--year", 2028).json()
    found = [one["status"] for one in answer["obligations"] if one["obligation"].startswith("Geo")]
    assert found == ["met", "not met"]  # two suffice, in New York three


ENTITIES_OF = (("C", "CT"), ("N", "NY"))


def test_what_a_reader_is_told(tmp_path, capsys) -> None:
    moved = {"market_shift": None, "variable_cost_factor": 0.5, "market": "M"}
    rows = [
        hospital(entity_id="A", shifted_revenue=-1000, **moved),
        hospital(entity_id="B", shifted_revenue=400, **moved),
        {**PRACTICE, "base_payment": 30, "hospital_owned": "yes", "in_medicaid_program": "no"},
    ]
    answer = settle_rows(capsys, tmp_path, "ahead", rows, "--year", 2026).json()
    assert answer["markets"] == [
        {"market": "M", "hospitals": 2, "net_volume": -600, "net_shift": -300, "retained_fixed_cost": 300}
    ]
    text = "\n".join(answer["warnings"])
    for words in ("method of the state", "does not sum to zero (-600)", "$24.00 a beneficiary", "owned by",
                  "Medicaid primary care program"):  # fmt: skip
        assert words in text, words
    geo = {**ENTITY, "beneficiaries": 9_000, "division_beneficiaries": 15_000, "county": "Nassau"}
    said = settle_rows(capsys, tmp_path, "ahead", [geo], "--year", 2028).json()["warnings"]
    assert [one.split(":")[1].split()[0] for one in said] == ["Nassau", "9,000", "15,000"]


def test_invariants_of_the_corridors_and_of_retained_revenue(tmp_path, capsys) -> None:
    edges = [0.0, 0.0499999, 0.05, 0.0500001, 0.0999999, 0.1, 0.1000001]
    rows = [
        {**ENTITY, "entity_id": sign * edge, "actual_expenditure": round(990_000 * (1 - sign * edge), 2)}
        for sign in (1, -1)
        for edge in edges
    ]
    paid = [
        row["geo_settlement"]
        for row in settle_rows(capsys, tmp_path, "ahead", rows, "--year", 2028).json()["rows"]
    ]
    gained, lost = paid[:7], paid[7:]
    assert gained == pytest.approx([-one for one in lost], abs=1e-6)  # losses mirror savings
    assert all(abs(b - a) < 1 for a, b in ((gained[1], gained[3]), (gained[4], gained[6])))  # no jump
