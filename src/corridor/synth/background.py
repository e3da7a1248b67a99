"""Everything else people see a doctor for: primary care, other specialists, laboratories, therapy."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue, modifier, place
from corridor.synth.clinic import diagnoses
from corridor.synth.days import month_start
from corridor.synth.draws import Flags, Floats, events, repeated, share_of
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Pool
from corridor.synth.panels import BACK, HEART, Relations, office_code
from corridor.synth.people import People
from corridor.synth.providers import Providers

# other specialists: role, visits a year, reason, condition that makes the visit (or "": anybody), extras
_OTHERS: tuple[tuple[str, float, str, str, tuple[tuple[str, float], ...]], ...] = (
    ("skin", 0.28, "skin", "", (("17000", 0.4), ("11102", 0.2))),
    ("eye", 0.30, "eye", "", (("92134", 0.5),)),
    ("optometry", 0.18, "eye", "", (("92250", 0.3),)),
    ("stomach", 0.14, "stomach", "", ()),
    ("lung", 0.9, "lung", "copd", (("94060", 0.4),)),
    ("endocrine", 0.6, "endocrine", "diabetes", ()),
    ("kidney", 0.9, "kidney", "kidney", ()),
    ("oncology", 2.2, "cancer_treatment", "cancer", ()),
    ("urology", 0.16, "urology", "", (("51798", 0.4), ("52000", 0.08))),
    ("foot", 0.7, "foot", "diabetes", (("11721", 0.6),)),
    ("mental", 3.0, "mental", "depression", ()),
    ("surgery", 0.08, "general", "", ()),
)
_EYE_CODES = ("92012", "92014")
_PRIMARY_LABS = (
    ("80053", 0.34),
    ("80061", 0.22),
    ("85025", 0.30),
    ("83036", 0.14),
    ("84443", 0.12),
    ("36415", 0.42),
)


def add_primary_care(
    rng: np.random.Generator, data: Catalogue, pool: Pool, people: People, providers: Providers, doctor: Ints
) -> None:
    """Office, telehealth and wellness visits, vaccines, care management and laboratory tests."""
    yearly = 2.6 * np.clip(people.severity, 0.6, 2.0)
    person, day = events(rng, yearly, people.start, people.end)
    person, day = _enrolled(people, person, day)
    size = len(person)
    spot = rng.random(size)
    remote = spot < 0.06
    where = np.where(remote, np.where(spot < 0.012, place("02"), place("10")), place("11"))
    mark = np.where(remote, np.where(spot < 0.050, modifier("95"), modifier("93")), -1)
    bill = providers.affiliation(doctor[person], day, person)
    dx = _primary_diagnoses(rng, data, people, person)
    common = {"day": day, "affiliation": bill, "dx_1": dx[0], "dx_2": dx[1], "dx_3": dx[2], "dx_4": dx[3]}
    hearty = np.isin(dx[0], _heart_codes(people)) | np.isin(dx[1], _heart_codes(people))
    cause = np.where(hearty & people.heart_failure[person], HEART, 0)
    pool.add(
        person,
        service=office_code(rng, data, np.zeros(size, dtype=bool)),
        place=where,
        modifier=mark,
        cause=cause,
        **common,
    )
    _labs(rng, data, pool, people, providers, person, day, doctor, dx, ~remote)
    # yearly wellness visit, vaccine, care management
    for rate, code, where_code, reason in (
        (0.55, "G0439", "11", "wellness"),
        (0.45, "90662", "11", "vaccine"),
    ):
        person, day = _enrolled(people, *events(rng, rate, people.start, people.end))
        why = np.array(data.reasons[reason])[rng.integers(0, len(data.reasons[reason]), len(person))]
        bill = providers.affiliation(doctor[person], day, person)
        pool.add(
            person, day=day, affiliation=bill, service=data.services[code], place=place(where_code), dx_1=why
        )
        if code == "90662":
            pool.add(
                person,
                day=day,
                affiliation=bill,
                service=data.services["G0008"],
                place=place(where_code),
                dx_1=why,
            )
    managed = share_of(rng, 0.08, len(people)) & (people.severity > 1)
    person, day = _enrolled(people, *events(rng, np.where(managed, 10.0, 0.0), people.start, people.end))
    bill = providers.affiliation(doctor[person], day, person)
    dx = _primary_diagnoses(rng, data, people, person)
    # every third of the plainly complex ones is under advanced primary care management, since there is one
    advanced = (
        (person % 3 == 0) & (condition_count(data, people)[person] >= 4) & (day >= month_start(2025, 1))
    )
    code_index = np.where(advanced, apcm_level(data, people)[person], data.services["99490"])
    pool.add(person, day=day, affiliation=bill, service=code_index, place=place("11"), dx_1=dx[0], dx_2=dx[1])


def apcm_level(data: Catalogue, people: People) -> Ints:
    """The code of advanced primary care management of each person, by the official definitions.

    Two chronic conditions or more: level 2; for a Qualified Medicare Beneficiary (dual 01, 02) level 3.
    """
    several = condition_count(data, people) >= 2
    qmb = np.isin(people.dual, ["01", "02"])
    codes = [data.services[code] for code in ("G0556", "G0557", "G0558")]
    return np.where(several, np.where(qmb, codes[2], codes[1]), codes[0])


def condition_count(data: Catalogue, people: People) -> Ints:
    """How many lasting conditions each person was made with; back pain and complaints do not count.

    Hypertensive heart disease is hypertension with heart failure, which counts by itself.
    """
    names = [*data.conditions, "heart_failure"]
    held: Ints = np.sum([people.dx[name] >= 0 for name in names], axis=0)
    return held


def _heart_codes(people: People) -> Ints:
    codes = np.concatenate([people.dx["heart_failure"], people.dx["hypertensive_heart"]])
    return np.unique(codes[codes >= 0])


def _enrolled(people: People, person: Ints, day: Ints) -> tuple[Ints, Ints]:
    kept = people.enrolled(person, day)
    return person[kept], day[kept]


def _primary_diagnoses(
    rng: np.random.Generator, data: Catalogue, people: People, person: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Four of the person's conditions, a different first one each time; a complaint where there are none."""
    names = (
        "hypertension",
        "diabetes",
        "lipids",
        "copd",
        "kidney",
        "depression",
        "atrial_fibrillation",
        "coronary",
        "hypertensive_heart",
        "heart_failure",
        "dementia",
        "cancer",
        "obesity",
        "vascular",
        "lung_cancer",
    )
    held = np.stack([people.dx[name][person] for name in names], axis=1)
    order = np.argsort(np.where(held >= 0, rng.random(held.shape), 2.0), axis=1)[:, :4]
    picked = np.take_along_axis(held, order, axis=1)
    general = np.array(data.reasons["general"])[rng.integers(0, len(data.reasons["general"]), len(person))]
    picked[:, 0] = np.where(picked[:, 0] < 0, general, picked[:, 0])
    return picked[:, 0], picked[:, 1], picked[:, 2], picked[:, 3]


