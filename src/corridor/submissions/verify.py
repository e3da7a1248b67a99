"""An audit package checked: whole, valid, and every count derived from its patients again.

Four questions, each answered for itself: is every file the one that was packed; is the submission what the
results make; do the patients add up to it; is the law still what it was.
"""

from __future__ import annotations

import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.reference.qpp import Qpp
from corridor.sources.qpp.model import Measurement, MeasurementSet, SingleRate, Submission
from corridor.sources.qpp.shape import shape_problems
from corridor.sources.qpp.submission_json import from_document, to_document

from .build import build
from .evidence import Key, counted, method_of
from .known import Known, limits_of
from .package import (
    DEIDENTIFIED,
    ENCRYPTED,
    FORMAT,
    MANIFEST,
    MEASURES,
    OPEN_EVIDENCE,
    RESULTS,
    RULE_FILE,
    SEALED_EVIDENCE,
    SUBMISSION,
    digest,
    measures_of,
    rules_of,
)
from .results import Result
from .seal import unseal

OK, DIFFERS, CHANGED, OPEN = "ok", "differs", "changed since", "not checked"
_LARGEST = 1 << 30
# what unpacking a damaged file raises, and what reading parts that somebody wrote by hand does
_DAMAGED = (
    OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
_MISSHAPEN = (AttributeError, KeyError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class Check:
    """One thing that was checked, with what was found; only ``differs`` is a fault of the package."""

    check: str
    subject: str
    status: str
    found: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The check for machines."""
        return {"check": self.check, "subject": self.subject, "status": self.status, "found": self.found}


def verify(
    path: Path,
    force_of: Callable[[int], RulesInForce],
    passphrase: str | None = None,
    kept: str | None = None,
) -> list[Check]:
    """Everything that can be checked of a package.

    force_of  gives the rules in force today for a performance year
    kept      the digest of the manifest, as it was kept elsewhere
    Errors: SUBMIT-PACKAGE where the file is no package at all, SUBMIT-PASSPHRASE.
    """
    files = _unpacked(path)
    manifest = _manifest(files, path)
    found = [*_files(files, manifest), _own(files[MANIFEST], kept)]
    document = _document(files, path)
    problems = shape_problems(document)
    if problems:
        found.append(Check("submission", SUBMISSION, DIFFERS, problems[0].message))
        return found
    submission = from_document(document)
    force = force_of(submission.performance_year)
    found += _made_again(files, submission, force)
    found += _counts(submission, _evidence(files, manifest, passphrase))
    found += _law(files, force, manifest)
    return found


def _unpacked(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if sum(one.file_size for one in entries) > _LARGEST:
                raise _no_package(path, "It unpacks to more than any package holds.")
            names = [one.filename for one in entries]
            if len(set(names)) < len(names):
                raise _no_package(path, "A file stands in it twice.")
            return {name: package.read(name) for name in names}
    except _DAMAGED as error:
        raise _no_package(path, f"It cannot be unpacked: {error}.") from error


def _manifest(files: Mapping[str, bytes], path: Path) -> dict[str, Any]:
    manifest = _loaded(files.get(MANIFEST, b""), path)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _no_package(path, "It has no manifest of an audit package.")
    listed, evidence = manifest.get("files"), manifest.get("evidence")
    if not isinstance(listed, dict) or not all(isinstance(one, dict) for one in listed.values()):
        raise _no_package(path, "Its manifest lists no files.")
    if not isinstance(evidence, dict):
        raise _no_package(path, "Its manifest does not say how the evidence is kept.")
    return manifest


def _document(files: Mapping[str, bytes], path: Path) -> dict[str, Any]:
    document = _loaded(files.get(SUBMISSION, b""), path)
    if not isinstance(document, dict):
        raise _no_package(path, "It holds no submission.")
    return document


def _loaded(content: bytes, path: Path) -> Any:
    try:
        return json.loads(content)
    except (RecursionError, ValueError) as error:
        raise _no_package(path, f"A file of it is no JSON: {error}.") from error


def _no_package(path: Path, why: str) -> CorridorError:
    return CorridorError(
        "SUBMIT-PACKAGE",
        "The file is no audit package, or is damaged.",
        why=why,
        todo="Fetch the package from where it is kept again.",
        file=path,
    )


def _files(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[Check]:
    packed: Mapping[str, Any] = manifest.get("files", {})
    for name, entry in sorted(packed.items()):
        if name not in files:
            yield Check("file", name, DIFFERS, "is missing")
        elif digest(files[name]) != entry.get("sha256"):
            yield Check("file", name, DIFFERS, "is not the file that was packed")
        else:
            yield Check("file", name, OK, str(entry["sha256"]))
    for name in sorted(set(files) - set(packed) - {MANIFEST}):
        yield Check("file", name, DIFFERS, "was added to the package")


def _own(manifest: bytes, kept: str | None) -> Check:
    """The manifest itself: whoever changes a file can change it too, so its digest is kept elsewhere."""
    own = digest(manifest)
    if kept is None:
        return Check("manifest", MANIFEST, OPEN, f"compare with the digest kept elsewhere: {own}")
    same = own == kept.strip().lower()
    return Check("manifest", MANIFEST, OK if same else DIFFERS, own)


def _evidence(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], passphrase: str | None
) -> bytes | None:
    kind = manifest["evidence"].get("kind")
    if kind == DEIDENTIFIED and OPEN_EVIDENCE in files:
        return files[OPEN_EVIDENCE]
    if kind == ENCRYPTED and passphrase is not None and SEALED_EVIDENCE in files:
        return unseal(files[SEALED_EVIDENCE], passphrase)
    return None


def _made_again(files: Mapping[str, bytes], submission: Submission, force: RulesInForce) -> Iterator[Check]:
    """The submission made of the packed results once more."""
    try:
        results = [Result.of_dict(one) for one in json.loads(files[RESULTS])]
        qpp = Qpp(submission.performance_year, measures=measures_of(json.loads(files[MEASURES])))
    except _MISSHAPEN:
        yield Check("results", RESULTS, DIFFERS, "cannot be read")
        return
    if not results:
        yield Check("results", RESULTS, OPEN, "the submission was made elsewhere")
        return
    try:
        made = build(results, Known(qpp, limits_of(force)), force)
    except CorridorError as error:
        yield Check("results", RESULTS, DIFFERS, f"the results make no submission: {error.what}")
        return
    except _MISSHAPEN:
        yield Check("results", RESULTS, DIFFERS, "the results make no submission: a value is of another kind")
        return
    same = len(made) == 1 and to_document(made[0]) == to_document(submission)
    found = f"results packed: {len(results)}" if same else "the results make another submission"
    yield Check("results", RESULTS, OK if same else DIFFERS, found)


def _counts(submission: Submission, evidence: bytes | None) -> Iterator[Check]:
    """Every rate of the submission beside the patients that make it."""
    try:
        patients = counted(evidence) if evidence is not None else {}
    except ValueError as error:
        yield Check("counts", "evidence", DIFFERS, str(error))
        return
    for one_set, measurement in submission.measurements():
        rates = measurement.rates()
        for rate in rates:
            subject = _subject(one_set, measurement, rate)
            if evidence is None:
                yield Check("counts", subject, OPEN, "the evidence is not there, or not decrypted")
                continue
            own = _patients_of(submission, one_set, measurement, rate, patients)
            if not own:
                yield Check("counts", subject, OPEN, "no patient of it is in the evidence")
                continue
            yield _compared(subject, rate, own, one_set.submission_method == "electronicHealthRecord")
        if not rates:
            yield Check("counts", measurement.measure_id, OPEN, "an answer has no patients")


def _subject(one_set: MeasurementSet, measurement: Measurement, rate: SingleRate) -> str:
    stratum = f" {rate.stratum}" if rate.stratum else ""
    return f"{measurement.measure_id}{stratum}, {one_set.submission_method}, {one_set.program_name}"


def _patients_of(
    submission: Submission,
    one_set: MeasurementSet,
    measurement: Measurement,
    rate: SingleRate,
    patients: Mapping[Key, dict[str, int]],
) -> dict[str, int]:
    """Patients by status, of this entity, measure and method; case does not tell strata apart."""
    entity = (
        submission.participation,
        submission.tin or "",
        submission.npi or "",
        submission.entity_id or "",
        measurement.measure_id,
    )
    total: dict[str, int] = {}
    for key, counts in patients.items():
        same = key[:5] == entity and key[6].lower() == (rate.stratum or "").lower()
        if same and method_of(key[5]) == one_set.submission_method:
            for status, number in counts.items():
                total[status] = total.get(status, 0) + number
    return total


def _compared(subject: str, rate: SingleRate, own: Mapping[str, int], electronic: bool) -> Check:
    """What the patients make, read by collection type as ``build`` reads them, beside what was sent."""
    excluded = own["exclusion"]
    # a registry takes those excluded out beforehand, unless the submission counts them
    taken_out = 0 if electronic or rate.eligible_population_exclusion else excluded
    derived = {
        "eligiblePopulation": sum(own.values()) - taken_out,
        "performanceMet": own["met"],
        "performanceNotMet": own["not_met"] + (own["not_captured"] if electronic else 0),
        "eligiblePopulationExclusion": excluded - taken_out,
        "eligiblePopulationException": own["exception"],
    }
    sent = {
        "eligiblePopulation": rate.eligible_population,
        "performanceMet": rate.performance_met,
        "performanceNotMet": rate.performance_not_met or 0,
        "eligiblePopulationExclusion": rate.eligible_population_exclusion or 0,
        "eligiblePopulationException": rate.eligible_population_exception or 0,
    }
    apart = [
        f"{name} {sent[name]} sent, {derived[name]} derived" for name in sent if sent[name] != derived[name]
    ]
    if apart:
        return Check("counts", subject, DIFFERS, "; ".join(apart))
    return Check("counts", subject, OK, f"patients: {sum(own.values())}")


def _law(files: Mapping[str, bytes], force: RulesInForce, manifest: Mapping[str, Any]) -> Iterator[Check]:
    """The rules as they were beside the rules of today: a change explains, it is no fault of the package."""
    if manifest.get("rules_digest") == force.digest(rules_of(force)):
        yield Check("rules", "all in force", OK, str(manifest["rules_digest"]))
        return
    try:
        recorded = {str(one["rule"]): one["value"] for one in json.loads(files.get(RULE_FILE, b""))}
    except _MISSHAPEN:
        recorded = {}
    if not recorded:
        yield Check("rules", RULE_FILE, DIFFERS, "cannot be read")
    for name, value in recorded.items():
        now = force[name].to_dict() if name in force else None
        if now is None:
            yield Check("rules", name, CHANGED, "is no longer in force")
        elif now["value"] != value:
            yield Check("rules", name, CHANGED, "has another value today")
        else:
            yield Check("rules", name, OK, f"{now['status']}, {now['cite']}")
