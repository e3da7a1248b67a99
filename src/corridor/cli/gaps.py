"""``corridor gaps``: patients of a measure that do not count yet, what closes them, what they are worth."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.jobs.gaps import Gaps

app = typer.Typer()

HELP = """Care gaps: patients in the denominator of a measure that do not count yet, from the last run.

One row a clinician (or practice, or entity) and measure, most dollars first: how many are not met, how
many not captured, the rate now and with every gap closed that can be, the score points and dollars
between. With --people: the patients behind the gaps of one clinician or practice, on the screen only.

Example: corridor gaps --measure 236

Example: corridor gaps --npi 9000000001 --people
"""
SHOWN = 20
_HEADS = (
    "place", "tin", "npi", "measure_id", "collection_type", "gaps", "not_met", "not_captured", "closable",
    "rate", "rate_closed", "measure_points", "measure_points_closed", "score_points", "dollars",
)  # fmt: skip


@app.command(help=HELP)
def gaps(
    tin: str = typer.Option("", "--tin", help="One practice."),
    npi: str = typer.Option("", "--npi", help="One clinician."),
    measure: str = typer.Option("", "--measure", help="One measure, such as 236."),
    level: str = typer.Option(
        "", "--level", help="clinician, practice or entity (default: the first with results)."
    ),
    year: int | None = typer.Option(None, "--year", help="Performance year (default: that of the run)."),
    people: bool = typer.Option(False, "--people", help="The patients; needs --npi or --tin."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write all rows to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.jobs.gaps import find_gaps, level_of, people_of, year_of
    from corridor.jobs.quality import rules_of_run
    from corridor.settings import load_settings

    if people and (out is not None or not (npi or tin)):
        raise CorridorError(
            "GAPS-PEOPLE",
            "--people lists the patients of one clinician or practice, on the screen only.",
            why="Rows about single people must not leave in a file.",
            todo="Name the clinician with --npi or the practice with --tin, and leave --out away.",
            field="--people",
        )
    settings = load_settings(config)
    run = open_run(Warehouse.open(settings.home_folder()).home)
    of_year = year_of(run, year)
    of_level = level_of(run, of_year, level)
    force = rules_of_run(run, of_year)
    if people:
        rows = people_of(run, of_year, of_level, tin=tin, npi=npi, measure=measure)
        if as_json:
            _json({"year": of_year, "run_id": run.run_id, "rows": rows, "basis": [], "assumptions": []})
        else:
            _print_people(rows[:limit], len(rows))
        return
    found = find_gaps(run, force, of_year, of_level, tin=tin, npi=npi, measure=measure)
    if out is None and not as_json:
        _print(found, limit)
        return
    from corridor.jobs.quality import without_small_counts

    rows = without_small_counts(found.rows, force)
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {"gaps": rows}, _HEADS)
        blanked = sum(1 for row in rows if row["suppressed"])
        also = f", {blanked:,} of them blanked" if blanked else ""
        sys.stderr.write(f"{counted(len(rows), 'row')} in {out}{also}\n")
    if as_json:
        rows = rows if out is None else [{"rows": len(rows), "file": str(out)}]
        _json(
            {
                "year": found.year,
                "run_id": found.run_id,
                "rows": rows,
                "basis": found.basis,
                "assumptions": force.assumptions(sorted(rule for rule in found.rules if rule in force)),
            }
        )


def _json(found: dict[str, Any]) -> None:
    from corridor.programs.writing import plain

    json.dump(plain({"program": None, **found}), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _print(found: Gaps, limit: int) -> None:
    if not found.rows:
        sys.stdout.write("no gaps\n")
        return
    also = ("entity_id", "stratum")  # shown where there is one: without it rows look alike
    shown = [head for head in also if any(row[head] for row in found.rows)]
    _table((*_HEADS[:3], *shown, *_HEADS[3:]), found.rows[:limit])
    if len(found.rows) > limit:
        sys.stdout.write(f"{len(found.rows) - limit:,} more: --limit shows them, --out writes them\n")
    unknown = sum(1 for row in found.rows if not row["patients_known"])
    if unknown:
        sys.stdout.write(
            f"{counted(unknown, 'row')} from counts alone: which patients they are is not loaded\n"
        )
    for line in found.basis:
        sys.stdout.write(f"{line}\n")


def _print_people(rows: list[dict[str, Any]], total: int) -> None:
    if not rows:
        sys.stdout.write("no gaps\n")
        return
    heads = ("measure_id", "person_id", "event_date", "gap", "missing_element", "closable", "closes")
    _table(heads, rows)
    if total > len(rows):
        sys.stdout.write(f"{total - len(rows):,} more: --limit shows them\n")


def _table(heads: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    cells = [[_text(head, row[head]) for head in heads] for row in rows]
    widths = [max(len(head), *(len(line[at]) for line in cells), 0) for at, head in enumerate(heads)]
    for line in [list(heads), *cells]:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n")


def _text(head: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if head.startswith("dollars") else f"{value:,.2f}"
    return str(value)
