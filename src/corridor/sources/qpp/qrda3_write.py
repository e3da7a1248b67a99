"""A submission written as a QRDA III document.

Nothing is invented: a quality measure needs the identifiers of its populations, which only a QRDA III
document it was read from, or an EHR, can give.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from corridor.errors import CorridorError

from .codes import codes, document_extension, oid, program_code, template
from .model import Measurement, MeasurementSet, Population, Proportion, StatedRate, Submission, Supplemental
from .submission_json import to_document

_LOINC, _SNOMED = "2.16.840.1.113883.6.1", "2.16.840.1.113883.6.96"
_ACT_CODE, _METHOD, _YES_NO = "2.16.840.1.113883.5.4", "2.16.840.1.113883.5.84", "2.16.840.1.113883.12.136"
_ENTITY = {"apm": "apm", "virtualGroup": "virtual_group", "subgroup": "subgroup"}
_SECTION = {"quality": "measure_section", "pi": "pi_section", "ia": "ia_section"}
_TITLE = {"quality": "Quality measures", "pi": "Promoting interoperability", "ia": "Improvement activities"}


class _Writer:
    """Makes elements; identifiers follow from the content: the same submission is the same bytes."""

    def __init__(self, submission: Submission) -> None:
        self.year = submission.performance_year
        self.seed = uuid.uuid5(uuid.NAMESPACE_OID, repr(sorted(to_document(submission).items(), key=str)))
        self.made = 0

    def identifier(self) -> str:
        """The next identifier of an element."""
        self.made += 1
        return str(uuid.uuid5(self.seed, str(self.made)))

    def add(self, parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
        """An element below another; ``xsi_type`` is its type."""
        named = {name.replace("xsi_", "xsi:"): value for name, value in attributes.items()}
        element = ElementTree.SubElement(parent, tag, named)
        element.text = text or None
        return element

    def templates(self, parent: Element, *names: str) -> None:
        """The templates an element follows, as dated in the performance year."""
        for name in names:
            root, extension = template(name, self.year)
            self.add(parent, "templateId", root=root, **({"extension": extension} if extension else {}))


def write_qrda3(submission: Submission, path: Path, *, made: date | datetime, organization: str = "") -> None:
    """The submission as a document. Errors: QRDA3-PROGRAM, QRDA3-POPULATIONS."""
    writer = _Writer(submission)
    root = ElementTree.Element(
        "ClinicalDocument",
        {"xmlns": "urn:hl7-org:v3", "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"},
    )
    _header(writer, root, submission, made.strftime("%Y%m%d"), organization)
    body = writer.add(writer.add(root, "component"), "structuredBody")
    for one_set in submission.measurement_sets:
        _section(writer, writer.add(writer.add(body, "component"), "section"), one_set)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n', encoding="utf-8")


def _header(w: _Writer, root: Element, submission: Submission, day: str, organization: str) -> None:
    for name, attributes in (
        ("realmCode", {"code": "US"}),
        ("typeId", {"root": "2.16.840.1.113883.1.3", "extension": "POCD_HD000040"}),
        ("templateId", {"root": codes()["root_template"], "extension": "2017-06-01"}),
        ("templateId", {"root": codes()["document_template"], "extension": document_extension(w.year)}),
        ("id", {"root": w.identifier()}),
        ("code", {"code": "55184-6", "codeSystem": _LOINC}),
    ):
        w.add(root, name, **attributes)
    w.add(root, "title", f"Quality Payment Program {submission.performance_year}")
    w.add(root, "effectiveTime", value=day)
    w.add(root, "confidentialityCode", code="N", codeSystem="2.16.840.1.113883.5.25")
    w.add(root, "languageCode", code="en")
    w.add(root, "setId", root=w.identifier())
    w.add(root, "versionNumber", value="1")
    w.add(w.add(w.add(root, "recordTarget"), "patientRole"), "id", nullFlavor="NA")
    author = w.add(root, "author")
    w.add(author, "time", value=day)
    assigned = w.add(author, "assignedAuthor")
    w.add(assigned, "id", root=w.identifier())
    w.add(w.add(assigned, "assignedAuthoringDevice"), "softwareName", "Corridor")
    _organization(w, assigned, "representedOrganization", organization)
    custodian = w.add(w.add(root, "custodian"), "assignedCustodian")
    _organization(w, custodian, "representedCustodianOrganization", organization)
    recipient = w.add(w.add(root, "informationRecipient"), "intendedRecipient")
    w.add(recipient, "id", root=oid("program"), extension=_program(submission))
    authenticator = w.add(root, "legalAuthenticator")
    w.add(authenticator, "time", value=day)
    w.add(authenticator, "signatureCode", code="S")
    _organization(w, w.add(authenticator, "assignedEntity"), "representedOrganization", organization)
    _participant(w, root, submission)
    _performers(w, root, submission)


def _organization(w: _Writer, parent: Element, tag: str, name: str) -> None:
    if tag == "representedOrganization" and parent.tag == "assignedEntity":
        w.add(parent, "id", root=w.identifier())
    element = w.add(parent, tag)
    w.add(element, "id", root=w.identifier())
    w.add(element, "name", name or "Reporting organization")


def _pathway(submission: Submission) -> str | None:
    """The MVP the submission is of, where its program is none of CMS's own."""
    named = {one.program_name for one in submission.measurement_sets}
    return next((one for one in sorted(named) if program_code(submission.entity_type, one) is None), None)


