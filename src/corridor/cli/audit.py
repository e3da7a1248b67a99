"""``corridor audit``: what is billed against the rules, and what is left unbilled."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from corridor.errors import CorridorError
    from corridor.jobs.audits import AuditAnswer, AuditSpec, Wanted
    from corridor.jobs.context import Context

app = typer.Typer()

HELP = """What is billed against the rules, and what is left unbilled; without a name, the audits there are.

Findings come from the last complete run. An audit that takes a FILE checks draft claims before they are
sent, by the same steps: `corridor template claims_to_check` writes the form.

Audits: all, conflicts, g2211, wellness, telehealth, duplicates, apcm, behavioral, remote, prior-auth,
affirmations, drugs, skin-substitutes. `corridor audit` says of each what it looks for and which form it
takes. score takes the list of known errors of a synthetic community, --kind, --out, --json and --config.

Example: corridor audit conflicts

Example: corridor audit g2211 --npi 9000000001 --json

Example: corridor audit conflicts drafts.csv --out findings.xlsx

Example, of a synthetic community: corridor audit score community/billing_truth.csv
"""
SHOWN = 20


@app.command(help=HELP)
def audit(
    name: str = typer.Argument("", metavar="[NAME]", help="The audit; without one they are listed."),
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Draft claims to check instead of a run."
    ),
    year: int | None = typer.Option(None, "--year", help="Only services of this calendar year."),
    month: int | None = typer.Option(None, "--month", metavar="YYYYMM", help="Only services of this month."),
    npi: str | None = typer.Option(None, "--npi", help="Only findings of this clinician."),
    tin: str | None = typer.Option(None, "--tin", help="Only findings of this practice."),
    kind: str | None = typer.Option(None, "--kind", help="Only findings of this kind."),
    direction: str | None = typer.Option(None, "--direction", help="missed, paid_in_error or at_risk."),
    certainty: str | None = typer.Option(None, "--certainty", help="sure or review."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many findings to show."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="Write all: .csv, .xlsx, .parquet, .json."
    ),
    with_mbi: bool = typer.Option(
        False, "--with-mbi", help="With --out: the identifier of each beneficiary, to find them by."
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    if name == "score":
        from corridor.cli.audit_score import score

        score(file, config, out, kind, as_json)
        return
    from corridor.jobs.audit_asked import audit_named, check
    from corridor.jobs.audits import AUDITS, Wanted, from_file, from_run, narrow

    if not name:
        _list(list(AUDITS.values()), as_json)
        return
    from corridor.jobs.context import open_context

    spec = audit_named(name)
    check_month(month)
    wanted = Wanted(year, month, npi, tin, kind, direction, certainty)
    if with_mbi and out is None:
        raise needs_file("--out")
    if file is not None and out is not None:
        from corridor.cli.settle import check_out

        check_out(out, file)
    context = open_context(config)
    if file is None:
        check(spec, context, wanted)
        answer = _with_gaps(from_run(spec, context, wanted), spec, context, wanted)
    else:
        answer = from_file(spec, file, context)
        check(spec, context, wanted, {str(row["kind"]) for row in answer.rows})
        answer = narrow(answer, wanted, context)
    for warning in answer.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if out is not None:
        _write(out, answer, context if with_mbi else None)
    if as_json:
        _json(spec, year, answer, out)
    elif out is None:
        from corridor.cli.audit_text import text_of

        sys.stdout.write(text_of(spec, answer, limit))


def _with_gaps(answer: AuditAnswer, spec: AuditSpec, context: Context, wanted: Wanted) -> AuditAnswer:
    """An answer of a run with what was asked for and is not in it, and what could not be checked."""
    from dataclasses import replace

    from corridor.engine.runs import open_run
    from corridor.jobs.audit_asked import finding_audit, strangers
    from corridor.jobs.audit_unchecked import ALL, unchecked

    run, borne = open_run(context.warehouse.home), finding_audit(spec.name)
    gaps = unchecked(run, ALL if borne is None else frozenset({borne}))
    return replace(answer, warnings=[*answer.warnings, *strangers(run, wanted), *gaps])


def check_month(month: int | None) -> None:
    """Raises AUDIT-MONTH for a number that is no month."""
    from corridor.errors import CorridorError

    if month is not None and not (190001 <= month <= 299912 and 1 <= month % 100 <= 12):
        raise CorridorError(
            "AUDIT-MONTH",
            f"{month} is no month.",
            todo="Write year and month together, for instance 202603.",
            field="--month",
        )


def _list(specs: list[AuditSpec], as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "name": one.name,
                "about": one.about,
                "table": one.table,
                "program": one.program,
                "form": one.form,
            }
            for one in specs
        ]
        json.dump({"program": None, "year": None, "rows": rows, "assumptions": []}, sys.stdout)
        sys.stdout.write("\n")
        return
    width = max(len(one.name) for one in specs)
    for one in specs:
        takes = f" FILE: {one.form}" if one.form else ""
        sys.stdout.write(f"{one.name:<{width}}  {one.about}{takes}\n")


def needs_file(option: str) -> CorridorError:
    """The error of --with-mbi without a file."""
    from corridor.errors import CorridorError

    return CorridorError(
        "AUDIT-MBI",
        "Identifiers of beneficiaries go into a file, never on the screen.",
        todo=f"Name the file with {option}.",
        field="--with-mbi",
    )


def _write(out: Path, answer: AuditAnswer, identified: Context | None) -> None:
    """Write the findings; with a context also the identifier of each beneficiary."""
    from corridor.cli.audit_text import counted
    from corridor.jobs.audits import FINDING_COLUMNS
    from corridor.programs.writing import write_results

    rows, columns = answer.rows, list(FINDING_COLUMNS)
    if identified is not None:
        from corridor.jobs.identifiers import COLUMN, with_identifiers

        rows = with_identifiers(identified, rows)
        columns.insert(columns.index("person_id") + 1, COLUMN)
    write_results(out, {"Findings": rows, "Sums": answer.summary}, columns)
    sys.stderr.write(f"{counted(len(rows), 'finding')} in {out}\n")
    if identified is not None:
        sys.stderr.write("The file names beneficiaries: keep it inside the organization.\n")
    elif any(row.get("person_id") is not None for row in rows):
        sys.stderr.write(
            "One row a claim line: keep this file inside the organization. --with-mbi adds the identifiers.\n"
        )


def _json(spec: AuditSpec, year: int | None, answer: AuditAnswer, out: Path | None) -> None:
    from corridor.programs.writing import plain

    rows = answer.rows if out is None else [{"findings": len(answer.rows), "file": str(out)}]
    found = {
        "program": spec.program,
        "audit": spec.name,
        "year": year,
        "rows": rows,
        "summary": answer.summary,
        "assumptions": answer.assumptions,
        "warnings": answer.warnings,
    }
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
