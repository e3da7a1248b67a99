"""The windows of MIPS: submission, registration, opt-in, hardship, review, and the last days to begin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from corridor.law import RulesInForce, RuleValue
from corridor.programs.calendar.model import Deadline, business_day

LINK = "/programs/qp"
# event -> (words, rule of the first day, rule of the last day)
WINDOWS = {
    "mips.submission": ("MIPS data are due", "mips.submission_opens", "mips.submission_closes"),
    "mips.opt_in": ("Election to opt in to MIPS", "mips.submission_opens", "mips.opt_in_closes"),
    "mips.mvp_registration": (
        "Registration for an MVP", "mips.mvp_registration_opens", "mips.mvp_registration_closes",
    ),
    "mips.cahps_registration": (
        "Registration for the CAHPS for MIPS survey",
        "mips.cahps_registration_opens", "mips.cahps_registration_closes",
    ),
    "mips.hardship": (
        "Application for a hardship or an extreme circumstance", "", "mips.hardship_application_closes",
    ),
    "mips.targeted_review": ("Request for a targeted review", "", "mips.targeted_review_closes"),
}  # fmt: skip
# event -> (words, rule of the fewest continuous days within the performance year)
BEGINNINGS = {
    "mips.interoperability_begins": (
        "Last day to begin Promoting Interoperability", "mips.promoting_interoperability_period_days",
    ),
    "mips.activity_begins": (
        "Last day to begin an improvement activity", "mips.improvement_activity_period_days",
    ),
}  # fmt: skip
PERIOD = "mips.performance_period_ends"
REVIEW_DAYS = "mips.targeted_review_days"
LAG = "mips.payment_lag_years"


def mips_dates(force: RulesInForce, year: int) -> Iterable[Deadline]:
    """Every dated window of a performance year.

    The last day to begin is counted back from the last day of the performance year: a period of n days
    that ends with it begins n - 1 days before.
    """
    for event, (words, opening, closing) in WINDOWS.items():
        if closing in force:
            yield _window(force, year, event, words, opening, closing)
    if PERIOD not in force:
        return
    stated = force[PERIOD]
    last = _day(force, PERIOD, year)
    yield _one(stated, f"MIPS performance year {year} ends", last, False, year, "mips.performance_ends")
    if LAG in force:
        paid = date(year + int(force.number(LAG)), 1, 1)
        what = f"Payments of {paid.year} are adjusted by MIPS {year}"
        yield _one(force[LAG], what, paid, False, year, "mips.payment_begins")
    for event, (words, rule) in BEGINNINGS.items():
        if rule in force:
            day = last - timedelta(days=int(force.number(rule)) - 1)
            yield _one(force[rule], f"{words} (MIPS {year})", day, True, year, event)


def mips_undated(force: RulesInForce, year: int) -> Iterable[Deadline]:
    """The targeted review of a year of which CMS has published no date."""
    closing = WINDOWS["mips.targeted_review"][2]
    if REVIEW_DAYS not in force or closing in force:
        return
    stated = force[REVIEW_DAYS]
    yield Deadline(
        "mips", f"{WINDOWS['mips.targeted_review'][0]} (MIPS {year})", None, None, stated.name, stated.status,
        stated.cite, True, LINK, year, "mips.targeted_review",
        basis=f"{int(force.number(REVIEW_DAYS))} days after CMS releases payment adjustments",
    )  # fmt: skip


def _window(force: RulesInForce, year: int, event: str, words: str, opening: str, closing: str) -> Deadline:
    stated = force[closing]
    (row,) = force.rows(closing)
    begins = force[opening] if opening and opening in force else None
    return Deadline(
        "mips",
        f"{words} (MIPS {year})",
        (day := _day(force, closing, year)),
        (day.year, day.month),
        closing,
        stated.status,
        stated.cite,
        True,
        LINK,
        year,
        event,
        opens=_day(force, opening, year) if begins else None,
        opens_rule=opening if begins else "",
        opens_status=begins.status if begins else "",
        until=str(row.get("until") or ""),
    )


def _day(force: RulesInForce, name: str, year: int) -> date:
    """The one day a rule states for a performance year."""
    (row,) = force.rows(name)
    day = date(year + int(row["years_after"]), int(row["month"]), int(row["day"]))
    return business_day(day) if row.get("next_business_day") else day


def _one(stated: RuleValue, what: str, day: date, due: bool, year: int, event: str) -> Deadline:
    month = (day.year, day.month)
    return Deadline("mips", what, day, month, stated.name, stated.status, stated.cite, due, LINK, year, event)
