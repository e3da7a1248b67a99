"""Billing stories told by visits: wellness, assessments, the complexity add-on, telehealth, repeats."""

from __future__ import annotations

import numpy as np

from corridor.synth.catalogue import modifier
from corridor.synth.identifiers import Ints
from corridor.synth.seeder import Seeder

_OFFICE = ("99213", "99214", "99204", "99215")
_PROCEDURES = ("20610", "11721", "17000", "20552")
_HOME = ("99348", "99349")
_LONG = 370


def wellness(s: Seeder) -> None:
    """Wellness visits: in the first year of Part B, before eleven full months, the first one twice."""
    none = ~s.holds("G0438", "G0439", "G0402")
    begun = s.people.entitled
    welcome = months_after(begun, 12)
    who, day = s.cast(
        "wellness_after_welcome", 0, none, low=np.maximum(begun, s.period.start) + 40, high=welcome - 1
    )
    day = np.minimum(s.clear(who, day), welcome[who] - 1)
    s.bill(who, np.maximum(begun[who], day - 35), s.own(who), "G0402", which=s.turn(who) == 0)
    s.wrong("wellness_after_welcome", s.bill(who, day, s.own(who), s.some(("G0438", "G0439"), who)))
    recent = none & (welcome > s.period.start)
    who, day = s.cast("wellness_after_a_year", 0, recent, low=welcome, high=welcome + 60)
    s.bill(who, day, s.own(who), "G0438")
    settled = none & (welcome <= s.period.start)
    who, day = s.cast("wellness_too_soon", _LONG, settled)
    base = s.bill(who, day, s.own(who), s.some(("G0439", "G0438"), who))
    due = months_after(day, 12)
    early = np.where(s.turn(who) == 0, due - 1, day + s.within(60, 320, who))
    s.wrong("wellness_too_soon", s.bill(who, early, s.own(who), "G0439"), base)
    who, day = s.cast("wellness_when_due", _LONG, settled)
    s.bill(who, day, s.own(who), s.some(("G0439", "G0438"), who))
    s.bill(who, months_after(day, 12), s.own(who), "G0439")
    who, day = s.cast("wellness_first_twice", _LONG + 31, settled)
    base = s.bill(who, day, s.own(who), "G0438")
    by = np.where(s.turn(who) == 0, s.own(who), s.stranger(who))
    again = months_after(day, 12) + s.within(0, 20, who)
    s.wrong("wellness_first_twice", s.bill(who, again, by, "G0438"), base)
    who, day = s.cast("wellness_first_then_next", _LONG + 31, settled)
    s.bill(who, day, s.own(who), "G0438")
    s.bill(who, months_after(day, 12) + s.within(0, 20, who), s.own(who), "G0439")


def months_after(day: Ints, months: int) -> Ints:
    """The first day of the month ``months`` after the month of each day."""
    month = day.astype("datetime64[D]").astype("datetime64[M]") + months
    return month.astype("datetime64[D]").astype(np.int64)


