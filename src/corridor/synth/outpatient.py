"""Hospital outpatient care: emergency visits, visits on campus, procedures, infusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue, place
from corridor.synth.days import year_of
from corridor.synth.draws import cents, events, repeated, share_of
from corridor.synth.facilities import TOTAL_LINE, Facilities, LineCodes
from corridor.synth.identifiers import Ints
from corridor.synth.inpatient import STATUSES
from corridor.synth.institutions import (
    DIAGNOSES,
    PROCEDURES,
    TYPES,
    Headers,
    RevenueLines,
    none,
    numbered,
    zero,
)
from corridor.synth.lines import Pool, Services
from corridor.synth.money import Amounts, share
from corridor.synth.panels import HEART, Relations
from corridor.synth.partb import close_gaps
from corridor.synth.people import People
from corridor.synth.providers import Providers

_HEART_EMERGENCY, _EMERGENCY = 0.30, 0.33
_DEVICE_RATE, _REHABILITATION_RATE = 0.012, 0.035


@dataclass
class HospitalServices:
    """Services of a hospital's outpatient departments: item is an index into catalogue outpatient."""

    person: Ints
    day: Ints
    item: Ints
    units: Ints
    dx: Ints
    cause: Ints
    clinician: Ints


class _Collector:
    """Collects hospital services stream by stream."""

    def __init__(self) -> None:
        self.parts: list[tuple[Ints, ...]] = []

    def add(
        self, person: Ints, day: Ints, item: Any, units: int, dx: Ints, cause: Any, clinician: Ints
    ) -> None:
        columns = (person, day, item, units, dx, cause, clinician)
        self.parts.append(
            tuple(np.broadcast_to(np.asarray(one, dtype=np.int64), len(person)) for one in columns)
        )

    def finish(self) -> HospitalServices:
        return HospitalServices(*(np.concatenate(column) for column in zip(*self.parts, strict=True)))


def item_of(data: Catalogue) -> dict[str, list[int]]:
    """Catalogue outpatient items by group, and by HCPCS code."""
    out: dict[str, list[int]] = {}
    for number, row in enumerate(data.stays["outpatient"]):
        out.setdefault(row["group"], []).append(number)
        out.setdefault(row["hcpcs"], []).append(number)
    return out


def make_hospital_services(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    people: People,
    providers: Providers,
    relations: Relations,
    cost: np.ndarray,
    campus: Services,
) -> HospitalServices:
    """Draw outpatient services, add the doctors' part of them to the pool, and mirror visits on campus."""
    items = item_of(data)
    made = _Collector()
    specialist = np.full(len(people), -1, dtype=np.int64)
    effect = np.ones(len(people))
    heart = np.flatnonzero(relations.cause == HEART)
    specialist[relations.person[heart]] = relations.clinician[heart]
    effect[relations.person[heart]] = cost[heart]
    urgent = providers.of_role("emergency")
    heart_rate = np.where(people.heart_failure, _HEART_EMERGENCY * effect * people.severity, 0.0)
    for cause, rate in (
        (HEART, np.minimum(heart_rate, 3.0)),
        (0, np.minimum(_EMERGENCY * people.severity, 2.0)),
    ):
        person, day = _enrolled(people, *events(rng, rate, people.start, people.end))
        general = np.array(data.reasons["general"] + data.reasons["chest"] + data.reasons["fall"])
        dx = general[rng.integers(0, len(general), len(person))]
        if cause == HEART:
            dx = people.heart_failure_acute[person]
        doctor = urgent[person % len(urgent)]
        level = rng.integers(0, 3, len(person))
        made.add(person, day, np.array(items["emergency"])[level], 1, dx, cause, doctor)
        for code, chance in (("71046", 0.5), ("70450", 0.15), ("80053", 0.8), ("85025", 0.8), ("83880", 0.3)):
            done = share_of(rng, chance, len(person))
            made.add(person[done], day[done], items[code][0], 1, dx[done], cause, doctor[done])
        bill = providers.affiliation(doctor, day, person)
        codes = np.array([data.services[code] for code in ("99283", "99284", "99285")])
        pool.add(
            person, day=day, affiliation=bill, service=codes[level], place=place("23"), dx_1=dx, cause=cause
        )
    _devices(rng, data, pool, made, items, people, providers, specialist, effect)
    _procedures(rng, data, pool, made, items, people, providers)
    _mirror(data, made, items, campus, providers)
    return made.finish()


