"""Who is in, who is out, and the sentence that says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asm_steps.asm_bench import AsmBench, loaded
from tests.claims.workbench import Row, day


def _rows(bench: AsmBench) -> dict[tuple[str, str], Row]:
    bench.go("asm.eligibility")
    rows = bench.rows("select * from asm.eligibility")
    return {(row["tin"], row["npi"]): row for row in rows}


def _one(bench: AsmBench) -> Row:
    return _rows(bench)["T1", "N1"]


def _cardiologist(**visit: Any) -> AsmBench:
    bench = AsmBench(loaded())
    bench.community.visit(1, "2025-03-01", **visit)
    return bench


def test_in_with_its_reason() -> None:
    bench = _cardiologist()
    bench.cost(20)
    bench.give("reference.asm_area", [{"vintage": "2026", "cbsa": "35620", "mandatory": True}])
    bench.give("reference.zip_to_cbsa", [{"vintage": "2026", "zip_code": "10001", "cbsa": "35620"}])
    bench.give(
        "org_raw.provider_roster",
        [{"npi": "N1", "tin": "T1", "clinician_name": "A B", "site_zip": "100011234", "practice_size": 4}],
    )
    row = _one(bench)
    assert row["eligible"]
    assert row["reason"] == (
        "In: specialty 06 by 1 of 1 claims in 2025; 20 attributed episodes in 2025, 20 needed; "
        "area 35620 is mandatory."
    )
    assert (row["cohort"], row["cbsa"], row["area_mandatory"], row["practice_size"]) == (
        "heart_failure", "35620", True, 4,
    )  # fmt: skip


def test_one_episode_too_few() -> None:
    bench = _cardiologist()
    bench.cost(19)
    row = _one(bench)
    assert not row["eligible"]
    assert row["reason"] == "Out: 19 attributed episodes in 2025, 20 needed."


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("11", "Out: specialty 11 is not in the cohort."),
        ("C3", "Out: specialty C3 (Interventional cardiology) is not in the cohort."),
    ],
)
def test_another_specialty_with_enough_episodes_is_listed_as_out(code: str, words: str) -> None:
    bench = _cardiologist(rendering_specialty_code=code)
    bench.cost(25)
    assert _one(bench)["reason"] == words


def test_another_specialty_without_episodes_is_no_candidate() -> None:
    assert ("T1", "N1") not in _rows(_cardiologist(rendering_specialty_code="11"))


def test_an_area_that_is_not_mandatory_and_one_that_is_not_on_the_list() -> None:
    for listed, cbsa in (
        ([{"vintage": "2026", "cbsa": "35620", "mandatory": False}], "35620"),
        ([{"vintage": "2026", "cbsa": "99999", "mandatory": True}], "35620"),
    ):
        bench = _cardiologist()
        bench.cost(20)
        bench.give("reference.asm_area", listed)
        bench.give("org_raw.provider_roster", [{"npi": "N1", "tin": "T1", "cbsa": cbsa}])
        assert _one(bench)["reason"] == "Out: area 35620 is not mandatory."


def test_an_unknown_area_is_treated_as_the_rule_says() -> None:
    bench = _cardiologist()
    bench.cost(20)
    assert _one(bench)["reason"].endswith("no area list installed: area unknown, treated as inside.")
    strict = AsmBench(loaded(), overrides={"asm.area_when_unknown": "outside"})
    strict.community.visit(1, "2025-03-01")
    strict.cost(20)
    strict.give("reference.asm_area", [{"vintage": "2026", "cbsa": "35620", "mandatory": True}])
    row = _one(strict)
    assert (row["eligible"], row["reason"]) == (False, "Out: area unknown, treated as outside.")


def test_specialty_by_plurality_of_claims_not_of_lines() -> None:
    bench = _cardiologist()
    bench.community.visit(1, "2025-04-01")
    line = {
        "rendering_tin": "T1",
        "rendering_npi": "N1",
        "rendering_specialty_code": "11",
        "allowed_amount": 1,
    }
    bench.community.claim("71", 1, "2025-05-01", "2025-05-01", [], [line, line, line])
    bench.go("claims.clinician_specialty")
    (row,) = bench.rows("select * from claims.clinician_specialty where npi = 'N1'")
    # two claims as 06, one claim of three lines as 11
    assert (row["specialty_code"], row["specialty_claims"], row["all_claims"]) == ("06", 2, 3)


def test_a_tie_goes_to_the_most_recent_claim_or_by_rule_to_the_lowest_code() -> None:
    for overrides, winner in (({}, "11"), ({"asm.specialty_tie_rule": "lowest_code"}, "06")):
        bench = AsmBench(loaded(), overrides=overrides)
        bench.community.visit(1, "2025-03-01")
        bench.community.visit(1, "2025-03-02", rendering_specialty_code="11")
        bench.go("claims.clinician_specialty")
        rows = bench.rows("select * from claims.clinician_specialty where npi = 'N1'")
        assert [row["specialty_code"] for row in rows] == [winner]


def test_a_clinician_of_the_roster_without_claims_is_listed() -> None:
    bench = AsmBench(loaded())
    bench.give("org_raw.provider_roster", [{"npi": "N9", "tin": "T9", "specialty_code": "25"}])
    row = _rows(bench)["T9", "N9"]
    assert row["cohort"] == "low_back_pain"
    assert row["reason"] == (
        "Out: bills no Part B services in the loaded claims; 0 attributed episodes in 2025, 20 needed."
    )


def test_a_rural_health_clinician_is_out() -> None:
    bench = _cardiologist()
    bench.cost(20)
    for month in (1, 2):
        bench.community.claim(
            "40",
            1,
            f"2025-0{month}-10",
            f"2025-0{month}-10",
            [],
            [{"bill_type_code": "711", "attending_npi": "N1"}],
        )
    assert _one(bench)["reason"].startswith("Out: bills mainly through a rural health clinic")


def test_claims_that_begin_too_late_let_the_next_year_stand_for_the_data_year() -> None:
    # loaded from 2025: a heart failure episode of 365 days that began in the year before needs 2026
    bench = AsmBench(loaded("2025-01-01", "2027-12-31"))
    bench.community.visit(1, "2026-03-01")
    bench.cost(20, year=2026)
    row = _one(bench)
    assert (row["eligible"], row["data_year"]) == (True, 2026)
    assert row["reason"].endswith("; claims of 2026 stand for 2025.")
    years = {r["cohort"]: r for r in bench.rows("select * from asm.year_used")}
    # low back pain episodes of 120 days fit into 2025
    assert (years["low_back_pain"]["data_year"], years["low_back_pain"]["data_year_serves"]) == (2025, True)
    assert years["heart_failure"]["measure_year"] == 2027


def test_old_claims_stand_for_every_year_and_say_so() -> None:
    bench = AsmBench(loaded("2008-01-01", "2010-12-31"))
    bench.community.visit(1, "2010-03-01")
    bench.cost(20, year=2010)
    row = _one(bench)
    assert row["reason"].endswith("; claims of 2010 stand for 2025.")
    year = bench.rows("select * from asm.year_used where cohort = 'heart_failure'")[0]
    assert (year["measure_year"], year["paid_year"], year["paid_year_is_whole"]) == (2010, 2010, True)


def test_too_few_months_are_used_and_called_so() -> None:
    bench = AsmBench(loaded("2025-01-01", "2025-08-31"))
    bench.community.visit(1, "2025-03-01")
    assert "too few months to carry the measure" in _one(bench)["reason"]


@pytest.mark.parametrize(
    ("last_visit", "words"),
    [
        # the last whole year of claims is 2027
        ("2026-12-30", "Out: no services under this practice after 2026."),
        ("2027-01-02", "In: specialty 06 by 1 of 1 claims in 2025; 20 attributed episodes in 2025, 20 "
                       "needed; no area list installed: area unknown, treated as inside."),
    ],
)  # fmt: skip
def test_who_left_the_practice_before_the_year_of_payments_is_out(last_visit: str, words: str) -> None:
    bench = AsmBench(loaded())
    for on in ("2025-03-01", last_visit):
        bench.community.visit(1, on, npi="N7")
    bench.cost(20, npi="N7")
    row = _rows(bench)["T1", "N7"]
    assert (row["reason"], row["has_left"]) == (words, words.startswith("Out"))


LIST_ROW = {
    "vintage": "2026-08",
    "npi": "N1",
    "asm_cohort": "Heart Failure",
    "organization_legal_name": "HEART GROUP",
    "list_stage": "final",
    "performance_year": 2027,
    "asm_cy27_participant": "Yes",
    "asm_cy27_smallpractice": "No",
}


@pytest.mark.parametrize(
    ("listed", "episodes", "difference"),
    [
        ([LIST_ROW], 20, "listed and eligible"),
        ([LIST_ROW], 3, "listed, not eligible here: 3 attributed episodes in 2025, 20 needed"),
        (
            [LIST_ROW | {"npi": "N5"}],
            20,
            "eligible here, not listed: CMS counts all claims and its own area list; "
            "the area is unknown here",
        ),
        ([LIST_ROW | {"npi": "N5"}], 3, "neither listed nor eligible"),
        # struck from the final list; the preliminary one no longer counts
        (
            [LIST_ROW | {"asm_cy27_participant": "No"},
             LIST_ROW | {"list_stage": "preliminary", "vintage": "2026-02"}, LIST_ROW | {"npi": "N5"}],
            3,
            "neither listed nor eligible",
        ),
        ([], 20, None),
    ],
)  # fmt: skip
def test_reconciliation_with_the_list_of_cms(
    listed: list[Row], episodes: int, difference: str | None
) -> None:
    bench = _cardiologist()
    bench.cost(episodes)
    bench.give("reference.asm_participant_list", listed)
    row = _one(bench)
    assert row["list_difference"] == difference
    assert (row["listed_by_cms"] is None) is (difference is None)


def test_the_name_of_the_organization_decides_between_two_practices() -> None:
    bench = _cardiologist()
    bench.community.visit(1, "2025-03-05", tin="T2")
    bench.give("reference.asm_participant_list", [LIST_ROW])
    bench.give(
        "org_raw.participant_list",
        [
            {"tin": "T1", "legal_name": "Heart Group", "start_date": day("2025-01-01")},
            {"tin": "T2", "legal_name": "Other Group", "start_date": day("2025-01-01")},
        ],
    )
    rows = _rows(bench)
    assert (rows["T1", "N1"]["listed_by_cms"], rows["T2", "N1"]["listed_by_cms"]) == (True, False)
