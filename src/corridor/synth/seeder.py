"""The stage for billing stories: who takes part in which, when, and the services they are told with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from corridor.synth.background import apcm_level, condition_count
from corridor.synth.catalogue import Catalogue, modifier, place
from corridor.synth.days import NEVER, Period, day_number, month_start
from corridor.synth.draws import Flags
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Pool, Services
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.stays import Stays

_DAYS = 100_000
STRONG = ("diabetes", "kidney", "copd", "atrial_fibrillation", "coronary", "heart_failure", "dementia")
_MANAGED = ("99490", "G0556", "G0557", "G0558")
Cast = tuple[Ints, Ints]


@dataclass
class Seeds:
    """Services of the stories, and which of them are errors.

    apart: keeps equal services in claims of their own; refused: their claim is denied; errors: kind, place of
    the line among the services, place of the line it stands against (-1 none).
    """

    services: Services
    apart: Ints
    refused: Flags
    errors: list[tuple[str, Ints, Ints]]


@dataclass
class Seeder:
    """Gives out people (each once) and collects services.

    others: the services there are already; doctor: each person's primary care clinician; stays: in hospital.
    """

    rng: np.random.Generator
    data: Catalogue
    people: People
    providers: Providers
    doctor: Ints
    others: Services
    stays: Stays
    period: Period
    pool: Pool = field(default_factory=Pool)
    count: int = 0
    apart: list[Ints] = field(default_factory=list)
    refused: list[Flags] = field(default_factory=list)
    errors: list[tuple[str, Ints, Ints]] = field(default_factory=list)

    def __post_init__(self) -> None:
        people, providers, others = self.people, self.providers, self.others
        self.rules = self.data.billing_seeds
        self.free = people.part_b & ~people.other_payer & (people.opt_out >= NEVER)
        self.free &= (people.away_from >= NEVER) & (people.away_to >= NEVER) & (people.hospice_from >= NEVER)
        self.free &= people.identifier_change >= NEVER
        self.free &= ~self.holds(*_MANAGED)
        # one day more, so that there is always one
        self.taken_days = np.unique(np.r_[others.person.astype(np.int64) * _DAYS + others.day, -1])
        self.level = apcm_level(self.data, people)
        conditions = condition_count(self.data, people)
        strong = np.sum([people.dx[name] >= 0 for name in STRONG], axis=0)
        self.ill = (conditions >= 4) & (strong >= 3)
        self.healthy = (conditions == 0) & (self._shown_groups() <= 1)
        self.qmb = np.isin(people.dual, ["01", "02"])
        # who came home from a hospital once, and when; who never was in one
        stays, count = self.stays, np.bincount(self.stays.person, minlength=len(people))
        alone = (count[stays.person] == 1) & (stays.nursing_days == 0) & ~stays.died
        self.came_home = np.full(len(people), NEVER, dtype=np.int64)
        self.came_home[stays.person[alone]] = stays.last[alone]
        self.never_away = count == 0
        self.months = np.array(
            [
                month_start(self.period.first_year, self.period.first_month + i)
                for i in range(self.period.months)
            ]
        )
        practice = providers.practice_of[providers.first]
        doctors = providers.of_role("primary_care")
        self._partner, self._stranger = np.full((2, len(providers.first)), -1)
        for one in doctors.tolist():
            near = np.flatnonzero((practice == practice[one]) & (np.arange(len(practice)) != one))
            far = doctors[practice[doctors] != practice[one]]
            self._partner[one] = near[one % len(near)] if len(near) else -1
            self._stranger[one] = far[one % len(far)] if len(far) else -1
        self.in_company = (self._partner[self.doctor] >= 0) & (self._stranger[self.doctor] >= 0)

    def holds(self, *codes: str) -> Flags:
        """Who has a service of these codes already."""
        out = np.zeros(len(self.people), dtype=bool)
        wanted = [self.data.services[code] for code in codes]
        out[self.others.person[np.isin(self.others.service, wanted)]] = True
        return out

    def shows(self, diagnoses: Sequence[int]) -> Flags:
        """Whose services carry one of these diagnoses as the first or second."""
        wanted = np.zeros(len(self.data.diagnoses.index) + 1, dtype=bool)  # the last one stands for none
        wanted[list(diagnoses)] = True
        out = np.zeros(len(self.people), dtype=bool)
        for column in (self.others.dx_1, self.others.dx_2, self.others.dx_3, self.others.dx_4):
            out[self.others.person[wanted[column]]] = True
        return out

    def _shown_groups(self) -> Ints:
        """How many lasting conditions each person's services show, also such as nobody was made with."""
        data = self.data
        groups = [condition["codes"] for condition in data.conditions.values()]
        groups_shown: Ints = np.sum(
            [
                self.shows([data.diagnoses[code] for code in codes])
                for codes in (*groups, *self.rules["lasting_groups"])
            ],
            axis=0,
        )
        return groups_shown

    def cast(
        self,
        story: str,
        days: int,
        wanted: Flags | None = None,
        low: Ints | int = 0,
        high: Ints | int = NEVER,
        monthly: bool = False,
    ) -> Cast:
        """People for a story, each free and enrolled for its ``days``, and its first day (of a month)."""
        rule: dict[str, Any] = self.rules["stories"][story]
        end = self.period.end - int(self.rules["last_days"])
        first = np.maximum(np.maximum(self.people.start, _day(rule.get("from"), 0)), low)
        last = (
            np.minimum(np.minimum(self.people.end, _day(rule.get("to"), NEVER)), np.minimum(end, high)) - days
        )
        if monthly:
            lowest = np.searchsorted(self.months, first)
            room = np.searchsorted(self.months, last, side="right") - lowest
        else:
            lowest, room = first, last - first + 1
        fit = np.flatnonzero(self.free & self.in_company & (room > 0) & (True if wanted is None else wanted))
        size = int(float(rule["share"]) * len(self.people) + self.rng.random())
        who = np.sort(self.rng.permutation(fit)[:size])
        self.free[who] = False
        drawn = lowest[who] + (self.rng.random(len(who)) * room[who]).astype(np.int64)
        return who, self.months[drawn] if monthly else drawn

    def own(self, who: Ints) -> Ints:
        """Affiliations of the people's own doctors."""
        return self.providers.first[self.doctor[who]]

    def partner(self, who: Ints) -> Ints:
        """Affiliations of somebody else of the same practice."""
        by: Ints = self.providers.first[self._partner[self.doctor[who]]]
        return by

    def stranger(self, who: Ints) -> Ints:
        """Affiliations of a primary care clinician of another practice."""
        by: Ints = self.providers.first[self._stranger[self.doctor[who]]]
        return by

    def some(self, codes: Sequence[str], who: Ints) -> Ints:
        """A service for each, by turns."""
        services = np.array([self.data.services[code] for code in codes])
        return services[np.arange(len(who)) % len(services)]

    def turn(self, who: Ints, of: int = 2) -> Ints:
        """Which of ``of`` variants each tells, by turns."""
        return np.arange(len(who)) % of

    def within(self, low: int, high: int, who: Ints) -> Ints:
        """Days drawn between low and high, inclusive."""
        return self.rng.integers(low, high + 1, len(who))

    def clear(self, who: Ints, day: Ints, span: int = 1) -> Ints:
        """The first day from each on which (and on the ``span`` - 1 next) nothing else happens."""
        day = day.copy()
        for _ in range(8):
            taken = np.zeros(len(who), dtype=bool)
            for on in range(span):
                taken |= self._taken(who.astype(np.int64) * _DAYS + day + on)
            day[taken] += 1
        return day

    def _taken(self, keys: Ints) -> Flags:
        places = np.searchsorted(self.taken_days, keys)
        taken: Flags = self.taken_days[np.minimum(places, len(self.taken_days) - 1)] == keys
        return taken

    def bill(
        self,
        who: Ints,
        day: Ints,
        by: Ints,
        service: str | Ints,
        where: str = "11",
        mark: str | Ints = "",
        units: int = 1,
        apart: int = 0,
        refused: bool = False,
        which: Flags | None = None,
    ) -> Ints:
        """Add a service each (of ``which``) and return their places among the services."""
        chosen = np.ones(len(who), dtype=bool) if which is None else which
        person = who[chosen]
        code = self.data.services[service] if isinstance(service, str) else service[chosen]
        marks: Any = mark if not isinstance(mark, str) else (modifier(mark) if mark else -1)
        dx = self._diagnoses(person)
        self.pool.add(
            person,
            day=day[chosen],
            affiliation=by[chosen],
            service=code,
            units=units,
            place=place(where),
            modifier=marks[chosen] if isinstance(marks, np.ndarray) else marks,
            dx_1=dx[0],
            dx_2=dx[1],
        )
        out = np.full(len(who), -1, dtype=np.int64)
        out[chosen] = self.count + np.arange(len(person))
        self.count += len(person)
        self.apart.append(np.full(len(person), apart, dtype=np.int64))
        self.refused.append(np.full(len(person), refused))
        return out

    def _diagnoses(self, person: Ints) -> tuple[Ints, Ints]:
        """Two reasons for a primary care service; a complaint where the person has no such condition."""
        dx = self.people.dx
        held = np.stack(
            [dx[name][person] for name in ("hypertension", "lipids", "coronary", "obesity")], axis=1
        )
        order = np.argsort(held < 0, axis=1, kind="stable")
        held = np.take_along_axis(held, order, axis=1)
        general = np.array(self.data.reasons["general"])[0]
        return np.where(held[:, 0] < 0, general, held[:, 0]), held[:, 1]

    def wrong(self, story: str, line: Ints, against: Ints | None = None) -> None:
        """Note lines as the errors of a story, each against another line where there is one."""
        kind = str(self.rules["stories"][story]["error"])
        self.errors.append((kind, line, np.full(len(line), -1) if against is None else against))

    def finish(self) -> Seeds:
        """What was told."""
        empty = np.empty(0, dtype=np.int64)
        return Seeds(
            self.pool.finish(),
            np.concatenate([empty, *self.apart]),
            np.concatenate([empty.astype(bool), *self.refused]),
            self.errors,
        )


def _day(value: date | None, default: int) -> int:
    return default if value is None else day_number(value)