def _enrolled(people: People, person: Ints, day: Ints) -> tuple[Ints, Ints]:
    kept = people.enrolled(person, day)
    return person[kept], day[kept]


def _devices(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    made: _Collector,
    items: dict[str, list[int]],
    people: People,
    providers: Providers,
    specialist: Ints,
    effect: np.ndarray,
) -> None:
    """Defibrillators put in on campus, and cardiac rehabilitation."""
    treated = specialist >= 0
    rate = np.where(treated, _DEVICE_RATE * effect, 0.0)
    person, day = _enrolled(people, *events(rng, rate, people.start, people.end))
    dx = people.dx["heart_failure"][person]
    near = providers.of_role("near_heart_failure")
    own = near[person % len(near)] if len(near) else specialist[person]
    made.add(person, day, items["device"][0], 1, dx, HEART, own)
    bill = providers.affiliation(own, day, person)
    pool.add(
        person,
        day=day,
        affiliation=bill,
        service=data.services["33249"],
        place=place("22"),
        dx_1=dx,
        cause=HEART,
    )
    rate = np.where(treated, _REHABILITATION_RATE * effect, 0.0)
    course, start = _enrolled(people, *events(rng, rate, people.start, people.end))
    owner, number = repeated(rng.integers(6, 30, len(course)))
    person, day = course[owner], start[owner] + number * 3
    kept = people.enrolled(person, day)
    person, day = person[kept], day[kept]
    made.add(
        person,
        day,
        items["cardiac_rehabilitation"][0],
        1,
        people.dx["heart_failure"][person],
        HEART,
        specialist[person],
    )


def _procedures(
    rng: np.random.Generator,
    data: Catalogue,
    pool: Pool,
    made: _Collector,
    items: dict[str, list[int]],
    people: People,
    providers: Providers,
) -> None:
    """Colonoscopies, cataract surgery, chemotherapy, scans."""
    cancer = np.where(people.dx["cancer"] >= 0, 2.4, 0.0)
    plans: tuple[tuple[str, Any, str, str], ...] = (
        ("45385", 0.08, "stomach", "stomach"),
        ("66984", 0.08, "eye", "eye"),
        ("96413", cancer, "cancer_treatment", "oncology"),
        ("74177", 0.14, "general", "radiology"),
    )
    for code, rate, reason, role in plans:
        person, day = _enrolled(people, *events(rng, rate, people.start, people.end))
        whys = np.array(data.reasons[reason])
        dx = whys[rng.integers(0, len(whys), len(person))]
        group = providers.of_role(role)
        own = group[person % len(group)]
        made.add(person, day, items[code][0], 1, dx, 0, own)
        bill = providers.affiliation(own, day, person)
        if code == "96413":
            made.add(person, day, items["J9271"][0], 100, dx, 0, own)
            continue
        name = f"{code}-26" if f"{code}-26" in data.services.index else code
        pool.add(person, day=day, affiliation=bill, service=data.services[name], place=place("22"), dx_1=dx)


def _mirror(
    data: Catalogue, made: _Collector, items: dict[str, list[int]], campus: Services, providers: Providers
) -> None:
    """What a specialist does on campus the hospital bills too: a clinic visit, the test, the injection."""
    clinician = providers.clinician_of[campus.affiliation]
    names = list(data.services.index)
    families = np.array(data.services.family)[campus.service]
    by_service = np.full(len(names), -1)
    for number, name in enumerate(names):
        code = name.split("-")[0]
        if code in items and data.services.family[number] != "emergency":
            by_service[number] = items[code][0]
    item = np.where(families == "office", items["clinic"][0], by_service[campus.service])
    item = np.where(campus.service == data.services["G2211"], -1, item)
    kept = item >= 0
    made.add(
        campus.person[kept],
        campus.day[kept],
        item[kept],
        1,
        campus.dx_1[kept],
        campus.cause[kept],
        clinician[kept],
    )


