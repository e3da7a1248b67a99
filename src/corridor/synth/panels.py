"""Who looks after whom: specialists' panels, their visits, and primary care.

A relation is one person's spell of care with one clinician. Visits keep a rhythm, so that a spell of
heart-failure care never lapses for a year and one of back-pain care never for four months: what an
episode needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import Period
from corridor.synth.draws import Flags, Floats, repeated, share_of, weighted
from corridor.synth.identifiers import Ints
from corridor.synth.people import People
from corridor.synth.providers import Providers, choose

HEART, BACK = 1, 2
"""What a service was for; 0 is anything else."""


@dataclass
class Relations:
    """Spells of specialist care.

    person, clinician, cause (HEART or BACK), first and last day, days between visits.
    """

    person: Ints
    clinician: Ints
    cause: Ints
    first: Ints
    last: Ints
    gap: Floats
    new: Flags


@dataclass
class Visits:
    """Office visits: who, by whom (clinician), when, for what (cause), whose relation, which number in it."""

    person: Ints
    clinician: Ints
    day: Ints
    cause: Ints
    relation: Ints
    number: Ints
    new: Flags


def primary_clinicians(rng: np.random.Generator, people: People, providers: Providers) -> Ints:
    """The primary care clinician of each person, from the person's area where there is one."""
    doctors = providers.of_role("primary_care")
    out = choose(rng, doctors, providers.weight, len(people))
    for area in sorted(set(people.area.tolist())):
        near = doctors[providers.area[doctors] == area]
        here = np.flatnonzero(people.area == area)
        if len(near):
            out[here] = near[rng.integers(0, len(near), len(here))]
    return out


def make_relations(
    rng: np.random.Generator, data: Catalogue, people: People, providers: Providers, period: Period
) -> Relations:
    """Give people with a condition their specialist; the person's area follows the clinician's for most."""
    parts: list[Relations] = []
    for role, has, spell in (
        ("low_back_pain", people.low_back_pain, _back_spell),
        ("heart_failure", people.heart_failure, _heart_spell),
    ):
        treated = has & share_of(rng, data.practices["specialists"][role]["treated"], len(people))
        person = np.flatnonzero(treated)
        person = person[people.end[person] - people.start[person] > 120]
        group = providers.of_role(role)
        near = providers.of_role(f"near_{role}")
        clinician = choose(rng, group, providers.weight, len(person))
        dual = np.array([people.dual[i] != "NA" for i in person.tolist()], dtype=bool)
        tilted = choose(rng, group, providers.weight * providers.dual_tilt, len(person))
        clinician = np.where(dual, tilted, clinician)
        if len(near):
            other = share_of(rng, 0.06, len(person))
            clinician = np.where(other, near[rng.integers(0, len(near), len(person))], clinician)
        follows = share_of(rng, 0.92, len(person))
        people.area[person[follows]] = providers.area[clinician[follows]]
        people.risk[person] *= providers.coding[clinician]
        parts.append(spell(rng, people, person, clinician, period))
    return Relations(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("person", "clinician", "cause", "first", "last", "gap", "new")
        )
    )


def _heart_spell(
    rng: np.random.Generator, people: People, person: Ints, clinician: Ints, period: Period
) -> Relations:
    """For life; most spells are older than the data and show their first visit in its first hundred days."""
    size = len(person)
    start, end = people.start[person], people.end[person]
    old = share_of(rng, 0.86, size)
    room = np.maximum(end - start - 90, 1)
    late = start + (rng.random(size) * room).astype(np.int64)
    first = np.where(old, start + rng.integers(0, 100, size), late)
    gap = np.clip(rng.lognormal(np.log(78), 0.22, size), 42, 140)
    cause = np.full(size, HEART, dtype=np.int64)
    return Relations(person, clinician, cause, np.minimum(first, end), end, gap, ~old)


def _back_spell(
    rng: np.random.Generator, people: People, person: Ints, clinician: Ints, period: Period
) -> Relations:
    """Half are chronic, half last some months to two years."""
    size = len(person)
    start, end = people.start[person], people.end[person]
    chronic = share_of(rng, 0.60, size)
    old = chronic & share_of(rng, 0.85, size)
    length = np.clip(rng.lognormal(np.log(330), 0.5, size), 90, 1100)
    room = np.maximum(end - start - 90, 1)
    late = start + (rng.random(size) * room).astype(np.int64)
    first = np.minimum(np.where(old, start + rng.integers(0, 100, size), late), end)
    last = np.where(chronic, end, np.minimum(first + length.astype(np.int64), end))
    gap = np.clip(rng.lognormal(np.log(62), 0.19, size), 30, 83)
    cause = np.full(size, BACK, dtype=np.int64)
    return Relations(person, clinician, cause, first, last, gap, ~old)


def make_visits(
    rng: np.random.Generator, data: Catalogue, relations: Relations, people: People, providers: Providers
) -> Visits:
    """The visits of every relation: most with the clinician, some with a nurse or partner of the TIN."""
    length = np.maximum(relations.last - relations.first, 0)
    relation, number = repeated((length / relations.gap).astype(np.int64) + 1)
    gap = relations.gap[relation]
    jitter = (rng.random(len(relation)) - 0.5) * 0.4 * gap
    # the second visit comes soon: it confirms the condition
    soon = np.where(relations.cause[relation] == BACK, 40.0, 90.0)
    step = np.where(number == 0, 0.0, np.where(number == 1, np.minimum(gap, soon), number * gap + jitter))
    day = relations.first[relation] + step.astype(np.int64)
    person = relations.person[relation]
    kept = people.enrolled(person, day) & (day <= relations.last[relation])
    relation, number, day, person = relation[kept], number[kept], day[kept], person[kept]
    clinician = _stand_in(rng, data, relations.clinician[relation], providers)
    new = (number == 0) & relations.new[relation]
    return Visits(person, clinician, day, relations.cause[relation], relation, number, new)


def _stand_in(rng: np.random.Generator, data: Catalogue, clinician: Ints, providers: Providers) -> Ints:
    """Who of the practice takes the visit."""
    practice_of = providers.practice_of[providers.first]
    drawn = rng.random(len(clinician))
    nurse_share = data.practices["nurse_practitioners"]["visits"]
    partner_share = data.practices["partner_visits"]
    out = clinician.copy()
    roles = np.array(providers.roles)
    for practice in np.unique(practice_of[clinician]):
        members = np.flatnonzero(practice_of == practice)
        nurses = members[roles[members] == "nurse"]
        here = practice_of[clinician] == practice
        if len(nurses):
            taken = here & (drawn < nurse_share)
            out[taken] = nurses[0]
        for role in ("heart_failure", "low_back_pain"):
            partners = members[roles[members] == role]
            if len(partners) > 1:
                taken = here & (drawn > 1 - partner_share) & (roles[clinician] == role)
                out[taken] = partners[rng.integers(0, len(partners), int(taken.sum()))]
    return out


def office_code(rng: np.random.Generator, data: Catalogue, new: Flags, heavy: float = 0.0) -> Ints:
    """Office visit codes: new and established patients, levels drawn; ``heavy`` shifts to higher levels."""
    services = data.services
    established = np.array([services[code] for code in ("99212", "99213", "99214", "99215")])
    first = np.array([services[code] for code in ("99202", "99203", "99204", "99205")])
    level = weighted(rng, [0.04, 0.38 - heavy, 0.50 + heavy * 0.7, 0.08 + heavy * 0.3], len(new))
    return np.where(new, first[level], established[level])
