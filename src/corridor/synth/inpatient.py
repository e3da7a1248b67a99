"""Claims of hospital stays, skilled nursing, home health and hospice."""

from __future__ import annotations

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import month_of, year_of
from corridor.synth.draws import cents, repeated
from corridor.synth.facilities import TOTAL_LINE, Facilities, LineCodes
from corridor.synth.identifiers import Ints
from corridor.synth.institutions import (
    DIAGNOSES,
    PROCEDURES,
    TYPES,
    Headers,
    RevenueLines,
    none,
    numbered,
    settle,
    zero,
)
from corridor.synth.money import Amounts
from corridor.synth.partb import close_gaps
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.stays import Stays

STATUSES = ("01", "03", "06", "20", "30", "50")
_CAPITAL = 0.06  # share of IME and DSH paid under the capital system


def _other_diagnoses(people: People, person: Ints, first: Ints, second: Ints) -> Ints:
    """Principal, second and the person's conditions: shape (n, DIAGNOSES), -1 at the end."""
    names = ("diabetes", "kidney", "copd", "atrial_fibrillation", "coronary", "dementia")
    columns = [first, second] + [people.dx[name][person] for name in names]
    dx = np.stack(columns[:DIAGNOSES], axis=1)
    for place in range(1, DIAGNOSES):
        same = (dx[:, :place] == dx[:, place : place + 1]).any(axis=1)
        dx[:, place] = np.where(same, -1, dx[:, place])
    return close_gaps(dx)


def hospital_claims(
    data: Catalogue,
    amounts: Amounts,
    stays: Stays,
    people: People,
    providers: Providers,
    facilities: Facilities,
    codes: LineCodes,
) -> tuple[Headers, RevenueLines]:
    """Claim type 60: paid by DRG, with teaching, disproportionate-share and uncompensated-care add-ons."""
    rows = data.stays["stays"]
    size = len(stays)
    facility = facilities.near("hospital", people.area[stays.person], stays.person)
    weight = np.array([row["weight"] for row in rows])[stays.kind]
    standard = cents(weight * data.stays["base_payment"])
    labor = data.stays["labor_share"]
    local = cents(standard / 100 * (labor * facilities.wage[facility] + 1 - labor))
    ime, dsh, care = (cents(local / 100 * facilities.add_on[facility, column]) for column in range(3))
    year = year_of(stays.last)
    met = np.minimum(cents(amounts.of("inpatient_deductible", year)), local)
    hospitalists = providers.of_role("hospitalist")
    status = np.full(size, STATUSES.index("01"))
    status = np.where(stays.nursing_days > 0, STATUSES.index("03"), status)
    status = np.where(stays.home_periods > 0, STATUSES.index("06"), status)
    into_hospice = (people.hospice_from[stays.person] <= stays.last + 3) & ~stays.died
    status = np.where(into_hospice, STATUSES.index("50"), status)
    status = np.where(stays.died, STATUSES.index("20"), status)
    procedures = np.full((size, PROCEDURES), -1, dtype=np.int64)
    index = procedure_index(data)
    for kind, row in enumerate(rows):
        for place, code in enumerate(row["procedures"]):
            procedures[stays.kind == kind, place] = index[code]
    planned = np.array([row["drg"] in ("470", "519", "520") for row in rows])[stays.kind]
    drgs = {row["drg"]: place for place, row in enumerate(rows)}
    headers = Headers(
        person=stays.person,
        type=np.full(size, TYPES.index("60")),
        first=stays.first,
        last=stays.last,
        facility=facility,
        cause=stays.cause,
        drg=np.array([drgs[row["drg"]] for row in rows])[stays.kind],
        status=status,
        attending=hospitalists[stays.person % len(hospitalists)],
        operating=np.where(procedures[:, 0] >= 0, stays.clinician, -1),
        admission=np.where(planned, 3, 1),
        admitting=np.array([data.diagnoses[row["admitting"]] for row in rows])[stays.kind],
        dx=_other_diagnoses(people, stays.person, stays.principal, stays.second),
        procedures=procedures,
        standard=standard,
        covered=local + ime + dsh + care,
        ime=ime,
        dsh=dsh,
        care=care,
        deductible=met,
        coinsurance=zero(size),
        sequestration=zero(size),
        paid=zero(size),
    )
    settle(headers, amounts.of("sequestration_share", year))
    days = np.maximum(stays.last - stays.first, 1)
    claim, number = repeated(np.full(size, 4))
    revenue = np.array([codes.revenue[code] for code in ("0120", "0250", "0300", TOTAL_LINE)])[number]
    units = np.where(number == 0, days[claim], np.where(number == 3, 0, 1))
    lines = RevenueLines(
        claim,
        number + 1,
        revenue,
        none(len(claim)),
        units,
        stays.first[claim],
        zero(len(claim)),
        none(len(claim)),
    )
    return headers, lines


