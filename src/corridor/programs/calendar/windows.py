"""The dates that the rules state, program by program.

Every date comes from a rule with its source and status. A date of which only the season is known is in the
list with its words, and not in a calendar file.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from corridor.errors import CorridorError
from corridor.law import Rules, RulesInForce, RuleValue
from corridor.programs.calendar.mips import mips_dates, mips_undated
from corridor.programs.calendar.model import Deadline

PROGRAMS = ("asm", "mips", "mssp", "primary_care", "qp", "reach", "virtual_care", "wiser")
YEARS_AROUND = 3
YEARS_SCORED = 2
DECEMBER, LAST_DAY = 12, 31
# What only happens, and what somebody must have done by then.
DUE = frozenset({"submission_deadline"})


def deadlines(rules: Rules, today: date, ahead: int = 400, behind: int = 0) -> list[Deadline]:
    """Every known date from ``behind`` days ago to ``ahead`` days from now, the next first."""
    first, last = today - timedelta(days=behind), today + timedelta(days=ahead)
    return _sorted(one for one in _around(rules, today.year) if _within(one, first, last))


def year_dates(rules: Rules, year: int) -> list[Deadline]:
    """Every date that belongs to one performance year, past or not, the undated last."""
    force = _force(rules, year)
    found = [] if force is None else [*_of_year(force, year), *_without_date(force, year)]
    return _sorted(one for one in found if one.year == year)


def undated(rules: Rules, today: date) -> list[Deadline]:
    """What is due and has no published date yet, for the years performed and not yet paid."""
    found: list[Deadline] = []
    for year in range(today.year - YEARS_SCORED, today.year):
        force = _force(rules, year)
        found += [] if force is None else list(_without_date(force, year))
    for year in range(today.year + 1, today.year + YEARS_AROUND):
        force = _force(rules, year)
        found += [] if force is None else list(_seasons(force, year, today.year))
    return _sorted(found)


def _around(rules: Rules, year: int) -> Iterator[Deadline]:
    for one in range(year - YEARS_AROUND, year + YEARS_AROUND + 1):
        force = _force(rules, one)
        if force is not None:
            yield from _of_year(force, one)


def _force(rules: Rules, year: int) -> RulesInForce | None:
    try:
        return rules.in_force(year)
    except CorridorError:
        return None


def _of_year(force: RulesInForce, year: int) -> Iterable[Deadline]:
    yield from _asm(force, year)
    yield from mips_dates(force, year)
    yield from _qp(force, year)
    yield from _segments(force, year)
    yield from _assignment(force, year)
    yield from _alignment(force, year)
    yield from _wiser(force)
    yield from _telehealth(force)


def _without_date(force: RulesInForce, year: int) -> Iterable[Deadline]:
    yield from mips_undated(force, year)
    name = "asm.error_notice_days"
    if name in force and "asm.calendar" in force:
        stated = force[name]
        yield Deadline(
            "asm", f"Timely error notice on final scores (ASM {year})", None, None, name, stated.status,
            stated.cite, True, "/programs/asm", year, "asm.error_notice",
            basis=f"{int(force.number(name))} days after CMS's notice of scores and adjustments",
        )  # fmt: skip


def _seasons(force: RulesInForce, year: int, current: int) -> Iterable[Deadline]:
    """What happens in a season of this year or the next, of which no month is stated."""
    name = "asm.calendar"
    for row in force.rows(name) if name in force else []:
        at = year + int(row["years_after"])
        season = str(row["about"]).rstrip(")").partition(", ")[2]
        if row["month"] is None and season and current <= at <= current + 1:
            stated = force[name]
            what = f"{str(row['about']).partition(' (PY')[0]} (ASM {year})"
            yield Deadline(
                "asm", what, None, None, name, stated.status, stated.cite, False, "/programs/asm", year,
                f"asm.{row['event']}", basis=f"{season} of {at}",
            )  # fmt: skip


def _sorted(found: Iterable[Deadline]) -> list[Deadline]:
    once: dict[tuple[str, str], Deadline] = {}
    for one in found:
        once.setdefault((one.what, one.when()), one)
    return sorted(once.values(), key=lambda one: one.order)


def _within(one: Deadline, first: date, last: date) -> bool:
    if one.day is None and one.month is None:
        return False
    at = one.order[0]
    return (first.replace(day=1) if one.day is None else first) <= at <= last


def _asm(force: RulesInForce, year: int) -> Iterable[Deadline]:
    name = "asm.calendar"
    if name not in force:
        return
    stated = force[name]
    for row in force.rows(name):
        event = str(row["event"])
        at = year + int(row["years_after"])
        what = f"{str(row['about']).partition(' (PY')[0]} (ASM {year})"
        yield _made(
            "asm",
            what,
            at,
            row["month"],
            row["day"],
            stated,
            event in DUE,
            "/programs/asm",
            year,
            f"asm.{event}",
        )
    for name, what, event in (
        (
            "asm.promoting_interoperability_minimum_days", "Last day to begin Promoting Interoperability",
            "asm.interoperability_begins",
        ),
        (
            "asm.improvement_activity_minimum_days", "Last day to begin an improvement activity",
            "asm.activity_begins",
        ),
    ):  # fmt: skip
        if name in force:
            day = date(year, DECEMBER, LAST_DAY) - timedelta(days=int(force.number(name)) - 1)
            yield _made(
                "asm", f"{what} (ASM {year})", day.year, day.month, day.day, force[name], True,
                "/programs/asm", year, event,
            )  # fmt: skip


def _qp(force: RulesInForce, year: int) -> Iterable[Deadline]:
    name = "qp.snapshot"
    if name not in force or "qp.threshold" not in force:
        return
    stated, link = force[name], "/programs/qp"
    for row in force.rows(name):
        what = f"QP snapshot {row['snapshot']} of {year} ends"
        what += "" if row["decides_qp"] else ": adds participants of MIPS APMs only"
        yield _made(
            "qp", what, year, row["end_month"], row["end_day"], stated, False, link, year, "qp.snapshot"
        )
        if row["released_month"]:
            released = f"CMS publishes QP snapshot {row['snapshot']} of {year} (about)"
            yield _made("qp", released, year, row["released_month"], None, stated, False, link, year)


def _segments(force: RulesInForce, year: int) -> Iterable[Deadline]:
    """The two segments of the low-volume test and of the special statuses."""
    name = "qp.low_volume_segment"
    if name not in force or "qp.threshold" not in force:
        return
    for row in force.rows(name):
        at, month = year + int(row["end_year_offset"]), int(row["end_month"])
        what = f"MIPS determination segment {row['segment']} of {year} ends: eligibility and special statuses"
        yield _made(
            "mips", what, at, month, _last_of(at, month), force[name], False, "/programs/qp", year,
            "mips.segment",
        )  # fmt: skip


def _assignment(force: RulesInForce, year: int) -> Iterable[Deadline]:
    name = "mssp.assignment_window"
    if name not in force:
        return
    for row in force.rows(name):
        at, month = year + int(row["end_year_offset"]), int(row["end_month"])
        what = f"Shared Savings {row['method']} assignment window of {year} ends"
        yield _made(
            "mssp", what, at, month, _last_of(at, month), force[name], False, "/programs/mssp", year,
            "mssp.assignment",
        )  # fmt: skip


def _alignment(force: RulesInForce, year: int) -> Iterable[Deadline]:
    """The windows of ACO REACH, as long as the model runs, and its last day."""
    name, ends = "reach.alignment_year", "primary_care.performance_measurement"
    known = _stated(force, ends)
    if name not in force or known is None:
        return
    last = next((row["last_day"] for row in known.value if row["program"] == "reach"), None)
    if last is None or _date(last).year < year:
        return
    link, day = "/programs/reach", _date(last)
    yield _made("reach", "Last day of ACO REACH", day.year, day.month, day.day, known, False, link)
    for row in force.rows(name):
        at, month = year + int(row["end_year_offset"]), int(row["end_month"])
        what = f"ACO REACH alignment year {row['alignment_year']} of {year} ends"
        yield _made(
            "reach", what, at, month, _last_of(at, month), force[name], False, link, year, "reach.alignment"
        )


def _wiser(force: RulesInForce) -> Iterable[Deadline]:
    name = "wiser.model_period"
    if name not in force:
        return
    words = {
        "first_request_date": "First day a prior authorization request is taken (WISeR)",
        "first_service_date": "First date of service in the WISeR model",
        "last_service_date": "Last date of service in the WISeR model",
    }
    for row in force.rows(name):
        for column, what in words.items():
            day = _date(row[column])
            yield _made("wiser", what, day.year, day.month, day.day, force[name], False, "/programs/wiser")


def _telehealth(force: RulesInForce) -> Iterable[Deadline]:
    """The last day of the telehealth flexibilities, where the law has an end."""
    stated = _stated(force, "virtual_care.flexibility")
    if stated is not None and stated.value == "ended" and isinstance(stated.valid_from, date):
        day = stated.valid_from - timedelta(days=1)
        what = "Last day of the telehealth flexibilities"
        yield _made("virtual_care", what, day.year, day.month, day.day, stated, False, "/virtual-care")


def _stated(force: RulesInForce, name: str) -> RuleValue | None:
    """A rule whose clock is the day of service: None where it changes within the year, or has no value."""
    try:
        return force[name]
    except CorridorError:
        return None


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _made(
    program: str,
    what: str,
    at_year: int,
    month: Any,
    day: Any,
    stated: RuleValue,
    due: bool,
    link: str,
    year: int | None = None,
    event: str = "",
) -> Deadline:
    at = date(at_year, int(month), int(day)) if month and day else None
    known = (at_year, int(month)) if month else None
    return Deadline(program, what, at, known, stated.name, stated.status, stated.cite, due, link, year, event)