def _labs(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    people: People,
    providers: Providers,
    person: Ints,
    day: Ints,
    doctor: Ints,
    dx: tuple[Ints, Ints, Ints, Ints],
    can: Flags,
) -> None:
    laboratory = providers.of_role("laboratory")
    for code, chance in _PRIMARY_LABS:
        done = can & share_of(rng, chance, len(person))
        own = providers.first[laboratory[rng.integers(0, len(laboratory), int(done.sum()))]]
        pool.add(
            person[done],
            day=day[done],
            affiliation=own,
            service=data.services[code],
            place=place("81"),
            dx_1=dx[0][done],
            referrer=doctor[person[done]],
        )


def add_other_specialists(
    rng: np.random.Generator, data: Catalogue, pool: Pool, people: People, providers: Providers, doctor: Ints
) -> None:
    """Visits to everybody else, their small procedures, and screening."""
    for role, rate, reason, condition, extras in _OTHERS:
        able = people.dx[condition] >= 0 if condition else np.ones(len(people), dtype=bool)
        person, day = _enrolled(people, *events(rng, np.where(able, rate, 0.0), people.start, people.end))
        group = providers.of_role(role)
        own = group[person % len(group)]
        bill = providers.affiliation(own, day, person)
        whys = np.array(data.reasons[reason])
        why = whys[rng.integers(0, len(whys), len(person))]
        if role == "oncology":
            why = people.dx["cancer"][person]
        code = office_code(rng, data, share_of(rng, 0.12, len(person)))
        if role in ("eye", "optometry"):
            code = np.array([data.services[one] for one in _EYE_CODES])[rng.integers(0, 2, len(person))]
        elif role == "mental":
            code = np.array([data.services[one] for one in ("90834", "90837")])[
                rng.integers(0, 2, len(person))
            ]
        remote = share_of(rng, 0.45 if role == "mental" else 0.02, len(person))
        afar = remote & (role not in ("eye", "optometry"))  # eye examinations are no telehealth services
        where = np.where(afar, place("10"), place("11"))
        mark = np.where(afar, modifier("95"), -1)
        pool.add(
            person,
            day=day,
            affiliation=bill,
            service=code,
            place=where,
            modifier=mark,
            dx_1=why,
            referrer=doctor[person],
        )
        for extra, chance in extras:
            done = ~remote & share_of(rng, chance, len(person))
            pool.add(
                person[done],
                day=day[done],
                affiliation=bill[done],
                service=data.services[extra],
                place=place("11"),
                dx_1=why[done],
            )
    _screening(rng, data, pool, people, providers, doctor)


