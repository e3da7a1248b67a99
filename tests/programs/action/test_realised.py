"""What was marked as done, against what later claims show: two periods by hand."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.programs.action.action_bench import NPI, TIN, action_tables
from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

ACTION = f"billing:apcm_missed:missed:{NPI}:{TIN}"
LEVER = f"asm:2027:cost:{NPI}:{TIN}"
OWED = f"billing:apcm_twice:paid_in_error:{NPI}:{TIN}"


def _action(action: str, program: str, net: float, low: float, high: float, **said: Any) -> dict[str, Any]:
    return {
        "action_id": action, "program": program, "kind": "k", "measure": "", "npi": NPI, "tin": TIN,
        "ccn": None, "aco_id": None, "words": "Do it", "todo": "do", "items": 3, "people": 30,
        "found_dollars": net, "gross_dollars": net + 100, "overlap_dollars": -100.0, "net_dollars": net,
        "low": low, "high": high, "effort_hours": 10.0, "deadline": None, "deadline_days": None,
        "deadline_words": "soon", "evidence_table": "billing.finding", "evidence_key": "k=1",
        "obligation": False, "rank_npi": 1, "rank_tin": 1, "rank_ccn": None, "rank_aco": None, **said,
    }  # fmt: skip


def _run(home: Path, months: dict[int, float], score: float) -> None:
    """A run whose claims end with the last of these months."""
    for folder in ("runs", "steps"):
        shutil.rmtree(home / folder, ignore_errors=True)
    billed = [
        {"action_id": ACTION, "npi": NPI, "tin": TIN, "month": month, "first_month": min(months),
         "last_month": max(months), "items": 1, "dollars": dollars}
        for month, dollars in months.items()
    ]  # fmt: skip
    keep_run(
        home,
        {
            "action.ranked": [
                _action(LEVER, "asm", 500.0, 0.0, 900.0),
                _action(ACTION, "billing", 2400.0, 1200.0, 4000.0),
                _action(OWED, "billing", -80.0, -80.0, -60.0, people=4, obligation=True),
            ],
            "action.effect": [{"action_id": ACTION, "effect": "aco_spending", "words": "costs the ACO",
                               "dollars": -100.0, "dollars_low": -100.0, "dollars_high": 0.0}],
            "action.billed_month": billed,
            "asm.result": [{"performance_year": 2027, "npi": NPI, "tin": TIN, "dollars": score}],
        },
        2027,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    _run(tmp_path, {202510: 50, 202511: 50, 202512: 50}, 1000.0)
    return tmp_path


def _came(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    answer = corridor(capsys, "next-best", "--realised", "--json").json()
    return {row["action_id"]: row for row in answer["rows"]}


def test_later_claims_against_what_was_expected(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 a month for three months, 50 before: 750. Expected 2,400 a year is 600, 300 to 1,000."""
    for action in (ACTION, LEVER):
        assert corridor(capsys, "next-best", "--done", action, "--on", "2025-12-15").status == 0
    first = {
        row["action_id"]: row for row in corridor(capsys, "next-best", "--realised", "--json").json()["rows"]
    }
    assert {row["verdict"] for row in first.values()} == {"no later claims yet"}
    monkeypatch.setattr("tests.programs.kept_run.RUN", "20270501T060000000000-abcdef02")
    later = dict.fromkeys((202601, 202602, 202603), 300.0)
    _run(home, {202510: 50, 202511: 50, 202512: 50, **later}, 1100.0)
    rows = {
        row["action_id"]: row for row in corridor(capsys, "next-best", "--realised", "--json").json()["rows"]
    }
    billed = rows[ACTION]
    assert (billed["months"], billed["realised_dollars"], billed["expected_dollars"]) == (3, 750, 600)
    assert (billed["low"], billed["high"], billed["verdict"]) == (300, 1000, "as expected")
    assert "$+750 in 3 months against $+600 expected" in corridor(capsys, "next-best", "--realised").out
    # another word about what is done leaves what was expected, and where the score stood
    corridor(capsys, "next-best", "--done", LEVER, "--on", "2025-12-15", "--note", "attested")
    assert _came(capsys)[LEVER]["realised_dollars"] == 100
    # five months earlier no month before the mark is loaded: nothing is said
    corridor(capsys, "next-best", "--done", ACTION, "--on", "2025-08-15")
    assert _came(capsys)[ACTION]["verdict"] == "no later claims yet"
    # with two months before it and four after it, two of each: 50 + 300 less 50 + 50
    corridor(capsys, "next-best", "--done", ACTION, "--on", "2025-11-15")
    again = _came(capsys)[ACTION]
    assert (again["months"], again["realised_dollars"]) == (2, 250)
    # taken back, it is held against nothing
    corridor(capsys, "next-best", "--undo", ACTION)
    left = _came(capsys)
    # the whole score is worth 1,100 and was 1,000 when it was marked: 100 of 500 expected, 0 to 900
    assert list(left) == [LEVER]
    assert (left[LEVER]["realised_dollars"], left[LEVER]["verdict"]) == (100, "as expected")


def test_the_list_on_the_command_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "next-best", NPI, "--json").json()
    assert [row["action_id"] for row in answer["rows"]] == [ACTION, LEVER, OWED]  # duties last
    assert answer["rows"][0]["effects"][0]["dollars"] == -100
    # few people, and no hours that would tell how many
    assert [answer["rows"][2][name] for name in ("people", "items", "effort_hours")] == [None] * 3
    assert "hours not shown" in corridor(capsys, "next-best", "--duties").out
    assert "action.kind" in {row["rule"] for row in answer["assumptions"]}
    assert [
        row["action_id"] for row in corridor(capsys, "next-best", "--duties", "--json").json()["rows"]
    ] == [OWED]
    text = corridor(capsys, "next-best", TIN, "--top", "1").out
    assert "2 actions are worth $2,900 net of $3,100 before overlap" in text and "costs the ACO" in text


def test_errors(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "NEXT-BEST-ACTION" in corridor(capsys, "next-best", "--done", "no such").err
    assert "NEXT-BEST-UNKNOWN" in corridor(capsys, "next-best", "9999999999").err
    assert "OVERLAP-ID" in corridor(capsys, "next-best", "-").err
    for folder in ("runs", "steps"):
        shutil.rmtree(home / folder)
    keep_run(home, {"asm.result": [{"npi": NPI}]}, 2027)
    assert "NEXT-BEST-NOT-MADE" in corridor(capsys, "next-best").err


def test_what_the_codes_allowed_month_by_month() -> None:
    """G0556 and G0557 are primary care management: 30 + 20 in 2025, 10 the year before: 40 more."""
    line = {"npi": NPI, "tin": TIN}
    tables = action_tables(
        billing__audit_line=[
            {**line, "month": 202411, "hcpcs_code": "G0556", "allowed_amount": 10},
            {**line, "month": 202502, "hcpcs_code": "G0557", "allowed_amount": 30},
            {**line, "month": 202502, "hcpcs_code": "G0556", "allowed_amount": 20},
            {**line, "month": 202502, "hcpcs_code": "99213", "allowed_amount": 90},
        ]
    )
    rows = tables.make("action.billed_month")
    assert [(row["action_id"], row["month"], float(row["dollars"])) for row in rows] == [
        (ACTION, 202411, 10.0), (ACTION, 202502, 50.0),
    ]  # fmt: skip
    tables.make("action.from_asm")
    (row,) = tables.make("action.realised")
    assert (row["measured_dollars"], row["baseline_dollars"], row["realised_dollars"]) == (50, 10, 40)
