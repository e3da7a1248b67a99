"""``corridor demo``: a synthetic community, loaded, run and reported."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

app = typer.Typer()

HELP = """Make a synthetic community, load it, run the Ambulatory Specialty Model, write the report.

No data of your own is needed, and none is touched: everything is in the folder DIR. A second call
reuses what is done.

Example: corridor demo --dir corridor-demo
"""


@app.command(help=HELP)
def demo(
    folder: Path = typer.Option(Path("corridor-demo"), "--dir", help="Where the demo keeps its files."),
    beneficiaries: int = typer.Option(3000, "--beneficiaries", min=500, help="People in the community."),
    seed: int = typer.Option(1, "--seed", min=0, help="Another seed is another community."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.cli.progress import Progress
    from corridor.jobs.demo import run_demo

    with Progress(quiet=as_json) as progress:
        outcome = run_demo(folder, beneficiaries, seed, progress)
    if as_json:
        result = {
            "program": "asm",
            "year": outcome.data.performance_year,
            "run_id": outcome.run.run_id,
            "rows": outcome.run.manifest["steps"],
            "assumptions": outcome.data.assumptions,
            "report": outcome.file_names(),
        }
        json.dump(result, sys.stdout, default=str)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(outcome.summary())
