"""corridor aco and corridor agree mssp over a run made by hand: figures, what is missing, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.jobs.aco import types_of_few
from corridor.programs.mssp.agree import assignments, benchmarks, expenditures
from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

PROJECTED: dict[str, Any] = {
    "aco_id": "A9999", "as_of_month": 202706, "year": 2027, "months_seen": 5, "people": 10_000,
    "person_years": 10_000.0, "paid_to_date": 4e7, "completed_to_date": 4.2e7, "per_capita": 9_500.0,
    "deviation": 0.0, "per_capita_low": 9_500.0, "per_capita_high": 9_500.0, "growth": 0.04,
    "observed_growth": 0.03, "credibility": 0.5, "benchmark_per_capita": 10_000.0, "benchmark": 1e8,
    "savings": 5e6, "savings_low": 5e6, "savings_high": 5e6, "level": 0.9, "newest": True,
}  # fmt: skip
SPENT: dict[str, Any] = {
    "aco_id": "A9999", "tin": "", "year": 2027, "enrollment_type": "all", "people": 10_000,
    "person_years": 10_000.0, "per_capita": 9_500.0,
}  # fmt: skip
HELD: dict[str, Any] = {
    "aco_id": "A9999", "year": 2027, "enrollment_type": "all", "updated_benchmark": 10_000.0,
    "missing": "", "source": "terms",
}  # fmt: skip
DRIVER: dict[str, Any] = {
    "aco_id": "A9999", "year": 2027, "driver": "price", "against": "benchmark", "dollars": -5_000_000.0,
}  # fmt: skip
GAP: dict[str, Any] = {
    "aco_id": "A9999", "year": 2027, "item": "people_unseen", "effect": "understates", "dollars": 9_500.0,
    "people_missing": 1, "people": 1, "words": "assigned people without claims",
}  # fmt: skip
TERMS: dict[str, Any] = {
    "aco_id": "A9999", "performance_year": 2027, "track": "E", "minimum_savings_election": "0.02",
    "quality_score": 0.8, "quality_standard_met": True, "participant_revenue": 4e7, "revenue_category": "low",
    "agreement_start_year": 2025,
}  # fmt: skip


def kept(home: Path, **changed: list[dict[str, Any]]) -> None:
    tables = {
        "expenditure": [SPENT], "benchmark": [HELD], "projection": [PROJECTED],
        "variance": [DRIVER, {**DRIVER, "driver": "total"}], "gap": [GAP], "terms": [TERMS],
    }  # fmt: skip
    tables.update(changed)
    keep_run(home, {f"mssp.{name}": rows for name, rows in tables.items()}, 2027)


def test_a_projection_is_settled_under_the_terms(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(warehouse_home)
    answer = corridor(capsys, "aco", "A9999", "--json")
    assert answer.status == 0, answer.err
    found = answer.json()
    (row,) = found["rows"]
    assert (found["program"], found["year"]) == ("mssp", 2027)
    # 5 percent is above the elected 2 percent: half of 5 million, less 2 percent of sequestration
    assert row["settlement"]["earned_expected"] == pytest.approx(5e6 * 0.5 * 0.98, rel=1e-6)
    assert row["settlement"]["chance_of_savings"] == 1
    assert row["settlement"]["minimum_savings_rate"] == pytest.approx(0.02)
    # one person is not told, nor by the dollars, which are so many times the mean
    assert row["gap"][0]["people_missing"] is None and row["gap"][0]["dollars"] is None
    text = corridor(capsys, "aco").out
    assert "It would earn 2,450,000 as expected" in text
    assert "total" in text and "-5,000,000.00" in text


def test_no_terms_no_settlement_and_what_it_needs(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = {"aco_id": "A9999", "performance_year": 2027, "track": "E", "quality_score": None}
    kept(warehouse_home, terms=[bare])
    (row,) = corridor(capsys, "aco", "--json").json()["rows"]
    named = " ".join(row["settlement"]["missing"])
    for parameter in (
        "minimum_savings_election", "quality_score", "quality_standard_met", "revenue_category",
        "participant_revenue",
    ):  # fmt: skip
        assert parameter in named
    assert "aco-terms" in named and "earned_expected" not in row["settlement"]


def test_a_level_asks_for_what_it_needs(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # one-sided: the rate is by size, and no loss is limited by revenue
    bare = {"aco_id": "A9999", "performance_year": 2027, "track": "A", "quality_score": 0.8,
            "quality_standard_met": True, "revenue_category": "high"}  # fmt: skip
    kept(warehouse_home, terms=[bare])
    (row,) = corridor(capsys, "aco", "--json").json()["rows"]
    assert row["settlement"]["missing"] == []
    # 10,000 people: 3.0 percent; 40 percent of 5 million, less sequestration
    assert row["settlement"]["minimum_savings_rate"] == pytest.approx(0.03)
    assert row["settlement"]["earned_expected"] == pytest.approx(5e6 * 0.4 * 0.98, rel=1e-6)


def test_a_projected_settlement_is_derived(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(warehouse_home)
    text = corridor(capsys, "aco", "--derive").out
    assert "earned_savings_or_losses: $2,450,000.00" in text
    assert "mssp.projection, 202706" in text and "rule mssp.track" in text
    found = corridor(capsys, "aco", "--derive", "--json").json()
    assert found["rows"][0]["derivation"]["value"] == pytest.approx(2_450_000)


def test_nothing_to_derive(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(warehouse_home, projection=[{**PROJECTED, "benchmark": None, "savings": None}])
    answer = corridor(capsys, "aco", "--derive")
    assert answer.status == 1 and "ACO-DERIVE" in answer.err and "updated benchmark" in answer.err


def test_no_benchmark_no_savings(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(warehouse_home, projection=[{**PROJECTED, "benchmark": None, "savings": None}])
    assert "No savings are shown" in corridor(capsys, "aco").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["A0000"], "ACO-UNKNOWN"), (["--year", "2020"], "ACO-YEAR"), (["--month", "202701"], "ACO-MONTH"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    kept(warehouse_home)
    answer = corridor(capsys, "aco", *arguments)
    assert answer.status == 1 and code in answer.err


def test_a_run_without_the_tables_is_refused(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_run(warehouse_home, {"mssp.expenditure": [SPENT]}, 2027)
    for command in (["aco"], ["agree", "mssp"]):
        answer = corridor(capsys, *command)
        assert answer.status == 1 and "ACO-NOT-MADE" in answer.err


def test_a_back_test_needs_two_years(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    month = {
        "aco_id": "A9999", "person_id": 1, "month": 202701, "year": 2027, "truncation_threshold": 1e5,
        "threshold_source": "installed", "enrollment_type": "esrd",
    }  # fmt: skip
    paid = {"aco_id": "A9999", "person_id": 1, "month": 202701, "paid_month": 202702, "expenditure": 5.0}
    kept(warehouse_home, person_month=[month], person_paid=[paid])
    answer = corridor(capsys, "aco", "A9999", "--back-test", "10")
    assert answer.status == 1 and "ACO-BACK-TEST" in answer.err


def line(letter: str, kind: str, value: float) -> dict[str, Any]:
    return {
        "aco_id": "A9999", "performance_year": 2025, "report": "AEXPU", "stage": "final", "submission_id": "",
        "period": "Y2024", "letter": letter, "detail": "2024", "enrollment_type": kind, "value": value,
        "newest": True,
    }  # fmt: skip


def spent(kind: str, years: float, cost: float) -> dict[str, Any]:
    return {**SPENT, "year": 2024, "enrollment_type": kind, "person_years": years, "per_capita": cost}


LINES = [
    line("annual", "esrd", 80_000), line("annual", "aged_non_dual", 10_000), line("annual", "total", 10_700),
    line("annual_person_years", "esrd", 1), line("annual_person_years", "aged_non_dual", 99),
    line("annual_person_years", "total", 100),
]  # fmt: skip
OURS = [spent("esrd", 2, 90_000), spent("aged_non_dual", 98, 9_000), spent("all", 100, 10_620)]


def test_a_difference_of_expenditure_by_hand() -> None:
    (row,) = expenditures(LINES, OURS, 11)
    # theirs 100 x 10,700, ours 2 x 90,000 + 98 x 9,000 = 1,062,000
    assert (row["theirs"], row["ours"], row["difference"]) == (1_070_000, 1_062_000, -8_000)
    causes = {one["cause"]: one["effect"] for one in row["causes"]}
    # one person-year more of end-stage renal disease, one less of the aged: 85,000 - 9,500
    assert causes["mix"] == pytest.approx(75_500)
    assert causes["cost_esrd"] == pytest.approx(1.5 * 10_000)
    assert causes["cost_aged_non_dual"] == pytest.approx(98.5 * -1_000)
    assert causes["person_years"] == causes["printed_total"] == pytest.approx(0)
    assert sum(causes.values()) == pytest.approx(row["difference"])


def test_the_causes_add_up_when_nothing_matches() -> None:
    ours = [spent("disabled", 30, 12_000), spent("aged_non_dual", 20, 9_000), spent("all", 55, 11_000)]
    (row,) = expenditures([*LINES[:-1], line("annual_person_years", "total", 103)], ours, 11)
    assert sum(one["effect"] for one in row["causes"]) == pytest.approx(row["difference"], abs=1e-6)


def test_people_of_the_list_and_of_claims_by_cause() -> None:
    def some(
        theirs: bool, ours: bool, reason: str, people: int, turnover: str | None = None
    ) -> dict[str, Any]:
        return {
            "aco_id": "A9999", "theirs": theirs, "ours": ours, "reason_code": reason, "people": people,
            "turnover": turnover,
        }  # fmt: skip

    (row,) = assignments(
        [
            some(True, True, "plurality", 400), some(True, False, "no_primary_care", 30),
            some(True, False, "plurality_outside", 25),
            some(True, False, "window_not_loaded", 4), some(False, True, "plurality", 20, "health plan"),
            some(False, True, "plurality", 3),
        ],
        2027, 11,
    )  # fmt: skip
    assert (row["theirs"], row["ours"], row["difference"]) == (459, 423, -36)
    effects = {one["why"]: one["effect"] for one in row["causes"]}
    # causes of four and of three people are told with that of twenty: together they are not few
    assert effects == {
        "no primary care service in the loaded claims": -30,
        "claims give the plurality to a provider outside the ACO": -25,
        "causes of few people each, together": 19,
    }  # fmt: skip
    assert sum(effects.values()) == row["difference"]


def test_two_lists_that_differ_by_a_few_people() -> None:
    """Theirs and ours would tell the four by their difference."""
    same = {"aco_id": "A9999", "theirs": True, "reason_code": "no_primary_care", "turnover": None}
    (row,) = assignments(
        [{**same, "ours": True, "people": 400}, {**same, "ours": False, "people": 4}], 2027, 11
    )
    assert (row["theirs"], row["ours"], row["difference"]) == (404, None, None)
    assert [one["effect"] for one in row["causes"]] == [None]


def test_types_of_few_people_are_told_with_the_mix() -> None:
    few = [{**one, "people": 9} if one["enrollment_type"] == "esrd" else one for one in OURS]
    (row,) = expenditures(LINES, few, 11)
    causes = {one["cause"]: one["effect"] for one in row["causes"]}
    assert "cost_esrd" not in causes and "mix" not in causes
    assert causes["few"] == pytest.approx(75_500 + 15_000)
    assert sum(causes.values()) == pytest.approx(row["difference"])
    assert expenditures(LINES, [{**one, "people": 9} for one in OURS], 11) == []


def test_an_annual_report_of_no_known_year_is_not_compared() -> None:
    assert expenditures([{**one, "detail": ""} for one in LINES], OURS, 11) == []


def test_an_aco_of_few_people_is_told_nothing(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(warehouse_home, projection=[{**PROJECTED, "people": 5}], expenditure=[{**SPENT, "people": 5}])
    answer = corridor(capsys, "aco")
    assert answer.status == 0, answer.err
    assert "so few people" in answer.out and "9,500" not in answer.out
    (row,) = corridor(capsys, "aco", "--json").json()["rows"]
    assert row["projection"]["per_capita"] is None and "missing" in row["settlement"]


@pytest.mark.parametrize(("people", "status"), [(10, 1), (11, 0)])
def test_a_benchmark_weighed_by_few_people_is_not_compared(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str], people: int, status: int
) -> None:
    estimate = {
        "aco_id": "A9999", "performance_year": 2027, "period": "2027Q2", "enrollment_type": "esrd",
        "benchmark_stage": "final", "updated_benchmark_per_capita": 9_900.0, "calculable": True,
    }  # fmt: skip
    kept(
        warehouse_home, benchmark=[{**HELD, "people": people, "source": "workbook"}], estimate=[estimate],
        report_line=[{**LINES[0], "newest": False}],
    )  # fmt: skip
    assert corridor(capsys, "agree", "mssp").status == status


def test_a_type_of_few_is_not_told_by_the_others() -> None:
    assert types_of_few({"all": 5_100, "esrd": 7, "disabled": 93, "aged_non_dual": 5_000}, 11) == {
        "esrd", "disabled",
    }  # fmt: skip
    assert types_of_few({"all": 5_007, "esrd": 4, "disabled": 3, "aged_non_dual": 5_000}, 11) == {
        "esrd", "disabled", "aged_non_dual",
    }  # fmt: skip
    assert types_of_few({"all": 5_000, "esrd": 0, "aged_non_dual": 5_000}, 11) == set()
    assert types_of_few({"all": 9, "esrd": 4, "disabled": 5}, 11) == {"all", "esrd", "disabled"}


def test_person_years_of_few_are_not_told_beside_the_benchmark(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def of(kind: str, people: int) -> dict[str, Any]:
        return {**SPENT, "enrollment_type": kind, "people": people, "person_years": people / 2}

    spent = [SPENT, of("esrd", 8), of("disabled", 40), of("aged_non_dual", 9_952)]
    held = [{**HELD, "enrollment_type": row["enrollment_type"], "person_years": row["person_years"]}
            for row in spent]  # fmt: skip
    kept(warehouse_home, expenditure=spent, benchmark=held)
    (row,) = corridor(capsys, "aco", "--json").json()["rows"]
    for table in ("expenditure", "benchmark"):
        years = {one["enrollment_type"]: one["person_years"] for one in row[table]}
        assert years == {"all": 10_000, "esrd": None, "disabled": None, "aged_non_dual": 4_976}, table


def test_nothing_of_cms_nothing_to_agree(warehouse_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(
        warehouse_home,
        report_line=[{**LINES[0], "newest": False}],
        estimate=[{"aco_id": "A9999", "performance_year": 2027, "calculable": False}],
    )
    answer = corridor(capsys, "agree", "mssp")
    assert answer.status == 1 and "AGREEMENT-NO-REPORT" in answer.err


def test_expenditure_of_a_report_beside_the_run(
    warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(
        warehouse_home, expenditure=OURS, report_line=LINES,
        estimate=[{"aco_id": "A9999", "performance_year": 2027, "calculable": False}],
    )  # fmt: skip
    (row,) = corridor(capsys, "agree", "mssp", "--json").json()["rows"]
    assert (row["figure"], row["report"], row["difference"]) == ("expenditure", "AEXPU", -8_000)
    assert "mix of enrollment types" in corridor(capsys, "agree", "mssp", "A9999").out


@pytest.mark.parametrize(("source", "cause"), [("workbook", "mix"), ("terms", "source")])
def test_a_benchmark_of_other_person_years_or_of_another_source(source: str, cause: str) -> None:
    estimate = {
        "aco_id": "A9999", "performance_year": 2027, "period": "2027Q2", "enrollment_type": "esrd",
        "benchmark_stage": "final", "updated_benchmark_per_capita": 9_900.0,
    }  # fmt: skip
    (row,) = benchmarks([estimate], [{**HELD, "source": source}])
    assert (row["theirs"], row["ours"], row["difference"]) == (9_900, 10_000, 100)
    assert [(one["cause"], one["effect"]) for one in row["causes"]] == [(cause, 100)]
