"""Part D: who takes what, and the fills of each prescription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import Period, year_of
from corridor.synth.draws import Flags, Floats, cents, repeated, share_of
from corridor.synth.facilities import Facilities
from corridor.synth.identifiers import Ints
from corridor.synth.panels import BACK, HEART, Relations
from corridor.synth.people import People

PRICE_GROWTH = 0.03  # a year, on the list of unit prices
_CAUSES = {"heart_failure": HEART, "low_back_pain": BACK}
_SKIPPED = 0.07


@dataclass
class Fills:
    """Prescription drug events; amounts in cents.

    drug, pharmacy: indices; prescription, fill: numbers; withdrawn: deleted after it was delivered.
    """

    person: Ints
    day: Ints
    drug: Ints
    prescription: Ints
    fill: Ints
    prescriber: Ints
    pharmacy: Ints
    cause: Ints
    gross: Ints
    copay: Ints
    loaded: Ints
    adjusted: Flags
    withdrawn: Flags

    def __len__(self) -> int:
        return len(self.person)


def unit_price_cents(data: Catalogue, year: int) -> Floats:
    """Gross cost a unit of each drug in a year, in hundredths of a cent (as the price list states it)."""
    growth = (1 + PRICE_GROWTH) ** (year - data.drugs["year"])
    prices: Floats = np.array([row["price"] for row in data.drugs["drugs"]])
    rounded: Floats = np.floor(prices * growth * 10_000 + 0.5)
    return rounded


def make_fills(
    rng: np.random.Generator,
    data: Catalogue,
    people: People,
    relations: Relations,
    cost: Floats,
    doctor: Ints,
    facilities: Facilities,
    period: Period,
) -> Fills:
    """Draw prescriptions of people with Part D and fill them in rhythm."""
    specialist: dict[int, Ints] = {}
    effect: dict[int, Floats] = {}
    begins: dict[int, Ints] = {}
    for cause in (HEART, BACK):
        mine = np.flatnonzero(relations.cause == cause)
        specialist[cause] = np.full(len(people), -1, dtype=np.int64)
        effect[cause] = np.ones(len(people))
        begins[cause] = people.start.copy()
        specialist[cause][relations.person[mine]] = relations.clinician[mine]
        effect[cause][relations.person[mine]] = cost[mine]
        begins[cause][relations.person[mine]] = relations.first[mine]
    parts: list[dict[str, Any]] = []
    number = 0
    for number_of_drug, row in enumerate(data.drugs["drugs"]):
        cause = _CAUSES.get(row["group"], 0)
        has = people.dx[row["group"]] >= 0 if cause == 0 else getattr(people, row["group"])
        odds = np.full(len(people), row["share"])
        if row["brand"]:
            odds = np.minimum(odds * effect[cause], 0.9)
        who = np.flatnonzero(has & people.part_d & share_of(rng, odds, len(people)))
        start = people.start[who] if cause == 0 else begins[cause][who]
        start = start + rng.integers(0, row["days"], len(who))
        count = np.maximum((people.end[who] - start) // row["days"] + 1, 0)
        owner, fill = repeated(count)
        day = start[owner] + fill * row["days"]
        person = who[owner]
        kept = people.enrolled(person, day) & ~share_of(rng, _SKIPPED, len(owner))
        own = doctor[who] if cause == 0 else specialist[cause][who]
        own = np.where((own < 0) | (rng.random(len(who)) < 0.25), doctor[who], own)
        parts.append(
            {
                "person": person[kept],
                "day": day[kept],
                "drug": np.full(int(kept.sum()), number_of_drug),
                "prescription": number + owner[kept],
                "fill": fill[kept],
                "prescriber": own[owner[kept]],
                "cause": np.full(int(kept.sum()), cause),
            }
        )
        number += len(who)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((joined["prescription"], joined["day"], joined["person"]))
    joined = {name: values[order] for name, values in joined.items()}
    person, day, drug = joined["person"], joined["day"], joined["drug"]
    size = len(person)
    gross = _gross(data, drug, day, period)
    dual = np.array([one != "NA" for one in people.dual])[person]
    share = np.array([0.25 if row["price"] > 5 else 0.35 for row in data.drugs["drugs"]])[drug]
    copay = np.where(dual, np.minimum(gross, 460), np.minimum(np.floor(gross * share + 0.5), 11_500)).astype(
        np.int64
    )
    pharmacy = facilities.near("pharmacy", people.area[person], person)
    return Fills(
        **joined,
        pharmacy=pharmacy,
        gross=gross,
        copay=copay,
        loaded=_loaded(rng, day, size),
        adjusted=share_of(rng, 0.008, size),
        withdrawn=share_of(rng, 0.004, size),
    )


def _loaded(rng: np.random.Generator, day: Ints, size: int) -> Ints:
    wait = 12 + rng.integers(0, 25, size)
    friday = day + wait + (4 - (day + wait + 3)) % 7
    return friday + 3


def quantities(data: Catalogue, drug: Ints) -> tuple[Ints, Ints]:
    """Units and days' supply of a fill of each drug."""
    rows = data.drugs["drugs"]
    days = np.array([row["days"] for row in rows])
    units = np.array([row["units_a_day"] for row in rows]) * days
    return units[drug], days[drug]


def _gross(data: Catalogue, drug: Ints, day: Ints, period: Period) -> Ints:
    """Unit price of the year times quantity, in whole cents: what the price list gives."""
    units, _ = quantities(data, drug)
    prices = np.stack([unit_price_cents(data, year) for year in period.years])
    price = prices[year_of(day) - period.years[0], drug]
    return cents(price / 10_000 * units)
