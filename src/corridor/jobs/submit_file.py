"""Files of the Quality Payment Program: checked, read back, written anew; audit packages verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.law.force import UNOFFICIAL, RulesInForce
from corridor.reference.qpp import Qpp, load_qpp
from corridor.sources.qpp.model import Submission
from corridor.sources.qpp.problem import WARNING, Problem
from corridor.sources.qpp.qrda3 import read_qrda3, scan_qrda3, write_qrda3
from corridor.sources.qpp.submission_json import read_document, read_submission, write_submission
from corridor.submissions.known import RULES, Known, electronic_measures, limits_of
from corridor.submissions.validate import validate
from corridor.submissions.verify import Check, verify

_START = 512


def known_of(context: Context, year: int, synthetic: bool = False) -> tuple[Known, RulesInForce]:
    """Measures installed and law in force for a year. Errors: SUBMIT-NO-MEASURES."""
    force = context.rules.in_force(year)
    return Known(load_qpp(context.warehouse.home, year), limits_of(force), synthetic), force


def assumptions_of(force: RulesInForce) -> list[dict[str, Any]]:
    """The limits a submission is checked by that are neither codified nor official."""
    found = [force[name] for name in RULES if name in force]
    return [one.to_dict() for one in found if one.status in UNOFFICIAL or one.overridden]


def is_xml(file: Path) -> bool:
    """Whether a file is QRDA III by its first character. Errors: SUBMIT-FILE."""
    try:
        with file.open("rb") as stream:
            return stream.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    except OSError as error:
        raise CorridorError("SUBMIT-FILE", f"The file cannot be read: {error}.", file=file) from error


def is_submission(file: Path) -> bool:
    """Whether a file is a submission already: QRDA III, or JSON with measurement sets."""
    if is_xml(file):
        return True
    return file.suffix.lower() == ".json" and b'"measurementSets"' in file.read_bytes()


def check(
    context: Context, file: Path, year: int | None = None, synthetic: bool = False
) -> tuple[int, list[Problem], Qpp]:
    """Everything wrong with a file: submission JSON, or QRDA III as CMS's converter reads it.

    ``year`` where the file leaves it open. Errors: QPP-JSON, QPP-JSON-YEAR, QRDA3-XML, SUBMIT-NO-MEASURES.
    """
    if is_xml(file):
        return _check_qrda3(context, file, year, synthetic)
    document = read_document(file, year)
    chosen = year or context.performance_year
    stated = document.get("performanceYear")
    if isinstance(stated, int) and not isinstance(stated, bool):
        chosen = stated
    known, _ = known_of(context, chosen, synthetic)
    return chosen, validate(document, known), known.qpp


def _check_qrda3(
    context: Context, file: Path, year: int | None, synthetic: bool
) -> tuple[int, list[Problem], Qpp]:
    """The document by itself; by the year's measures too, as far as they are installed and have UUIDs."""
    scan = scan_qrda3(file)
    chosen = scan.submission.performance_year if scan.submission else year or context.performance_year
    qpp = load_qpp(context.warehouse.home, chosen)
    measures = electronic_measures(qpp)
    if measures is not None:
        scan = scan_qrda3(file, measures)
    problems = list(scan.problems)
    if scan.submission is None or scan.errors:
        return chosen, problems, qpp
    if qpp.measures:
        known, _ = known_of(context, chosen, synthetic)
        found = validate(scan.submission, known)
        problems += [one for one in found if not _is_unnamed(one, scan.submission)]
    if not all(one.measure_id for _, one in scan.submission.measurements()):
        reason = f"no installed data of {chosen} knows its measures by UUID: their rules were not checked"
        problems.append(Problem("measures_unnamed", "$", "measurementSets", reason, WARNING))
    return chosen, problems, qpp


def _is_unnamed(problem: Problem, submission: Submission) -> bool:
    """Whether a problem only says that a measure known by its UUID has no number."""
    for number, one_set in enumerate(submission.measurement_sets):
        for place, one in enumerate(one_set.measurements):
            if problem.parent == f"$.measurementSets[{number}].measurements[{place}]" and not one.measure_id:
                return True
    return False


def read_back(context: Context, file: Path, year: int | None = None) -> Submission:
    """The submission of a file, JSON or QRDA III. Errors: those of the readers."""
    if not is_xml(file):
        return read_submission(file, year=year)
    found = read_qrda3(file)
    measures = electronic_measures(load_qpp(context.warehouse.home, found.performance_year))
    return read_qrda3(file, measures) if measures else found


def write_back(submission: Submission, out: Path) -> None:
    """The submission as JSON, or as QRDA III where the name ends in .xml. Errors: SUBMIT-UUID, QRDA3-*."""
    if out.suffix.lower() == ".xml":
        write_qrda3(submission, out, made=datetime.now(UTC))
        return
    if not all(one.measure_id for _, one in submission.measurements()):
        raise CorridorError(
            "SUBMIT-UUID",
            "A measure is known by its eMeasure UUID alone.",
            why="Submission JSON names measures by number, which measure data of the year gives.",
            todo="`corridor reference add` with measures-data.json of the year, or write .xml.",
            file=out,
        )
    write_submission(submission, out)


def verified(context: Context, package: Path, passphrase: str | None, kept: str | None) -> list[Check]:
    """Everything that can be checked of an audit package; ``kept`` is the digest of its manifest.

    Errors: SUBMIT-PACKAGE, SUBMIT-PASSPHRASE.
    """
    return verify(package, context.rules.in_force, passphrase, kept)
