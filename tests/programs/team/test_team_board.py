"""The board of open episodes from a schedule, and what the command says of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

SCHEDULE = """case_id,ccn,trigger_code,admission_date,procedure_date,discharge_date,discharge_destination,\
primary_care_referral,target_price,risk_multiplier,spent,completion,first_survey_date,second_survey_date,\
first_survey_score,second_survey_score,instrument
1,999999,470,2026-03-02,2026-03-02,2026-03-05,snf,no,20000,1.05,16500,0.75,2026-01-10,,,,
2,999999,27447,,2026-03-25,,,,,,,,,,,,
3,999999,470,2025-03-01,2025-03-01,2025-03-04,home,yes,,,,,2025-02-01,2026-02-01,40,63,hoos_jr
4,999999,999,2026-03-02,2026-03-02,,,,,,,,,,,,
5,999999,331,2026-03-18,2026-03-19,,,,,,,,,,,,
6,999999,27447,2026-03-19,,2026-03-21,,,,,,,,,,,
"""


def test_the_board_of_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schedule.csv"
    file.write_text(SCHEDULE, encoding="utf-8")
    answer = corridor(capsys, "team", "board", file, "--as-of", "2026-03-20", "--json")
    assert answer.status == 0, answer.err
    found = answer.json()
    rows = {row["case_id"]: row for row in found["rows"]}
    # discharge on March 5 is day 1: March 20 is day 16, day 30 is April 3
    one = rows["1"]
    assert (one["state"], one["day"], one["window_end"]) == ("open", 16, "2026-04-03")
    # 16,500 / .75 = 22,000 against 20,000 x 1.05
    assert one["spent_completed"] == 22000 and one["left_of_target"] == -1000
    assert one["due"] == ["primary care referral", "spending above the provisional target"]
    assert one["first_survey"] == "done" and one["second_survey"] == "not_yet"
    # 300 and 425 days after March 2
    assert (one["second_survey_from"], one["second_survey_to"]) == ("2026-12-27", "2027-05-01")
    two = rows["2"]
    assert (two["setting"], two["price_drg"], two["state"]) == ("outpatient", "470", "scheduled")
    assert two["due"] == ["survey before the procedure"]
    assert rows["3"]["substantial_gain"] is True and rows["3"]["second_survey"] == "done"  # 23 of 22
    assert rows["5"]["state"] == "in_hospital" and rows["5"]["second_survey"] is None
    # a knee without a procedure day of its own: that of admission, which is day 1 though discharge is to come
    six = rows["6"]
    assert (six["state"], six["day"], six["window_end"]) == ("open", 2, "2026-04-17")
    assert "4" not in rows and any("999 opens no episode" in text for text in found["warnings"])
    assert {"team.window_days", "team.trigger_drg"} <= {one["rule"] for one in found["assumptions"]}
    # prices of the hospital; the outpatient knee is priced as MS-DRG 470
    prices = tmp_path / "prices.csv"
    prices.write_text("ccn,episode_type,preliminary_target_price\n999999,470,18000\n", encoding="utf-8")
    priced = corridor(capsys, "team", "board", file, "--as-of", "2026-03-20", "--prices", prices, "--json")
    targets = {row["case_id"]: row["provisional_target"] for row in priced.json()["rows"]}
    assert targets == {"1": 21000, "2": 18000, "3": 18000, "5": None, "6": 18000}
    text = corridor(capsys, "team", "board", file, "--as-of", "2026-03-20").out
    assert "day 16 of 30" in text


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("1,999999,470,2026-03-05,2026-03-02,", "procedure_date"),
        ("1,999999,470,,,", "procedure_date"),
    ],
)
def test_days_out_of_order(row: str, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schedule.csv"
    head = "case_id,ccn,trigger_code,admission_date,procedure_date,discharge_date\n"
    file.write_text(f"{head}{row}\n", encoding="utf-8")
    error = corridor(capsys, "team", "board", file, "--as-of", "2026-03-20", "--json").json()["error"]
    assert (error["code"], error["field"]) == ("TEAM-SCHEDULE", field)


def test_a_day_outside_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schedule.csv"
    file.write_text(SCHEDULE, encoding="utf-8")
    error = corridor(capsys, "team", "board", file, "--as-of", "2025-03-20", "--json").json()["error"]
    assert error["code"] == "TEAM-YEAR"


EPISODE = {
    "episode_id": "team:S:a:0", "definition_set": "team", "category": "lejr", "code": "470",
    "price_code": "470", "person_id": 1, "facility_ccn": "010001", "surgeon_npi": "1234567893",
    "price_year": 2026, "readmissions": 1, "spending": 20000.0, "capped_spending": 20000.0,
    "post_episode_spending": 10.0, "anchor_amount": 15000.0, "readmission_amount": 3000.0,
    "rehabilitation_amount": 0.0, "snf_amount": 2000.0, "home_health_amount": 0.0,
    "outpatient_amount": 0.0, "professional_amount": 0.0, "other_amount": 0.0,
}  # fmt: skip


def kept(home: Path) -> None:
    """A run of twelve people with an episode, a stay in its window and a line each, five of them readmitted;
    and one of another surgeon, whose stay was elsewhere."""
    head: dict[str, Any] = {
        **{name: EPISODE[name] for name in ("episode_id", "definition_set", "category", "code", "person_id")},
        "facility_ccn": "010001", "episode_start": date(2026, 3, 2), "episode_end": date(2026, 4, 3),
        "excluded": False, "exclusion_reason": None,
    }  # fmt: skip
    stay = {
        "episode_id": "team:S:a:0", "own_drg_code": "291", "kind": "readmission", "exclusion_reason": None,
        "person_id": 1, "is_anchor": False, "share_inside": 0.5,
    }  # fmt: skip
    line = {
        "episode_id": "team:S:a:0", "definition_set": "team", "person_id": 1, "facility_ccn": "010001",
        "day_after_discharge": 3, "service_date": date(2026, 3, 8), "stage": "snf", "hcpcs_code": None,
        "service_ccn": "015001", "tin": None, "npi": None, "standardized_amount": 2000.0,
        "episode_amount": 2000.0, "post_amount": 0.0, "exclusion_reason": None, "proration": None,
        "claim_id": "b", "claim_line_number": 1,
    }  # fmt: skip
    cell = {
        "definition_set": "team", "facility_ccn": "010001", "category": "lejr", "price_year": 2026,
        "episodes": 1, "outpatient_episodes": 0, "capped_spending": 20000.0,
    }  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {"team.cell": [cell]}
    for person in range(1, 14):
        own = {"person_id": person, "episode_id": "team:S:a:0" if person == 1 else f"team:S:a{person}:0"}
        other = {"surgeon_npi": "1999999992"} if person == 13 else {}
        left = {"excluded": person > 10, "exclusion_reason": "transfer_chain" if person > 10 else None}
        elsewhere = {"own_drg_code": "871"} if person == 13 else {}
        made = {
            "team.episode": {**head, **own, **left},
            "team.episode_cost": {**EPISODE, **own, **other, "readmissions": int(person <= 5)},
            "team.window_stay": {**stay, **own, **elsewhere},
            "team.service": {**line, **own, "service_ccn": "015099" if person == 13 else "015001"},
        }
        for table, row in made.items():
            tables.setdefault(table, []).append(row)
    keep_run(home, tables, 2026)


def test_the_episodes_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path / "home")
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    found = corridor(capsys, "team", "episodes", "--by", "surgeon", "--json").json()
    row, few = found["rows"]
    own = (row["surgeon"], row["episodes"], row["mean_spending"], row["snf_rate"])
    assert own == ("1234567893", 12, 20000, 1)
    # five of twelve people were readmitted: a rate of so few is not told, nor are figures of one person
    assert row["readmission_rate"] is None and "readmission_people" not in row
    assert few["surgeon"] == "1999999992" and few["people"] is None and few["mean_spending"] is None
    assert [one["stays"] for one in found["readmissions"]] == [12, None]
    assert [one["episode_amount"] for one in found["after_discharge"]] == [24000, None]
    assert [one["triggers"] for one in found["not_counted"]] == [None]
    assert found["readmissions"][0]["ms_drg"] == "291"
    assert found["after_discharge"][0]["own_hospital"] is False
    text = corridor(capsys, "team", "episodes", "--by", "surgeon").out
    assert "1999999992     too few people" in text and "not counted: few transfer chain" in text
    assert "team.window_days" in {one["rule"] for one in found["assumptions"]}
    out = tmp_path / "out.json"
    assert corridor(capsys, "team", "episodes", "--by", "surgeon", "--out", out).status == 0
    assert out.read_text(encoding="utf-8").count("20000") == 2  # mean and capped
    lines = corridor(capsys, "team", "timeline", "team:S:a:0", "--json").json()
    assert lines["rows"][0]["day"] == 3 and "person_id" not in lines["episode"]
    assert "015001" in corridor(capsys, "team", "timeline", "team:S:a:0").out
    form = tmp_path / "form.csv"
    assert corridor(capsys, "team", "form", "--out", form).status == 0
    assert "010001,2026,lejr,1.0,0.0,20000.0,,,," in form.read_text(encoding="utf-8")
    for arguments, code in (
        (("timeline", "nothing"), "TEAM-EPISODE"),
        (("episodes", "--by", "moon"), "TEAM-CHOICE"),
    ):
        assert corridor(capsys, "team", *arguments, "--json").json()["error"]["code"] == code


def test_a_run_without_episodes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_run(tmp_path / "home", {"claims.person": [{"person_id": 1}]}, 2026)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    assert corridor(capsys, "team", "episodes", "--json").json()["error"]["code"] == "TEAM-NOT-MADE"
