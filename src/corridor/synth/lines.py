"""The pool of Part B services before they become claims."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike

from corridor.synth.identifiers import Ints

_SMALL = np.int32


@dataclass
class Services:
    """Part B services in arrays of equal length.

    person, day; affiliation (who bills), service (catalogue index), units, place (index), modifier (index, -1
    none), dx_1..dx_4 (diagnosis index, -1 none), cause (0, HEART, BACK), referrer (clinician index, -1 none).
    """

    person: Ints
    day: Ints
    affiliation: Ints
    service: Ints
    units: Ints
    place: Ints
    modifier: Ints
    dx_1: Ints
    dx_2: Ints
    dx_3: Ints
    dx_4: Ints
    cause: Ints
    referrer: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, index: Ints) -> Services:
        """The services at the given places."""
        return Services(*(getattr(self, one.name)[index] for one in fields(Services)))


_DEFAULTS: dict[str, int] = {
    "units": 1,
    "modifier": -1,
    "dx_2": -1,
    "dx_3": -1,
    "dx_4": -1,
    "cause": 0,
    "referrer": -1,
}


@dataclass
class Pool:
    """Collects services stream by stream; scalars are spread over the stream."""

    parts: dict[str, list[Ints]] = field(default_factory=lambda: {one.name: [] for one in fields(Services)})

    def add(self, person: Ints, **columns: ArrayLike) -> None:
        """Add services of these people; columns not given take their default."""
        for name, parts in self.parts.items():
            if name == "person":
                value: ArrayLike = person
            elif name in columns:
                value = columns[name]
            else:
                value = _DEFAULTS[name]
            parts.append(np.broadcast_to(np.asarray(value, dtype=_SMALL), len(person)))

    def finish(self) -> Services:
        """All services as one set of arrays."""
        return Services(*(np.concatenate(self.parts[one.name]) for one in fields(Services)))
