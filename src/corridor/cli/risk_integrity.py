"""``corridor risk-integrity``: risk against its cap, recapture with its evidence, signs of coding growth."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

from corridor.words import counted

app = typer.Typer()

HELP = """Risk-adjustment integrity, from the last run.

cap: growth of risk since the base year against demographic growth and the cap, by ACO. trend: the scores
under it by enrolment type. recapture: chronic conditions on claims of the years before that no claim of
the year carries, by who answers for the people. signs: panels whose coding grew in a way that asks for a
second look. Nothing is listed that no claim carries. With --people: the conditions of single people of
one practice or clinician with the claim behind each, on the screen only.

Example: corridor risk-integrity --view recapture --tin 123456789

Example: corridor risk-integrity --view recapture --npi 9000000001 --people
"""
SHOWN = 20


@app.command(help=HELP)
def risk_integrity(
    view: str = typer.Option("cap", "--view", help="cap, trend, recapture or signs."),
    aco: str = typer.Option("", "--aco", help="One ACO."),
    tin: str = typer.Option("", "--tin", help="One practice."),
    npi: str = typer.Option("", "--npi", help="One clinician."),
    people: bool = typer.Option(False, "--people", help="Recapture, person by person; needs --npi or --tin."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write all rows to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.jobs.integrity import PEOPLE, VIEWS, integrity_rows, integrity_suppressed, recapture_people
    from corridor.jobs.tables import rules_of
    from corridor.law import load_rules
    from corridor.settings import load_settings

    if people and (out is not None or not (npi or tin) or view not in ("cap", "recapture")):
        raise CorridorError(
            "INTEGRITY-PEOPLE",
            "--people lists conditions of the people of one clinician or practice, on the screen only.",
            why="Rows about single people must not leave in a file.",
            todo="Use it with --view recapture and --npi or --tin, and leave --out away.",
            field="--people",
        )
    settings = load_settings(config)
    run = open_run(Warehouse.open(settings.home_folder()).home)
    setting = run.manifest["setting"]
    own = {name: value for name, value in settings.overrides.items() if name.partition(".")[0] in PROGRAMS}
    force = load_rules(list(PROGRAMS), overrides=own).in_force(int(setting["performance_year"]))
    head: dict[str, Any] = {
        "program": None, "year": int(setting["data_year"]), "run_id": run.run_id,
        "view": "recapture" if people else view,
    }  # fmt: skip
    if people:
        rows = recapture_people(run, aco, tin, npi)
        heads: tuple[str, ...] = PEOPLE
    else:
        rows, heads = integrity_rows(run, view, aco, tin, npi), VIEWS[view][1]
    if not people and (out is not None or as_json):
        rows = integrity_suppressed(view, rows, force.number("claims.cell_size_minimum"))
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {view: rows}, heads)
        sys.stderr.write(f"{counted(len(rows), 'row')} in {out}\n")
    if as_json:
        from corridor.programs.writing import plain

        table = "integrity.recapture" if people else VIEWS[view][0]
        assumed = force.assumptions([name for name in rules_of(table) if name in force])
        shown = rows if out is None else [{"rows": len(rows), "file": str(out)}]
        json.dump(plain({**head, "rows": shown, "assumptions": assumed}), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
    elif out is None:
        _print(heads, rows, limit, head["view"])


PROGRAMS = ("claims", "risk", "mssp", "integrity")
NOTES = {
    "cap": "Growth since the base year, over enrolment types; what a score from claims leaves out: "
    "docs/risk-integrity.md",
    "trend": "Scores from claims are demographic and disease parts, without interactions.",
    "recapture": "Each rests on a claim of an earlier year (--people shows it). What is no longer present is "
    "not to be recorded.",
    "signs": "A flag asks for a second look at records; it says nothing of intent: docs/risk-integrity.md",
}


def _print(heads: tuple[str, ...], rows: list[dict[str, Any]], limit: int, view: str) -> None:
    if not rows:
        sys.stdout.write(
            "nothing to show; it takes risk tables and claims of two years (docs/risk-integrity.md)\n"
        )
        return
    cells = [[_text(row.get(head)) for head in heads] for row in rows[:limit]]
    widths = [max(len(head), *(len(line[at]) for line in cells), 0) for at, head in enumerate(heads)]
    for line in [list(heads), *cells]:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n")
    if len(rows) > limit:
        sys.stdout.write(f"{len(rows) - limit:,} more: --limit shows them\n")
    sys.stdout.write(NOTES[view] + "\n")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
