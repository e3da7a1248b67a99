"""Billing errors put in on purpose, with clean look-alikes beside each: services by the month.

Everything is drawn from a generator of its own: the rest of the community is the same with them and without.
"""

from __future__ import annotations

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import NEVER, Period
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Services
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.seeded_chains import chains, limits
from corridor.synth.seeded_visits import assessments, complexity, repeats, telehealth, wellness
from corridor.synth.seeder import Seeder, Seeds
from corridor.synth.stays import Stays

_CARE_MANAGEMENT = ("99490", "99491", "99424", "99426", "99487", "99495")
_COMMUNICATION = ("99421", "99451", "99452", "G2251", "G2252", "G2250", "99422")
_ADDONS = ("G0568", "G0569", "G0570")
_MONTH, _TWO_MONTHS = 28, 59
_SHOWN = 120  # days after which the claims show what people have


def make_seeds(
    rng: np.random.Generator,
    data: Catalogue,
    people: People,
    providers: Providers,
    doctor: Ints,
    others: Services,
    stays: Stays,
    period: Period,
) -> Seeds:
    """The services of all stories of a block, beside the ``others`` it has."""
    seeder = Seeder(rng, data, people, providers, doctor, others, stays, period)
    wellness(seeder)
    assessments(seeder)
    levels(seeder)
    management(seeder)
    addons(seeder)
    transitions(seeder)
    monitoring(seeder)
    complexity(seeder)
    telehealth(seeder)
    repeats(seeder)
    chains(seeder)
    limits(seeder)
    return seeder.finish()


def levels(s: Seeder) -> None:
    """Advanced primary care management at a level the person does not have, of people beyond doubt."""
    low, middle, high = (s.data.services[code] for code in ("G0556", "G0557", "G0558"))
    late = s.period.start + _SHOWN
    for story, wanted, code in (
        ("level_too_high", s.healthy, np.full(len(s.people), middle)),
        ("level_too_high_without_qmb", s.ill & ~s.qmb, np.full(len(s.people), high)),
        ("level_too_low", s.ill & ~s.qmb, np.full(len(s.people), low)),
        ("level_too_low_with_qmb", s.ill & s.qmb, np.full(len(s.people), middle)),
        ("level_right", s.healthy | s.ill, s.level),
    ):
        who, month = s.cast(story, _MONTH, wanted, low=late, monthly=True)
        line = s.bill(who, month + s.within(1, 20, who), s.own(who), code[who])
        if "error" in s.rules["stories"][story]:
            s.wrong(story, line)


def management(s: Seeder) -> None:
    """Advanced primary care management beside what it already pays for, and chronic care management twice."""
    late = s.period.start + _SHOWN
    for story, codes in (
        ("apcm_with_care_management", _CARE_MANAGEMENT),
        ("apcm_with_communication", _COMMUNICATION),
    ):
        who, month = s.cast(story, _MONTH, s.ill, late, monthly=True)
        by = np.where(s.turn(who) == 0, s.own(who), s.partner(who))
        base = s.bill(who, month + s.within(0, 6, who), s.own(who), s.level[who])
        s.wrong(story, s.bill(who, month + s.within(8, 24, who), by, s.some(codes, who)), base)
    for story, others in (
        ("care_management_elsewhere", ("99490", "99424", "99495")),
        ("communication_elsewhere", ("99452", "99421", "G2252")),
    ):
        who, month = s.cast(story, _MONTH, s.ill, late, monthly=True)
        s.bill(who, month + s.within(0, 6, who), s.own(who), s.level[who])
        s.bill(who, month + s.within(8, 24, who), s.stranger(who), s.some(others, who))
    who, month = s.cast("care_management_the_month_before", _TWO_MONTHS, s.ill, late, monthly=True)
    s.bill(who, month + s.within(15, 26, who), s.own(who), s.some(("99490", "99426"), who))
    s.bill(who, month + s.within(32, 40, who), s.own(who), s.level[who])
    who, month = s.cast("communication_the_month_after", _TWO_MONTHS, s.ill, late, monthly=True)
    s.bill(who, month + s.within(15, 26, who), s.own(who), s.level[who])
    s.bill(who, month + s.within(32, 40, who), s.own(who), s.some(("99421", "G2252"), who))
    who, month = s.cast("apcm_twice", _MONTH, s.ill, late, monthly=True)
    base = s.bill(who, month + s.within(0, 8, who), s.own(who), s.level[who])
    by = np.choose(s.turn(who, 3), (s.stranger(who), s.partner(who), s.own(who)))
    s.wrong("apcm_twice", s.bill(who, month + s.within(12, 24, who), by, s.level[who]), base)
    who, month = s.cast("apcm_month_after_month", _TWO_MONTHS, s.ill, late, monthly=True)
    s.bill(who, month + s.within(20, 26, who), s.own(who), s.level[who])
    s.bill(who, month + s.within(31, 36, who), s.own(who), s.level[who])
    who, month = s.cast("ccm_twice", _MONTH, monthly=True)
    base = s.bill(who, month + s.within(0, 8, who), s.own(who), "99490")
    by = np.where(s.turn(who) == 0, s.stranger(who), s.partner(who))
    s.wrong("ccm_twice", s.bill(who, month + s.within(12, 24, who), by, "99490"), base)
    who, month = s.cast("ccm_month_after_month", _TWO_MONTHS, monthly=True)
    day = month + s.within(10, 24, who)
    s.bill(who, day, s.own(who), "99490")
    s.bill(who, day, s.own(who), "99439")
    s.bill(who, month + s.within(32, 45, who), s.stranger(who), "99490")


