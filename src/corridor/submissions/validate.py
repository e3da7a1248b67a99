"""A submission checked offline, answered as CMS's Submissions API answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.sources.qpp.model import Submission
from corridor.sources.qpp.problem import ERROR, Problem
from corridor.sources.qpp.shape import shape_problems
from corridor.sources.qpp.submission_json import to_document

from .check_entity import entity_problems, set_problems
from .check_interoperability import interoperability_problems
from .check_measure import measurement_problems
from .known import Known


def validate(submission: Submission | Mapping[str, Any], known: Known) -> list[Problem]:
    """Everything wrong with a submission, errors first; only errors would refuse it.

    A document whose measurement sets cannot be told apart is answered with its shape alone.
    """
    document = to_document(submission) if isinstance(submission, Submission) else submission
    found = shape_problems(document)
    if _is_readable(document):
        found += entity_problems(document, known)
        found += set_problems(document, known)
        found += measurement_problems(document, known)
        found += interoperability_problems(document, known)
    return sorted(found, key=lambda one: one.severity != ERROR)


def _is_readable(document: Mapping[str, Any]) -> bool:
    sets = document.get("measurementSets")
    if not isinstance(sets, list) or not all(isinstance(one, Mapping) for one in sets):
        return False
    measurements = [one.get("measurements") or [] for one in sets]
    return all(
        isinstance(many, list) and all(isinstance(one, Mapping) for one in many) for many in measurements
    )
