"""A submission checked offline, answered as CMS's Submissions API answers."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from corridor.sources.qpp.model import Submission
from corridor.sources.qpp.problem import ERROR, Problem
from corridor.sources.qpp.shape import shape_problems
from corridor.sources.qpp.submission_json import to_document

from .check_entity import entity_problems, set_problems
from .check_interoperability import interoperability_problems
from .check_measure import measurement_problems
from .known import Known

_STEP = re.compile(r"\.(\w+)(?:\[(\d+)\])?")


def validate(submission: Submission | Mapping[str, Any], known: Known) -> list[Problem]:
    """Everything wrong with a submission, errors first; only errors would refuse it.

    A document whose measurement sets cannot be told apart is answered with its shape alone, and so is every
    value and field whose shape is wrong.
    """
    document = to_document(submission) if isinstance(submission, Submission) else submission
    found = shape_problems(document)
    if _is_readable(document):
        told = {one.path for one in found}
        sound = _sound(document, found)
        more = [
            *entity_problems(sound, known),
            *set_problems(sound, known),
            *measurement_problems(sound, known),
            *interoperability_problems(sound, known),
        ]
        found += [one for one in more if one.path not in told]
    return sorted(found, key=lambda one: one.severity != ERROR)


def _is_readable(document: Mapping[str, Any]) -> bool:
    sets = document.get("measurementSets")
    if not isinstance(sets, list) or not all(isinstance(one, Mapping) for one in sets):
        return False
    measurements = [one.get("measurements") or [] for one in sets]
    return all(
        isinstance(many, list) and all(isinstance(one, Mapping) for one in many) for many in measurements
    )


def _sound(document: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
    """The document without what has the wrong shape: of a value the whole, else the field."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    for one in problems:
        if one.rule == "no_measurement_set":
            continue
        before, value, _ = f"{one.path}.".partition(".value.")
        steps = _STEP.findall(f"{before}.value" if value else one.path)
        holder: Any = found
        for name, place in steps[:-1]:
            holder = holder[name][int(place)] if place else holder[name]
        if steps[-1][0] in holder:
            holder[steps[-1][0]] = None
    return found
