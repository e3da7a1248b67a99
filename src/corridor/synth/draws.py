"""Random draws that the whole synthesis shares: streams by topic, weighted choices, events in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.synth.identifiers import Ints

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
DAYS_A_YEAR = 365.25


def stream(seed: int, block: int, topic: int) -> np.random.Generator:
    """The generator of one topic of one block: independent of every other, whatever runs first."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block, topic))))


def weighted(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Indices drawn in proportion to weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    drawn[drawn == len(edges)] = len(edges) - 1
    return drawn


def weighted_codes(rng: np.random.Generator, codes: Mapping[str, float], index: Any, size: int) -> Ints:
    """Indices (in ``index``) of codes drawn in proportion to their weights."""
    drawn = weighted(rng, list(codes.values()), size)
    return np.array([index[code] for code in codes], dtype=np.int64)[drawn]


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """For counts [2, 0, 3]: the owner of each item [0, 0, 2, 2, 2] and its place [0, 1, 0, 1, 2]."""
    owner = np.repeat(np.arange(len(counts)), counts)
    firsts = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - firsts[owner]


def events(rng: np.random.Generator, yearly: Floats | float, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Events at a yearly rate between start and end (days, inclusive): owner index and day of each."""
    length = np.maximum(end - start + 1, 0)
    owner, _ = repeated(rng.poisson(np.asarray(yearly) * length / DAYS_A_YEAR))
    return owner, start[owner] + (rng.random(len(owner)) * length[owner]).astype(np.int64)


def cents(dollars: Floats) -> Ints:
    """Dollars as whole cents, half up."""
    return np.floor(dollars * 100 + 0.5).astype(np.int64)


def share_of(rng: np.random.Generator, share: float | Floats, size: int) -> Flags:
    """True for a random share."""
    return rng.random(size) < share
