"""Interoperability measures and improvement activities of QRDA III: a yes or no, or a proportion."""

from __future__ import annotations

from .model import Measurement, Proportion
from .qrda3_header import Note
from .qrda3_measures import aggregate_count
from .qrda3_xml import Node

_YES_NO = {"Y": True, "N": False}


def read_interoperability(section: Node, note: Note) -> list[Measurement]:
    """The measurements of the Promoting Interoperability section."""
    found = []
    for organizer in section.all("entry", "organizer"):
        if organizer.has_template("pi_performed"):
            measure_id = _measure_id(organizer, note, 12, "This PI Measure Performed Reference and Results")
            answer = _performed(organizer, note, 11, "This PI Reference and Results")
            if measure_id and answer is not None:
                found.append(Measurement(measure_id, answer))
        elif organizer.has_template("pi_proportion"):
            measure_id = _measure_id(organizer, note, 16, "PI Numerator Denominator element")
            value = _proportion(organizer, note)
            if measure_id and value is not None:
                found.append(Measurement(measure_id, value))
    return found


def read_activities(section: Node, note: Note) -> list[Measurement]:
    """The measurements of the Improvement Activities section."""
    found = []
    organizers = list(section.all("entry", "organizer"))
    if not organizers:
        note(43, section, "The IA Section must have at least one Improvement Activity")
    for organizer in organizers:
        if not organizer.has_template("ia_performed"):
            what = "only Improvement Activities and a Reporting Parameter Act"
            note(45, organizer, f"The IA Section must contain {what}")
            continue
        measure_id = _measure_id(organizer, note, 50, "An IA performed measure reference and results")
        answer = _performed(organizer, note, 50, "An IA performed measure reference and results")
        if measure_id and answer is not None:
            found.append(Measurement(measure_id, answer))
    return found


def _measure_id(organizer: Node, note: Note, code: int, what: str) -> str | None:
    ids = [one.get("extension") or "" for one in organizer.all("reference", "externalDocument", "id")]
    if len(ids) != 1 or not ids[0]:
        note(code, organizer, f"{what} requires a single Measure ID")
        return None
    return ids[0]


def _performed(organizer: Node, note: Note, code: int, what: str) -> bool | None:
    components = organizer.all("component", "observation")
    answers = [one for one in components if one.has_template("measure_performed")]
    if len(answers) != 1:
        note(code, organizer, f"{what} must have exactly one measure performed child")
        return None
    values = [one.get("code") or "" for one in answers[0].all("value")]
    if len(values) != 1 or values[0] not in _YES_NO:
        note(51, answers[0], "A single measure performed value is required and must be either a Y or an N.")
        return None
    return _YES_NO[values[0]]


def _proportion(organizer: Node, note: Note) -> Proportion | None:
    observations = list(organizer.all("component", "observation"))
    if not observations:
        note(17, organizer, "PI Numerator Denominator element does not have any child elements")
        return None
    counts = {}
    for name, template in (("Numerator", "pi_numerator"), ("Denominator", "pi_denominator")):
        found = [one for one in observations if one.has_template(template)]
        if len(found) != 1:
            what = f"requires exactly one {name} element child"
            note(18, organizer, f"This PI Numerator Denominator element {what}")
            return None
        counts[name] = aggregate_count(found[0], note, f"This PI {name} element Aggregate Value", 39, 41)
    numerator, denominator = counts["Numerator"], counts["Denominator"]
    return None if numerator is None or denominator is None else Proportion(numerator, denominator)
