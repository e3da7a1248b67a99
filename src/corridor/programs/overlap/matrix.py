"""The matrix: may an entity, and a beneficiary, be in both programs of a pair, and whose are the dollars."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridor.law import RulesInForce

CELLS = ("overlap.pair_official", "overlap.pair_secondary", "overlap.pair_assumed")
QUESTIONS = ("entity", "beneficiary", "dollars")
UNREAD = "?"
Row = dict[str, Any]


def matrix(force: RulesInForce) -> list[Row]:
    """One record a pair, in the order of the layers: per question answer, words, evidence and cite."""
    pairs: dict[tuple[str, str], Row] = {}
    for name in CELLS:
        value = force[name]
        for cell in value.value:
            key = (cell["first"], cell["second"])
            one = pairs.setdefault(key, {"first": key[0], "second": key[1]})
            one[cell["question"]] = {
                "answer": cell["answer"],
                "words": cell["words"],
                "evidence": "not seen" if cell["answer"] == UNREAD else value.status,
                "cite": value.cite,
            }
    return [pairs[key] for key in sorted(pairs)]


def of_pair(rows: Iterable[Row], one: str, other: str) -> Row:
    """The record of two programs, whichever is named first; all three questions open where there is none."""
    for row in rows:
        if {row["first"], row["second"]} == {one, other}:
            return row
    nothing = {"answer": UNREAD, "words": "this pair was not seen", "evidence": "not seen", "cite": None}
    return {"first": one, "second": other, **dict.fromkeys(QUESTIONS, nothing)}


def among(rows: Iterable[Row], programs: Iterable[str]) -> list[Row]:
    """The records of every pair of some programs."""
    listed = list(rows)
    return [of_pair(listed, one, other) for one, other in combinations(dict.fromkeys(programs), 2)]
