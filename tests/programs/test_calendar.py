"""Dates of every program, from the rules: mips.md section 1, and what is missing for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corridor.engine.files import InputFile
from corridor.engine.warehouse import Warehouse
from corridor.law import load_rules
from corridor.programs.calendar import (
    PROGRAMS,
    Deadline,
    Evidence,
    Need,
    calendar_file,
    deadlines,
    needs,
    undated,
    words,
    year_dates,
)
from tests.programs.command import corridor

RULES = load_rules(PROGRAMS)


def of(year: int) -> dict[str, Deadline]:
    return {one.event: one for one in year_dates(RULES, year) if one.event}


@pytest.mark.parametrize(
    ("year", "event", "day", "status"),
    [
        # mips.md section 1: "Mar 31 2025, extended to Apr 14 2025 8 pm ET; opt-in election stayed Mar 31"
        (2024, "mips.submission", date(2025, 4, 14), "official"),
        (2024, "mips.opt_in", date(2025, 3, 31), "official"),
        (2023, "mips.submission", date(2024, 4, 15), "official"),
        (2025, "mips.submission", date(2026, 3, 31), "assumed"),
        (2026, "mips.submission", date(2027, 3, 31), "secondary"),
        (2027, "mips.submission", date(2028, 3, 31), "assumed"),
        # "CAHPS closes Jul 1; MVP closes Dec 2, 2024 (PY2024)"; "last PI start for PY2024 was Jul 5 2024"
        (2024, "mips.cahps_registration", date(2024, 7, 1), "official"),
        (2024, "mips.mvp_registration", date(2024, 12, 2), "official"),
        (2024, "mips.interoperability_begins", date(2024, 7, 5), "secondary"),
        # "Apr 1 - Nov 30 or next business day [M]": Nov 30, 2025 is a Sunday, Nov 30, 2026 a Monday
        (2025, "mips.mvp_registration", date(2025, 12, 1), "assumed"),
        (2026, "mips.mvp_registration", date(2026, 11, 30), "assumed"),
        # Jun 30, 2025 is a Monday
        (2025, "mips.cahps_registration", date(2025, 6, 30), "assumed"),
        # 90 days that end on Dec 31: 29 of October, 30 of November, 31 of December
        (2026, "mips.activity_begins", date(2026, 10, 3), "official"),
        # "PY2024: Nov 14 2025"
        (2024, "mips.targeted_review", date(2025, 11, 14), "official"),
        # mips.md section 1: the payment year is the performance year and two
        (2026, "mips.payment_begins", date(2028, 1, 1), "secondary"),
        # codified for ASM: 180 and 90 continuous days of the performance year
        (2027, "asm.interoperability_begins", date(2027, 7, 5), "codified"),
        (2027, "asm.activity_begins", date(2027, 10, 3), "codified"),
        (2027, "asm.submission_deadline", date(2028, 3, 31), "secondary"),
    ],
)
def test_windows_of_a_performance_year(year: int, event: str, day: date, status: str) -> None:
    assert (of(year)[event].day, of(year)[event].status) == (day, status)


def test_a_window_opens_by_a_rule_of_its_own() -> None:
    submission = of(2026)["mips.submission"]
    assert (submission.opens, submission.opens_status) == (date(2027, 1, 2), "assumed")
    assert submission.open_on(date(2027, 1, 2)) and not submission.open_on(date(2027, 4, 1))
    assert of(2024)["mips.submission"].until == "8 pm ET"
    assert of(2024)["mips.mvp_registration"].opens_status == "official"


def test_what_has_no_date_is_told_apart() -> None:
    found = {one.what: one for one in undated(RULES, date(2026, 11, 22))}
    review = found["Request for a targeted review (MIPS 2025)"]
    assert review.day is None and review.basis == "30 days after CMS releases payment adjustments"
    assert "Request for a targeted review (MIPS 2024)" not in found  # its day was published
    season = found["Final participant list is published (ASM 2028)"]
    assert season.basis == "mid to late summer of 2027" and not season.due
    assert "Timely error notice on final scores (ASM 2027)" in {
        one.what for one in undated(RULES, date(2028, 9, 1))
    }


def test_every_program_with_law_has_dates() -> None:
    found = deadlines(RULES, date(2026, 6, 1), ahead=1000)
    assert {one.program for one in found} == set(PROGRAMS) - {"primary_care", "wiser"}
    assert {one.program for one in deadlines(RULES, date(2026, 1, 1), ahead=30)} >= {"wiser"}
    (telehealth,) = [one for one in found if one.program == "virtual_care"]
    assert telehealth.day == date(2027, 12, 31)  # primary-care-codes.md E.3: in force to 2027-12-31
    (reach,) = [one for one in found if one.what == "Last day of ACO REACH"]
    assert reach.day == date(2026, 12, 31)


def test_a_calendar_file_has_both_ends_and_what_is_missing() -> None:
    one = of(2026)["mips.submission"]
    text = calendar_file([one], datetime(2026, 11, 22, tzinfo=UTC), {(one.what, one.day): "Missing: results"})
    plain = text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20270102" in plain and "DTSTART;VALUE=DATE:20270331" in plain
    assert "SUMMARY:MIPS data are due (MIPS 2026): opens" in plain and "Missing: results" in plain
    assert plain.count("UID:") == 2


def states(found: list[Need]) -> dict[str, str]:
    return {need.what: need.state for need in found}


def test_nothing_loaded_everything_is_missing(tmp_path: Path) -> None:
    evidence = Evidence.gather(Warehouse.open(tmp_path), None, date(2027, 2, 1))
    found = needs(of(2026)["mips.submission"], evidence, RULES.in_force(2026))
    assert states(found) == {
        "quality results of 2026": "missing",
        "improvement activities attested for 2026": "missing",
        "an interoperability score of 2026": "missing",
        "a submission that validates, and CMS's receipt": "unseen",
    }
    assert words(found).startswith("Missing: quality results of 2026 (no practices yet); ")
    segment = of(2026)["mips.segment"]
    assert [need.state for need in needs(segment, evidence, RULES.in_force(2026))] == ["missing"]
    ahead = of(2027)["mips.segment"]
    assert [need.state for need in needs(ahead, evidence, RULES.in_force(2027))] == ["later"]
    assert needs(of(2026)["mips.performance_ends"], evidence, RULES.in_force(2026)) == []


def test_what_is_loaded_is_counted_by_its_year(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    listed = tmp_path / "quality.csv"
    listed.write_text("x", encoding="utf-8")
    with warehouse.begin_delivery("quality", "own", [InputFile.of(listed, "quality")]) as writer:
        writer.con.execute(
            "create table rows as select * from (values (2026, '000000001', '236', 71.0), "
            "(2026, '000000002', '236', 64.0), (2026, '000000002', '134', null), "
            "(2025, '000000001', '001', 9.0)"
            ") as t(performance_year, tin, measure_id, rate)"
        )
        writer.add_table("org_raw.quality_result", "select * from rows")
    evidence = Evidence.gather(warehouse, None, date(2027, 2, 1))
    (quality, activities, *_) = needs(of(2026)["mips.submission"], evidence, RULES.in_force(2026))
    assert (quality.state, quality.detail) == ("done", "2 practices, 1 measure")
    assert activities.state == "missing"


def test_claims_must_reach_the_end_of_a_window() -> None:
    snapshot = next(one for one in year_dates(RULES, 2026) if one.what == "QP snapshot 3 of 2026 ends")
    short = Evidence(today=date(2026, 11, 1), through=date(2026, 7, 31))
    whole = Evidence(
        today=date(2026, 11, 1), through=date(2026, 8, 31), tables=frozenset({"org_raw.participant_list"})
    )
    force = RULES.in_force(2026)
    assert [need.state for need in needs(snapshot, short, force)] == ["partly", "missing"]
    assert [need.state for need in needs(snapshot, whole, force)] == ["done", "done"]
    assert words(needs(snapshot, whole, force)) == ""


def test_a_stated_registration_is_done() -> None:
    row = {"tin": "000000001", "npi": "", "entity_id": "", "participation": "group", "pathway": "mvp",
           "mvp_id": "G0055"}  # fmt: skip
    rules = load_rules(PROGRAMS, overrides={"mips.registration": [row]})
    window = of(2026)["mips.mvp_registration"]
    evidence = Evidence(installed=frozenset({"qpp_mvp_measure"}))
    assert [need.state for need in needs(window, evidence, rules.in_force(2026))] == ["done", "done"]
    assert [need.state for need in needs(window, evidence, RULES.in_force(2026))] == ["done", "unseen"]


def test_the_command_line_shows_the_same_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    file = tmp_path / "dates.ics"
    asked = ("calendar", "--year", 2026, "--program", "mips", "--on", "2026-11-22", "--ics", file)
    answer = corridor(capsys, *asked, "--json").json()
    rows = {row["event"]: row for row in answer["rows"]}
    assert rows["mips.submission"]["day"] == "2027-03-31" and rows["mips.submission"]["due"]
    assert {need["state"] for need in rows["mips.submission"]["needs"]} == {"missing", "unseen"}
    assert rows["mips.targeted_review"]["day"] is None
    rules = {row["rule"] for row in answer["assumptions"]}
    assert rules >= {"mips.submission_opens", "mips.submission_closes"}
    assert file.read_text(encoding="utf-8").count("BEGIN:VEVENT") > 8
    told = corridor(capsys, "calendar", "--on", "2026-11-22", "--due").out
    assert "Mar 31, 2027  MIPS data are due (MIPS 2026)" in told and "no date" in told


def test_the_command_line_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    refused = corridor(capsys, "calendar", "--program", "medicaid")
    assert refused.status == 1 and "CALENDAR-PROGRAM" in refused.err
    refused = corridor(capsys, "calendar", "--ics", tmp_path / "none" / "dates.ics")
    assert refused.status == 1 and "CALENDAR-FILE" in refused.err