def procedure_index(data: Catalogue) -> dict[str, int]:
    """ICD-10-PCS codes by index."""
    codes = dict.fromkeys(code for row in data.stays["stays"] for code in row["procedures"])
    return {code: place for place, code in enumerate(codes)}


def _headers(
    people: People,
    person: Ints,
    claim_type: str,
    first: Ints,
    last: Ints,
    facility: Ints,
    attending: Ints,
    dx: tuple[Ints, Ints],
    cause: Ints,
    standard: Ints,
    local: Ints,
    coinsurance: Ints,
    status: Ints,
) -> Headers:
    size = len(person)
    return Headers(
        person=person,
        type=np.full(size, TYPES.index(claim_type)),
        first=first,
        last=last,
        facility=facility,
        cause=cause,
        drg=none(size),
        status=status,
        attending=attending,
        operating=none(size),
        admission=none(size),
        admitting=none(size),
        dx=_other_diagnoses(people, person, *dx),
        procedures=np.full((size, PROCEDURES), -1, dtype=np.int64),
        standard=standard,
        covered=local,
        ime=zero(size),
        dsh=zero(size),
        care=zero(size),
        deductible=zero(size),
        coinsurance=np.minimum(coinsurance, local),
        sequestration=zero(size),
        paid=zero(size),
    )


