"""Which benchmarks are placeholders: CMS's files carry them, without a flag (qpp-data 2.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.reference.qpp.ladder import ADMINISTRATIVE, is_published
from corridor.reference.qpp.model import CUT_NAMES

Before = Mapping[tuple[str, str], Sequence[float]]  # (measure, method) -> cut points
_MOCK = re.compile(r"(?<![a-z])mock(?![a-z])", re.IGNORECASE)
_HALF = 2  # of the records that can be compared, more than one in so many


def is_mock(path: Path) -> bool:
    """Whether a file or one of its folders calls itself mock."""
    return any(_MOCK.search(part) for part in path.parts[-4:])


def is_staging(path: Path) -> bool:
    """Whether a file is an input of CMS's generator, not what it publishes."""
    return any(part.lower() == "staging" for part in path.parts[-5:-1])


def mark(rows: Sequence[dict[str, Any]], path: Path, before: Before, published: int | None = None) -> int:
    """Set ``is_provisional`` and its reason on rows of ``reference.qpp_benchmark``; how many were set.

    ``before``: cut points of the year before, where they are known; ``published``: the last year CMS has
    published of itself, where the user says so. Benchmarks drawn from the performance
    year itself are placeholders where the file says so, where CMS cannot have published them yet, or where
    most of those of claims repeat the year before.
    """
    if is_mock(path):
        for row in rows:
            _set(row, "the file calls itself mock")
        return len(rows)
    own = [row for row in rows if row["benchmark_year"] == row["year"]]
    late = [row for row in own if not is_published(int(row["year"]), published)]
    for row in late:
        _set(row, f"drawn from {row['year']} itself, of which CMS has published no benchmark yet")
    claims = [row for row in own if row["submission_method"] == ADMINISTRATIVE]
    compared = [row for row in claims if _key(row) in before]
    same = [row for row in compared if _cuts(row) == list(before[_key(row)])]
    if compared and len(same) * _HALF > len(compared):
        for row in claims:
            _set(row, f"{len(same)} of {len(compared)} such records repeat the year before")
    return sum(bool(row["is_provisional"]) for row in rows)


def cuts_of(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[float]]:
    """(measure, method) -> its eleven cut points, of rows of ``reference.qpp_benchmark``."""
    return {_key(row): _cuts(row) for row in rows}


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["measure_id"], row["submission_method"]


def _cuts(row: Mapping[str, Any]) -> list[float]:
    return [float(row[name]) for name in CUT_NAMES]


def _set(row: dict[str, Any], reason: str) -> None:
    row["is_provisional"] = True
    there = row["provisional_reason"]
    row["provisional_reason"] = reason if not there else f"{there}; {reason}"