def _screening(
    rng: np.random.Generator, data: Catalogue, pool: Pool, people: People, providers: Providers, doctor: Ints
) -> None:
    women = np.where(people.female, 0.35, 0.0)
    plans: tuple[tuple[str, Floats | float, str, str], ...] = (
        ("77067", women, "breast_screening", "radiology"),
        ("71046", 0.12, "chest", "radiology"),
        ("73560", 0.10, "joint", "radiology"),
        ("88305", 0.12, "skin", "pathology"),
    )
    for code, rate, reason, role in plans:
        person, day = _enrolled(people, *events(rng, rate, people.start, people.end))
        whys = np.array(data.reasons[reason])
        group = providers.of_role(role)
        own = providers.first[group[person % len(group)]]
        pool.add(
            person,
            day=day,
            affiliation=own,
            service=data.services[code],
            place=place("11"),
            dx_1=whys[rng.integers(0, len(whys), len(person))],
            referrer=doctor[person],
        )


def add_back_therapy(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    people: People,
    providers: Providers,
    relations: Relations,
    cost: Floats,
) -> None:
    """Courses of physical therapy and chiropractic care ordered within spells of back-pain care."""
    back = np.flatnonzero(relations.cause == BACK)
    owner, day = events(rng, 0.40 * cost[back], relations.first[back], relations.last[back])
    course, number = repeated(np.clip(rng.poisson(8.0, len(owner)), 2, 16))
    relation = back[owner[course]]
    person = relations.person[relation]
    session = day[course] + (number * 3.5).astype(np.int64)
    kept = people.enrolled(person, session)
    course, number, relation, person, session = (x[kept] for x in (course, number, relation, person, session))
    therapists = providers.of_role("therapy")
    own = therapists[(person + course) % len(therapists)]
    bill = providers.affiliation(own, session, person)
    dx_1, dx_2, _, _ = diagnoses(rng, people, person, BACK)
    common: dict[str, Any] = {
        "day": session,
        "affiliation": bill,
        "place": place("11"),
        "modifier": modifier("GP"),
        "dx_1": dx_1,
        "dx_2": dx_2,
        "cause": BACK,
        "referrer": relations.clinician[relation],
    }
    first = number == 0
    for done, code, units in (
        (first, "97161", 1),
        (~first, "97110", 2),
        (~first & share_of(rng, 0.7, len(person)), "97140", 1),
        (~first & share_of(rng, 0.4, len(person)), "97530", 1),
    ):
        columns = {
            name: value[done] if isinstance(value, np.ndarray) else value for name, value in common.items()
        }
        pool.add(person[done], service=data.services[code], units=units, **columns)
