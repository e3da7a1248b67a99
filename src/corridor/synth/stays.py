"""Hospital stays, what follows them (skilled nursing, home health), and the doctors' work in hospital."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue, place
from corridor.synth.draws import Flags, Floats, events, repeated, share_of, weighted
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Pool
from corridor.synth.panels import BACK, HEART, Relations
from corridor.synth.people import People
from corridor.synth.providers import Providers

# yearly stays of an average person, and how strongly the clinician's cost moves them
_HEART_RATE, _HEART_POWER = 0.60, 1.0
_PROGRESS = 0.95  # heart failure gets worse: days are drawn later than evenly (power of an even draw)
_BACK_RATE, _BACK_POWER = 0.0115, 1.0
_OTHER_RATE = 0.21
_CAUSE_NAMES = {HEART: "heart_failure", BACK: "low_back_pain", 0: "other"}


@dataclass
class Stays:
    """Stays sorted by person and day; no two of a person overlap.

    kind: index into catalogue stays; clinician: the specialist who looks after the person (-1 none);
    nursing_days: days in a skilled nursing facility afterwards (0 none); home_periods: 30-day periods of home
    health afterwards; died.
    """

    person: Ints
    first: Ints
    last: Ints
    kind: Ints
    cause: Ints
    clinician: Ints
    principal: Ints
    second: Ints
    nursing_days: Ints
    home_periods: Ints
    died: Flags

    def __len__(self) -> int:
        return len(self.person)


def make_stays(
    rng: np.random.Generator, data: Catalogue, people: People, relations: Relations, cost: Floats
) -> Stays:
    """Draw the stays of everybody."""
    heart = np.flatnonzero(relations.cause == HEART)
    back = np.flatnonzero(relations.cause == BACK)
    untreated = people.heart_failure.copy()
    untreated[relations.person[heart]] = False
    specialist = np.full(len(people), -1, dtype=np.int64)
    specialist[relations.person[heart]] = relations.clinician[heart]
    effect = np.ones(len(people))
    effect[relations.person[heart]] = cost[heart]
    parts: list[tuple[Ints, Ints, int, Ints]] = []
    yearly = np.where(people.heart_failure, _HEART_RATE * people.severity * effect**_HEART_POWER, 0.0)
    person, day = events(rng, np.minimum(yearly, 4.0), people.start, people.end)
    start, span = people.start[person], people.end[person] - people.start[person] + 1
    day = start + (((day - start + rng.random(len(day))) / span) ** _PROGRESS * span).astype(np.int64)
    parts.append((person, day, HEART, specialist[person]))
    owner, day = events(
        rng, _BACK_RATE * cost[back] ** _BACK_POWER, relations.first[back], relations.last[back]
    )
    parts.append((relations.person[back[owner]], day, BACK, relations.clinician[back[owner]]))
    person, day = events(rng, np.minimum(_OTHER_RATE * people.severity, 2.0), people.start, people.end)
    parts.append((person, day, 0, np.full(len(person), -1)))
    person = np.concatenate([part[0] for part in parts])
    first = np.concatenate([part[1] for part in parts])
    cause = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    clinician = np.concatenate([part[3] for part in parts])
    kind, days = _kinds(rng, data, cause)
    last = np.minimum(first + np.maximum(rng.poisson(days), 1), people.end[person])
    kept = people.enrolled(person, first) & people.enrolled(person, last)
    order = np.flatnonzero(kept)
    order = order[np.lexsort((first[order], person[order]))]
    order = order[_apart(person[order], first[order], last[order])]
    person, first, last, kind, cause, clinician = (
        values[order] for values in (person, first, last, kind, cause, clinician)
    )
    died = last >= people.death[person]
    following = _room_after(people, person, first, last)
    nursing, home = _after(rng, data, cause, cost_of(effect, person, cause), following, died)
    principal, second = _reasons(data, people, person, cause, kind, first)
    return Stays(person, first, last, kind, cause, clinician, principal, second, nursing, home, died)


def cost_of(effect: Floats, person: Ints, cause: Ints) -> Floats:
    """The specialist's cost effect where the stay is for the heart, else 1."""
    return np.where(cause == HEART, effect[person], 1.0)


def _kinds(rng: np.random.Generator, data: Catalogue, cause: Ints) -> tuple[Ints, Floats]:
    rows = data.stays["stays"]
    kind = np.zeros(len(cause), dtype=np.int64)
    for code, name in _CAUSE_NAMES.items():
        places = np.array([i for i, row in enumerate(rows) if row["group"] == name])
        here = np.flatnonzero(cause == code)
        kind[here] = places[weighted(rng, [rows[i]["rate"] for i in places], len(here))]
    return kind, np.array([row["days"] for row in rows])[kind]


def _apart(person: Ints, first: Ints, last: Ints) -> Ints:
    """Places of stays that begin after the one before has been over for a day (sorted by person and day)."""
    kept = np.arange(len(person))
    while len(kept):
        same = person[kept][1:] == person[kept][:-1]
        clash = np.r_[False, same & (first[kept][1:] <= last[kept][:-1] + 1)]
        # of a run of clashes only the first goes in one round: the next may be free then
        clash &= ~np.r_[False, clash[:-1]]
        if not clash.any():
            break
        kept = kept[~clash]
    return kept


def _room_after(people: People, person: Ints, first: Ints, last: Ints) -> Ints:
    """Days between the end of a stay and the next stay, death or end of enrolment."""
    limit = people.end[person]
    away = people.away_from[person]
    limit = np.where(away > last, np.minimum(limit, away - 1), limit)
    following = np.r_[first[1:], 0] if len(first) else first
    same = np.r_[person[1:] == person[:-1], False] if len(first) else np.empty(0, dtype=bool)
    limit = np.where(same, np.minimum(limit, following - 1), limit)
    room: Ints = np.maximum(limit - last, 0)
    return room


