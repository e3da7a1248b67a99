"""``corridor audit``: what is billed against the rules, and what is left unbilled."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.jobs.audits import AuditAnswer, AuditSpec, Wanted
    from corridor.jobs.context import Context

app = typer.Typer()

HELP = """What is billed against the rules, and what is left unbilled; without a name, the audits there are.

Findings come from the last complete run. An audit that takes a FILE checks draft claims before they are
sent, by the same steps: `corridor template claims_to_check` writes the form.

Example: corridor audit conflicts

Example: corridor audit g2211 --npi 9000000001 --json

Example: corridor audit conflicts drafts.csv --out findings.xlsx

Example, of a synthetic community: corridor audit score community/billing_truth.csv
"""
SHOWN = 20
WIDTH = 108


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
        _write(out, answer)
    if as_json:
        _json(spec, year, answer, out)
    elif out is None:
        sys.stdout.write(_text(spec, answer, limit))


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


def _write(out: Path, answer: AuditAnswer) -> None:
    from corridor.jobs.audits import FINDING_COLUMNS
    from corridor.programs.writing import write_results

    write_results(out, {"Findings": answer.rows, "Sums": answer.summary}, list(FINDING_COLUMNS))
    sys.stderr.write(f"{len(answer.rows):,} findings in {out}\n")
    if any(row.get("person_id") is not None for row in answer.rows):
        sys.stderr.write("One row a claim line: keep this file inside the organization.\n")


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


def _text(spec: AuditSpec, answer: AuditAnswer, limit: int) -> str:
    lines = [f"{spec.name}: {_counted(len(answer.rows), 'finding')}. {spec.about}"]
    if not answer.rows:
        return "\n".join([*lines, "Nothing found.", ""])
    lines += ["", *_by_kind([one for one in answer.summary if one["by"] == "kind"])]
    lines += ["", *_by_clinician([one for one in answer.summary if one["by"] == "clinician"], limit)]
    for column in spec.sums:
        lines += ["", *_by_column(column, [one for one in answer.summary if one["by"] == column], limit)]
    for row in answer.rows[:limit]:
        lines += ["", *_finding(spec, row)]
    if len(answer.rows) > limit:
        lines += ["", f"{len(answer.rows) - limit:,} more findings: --limit shows them, --out writes them"]
    if answer.assumptions:
        named = sorted({str(one["rule"]) for one in answer.assumptions})
        lines += [
            "",
            f"{len(named):,} rules under these findings are not codified or official; --json lists them.",
        ]
    return "\n".join([*lines, ""])


def _by_kind(sums: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"{'kind':<30} {'direction':<14} {'findings':>9} {'sure':>7} {'dollars':>14} {'Medicare paid':>14}"
        "  precision"
    ]
    for one in sums:
        known = "not measured" if one["precision"] is None else f"{one['precision']:.0%}"
        lines.append(
            f"{one['kind']:<30} {one['direction']:<14} {one['findings']:>9,} {one['sure']:>7,} "
            f"{one['dollars']:>14,.2f} {one['paid_dollars']:>14,.2f}  {known}"
        )
    return lines


def _by_clinician(sums: list[dict[str, Any]], limit: int) -> list[str]:
    lines = [f"{'NPI':<12} {'TIN':<12} {'direction':<14} {'findings':>9} {'dollars':>14}"]
    for one in sums[:limit]:
        lines.append(
            f"{one['npi'] or '-':<12} {one['tin'] or '-':<12} {one['direction']:<14} {one['findings']:>9,} "
            f"{one['dollars']:>14,.2f}"
        )
    if len(sums) > limit:
        lines.append(f"... and {len(sums) - limit:,} more")
    return lines


def _by_column(column: str, sums: list[dict[str, Any]], limit: int) -> list[str]:
    lines = [f"{column:<12} {'findings':>9} {'dollars':>14} {'Medicare paid':>14}"] if sums else []
    for one in sums[:limit]:
        lines.append(
            f"{one['value']:<12} {one['findings']:>9,} {one['dollars']:>14,.2f} {one['paid_dollars']:>14,.2f}"
        )
    return lines


def _finding(spec: AuditSpec, row: dict[str, Any]) -> list[str]:
    """One finding as a reader needs it: the line, the other line, dollars, rule, what to do."""
    import textwrap

    head = f"{row['kind']} ({row['direction']}, {row['certainty']})  {_dollars(row['dollars'])}"
    place = f"  {_line(row, '')}"
    if row.get("other_claim_id") is not None:
        place += f"  against  {_line(row, 'other_')}"
    lines = [head, place]
    extra = [f"{name} {row[name]}" for name in spec.columns if row.get(name) is not None]
    if extra:
        lines.append("  " + ", ".join(extra))
    for label, text in (("rule", f"{row['rule']}: {row['cite']}"), ("do", row["todo"])):
        lines += textwrap.wrap(f"{label}: {text}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def _line(row: dict[str, Any], prefix: str) -> str:
    claim, line = row.get(f"{prefix}claim_id"), row.get(f"{prefix}claim_line_number")
    code, day, npi = row.get(f"{prefix}hcpcs_code"), row.get(f"{prefix}service_date"), row.get(f"{prefix}npi")
    where = "no claim" if claim is None else f"claim {claim} line {'-' if line is None else line}"
    return f"{where}, {code or '-'} on {day or '-'} by {npi or '-'}"


def _dollars(value: Any) -> str:
    return "-" if value is None else f"${value:,.2f}"


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"
