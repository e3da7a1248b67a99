"""Submission JSON of the Quality Payment Program, read into the model and written from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

from .model import (
    Cahps,
    Measurement,
    MeasurementSet,
    MultiRate,
    NonProportion,
    Proportion,
    SingleRate,
    Submission,
    Value,
)
from .shape import shape_problems, value_kind

PLACEHOLDER = "< performanceYearToBeReported >"
"""What CMS's published examples hold in place of the year."""

_COUNTS = {
    "performanceMet": "performance_met",
    "performanceNotMet": "performance_not_met",
    "eligiblePopulationExclusion": "eligible_population_exclusion",
    "eligiblePopulationException": "eligible_population_exception",
    "eligiblePopulation": "eligible_population",
    "numeratorExclusion": "numerator_exclusion",
    "performanceRate": "performance_rate",
    "reportingRate": "reporting_rate",
    "stratum": "stratum",
    "isEndToEndReported": "is_end_to_end_reported",
}
_MULTI = {
    "isEndToEndReported": "is_end_to_end_reported",
    "performanceRate": "performance_rate",
    "reportingRate": "reporting_rate",
}
_NON_PROPORTION = {
    "numerator": "numerator",
    "denominator": "denominator",
    "isEndToEndReported": "is_end_to_end_reported",
    "numeratorExclusion": "numerator_exclusion",
    "denominatorException": "denominator_exception",
    "observationInstances": "observation_instances",
    "reportingRate": "reporting_rate",
}
_CAHPS = {
    "score": "score",
    "reliability": "reliability",
    "mask": "mask",
    "isBelowMinimum": "is_below_minimum",
}


def read_document(path: Path, year: int | None = None) -> dict[str, Any]:
    """The submission object of a file, unchecked: bare, or within ``data.submission`` as the API answers.

    ``year`` fills in the place that CMS's published examples leave open for it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorridorError("QPP-JSON", f"The file cannot be read: {error}.", file=path) from error
    if PLACEHOLDER in text:
        if year is None:
            raise CorridorError(
                "QPP-JSON-YEAR",
                "The performance year of this file is left open.",
                why="CMS's examples leave it to be filled in.",
                todo="Name the year with --year.",
                file=path,
                field="performanceYear",
            )
        text = text.replace(f'"{PLACEHOLDER}"', str(year)).replace(PLACEHOLDER, str(year))
    try:
        found = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise CorridorError(
            "QPP-JSON",
            f"The file is no readable JSON: {error}.",
            todo="Check that the whole file was saved.",
            file=path,
            line=line,
        ) from error
    for name in ("data", "submission"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    if not isinstance(found, dict) or "measurementSets" not in found:
        raise CorridorError(
            "QPP-JSON",
            "The file holds no submission.",
            why="A submission is one object with entityType, performanceYear and measurementSets.",
            file=path,
        )
    return found


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field '{twin}' stands twice in one object")
    return found


def read_submission(
    source: Path | Mapping[str, Any], file: object | None = None, *, year: int | None = None
) -> Submission:
    """The submission of a file, or of an object already parsed; refused where its shape is not the API's.

    ``file`` is what errors name in place of the path.
    """
    document = source if isinstance(source, Mapping) else read_document(source, year)
    problems = shape_problems(document)
    if problems:
        more = f" {len(problems) - 1} more were found." if len(problems) > 1 else ""
        raise CorridorError(
            "QPP-SHAPE",
            f"The submission has not the shape the Submissions API takes: {problems[0].message}.{more}",
            todo="`corridor submit qpp --check FILE` lists everything that is wrong.",
            file=file or (None if isinstance(source, Mapping) else source),
            field=problems[0].path,
        )
    return from_document(document)


def from_document(document: Mapping[str, Any]) -> Submission:
    """The submission of an object whose shape is right."""
    return Submission(
        entity_type=document["entityType"],
        performance_year=document["performanceYear"],
        tin=document.get("taxpayerIdentificationNumber"),
        npi=document.get("nationalProviderIdentifier"),
        entity_id=document.get("entityId"),
        measurement_sets=tuple(_set(one) for one in document["measurementSets"]),
    )


def _set(one_set: Mapping[str, Any]) -> MeasurementSet:
    return MeasurementSet(
        category=one_set["category"],
        submission_method=one_set["submissionMethod"],
        # the API records a set without a program under traditional MIPS
        program_name=one_set.get("programName") or "mips",
        performance_start=date.fromisoformat(one_set["performanceStart"]),
        performance_end=date.fromisoformat(one_set["performanceEnd"]),
        measurements=tuple(
            Measurement(one["measureId"], _value(one["value"])) for one in one_set["measurements"]
        ),
        cehrt_id=one_set.get("cehrtId"),
    )


def _value(value: Any) -> Value:
    kind = value_kind(value)
    if kind == "boolean":
        return bool(value)
    if kind == "proportion":
        return Proportion(value["numerator"], value["denominator"])
    if kind == "singlePerformanceRate":
        return SingleRate(**_named(value, _COUNTS))
    if kind == "multiPerformanceRate":
        strata = tuple(SingleRate(**_named(stratum, _COUNTS)) for stratum in value["strata"])
        return MultiRate(strata=strata, **_named(value, _MULTI))
    return (
        NonProportion(**_named(value, _NON_PROPORTION))
        if kind == "nonProportion"
        else Cahps(**_named(value, _CAHPS))
    )


def _named(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: value[key] for key, name in names.items() if value.get(key) is not None}


def to_document(submission: Submission) -> dict[str, Any]:
    """The submission as the object the API takes; what is not said is left out."""
    document = {
        "entityType": submission.entity_type,
        "taxpayerIdentificationNumber": submission.tin,
        "nationalProviderIdentifier": submission.npi,
        "entityId": submission.entity_id,
        "performanceYear": submission.performance_year,
        "measurementSets": [_set_document(one) for one in submission.measurement_sets],
    }
    return _said(document)


def _set_document(one_set: MeasurementSet) -> dict[str, Any]:
    document = {
        "category": one_set.category,
        "submissionMethod": one_set.submission_method,
        "programName": one_set.program_name,
        "performanceStart": one_set.performance_start.isoformat(),
        "performanceEnd": one_set.performance_end.isoformat(),
        "cehrtId": one_set.cehrt_id,
        "measurements": [
            {"measureId": one.measure_id, "value": _value_document(one.value)} for one in one_set.measurements
        ],
    }
    return _said(document)


def _value_document(value: Value) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, Proportion):
        return {"numerator": value.numerator, "denominator": value.denominator}
    if isinstance(value, SingleRate):
        return _written(value, _COUNTS)
    if isinstance(value, MultiRate):
        return {**_written(value, _MULTI), "strata": [_written(stratum, _COUNTS) for stratum in value.strata]}
    return _written(value, _NON_PROPORTION if isinstance(value, NonProportion) else _CAHPS)


def _written(value: Value, names: Mapping[str, str]) -> dict[str, Any]:
    return _said({key: getattr(value, name) for key, name in names.items()})


def _said(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value is not None}


def write_submission(submission: Submission, path: Path) -> None:
    """The submission as a file; the same submission is always the same bytes."""
    path.write_text(json.dumps(to_document(submission), indent=2) + "\n", encoding="utf-8")
