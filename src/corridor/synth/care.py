"""All care of a block: who is seen by whom, and every claim that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corridor.synth.background import add_back_therapy, add_other_specialists, add_primary_care
from corridor.synth.billing_seeds import make_seeds
from corridor.synth.catalogue import Catalogue, place
from corridor.synth.clinic import add_visits
from corridor.synth.days import Period
from corridor.synth.draws import Flags
from corridor.synth.drugs import Fills, make_fills
from corridor.synth.equipment import Equipment, make_equipment
from corridor.synth.facilities import Facilities, LineCodes, line_codes, make_facilities
from corridor.synth.identifiers import Ints
from corridor.synth.inpatient import home_claims, hospice_claims, hospital_claims, nursing_claims
from corridor.synth.institutions import Headers, RevenueLines, join_headers, join_lines
from corridor.synth.lines import Pool
from corridor.synth.money import Amounts
from corridor.synth.other_work import add_other_work, add_surgeons
from corridor.synth.outpatient import make_hospital_services, outpatient_claims
from corridor.synth.panels import Relations, make_relations, make_visits, primary_clinicians
from corridor.synth.partb import Carrier, add_claims, make_carrier
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.stays import add_hospital_doctors, make_stays
from corridor.synth.versions import ADJUSTMENT, Rates, Versions, make_versions

PART_A_RATES = Rates(denied=0.012, corrected=0.020, withdrawn=0.004)


@dataclass
class Care:
    """The claims of a block before they are written.

    doctor: each person's primary care clinician; errors: what was billed wrong on purpose (kind, lines of
    carrier, the lines they stand against, -1 none); versions, denied: of the Part A claims (headers, lines).
    """

    relations: Relations
    doctor: Ints
    carrier: Carrier
    headers: Headers
    lines: RevenueLines
    fills: Fills
    equipment: Equipment
    versions: Versions
    denied: Flags
    facilities: Facilities
    codes: LineCodes
    errors: list[tuple[str, Ints, Ints]]

    @property
    def standing(self) -> Flags:
        """Part A claims that stand in the end: not denied, not withdrawn."""
        stands = np.zeros(len(self.headers), dtype=bool)
        stands[self.versions.claim[self.versions.last]] = True
        return stands & ~self.denied


def make_care(
    rng: Callable[[int], np.random.Generator],
    data: Catalogue,
    amounts: Amounts,
    people: People,
    providers: Providers,
    period: Period,
) -> Care:
    """Draw all care; ``rng`` gives the generator of a topic."""
    relations = make_relations(rng(2), data, people, providers, period)
    visits = make_visits(rng(3), data, relations, people, providers)
    doctor = primary_clinicians(rng(4), people, providers)
    cost = providers.effect[relations.clinician]
    facilities, codes = make_facilities(data, providers), line_codes(data)
    pool = Pool()
    add_visits(rng(5), data, pool, visits, people, providers, cost[visits.relation])
    add_other_work(rng(16), data, pool, people, providers, doctor)
    seen = pool.finish()
    campus = seen.take(np.flatnonzero(seen.place == place("22")))
    add_back_therapy(rng(6), data, pool, people, providers, relations, cost)
    add_primary_care(rng(7), data, pool, people, providers, doctor)
    add_other_specialists(rng(8), data, pool, people, providers, doctor)
    stays = make_stays(rng(10), data, people, relations, cost)
    add_hospital_doctors(rng(11), data, pool, stays, people, providers)
    add_surgeons(rng(17), data, pool, stays, providers)
    hospital = make_hospital_services(rng(12), data, pool, people, providers, relations, cost, campus)
    services = pool.finish()
    carrier = make_carrier(rng(9), data, amounts, services, people, providers)
    seeds = make_seeds(rng(40), data, people, providers, doctor, services, stays, period)
    carrier, seeded = add_claims(rng(41), data, amounts, carrier, seeds, people, providers)
    parts = [
        hospital_claims(data, amounts, stays, people, providers, facilities, codes),
        nursing_claims(data, amounts, stays, people, providers, facilities, codes),
        home_claims(rng(13), data, amounts, stays, people, providers, facilities, codes),
        hospice_claims(data, amounts, people, providers, facilities, codes, period.end),
        outpatient_claims(data, amounts, hospital, people, facilities, codes),
    ]
    headers = join_headers([part[0] for part in parts])
    once = np.zeros(len(headers), dtype=bool)
    versions, denied = make_versions(rng(20), headers.last, once, PART_A_RATES, ADJUSTMENT)
    return Care(
        relations,
        doctor,
        carrier,
        headers,
        join_lines([part[1] for part in parts], [len(part[0]) for part in parts]),
        make_fills(rng(14), data, people, relations, cost, doctor, facilities, period),
        make_equipment(rng(15), data, amounts, people, relations, cost, doctor, facilities),
        versions,
        denied,
        facilities,
        codes,
        [(kind, seeded[line], np.where(other >= 0, seeded[other], -1)) for kind, line, other in seeds.errors],
    )