def _program(submission: Submission) -> str:
    pathway = _pathway(submission)
    named = sorted({one.program_name for one in submission.measurement_sets})
    code = program_code(submission.entity_type, "mips" if pathway else named[0]) if named else None
    if code is None or len(named) > 1:
        raise CorridorError(
            "QRDA3-PROGRAM",
            f"QRDA III has no program code for {submission.entity_type} with {', '.join(named) or 'none'}.",
            why="A document is of one entity and one program.",
            todo="Write one document a program, or submit as JSON.",
        )
    return code


def _participant(w: _Writer, root: Element, submission: Submission) -> None:
    cehrt_ids = {one.cehrt_id for one in submission.measurement_sets if one.cehrt_id}
    identifiers = [(oid("cehrt"), one) for one in sorted(cehrt_ids)]
    if pathway := _pathway(submission):
        identifiers.append((oid("mvp"), pathway))
    if identifiers:
        entity = w.add(w.add(root, "participant", typeCode="DEV"), "associatedEntity", classCode="RGPR")
        for root_oid, extension in identifiers:
            w.add(entity, "id", root=root_oid, extension=extension)
        w.add(entity, "code", code="129465004", codeSystem=_SNOMED)


def _performers(w: _Writer, root: Element, submission: Submission) -> None:
    event = w.add(w.add(root, "documentationOf", typeCode="DOC"), "serviceEvent", classCode="PCPR")
    starts = [one.performance_start for one in submission.measurement_sets]
    ends = [one.performance_end for one in submission.measurement_sets]
    if starts:
        _period(w, event, min(starts), max(ends))
    apm = submission.apm_entity_id or (submission.entity_id if submission.entity_type == "apm" else None)
    entity = "apm" if apm else _ENTITY.get(submission.entity_type)
    own = apm or submission.entity_id
    pairs = list(submission.performers)
    if submission.tin and not any(tin == submission.tin for tin, _ in pairs):
        pairs.insert(0, (submission.tin, submission.npi or ""))
    if entity and own:
        performer = w.add(w.add(event, "performer", typeCode="PRF"), "assignedEntity")
        w.add(w.add(performer, "representedOrganization"), "id", root=oid(entity), extension=own)
    for tin, npi in pairs:
        performer = w.add(w.add(event, "performer", typeCode="PRF"), "assignedEntity")
        if npi:
            w.add(performer, "id", root=oid("npi"), extension=npi)
        if tin:
            w.add(w.add(performer, "representedOrganization"), "id", root=oid("tin"), extension=tin)


def _period(w: _Writer, parent: Element, start: date, end: date) -> None:
    element = w.add(parent, "effectiveTime")
    w.add(element, "low", value=f"{start:%Y%m%d}")
    w.add(element, "high", value=f"{end:%Y%m%d}")


