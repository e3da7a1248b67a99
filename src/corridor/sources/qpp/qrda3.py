"""QRDA Category III, the summary document certified EHRs send: read into the model and written from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corridor.errors import CorridorError

from .codes import codes
from .model import Measurement, MeasurementSet, Submission
from .problem import ERROR, WARNING, Problem
from .qrda3_attested import read_activities, read_interoperability
from .qrda3_header import Header, Note, noting, read_header
from .qrda3_measures import ElectronicMeasure, Measures, read_measures
from .qrda3_write import write_qrda3
from .qrda3_xml import Node, parse

__all__ = ["ElectronicMeasure", "Scan", "read_qrda3", "scan_qrda3", "write_qrda3"]

_METHOD = "electronicHealthRecord"
# the sections of a document: template, category, and what the converter calls a second one, none of its own
_SECTIONS = (
    ("measure_section", "quality", 28, 32, "Measure", "Quality Measure"),
    ("pi_section", "pi", 26, 22, "PI", "PI"),
    ("ia_section", "ia", 27, 44, "IA", "IA"),
)


@dataclass(frozen=True)
class Scan:
    """A document and everything wrong with it; ``submission`` is what could be read all the same."""

    submission: Submission | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """The problems for which CMS's converter would refuse the document."""
        return [one for one in self.problems if one.severity == ERROR]


def read_qrda3(path: Path, measures: Mapping[str, ElectronicMeasure] | None = None) -> Submission:
    """The submission of a document; refused where CMS's converter would refuse it.

    measures  measures by eMeasure UUID. With them a measure that is not among them is an error; without them
              a measurement keeps its ``e_measure_uuid`` and an empty ``measure_id``

    Errors: QRDA3-XML, QRDA3-DOCUMENT.
    """
    scan = scan_qrda3(path, measures)
    if scan.errors or scan.submission is None:
        first = scan.errors[0]
        more = f" {len(scan.errors) - 1} more were found." if len(scan.errors) > 1 else ""
        raise CorridorError(
            "QRDA3-DOCUMENT",
            f"The document is refused: {first.reason}{more}",
            why=f"CMS's converter answers CT {first.code}.",
            todo="`corridor submit qpp --check FILE` lists everything that is wrong.",
            file=path,
            line=first.line,
            field=first.path,
        )
    return scan.submission


def scan_qrda3(path: Path, measures: Mapping[str, ElectronicMeasure] | None = None) -> Scan:
    """A document with everything that is wrong with it. Errors: QRDA3-XML, where it is no XML at all."""
    document = parse(path)
    problems: list[Problem] = []
    note = noting(problems)
    if document.tag != "ClinicalDocument" or not _is_qrda3(document):
        note(5, document, "The file is not a QRDA-III XML document.")
        return Scan(None, tuple(problems))
    header = read_header(document, note)
    by_uuid = {uuid.lower(): one for uuid, one in measures.items()} if measures is not None else None
    sets = _sets(document, header, by_uuid, note)
    if not sets:
        return Scan(None, tuple(problems))
    years = {one.performance_start.year for one in sets}
    if len(years) > 1:
        note(31, document, "Must have a performance year. The sections name several.")
    _extension_known(document, max(years), problems)
    submission = Submission(
        entity_type=header.entity_type,
        performance_year=max(years),
        tin=header.tin,
        npi=header.npi,
        entity_id=header.entity_id,
        measurement_sets=tuple(sets),
        performers=header.performers,
        apm_entity_id=header.apm_entity_id,
    )
    return Scan(submission, tuple(problems))


def _is_qrda3(document: Node) -> bool:
    roots = {one.get("root") for one in document.all("templateId")}
    return codes()["root_template"] in roots or codes()["document_template"] in roots


def _extension_known(document: Node, year: int, problems: list[Problem]) -> None:
    """The document's template is dated; one of another year is told of, and CMS may refuse it."""
    own = codes()["document_template"]
    templates = [one for one in document.all("templateId") if one.get("root") == own]
    found = {one.get("extension") or "no date" for one in templates}
    due = [text for start, text in codes()["document_extension"].items() if start == year]
    if due and not set(due) & found:
        told = ", ".join(sorted(found)) or "no date"
        reason = f"The document's template is of {told}; the guide of {year} has {due[0]}."
        problems.append(Problem("ct_5", document.path, "", reason, WARNING, 5, document.line))


def _sets(document: Node, header: Header, measures: Measures | None, note: Note) -> list[MeasurementSet]:
    sections = list(document.all("component", "structuredBody", "component", "section"))
    known = [one for one in sections if one.has_template(*(name for name, *_ in _SECTIONS))]
    if not known:
        what = "at least one child element of type PI, IA, or Measure section"
        note(23, document, f"Clinical Document element must have {what}")
    sets = []
    for name, category, twice, without_period, short, long in _SECTIONS:
        found = [one for one in known if one.has_template(name)]
        if len(found) > 1:
            note(twice, found[1], f"Clinical Document contains duplicate {short} sections")
        for section in found[:1]:
            if category == "quality" and not section.has_template("category_section"):
                what = "one Category Section v5 with the extension 2020-12-01"
                note(95, section, f"The Clinical Document must contain {what}")
            period = _period(section, note, without_period, long)
            measurements = _measurements(category, section, measures, note)
            if period is not None and measurements:
                sets.append(
                    MeasurementSet(
                        category=category,
                        submission_method=_METHOD,
                        program_name=header.mvp_id or header.program_name,
                        performance_start=period[0],
                        performance_end=period[1],
                        measurements=tuple(measurements),
                        cehrt_id=header.cehrt_id,
                    )
                )
    return sets


def _measurements(category: str, section: Node, measures: Measures | None, note: Note) -> list[Measurement]:
    if category == "quality":
        return read_measures(section, measures, note)
    return read_interoperability(section, note) if category == "pi" else read_activities(section, note)


def _period(section: Node, note: Note, without: int, what: str) -> tuple[date, date] | None:
    acts = [one for one in section.all("entry", "act") if one.has_template("reporting_parameters")]
    if len(acts) != 1:
        note(without, section, f"The {what} Section must have exactly one Reporting Parameter Act.")
        return None
    days = []
    for code, end, name in ((29, "low", "start"), (30, "high", "end")):
        texts = [one.get("value") or "" for one in acts[0].all("effectiveTime", end)]
        if len(texts) != 1 or not texts[0]:
            note(code, acts[0], f"Must have one and only one performance period {name}.")
            continue
        day = _day(texts[0])
        if day is None:
            note(69, acts[0], f"{texts[0]} is an invalid date format.")
        else:
            days.append(day)
    return (days[0], days[1]) if len(days) == 2 else None


def _day(text: str) -> date | None:
    digits = re.match(r"(\d{4})[-/]?(\d\d)[-/]?(\d\d)", text)
    try:
        return date(*(int(part) for part in digits.groups())) if digits else None
    except ValueError:
        return None
