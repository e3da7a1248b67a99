"""``corridor asm-pack``: what ASM asks a practice to have by the deadline, item by item, and what lacks."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.jobs.asm_pack import Pack

app = typer.Typer()

HELP = """The ASM pack of the last run: measures, activities, arrangements, interoperability, clocks.

One row an item, what is open and costs most first: where it stands, its last day, who has it, the score
points and dollars lost while it alone stays open. Evidence and the register of arrangements are loaded
with corridor load asm-evidence; measures with corridor load quality-results.

Example: corridor asm-pack --tin 900000001

Example: corridor asm-pack --out pack.xlsx
"""
SHOWN = 40
_HEADS = (
    "tin",
    "npi",
    "area",
    "item",
    "standing",
    "due",
    "owner",
    "score_points_lost",
    "dollars_lost",
    "detail",
)


@app.command(help=HELP)
def asm_pack(
    tin: str = typer.Option("", "--tin", help="One practice."),
    npi: str = typer.Option("", "--npi", help="One clinician; items of the practice stay."),
    on: datetime | None = typer.Option(
        None, "--on", formats=["%Y-%m-%d"], help="Look from this day (default: today)."
    ),
    open_only: bool = typer.Option(False, "--open", help="Only what is not done."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(
        None,
        "--out",
        metavar="FILE",
        help="Write items and totals to this file (.xlsx, .csv, .parquet, .json).",
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.engine.warehouse import Warehouse
    from corridor.jobs.asm_pack import asm_pack as make
    from corridor.jobs.asm_pack import record
    from corridor.programs.writing import write_results
    from corridor.settings import load_settings

    home = Warehouse.open(load_settings(config).home_folder()).home
    pack = make(home, on.date() if on else date.today(), tin=tin, npi=npi)
    items = [item for item in pack.items if not open_only or item.standing != "done"]
    rows = [record(item) for item in items]
    if out is not None:
        write_results(out, {"items": rows, "totals": pack.totals})
        sys.stderr.write(f"{counted(len(rows), 'item')} in {out}\n")
    if as_json:
        _json(pack, rows if out is None else [{"items": len(rows), "file": str(out)}], home)
    elif out is None:
        _print(pack, rows, limit)


def _json(pack: Pack, rows: list[dict[str, Any]], home: Path) -> None:
    from corridor.engine.runs import open_run
    from corridor.jobs.quality import rules_of_run
    from corridor.programs.writing import plain

    force = rules_of_run(open_run(home), pack.year)
    found = {
        "program": "asm",
        "year": pack.year,
        "run_id": pack.run_id,
        "rows": rows,
        "totals": pack.totals,
        "hours_typical": pack.hours_typical,
        "notes": pack.notes,
        "assumptions": force.assumptions(sorted(rule for rule in pack.rules if rule in force)),
    }
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _print(pack: Pack, rows: list[dict[str, Any]], limit: int) -> None:
    cells = [[_text(row[head]) for head in _HEADS] for row in rows[:limit]]
    widths = [max(len(head), *(len(line[at]) for line in cells), 0) for at, head in enumerate(_HEADS)]
    for line in [list(_HEADS), *cells]:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n")
    if len(rows) > limit:
        sys.stdout.write(f"{len(rows) - limit:,} more: --limit shows them, --out writes them\n")
    done = sum(1 for item in pack.items if item.standing == "done")
    told = sum(item.hours or 0.0 for item in pack.items)
    sys.stdout.write(
        f"{done:,} of {counted(len(pack.items), 'item')} done; {told:g} hours stated, about "
        f"{pack.hours_typical:g} a participant and year are typical\n"
    )
    for note in pack.notes:
        sys.stdout.write(f"{note}\n")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
