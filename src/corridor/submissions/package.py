"""The audit package: a submission with everything its numbers can be derived from again, years later.

One zip file. Its manifest names every file with its digest; beside the submission stand the results it was
made of, the rules in force with values and sources, the measures, and the patients, encrypted or without
identifiers.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from corridor import __version__
from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.reference.qpp import Measure, Stratum
from corridor.sources.qpp.model import Submission
from corridor.sources.qpp.problem import Problem
from corridor.sources.qpp.submission_json import to_document

from .evidence import Patient, as_csv
from .known import RULES, Known
from .results import Result
from .seal import seal

FORMAT = "corridor-audit-package-1"
SUBMISSION, RESULTS, RULE_FILE, MEASURES, PROBLEMS = (
    "submission.json",
    "results.json",
    "rules.json",
    "measures.json",
    "problems.json",
)
MANIFEST, OPEN_EVIDENCE, SEALED_EVIDENCE = "manifest.json", "evidence.csv", "evidence.csv.jwe"
ENCRYPTED, DEIDENTIFIED, NONE = "encrypted", "deidentified", "none"
# a zip file keeps a time with each entry; that of the package stands in its manifest
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# what a count hangs on, of a measure; never its title or text
_OF_A_MEASURE = (
    "year",
    "measure_id",
    "category",
    "metric_type",
    "overall_algorithm",
    "e_measure_id",
    "is_inverse",
    "is_qcdr",
    "methods",
    "programs",
    "registrations",
    "exclusions",
    "substitutes",
    "preprod",
)


@dataclass(frozen=True)
class Contents:
    """What goes into a package; ``run`` is what is kept of a run, ``inputs`` the digests of files by name."""

    submission: Submission
    problems: Sequence[Problem]
    results: Sequence[Result]
    known: Known
    force: RulesInForce
    patients: Sequence[Patient] = ()
    evidence: str = NONE
    run: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)


def write_package(path: Path, contents: Contents, made: datetime, passphrase: str | None = None) -> str:
    """Write the package; the digest of its manifest, to be kept elsewhere.

    Errors: SUBMIT-EXISTS, SUBMIT-PASSPHRASE.
    """
    if path.exists():
        raise CorridorError(
            "SUBMIT-EXISTS",
            "There is a file of that name already.",
            why="An audit package is never written over.",
            todo="Name another file, or move that one away.",
            file=path,
        )
    files = _files(contents)
    if contents.evidence == DEIDENTIFIED:
        files[OPEN_EVIDENCE] = as_csv(contents.patients, deidentified=True)
    elif contents.evidence == ENCRYPTED:
        files[SEALED_EVIDENCE] = seal(as_csv(contents.patients, deidentified=False), passphrase or "")
    manifest = _json(_manifest(contents, files, made))
    beside = path.with_name(path.name + ".part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in [(MANIFEST, manifest), *sorted(files.items())]:
            package.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    beside.replace(path)
    return digest(manifest)


def digest(content: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def _files(contents: Contents) -> dict[str, bytes]:
    names = {one.measure_id for _, one in contents.submission.measurements()}
    measures = [
        {name: getattr(one, name) for name in _OF_A_MEASURE} | {"strata": [each.name for each in one.strata]}
        for name, one in sorted(contents.known.qpp.measures.items())
        if name in names
    ]
    return {
        SUBMISSION: _json(to_document(contents.submission)),
        RESULTS: _json([one.to_dict() for one in contents.results]),
        RULE_FILE: _json([contents.force[name].to_dict() for name in rules_of(contents.force)]),
        MEASURES: _json(measures),
        PROBLEMS: _json([one.detail() for one in contents.problems]),
    }


def measures_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Measure]:
    """The measures a package keeps, as its submission was made with them."""
    kept = ("measure_id", "category", "metric_type", "overall_algorithm", "is_qcdr")
    return {
        row["measure_id"]: Measure(
            year=int(row["year"]),
            strata=tuple(Stratum(name) for name in row["strata"]),
            **{name: row[name] for name in kept},
        )
        for row in rows
    }


def rules_of(force: RulesInForce) -> list[str]:
    """The rules a package keeps: those it is checked by, and those that say what a count means."""
    return [name for name in (*RULES, "mips.collection_type", "mips.measure_patients") if name in force]


def _manifest(contents: Contents, files: Mapping[str, bytes], made: datetime) -> dict[str, Any]:
    submission = contents.submission
    return {
        "format": FORMAT,
        "made": made.isoformat(timespec="seconds"),
        "corridor": __version__,
        "performance_year": submission.performance_year,
        "entity_type": submission.entity_type,
        "taxpayer_identification_number": submission.tin,
        "national_provider_identifier": submission.npi,
        "entity_id": submission.entity_id,
        "rules_digest": contents.force.digest(rules_of(contents.force)),
        "measure_data": dict(sorted(contents.known.qpp.digests.items())),
        "run": dict(contents.run),
        "inputs": dict(sorted(contents.inputs.items())),
        "evidence": {"kind": contents.evidence, "rows": len(contents.patients)},
        "files": {
            name: {"sha256": digest(content), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, default=list) + "\n").encode("utf-8")
