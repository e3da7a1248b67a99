"""Submissions made of results: one an entity, one measurement set a category, method and program.

Counts are carried over, not mended: what is wrong with them is for ``validate`` to say. The one thing that is
done to them is what the collection type asks: an electronic measure without data is not met, and a registry
takes those excluded out of the eligible population beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.reference.qpp import Measure
from corridor.sources.qpp.model import (
    ENTITY_OF_PARTICIPATION,
    Measurement,
    MeasurementSet,
    MultiRate,
    Proportion,
    SingleRate,
    Submission,
    Value,
)

from .known import Known
from .results import Result

_ATTESTED = "registry"


def build(
    results: Sequence[Result],
    known: Known,
    force: RulesInForce,
    file: object | None = None,
) -> list[Submission]:
    """The submissions of the results, in order of their entities.

    Errors: SUBMIT-MEASURE, SUBMIT-COLLECTION, SUBMIT-VALUE, with file and line.
    """
    methods = {
        str(row["collection_type"]): str(row["submission_method"])
        for row in force.rows("mips.collection_type")
    }
    entities: dict[tuple[str, str, str, str], list[Result]] = {}
    for one in results:
        entities.setdefault(one.entity, []).append(one)
    found = []
    for (participation, tin, npi, entity_id), own in sorted(entities.items()):
        found.append(
            Submission(
                entity_type=ENTITY_OF_PARTICIPATION[participation],
                performance_year=known.limits.year,
                tin=tin or None,
                npi=npi or None,
                entity_id=entity_id or None,
                measurement_sets=tuple(_sets(own, known, methods, file)),
            )
        )
    return found


def _sets(
    results: Sequence[Result],
    known: Known,
    methods: Mapping[str, str],
    file: object | None,
) -> list[MeasurementSet]:
    grouped: dict[tuple[str, str, str], dict[str, list[Result]]] = {}
    for one in results:
        measure = _measure(one, known, file)
        key = (measure.category, _method(one, measure, methods, file), one.program)
        grouped.setdefault(key, {}).setdefault(measure.measure_id, []).append(one)
    found = []
    for (category, method, named), measures in sorted(grouped.items()):
        own = [one for many in measures.values() for one in many]
        starts = [one.period_start for one in own if one.period_start]
        ends = [one.period_end for one in own if one.period_end]
        certified = sorted({one.cehrt_id for one in own if one.cehrt_id})
        needs = (category, method) in known.limits.certified
        found.append(
            MeasurementSet(
                category=category,
                submission_method=method,
                program_name=named,
                performance_start=min(starts, default=date(known.limits.year, 1, 1)),
                performance_end=max(ends, default=date(known.limits.year, 12, 31)),
                cehrt_id=certified[0] if certified and needs else None,
                measurements=tuple(
                    _measurement(known.qpp.measures[name], many, method, file)
                    for name, many in sorted(measures.items())
                ),
            )
        )
    return found


def _measure(one: Result, known: Known, file: object | None) -> Measure:
    measure = known.measure(one.measure_id)
    if measure is None:
        raise CorridorError(
            "SUBMIT-MEASURE",
            f"{one.measure_id} is no measure of performance year {known.limits.year}.",
            why="Its category and kind of value are not known, so it cannot be written.",
            todo="Correct the id, or install the measure data it stands in.",
            file=file,
            line=one.line,
            field="measure_id",
        )
    return measure


def _method(one: Result, measure: Measure, methods: Mapping[str, str], file: object | None) -> str:
    if measure.category != "quality":
        return _ATTESTED
    if one.collection_type is None or one.collection_type not in methods:
        raise CorridorError(
            "SUBMIT-COLLECTION",
            f"It is not said how measure {measure.measure_id} was collected.",
            why="CMS keeps and scores a measure by how it was collected.",
            todo=f"Name one of {', '.join(methods)}.",
            file=file,
            line=one.line,
            field="collection_type",
        )
    return methods[one.collection_type]


def _measurement(
    measure: Measure, results: Sequence[Result], method: str, file: object | None
) -> Measurement:
    value: Value
    if measure.category == "quality":
        value = _rate(measure, results, method, file)
    elif measure.metric_type == "proportion":
        only = _single(measure, results, file)
        if only.numerator is None or only.denominator is None:
            raise _lacks(measure, only, "a numerator and a denominator", file)
        value = Proportion(only.numerator, only.denominator)
    else:
        only = _single(measure, results, file)
        if only.answer is None:
            raise _lacks(measure, only, "an answer", file)
        value = only.answer
    return Measurement(measure.measure_id, value)


def _rate(measure: Measure, results: Sequence[Result], method: str, file: object | None) -> Value:
    electronic = method == "electronicHealthRecord"
    several = "multi" in (measure.metric_type or "").lower()
    if not several:
        return _counts(measure, _single(measure, results, file), electronic, file)
    named = {one.name.lower(): one.name for one in measure.strata if one.name}
    order = {name: place for place, name in enumerate(named.values())}
    strata = []
    for one in results:
        if not one.stratum:
            raise CorridorError(
                "SUBMIT-VALUE",
                f"Measure {measure.measure_id} has several rates, and it is not said which one this is.",
                why="CMS takes each of them under its own name.",
                todo=f"Name the stratum: {', '.join(named.values()) or 'as CMS names it'}.",
                file=file,
                line=one.line,
                field="stratum",
            )
        rate = _counts(measure, one, electronic, file)
        stratum = named.get(one.stratum.lower(), one.stratum)
        strata.append(_with(rate, stratum=stratum, is_end_to_end_reported=None, performance_rate=None))
    strata.sort(key=lambda one: order.get(one.stratum or "", len(order)))
    stated = {one.rate for one in results if one.rate is not None} if measure.is_qcdr else set()
    overall = round(stated.pop(), 2) if len(stated) == 1 else None
    return MultiRate(tuple(strata), is_end_to_end_reported=electronic, performance_rate=overall)


def _with(rate: SingleRate, **changed: object) -> SingleRate:
    return SingleRate(**{**vars(rate), **changed})


def _counts(measure: Measure, one: Result, electronic: bool, file: object | None) -> SingleRate:
    if one.denominator is None or one.numerator is None:
        raise _lacks(measure, one, "a denominator and a numerator", file)
    excluded = one.exclusion or 0
    taken_out = 0 if electronic or measure.is_qcdr else excluded
    eligible = one.denominator - taken_out
    rest = one.denominator - one.numerator - excluded - (one.exception or 0)
    if electronic and one.not_met is None and rest < 0:
        raise CorridorError(
            "SUBMIT-VALUE",
            f"Measure {measure.measure_id} counts more patients than its denominator.",
            why="The numerator, exclusions and exceptions are parts of the denominator.",
            todo="Correct the counts; the denominator counts those excluded too.",
            file=file,
            line=one.line,
            field="denominator",
        )
    not_met = one.not_met if one.not_met is not None else (rest if electronic else None)
    if electronic and not_met is not None:
        not_met += one.not_captured or 0 if one.not_met is not None else 0
    return SingleRate(
        eligible_population=eligible,
        performance_met=one.numerator,
        performance_not_met=not_met,
        eligible_population_exclusion=excluded - taken_out,
        eligible_population_exception=one.exception or 0,
        is_end_to_end_reported=electronic,
        performance_rate=round(one.rate, 2) if measure.is_qcdr and one.rate is not None else None,
    )


def _single(measure: Measure, results: Sequence[Result], file: object | None) -> Result:
    if len(results) > 1:
        raise CorridorError(
            "SUBMIT-VALUE",
            f"Measure {measure.measure_id} stands there {len(results)} times for one entity and method.",
            why="Which of them is meant cannot be told.",
            todo="Keep one row; a measure of several rates is told apart by stratum.",
            file=file,
            line=results[1].line,
            field="measure_id",
        )
    return results[0]


def _lacks(measure: Measure, one: Result, what: str, file: object | None) -> CorridorError:
    return CorridorError(
        "SUBMIT-VALUE",
        f"Measure {measure.measure_id} lacks {what}.",
        why=f"Its value is of the kind {measure.metric_type}.",
        todo="Fill it in, or take the row out.",
        file=file,
        line=one.line,
        field="denominator" if "denominator" in what else "answer",
    )
