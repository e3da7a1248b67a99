"""Durable equipment: monthly rentals and purchases under claim types 81 and 82."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import year_of
from corridor.synth.draws import Floats, cents, events, share_of
from corridor.synth.facilities import Facilities
from corridor.synth.identifiers import Ints
from corridor.synth.money import Amounts, share
from corridor.synth.panels import BACK, HEART, Relations
from corridor.synth.people import People
from corridor.synth.versions import ORIGINAL, Rates, Versions, make_versions

RATES = Rates(denied=0.03, corrected=0.01, withdrawn=0.004)
_HEART_GROUP = "heart_failure_other"


@dataclass
class Equipment:
    """One line a claim; amounts in cents; item is an index into catalogue equipment."""

    person: Ints
    day: Ints
    item: Ints
    supplier: Ints
    orderer: Ints
    cause: Ints
    allowed: Ints
    sequestration: Ints
    paid: Ints
    denied: np.ndarray
    versions: Versions

    def __len__(self) -> int:
        return len(self.person)


def make_equipment(
    rng: np.random.Generator,
    data: Catalogue,
    amounts: Amounts,
    people: People,
    relations: Relations,
    cost: Floats,
    doctor: Ints,
    facilities: Facilities,
) -> Equipment:
    """Draw equipment claims of people with Part B."""
    back = np.flatnonzero(relations.cause == BACK)
    parts: list[tuple[Ints, Ints, int, int, Ints]] = []
    for place, row in enumerate(data.stays["equipment"]):
        group = row["group"]
        if group == "low_back_pain":
            owner, day = events(rng, row["rate"] * cost[back], relations.first[back], relations.last[back])
            person, orderer, why = relations.person[back[owner]], relations.clinician[back[owner]], BACK
        else:
            has = people.heart_failure if group == _HEART_GROUP else people.dx[group] >= 0
            uses = has & share_of(rng, 0.35, len(people))
            person, day = events(rng, np.where(uses, row["rate"], 0.0), people.start, people.end)
            orderer, why = doctor[person], HEART if group == _HEART_GROUP else 0
        kept = people.enrolled(person, day) & people.part_b[person]
        parts.append((person[kept], day[kept], place, why, orderer[kept]))
    person, day, orderer = (np.concatenate([part[column] for part in parts]) for column in (0, 1, 4))
    item = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    cause = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    order = np.lexsort((item, day, person))
    person, day, item, cause, orderer = (values[order] for values in (person, day, item, cause, orderer))
    versions, denied = make_versions(rng, day, np.zeros(len(day), dtype=bool), RATES, ORIGINAL)
    price = cents(np.array([row["amount"] for row in data.stays["equipment"]]))[item]
    allowed = np.where(denied, 0, price)
    year = year_of(day)
    before = allowed - share(allowed, amounts.of("coinsurance_share", year))
    withheld = share(before, amounts.of("sequestration_share", year))
    supplier = facilities.near("equipment", people.area[person], person)
    return Equipment(
        person, day, item, supplier, orderer, cause, allowed, withheld, before - withheld, denied, versions
    )