def addons(s: Seeder) -> None:
    """Behavioral add-ons without their base by the same clinician, and beside integration billed alone."""
    late = s.period.start + _SHOWN
    who, month = s.cast("addon_without_apcm", _TWO_MONTHS, s.ill, late, monthly=True)
    turn, day = s.turn(who, 3), month + s.within(33, 50, who)
    colleague = s.bill(who, month + s.within(32, 50, who), s.partner(who), s.level[who], which=turn == 1)
    s.bill(who, month + s.within(2, 20, who), s.own(who), s.level[who], which=turn == 2)
    s.wrong("addon_without_apcm", s.bill(who, day, s.own(who), s.some(_ADDONS, who)), colleague)
    who, month = s.cast("addon_with_apcm", _MONTH, s.ill, late, monthly=True)
    s.bill(who, month + s.within(0, 10, who), s.own(who), s.level[who])
    s.bill(who, month + s.within(11, 24, who), s.own(who), s.some(_ADDONS, who))
    who, month = s.cast("addon_with_integration", _MONTH, s.ill, late, monthly=True)
    s.bill(who, month + s.within(0, 6, who), s.own(who), s.level[who])
    addon = s.bill(who, month + s.within(7, 14, who), s.own(who), s.some(_ADDONS, who))
    by = np.where(s.turn(who) == 0, s.own(who), s.stranger(who))
    alone = s.bill(who, month + s.within(15, 24, who), by, s.some(("99492", "99493", "99484", "G2214"), who))
    s.wrong("addon_with_integration", addon, alone)
    who, month = s.cast("integration_beside_apcm", _MONTH, s.ill, late, monthly=True)
    s.bill(who, month + s.within(0, 6, who), s.own(who), s.level[who])
    s.bill(who, month + s.within(7, 24, who), s.own(who), s.some(("99484", "99493"), who))


def transitions(s: Seeder) -> None:
    """Transitional care management by two within thirty days, or by turns.

    The first follows the one discharge the person has, or a stay that no claim shows.
    """
    once = s.came_home < NEVER
    who, day = s.cast("tcm_twice", 31, once, low=s.came_home + 5, high=s.came_home + 14 + 31)
    base = s.bill(who, day, s.own(who), "99495")
    by = np.where(s.turn(who) == 0, s.stranger(who), s.own(who))
    s.wrong("tcm_twice", s.bill(who, day + s.within(7, 28, who), by, "99495"), base)
    who, day = s.cast("tcm_after_thirty_days", 46, s.never_away)
    s.bill(who, day, s.own(who), "99495")
    s.bill(who, day + np.where(s.turn(who) == 0, 31, 45), s.stranger(who), "99495")


def monitoring(s: Seeder) -> None:
    """Remote monitoring: the device of a short and a long month, the first minutes billed two ways."""
    for story, gap, wrong in (
        ("remote_device_twice", (8, 25), True),
        ("remote_device_in_turn", (31, 40), False),
    ):
        who, day = s.cast(story, 72)
        s.bill(who, day, s.own(who), "99453")
        base = s.bill(who, day + 30, s.own(who), "99454")
        line = s.bill(who, day + 30 + s.within(*gap, who), s.own(who), "99445")
        if wrong:
            s.wrong(story, line, base)
    for story, gap, wrong in (
        ("remote_monitoring_days", (12, 29), True),
        ("remote_device_month_after_month", (30, 34), False),
    ):
        who, day = s.cast(story, 72)
        s.bill(who, day, s.own(who), "99453")
        base = s.bill(who, day + 30, s.own(who), "99454")
        line = s.bill(who, day + 30 + s.within(*gap, who), s.own(who), "99454")
        if wrong:
            s.wrong(story, line, base)
    who, day = s.cast("remote_without_setup", 9, low=s.period.start + 400)
    s.wrong("remote_without_setup", s.bill(who, day, s.own(who), "99454"))
    who, month = s.cast("remote_time_without_device", _MONTH, monthly=True)
    s.wrong("remote_time_without_device", s.bill(who, month + 20, s.own(who), "99457"))
    who, month = s.cast("remote_time_twice", _MONTH, monthly=True)
    s.bill(who, month, s.own(who), "99453")
    s.bill(who, month + 20, s.own(who), "99454")
    base = s.bill(who, month + s.within(14, 25, who), s.own(who), "99457")
    s.wrong("remote_time_twice", s.bill(who, month + s.within(5, 25, who), s.own(who), "99470"), base)
    who, month = s.cast("remote_time_in_turn", _TWO_MONTHS, monthly=True)
    s.bill(who, month, s.own(who), "99453")
    s.bill(who, month + 20, s.own(who), "99454")
    day = month + s.within(14, 25, who)
    s.bill(who, day, s.own(who), "99457")
    s.bill(who, day, s.own(who), "99458")
    s.bill(who, month + 51, s.own(who), "99454")
    s.bill(who, month + s.within(40, 51, who), s.own(who), "99470")
