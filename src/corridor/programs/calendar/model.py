"""One date of a program: what, when, from which rule, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Deadline:
    """One date, or one window by its last day.

    day     None: only the month or the season is known, or ``basis`` says what it is counted from
    due     something must be done by it
    year    the performance year it belongs to; None: of the program as a whole
    event   what kind of date it is, ``mips.submission``: what is missing is looked up by it
    opens   the first day of a window, with the status of the rule that says so
    until   the hour at which it ends, where one was stated
    """

    program: str
    what: str
    day: date | None
    month: tuple[int, int] | None
    rule: str
    status: str
    cite: str
    due: bool
    link: str
    year: int | None = None
    event: str = ""
    opens: date | None = None
    opens_rule: str = ""
    opens_status: str = ""
    until: str = ""
    basis: str = ""

    @property
    def order(self) -> tuple[date, str]:
        """What the list is sorted by: a month counts from its first day, the undated come last."""
        if self.day is not None:
            return self.day, self.what
        year, month = self.month or (date.max.year, 1)
        return date(year, month, 1), self.what

    def when(self) -> str:
        """The date as read: the last day of a window."""
        if self.day is not None:
            return said(self.day)
        if self.month:
            return f"{date(self.month[0], self.month[1], 1):%b %Y}"
        return self.basis or "not published"

    def open_on(self, today: date) -> bool:
        """Whether something can be done in this window today."""
        return self.opens is not None and self.day is not None and self.opens <= today <= self.day

    def to_dict(self) -> dict[str, Any]:
        """The date for machines."""
        return {
            "program": self.program,
            "year": self.year,
            "event": self.event or None,
            "what": self.what,
            "opens": self.opens.isoformat() if self.opens else None,
            "day": self.day.isoformat() if self.day else None,
            "month": f"{self.month[0]}-{self.month[1]:02d}" if self.month else None,
            "until": self.until or None,
            "basis": self.basis or None,
            "due": self.due,
            "rule": self.rule,
            "status": self.status,
            "cite": self.cite,
            "opens_rule": self.opens_rule or None,
            "opens_status": self.opens_status or None,
        }


def said(day: date) -> str:
    """A day as read: Mar 31, 2027."""
    return f"{day:%b} {day.day}, {day.year}"


def business_day(day: date) -> date:
    """The day itself, or the Monday after it where it falls on a weekend."""
    while day.isoweekday() > FRIDAY:
        day += timedelta(days=1)
    return day


FRIDAY = 5
