"""A hospital's own lists: transplants counted for the form, notices of the waitlist that are due, supports.

Rows hold no identifier; answers name lines of the file. A hospital's own counts are an estimate: CMS takes
OPTN, SRTR and claims.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.engine.tabular.form import Form
    from corridor.law import RulesInForce

Row = dict[str, Any]
PERIOD = "iota.performance_period"
LEAST_CELL = 11  # smaller counts of people are not shown
COUNT_RULES = (PERIOD, "iota.adult_age", "iota.death_ends_graft")
NOTICE_RULES = ("iota.notice_days", "iota.notice_repeat_months", "iota.notice_element")


def count(form: Form, force: RulesInForce, hospital: str, as_of: date) -> Row:
    """The columns of the form iota that a list of transplants answers, up to a day.

    Raises IOTA-YEAR where the law knows no such performance year.
    """
    periods = force.rows(PERIOD)
    period = next((one for one in periods if one["performance_year"] == force.performance_year), None)
    if period is None:
        raise CorridorError(
            "IOTA-YEAR",
            f"IOTA has no performance year that begins in {force.performance_year}.",
            todo=f"Years: {', '.join(str(one['performance_year']) for one in periods)}.",
            field="--year",
            rule=PERIOD,
        )
    adult = int(force.number("iota.adult_age"))
    own = [row for row in form.rows if row["transplant_date"] <= as_of]
    adults = [row for row in own if row["age"] >= adult]
    start, end = period["start_date"], min(period["end_date"], as_of)
    this_year = _between(adults, start, end)
    since = _between(adults, min(one["start_date"] for one in periods), end)
    deaths = force.flag("iota.death_ends_graft")
    made: Row = {"hospital_id": hospital, "performance_year": force.performance_year}
    for number in (1, 2, 3):
        first = _years_later(period["baseline_start"], number - 1)
        last = _years_later(period["baseline_start"], number) - timedelta(days=1)
        made[f"baseline_{number}_transplants"] = len(_between(adults, first, last))
        made[f"baseline_{number}_all_ages"] = len(_between(own, first, last))
    return {
        **made,
        "adult_transplants": len(this_year),
        "medicare_transplants": sum(row["payer"] == "medicare" for row in this_year),
        "ma_transplants": sum(row["payer"] == "medicare_advantage" for row in this_year),
        "functioning_grafts": sum(_functions(row, end, deaths) for row in since),
        "cumulative_transplants": len(since),
    }


def _between(rows: list[Row], first: date, last: date) -> list[Row]:
    return [row for row in rows if first <= row["transplant_date"] <= last]


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _functions(row: Row, on: date, deaths: bool) -> bool:
    """Whether a graft functions on a day."""
    ends = [row["graft_failure_date"], row["death_date"] if deaths else None]
    return not any(end is not None and end <= on for end in ends)


def notices(form: Form, force: RulesInForce, as_of: date) -> list[Row]:
    """One record a stretch of inactivity: when its next notice is due, and what the last one lacked.

    Raises IOTA-NOTICE for dates that contradict each other.
    """
    days, months = (int(force.number(f"iota.notice_{one}")) for one in ("days", "repeat_months"))
    labels = {row["element"]: row["label"] for row in force.rows("iota.notice_element")}
    made = []
    for row, line in zip(form.rows, form.lines, strict=True):
        since, until, told = row["inactive_date"], row["active_date"], row["last_notice_date"]
        if since is None:
            continue
        for name, day in (("active_date", until), ("last_notice_date", told)):
            if day is not None and day < since:
                raise CorridorError(
                    "IOTA-NOTICE",
                    f"{name} lies before the day of inactivity.",
                    todo="Correct the row; give each stretch of inactivity a row of its own.",
                    file=form.file,
                    line=line,
                    field=name,
                )
        due = since + timedelta(days=days) if told is None else _months_later(told, months)
        over = until is not None and until <= min(as_of, due)
        lacking = [label for name, label in labels.items() if told is not None and not row[name]]
        made.append(
            {
                "line": line,
                "inactive_date": since,
                "due_date": None if over else due,
                "status": "no longer inactive" if over else "overdue" if as_of > due else "due",
                "days": None if over else (due - as_of).days,
                "first_was_late": told is not None and told > since + timedelta(days=days),
                "lacking": lacking,
            }
        )
    return made


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of its month."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def supports(form: Form, as_of: date) -> list[Row]:
    """Supports given up to a day, by kind; of fewer than eleven neither number nor dollars."""
    totals: dict[str, tuple[int, float]] = {}
    for row in form.rows:
        if row["support"] is None or (row["support_date"] is not None and row["support_date"] > as_of):
            continue
        number, dollars = totals.get(row["support"], (0, 0.0))
        totals[row["support"]] = number + 1, dollars + float(row["support_dollars"] or 0)
    return [
        {
            "support": name,
            "given": number if number >= LEAST_CELL else None,
            "dollars": dollars if number >= LEAST_CELL else None,
        }
        for name, (number, dollars) in sorted(totals.items())
    ]
