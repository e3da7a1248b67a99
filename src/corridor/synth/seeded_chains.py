"""Billing stories in which order matters: three services of which the second is wrong, limits met exactly.

What is to be taken back no longer stands: the third service is held against the first, and may be right
though it follows the second closely.
"""

from __future__ import annotations

import numpy as np

from corridor.synth.days import NEVER
from corridor.synth.seeded_visits import half_year_after, months_after
from corridor.synth.seeder import Seeder

_SHOWN = 120  # days after which the claims show what people have
_MONTH = 28


def chains(s: Seeder) -> None:
    """A first service, a second too soon, and a third that is in time after the first."""
    none = ~s.holds("G0438", "G0439", "G0402")
    settled = none & (months_after(s.people.entitled, 12) <= s.period.start)
    who, day = s.cast("wellness_chain", 401, settled)
    base = s.bill(who, day, s.own(who), "G0439")
    by = np.where(s.turn(who) == 0, s.own(who), s.stranger(who))
    s.wrong("wellness_chain", s.bill(who, day + s.within(60, 320, who), by, "G0439"), base)
    s.bill(who, months_after(day, 12) + s.within(0, 20, who), s.own(who), "G0439")
    who, day = s.cast("assessment_chain", 190)
    base = s.bill(who, day, s.own(who), "G0136")
    s.wrong("assessment_chain", s.bill(who, day + s.within(60, 150, who), s.own(who), "G0136"), base)
    s.bill(who, half_year_after(day), s.own(who), "G0136")
    for story, wanted, low in (
        ("tcm_chain", s.came_home < NEVER, s.came_home + 5),
        ("tcm_chain_of_unknown_stays", s.never_away, np.zeros(len(s.people), dtype=np.int64)),
    ):
        high = np.where(low > 0, low + 9 + 46, NEVER)
        who, day = s.cast(story, 46, wanted, low=low, high=high)
        base = s.bill(who, day, s.own(who), "99495")
        s.wrong(story, s.bill(who, day + s.within(12, 25, who), s.stranger(who), "99495"), base)
        s.bill(who, day + s.within(31, 40, who), s.own(who), "99495")
    late = s.period.start + _SHOWN
    who, month = s.cast("apcm_chain", _MONTH, s.ill, late, monthly=True)
    base = s.bill(who, month + s.within(0, 6, who), s.own(who), s.level[who])
    s.wrong("apcm_chain", s.bill(who, month + s.within(8, 14, who), s.stranger(who), s.level[who]), base)
    # without the second, the other practice bills no advanced primary care management
    s.bill(who, month + s.within(15, 24, who), s.stranger(who), "99490")


def limits(s: Seeder) -> None:
    """Thirty days exactly, one day less, two services of one day, two units of a month."""
    who, day = s.cast("tcm_at_thirty_days", 32, s.never_away)
    s.bill(who, day, s.own(who), "99495")
    s.bill(who, day + np.where(s.turn(who) == 0, 30, 31), s.stranger(who), "99495")
    who, day = s.cast("tcm_a_day_early", 30, s.never_away)
    base = s.bill(who, day, s.own(who), "99495")
    s.wrong("tcm_a_day_early", s.bill(who, day + 29, s.stranger(who), "99495"), base)
    none = ~s.holds("G0438", "G0439", "G0402")
    settled = none & (months_after(s.people.entitled, 12) <= s.period.start)
    who, day = s.cast("wellness_same_day", 9, settled)
    day = s.clear(who, day)
    base = s.bill(who, day, s.own(who), "G0439")
    s.wrong("wellness_same_day", s.bill(who, day, s.stranger(who), "G0439"), base)
    who, day = s.cast("assessment_beside_wellness", 9, settled)
    day = s.clear(who, day)
    s.bill(who, day, s.own(who), "G0439")
    s.bill(who, day, s.own(who), "G0136")
    who, day = s.cast("assessment_same_day", 9)
    day = s.clear(who, day)
    base = s.bill(who, day, s.own(who), "G0136")
    s.wrong("assessment_same_day", s.bill(who, day, s.stranger(who), "G0136"), base)
    who, day = s.cast("wellness_first_late", 401, settled)
    base = s.bill(who, day, s.own(who), "G0439")
    again = months_after(day, 12) + s.within(0, 20, who)
    s.wrong("wellness_first_late", s.bill(who, again, s.own(who), "G0438"), base)
    late = s.period.start + _SHOWN
    who, month = s.cast("monthly_units", _MONTH, s.ill, late, monthly=True)
    code = np.where(s.turn(who) == 0, s.level[who], s.data.services["99490"])
    line = s.bill(who, month + s.within(1, 20, who), s.own(who), code, units=2)
    s.wrong("monthly_units", line)
    who, month = s.cast("monthly_twice", _MONTH, monthly=True)
    base = s.bill(who, month + s.within(0, 8, who), s.own(who), "99490")
    s.wrong("monthly_twice", s.bill(who, month + s.within(12, 24, who), s.own(who), "99490"), base)