def nursing_claims(
    data: Catalogue,
    amounts: Amounts,
    stays: Stays,
    people: People,
    providers: Providers,
    facilities: Facilities,
    codes: LineCodes,
) -> tuple[Headers, RevenueLines]:
    """Claim type 20: by the day, coinsurance after the twentieth."""
    rule = data.stays["skilled_nursing"]
    index = np.flatnonzero(stays.nursing_days > 0)
    person, days = stays.person[index], stays.nursing_days[index]
    first = stays.last[index]
    last = first + days - 1
    facility = facilities.near("skilled_nursing", people.area[person], person)
    standard = cents(rule["per_day"] * days.astype(np.float64))
    labor = data.stays["labor_share"]
    local = cents(standard / 100 * (labor * facilities.wage[facility] + 1 - labor))
    year = year_of(last)
    full = amounts.of("skilled_nursing_full_days", year).astype(np.int64)
    owed = cents(np.maximum(days - full, 0) * amounts.of("skilled_nursing_coinsurance", year))
    doctors = providers.of_role("primary_care")
    dead = people.death[person] <= last
    status = np.where(dead, STATUSES.index("20"), STATUSES.index("01"))
    headers = _headers(
        people,
        person,
        "20",
        first,
        last,
        facility,
        doctors[person % len(doctors)],
        (stays.principal[index], stays.second[index]),
        stays.cause[index],
        standard,
        local,
        owed,
        status,
    )
    settle(headers, amounts.of("sequestration_share", year))
    claim, number = repeated(np.full(len(index), 5))
    revenue = np.array([codes.revenue[code] for code in [*rule["revenue"], TOTAL_LINE]])[number]
    hipps = np.array([codes.hcpcs[code] for code in rule["hipps"]])
    hcpcs = np.where(number == 0, hipps[person[claim] % len(hipps)], -1)
    units = np.where(number < 2, days[claim], np.where(number == 4, 0, days[claim] // 2 + 1))
    lines = RevenueLines(
        claim, number + 1, revenue, hcpcs, units, first[claim], zero(len(claim)), none(len(claim))
    )
    return headers, lines


def home_claims(
    rng: np.random.Generator,
    data: Catalogue,
    amounts: Amounts,
    stays: Stays,
    people: People,
    providers: Providers,
    facilities: Facilities,
    codes: LineCodes,
) -> tuple[Headers, RevenueLines]:
    """Claim type 10: a claim for each 30-day period after a stay."""
    rule = data.stays["home_health"]
    index, number = repeated(stays.home_periods)
    person = stays.person[index]
    first = stays.last[index] + 1 + number * rule["period_days"]
    last = first + rule["period_days"] - 1
    kept = people.enrolled(person, first) & people.enrolled(person, last)
    index, person, first, last = index[kept], person[kept], first[kept], last[kept]
    facility = facilities.near("home_health", people.area[person], person)
    standard = cents(rule["payment"] * rng.choice([0.8, 1.0, 1.2], len(index)))
    labor = data.stays["labor_share"]
    local = cents(standard / 100 * (labor * facilities.wage[facility] + 1 - labor))
    doctors = providers.of_role("primary_care")
    headers = _headers(
        people,
        person,
        "10",
        first,
        last,
        facility,
        doctors[person % len(doctors)],
        (stays.principal[index], stays.second[index]),
        stays.cause[index],
        standard,
        local,
        zero(len(index)),
        np.full(len(index), STATUSES.index("01")),
    )
    settle(headers, amounts.of("sequestration_share", year_of(last)))
    claim, line = repeated(np.full(len(index), 4))
    revenue = np.array([codes.revenue[code] for code in [*rule["revenue"], TOTAL_LINE]])[line]
    hipps = np.array([codes.hcpcs[code] for code in rule["hipps"]])
    visits = np.array([-1, codes.hcpcs["G0299"], codes.hcpcs["G0151"], -1])
    hcpcs = np.where(line == 0, hipps[person[claim] % len(hipps)], visits[line])
    paid = np.where((line == 0) | (line == 3), headers.paid[claim], 0)
    units = np.array([1, 20, 12, 0])[line]
    lines = RevenueLines(claim, line + 1, revenue, hcpcs, units, first[claim], paid, none(len(claim)))
    return headers, lines


def hospice_claims(
    data: Catalogue,
    amounts: Amounts,
    people: People,
    providers: Providers,
    facilities: Facilities,
    codes: LineCodes,
    end: int,
) -> tuple[Headers, RevenueLines]:
    """Claim type 50: a claim a calendar month from election to death."""
    rule = data.stays["hospice"]
    who = np.flatnonzero((people.hospice_from <= end) & (people.away_from > people.hospice_from))
    start, stop = people.hospice_from[who], np.minimum(people.hospice_to[who], end)
    months = month_of(stop) - month_of(start) + 1
    owner, number = repeated(months)
    month = (month_of(start)[owner] + number - 1970 * 12).astype("datetime64[M]")
    month_first = month.astype("datetime64[D]").astype(np.int64)
    month_last = (month + 1).astype("datetime64[D]").astype(np.int64) - 1
    first = np.maximum(month_first, start[owner])
    last = np.minimum(month_last, stop[owner])
    person = who[owner]
    kept = people.enrolled(person, first)
    owner, first, last, person = owner[kept], first[kept], last[kept], person[kept]
    days = last - first + 1
    early = np.clip(start[owner] + 60 - first, 0, days)
    standard = cents(early * rule["routine"] + (days - early) * rule["later"])
    facility = facilities.near("hospice", people.area[person], person)
    labor = data.stays["labor_share"]
    local = cents(standard / 100 * (labor * facilities.wage[facility] + 1 - labor))
    doctors = providers.of_role("primary_care")
    reason = np.where(
        people.heart_failure[person], people.dx["heart_failure"][person], people.dx["cancer"][person]
    )
    reason = np.where(reason < 0, data.diagnoses["G309"], reason)
    status = np.where(people.death[person] <= last, STATUSES.index("20"), STATUSES.index("30"))
    headers = _headers(
        people,
        person,
        "50",
        first,
        last,
        facility,
        doctors[person % len(doctors)],
        (reason, none(len(person))),
        zero(len(person)),
        standard,
        local,
        zero(len(person)),
        status,
    )
    settle(headers, amounts.of("sequestration_share", year_of(last)))
    claim, line = repeated(np.full(len(person), 2))
    revenue = np.array([codes.revenue[rule["revenue"]], codes.revenue[TOTAL_LINE]])[line]
    hcpcs = np.where(line == 0, codes.hcpcs[rule["place"]], -1)
    units = np.where(line == 0, days[claim], 0)
    lines = RevenueLines(
        claim, numbered(claim), revenue, hcpcs, units, first[claim], headers.paid[claim], none(len(claim))
    )
    return headers, lines


def capital_part(amount: Ints) -> Ints:
    """The part of IME or DSH that is paid under the capital system."""
    return cents(amount / 100 * _CAPITAL)