def _section(w: _Writer, section: Element, one_set: MeasurementSet) -> None:
    category = one_set.category
    own = ("category_section", "measure_section") if category == "quality" else (_SECTION[category],)
    w.templates(section, "qrda_section", *own)
    w.add(section, "code", code="55186-1", codeSystem=_LOINC)
    w.add(section, "title", _TITLE[category])
    named = [one.measure_id or one.e_measure_uuid or "" for one in one_set.measurements]
    w.add(section, "text", ", ".join(named))
    for measurement in one_set.measurements:
        organizer = w.add(w.add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
        if category == "quality":
            _quality(w, organizer, measurement, one_set)
        else:
            _attested(w, organizer, measurement, category)
    act = w.add(w.add(section, "entry", typeCode="DRIV"), "act", classCode="ACT", moodCode="EVN")
    w.templates(act, "reporting_parameters")
    w.add(act, "id", root=w.identifier())
    w.add(act, "code", code="252116004", codeSystem=_SNOMED)
    _period(w, act, one_set.performance_start, one_set.performance_end)


def _reference(w: _Writer, organizer: Element, root_oid: str, extension: str) -> None:
    w.add(organizer, "id", root=w.identifier())
    w.add(organizer, "statusCode", code="completed")
    reference = w.add(organizer, "reference", typeCode="REFR")
    document = w.add(reference, "externalDocument", classCode="DOC", moodCode="EVN")
    w.add(document, "id", root=root_oid, extension=extension)


def _quality(w: _Writer, organizer: Element, measurement: Measurement, one_set: MeasurementSet) -> None:
    if not measurement.e_measure_uuid or not measurement.populations:
        raise CorridorError(
            "QRDA3-POPULATIONS",
            f"Measure {measurement.measure_id or '(none)'} has no identifiers of its populations.",
            why="QRDA III names every population by the identifier its EHR's measure specification gives it.",
            todo="Write submission JSON instead, or start from the EHR's own QRDA III document.",
        )
    w.templates(organizer, "measure_reference", "quality_measure", "quality_measure_cms")
    _reference(w, organizer, oid("e_measure"), measurement.e_measure_uuid)
    for stated in measurement.stated_rates:
        _stated(w, _observation(w, organizer), stated)
    for population in measurement.populations:
        _population(w, _observation(w, organizer), population, one_set)


def _observation(w: _Writer, parent: Element, tag: str = "component", **attributes: str) -> Element:
    return w.add(w.add(parent, tag, **attributes), "observation", classCode="OBS", moodCode="EVN")


def _external(w: _Writer, observation: Element, identifier: str) -> None:
    reference = w.add(observation, "reference", typeCode="REFR")
    w.add(w.add(reference, "externalObservation", classCode="OBS", moodCode="EVN"), "id", root=identifier)


def _stated(w: _Writer, observation: Element, stated: StatedRate) -> None:
    w.templates(observation, "performance_rate", "performance_rate_proportion", "performance_rate_cms")
    w.add(observation, "code", code="72510-1", codeSystem=_LOINC)
    w.add(observation, "statusCode", code="completed")
    said = {"nullFlavor": "NA"} if stated.rate is None else {"value": stated.text or str(stated.rate)}
    w.add(observation, "value", xsi_type="REAL", **said)
    _external(w, observation, stated.numerator_id)


def _population(w: _Writer, observation: Element, population: Population, one_set: MeasurementSet) -> None:
    w.templates(observation, "measure_data", "measure_data_cms")
    w.add(observation, "code", code="ASSERTION", codeSystem=_ACT_CODE)
    w.add(observation, "statusCode", code="completed")
    w.add(observation, "value", xsi_type="CD", code=population.kind, codeSystem=_ACT_CODE)
    _count(w, observation, population.count)
    for stratum, count in population.strata:
        inner = _observation(w, observation, "entryRelationship", typeCode="COMP")
        w.templates(inner, "reporting_stratum", "reporting_stratum_cms")
        w.add(inner, "code", code="ASSERTION", codeSystem=_ACT_CODE)
        w.add(inner, "statusCode", code="completed")
        _count(w, inner, count)
        _external(w, inner, stratum)
    for one in population.supplemental:
        inner = _observation(w, observation, "entryRelationship", typeCode="COMP")
        _supplemental(w, inner, one, one_set)
    _external(w, observation, population.population_id)


def _count(w: _Writer, parent: Element, count: int) -> None:
    observation = _observation(w, parent, "entryRelationship", typeCode="SUBJ", inversionInd="true")
    w.templates(observation, "aggregate_count", "aggregate_count_cms")
    w.add(observation, "code", code="MSRAGG", codeSystem=_ACT_CODE)
    w.add(observation, "statusCode", code="completed")
    w.add(observation, "value", xsi_type="INT", value=str(count))
    w.add(observation, "methodCode", code="COUNT", codeSystem=_METHOD)


def _supplemental(w: _Writer, observation: Element, one: Supplemental, one_set: MeasurementSet) -> None:
    known = codes()["supplemental"][one.kind]
    for root, extension in known["templates"].items():
        w.add(observation, "templateId", root=f"2.16.840.1.113883.10.{root}", extension=extension)
    w.add(observation, "id", root=w.identifier())
    w.add(observation, "code", code=known["code"], codeSystem=_LOINC, displayName=known["name"])
    w.add(observation, "statusCode", code="completed")
    _period(w, observation, one_set.performance_start, one_set.performance_end)
    if known.get("translation"):
        value = w.add(observation, "value", xsi_type="CD", nullFlavor="OTH")
        w.add(value, "translation", code=one.code, codeSystem=known["system"])
    else:
        w.add(observation, "value", xsi_type="CD", code=one.code, codeSystem=known["system"])
    _count(w, observation, one.count)


def _attested(w: _Writer, organizer: Element, measurement: Measurement, category: str) -> None:
    value = measurement.value
    if isinstance(value, Proportion):
        w.templates(organizer, "measure_reference", "pi_proportion")
        _reference(w, organizer, oid("other_measure"), measurement.measure_id)
        parts: Iterable[tuple[str, str, int]] = (
            ("pi_numerator", "NUMER", value.numerator),
            ("pi_denominator", "DENOM", value.denominator),
        )
        for name, kind, count in parts:
            observation = _observation(w, organizer)
            w.templates(observation, name)
            w.add(observation, "code", code="ASSERTION", codeSystem=_ACT_CODE)
            w.add(observation, "statusCode", code="completed")
            w.add(observation, "value", xsi_type="CD", code=kind, codeSystem=_ACT_CODE)
            _count(w, observation, count)
        return
    w.templates(organizer, "measure_reference", "ia_performed" if category == "ia" else "pi_performed")
    _reference(w, organizer, oid("activity" if category == "ia" else "other_measure"), measurement.measure_id)
    observation = _observation(w, organizer)
    w.templates(observation, "measure_performed")
    w.add(observation, "code", code="ASSERTION", codeSystem=_ACT_CODE)
    w.add(observation, "statusCode", code="completed")
    w.add(observation, "value", xsi_type="CD", code="Y" if value else "N", codeSystem=_YES_NO)
