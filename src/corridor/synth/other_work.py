"""What specialists do for everybody else: other heart patients, joints; and surgery in hospital."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue, place
from corridor.synth.draws import Flags, Floats, events, share_of
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Pool
from corridor.synth.panels import office_code
from corridor.synth.people import People
from corridor.synth.providers import Providers, choose
from corridor.synth.stays import Stays

_HEART_EXTRAS = (
    ("93000", 0.55),
    ("93306", 0.26),
    ("78452", 0.17),
    ("93880", 0.10),
    ("93015", 0.05),
    ("93280", 0.06),
)
_JOINT_EXTRAS = (("20610", 0.40), ("73560", 0.30), ("73030", 0.12), ("20553", 0.08), ("L3908", 0.02))
_HEART_HOSPITAL = (("93458-26", 0.035), ("92928", 0.012))
_JOINT_HOSPITAL = (("29881", 0.020), ("64721", 0.020))
_SURGERY = {"470": "27447", "522": "27236"}


@dataclass(frozen=True)
class _Field:
    """A cohort's other patients: role; yearly visits and diagnosis by person; extras; campus procedures."""

    role: str
    rate: Floats
    dx: Ints
    extras: tuple[tuple[str, float], ...]
    hospital: tuple[tuple[str, float], ...]


def add_other_work(
    rng: np.random.Generator, data: Catalogue, pool: Pool, people: People, providers: Providers, doctor: Ints
) -> None:
    """Visits, tests and procedures of cohort specialists for people without the cohort's condition."""
    joints = np.array(data.reasons["joint"])
    rhythm, vessels = people.dx["atrial_fibrillation"], people.dx["coronary"]
    pressure = people.dx["hypertension"]
    cardiac = np.where(rhythm >= 0, rhythm, np.where(vessels >= 0, vessels, pressure))
    heart_rate = np.where((rhythm >= 0) | (vessels >= 0), 3.4, np.where(pressure >= 0, 0.7, 0.0))
    for area in (
        _Field(
            "heart_failure",
            np.where(people.heart_failure, 0.0, heart_rate),
            cardiac,
            _HEART_EXTRAS,
            _HEART_HOSPITAL,
        ),
        _Field(
            "low_back_pain",
            np.full(len(people), 0.65),
            joints[rng.integers(0, len(joints), len(people))],
            _JOINT_EXTRAS,
            _JOINT_HOSPITAL,
        ),
    ):
        group = providers.of_role(area.role)
        own = choose(rng, group, providers.weight, len(people))
        person, day = events(rng, area.rate, people.start, people.end)
        kept = people.enrolled(person, day)
        person, day = person[kept], day[kept]
        bill = providers.affiliation(own[person], day, person)
        dx = area.dx[person]
        everyone = np.ones(len(person), dtype=bool)

        def add(done: Flags, code: Ints | int, where: str, seen: tuple[Ints, Ints, Ints, Ints]) -> None:
            who, when, by, why = (values[done] for values in seen)
            pool.add(
                who,
                day=when,
                affiliation=by,
                service=code,
                place=place(where),
                dx_1=why,
                referrer=doctor[who],
            )

        seen = (person, day, bill, dx)
        add(everyone, office_code(rng, data, share_of(rng, 0.15, len(person))), "11", seen)
        for code, chance in area.extras:
            add(share_of(rng, chance, len(person)), data.services[code], "11", seen)
        for code, chance in area.hospital:
            add(share_of(rng, chance, len(person)), data.services[code], "22", seen)


def add_surgeons(
    rng: np.random.Generator, data: Catalogue, pool: Pool, stays: Stays, providers: Providers
) -> None:
    """The surgeon's bill for joint replacement and hip fracture."""
    surgeons = np.array(
        [who for who in providers.of_role("low_back_pain") if providers.specialties[int(who)] in ("20", "14")]
    )
    if not len(surgeons):
        surgeons = providers.of_role("surgery")
    drgs = np.array([row["drg"] for row in data.stays["stays"]])[stays.kind]
    for drg, code in _SURGERY.items():
        index = np.flatnonzero(drgs == drg)
        person, day = stays.person[index], stays.first[index]
        own = surgeons[rng.integers(0, len(surgeons), len(index))]
        pool.add(
            person,
            day=day,
            affiliation=providers.affiliation(own, day, person),
            service=data.services[code],
            place=place("21"),
            dx_1=stays.principal[index],
        )