def outpatient_claims(
    data: Catalogue,
    amounts: Amounts,
    services: HospitalServices,
    people: People,
    facilities: Facilities,
    codes: LineCodes,
) -> tuple[Headers, RevenueLines]:
    """Claim type 40: one claim for a person, hospital and day; lines add up to what is paid."""
    rows = data.stays["outpatient"]
    key = services.person * 40_000 + services.day
    order = np.lexsort((-services.cause, key))  # what the visit was for comes first
    key = key[order]
    person, day, item, units, dx, cause, clinician = (
        getattr(services, name)[order]
        for name in ("person", "day", "item", "units", "dx", "cause", "clinician")
    )
    opens = np.r_[True, key[1:] != key[:-1]] if len(key) else np.empty(0, dtype=bool)
    claim = np.cumsum(opens) - 1
    first = np.flatnonzero(opens)
    size = len(first)
    facility = facilities.near("hospital", people.area[person[first]], person[first])
    price = np.array([row["amount"] for row in rows])[item]
    packaged = np.array([not row["apc"] for row in rows])[item]
    standard_line = cents(price) * units
    wage = facilities.wage[facility[claim]]
    local_line = np.where(packaged, standard_line, cents(standard_line / 100 * (0.6 * wage + 0.4)))
    year = year_of(day)
    part = amounts.of("coinsurance_share", year)
    owed_line = np.where(packaged, 0, share(local_line, part))
    # coinsurance of one service is not more than the inpatient deductible
    owed_line = np.minimum(owed_line, cents(amounts.of("inpatient_deductible", year)))
    before = local_line - owed_line
    withheld_line = share(before, amounts.of("sequestration_share", year))
    paid_line = before - withheld_line

    def total(values: Ints) -> Ints:
        return np.bincount(claim, weights=values.astype(np.float64), minlength=size).astype(np.int64)

    dx_table = np.full((size, DIAGNOSES), -1, dtype=np.int64)
    dx_table[:, 0] = data.diagnoses.on(dx[first], day[first])
    for column, name in enumerate(("hypertension", "diabetes", "kidney"), start=1):
        dx_table[:, column] = people.dx[name][person[first]]
    headers = Headers(
        person=person[first],
        type=np.full(size, TYPES.index("40")),
        first=day[first],
        last=day[first],
        facility=facility,
        cause=np.maximum.reduceat(cause, first) if size else cause,
        drg=none(size),
        status=np.full(size, STATUSES.index("01")),
        attending=clinician[first],
        operating=none(size),
        admission=none(size),
        admitting=none(size),
        dx=close_gaps(dx_table),
        procedures=np.full((size, PROCEDURES), -1, dtype=np.int64),
        standard=total(standard_line),
        covered=total(local_line),
        ime=zero(size),
        dsh=zero(size),
        care=zero(size),
        deductible=zero(size),
        coinsurance=total(owed_line),
        sequestration=total(withheld_line),
        paid=total(paid_line),
    )
    # a total line closes each claim
    line_claim = np.concatenate([claim, np.arange(size)])
    where = np.argsort(line_claim, kind="stable")
    revenue = np.array([codes.revenue[row["revenue"]] for row in rows])[item]
    hcpcs = np.array([codes.hcpcs[row["hcpcs"]] for row in rows])[item]
    package = np.array([codes.package.get(row["apc"], -1) for row in rows])[item]
    line_claim = line_claim[where]
    return headers, RevenueLines(
        line_claim,
        numbered(line_claim),
        np.concatenate([revenue, np.full(size, codes.revenue[TOTAL_LINE])])[where],
        np.concatenate([hcpcs, none(size)])[where],
        np.concatenate([units, zero(size)])[where],
        np.concatenate([day, day[first]])[where],
        np.concatenate([paid_line, headers.paid])[where],
        np.concatenate([package, none(size)])[where],
    )
