"""Submissions to the Quality Payment Program made of results, and packed with their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corridor.engine.files import sha256_of
from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.submit_file import is_submission, known_of, read_back
from corridor.law import RulesInForce
from corridor.sources.qpp.model import Submission
from corridor.sources.qpp.problem import ERROR, Problem
from corridor.sources.qpp.submission_json import write_submission
from corridor.submissions.build import build
from corridor.submissions.evidence import Patient, evidence_of_rows, patients_of, read_evidence
from corridor.submissions.package import DEIDENTIFIED, ENCRYPTED, NONE, Contents, write_package
from corridor.submissions.results import (
    PARTICIPATION_OF_LEVEL,
    Result,
    read_results,
    results_of_rollup,
    with_defaults,
)
from corridor.submissions.validate import validate

ROLLUP, PATIENTS = "quality.rollup", "quality.patient"
# collection types that others report: claims by the claim, surveys by their vendor, CMS from claims
_SENT = ("ecqm", "mipscqm", "qcdr", "medicare_cqm")


@dataclass(frozen=True)
class Wanted:
    """What to submit, and how to keep the evidence."""

    level: str = "practice"
    tin: str = ""
    npi: str = ""
    entity_id: str = ""
    program: str | None = None
    cehrt_id: str | None = None
    evidence: str = NONE
    evidence_file: Path | None = None
    passphrase: str | None = None
    with_identifiers: bool = False
    synthetic: bool = False
    measures: tuple[str, ...] = ()
    from_run: bool = False


@dataclass(frozen=True)
class Made:
    """One submission with its problems, and where it was written."""

    submission: Submission
    problems: list[Problem]
    file: Path
    package: Path
    manifest_digest: str


def submit(
    context: Context, file: Path | None, year: int, wanted: Wanted, folder: Path
) -> tuple[list[Made], list[str], RulesInForce]:
    """Submissions and their audit packages, written to a folder; with warnings of the reader.

    Results come from a form, from the last complete run, or both; or ``file`` is a submission already, which
    is packed as it is and keeps its own year. Nothing is written while one is invalid.
    Errors: SUBMIT-INVALID, SUBMIT-NOTHING, SUBMIT-NOT-MADE, SUBMIT-EXISTS, and those of the parts.
    """
    ready = read_back(context, file, year) if file is not None and is_submission(file) else None
    year = ready.performance_year if ready else year
    known, force = known_of(context, year, wanted.synthetic)
    run = open_run(context.warehouse.home) if file is None or wanted.from_run else None
    results: list[Result] = []
    warnings: list[str] = []
    if ready is None:
        results, warnings = _results(run, file, year, wanted)
        results = with_defaults(results, wanted.program, wanted.cehrt_id)
    submissions = [ready] if ready else build(results, known, force, file)
    checked = [(one, validate(one, known)) for one in submissions]
    for submission, problems in checked:
        errors = [problem for problem in problems if problem.severity == ERROR]
        if errors:
            raise _invalid(submission, errors)
    patients, more = _patients(context, run, year, wanted)
    folder.mkdir(parents=True, exist_ok=True)
    for submission, _ in checked:
        _must_be_new(folder, name_of(submission))
    made = []
    for submission, problems in checked:
        own = [
            one for one in results if _is_of(submission, one.participation, one.tin, one.npi, one.entity_id)
        ]
        contents = Contents(
            submission,
            problems,
            own,
            known,
            force,
            patients_of(submission, patients),
            wanted.evidence,
            _run_kept(run) if run else {},
            {one.name: sha256_of(one) for one in (file, wanted.evidence_file) if one is not None},
        )
        made.append(_written(folder, contents, wanted.passphrase))
    if wanted.evidence_file is not None:
        left = len(patients) - sum(len(patients_of(one, patients)) for one in submissions)
        if left:
            more = [*more, _left_out(left, len(patients), wanted.evidence_file)]
    return made, warnings + more, force


def _left_out(left: int, rows: int, file: Path) -> str:
    return (
        f"{left:,} of {rows:,} rows of {file.name} are of no entity, measure, method or stratum submitted, "
        "and were left out of the audit package"
    )


def _written(folder: Path, contents: Contents, passphrase: str | None) -> Made:
    name = name_of(contents.submission)
    target, package = folder / f"{name}.json", folder / f"{name}-audit.zip"
    key = write_package(package, contents, datetime.now(UTC), passphrase)
    write_submission(contents.submission, target)
    return Made(contents.submission, list(contents.problems), target, package, key)


def _must_be_new(folder: Path, name: str) -> None:
    for target in (folder / f"{name}.json", folder / f"{name}-audit.zip"):
        if target.exists():
            raise CorridorError(
                "SUBMIT-EXISTS",
                "There is a submission of that name already.",
                why="What was submitted is never written over.",
                todo="Name another folder with --out.",
                file=target,
            )


def name_of(submission: Submission) -> str:
    """What the files of a submission are called."""
    who = [submission.entity_id or submission.tin or "entity", submission.npi or ""]
    safe = ["".join(c if c.isalnum() or c == "-" else "-" for c in one) for one in who if one]
    return "-".join(["qpp", str(submission.performance_year), submission.participation, *safe])


def _is_of(submission: Submission, participation: str, tin: str, npi: str, entity_id: str) -> bool:
    same = (submission.participation, submission.tin or "", submission.npi or "", submission.entity_id or "")
    return same == (participation, tin, npi, entity_id)


def _results(run: Run | None, file: Path | None, year: int, wanted: Wanted) -> tuple[list[Result], list[str]]:
    found: list[Result] = []
    warnings: list[str] = []
    if file is not None:
        found, warnings = read_results(file)
    if run is not None:
        own, more = _of_run(run, year, wanted.level)
        found, warnings = found + own, warnings + more
    asked = {"tin": wanted.tin, "npi": wanted.npi, "entity_id": wanted.entity_id}
    kept = [
        one
        for one in found
        if all(not value or getattr(one, name) == value for name, value in asked.items())
        and (not wanted.measures or one.measure_id in wanted.measures)
    ]
    if not kept:
        raise CorridorError(
            "SUBMIT-NOTHING",
            "There is no result to submit.",
            why=f"{len(found)} results were found, and none of them of those asked for."
            if found
            else f"The run has no quality result of {year} at that level.",
            todo="`corridor load quality-results` loads them; or name another year, level, TIN or NPI.",
        )
    return kept, warnings


def _of_run(run: Run, year: int, level: str) -> tuple[list[Result], list[str]]:
    """Quality results of a run, without those that others send."""
    _must_have(run, ROLLUP)
    rows = run.query(
        f"select * from {ROLLUP} where performance_year = ? and level = ? order by all", [year, level]
    )
    sent = [row for row in rows if row["collection_type"] in _SENT]
    left = sorted({str(row["collection_type"]) for row in rows} - set(_SENT))
    return results_of_rollup(sent), [f"not sent by a submission: {', '.join(left)}"] if left else []


def _patients(
    context: Context, run: Run | None, year: int, wanted: Wanted
) -> tuple[Sequence[Patient], list[str]]:
    if wanted.evidence == NONE:
        return [], ["the audit package holds no evidence: choose --deidentified or --passphrase-file"]
    if wanted.evidence_file is not None:
        return read_evidence(wanted.evidence_file)
    if run is None:
        return [], ["no patients are known beside a file of results: name them with --evidence"]
    _must_have(run, PATIENTS)
    rows = run.query(
        f"select * from {PATIENTS} where performance_year = ? and level = ? order by all",
        [year, wanted.level],
    )
    if wanted.evidence == ENCRYPTED and wanted.with_identifiers:
        from corridor.jobs.identifiers import COLUMN, with_identifiers

        named = with_identifiers(context, rows)
        rows = [{**row, "person_id": row[COLUMN] or row["person_id"]} for row in named]
    return evidence_of_rows(rows, PARTICIPATION_OF_LEVEL), []


def _must_have(run: Run, table: str) -> None:
    if not run.has(table):
        raise CorridorError(
            "SUBMIT-NOT-MADE",
            f"The last complete run did not make {table}.",
            todo=f"`corridor run --only {table}`, or name a file of results.",
        )


def _run_kept(run: Run) -> dict[str, Any]:
    """What of a run's manifest tells what its results came from."""
    manifest: Mapping[str, Any] = run.manifest
    steps = {
        entry["step"]: entry["digest"] for entry in manifest["steps"] if entry["step"] in (ROLLUP, PATIENTS)
    }
    deliveries = [
        {"delivery_id": one["delivery_id"], "files": [part["sha256"] for part in one["files"]]}
        for one in manifest["deliveries"]
    ]
    return {
        "run_id": manifest["run_id"],
        "finished": manifest["finished"],
        "corridor": manifest["corridor_version"],
        "law": manifest["law"]["digest"],
        "steps": steps,
        "deliveries": deliveries,
    }


