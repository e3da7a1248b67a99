"""The shape of a submission as JSON: which fields an object has, which it must have, and what each one holds.

CMS publishes no schema; this one is written from the fields its documentation lists. It asks nothing of the
measures: that is ``corridor.submissions``. Fields that only the API writes are known and passed over, so
that its answer can be read back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from .problem import Problem

Check = Callable[[Any], str]
"""Says what is wrong with a value; empty where nothing is."""

_OF_THE_API = {"id", "createdAt", "updatedAt", "submissionId", "measurementSetId", "measurementId"} | {
    "submitterId",
    "submitterType",
    "practiceDetails",
    "suppressed",
    "source",
    "measureSet",
}


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be a string"


def _whole(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be an integer"
    return "must be greater than or equal to 0" if value < 0 else ""


def _number(value: Any) -> str:
    return "" if isinstance(value, int | float) and not isinstance(value, bool) else "must be a number"


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be a boolean"


def _day(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"'{value}' is no day of the calendar"
        return ""
    return "must be a date in the form YYYY-MM-DD"


def _list(value: Any) -> str:
    return "" if isinstance(value, list) else "must be an array"


_SUBMISSION: dict[str, tuple[Check, bool]] = {
    "entityType": (_text, True),
    "taxpayerIdentificationNumber": (_text, False),
    "nationalProviderIdentifier": (_text, False),
    "entityId": (_text, False),
    "performanceYear": (_whole, True),
    "measurementSets": (_list, True),
}
_SET: dict[str, tuple[Check, bool]] = {
    "category": (_text, True),
    "submissionMethod": (_text, True),
    "programName": (_text, False),
    "cehrtId": (_text, False),
    "performanceStart": (_day, True),
    "performanceEnd": (_day, True),
    "measurements": (_list, True),
}
_PROPORTION: dict[str, tuple[Check, bool]] = {"numerator": (_whole, True), "denominator": (_whole, True)}
_COUNTS: dict[str, tuple[Check, bool]] = {
    "performanceMet": (_whole, True),
    "performanceNotMet": (_whole, False),
    "eligiblePopulationExclusion": (_whole, False),
    "eligiblePopulationException": (_whole, False),
    "eligiblePopulation": (_whole, True),
    "numeratorExclusion": (_whole, False),
    "performanceRate": (_number, False),
    "reportingRate": (_number, False),
}
_SINGLE = {"isEndToEndReported": (_truth, True), **_COUNTS}
_STRATUM = {"stratum": (_text, True), **_COUNTS}
_MULTI: dict[str, tuple[Check, bool]] = {
    "isEndToEndReported": (_truth, True),
    "strata": (_list, True),
    "performanceRate": (_number, False),
    "reportingRate": (_number, False),
}
_NON_PROPORTION: dict[str, tuple[Check, bool]] = {
    "numerator": (_number, True),
    "denominator": (_number, True),
    "isEndToEndReported": (_truth, True),
    "numeratorExclusion": (_number, False),
    "denominatorException": (_number, False),
    "observationInstances": (_whole, True),
    "reportingRate": (_number, False),
}
_CAHPS: dict[str, tuple[Check, bool]] = {
    "score": (_number, True),
    "reliability": (_text, False),
    "mask": (_truth, False),
    "isBelowMinimum": (_truth, False),
}


def value_kind(value: Any) -> str | None:
    """Which of the API's values this is, by its own fields; None where it is none of them."""
    if isinstance(value, bool):
        return "boolean"
    if not isinstance(value, Mapping):
        return None
    if "strata" in value:
        return "multiPerformanceRate"
    if "performanceMet" in value or "eligiblePopulation" in value:
        return "singlePerformanceRate"
    if "score" in value:
        return "cahps"
    if "observationInstances" in value or "isEndToEndReported" in value:
        return "nonProportion"
    return "proportion" if "numerator" in value or "denominator" in value else None


_OF_KIND = {
    "proportion": _PROPORTION,
    "singlePerformanceRate": _SINGLE,
    "multiPerformanceRate": _MULTI,
    "nonProportion": _NON_PROPORTION,
    "cahps": _CAHPS,
}


def shape_problems(document: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the shape of a submission; nothing here asks what a measure is."""
    found = list(_fields(document, "$", _SUBMISSION))
    sets = document.get("measurementSets")
    if not isinstance(sets, list):
        return found
    if not sets:
        reason = "At least one measurementSet must be defined to use this functionality"
        found.append(Problem("no_measurement_set", "$", "measurementSets", reason))
    for number, one_set in enumerate(sets):
        path = f"$.measurementSets[{number}]"
        if not isinstance(one_set, Mapping):
            found.append(Problem("type", "$", f"measurementSets[{number}]", "must be an object"))
            continue
        found += _fields(one_set, path, _SET)
        measurements = one_set.get("measurements")
        if isinstance(measurements, list):
            for place, measurement in enumerate(measurements):
                found += _measurement(measurement, path, place)
    return found


def _measurement(measurement: Any, set_path: str, place: int) -> Iterator[Problem]:
    path = f"{set_path}.measurements[{place}]"
    if not isinstance(measurement, Mapping):
        yield Problem("type", set_path, f"measurements[{place}]", "must be an object")
        return
    known: dict[str, tuple[Check, bool]] = {"measureId": (_text, True), "value": (lambda _: "", True)}
    yield from _fields(measurement, path, known, passed={"performanceStart", "performanceEnd"})
    value = measurement.get("value")
    if value is None:
        return
    kind = value_kind(value)
    if kind is None:
        yield Problem("value_type", path, "value", "is no boolean, proportion, rate or score")
    elif kind != "boolean":
        yield from _fields(value, f"{path}.value", _OF_KIND[kind])
    if kind == "multiPerformanceRate" and isinstance(value["strata"], list):
        for number, stratum in enumerate(value["strata"]):
            if isinstance(stratum, Mapping):
                yield from _fields(stratum, f"{path}.value.strata[{number}]", _STRATUM)
            else:
                yield Problem("type", f"{path}.value", f"strata[{number}]", "must be an object")


def _fields(
    found: Mapping[str, Any],
    path: str,
    known: Mapping[str, tuple[Check, bool]],
    passed: set[str] | None = None,
) -> Iterator[Problem]:
    """Missing fields, fields of another type, and fields nobody knows; null is as good as absent."""
    for name, (check, required) in known.items():
        value = found.get(name)
        if value is None:
            if required:
                yield Problem("required", path, name)
        elif reason := check(value):
            yield Problem("type", path, name, reason)
    for name in found:
        if name not in known and name not in _OF_THE_API and name not in (passed or ()):
            yield Problem("unknown_field", path, name, "is not a field of the Submissions API")
