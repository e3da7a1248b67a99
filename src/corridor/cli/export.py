"""corridor export: the claims of the last complete run in the layout of others."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from corridor.errors import CorridorError

app = typer.Typer()
LAYOUTS = ("tuva",)


@app.command()
def export(
    layout: str = typer.Argument(..., metavar="LAYOUT", help="tuva: the input layer of the Tuva project."),
    out: Path = typer.Option(..., "--out", help="Folder to write to; it must be new or empty."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="Print what was written as one JSON object."),
) -> None:
    """Write the claims of the last complete run as tables of another layout.

    tuva writes medical_claim, pharmacy_claim and eligibility as Parquet, with 25 columns of
    diagnoses and procedures. People carry the number Corridor gave them, not CMS's.

    Example: corridor export tuva --out tuva-tables
    """
    if layout not in LAYOUTS:
        raise CorridorError(
            "EXPORT-LAYOUT",
            f"Corridor writes no layout called {layout}.",
            todo=f"Use {', '.join(LAYOUTS)}.",
            field="LAYOUT",
        )
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.jobs.export_tuva import export_tuva
    from corridor.settings import load_settings

    run = open_run(Warehouse.open(load_settings(config).home_folder()).home)
    rows = export_tuva(run, out)
    if as_json:
        found = [
            {"table": name, "rows": count, "file": str(out / f"{name}.parquet")}
            for name, count in rows.items()
        ]
        setting = run.manifest["setting"]
        answer = {"program": None, "year": setting["performance_year"], "rows": found, "assumptions": []}
        json.dump(answer, sys.stdout)
        sys.stdout.write("\n")
        return
    for name, count in rows.items():
        typer.echo(f"  {name:<16} {count:>12,} rows  {out / f'{name}.parquet'}")
