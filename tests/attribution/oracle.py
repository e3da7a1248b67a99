"""Assignment by plurality in plain Python, one person at a time, to hold against the steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

PRIMARY, NON_PHYSICIAN, SECOND = {"08", "11", "01"}, {"50", "97", "89"}, {"06", "46", "13"}
START, EXPANDED, END = date(2025, 1, 1), date(2024, 1, 1), date(2025, 12, 31)


@dataclass(frozen=True)
class Service:
    """One line: day, practice, specialty, allowed charge."""

    day: date
    tin: str
    specialty: str
    allowed: Decimal


@dataclass
class Entity:
    """What one entity furnished to one person."""

    charges: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    last: dict[str, date] = field(default_factory=dict)
    physicians: int = 0
    others: int = 0
    physicians_expanded: int = 0

    def add(self, step: str, service: Service) -> None:
        self.charges[step] += service.allowed
        self.last[step] = max(self.last.get(step, service.day), service.day)


def assigned(services: Sequence[Service], acos: Mapping[str, set[str]]) -> tuple[str | None, str | None]:
    """(entity, step) of a person: an ACO, a practice in none, or nobody. ``acos``: practice -> its ACOs."""
    entities: dict[str, Entity] = defaultdict(Entity)
    anybody_in_step_1 = False
    for one in services:
        if not EXPANDED <= one.day <= END or one.specialty not in PRIMARY | NON_PHYSICIAN | SECOND:
            continue
        inside, first = one.day >= START, one.specialty not in SECOND
        anybody_in_step_1 |= inside and first
        of = acos.get(one.tin, set())
        if len(of) > 1:
            continue
        entity = entities[next(iter(of), one.tin)]
        if first:
            entity.add("step_3", one)
        if inside:
            entity.add("step_1" if first else "step_2", one)
        physician = one.specialty not in NON_PHYSICIAN
        entity.physicians_expanded += physician
        entity.physicians += inside and physician
        entity.others += inside and not physician
    every_aco = {aco for names in acos.values() if len(names) == 1 for aco in names}
    step = "step_1" if anybody_in_step_1 else "step_2"
    winner = most(entities, step)
    if winner in every_aco and entities[winner].physicians:
        return winner, step
    later = most(entities, "step_3")
    if later in every_aco:
        one_aco = entities[later]
        if not one_aco.physicians and one_aco.others and one_aco.physicians_expanded:
            return later, "step_3"
    return (None, None) if winner is None or winner in every_aco else (winner, step)


def most(entities: Mapping[str, Entity], step: str) -> str | None:
    """The entity with the most charges of a step; the latest service breaks a tie, then ACO, then name."""
    running = [name for name, one in entities.items() if step in one.charges]
    if not running:
        return None
    best = max((entities[name].charges[step], entities[name].last[step]) for name in running)
    return min(n for n in running if (entities[n].charges[step], entities[n].last[step]) == best)
