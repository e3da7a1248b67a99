"""Dates of the rules: which, in what order, and as a calendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime

from corridor.law import load_rules
from corridor.programs.calendar import PROGRAMS, Deadline, calendar_file, deadlines
from corridor.programs.calendar.ics import LINE
from corridor.web.attention import Item
from corridor.web.roles import Role
from corridor.web.scope import Scope
from tests.web.conftest import Sign

RULES = load_rules(PROGRAMS)


def test_dates_are_those_of_the_rules() -> None:
    found = deadlines(RULES, date(2027, 12, 1), ahead=150)
    told = {one.what: one.day for one in found}
    assert told["Performance year begins (ASM 2028)"] == date(2028, 1, 1)
    assert told["Quality, activities and interoperability data are due (ASM 2027)"] == date(2028, 3, 31)
    assert told["QP snapshot 1 of 2028 ends"] == date(2028, 3, 31)
    assert [one.order for one in found] == sorted(one.order for one in found)
    assert all(one.day is None or date(2027, 12, 1) <= one.day <= date(2028, 4, 29) for one in found)
    assert [one.due for one in found if one.what.startswith("Quality")] == [True]


def test_a_month_without_a_day_is_listed_and_not_in_the_file() -> None:
    found = deadlines(RULES, date(2027, 2, 15), ahead=10)
    (month,) = [one for one in found if one.day is None]
    assert month.when() == "Feb 2027" and "Preliminary participant list" in month.what
    assert "Preliminary" not in calendar_file(found, datetime(2027, 2, 15, tzinfo=UTC))


def test_a_calendar_file_is_folded_and_escaped() -> None:
    one = Deadline(
        "asm", "Due; today, and " + "long " * 20, date(2028, 3, 31), None, "asm.calendar", "secondary", "x",
        True, "/",
    )  # fmt: skip
    text = calendar_file([one], datetime(2027, 1, 1, 12, tzinfo=UTC))
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20280331" in lines and "DTEND;VALUE=DATE:20280401" in lines
    assert max(len(line.encode()) for line in lines) <= LINE
    assert "Due\\; today\\, and" in text.replace("\r\n ", "")


def test_everybody_gets_the_list_and_the_file(signed: Sign) -> None:
    person = signed(Role.administrator)
    assert "Every date that a rule states" in person.get("/deadlines").text
    answer = person.get("/deadlines.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == answer.text.count("END:VEVENT") > 5


def test_what_is_missing_is_shown_to_who_sees_every_row(signed: Sign) -> None:
    page = signed(Role.analyst).get("/deadlines").text
    assert "Missing: quality results of" in page and "Not seen from here: " in page
    for person in (signed(Role.administrator), signed(Role.analyst, scope=Scope(tin=("1",)))):
        page = person.get("/deadlines").text
        assert "Every date that a rule states" in page and "Missing: " not in page


def test_what_is_due_sooner_stands_first() -> None:
    later = Item(1, "Application: Dec 31, 2026", "", "/deadlines", day=date(2026, 12, 31))
    sooner = Item(1, "Registration: Nov 30, 2026", "", "/deadlines", day=date(2026, 11, 30))
    worth = Item(2, "Dollars", "", "/billing", 5000.0)
    assert sorted([worth, later, sooner], key=lambda one: one.order) == [sooner, later, worth]
