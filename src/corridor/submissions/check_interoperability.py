"""How interoperability measures stand beside one another: exclusions, substitutes, active engagement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.reference.qpp import Measure
from corridor.sources.qpp.problem import WARNING, Problem

from .known import Known


def interoperability_problems(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """What is wrong with an interoperability set as a whole."""
    for number, one_set in enumerate(document["measurementSets"]):
        if one_set.get("category") != "pi":
            continue
        path = f"$.measurementSets[{number}]"
        places = {
            str(one.get("measureId")): place for place, one in enumerate(one_set.get("measurements") or [])
        }
        values = {str(one.get("measureId")): one.get("value") for one in one_set.get("measurements") or []}
        measures = [measure for name in places if (measure := known.measure(name)) is not None]
        for measure in measures:
            where = f"{path}.measurements[{places[measure.measure_id]}]"
            yield from _excluded(measure, places, where)
            yield from _substituted(measure, places, where, known)
            yield from _engagement(measure, values, where)
        yield from _unreported(places, path, known, str(one_set.get("programName") or "mips"))


def _excluded(measure: Measure, places: Mapping[str, int], where: str) -> Iterator[Problem]:
    for exclusion in measure.exclusions:
        if exclusion in places:
            reason = f"'{measure.measure_id}' may not be submitted with its exclusion '{exclusion}'"
            yield Problem("exclusion_with_measure", where, "measureId", reason)


def _substituted(measure: Measure, places: Mapping[str, int], where: str, known: Known) -> Iterator[Problem]:
    """A measure and its substitute; each pair is told of once, at the later of the two.

    The exclusion of a measure that is substituted is out of place as well: CMS's converter calls it CT 102.
    """
    for name in measure.substitutes:
        other = known.measure(name)
        if name in places and places[name] < places[measure.measure_id]:
            reason = f"'{measure.measure_id}' may not be submitted with '{name}': one replaces the other"
            yield Problem("substitutes", where, "measureId", reason)
        for exclusion in other.exclusions if other else ():
            if exclusion in places and name not in places:
                what = f"'{exclusion}', the exclusion of '{name}'"
                reason = f"'{measure.measure_id}' may not be submitted with {what}"
                yield Problem("substitute_exclusion", where, "measureId", reason)


def _engagement(measure: Measure, values: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """A registry reported to says how far the engagement is: one of pre-production and production."""
    if not measure.preprod or values.get(measure.measure_id) is not True:
        return
    answered = [name for name in measure.preprod if values.get(name) is True]
    if len(answered) != 1:
        reason = (
            f"'{measure.measure_id}' must be submitted with exactly one of {' and '.join(measure.preprod)}"
        )
        yield Problem("engagement", where, "measureId", reason)


def _unreported(places: Mapping[str, int], path: str, known: Known, program: str) -> Iterator[Problem]:
    """Required measures without an answer: the API takes the set, the score is 0."""
    pi = known.qpp.of_category("pi")
    answers_of_others = {name for one in pi for name in one.preprod}
    told: set[str] = set()
    for one in pi:
        asked = one.is_required and one.reporting_category == "required" and one.in_program(program)
        if not asked or one.measure_id in answers_of_others:
            continue
        instead = {one.measure_id, *one.exclusions, *one.substitutes}
        # a substitute of one that is told of need not be told of again
        if not instead & (set(places) | told):
            told.add(one.measure_id)
            reason = f"the required measure '{one.measure_id}' is neither reported nor excluded"
            yield Problem("required_measure", path, "measurements", reason, WARNING)