def _invalid(submission: Submission, errors: Sequence[Problem]) -> CorridorError:
    more = f" {len(errors) - 1} more were found." if len(errors) > 1 else ""
    return CorridorError(
        "SUBMIT-INVALID",
        f"CMS would refuse the submission of {name_of(submission)}: {errors[0].message}.{more}",
        why="Nothing is written that the Submissions API does not take.",
        todo="Correct the results; `corridor submit qpp --check` lists everything wrong with a file.",
        field=errors[0].path,
        rule=errors[0].rule,
    )


def evidence_kind(passphrase: str | None, deidentified: bool, with_identifiers: bool = False) -> str:
    """How the evidence is kept. Errors: SUBMIT-EVIDENCE where two ways are asked for."""
    if with_identifiers and passphrase is None:
        raise CorridorError(
            "SUBMIT-EVIDENCE",
            "Identifiers of patients are kept in encrypted evidence alone.",
            todo="Give --passphrase-file, or leave --with-mbi away.",
            field="--with-mbi",
        )
    if passphrase is not None and deidentified:
        raise CorridorError(
            "SUBMIT-EVIDENCE",
            "Evidence is either encrypted or de-identified.",
            todo="Keep one of --passphrase-file and --deidentified.",
            field="--deidentified",
        )
    return ENCRYPTED if passphrase is not None else DEIDENTIFIED if deidentified else NONE


def passphrase_of(file: Path | None) -> str | None:
    """The passphrase of a file: its first line. Errors: SUBMIT-PASSPHRASE."""
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorridorError("SUBMIT-PASSPHRASE", "The passphrase file cannot be read.", file=file) from error
    return lines[0].strip() if lines else ""
