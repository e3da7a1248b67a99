"""``corridor tieout``: what the loaded files hold, lack and can carry, on one page."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

app = typer.Typer()

HELP = """Show whether the load can be trusted: rows in, kept and set aside with the reason, control totals,
dollars by claim type and month, complete months, what the files lack by design, and which results each
source can carry.

Dollars and months come from the last complete run; without one the rest is shown.

Example: corridor tieout --html tieout.html
"""


@app.command(help=HELP)
def tieout(
    html: Path | None = typer.Option(
        None, "--html", metavar="FILE", help="Also write the page to this file."
    ),
    config: Path | None = typer.Option(
        None, "--config", help="Settings file; default: ./corridor.toml if any."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Print the tie-out of the warehouse, and write its page where --html asks for it."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.reports.tieout import read_tieout
    from corridor.settings import load_settings

    home = Warehouse.open(load_settings(config).home_folder()).home
    try:
        run = open_run(home)
    except CorridorError as error:
        if error.code != "NO-RUN":
            raise
        run = None
    found = read_tieout(home, run)
    if html is not None:
        from corridor.reports.html import tieout_html
        from corridor.reports.write import write_whole

        try:
            write_whole(html, tieout_html(found))
        except OSError as error:
            raise CorridorError(
                "TIEOUT-FILE",
                f"The page could not be written: {error.strerror or error}.",
                why="Nothing else was changed.",
                todo="Name a file in a folder that can be written.",
                file=html,
            ) from error
    if as_json:
        json.dump(
            {"program": None, "year": None, "assumptions": [], **found.to_dict()}, sys.stdout, default=str
        )
        sys.stdout.write("\n")
        return
    from corridor.reports.tieout_text import tieout_text

    sys.stdout.write(tieout_text(found))
    if html is not None:
        sys.stdout.write(f"\nPage: {html}\n")
