"""Which measures count: the best collection type of each, the outcome measure first, then the best others.

Ranking is no formula: the measures of one who is scored are set against each other. Everything here works on
columns, one value a result, results ordered by clinician.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.programs.mips.inputs import APP_PATHWAYS, Array, base_measure

if TYPE_CHECKING:
    from corridor.law import RulesInForce


def best_of_each_measure(clinician: Array, measure: Array, points: Array, quality: Array) -> Array:
    """Flags of the quality results that stand for their measure: most points, the first of equals."""
    here = np.flatnonzero(quality)
    rank = np.where(np.isnan(points[here]), -np.inf, points[here])
    order = here[np.lexsort((here, -rank, measure[here], clinician[here]))]
    first = np.ones(len(order), dtype=bool)
    if len(order):
        same = (clinician[order][1:] == clinician[order][:-1]) & (measure[order][1:] == measure[order][:-1])
        first[1:] = ~same
    flags = np.zeros(len(points), dtype=bool)
    flags[order[first]] = True
    return flags


def rank_within(clinician: Array, points: Array, rows: Array) -> Array:
    """Place of each of ``rows`` among those of its clinician, best points first, from 0."""
    order = rows[np.lexsort((rows, -points[rows], clinician[rows]))]
    who = clinician[order]
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(order) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    found = np.full(len(points), -1, dtype=np.int64)
    found[order] = place
    return found


def picked(
    clinician: Array,
    measure: Array,
    points: Array,
    slots: Array,
    quality: Array,
    from_claims: Array,
    outcome: Array,
    high_priority: Array,
    pathway: Array,
    asked: Array,
    force: RulesInForce,
) -> Array:
    """Flags of the quality results that count.

    clinician, measure   whole numbers; ``measure`` the same for the collection types of one measure
    outcome, high_priority   1, 0, or NaN where not known
    pathway, asked       one value a clinician: the pathway, and how many measures it asks for
    """
    size = len(asked)
    best = best_of_each_measure(clinician, measure, points, quality)
    in_app = np.isin(pathway, APP_PATHWAYS)[clinician]
    flags = best & (in_app | from_claims)
    removed = best & ~in_app & ~from_claims & (slots < 0)
    flags |= removed
    candidates = best & ~in_app & ~from_claims & ~removed & ~np.isnan(points)
    room = asked - np.bincount(clinician[removed], minlength=size)
    flags |= _ranked(clinician, points, candidates, outcome, high_priority, room, force)
    return flags


def _ranked(
    clinician: Array,
    points: Array,
    candidates: Array,
    outcome: Array,
    high_priority: Array,
    room: Array,
    force: RulesInForce,
) -> Array:
    size = len(room)
    is_outcome, is_priority = outcome > 0, high_priority > 0
    unknown = np.isnan(outcome) | np.isnan(high_priority)
    has_outcome = _any(clinician, candidates & is_outcome, size)
    lead = candidates & np.where(has_outcome[clinician], is_outcome, is_priority)
    place = rank_within(clinician, points, np.flatnonzero(lead))
    chosen: Array = (place == 0) & lead & (room[clinician] > 0)
    has_lead, has_unknown = _any(clinician, lead, size), _any(clinician, candidates & unknown, size)
    empty = ~has_lead & ~has_unknown & (force.text("mips.missing_outcome_rule") == "empty_slot")
    left = room - has_lead - empty
    rest = candidates & ~chosen
    place = rank_within(clinician, points, np.flatnonzero(rest))
    chosen |= rest & (place < left[clinician])
    return chosen


def _any(clinician: Array, flags: Array, size: int) -> Array:
    found: Array = np.bincount(clinician[flags], minlength=size) > 0
    return found


def app_sets(force: RulesInForce) -> dict[str, list[tuple[str, str]]]:
    """Pathway -> the measures of its set with their kind (clinical, survey, claims); {} before the APP."""
    if "mips.app_measure" not in force:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in force.rows("mips.app_measure"):
        found.setdefault(str(row["pathway"]), []).append((str(row["measure_id"]), str(row["kind"])))
    return found


def foundation_measures(force: RulesInForce) -> frozenset[str]:
    """The population health measures: those CMS works out itself in the set of the APP."""
    return frozenset(m for m, kind in app_sets(force).get("app", ()) if kind == "claims")


def codes_of(texts: Array) -> tuple[Array, list[str]]:
    """Texts as whole numbers, and the text of each number."""
    seen: dict[str, int] = {}
    codes = np.fromiter(
        (seen.setdefault(text, len(seen)) for text in texts.tolist()), dtype=np.int64, count=len(texts)
    )
    return codes, list(seen)


def measure_codes(codes: Array, names: list[str]) -> Array:
    """The codes of measures, a Medicare CQM under the code of the measure it is named after."""
    base: dict[str, int] = {}
    laid = np.array([base.setdefault(base_measure(name), len(base)) for name in names], dtype=np.int64)
    return laid[codes] if len(names) else codes
