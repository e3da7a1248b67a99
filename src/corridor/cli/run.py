"""``corridor run``: every table and program over what is loaded, and the report."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

app = typer.Typer()

HELP = """Compute every table and program named in corridor.toml, then write the report.

What has not changed since the last run is reused. The last complete run stays readable until this
one is complete, and also when this one fails. --only computes some rooms or tables, and what they
need, without the report; until the next run the other tables are not to be had.

Example: corridor run --year 2027

Example: corridor run --only population,attribution,measures
"""


@app.command(help=HELP)
def run(
    year: int | None = typer.Option(
        None, "--year", help="Performance year; default: the settings', else the first."
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    out: Path | None = typer.Option(None, "--out", help="Folder for the report; default: in the warehouse."),
    report: bool = typer.Option(True, "--report/--no-report", help="Write the report."),
    only: str = typer.Option("", "--only", help="Rooms or tables to compute, with commas between."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.cli.progress import Progress
    from corridor.jobs.context import open_context
    from corridor.jobs.run import compute, run_and_report
    from corridor.jobs.run_warnings import run_warnings

    context = open_context(config, year=year)
    with Progress(quiet=as_json) as progress:
        wanted = [part.strip() for part in only.split(",") if part.strip()]
        if wanted or not report:
            done = compute(context, progress, wanted)
            files: dict[str, str] = {}
            made = len(done.manifest["steps"])
            kept = sum(1 for entry in done.manifest["steps"] if entry.get("carried"))
            others = f" {kept:,} of them are those of the run before." if kept else ""
            text = f"Run {done.run_id} is complete: {made:,} tables.{others}\n"
        else:
            outcome = run_and_report(context, out, progress)
            done, files, text = outcome.run, outcome.file_names(), outcome.summary()
    warnings = run_warnings(done)
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        result = {
            "program": context.settings.programs[0],
            "year": context.performance_year,
            "run_id": done.run_id,
            "rows": done.manifest["steps"],
            "assumptions": context.force.assumptions(),
            "warnings": warnings,
            "report": files,
        }
        json.dump(result, sys.stdout, default=str)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(text)
