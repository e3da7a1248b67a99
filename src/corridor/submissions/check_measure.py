"""Whether a measure may be submitted by this entity, method and program, and what its value must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.reference.qpp import Measure
from corridor.sources.qpp.problem import WARNING, Problem
from corridor.sources.qpp.shape import value_kind

from .derived import case_count, overall_rate, reported, reporting_rate, strata_of
from .known import Known

# the value a metric type takes; others are worked out by CMS and not submitted
_VALUE = {
    "boolean": "boolean",
    "proportion": "proportion",
    "singlePerformanceRate": "singlePerformanceRate",
    "multiPerformanceRate": "multiPerformanceRate",
    "registrySinglePerformanceRate": "singlePerformanceRate",
    "registryMultiPerformanceRate": "multiPerformanceRate",
    "nonProportion": "nonProportion",
    "cahps": "cahps",
}
_STATED_RATE = ("registrySinglePerformanceRate", "registryMultiPerformanceRate")
_ELECTRONIC = "electronicHealthRecord"
# the API keeps rates to two decimals
_SAME_RATE = 0.01


def measurement_problems(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """What is wrong with the measurements of every set, one at a time."""
    for number, one_set in enumerate(document["measurementSets"]):
        path = f"$.measurementSets[{number}]"
        seen: dict[Any, int] = {}
        for place, measurement in enumerate(one_set.get("measurements") or []):
            where, measure_id = f"{path}.measurements[{place}]", measurement.get("measureId")
            if measure_id is None:
                continue
            if measure_id in seen:
                reason = f"'{measure_id}' stands in measurements[{seen[measure_id]}] already"
                yield Problem("duplicate_measure", where, "measureId", reason)
            seen.setdefault(measure_id, place)
            measure = known.measure(str(measure_id))
            if measure is None:
                reason = f"'{measure_id}' is no measure of performance year {known.limits.year}"
                yield Problem("measure_unknown", where, "measureId", reason)
                continue
            yield from _allowed(measure, one_set, document.get("entityType"), where)
            yield from _value(measure, one_set, measurement.get("value"), where, known)


def _allowed(measure: Measure, one_set: Mapping[str, Any], entity: Any, where: str) -> Iterator[Problem]:
    name, category = measure.measure_id, one_set.get("category")
    if category is None:
        return
    if measure.category != category:
        yield Problem(
            "measure_category", where, "measureId", f"'{name}' is a measure of '{measure.category}'"
        )
        return
    method = one_set.get("submissionMethod")
    if measure.methods and method is not None and method not in measure.methods:
        allowed = ", ".join(measure.methods)
        reason = f"'{name}' may not be submitted by '{method}', only by {allowed}"
        yield Problem("measure_method", where, "measureId", reason)
    program = one_set.get("programName") or "mips"
    if program not in measure.programs:
        yield Problem("measure_program", where, "measureId", f"'{name}' may not be submitted to '{program}'")
    registered = "group" if entity == "virtualGroup" else entity
    if measure.registrations and registered not in measure.registrations:
        yield Problem("measure_entity", where, "measureId", f"'{name}' may not be submitted by '{entity}'")
    if method in measure.suppressed:
        reason = f"'{name}' is suppressed for '{method}': it will not be scored"
        yield Problem("measure_suppressed", where, "measureId", reason, WARNING)


def _value(
    measure: Measure, one_set: Mapping[str, Any], value: Any, where: str, known: Known
) -> Iterator[Problem]:
    expected = _VALUE.get(measure.metric_type or "")
    kind = value_kind(value)
    if kind is None:
        return
    if expected is None:
        reason = f"'{measure.measure_id}' is worked out by CMS from claims and not submitted"
        yield Problem("not_submitted", where, "measureId", reason)
        return
    if kind != expected:
        reason = f"'{measure.measure_id}' takes a {expected} value, not a {kind} one"
        yield Problem("value_type", where, "value", reason)
    elif kind == "proportion":
        yield from _proportion(value, where)
    elif kind in ("singlePerformanceRate", "multiPerformanceRate"):
        yield from _rates(measure, one_set, value, where, known)


def _proportion(value: Mapping[str, Any], where: str) -> Iterator[Problem]:
    numerator, denominator = value.get("numerator"), value.get("denominator")
    if isinstance(numerator, int) and isinstance(denominator, int) and numerator > denominator:
        yield Problem(
            "numerator_larger", f"{where}.value", "numerator", "must be less than or equal to denominator"
        )


def _rates(
    measure: Measure, one_set: Mapping[str, Any], value: Mapping[str, Any], where: str, known: Known
) -> Iterator[Problem]:
    multiple = isinstance(value.get("strata"), list)
    parts = strata_of(value)
    paths = [
        f"{where}.value.strata[{place}]" if multiple else f"{where}.value" for place in range(len(parts))
    ]
    registry = one_set.get("submissionMethod") != _ELECTRONIC
    wrong = [problem for one, path in zip(parts, paths) for problem in _counts(one, path, registry, measure)]
    yield from wrong
    if multiple:
        yield from _strata(measure, parts, where)
    yield from _stated(measure, value, where, bool(wrong))
    if wrong:
        return
    limits = known.limits
    for one, path in zip(parts, paths):
        rate = reporting_rate(one)
        if rate is not None and rate < limits.completeness:
            reason = f"the reporting rate is {rate:.2f}; data completeness is {limits.completeness:g}"
            yield Problem("incomplete", path, "eligiblePopulation", reason, WARNING)
    cases = case_count(value, measure, not registry)
    if cases < limits.cases:
        reason = f"the measure has {cases} cases; it is scored from {limits.cases}"
        yield Problem(
            "few_cases", f"{where}.value", "strata" if multiple else "eligiblePopulation", reason, WARNING
        )


def _counts(counts: Mapping[str, Any], path: str, registry: bool, measure: Measure) -> Iterator[Problem]:
    names = (
        "performanceMet",
        "performanceNotMet",
        "eligiblePopulationExclusion",
        "eligiblePopulationException",
    )
    given = [counts.get(name) or 0 for name in (*names, "eligiblePopulation")]
    if any(isinstance(one, bool) or not isinstance(one, int) or one < 0 for one in given):
        return
    eligible = counts.get("eligiblePopulation") or 0
    if (counts.get("performanceMet") or 0) > eligible:
        reason = "must be less than or equal to eligiblePopulation"
        yield Problem("met_larger", path, "performanceMet", reason)
    elif reported(counts) > eligible:
        told = " + ".join(names)
        yield Problem("counts_exceed", path, "eligiblePopulation", f"must not be less than {told}")
    excluded = counts.get("eligiblePopulationExclusion") or 0
    if registry and excluded and not measure.is_qcdr:
        reason = "must be 0 or null where submissionMethod is 'registry': exclusions are taken out beforehand"
        yield Problem("registry_exclusion", path, "eligiblePopulationExclusion", reason)


def _strata(measure: Measure, parts: list[Mapping[str, Any]], where: str) -> Iterator[Problem]:
    needed = [one.name for one in measure.strata if one.name]
    seen: set[Any] = set()
    for place, part in enumerate(parts):
        name, path = part.get("stratum"), f"{where}.value.strata[{place}]"
        if name in seen:
            yield Problem("duplicate_stratum", path, "stratum", f"'{name}' stands there twice")
        elif isinstance(name, str) and name not in needed:
            yield Problem("stratum_unknown", path, "stratum", f"'{name}' is none of {', '.join(needed)}")
        seen.add(name)
    missing = [name for name in needed if name not in seen]
    if missing:
        yield Problem("stratum_missing", f"{where}.value", "strata", f"lacks {', '.join(missing)}")


def _stated(measure: Measure, value: Mapping[str, Any], where: str, wrong: bool) -> Iterator[Problem]:
    stated = value.get("performanceRate")
    if stated is None:
        if measure.metric_type in _STATED_RATE:
            yield Problem("rate_missing", f"{where}.value", "performanceRate")
        return
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return
    if not 0 <= stated <= 100:
        yield Problem("rate_range", f"{where}.value", "performanceRate", "must be between 0 and 100")
        return
    derived = None if wrong else overall_rate(value, measure)
    if derived is not None and abs(derived - stated) > _SAME_RATE:
        reason = f"{stated:g} is not what the counts make: {derived:.2f}"
        yield Problem("rate_differs", f"{where}.value", "performanceRate", reason, WARNING)
