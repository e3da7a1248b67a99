"""``corridor load``: claim files and organisation files into the warehouse."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.sources.summary import LoadSummary

# format -> (module with load(), what it reads)
FORMATS: dict[str, tuple[str, str]] = {
    "cclf": ("corridor.sources.cclf.load", "CMS claim and claim line feeds (files, folders, zips)"),
    "rif": ("corridor.sources.rif.load", "CMS research identifiable files, pipe-delimited"),
    "synpuf": ("corridor.sources.synpuf.load", "CMS DE-SynPUF 2008-2010"),
    "tuva": ("corridor.sources.tuva.load", "the Tuva input layer (CSV or Parquet)"),
    "roster": ("corridor.sources.org.load", "provider roster"),
    "alr": ("corridor.sources.org.load", "assignment list report, table 1-1"),
    "participants": ("corridor.sources.org.load", "ACO participant list"),
    "quality": ("corridor.sources.org.load", "quality results and attestations"),
    "optout": ("corridor.sources.org.load", "data-sharing preferences"),
}

app = typer.Typer()

HELP = """Load claim files and rosters into the warehouse.

Formats: cclf, rif, synpuf, tuva; roster, alr, participants, quality, optout.
Files, folders and zips are taken. A delivery that is loaded already adds nothing.
Rows that cannot be used are set aside with file, line, field and reason, and counted;
a damaged or wrong file is one error, and nothing of its delivery is kept.

Example: corridor load cclf P.A9901.ACO.ZCY24.D240901.T0102030.zip
"""


@app.command(help=HELP)
def load(
    format: str = typer.Argument(..., metavar="FORMAT", help="What the files are: " + ", ".join(FORMATS)),
    paths: list[Path] = typer.Argument(..., metavar="PATH...", help="Files, folders or zips."),
    source_id: str | None = typer.Option(
        None, "--source-id", help="Name of who the data is about; else taken from the file names."
    ),
    set_aside: bool = typer.Option(
        False, "--set-aside", help="Set damaged rows aside instead of refusing their delivery."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Dispatch to the source of that format; the help text stands in HELP."""
    if format not in FORMATS:
        raise CorridorError(
            "LOAD-FORMAT",
            f"Corridor knows no input format called {format}.",
            why="The format decides how the files are read.",
            todo="Use one of: " + ", ".join(FORMATS) + ".",
            field="FORMAT",
        )
    for path in paths:
        if not path.exists():
            raise CorridorError(
                "LOAD-NO-SUCH-FILE",
                "This file or folder does not exist.",
                todo="Check the path; on most systems names are case-sensitive.",
                file=path,
            )
    from corridor.cli.progress import Progress
    from corridor.engine.warehouse import Warehouse

    settings: dict[str, Any] = {"format": format, "set_aside": set_aside}
    if source_id:
        settings["source_id"] = source_id
    room = importlib.import_module(FORMATS[format][0])
    with Progress() as progress:
        summary: LoadSummary = room.load(paths, Warehouse.open(), settings, progress)
    if as_json:
        json.dump(summary.to_dict(), sys.stdout, default=str)
        sys.stdout.write("\n")
    else:
        _print(summary)


def _print(summary: LoadSummary) -> None:
    for delivery in summary.deliveries:
        when = f", files of {delivery.file_date:%Y-%m-%d}" if delivery.file_date else ""
        if not delivery.added:
            typer.echo(f"{delivery.source_id}{when}: loaded already, nothing added.")
            continue
        typer.echo(
            f"{delivery.source_id}{when}: {delivery.rows_in:,} rows in, {delivery.rows_kept:,} kept, "
            f"{delivery.rows_set_aside:,} set aside."
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
