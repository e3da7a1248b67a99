"""The sets of results worth trying in one pathway: none that is left out can score higher.

A quality category is (points + points for electronic measures + bonus) over what could be had. What could be
had depends on the chosen set only by the number of results that leave the measures asked for (suppressed, or
in the APP not scored): for each such number the highest sum decides. The search goes through the measures one
by one and keeps, for each number left out, number counted, and kind of lead, every pair of sums that no other
pair beats in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

TINY = 1e-12


class Lead(IntEnum):
    """What a set holds of the outcome or high-priority measure that is asked for."""

    none = 0
    unknown = 1  # a measure of which it is not known
    priority = 2
    outcome = 3


@dataclass(frozen=True)
class Option:
    """One way of submitting a measure: a result of one collection type.

    row      which result it is, in the rows of whoever asks
    points   None: it leaves the measures asked for instead of being scored
    extra    points for an electronic measure of a complex organization
    """

    row: int
    points: float | None
    extra: float = 0.0
    lead: Lead = Lead.none


@dataclass(frozen=True)
class Chosen:
    """A set of results: their rows, the sums, how many leave the measures asked for."""

    rows: tuple[int, ...]
    points: float
    extra: float
    left_out: int


State = tuple[int, int, Lead]  # left out, counted, lead
Sums = tuple[float, float, tuple[int, ...]]  # points, extra, rows


def choices(measures: Sequence[Sequence[Option]], asked: int, *, lead_needed: bool) -> list[Chosen]:
    """Sets of traditional MIPS and MVPs, one result a measure, at most as many as are asked for.

    measures     the options of each measure
    asked        measures asked for; one that is left out takes a place of its own
    lead_needed  one place stays empty without an outcome or high-priority measure
    Where an outcome measure is collected that can be scored, one must be among the set.
    """
    must = any(one.lead is Lead.outcome and one.points is not None for ones in measures for one in ones)
    states: dict[State, list[Sums]] = {(0, 0, Lead.none): [(0.0, 0.0, ())]}
    for options in measures:
        following = {state: list(sums) for state, sums in states.items()}
        for (left, counted, lead), sums in states.items():
            for one in options:
                if one.lead is Lead.unknown and one.points is not None and lead is Lead.none:
                    # sent and not counted: it keeps the place of the lead from being called empty
                    sent = [(had, extra, (*rows, one.row)) for had, extra, rows in sums]
                    following.setdefault((left, counted, Lead.unknown), []).extend(sent)
                if left + counted >= asked:
                    continue
                if one.points is None:
                    state, points = (left + 1, counted, lead), 0.0
                else:
                    state, points = (left, counted + 1, max(lead, one.lead)), one.points
                grown = [(had + points, extra + one.extra, (*rows, one.row)) for had, extra, rows in sums]
                following.setdefault(state, []).extend(grown)
        states = {state: _unbeaten(sums) for state, sums in following.items()}
    found: dict[int, list[Sums]] = {}
    for (left, counted, lead), sums in states.items():
        room = asked - left - (1 if lead_needed and lead is Lead.none else 0)
        fits = counted <= max(room, 0)
        if fits and (not must or lead is Lead.outcome or not counted):
            found.setdefault(left, []).extend(sums)
    return _listed(found)


def choices_of_set(measures: Sequence[Sequence[Option]]) -> list[Chosen]:
    """Sets of the APP: every measure counts, and one that is not sent counts with no points.

    A measure that is sent may be scored, or leave what could be had.
    """
    states: dict[tuple[int, bool], list[Sums]] = {(0, False): [(0.0, 0.0, ())]}
    for options in measures:
        following = {state: list(sums) for state, sums in states.items()}
        for (left, _), sums in states.items():
            for one in options:
                after = left + (one.points is None)
                grown = [
                    (had + (one.points or 0.0), extra + one.extra, (*rows, one.row))
                    for had, extra, rows in sums
                ]
                following.setdefault((after, True), []).extend(grown)
        states = {state: _unbeaten(sums) for state, sums in following.items()}
    found: dict[int, list[Sums]] = {}
    for (left, _), sums in states.items():
        found.setdefault(left, []).extend(sums)
    return _listed(found)


def _listed(found: dict[int, list[Sums]]) -> list[Chosen]:
    """The sets to try. Whether anything is sent at all matters by itself (a bonus, an excuse that ends), so
    nothing and something are not set against each other."""
    return [
        Chosen(rows, points, extra, left)
        for left in sorted(found)
        for sent in (False, True)
        for points, extra, rows in _unbeaten(one for one in found[left] if bool(one[2]) == sent)
    ]


def _unbeaten(sums: Iterable[Sums]) -> list[Sums]:
    """Those that no other reaches in both sums; of equals the one of fewest results."""
    kept: list[Sums] = []
    best = -1.0
    for one in sorted(sums, key=lambda one: (-one[0], -one[1], len(one[2]), one[2])):
        if one[1] > best + TINY:
            kept.append(one)
            best = one[1]
    return kept
