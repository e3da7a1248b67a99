"""The vectors of iota.md section 9 and every edge of its tables, through the command line."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.programs.iota.compute import PROGRAM
from corridor.programs.iota.model import HOSPITALS
from tests.programs.command import corridor
from tests.programs.forms import close, refusal, settle_rows, write_rows

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "iota" / "vectors.yaml").read_text(encoding="utf-8")
)
RULES = load_rules(["iota"])


def together(cases: list[dict[str, Any]]) -> list[tuple[tuple[Any, ...], list[dict[str, Any]]]]:
    """Cases of one year under one set of rules are settled in one file."""

    def key(case: dict[str, Any]) -> tuple[Any, ...]:
        return case.get("year", 2026), case.get("set", "")

    return [(name, list(group)) for name, group in groupby(sorted(cases, key=key), key)]


@pytest.mark.parametrize("kind", ["payments", "domains"])
def test_vectors(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given_too = {"quality_points": 20, "medicare_transplants": 50} if kind == "domains" else {}
    for (year, override), cases in together(CASES[kind]):
        rows = [{"hospital_id": at, **given_too, **case["row"]} for at, case in enumerate(cases)]
        options = ["--year", year, *(["--set", override] if override else [])]
        answer = settle_rows(capsys, tmp_path, "iota", rows, *options)
        assert answer.status == 0, answer.err
        for case, row in zip(cases, answer.json()["rows"], strict=True):
            expected = case.get("expect") or {name: case[name] for name in ("payment", "zone")}
            for name, value in expected.items():
                assert close(row[name], value), (case["name"], name, row[name], value)


def test_every_edge_of_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = {"achievement_points": 0, "efficiency_points": 0, "quality_points": 0, "medicare_transplants": 1}
    asked = {
        "achievement_a": ("achievement_points", lambda v: {"transplant_target": 1e4, "achievement_table": "a",
                                                            "adult_transplants": v * 1e4}),
        "achievement_b": ("achievement_points", lambda v: {"transplant_target": 1e4, "achievement_table": "b",
                                                            "adult_transplants": v * 1e4}),
        "efficiency": ("efficiency_achievement_points", lambda v: {"acceptance_percentile": v}),
        "quality": ("quality_points", lambda v: {"graft_survival_percentile": v}),
    }  # fmt: skip
    rows, expected = [], []
    for name, pairs in CASES["bands"].items():
        quantity, row = asked[name]
        for value, points in pairs:
            rest = {key: one for key, one in base.items() if key != quantity}
            rows.append({"hospital_id": f"{name} {value}", **rest, **row(value)})
            expected.append((quantity, points))
    answer = settle_rows(capsys, tmp_path, "iota", rows)
    assert answer.status == 0, answer.err
    for row, (quantity, points) in zip(answer.json()["rows"], expected, strict=True):
        assert row[quantity] == points, row["hospital_id"]


def test_every_unverified_parameter_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = CASES["domains"][0]["row"] | {"hospital_id": 1, "medicare_transplants": 50}
    row = {k: v for k, v in row.items() if k != "efficiency_points"}
    row |= {"acceptance_percentile": 45, "acceptance_ratio": 1, "baseline_acceptance_ratio": 0.9,
            "graft_survival_percentile": 50}  # fmt: skip
    answer = settle_rows(capsys, tmp_path, "iota", [row]).json()
    statuses = {one["rule"]: one["status"] for one in answer["assumptions"]}
    memory = (
        *("achievement_points_a", "baseline_rule", "growth_floor", "efficiency_points"),
        *("improvement_factor", "improvement_points", "quality_points", "upside_span", "count_ma_upside"),
    )
    assert {f"iota.{name}": statuses.get(f"iota.{name}") for name in memory} == {
        f"iota.{name}": "assumed" for name in memory
    }
    assert "iota.achievement_points_b" not in statuses  # the other candidate decided nothing
    assert statuses["iota.upside_amount"] == "secondary"
    # TV10 with 10 + 55 + 16 points: 15,000 x 21/40 x 50; four transplants more reach 125 percent of 98.88
    assert answer["rows"][0]["payment"] == 393_750
    band = next(one for one in answer["sensitivity"] if "band" in one["change"])
    assert (band["by"], band["points"], band["dollars"]) == (4, 5, 93_750)
    extra = next(one for one in answer["sensitivity"] if one["change"].endswith("Original Medicare"))
    assert extra["dollars"] == 7_875  # 15,000 x 21/40


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({}, "final_performance_score"),
        ({"final_performance_score": 70}, "medicare_transplants"),
        ({"transplant_target": 90, "adult_transplants": 90, "efficiency_points": 1, "quality_points": 1},
         "achievement_table"),
        ({"achievement_points": 1, "acceptance_percentile": 45, "acceptance_ratio": 1, "quality_points": 1},
         "baseline_acceptance_ratio"),
        ({"achievement_points": 1, "efficiency_points": 1}, "quality_points"),
        ({"baseline_1_transplants": 9, "baseline_2_transplants": 9, "national_growth_rate": 0,
          "adult_transplants": 9, "achievement_table": "a", "efficiency_points": 1, "quality_points": 1},
         "baseline_3_transplants"),
    ],
)  # fmt: skip
def test_what_has_no_default_is_asked_for(row, name) -> None:
    error = refusal(PROGRAM, RULES, [{"hospital_id": "H", **row}], 2026)
    assert (error.code, error.field) == ("SETTLE-REQUIRED", name)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"achievement_points": 61}, "IOTA-POINTS"),
        ({"transplant_target": 0, "adult_transplants": 3}, "IOTA-TARGET"),
        ({"performance_year": 3, "final_performance_score": 1}, "SETTLE-YEAR"),
    ],
)
def test_refusals(row, code, tmp_path, capsys) -> None:
    rows = [{"hospital_id": "H", **row}]
    assert settle_rows(capsys, tmp_path, "iota", rows, "--year", 2026).json()["error"]["code"] == code


def test_eligibility_and_its_threshold_by_year(tmp_path, capsys) -> None:
    adults = {f"baseline_{n}_transplants": 12 for n in (1, 2, 3)}
    everyone = {f"baseline_{n}_all_ages": 20 for n in (1, 2, 3)}
    paid = {"final_performance_score": 50, "medicare_transplants": 5}
    rows = [
        {"hospital_id": "twelve", **adults, **everyone, **paid},
        {"hospital_id": "half", **adults, **everyone, "baseline_2_all_ages": 24, **paid},
        {"hospital_id": "veterans", **dict.fromkeys(adults, 40), **dict.fromkeys(everyone, 41), **paid,
         "facility": "va"},
        {"hospital_id": "unknown", **paid},
    ]  # fmt: skip
    found = {
        year: [
            row["eligible"]
            for row in settle_rows(capsys, tmp_path, "iota", rows, "--year", year).json()["rows"]
        ]
        for year in (2025, 2026)
    }
    # 11 a year in performance year 1, 15 from year 2; more than half adults; VA out from year 2 (proposed)
    assert found == {2025: [1, 0, 1, None], 2026: [0, 0, 0, None]}


def test_deadlines_by_the_dates_of_letters(tmp_path, capsys) -> None:
    row = {"hospital_id": "H", "final_performance_score": 20, "medicare_transplants": 1,
           "results_date": "2027-12-15", "demand_date": "2028-02-01"}  # fmt: skip
    found = settle_rows(capsys, tmp_path, "iota", [row]).json()["deadlines"]
    # 30 days after 15 December, 60 days after 1 February 2028 (29 days in that month)
    assert [one["date"] for one in found] == ["2028-01-14", "2028-04-01"]
    assert {one["evidence"] for one in found} == {"assumed"}


def test_sensitivity_says_only_what_the_row_can_show(tmp_path, capsys) -> None:
    counts = {"adult_transplants": 100, "medicare_transplants": 50, "achievement_table": "a"}
    rest = {"efficiency_points": 15, "quality_points": 20}
    rows = [
        # 100 of 100: 35 points; the next band begins at 1.05 x 100
        {"hospital_id": "open", "baseline_volume": 100, "national_growth_rate": 0, **counts, **rest},
        # 109 of 100 x 1.1: one more reaches all of it
        {"hospital_id": "grown", "baseline_volume": 100, "national_growth_rate": 0.1, **counts, **rest,
         "adult_transplants": 109},
        {"hospital_id": "points", "achievement_points": 35, **counts, **rest},
        {"hospital_id": "score", "final_performance_score": 70, **counts},
        {"hospital_id": "top", "achievement_points": 35, "efficiency_points": 1, "medicare_transplants": 1,
         "graft_survival_percentile": 100},
    ]  # fmt: skip
    answer = settle_rows(capsys, tmp_path, "iota", rows).json()
    found = {(one["hospital_id"], one["change"]): one["by"] for one in answer["sensitivity"]}
    assert {name for name, _ in found} == {"open", "grown"}
    assert found["open", "transplants to the next achievement band"] == 5
    assert found["grown", "transplants to the next achievement band"] == 1


def test_a_blank_count_of_medicare_advantage_is_said(tmp_path, capsys) -> None:
    row = {"hospital_id": "H", "final_performance_score": 20, "medicare_transplants": 40}
    said = [
        settle_rows(capsys, tmp_path, "iota", [{**row, **more}], "--year", year).json()["warnings"]
        for more, year in (({}, 2026), ({"ma_transplants": 0}, 2026), ({}, 2025))
    ]
    assert "ma_transplants is blank" in said[0][0] and said[1:] == [[], []]


def test_performance_year_by_number_and_a_hospital_that_left(tmp_path, capsys) -> None:
    row = {"hospital_id": "H", "performance_year": 2, "final_performance_score": 50,
           "medicare_transplants": 1, "participation_end_date": "2026-12-31"}  # fmt: skip
    answer = settle_rows(capsys, tmp_path, "iota", [row]).json()
    assert answer["year"] == 2026 and "participation ended on 2026-12-31" in answer["warnings"][0]


def test_explain(tmp_path, capsys) -> None:
    file = write_rows(
        tmp_path / "h.csv", [{"hospital_id": "H", "final_performance_score": 80, "medicare_transplants": 50}]
    )
    tree = corridor(capsys, "explain", "iota", "H", "--file", file, "--json").json()["rows"][0]["tree"]
    assert tree["value"] == 375_000 and tree["cite"] == "42 CFR 512.430"
    for arguments, code in (
        (("H",), "SETTLE-NEEDS-FORM"),
        (("X", "--file", file), "EXPLAIN-NOT-FOUND"),
        (("H", "--file", file, "--quantity", "savings"), "EXPLAIN-QUANTITY"),
    ):
        assert corridor(capsys, "explain", "iota", *arguments, "--json").json()["error"]["code"] == code
    assert "SETTLE-NO-COHORT" in corridor(capsys, "settle", "iota", file, "--national").err


@given(score=st.floats(0, 100), count=st.integers(0, 500), year=st.sampled_from([2025, 2026, 2030]))
@settings(max_examples=60, deadline=None)
def test_payments_stay_between_their_ends(score: float, count: int, year: int) -> None:
    inputs = {"final_performance_score": score, "medicare_transplants": count, "ma_transplants": 0.0,
              "disaster_reduction": 0.0}  # fmt: skip
    paid = float(HOSPITALS.evaluate(inputs, RULES.in_force(year), wanted=["payment"])["payment"])
    assert -2_000 * count <= paid <= 15_000 * count
    assert year != 2025 or paid >= 0
    assert paid <= 0 or score > 60
    assert paid >= 0 or score < 40
