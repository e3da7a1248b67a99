"""What is due when, from the law in force: a list for pages, and a calendar file for any calendar program.

Every date comes from a rule with its source and status. A date of which only the season is known is in the
list with its words, and not in the calendar file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from corridor.errors import CorridorError
from corridor.law import Rules, RulesInForce

PROGRAMS = ("asm", "qp", "wiser")
LINE = 74  # octets of a line of a calendar file before it is folded
YEARS_AROUND = 3
# What only happens, and what somebody must have done by then.
DUE = frozenset({"submission_deadline"})


@dataclass(frozen=True)
class Deadline:
    """One date. ``day`` None: only the month or the season is known. ``due``: something must be done by "
    "it."""

    program: str
    what: str
    day: date | None
    month: tuple[int, int] | None
    rule: str
    status: str
    cite: str
    due: bool
    link: str

    @property
    def order(self) -> tuple[date, str]:
        """What the list is sorted by: a month counts from its first day."""
        if self.day is not None:
            return self.day, self.what
        year, month = self.month or (date.max.year, 1)
        return date(year, month, 1), self.what

    def when(self) -> str:
        """The date as read."""
        if self.day is not None:
            return f"{self.day:%b} {self.day.day}, {self.day.year}"
        return f"{date(self.month[0], self.month[1], 1):%b %Y}" if self.month else "not published"


def deadlines(rules: Rules, today: date, ahead: int = 400, behind: int = 0) -> list[Deadline]:
    """Every known date from ``behind`` days ago to ``ahead`` days from now, the next first."""
    found: dict[tuple[str, str], Deadline] = {}
    for year in range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1):
        try:
            force = rules.in_force(year)
        except CorridorError:
            continue
        for one in (*_asm(force, year), *_qp(force, year), *_wiser(force)):
            found.setdefault((one.what, one.when()), one)
    first, last = today - timedelta(days=behind), today + timedelta(days=ahead)
    kept = [one for one in found.values() if _within(one, first, last)]
    return sorted(kept, key=lambda one: one.order)


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
        at = year + int(row["years_after"])
        what = f"{str(row['about']).partition(' (PY')[0]} (ASM {year})"
        yield _made(
            "asm", what, at, row["month"], row["day"], stated, str(row["event"]) in DUE, "/programs/asm"
        )


def _qp(force: RulesInForce, year: int) -> Iterable[Deadline]:
    name = "qp.snapshot"
    if name not in force or "qp.threshold" not in force:
        return
    for row in force.rows(name):
        what = f"QP snapshot {row['snapshot']} of {year} ends"
        what += "" if row["decides_qp"] else ": adds participants of MIPS APMs only"
        yield _made("qp", what, year, row["end_month"], row["end_day"], force[name], False, "/programs/qp")
        if row["released_month"]:
            released = f"CMS publishes QP snapshot {row['snapshot']} of {year} (about)"
            yield _made("qp", released, year, row["released_month"], None, force[name], False, "/programs/qp")


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


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _made(
    program: str, what: str, year: int, month: Any, day: Any, stated: Any, due: bool, link: str
) -> Deadline:
    at = date(year, int(month), int(day)) if month and day else None
    known = (year, int(month)) if month else None
    return Deadline(program, what, at, known, stated.name, stated.status, stated.cite, due, link)


def calendar_file(found: Sequence[Deadline], made: datetime) -> str:
    """An iCalendar file (RFC 5545) of whole days; it names no person and no server."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Corridor//Deadlines//EN", "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Corridor deadlines",
    ]  # fmt: skip
    stamp = made.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for one in found:
        if one.day is None:
            continue
        key = "".join(letter if letter.isalnum() else "-" for letter in one.what.lower())
        about = f"Rule {one.rule} ({one.status}): {one.cite}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.day:%Y%m%d}-{key}@corridor",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(one.what)}",
            f"DESCRIPTION:{_escaped(about)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _escaped(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.split())


def _folded(line: str) -> list[str]:
    """Long lines go on in the next, which begins with a blank; never within a letter."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > LINE:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
