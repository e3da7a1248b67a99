"""``corridor table``: the tables of the last complete run, listed, looked into, written to a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

app = typer.Typer()

HELP = """List the tables of the last complete run, or show the rows of one.

Rows come in the order of the table's key. With --out they all go to a file (.xlsx, .csv, .parquet or .json);
rows that rest on fewer beneficiaries than the cell-size policy allows are blanked there and marked.

Example: corridor table population.pbpy

Example: corridor table measures.performance --where level=npi --out performance.xlsx
"""
SHOWN = 20
WIDEST = 28


@app.command(help=HELP)
def table(
    table: str = typer.Argument("", metavar="[NAME]", help="The table, as docs/steps.md names it."),
    where: list[str] = typer.Option(
        [], "--where", metavar="COLUMN=VALUE", help="Only such rows; repeatable."
    ),
    columns: str = typer.Option("", "--columns", help="Only these columns, with commas between."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write all rows to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.jobs.tables import key_of, list_tables, rows_of, suppress_small_cells
    from corridor.law import load_rules
    from corridor.programs.writing import write_results
    from corridor.settings import load_settings

    run = open_run(Warehouse.open(load_settings(config).home_folder()).home)
    if not table:
        listed = list_tables(run)
        if as_json:
            _json([vars(one) for one in listed], run.manifest)
        else:
            width = max(len(one.table) for one in listed)
            for one in listed:
                sys.stdout.write(f"{one.table:<{width}}  {one.rows:>12,}  {one.makes}\n")
        return
    tests = {}
    for test in where:
        column, sign, value = test.partition("=")
        if not sign:
            raise CorridorError(
                "TABLE-WHERE",
                f"{test!r} is no COLUMN=VALUE.",
                todo="For example: --where level=npi",
                field="--where",
            )
        tests[column.strip()] = value.strip()
    chosen = [part.strip() for part in columns.split(",") if part.strip()]
    if out is not None:
        rows = rows_of(run, table, tests, chosen)
        force = load_rules(["claims"]).in_force(
            performance_year=int(run.manifest["setting"]["performance_year"])
        )
        kept = suppress_small_cells(rows, key_of(table), force.number("claims.cell_size_minimum"))
        write_results(out, {table.replace(".", " "): kept})
        blanked = sum(1 for row in kept if row.get("suppressed"))
        sys.stderr.write(
            f"{len(kept):,} rows in {out}" + (f", {blanked:,} of them blanked\n" if blanked else "\n")
        )
        if "person_id" in (kept[0] if kept else {}):
            sys.stderr.write("One row a person: keep this file inside the organization.\n")
        return
    rows = rows_of(run, table, tests, chosen, limit)
    if as_json:
        _json(rows, run.manifest)
    else:
        _print(rows)


def _json(rows: list[dict[str, Any]], manifest: dict[str, Any]) -> None:
    programs = manifest.get("law", {}).get("programs") or [None]
    found = {
        "program": programs[0],
        "year": manifest["setting"]["performance_year"],
        "run_id": manifest["run_id"],
        "rows": rows,
        "assumptions": [],
    }
    json.dump(found, sys.stdout, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)


def _print(rows: list[dict[str, Any]]) -> None:
    if not rows:
        sys.stdout.write("no rows\n")
        return
    import shutil

    cells = [[_text(value) for value in row.values()] for row in rows]
    heads = list(rows[0])
    widths = [min(max(len(head), *(len(row[i]) for row in cells)), WIDEST) for i, head in enumerate(heads)]
    room = shutil.get_terminal_size((120, 24)).columns
    fits = 0
    used = 0
    while fits < len(heads) and used + widths[fits] + 2 <= max(room, widths[0] + 2):
        used += widths[fits] + 2
        fits += 1
    if fits == len(heads):
        for row in [heads, *cells]:
            sys.stdout.write("  ".join(cell[:w].ljust(w) for cell, w in zip(row, widths)).rstrip() + "\n")
        return
    name_width = max(len(head) for head in heads)
    for place, row in enumerate(cells, start=1):  # too wide for the terminal: one column a line
        sys.stdout.write(f"row {place}\n")
        for head, cell in zip(heads, row):
            sys.stdout.write(f"  {head:<{name_width}}  {cell}\n")


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return str(value)