def _after(
    rng: np.random.Generator, data: Catalogue, cause: Ints, effect: Floats, room: Ints, died: Flags
) -> tuple[Ints, Ints]:
    """Days of skilled nursing and periods of home health after each stay."""
    nursing, home = data.stays["skilled_nursing"], data.stays["home_health"]
    size = len(cause)
    drawn = rng.random(size)
    to_nursing = drawn < np.minimum(nursing["share"] * effect, 0.6)
    to_home = ~to_nursing & (drawn < np.minimum((nursing["share"] + home["share"]) * effect, 0.9))
    days = np.minimum(4 + rng.exponential(nursing["days"] - 4, size).astype(np.int64), 100)
    days = np.where(to_nursing & ~died & (room > 4), np.minimum(days, room), 0)
    periods = np.minimum(1 + rng.poisson(home["periods"] - 1, size), 3)
    fit = room // home["period_days"]
    return days, np.where(to_home & ~died, np.minimum(periods, fit), 0)


def _reasons(
    data: Catalogue, people: People, person: Ints, cause: Ints, kind: Ints, day: Ints
) -> tuple[Ints, Ints]:
    """Principal and second diagnosis of each stay."""
    rows = data.stays["stays"]
    dx = data.diagnoses
    own = np.array([dx[row["principal"]] if "principal" in row else -1 for row in rows])[kind]
    acute = people.heart_failure_acute[person]
    hypertensive = people.dx["hypertensive_heart"][person]
    heart_first = np.where(hypertensive >= 0, hypertensive, acute)
    heart_second = np.where(hypertensive >= 0, acute, people.dx["kidney"][person])
    principal = np.where(
        cause == HEART, heart_first, np.where(cause == BACK, people.dx["low_back_pain"][person], own)
    )
    second = np.where(
        cause == HEART, heart_second, np.where(cause == BACK, people.low_back_pain_side[person], -1)
    )
    return dx.on(principal, day), dx.on(np.where(second == principal, -1, second), day)


def add_hospital_doctors(
    rng: np.random.Generator, data: Catalogue, pool: Pool, stays: Stays, people: People, providers: Providers
) -> None:
    """What doctors bill during stays: emergency, admission, daily visits, discharge, surgery."""
    size = len(stays)
    hospitalists = providers.of_role("hospitalist")
    own = hospitalists[stays.person % len(hospitalists)]
    services = data.services

    def add(which: Flags, who: Ints, code: str, where: str, day: Ints, units: int = 1) -> None:
        chosen = np.flatnonzero(which)
        _stay_lines(
            pool, stays, chosen, providers, who[chosen], services[code], place(where), day[chosen], units
        )

    everyone = np.ones(size, dtype=bool)
    emergency = share_of(rng, 0.72, size)
    urgent = providers.of_role("emergency")
    add(emergency, urgent[stays.person % len(urgent)], "99285", "23", stays.first)
    riders = providers.of_role("ambulance")
    ride = emergency & share_of(rng, 0.34, size)
    add(ride, riders[stays.person % len(riders)], "A0427", "41", stays.first)
    add(ride, riders[stays.person % len(riders)], "A0425", "41", stays.first, 9)
    add(everyone, own, "99223", "21", stays.first)
    add(everyone & (stays.last > stays.first), own, "99239", "21", stays.last)
    days = np.clip(stays.last - stays.first - 1, 0, 8)
    owner, number = repeated(days)
    _stay_lines(
        pool,
        stays,
        owner,
        providers,
        own[owner],
        services["99232"],
        place("21"),
        stays.first[owner] + 1 + number,
        1,
    )
    readers = providers.of_role("radiology")
    add(share_of(rng, 0.7, size), readers[stays.person % len(readers)], "71046-26", "21", stays.first)
    seen = stays.clinician >= 0
    heart = seen & (stays.cause == HEART)
    add(heart & share_of(rng, 0.65, size), stays.clinician, "99222", "21", stays.first)
    add(heart & share_of(rng, 0.45, size), stays.clinician, "93306-26", "21", stays.first)
    drg = np.array([row["drg"] for row in data.stays["stays"]])[stays.kind]
    add(heart & (drg == "227"), stays.clinician, "33249", "21", stays.first)
    add(seen & np.isin(drg, ["519", "520"]), stays.clinician, "63047", "21", stays.first)
    primary = providers.of_role("primary_care")
    rounds = np.flatnonzero(stays.nursing_days > 3)
    visit, number = repeated(np.clip(stays.nursing_days[rounds] // 10 + 1, 1, 5))
    index = rounds[visit]
    _stay_lines(
        pool,
        stays,
        index,
        providers,
        primary[stays.person[index] % len(primary)],
        services["99309"],
        place("31"),
        stays.last[index] + 1 + number * 7,
        1,
    )


def _stay_lines(
    pool: Pool,
    stays: Stays,
    index: Ints,
    providers: Providers,
    who: Ints,
    service: int,
    where: int,
    day: Ints,
    units: int,
) -> None:
    person = stays.person[index]
    columns: dict[str, Any] = {
        "day": day,
        "affiliation": providers.affiliation(who, day, person),
        "service": service,
        "units": units,
        "place": where,
        "dx_1": stays.principal[index],
        "dx_2": stays.second[index],
        "cause": stays.cause[index],
    }
    pool.add(person, **columns)
