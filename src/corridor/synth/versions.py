"""How claims are processed: when they are loaded, denied, cancelled and replaced.

Part A knows originals (0), cancellations (1) and adjustments (2); Part B and DME only 0 and 1: there a
correction is a cancellation and a new original. Every version has its own claim number and dates; versions of
one claim share the natural key of the packet (Part B: control number; Part A: facility, dates and person).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.draws import Flags, Floats, repeated
from corridor.synth.identifiers import Ints

ORIGINAL, CANCELLATION, ADJUSTMENT = 0, 1, 2


@dataclass(frozen=True)
class Rates:
    """Shares of claims: denied, corrected (cancelled and replaced), withdrawn (cancelled for good)."""

    denied: float
    corrected: float
    withdrawn: float


@dataclass
class Versions:
    """Versions of claims: which claim, what type, processing and load day, and the factor on its amounts.

    last: the version that stands in the end (false for what is cancelled, and for cancellations).
    """

    claim: Ints
    type: Ints
    effective: Ints
    loaded: Ints
    factor: Floats
    last: Flags

    def __len__(self) -> int:
        return len(self.claim)

    def delivered(self, after: int, until: int) -> Ints:
        """Indices of the versions loaded after one day and until another."""
        return np.flatnonzero((self.loaded > after) & (self.loaded <= until))


def make_versions(
    rng: np.random.Generator, through: Ints, fixed: Flags, rates: Rates, correction: int
) -> tuple[Versions, Flags]:
    """Versions of claims with these through dates, and which claims are denied.

    ``fixed``: claims that are processed once and paid. ``correction``: the type of a replacement.
    """
    size = len(through)
    drawn = np.where(fixed, 1.0, rng.random(size))
    corrected = drawn < rates.corrected
    withdrawn = ~corrected & (drawn < rates.corrected + rates.withdrawn)
    denied = ~corrected & ~withdrawn & (drawn < rates.corrected + rates.withdrawn + rates.denied)
    claim, number = repeated(1 + withdrawn.astype(np.int64) + 2 * corrected.astype(np.int64))
    kind = np.where(number == 0, ORIGINAL, np.where(number == 1, CANCELLATION, correction))
    first_days = 9 + rng.integers(0, 32, size)
    second_days = first_days + 25 + rng.integers(0, 110, size)
    # the replacement mostly follows its cancellation; sometimes it is there before
    third_days = second_days + rng.integers(-14, 22, size)
    wait = np.where(
        number == 0, first_days[claim], np.where(number == 1, second_days[claim], third_days[claim])
    )
    effective = _weekday(through[claim] + wait, 4)
    first_factor = np.clip(rng.normal(0.9, 0.15, size), 0.4, 1.4)
    replaced = corrected[claim]
    factor = np.where(replaced & (number < 2), first_factor[claim], 1.0)
    last = np.where(replaced, number == 2, ~withdrawn[claim])
    return Versions(claim, kind, effective, effective + 3, factor, last), denied


def joined_versions(first: Versions, second: Versions, claims: int) -> Versions:
    """Two sets of versions as one; the second is of claims that come after the ``claims`` of the first."""
    return Versions(
        np.concatenate([first.claim, second.claim + claims]),
        np.concatenate([first.type, second.type]),
        np.concatenate([first.effective, second.effective]),
        np.concatenate([first.loaded, second.loaded]),
        np.concatenate([first.factor, second.factor]),
        np.concatenate([first.last, second.last]),
    )


def _weekday(day: Ints, weekday: int) -> Ints:
    """The next such weekday (Monday 0) on or after a day."""
    return day + (weekday - (day + 3)) % 7
