"""The measure section of QRDA III: populations of each measure, their counts, and the rates they make.

Numerator is met, denominator the eligible population; who is neither met, excluded nor excepted is not met.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from .codes import codes, oid
from .model import Measurement, MultiRate, Population, SingleRate, StatedRate, Supplemental
from .qrda3_header import Note
from .qrda3_xml import Node

_NULL_RATE = "NA"


class ElectronicMeasure(Protocol):
    """What the reader asks of a measure: its id, how many rates it has, and the numerator of each."""

    @property
    def measure_id(self) -> str: ...
    @property
    def metric_type(self) -> str | None: ...
    @property
    def numerators(self) -> tuple[tuple[str, str], ...]: ...


Measures = dict[str, ElectronicMeasure]
"""Measures by eMeasure UUID, in lower case."""


def read_measures(section: Node, measures: Measures | None, note: Note) -> list[Measurement]:
    """The measurements of the measure section."""
    entries = section.all("entry", "organizer")
    organizers = [one for one in entries if one.has_template("quality_measure", "quality_measure_cms")]
    if not organizers:
        note(81, section, "At least one measure is required in a measure section")
    found: list[Measurement] = []
    seen: set[str] = set()
    for organizer in organizers:
        documents = organizer.all("reference", "externalDocument", "id")
        uuids = [one.get("extension") or "" for one in documents if one.get("root") == oid("e_measure")]
        if len(uuids) != 1 or not uuids[0]:
            what = "has an incorrect number of measure GUID supplied"
            note(70, organizer, f"The measure section measure reference and results {what}")
            continue
        uuid = uuids[0].lower()
        if uuid in seen:
            what = "measure reference and results have the same measure GUID"
            note(71, organizer, f"Two or more different measure section {what}")
        seen.add(uuid)
        measure = measures.get(uuid) if measures is not None else None
        if measures is not None and measure is None:
            note(6, organizer, f"The measure GUID {uuid} is invalid: no measure of the year has it")
        measurement = _measurement(organizer, uuids[0], measure, note)
        if measurement is not None:
            found.append(measurement)
    return found


def _measurement(
    organizer: Node, uuid: str, measure: ElectronicMeasure | None, note: Note
) -> Measurement | None:
    components = organizer.all("component", "observation")
    observations = [one for one in components if one.has_template("measure_data", "measure_data_cms")]
    read = [_population(one, note) for one in observations]
    populations = tuple(one for one in read if one is not None)
    if not observations:
        note(7, organizer, "The measure reference results must have at least one measure.")
    stated = tuple(_stated_rates(organizer, note))
    if not populations or len(populations) < len(observations):
        return None
    groups = _groups(populations)
    rates = [rate for group in groups if (rate := _rate(group, organizer, note)) is not None]
    if not rates or len(rates) < len(groups):
        return None
    _check_stated(stated, groups, organizer, note)
    names = {numerator.lower(): name for name, numerator in measure.numerators} if measure else {}
    if measure and names:
        _check_numerators(names, groups, organizer, note)
    value: SingleRate | MultiRate
    if len(rates) == 1 and not (measure and _is_multiple(measure)):
        value = rates[0]
    elif measure and not _is_multiple(measure):
        value = _together(rates)
    else:
        strata = tuple(_named(rate, group, names) for rate, group in zip(rates, groups, strict=True))
        value = MultiRate(strata, is_end_to_end_reported=True)
    return Measurement(measure.measure_id if measure else "", value, uuid, populations, stated)


def _is_multiple(measure: ElectronicMeasure) -> bool:
    return "multi" in (measure.metric_type or "").lower()


def _population(observation: Node, note: Note) -> Population | None:
    kinds = {one.get("code") or "" for one in observation.all("value")}
    if len(kinds) != 1 or "" in kinds:
        note(58, observation, "The measure reference results must have a single measure type")
        return None
    kind = codes()["population_aliases"].get(min(kinds), min(kinds))
    identifiers = [one.get("root") or "" for one in observation.all("reference", "externalObservation", "id")]
    if len(identifiers) != 1 or not identifiers[0]:
        note(57, observation, "The measure reference results must have a single measure population")
        return None
    what = f"The measure data with population id '{identifiers[0]}'"
    count = aggregate_count(observation, note, what, 52, 53)
    if count is None:
        return None
    supplemental, strata = [], []
    for inner in observation.all("entryRelationship", "observation"):
        if inner.has_template("reporting_stratum", "reporting_stratum_cms"):
            stratum = inner.first("reference", "externalObservation", "id")
            number = aggregate_count(inner, note, "The reporting stratum", 8, 9)
            if stratum is not None and number is not None:
                strata.append((stratum.get("root") or "", number))
        elif not inner.has_template("aggregate_count"):
            one = _supplemental(inner, kind, note)
            if one is not None:
                supplemental.append(one)
    return Population(kind, identifiers[0], count, tuple(supplemental), tuple(strata))


def _supplemental(observation: Node, population: str, note: Note) -> Supplemental | None:
    code = observation.first("code")
    by_code = {str(one["code"]): name for name, one in codes()["supplemental"].items()}
    kind = by_code.get(code.get("code") or "") if code else None
    if kind is None:
        return None
    value = observation.first("value")
    translation = observation.first("value", "translation")
    said = (translation or value or observation).get("code") or ""
    what = f"Supplemental Data {said} on Sub-population {population}"
    count = aggregate_count(observation, note, what, 67, 53)
    return None if count is None else Supplemental(kind, said, count)


def aggregate_count(node: Node, note: Note, what: str, several: int, not_whole: int) -> int | None:
    """The one count an element bears; noted where it has none, several, or one that is no whole number."""
    counts = [
        one
        for one in node.all("entryRelationship", "observation")
        if one.has_template("aggregate_count", "aggregate_count_cms")
    ]
    if len(counts) != 1:
        note(several, node, f"{what} must have exactly one Aggregate Count. It has {len(counts)}.")
        return None
    value = counts[0].first("value")
    text = (value.get("value") if value else None) or ""
    if not text.isascii() or not text.isdigit():
        note(not_whole, counts[0], f"{what} must be a whole number greater than or equal to 0")
        return None
    return int(text)


def _groups(populations: tuple[Population, ...]) -> list[list[Population]]:
    """Populations by rate: a kind that comes again begins the next, or else the n-th of each kind are one."""
    groups: list[list[Population]] = [[]]
    for one in populations:
        if any(one.kind == other.kind for other in groups[-1]):
            groups.append([])
        groups[-1].append(one)
    if all({"DENOM", "NUMER"} <= {one.kind for one in group} for group in groups):
        return groups
    by_place: list[list[Population]] = []
    seen: dict[str, int] = {}
    for one in populations:
        place = seen[one.kind] = seen.get(one.kind, -1) + 1
        if place == len(by_place):
            by_place.append([])
        by_place[place].append(one)
    return by_place


def _rate(group: list[Population], organizer: Node, note: Note) -> SingleRate | None:
    count = {one.kind: one.count for one in group}
    identifier = {one.kind: one.population_id for one in group}
    for needed in ("DENOM", "NUMER"):
        if needed not in count:
            note(14, organizer, f"The electronic measure requires 1 {needed}(s) but there are 0")
            return None
    denominator, numerator = count["DENOM"], count["NUMER"]
    excluded, excepted = count.get("DENEX"), count.get("DENEXCEP")
    initial = count.get("IPOP")
    if initial is not None and denominator > initial:
        note(13, organizer, "Denominator count must be less than or equal to Initial Population count")
    if (excluded or 0) > denominator:
        what = "has a count value that is greater than the denominator"
        note(94, organizer, f"The denominator exclusion id {identifier['DENEX']} {what}")
        return None
    not_met = denominator - numerator - (excluded or 0) - (excepted or 0)
    if not_met < 0:
        what = "has a count value that is greater than the denominator and/or the performance denominator"
        note(93, organizer, f"The numerator id {identifier['NUMER']} {what}")
        return None
    return SingleRate(
        eligible_population=denominator,
        performance_met=numerator,
        performance_not_met=not_met,
        eligible_population_exclusion=excluded,
        eligible_population_exception=excepted,
        is_end_to_end_reported=True,
        initial_population=initial,
    )


def _named(rate: SingleRate, group: list[Population], names: dict[str, str]) -> SingleRate:
    """The rate of a stratum, named as measure data names it; by its numerator where they do not."""
    numerator = next(one.population_id for one in group if one.kind == "NUMER")
    stratum = names.get(numerator.lower(), numerator)
    return SingleRate(**{**vars(rate), "stratum": stratum, "is_end_to_end_reported": None})


def _together(rates: Iterable[SingleRate]) -> SingleRate:
    """Several populations of a measure of one rate: their counts are added."""
    found = list(rates)

    def total(name: str) -> int | None:
        told = [value for rate in found if (value := getattr(rate, name)) is not None]
        return sum(told) if told else None

    return SingleRate(
        eligible_population=sum(rate.eligible_population for rate in found),
        performance_met=sum(rate.performance_met for rate in found),
        performance_not_met=total("performance_not_met"),
        eligible_population_exclusion=total("eligible_population_exclusion"),
        eligible_population_exception=total("eligible_population_exception"),
        is_end_to_end_reported=True,
        initial_population=total("initial_population"),
    )


def _stated_rates(organizer: Node, note: Note) -> Iterable[StatedRate]:
    for one in organizer.all("component", "observation"):
        if not one.has_template("performance_rate", "performance_rate_cms", "performance_rate_proportion"):
            continue
        numerators = [found.get("root") or "" for found in one.all("reference", "externalObservation", "id")]
        if len(numerators) != 1:
            note(61, one, "A Performance Rate must contain a single Numerator UUID reference.")
            continue
        value = one.first("value")
        if value is not None and value.get("nullFlavor") == _NULL_RATE:
            yield StatedRate(numerators[0], None, _NULL_RATE)
            continue
        text = (value.get("value") if value else None) or ""
        rate = _fraction(text)
        if rate is None:
            what = "is invalid. It must be a decimal between 0 and 1."
            note(33, one, f"The Performance Rate {text or '(none)'} {what}")
            continue
        yield StatedRate(numerators[0], rate, text)


def _fraction(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None


def _check_stated(
    stated: tuple[StatedRate, ...], groups: list[list[Population]], organizer: Node, note: Note
) -> None:
    """A rate is null exactly where nobody is left in the performance denominator."""
    for one in stated:
        for group in groups:
            count = {each.kind: each.count for each in group}
            numerators = {each.population_id.lower() for each in group if each.kind == "NUMER"}
            if one.numerator_id.lower() not in numerators or "DENOM" not in count:
                continue
            left = count["DENOM"] - count.get("DENEX", 0) - count.get("DENEXCEP", 0)
            if one.rate is None and left > 0:
                note(91, organizer, f"The performance rate {one.numerator_id} has an invalid null value.")
            if one.rate is not None and left == 0:
                what = "nobody is left to measure"
                note(98, organizer, f"The performance rate must be of value Null Attribute (NA): {what}")


def _check_numerators(
    names: dict[str, str], groups: list[list[Population]], organizer: Node, note: Note
) -> None:
    found = {one.population_id.lower() for group in groups for one in group if one.kind == "NUMER"}
    for numerator in sorted(set(names) - found):
        what = f"a NUMER with the correct UUID of {numerator.upper()}"
        note(59, organizer, f"The electronic measure requires {what}")
    if len(groups) != len(names):
        what = f"{len(names)} NUMER(s) but there are {len(groups)}"
        note(14, organizer, f"The electronic measure requires {what}")
