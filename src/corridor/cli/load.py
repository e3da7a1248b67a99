"""``corridor load``: claim files and organisation files into the warehouse."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.errors import CorridorError
from corridor.words import counted

if TYPE_CHECKING:
    from corridor.sources.summary import LoadSummary

app = typer.Typer()

HELP = """Load claim files and rosters into the warehouse.

Without a format, the sources named in corridor.toml are loaded.
Formats: cclf, rif, synpuf, tuva, fhir, x12;
roster, alr, participants, voluntary, quality, quality-results, attestation, optout, program,
asm-evidence, aco-terms, aco-report.
Files, folders and zips are taken. A delivery that is loaded already adds nothing.
Rows that cannot be used are set aside with file, line, field and reason, and counted;
a damaged or wrong file is one error, and nothing of its delivery is kept.

Example: corridor load cclf P.A9901.ACO.ZCY24.D240901.T0102030.zip
"""


@app.command(help=HELP)
def load(
    format: str | None = typer.Argument(None, metavar="FORMAT", help="What the files are; see above."),
    paths: list[Path] | None = typer.Argument(None, metavar="PATH...", help="Files, folders or zips."),
    source_id: str | None = typer.Option(
        None, "--source-id", help="Name of who the data is about; else taken from the file names."
    ),
    set_aside: bool = typer.Option(
        False, "--set-aside", help="Set damaged rows aside instead of refusing their delivery."
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Dispatch to the source of that format; the help text stands in HELP."""
    from corridor.cli.progress import Progress
    from corridor.engine.warehouse import Warehouse
    from corridor.jobs.load import load as load_files
    from corridor.settings import load_settings

    settings = load_settings(config)
    warehouse = Warehouse.open(settings.home_folder())
    if format is not None:
        wanted = [(format, paths or [], source_id)]
    else:
        wanted = [
            (one.format, [settings.resolve(path) for path in one.paths], one.source_id)
            for one in settings.sources
        ]
    if not any(found for _, found, _ in wanted):
        raise CorridorError(
            "LOAD-NOTHING-NAMED",
            "No files are named.",
            why="Without a format and paths, the sources of corridor.toml are loaded, and there are none.",
            todo="Name them: corridor load FORMAT PATH..., or write [[sources]] in corridor.toml.",
            file=settings.file,
        )
    summaries = []
    for fmt, files, source in wanted:
        options: dict[str, Any] = {"set_aside": set_aside, "source_id": source}
        with Progress(quiet=as_json) as progress:
            summaries.append(load_files(fmt, files, warehouse, options, progress))
        if not as_json:
            _print(summaries[-1])
    if as_json:
        one = [summary.to_dict() for summary in summaries]
        answer = (
            one[0] if len(one) == 1 else {"rows": [row for each in one for row in each["rows"]], "loads": one}
        )
        json.dump({"program": None, "year": None, "assumptions": [], **answer}, sys.stdout, default=str)
        sys.stdout.write("\n")


def _print(summary: LoadSummary) -> None:
    for delivery in summary.deliveries:
        when = f", files of {delivery.file_date:%Y-%m-%d}" if delivery.file_date else ""
        if not delivery.added:
            typer.echo(f"{delivery.source_id}{when}: loaded already, nothing added.")
            continue
        typer.echo(
            f"{delivery.source_id}{when}: {counted(delivery.rows_in, 'row')} in, "
            f"{delivery.rows_kept:,} kept, {delivery.rows_set_aside:,} set aside."
        )
        for one in delivery.files:
            aside = f", {one.rows_set_aside:,} set aside" if one.rows_set_aside else ""
            typer.echo(f"  {one.kind:<14} {one.rows_kept:>12,} rows{aside}  {one.name}")
        for reason, count in sorted(delivery.reasons.items()):
            typer.echo(f"  set aside: {reason} {count:,}")
        for warning in delivery.warnings:
            typer.echo(f"  warning: {warning}", err=True)
    for name, why in summary.passed_over:
        typer.echo(f"  passed over: {name} ({why})", err=True)
