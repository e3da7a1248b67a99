"""corridor distribute: savings, losses and adjustments split by a plan, to the cent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SHOWN_ROWS = 40


@app.command()
def distribute(
    plan: Path = typer.Argument(..., metavar="PLAN", help="The plan (YAML, docs/distribution.md)."),
    file: Path = typer.Argument(..., metavar="FILE", help="Recipients: CSV, Excel, Parquet or JSON."),
    amounts: list[str] = typer.Option(
        [], "--amount", metavar="POOL=DOLLARS", help="What a pool comes to; a loss negative; repeatable."
    ),
    adjustments: list[str] = typer.Option(
        [], "--adjustments", metavar="COLUMN=FILE", help="asm_dollars or mips_dollars from settled results."
    ),
    npi: str = typer.Option("", "--npi", help="Only this clinician, line by line."),
    statements: Path | None = typer.Option(
        None, "--statements", metavar="DIR", help="Write a statement for each clinician: PDF and Excel."
    ),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Split pools among practices and clinicians by a plan written as data; parts add up to the cent.

    Terms that vary with referrals are computed and flagged: they are a question for counsel.

    Example: corridor distribute plan.yaml recipients.csv --amount shared_savings=564288.00
    """
    from corridor.jobs.distribution import run_distribution, shown_lines, write_statements

    found = run_distribution(plan, file, amounts, adjustments)
    answer = found.to_dict()
    if npi:
        for name in ("rows", "lines"):
            answer[name] = [row for row in answer[name] if row["npi"] == npi]
        _refuse_unknown(npi, answer["rows"], file)
    for warning in answer["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        from corridor.cli.settle import check_out
        from corridor.programs.writing import write_results

        check_out(out, file)
        lines = [line for line in shown_lines(found) if npi in ("", line["npi"])]
        sheets = {"Results": answer["rows"], "Lines": lines, "Pools": answer["pools"]}
        write_results(out, {**sheets, "Flags": answer["flags"], "Assumptions": answer["assumptions"]})
    written = write_statements(found, statements, npi) if statements is not None else []
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain({**answer, "files": [str(path) for path in written]}), allow_nan=False))
    else:
        typer.echo(_text(answer, bool(npi)))
    if out is not None:
        typer.echo(f"written: {out}", err=True)
    if written:
        typer.echo(f"{len(written):,} files in {statements}", err=True)


def _refuse_unknown(npi: str, rows: list[dict[str, Any]], file: Path) -> None:
    from corridor.errors import CorridorError

    if not rows:
        raise CorridorError(
            "DISTRIBUTION-NOBODY",
            f"There is no clinician {npi} among the recipients.",
            todo="Check the NPI.",
            file=file.name,
            field="npi",
        )


def _text(found: dict[str, Any], one: bool) -> str:
    lines = [f"{found['title']}, {found['year']}", ""]
    lines.append(f"  {'pool':<24} {'amount':>16} {'retained':>15} {'distributed':>16}")
    lines += [
        f"  {pool['pool']:<24.24} {pool['amount']:>16,.2f} {pool['retained']:>15,.2f} "
        f"{pool['distributed']:>16,.2f}"
        for pool in found["pools"]
    ]
    lines += ["", f"  {'TIN':<12} {'NPI':<12} {'clinician':<24} {'withhold back':>14} {'total':>16}"]
    for row in found["rows"][:SHOWN_ROWS]:
        lines.append(
            f"  {row['tin']:<12.12} {row['npi'] or '-':<12.12} {row['clinician_name'] or '-':<24.24} "
            f"{row['withhold_returned']:>14,.2f} {row['total_dollars']:>16,.2f}"
        )
    if len(found["rows"]) > SHOWN_ROWS:
        lines.append(f"... and {len(found['rows']) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    if one:
        lines.append("")
        for line in found["lines"]:
            whole = "" if line["of"] is None else f" of {line['of']:,.2f} ({line['among']})"
            own = "" if line["own"] is None else f"{line['own']:,.2f}{whole}"
            lines.append(f"  {line['pool']}: {line['kind']} by {line['by']}, {own}: {line['dollars']:,.2f}")
    if found["flags"]:
        lines += ["", "To be looked at:"]
        for flag in found["flags"]:
            where = f"{flag['pool']}, {flag['term']}" if flag["pool"] else flag["term"]
            lines.append(f"  [{flag['level']}] {where}: {flag['words']}")
    if found["fictitious"]:
        lines += ["", "This plan is labeled fictitious: its parties and figures are invented."]
    return "\n".join(lines)
