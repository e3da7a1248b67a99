"""Specialist care in the office: visits for heart failure and back pain, and what is done at them."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue, modifier, place
from corridor.synth.draws import Flags, Floats, share_of
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Pool
from corridor.synth.panels import BACK, HEART, Visits, office_code
from corridor.synth.people import People
from corridor.synth.providers import Providers

# what is done at a visit: service, chance at a visit of a clinician of average cost, how strongly the
# clinician's cost moves it (power), units, and who does it (the visit's own clinician, or a role)
_HEART_EXTRAS: tuple[tuple[str, float, float, int, str], ...] = (
    ("93000", 0.42, 0.6, 1, "self"),
    ("93306", 0.19, 1.2, 1, "self"),
    ("93308", 0.03, 1.2, 1, "self"),
    ("93280", 0.05, 0.5, 1, "self"),
    ("93283", 0.06, 0.5, 1, "self"),
    ("78452", 0.045, 1.5, 1, "self"),
    ("93880", 0.02, 1.2, 1, "self"),
    ("83880", 0.45, 0.7, 1, "laboratory"),
    ("80048", 0.60, 0.5, 1, "laboratory"),
    ("36415", 0.55, 0.5, 1, "laboratory"),
    ("71046", 0.06, 1.0, 1, "radiology"),
)
_BACK_EXTRAS: tuple[tuple[str, float, float, int, str], ...] = (
    ("72100", 0.050, 1.0, 1, "radiology"),
    ("72148", 0.050, 1.2, 1, "radiology"),
    ("72131", 0.008, 1.2, 1, "radiology"),
    ("62323", 0.048, 1.2, 1, "self"),
    ("64483", 0.070, 1.3, 1, "self"),
    ("64484", 0.022, 1.3, 1, "self"),
    ("64493", 0.032, 1.3, 1, "self"),
    ("64494", 0.024, 1.3, 1, "self"),
    ("64635", 0.016, 1.4, 1, "self"),
    ("64636", 0.013, 1.4, 1, "self"),
    ("27096", 0.016, 1.2, 1, "self"),
    ("20552", 0.045, 0.9, 1, "self"),
    ("J3301", 0.060, 1.0, 4, "self"),
    ("L0621", 0.008, 1.0, 1, "self"),
    ("95886", 0.014, 1.0, 1, "self"),
    ("95910", 0.014, 1.0, 1, "self"),
)


def add_visits(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    visits: Visits,
    people: People,
    providers: Providers,
    cost: Floats,
) -> None:
    """Add the visits and their extras. ``cost``: by visit, the cost effect of the relation's clinician."""
    affiliation = providers.affiliation(visits.clinician, visits.day, visits.person)
    campus = np.array([one.campus for one in providers.practices])[providers.practice_of[affiliation]]
    size = len(visits.person)
    spot = rng.random(size)
    where = np.where(share_of(rng, campus, size), place("22"), place("11"))
    remote = (spot < 0.065) & (visits.number > 1)
    where = np.where(remote, np.where(spot < 0.015, place("02"), place("10")), where)
    mark = np.full(size, -1)
    mark = np.where(
        remote,
        np.where(spot < 0.003, modifier("GT"), np.where(spot < 0.052, modifier("95"), modifier("93"))),
        mark,
    )
    for cause in (HEART, BACK):
        here = np.flatnonzero(visits.cause == cause)
        dx_1, dx_2, dx_3, dx_4 = diagnoses(rng, people, visits.person[here], cause)
        code = office_code(rng, data, visits.new[here], 0.12 if cause == HEART else 0.0)
        common: dict[str, Any] = {
            "day": visits.day[here],
            "affiliation": affiliation[here],
            "place": where[here],
            "dx_1": dx_1,
            "dx_2": dx_2,
            "dx_3": dx_3,
            "dx_4": dx_4,
            "cause": cause,
        }
        pool.add(visits.person[here], service=code, modifier=mark[here], **common)
        in_person = ~remote[here]
        complexity = share_of(rng, 0.30, len(here)) & (where[here] == place("11"))
        _subset(pool, visits.person[here], common, complexity, service=data.services["G2211"])
        extras = _HEART_EXTRAS if cause == HEART else _BACK_EXTRAS
        for service, chance, power, units, who in extras:
            done = in_person & share_of(rng, np.minimum(chance * cost[here] ** power, 0.95), len(here))
            _extra(rng, data, pool, visits, here, common, done, service, units, who, providers)


def _subset(pool: Pool, person: Ints, common: dict[str, Any], done: Flags, **changed: Any) -> None:
    columns = {
        name: value[done] if isinstance(value, np.ndarray) else value for name, value in common.items()
    }
    pool.add(person[done], **{**columns, **changed})


def _extra(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    visits: Visits,
    here: Ints,
    common: dict[str, Any],
    done: Flags,
    service: str,
    units: int,
    who: str,
    providers: Providers,
) -> None:
    changed: dict[str, Any] = {"service": data.services[service], "units": units}
    on_campus = common["place"] == place("22")
    if who == "self":
        if f"{service}-26" in data.services.index:  # on campus the hospital bills the rest
            changed["service"] = np.where(on_campus, data.services[f"{service}-26"], data.services[service])[
                done
            ]
    else:
        group = providers.of_role(who)
        if service in ("36415",) or who == "laboratory":
            changed["place"] = place("81")
        elif who == "radiology":
            changed["place"] = place("11")
        own = group[rng.integers(0, len(group), int(done.sum()))]
        changed["affiliation"] = providers.first[own]
        changed["referrer"] = visits.clinician[here][done]
    _subset(pool, visits.person[here], common, done, **changed)


def diagnoses(
    rng: np.random.Generator, people: People, person: Ints, cause: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """The four diagnoses of a visit for a cause, the first the reason."""
    if cause == HEART:
        first = people.dx["heart_failure"][person]
        hypertensive = people.dx["hypertensive_heart"][person]
        # the code set asks for the hypertensive heart code first where there is one
        swap = hypertensive >= 0
        second = np.where(swap, first, people.dx["hypertension"][person])
        return (
            np.where(swap, hypertensive, first),
            second,
            people.dx["atrial_fibrillation"][person],
            people.dx["kidney"][person],
        )
    first = people.dx["low_back_pain"][person]
    side = np.where(share_of(rng, 0.4, len(person)), people.low_back_pain_side[person], -1)
    side = np.where(side == first, -1, side)
    return first, side, np.where(side >= 0, people.dx["diabetes"][person], -1), np.full(len(person), -1)
