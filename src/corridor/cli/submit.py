"""``corridor submit``: a validated submission and its audit package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.jobs.context import Context
    from corridor.sources.qpp.model import Submission

app = typer.Typer()

HELP = """Make, check and keep a submission to the Quality Payment Program (PROGRAM is qpp).

From a FILE of results (`corridor template qpp_results`) or the last run: submission JSON for each entity and
an audit package beside it, in the folder of --out. With --check, --read-back or --verify: a file as it is.

Example: corridor submit qpp results.csv --year 2026 --deidentified --evidence patients.csv --out submission

Example: corridor submit qpp --check submission/qpp-2026-group-123456789.json
"""
LEVELS = ("clinician", "practice", "entity")


@app.command(help=HELP)
def submit(
    program: str = typer.Argument(..., metavar="PROGRAM", help="qpp"),
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Results, or a submission to pack; without one, the last run."
    ),
    check: Path | None = typer.Option(
        None, "--check", metavar="FILE", help="Say all that is wrong with a file."
    ),
    read_back: Path | None = typer.Option(
        None, "--read-back", metavar="FILE", help="Show what a file says; with --out FILE, write it anew."
    ),
    verify: Path | None = typer.Option(
        None, "--verify", metavar="PACKAGE", help="Check an audit package and derive its counts again."
    ),
    digest: str | None = typer.Option(
        None, "--digest", metavar="SHA256", help="With --verify: the digest kept of the package."
    ),
    year: int | None = typer.Option(None, "--year", help="Performance year."),
    level: str = typer.Option("practice", "--level", help="Of the run: clinician, practice or entity."),
    tin: str = typer.Option("", "--tin", help="Only this practice."),
    npi: str = typer.Option("", "--npi", help="Only this clinician."),
    measures: list[str] = typer.Option([], "--measure", metavar="ID", help="Only this measure; repeatable."),
    from_run: bool = typer.Option(
        False, "--from-run", help="With FILE: add the quality results of the last run to it."
    ),
    entity: str = typer.Option("", "--entity", help="Only this APM entity, virtual group or subgroup."),
    to: str | None = typer.Option(None, "--to", metavar="PROGRAM", help="mips, app1, appPlus or an MVP."),
    cehrt: str | None = typer.Option(None, "--cehrt", help="Certification of the electronic health record."),
    evidence: Path | None = typer.Option(
        None, "--evidence", metavar="FILE", help="The patients behind results of a file."
    ),
    deidentified: bool = typer.Option(False, "--deidentified", help="Keep evidence without identifiers."),
    passphrase_file: Path | None = typer.Option(
        None, "--passphrase-file", metavar="FILE", help="Encrypt, or decrypt, evidence by its first line."
    ),
    with_mbi: bool = typer.Option(
        False, "--with-mbi", help="With --passphrase-file: identifiers of patients."
    ),
    developer_preview: bool = typer.Option(
        False, "--developer-preview", help="Synthetic data: TINs begin with 000, no NPI is a real one."
    ),
    out: Path | None = typer.Option(None, "--out", metavar="FOLDER", help="Where to write."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.jobs.context import open_context
    from corridor.jobs.submit import Wanted, evidence_kind, passphrase_of

    _ask(program, [file, check, read_back, verify], level)
    context = open_context(config)
    passphrase = passphrase_of(passphrase_file)
    if check is not None:
        _check(context, check, year, developer_preview, as_json)
    elif read_back is not None:
        _read_back(context, read_back, year, out, as_json)
    elif verify is not None:
        _verify(context, verify, passphrase, digest, as_json)
    else:
        kind = evidence_kind(passphrase, deidentified, with_mbi)
        wanted = Wanted(
            level,
            tin,
            npi,
            entity,
            to,
            cehrt,
            kind,
            evidence,
            passphrase,
            with_mbi,
            developer_preview,
            tuple(measures),
            from_run,
        )
        _submit(context, file, year, wanted, out, as_json)


def _ask(program: str, given: list[Path | None], level: str) -> None:
    """Refuse what cannot be meant."""
    from corridor.errors import CorridorError

    if program != "qpp":
        raise CorridorError(
            "SUBMIT-PROGRAM", f"Nothing is submitted to {program!r}.", todo="Write: corridor submit qpp"
        )
    if sum(1 for one in given if one is not None) > 1:
        raise CorridorError(
            "SUBMIT-ONE",
            "Several files are named, and each asks for something else.",
            todo="Name FILE, --check, --read-back or --verify, one at a time.",
        )
    if level not in LEVELS:
        raise CorridorError(
            "SUBMIT-LEVEL", f"There is no level {level!r}.", todo=f"Use {', '.join(LEVELS)}.", field="--level"
        )


def _submit(
    context: Context, file: Path | None, year: int | None, wanted: Any, out: Path | None, as_json: bool
) -> None:
    from corridor.errors import CorridorError
    from corridor.jobs.submit import submit
    from corridor.jobs.submit_file import assumptions_of

    if out is None:
        raise CorridorError(
            "SUBMIT-OUT", "It is not said where to write.", todo="Name a folder with --out.", field="--out"
        )
    chosen = context.performance_year if year is None else year
    made, warnings, force = submit(context, file, chosen, wanted, out)
    rows = [
        {
            **_who(one.submission),
            "measurement_sets": len(one.submission.measurement_sets),
            "measures": sum(1 for _ in one.submission.measurements()),
            "warnings": [problem.detail() for problem in one.problems],
            "evidence": wanted.evidence,
            "file": str(one.file),
            "package": str(one.package),
            "manifest_sha256": one.manifest_digest,
        }
        for one in made
    ]
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if as_json:
        year = made[0].submission.performance_year
        _json({"year": year, "rows": rows, "assumptions": assumptions_of(force), "warnings": warnings})
        return
    for one, row in zip(made, rows, strict=True):
        measures = "1 measure" if row["measures"] == 1 else f"{row['measures']} measures"
        sys.stdout.write(f"{measures} in {one.file}\n")
        for problem in one.problems:
            sys.stdout.write(f"  warning: {problem.message}\n")
        sys.stdout.write(f"  audit package {one.package}\n  keep its digest: {one.manifest_digest}\n")


def _who(submission: Submission) -> dict[str, Any]:
    return {
        "entity_type": submission.entity_type,
        "tin": submission.tin,
        "npi": submission.npi,
        "entity_id": submission.entity_id,
    }


def _check(context: Context, file: Path, year: int | None, synthetic: bool, as_json: bool) -> None:
    from corridor.jobs.submit_file import assumptions_of, check
    from corridor.sources.qpp.problem import api_error

    chosen, problems, qpp = check(context, file, year, synthetic)
    error = api_error(problems)
    if as_json:
        force = context.rules.in_force(chosen)
        answer = {
            "year": chosen,
            "valid": error is None,
            "rows": [one.detail() for one in problems],
            "answer": error,
            "measure_data": dict(qpp.digests),
            "assumptions": assumptions_of(force),
        }
        _json(answer)
    else:
        for one in problems:
            line = f" (line {one.line})" if one.line else ""
            sys.stdout.write(f"{one.severity}: {one.message}{line}\n  {one.path}\n")
        errors = sum(1 for one in problems if one.severity == "error")
        counted = "1 error" if errors == 1 else f"{errors} errors"
        verdict = "nothing CMS would refuse" if error is None else f"CMS would refuse it for {counted}"
        sys.stdout.write(f"{file.name}, {chosen}: {verdict}.\n")
    if error is not None:
        raise typer.Exit(1)


def _read_back(context: Context, file: Path, year: int | None, out: Path | None, as_json: bool) -> None:
    from corridor.jobs.submit_file import read_back, write_back

    submission = read_back(context, file, year)
    if out is not None:
        from corridor.cli.settle import check_out

        check_out(out, file)
        write_back(submission, out)
        sys.stderr.write(f"written: {out}\n")
    rows = [row for one_set, one in submission.measurements() for row in _measurement_rows(one_set, one)]
    if as_json:
        _json({"year": submission.performance_year, **_who(submission), "rows": rows, "assumptions": []})
        return
    who = submission.entity_id or submission.tin or "nobody named"
    sys.stdout.write(f"{submission.participation} {who}, {submission.performance_year}\n")
    for row in rows:
        rate = "" if row["performance_rate"] is None else f"  rate {row['performance_rate']:.2f}"
        said = row["answer"] if row["answer"] is not None else f"{row['numerator']} of {row['denominator']}"
        sys.stdout.write(
            f"  {row['category']:<8} {row['measure_id']:<16} {row['stratum'] or '':<12} {said}{rate}\n"
        )


def _measurement_rows(one_set: Any, one: Any) -> list[dict[str, Any]]:
    from corridor.sources.qpp.model import Cahps, NonProportion, Proportion

    row: dict[str, Any] = {
        "category": one_set.category,
        "submission_method": one_set.submission_method,
        "program_name": one_set.program_name,
        "measure_id": one.measure_id or one.e_measure_uuid,
        "stratum": None,
        "answer": one.value if isinstance(one.value, bool) else None,
        "numerator": None,
        "denominator": None,
        "performance_rate": None,
        "reporting_rate": None,
    }
    if isinstance(one.value, Proportion | NonProportion):
        row |= {"numerator": one.value.numerator, "denominator": one.value.denominator}
    if isinstance(one.value, Cahps):
        row |= {"answer": one.value.score}
    return [
        {
            **row,
            "stratum": rate.stratum,
            "numerator": rate.performance_met,
            "denominator": rate.eligible_population,
            "performance_rate": rate.rate(),
            "reporting_rate": rate.completeness(),
        }
        for rate in one.rates()
    ] or [row]


def _verify(
    context: Context, package: Path, passphrase: str | None, digest: str | None, as_json: bool
) -> None:
    from corridor.jobs.submit_file import verified
    from corridor.submissions.verify import DIFFERS

    checks = verified(context, package, passphrase, digest)
    whole = all(one.status != DIFFERS for one in checks)
    if as_json:
        rows = [one.to_dict() for one in checks]
        _json({"year": None, "verified": whole, "rows": rows, "assumptions": []})
    else:
        for one in checks:
            sys.stdout.write(f"{one.status:<14}{one.check:<11}{one.subject}: {one.found}\n")
        sys.stdout.write(
            "The package is whole.\n" if whole else "The package is not what it was, or not right.\n"
        )
    if not whole:
        raise typer.Exit(1)


def _json(answer: dict[str, Any]) -> None:
    from corridor.programs.writing import plain

    json.dump(plain({"program": "qpp", **answer}), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
