"""corridor reference: public files, installed and listed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.reference.outcome import Outcome

HELP = """Install and list public reference files.

Example: corridor reference add asm_participants_2027_final.csv
"""
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help=HELP,
)

# What every JSON answer carries; reference files belong to no program and no year.
NO_PROGRAM: dict[str, Any] = {"program": None, "year": None, "assumptions": []}


@app.command()
def add(
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="Files, folders or zips."),
    name: str | None = typer.Option(None, "--name", help="Which reference it is; else found by its columns."),
    vintage: str | None = typer.Option(
        None, "--vintage", help="Edition: 2026, 2026-10, 2026C-nonqp; else read off the file name."
    ),
    stage: str | None = typer.Option(None, "--stage", help="Of an ASM list: preliminary or final."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Install public reference files: the fee schedule, ASM lists, areas, payments by provider, codes.

    Layout documents, files that are installed already, and files of a folder that Corridor has no use for
    are passed over with a line each; the exit status is 1 where a file is refused. What is installed
    beside it stays.

    Example: corridor reference add asm_participants_2027_final.csv
    """
    from corridor.cli.progress import Progress
    from corridor.engine.warehouse import Warehouse
    from corridor.reference.add import add_references
    from corridor.settings import load_settings

    if stage not in (None, "preliminary", "final"):
        raise CorridorError(
            "REFERENCE-STAGE",
            f"There is no stage {stage!r}.",
            todo="Use preliminary or final.",
            field="--stage",
        )
    settings = load_settings(None)
    warehouse = Warehouse.open(settings.home_folder())
    published = settings.overrides.get("mips.performance_benchmark_published")
    with Progress(quiet=as_json) as progress:
        outcomes = add_references(files, warehouse, name, vintage, stage, progress, published)
    refused = [outcome for outcome in outcomes if outcome.status == "refused"]
    if as_json:
        found = {"rows": [o.to_dict() for o in outcomes], "refused": len(refused)}
        json.dump({**NO_PROGRAM, **found}, sys.stdout, default=str)
        sys.stdout.write("\n")
    else:
        said: set[str] = set()
        for outcome in outcomes:
            _say(outcome, said)
    if refused:
        raise typer.Exit(1)


def _say(outcome: Outcome, said: set[str]) -> None:
    """A line an outcome; the same advice is given once (``said``), however many files are refused."""
    if outcome.status in ("added", "replaced"):
        aside = f", {outcome.rows_set_aside:,} set aside" if outcome.rows_set_aside else ""
        word = "row" if outcome.rows == 1 else "rows"
        whole = f" ({outcome.rows_in_table:,} in the table)" if outcome.rows_in_table != outcome.rows else ""
        what = f"{outcome.reference} {outcome.vintage}: {outcome.rows:,} {word}{whole}{aside}"
        typer.echo(f"{outcome.status:<9} {what}  {outcome.file}")
        for warning in outcome.warnings:
            typer.echo(f"  warning: {warning}", err=True)
    elif outcome.error is not None:
        if outcome.error.todo in said:
            typer.echo(f"refused   {outcome.file}: {outcome.error.code}, as above", err=True)
        else:
            said.add(outcome.error.todo)
            typer.echo(f"refused   {outcome.file}", err=True)
            typer.echo(outcome.error.text(), err=True)
    else:
        typer.echo(f"{outcome.status}: {outcome.file} ({outcome.why})")


@app.command("list")
def list_references(
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What Corridor can use, and what of it is installed.

    Example: corridor reference list
    """
    from corridor.engine.warehouse import Warehouse
    from corridor.reference import catalogue, installed
    from corridor.settings import load_settings

    warehouse = Warehouse.open(load_settings(None).home_folder())
    rows: list[dict[str, Any]] = []
    for name, reference in catalogue().items():
        vintages = [
            {
                "vintage": one.vintage,
                "rows": one.rows,
                "installed_at": one.record["installed_at"],
                "files": [file["name"] for file in one.record["files"]],
                **_said(one.record.get("edition") or {}),
            }
            for one in installed(warehouse, name)
        ]
        rows.append(
            {
                "name": name,
                "about": reference.about,
                "source": reference.source,
                "columns": {c.headers[0]: c.type for c in reference.layout.columns},
                "needed": [c.headers[0] for c in reference.layout.required],
                "table": dict(reference.columns),
                "key": list(reference.key),
                "installed": vintages,
            }
        )
    if as_json:
        json.dump({**NO_PROGRAM, "home": str(warehouse.home), "rows": rows}, sys.stdout)
        sys.stdout.write("\n")
        return
    for row in rows:
        found = "; ".join(_vintage(one) for one in row["installed"])
        typer.echo(f"{row['name']:<26} {found or 'not installed'}")
        typer.echo(f"  {row['about']}")


def _said(edition: dict[str, Any]) -> dict[str, Any]:
    """What a file of the fee schedule says of itself; null for the others."""
    return {key: edition.get(key) for key in ("variant", "basis", "released", "checked")}


def _vintage(one: dict[str, Any]) -> str:
    """2026C-nonqp (19,356 rows, nonqp)."""
    rows = f"{one['rows']:,} {'row' if one['rows'] == 1 else 'rows'}"
    said = [word for word in (one["variant"], one["basis"]) if word not in (None, "single")]
    return f"{one['vintage']} ({', '.join([rows, *said])})"