def half_year_after(day: Ints) -> Ints:
    """The same day of the month six months on, or the first of the next month where it has no such day."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    later = (month + 6).astype("datetime64[D]") + (dates - month.astype("datetime64[D]"))
    after: Ints = later.astype(np.int64)
    return np.where(later.astype("datetime64[M]") > month + 6, months_after(day, 7), after)


def assessments(s: Seeder) -> None:
    """Assessments of activity and nutrition before six months have passed, and when they have."""
    who, day = s.cast("assessment_too_soon", 165)
    base = s.bill(who, day, s.own(who), "G0136")
    s.wrong("assessment_too_soon", s.bill(who, day + s.within(60, 165, who), s.own(who), "G0136"), base)
    who, day = s.cast("assessment_when_due", 190)
    s.bill(who, day, s.own(who), "G0136")
    s.bill(who, half_year_after(day), s.own(who), "G0136")


def complexity(s: Seeder) -> None:
    """The visit-complexity add-on: with modifier 25 on the visit, without a visit, at home too early."""
    for story, extra, wrong in (
        ("g2211_with_25", "procedure", True),
        ("g2211_with_25_and_vaccine_before", "vaccine", True),
        ("g2211_with_25_and_vaccine", "vaccine", False),
        ("g2211_and_no_modifier", "", False),
        ("procedure_with_25_alone", "procedure", False),
    ):
        who, day = s.cast(story, 9)
        day, by = s.clear(who, day), s.own(who)
        visit = s.bill(who, day, by, s.some(_OFFICE, who), mark="25" if extra else "")
        line = visit
        if story != "procedure_with_25_alone":
            line = s.bill(who, day, by, "G2211")
        if extra == "procedure":
            s.bill(who, day, by, s.some(_PROCEDURES, who))
        elif extra == "vaccine":
            s.bill(who, day, by, "90662")
            s.bill(who, day, by, "G0008")
        if wrong:
            s.wrong(story, line, visit)
    who, day = s.cast("g2211_without_visit", 9)
    day, turn = s.clear(who, day), s.turn(who, 3)
    s.bill(who, day, s.partner(who), s.some(_OFFICE, who), which=turn == 1)
    s.bill(who, day, s.own(who), s.some(_PROCEDURES, who), which=turn == 2)
    s.wrong("g2211_without_visit", s.bill(who, day, s.own(who), "G2211"))
    who, day = s.cast("g2211_on_a_claim_of_its_own", 9)
    day = s.clear(who, day)
    s.bill(who, day, s.own(who), s.some(_OFFICE, who))
    s.bill(who, day, s.own(who), "G2211", apart=1)
    for story in ("g2211_home_early", "g2211_home"):
        who, day = s.cast(story, 9)
        day = s.clear(who, day)
        visit = s.bill(who, day, s.own(who), s.some(_HOME, who), where="12")
        line = s.bill(who, day, s.own(who), "G2211", where="12")
        if story == "g2211_home_early":
            s.wrong(story, line, visit)


def telehealth(s: Seeder) -> None:
    """Telehealth that Medicare does not pay, does not list, or that names an office as its place."""
    home = np.array([modifier("95"), modifier("93")])
    who, day = s.cast("telehealth_code_not_payable", 9)
    codes = s.some(("98000", "98004", "98006", "98012"), who)
    s.wrong("telehealth_code_not_payable", s.bill(who, s.clear(who, day), s.own(who), codes, where="10"))
    who, day = s.cast("virtual_check_in", 9)
    s.bill(who, s.clear(who, day), s.own(who), "98016")
    who, day = s.cast("telehealth_place_missing", 9)
    mark = home[s.turn(who)]
    line = s.bill(who, s.clear(who, day), s.own(who), s.some(("99213", "99214"), who), mark=mark)
    s.wrong("telehealth_place_missing", line)
    for story in ("telehealth_at_home", "telehealth_in_a_lapse_restored", "telehealth_lapsed"):
        who, day = s.cast(story, 9)
        where, turn = s.clear(who, day), s.turn(who)
        line = s.bill(who, where, s.own(who), s.some(("99213", "99214"), who), where="10", mark=home[turn])
        if story == "telehealth_lapsed":
            s.wrong(story, line)
    who, day = s.cast("telehealth_not_listed", 9)
    codes = s.some(("11721", "93000", "20552", "17000"), who)
    s.wrong("telehealth_not_listed", s.bill(who, s.clear(who, day), s.own(who), codes, where="10", mark="95"))


def repeats(s: Seeder) -> None:
    """The same service twice: on one claim, on two, and what only looks like it."""
    codes = ("93000", "99213", "96372", "11721")
    who, day = s.cast("duplicate_line", 9)
    day, code = s.clear(who, day), s.some(codes, who)
    base = s.bill(who, day, s.own(who), code)
    s.wrong("duplicate_line", s.bill(who, day, s.own(who), code), base)
    who, day = s.cast("repeat_with_76", 9)
    day, turn = s.clear(who, day), s.turn(who)
    s.bill(who, day, s.own(who), "93000")
    s.bill(who, day, s.own(who), "93000", mark="76", which=turn == 0)
    s.bill(who, day, s.own(who), "93000", mark="76", apart=1, which=turn == 1)
    who, day = s.cast("both_sides", 9)
    day = s.clear(who, day)
    s.bill(who, day, s.own(who), "20610", mark="RT")
    s.bill(who, day, s.own(who), "20610", mark="LT")
    who, day = s.cast("duplicate_claim", 9)
    day, code = s.clear(who, day), s.some(codes, who)
    base = s.bill(who, day, s.own(who), code)
    s.wrong("duplicate_claim", s.bill(who, day, s.own(who), code, apart=1), base)
    who, day = s.cast("resubmitted_after_denial", 9)
    day, code = s.clear(who, day), s.some(codes, who)
    s.bill(who, day, s.own(who), code, refused=True)
    s.bill(who, day, s.own(who), code, apart=1)
    who, day = s.cast("same_day_two_practices", 9)
    day, code = s.clear(who, day), s.some(codes, who)
    s.bill(who, day, s.own(who), code)
    s.bill(who, day, s.stranger(who), code)
    who, day = s.cast("next_day_again", 12)
    day, code = s.clear(who, day, 2), s.some(codes, who)
    s.bill(who, day, s.own(who), code)
    s.bill(who, day + 1, s.own(who), code)
