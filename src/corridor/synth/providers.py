"""The practices, clinicians and facilities of one block.

Every block has its own: their number follows the block's people, so memory does not grow with the community
and any block can be made without the others. An affiliation is one clinician under one practice: what bills.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import NEVER, Period
from corridor.synth.draws import Floats, weighted
from corridor.synth.identifiers import Ints, npi, tin

_FACILITY_TINS = 900
_EVEN_DIMENSIONS = 5
_EVEN_BASE = 1.1347241384015194  # the root of x ** 6 = x + 1: steps of a low-discrepancy sequence
NPIS_A_BLOCK = 2_000
FACILITY_NPIS = 1_800  # clinicians take the numbers below, facilities those from here on


@dataclass
class Practice:
    """One TIN. ``campus``: share of office visits that take place in a hospital department."""

    tin: str
    name: str
    area: int
    zip_code: str
    kind: str
    size: int
    campus: float
    in_aco: bool


@dataclass
class Providers:
    """Arrays by clinician and by affiliation, lists by practice and facility.

    effect: what a clinician's care costs beside the average; weight: size of the panel; dual_tilt: how much
    more often dual eligibles come; coding: how fully illness is written down, which moves risk scores.
    """

    practices: list[Practice] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    specialties: list[str] = field(default_factory=list)
    npis: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    effect: Floats = field(default_factory=lambda: np.empty(0))
    weight: Floats = field(default_factory=lambda: np.empty(0))
    dual_tilt: Floats = field(default_factory=lambda: np.empty(0))
    coding: Floats = field(default_factory=lambda: np.empty(0))
    area: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    first: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    second: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    second_from: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    second_share: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    clinician_of: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    practice_of: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    start: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    end: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    areas: list[int] = field(default_factory=list)
    facilities: dict[str, list[Facility]] = field(default_factory=dict)

    def of_role(self, *roles: str) -> Ints:
        """Clinician indices of the roles."""
        return np.array([place for place, role in enumerate(self.roles) if role in roles], dtype=np.int64)

    def affiliation(self, clinician: Ints, day: Ints, person: Ints) -> Ints:
        """Under which affiliation a clinician sees a person on a day; -1 stays -1."""
        second = self.second[clinician]
        moved = day >= self.second_from[clinician]
        shared = person % 100 < self.second_share[clinician]
        taken = np.where((second >= 0) & moved & shared, second, self.first[clinician])
        return np.where(clinician < 0, -1, taken)


@dataclass
class Facility:
    """A hospital, agency, pharmacy or supplier.

    ``add_on``: IME, DSH and uncompensated care for a dollar of DRG payment.
    """

    kind: str
    ccn: str
    npi: int
    tin: str
    area: int
    add_on: tuple[float, float, float] = (0.0, 0.0, 0.0)


class _Builder:
    """Collects clinicians and practices one by one; a few hundred a block."""

    def __init__(self, rng: np.random.Generator, data: Catalogue, block: int, period: Period) -> None:
        self.rng = rng
        self.data = data
        self.rules: dict[str, Any] = data.practices
        self.block = block
        self.period = period
        self.made = Providers()
        self.people: list[tuple[str, str, float, float, int]] = []
        self.bills: list[tuple[int, int, int, int]] = []
        self.second: dict[int, tuple[int, int, int]] = {}

    def practice(self, kind: str, area: int, label: str, size: int, campus: float, in_aco: bool) -> int:
        place = len(self.made.practices)
        zips = self.data.areas[area]["zips"]
        self.made.practices.append(
            Practice(
                tin(self.block, place + 1),
                f"{label} {self.block:04d}-{place + 1:03d}",
                area,
                zips[int(self.rng.integers(len(zips)))],
                kind,
                size,
                campus,
                in_aco,
            )
        )
        return place

    def clinician(
        self, role: str, specialty: str, practice: int, effect: float = 1.0, weight: float = 1.0
    ) -> int:
        place = len(self.people)
        self.people.append((role, specialty, effect, weight, self.made.practices[practice].area))
        self.bills.append((place, practice, self.period.start - 3650, NEVER))
        return place

    def areas(self) -> list[int]:
        rules = self.rules["areas_in_block"]
        taken: list[int] = []
        for wanted, count in ((True, rules["mandatory"]), (False, rules["other"])):
            fitting = [i for i, area in enumerate(self.data.areas) if area["mandatory"] is wanted]
            weights = [self.data.areas[i]["weight"] for i in fitting]
            odds = np.array(weights) / sum(weights)
            drawn = self.rng.choice(len(fitting), size=count, replace=False, p=odds)
            taken += sorted(fitting[int(i)] for i in drawn)
        return taken

    def specialists(self, cohort: str, people: int) -> None:
        """The specialists of a cohort and their neighbours in other specialties.

        Traits come from an even sequence in five dimensions instead of draws, so that the shares of practice
        kinds, areas, small panels, specialties and costs hold together in small communities too.
        """
        rules = self.rules["specialists"][cohort]
        count = max(2, round(people * rules["treated"] / rules["panel"]))
        queue = [(cohort, "", traits) for traits in self._even(count)]
        for specialty, share in rules["neighbours"].items():
            more = self._even(max(1, round(count * share)))
            queue += [(f"near_{cohort}", specialty, traits) for traits in more]
        rooms: dict[tuple[str, int], tuple[int, int]] = {}
        sigma, small = self.rules["effect_sigma"][cohort], self.rules["small_panel"]
        for place in self.rng.permutation(len(queue)):
            role, specialty, (of_kind, of_area, of_panel, of_cost, of_specialty) = queue[int(place)]
            kind = _pick(self.rules["practice_kind"], of_kind)
            practice = self._room(kind, self._area(of_area), cohort, rooms)
            bounds = small if of_panel < small["share"] else self.rules["full_panel"]
            effect = float(np.exp(sigma * NormalDist().inv_cdf(0.02 + 0.96 * of_cost) - sigma * sigma / 2))
            name = specialty or _pick(rules["specialties"], of_specialty)
            self.clinician(role, name, practice, effect, float(self.rng.uniform(*bounds["weight"])))

    def _even(self, count: int) -> list[tuple[float, ...]]:
        """Points that fill the unit cube of five dimensions evenly, from a random start."""
        steps = 1.0 / _EVEN_BASE ** np.arange(1, _EVEN_DIMENSIONS + 1)
        points = (self.rng.random(_EVEN_DIMENSIONS) + np.outer(np.arange(count), steps)) % 1.0
        return [tuple(float(one) for one in point) for point in points]

    def _cohort_specialties(self, shares: dict[str, float], count: int) -> list[str]:
        return [_pick(shares, (place + float(self.rng.random())) / count) for place in range(count)]

    def _area(self, rank: float) -> int:
        taken = self.made.areas
        share = self.rules["areas_in_block"]["share_mandatory"]
        inside = [i for i in taken if self.data.areas[i]["mandatory"]]
        outside = [i for i in taken if not self.data.areas[i]["mandatory"]]
        if rank >= share and outside:
            return outside[int(self.rng.integers(len(outside)))]
        return inside[int((rank / share) * len(inside)) % len(inside)]

    def _room(self, kind: str, area: int, cohort: str, rooms: dict[tuple[str, int], tuple[int, int]]) -> int:
        """A practice of the kind with a free place for a specialist, or a new one."""
        practice, free = rooms.get((kind, area), (-1, 0))
        if kind == "solo" or free == 0:
            label = "HEART" if cohort == "heart_failure" else "SPINE"
            if kind == "solo":
                size, free = self.rules["solo_size"], 1
            else:
                size = int(self.rng.integers(*self.rules[f"{kind}_size"]))
                free = int(self.rng.integers(*self.rules[f"specialists_in_{kind}"])) + 1
            campus = self.rules["large_on_campus"] if kind == "large" else 0.0
            aco = bool(self.rng.random() < self.rules["aco_specialist_practices"])
            label = f"{label} PRACTICE" if kind != "large" else f"{label} AND MULTISPECIALTY GROUP"
            practice = self.practice(kind, area, label, size, campus, aco)
        rooms[(kind, area)] = (practice, free - 1)
        return practice

    def primary_care(self, people: int) -> None:
        rules = self.rules["primary_care"]
        count = max(len(self.made.areas), round(people / rules["panel"]))
        specialties = self._cohort_specialties(rules["specialties"], count)
        free: dict[int, tuple[int, int]] = {}
        for place, specialty in enumerate(specialties):
            area = self.made.areas[place % len(self.made.areas)]
            practice, left = free.get(area, (-1, 0))
            if left == 0:
                left = int(self.rng.integers(*rules["practice"]))
                practice = self.practice("small", area, "PRIMARY CARE", left, 0.0, True)
            free[area] = (practice, left - 1)
            self.clinician("primary_care", specialty, practice)

    def others(self, people: int) -> None:
        for rule in self.rules["others"]:
            for place in range(max(1, round(people / rule["people"]))):
                area = self.made.areas[place % len(self.made.areas)]
                label = rule["role"].upper() + " ASSOCIATES"
                practice = self.practice("other", area, label, 1, 0.0, False)
                self.clinician(rule["role"], rule["specialty"], practice)

    def fill(self) -> None:
        """Give practices the clinicians that their size says: nurse practitioners first."""
        held = np.bincount([bill[1] for bill in self.bills], minlength=len(self.made.practices))
        for place, practice in enumerate(self.made.practices):
            if practice.kind not in ("small", "large"):
                practice.size = int(held[place])
                continue
            missing = practice.size - int(held[place])
            for number in range(missing):
                if number == 0 and practice.size > 2:
                    self.clinician("nurse", self.rules["nurse_practitioners"]["specialty"], place)
                elif number % 5 == 1:
                    self.clinician("assistant", self.rules["physician_assistants"]["specialty"], place)
                else:
                    self.clinician("staff", ("11", "08", "02", "13", "34", "29")[number % 6], place)
            practice.size = max(practice.size, int(held[place]))

    def movers(self) -> None:
        """Some specialists change practice, some bill under two."""
        cohort = [i for i, row in enumerate(self.people) if row[0] in ("heart_failure", "low_back_pain")]
        rooms = [i for i, practice in enumerate(self.made.practices) if practice.kind == "large"]
        order = self.rng.permutation(len(cohort))
        moving = round(len(cohort) * self.rules["moves"])
        sharing = round(len(cohort) * self.rules["two_practices"])
        span = self.period.days
        for place, which in enumerate(order[: moving + sharing]):
            person = cohort[int(which)]
            own = self.bills[person][1]
            area = self.made.practices[own].area
            near = [i for i in rooms if i != own and self.made.practices[i].area == area] or [
                i for i in rooms if i != own
            ]
            if not near:
                continue
            target = near[int(self.rng.integers(len(near)))]
            bill = len(self.bills)
            if place < moving:
                day = self.period.start + int(span * self.rng.uniform(0.35, 0.65))
                self.bills[person] = (person, own, self.bills[person][2], day - 1)
                self.bills.append((person, target, day, NEVER))
                self.second[person] = (bill, day, 100)
            else:
                self.bills.append((person, target, self.period.start - 400, NEVER))
                self.second[person] = (bill, -NEVER, 30)
            self.made.practices[target].size += 1

    def facilities(self, people: int) -> None:
        number = FACILITY_NPIS
        ranges = {"hospital": 1, "skilled_nursing": 5000, "home_health": 7000, "hospice": 1500}
        for kind, rule in self.rules["facilities"].items():
            made: list[Facility] = []
            count = max(len(self.made.areas) if kind == "hospital" else 1, round(people / rule["people"]))
            for place in range(count):
                ccn = f"{ranges[kind] + (self.block * 8 + place) % 400:06d}" if kind in ranges else ""
                add_on = (0.0, 0.0, 0.0)
                if kind == "hospital" and self.rng.random() < rule["teaching"]:
                    add_on = (float(self.rng.uniform(0.03, 0.20)), float(self.rng.uniform(0.02, 0.09)), 0.04)
                made.append(
                    Facility(
                        kind,
                        ccn,
                        int(npi(np.array([self.block * NPIS_A_BLOCK + number]))[0]),
                        tin(self.block, _FACILITY_TINS + number - FACILITY_NPIS),
                        self.made.areas[place % len(self.made.areas)],
                        add_on,
                    )
                )
                number += 1
            self.made.facilities[kind] = made

    def finish(self) -> Providers:
        made = self.made
        numbers = self.block * NPIS_A_BLOCK + np.arange(len(self.people), dtype=np.int64)
        if len(numbers) > FACILITY_NPIS or len(made.practices) >= _FACILITY_TINS:
            raise AssertionError("a block holds too many clinicians for its numbers")
        made.npis = npi(numbers)
        made.roles = [row[0] for row in self.people]
        made.specialties = [row[1] for row in self.people]
        made.effect = np.array([row[2] for row in self.people])
        made.weight = np.array([row[3] for row in self.people])
        made.area = np.array([row[4] for row in self.people], dtype=np.int64)
        made.dual_tilt = np.exp(self.rules["dual_tilt_sigma"] * self.rng.standard_normal(len(self.people)))
        made.coding = np.exp(self.rules["coding_sigma"] * self.rng.standard_normal(len(self.people)))
        bills = np.array(self.bills, dtype=np.int64).reshape(-1, 4)
        made.clinician_of, made.practice_of, made.start, made.end = bills.T.copy()
        made.first = np.arange(len(self.people), dtype=np.int64)
        made.second = np.full(len(self.people), -1, dtype=np.int64)
        made.second_from = np.zeros(len(self.people), dtype=np.int64)
        made.second_share = np.zeros(len(self.people), dtype=np.int64)
        for person, (bill, day, share) in self.second.items():
            made.second[person], made.second_from[person], made.second_share[person] = bill, day, share
        return made


def _pick(shares: dict[str, float], rank: float) -> str:
    """The name whose share of the unit interval holds ``rank``."""
    names = list(shares)
    place = int(np.searchsorted(np.cumsum(list(shares.values())), rank, side="right"))
    return names[min(place, len(names) - 1)]


def make_providers(
    rng: np.random.Generator, data: Catalogue, block: int, people: int, period: Period
) -> Providers:
    """The providers of a block of ``people`` beneficiaries."""
    builder = _Builder(rng, data, block, period)
    builder.made.areas = builder.areas()
    builder.specialists("heart_failure", round(people * data.people["heart_failure"]))
    builder.specialists("low_back_pain", round(people * data.people["low_back_pain"]))
    builder.primary_care(people)
    builder.others(people)
    builder.fill()
    builder.movers()
    builder.facilities(people)
    return builder.finish()


def choose(rng: np.random.Generator, clinicians: Ints, weights: Floats, size: int) -> Ints:
    """Clinicians drawn in proportion to the weight of their panels."""
    return clinicians[weighted(rng, weights[clinicians], size)]
