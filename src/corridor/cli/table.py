"""``corridor table``: the tables of the last complete run, listed, looked into, written to a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.engine.runs import Run

app = typer.Typer()

HELP = """List the tables of the last complete run, or show the rows of one.

Rows come in the order of the table's key. With --out they all go to a file (.xlsx, .csv, .parquet or .json);
there, and under --json, rows that rest on fewer beneficiaries than the cell-size policy allows are blanked
and marked.

Example: corridor table population.pbpy

Example: corridor table measures.performance --where level=npi --out performance.xlsx
"""
SHOWN = 20
WIDEST = 28
LEAST = 0.0001  # what four decimals show
ONE_COLUMN_A_LINE = 3  # rows of a table wider than the terminal that are shown so


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
    from corridor.jobs.tables import count_rows, list_tables, rows_of
    from corridor.programs.writing import write_results
    from corridor.settings import load_settings

    if not table and (where or columns or out is not None):
        raise typer.BadParameter("--where, --columns and --out need the name of a table.", param_hint="NAME")
    run = open_run(Warehouse.open(load_settings(config).home_folder()).home)
    if not table:
        listed = list_tables(run)
        if as_json:
            _json([vars(one) for one in listed], run, [])
        else:
            width = max(len(one.table) for one in listed)
            for one in listed:
                sys.stdout.write(f"{one.table:<{width}}  {one.rows:>12,}  {one.makes}\n")
        return
    tests = _tests(where)
    chosen = [part.strip() for part in columns.split(",") if part.strip()]
    if out is None and not as_json:
        rows = rows_of(run, table, tests, chosen, limit)
        total = count_rows(run, table, tests)
        _print(rows, total)
        return
    kept, names, blanked = _to_leave(run, table, tests, chosen, None if out is not None else limit)
    if out is not None:
        write_results(out, {table.replace(".", " "): kept}, names)
        sys.stderr.write(
            f"{counted(len(kept), 'row')} in {out}"
            + (f", {blanked:,} of them blanked\n" if blanked else "\n")
        )
        if "person_id" in names:
            sys.stderr.write("One row a person: keep this file inside the organization.\n")
    if as_json:
        written = [{"table": table, "rows": len(kept), "suppressed": blanked, "file": str(out)}]
        _json(kept if out is None else written, run, _assumptions(run, table))


def _tests(where: list[str]) -> dict[str, str]:
    from corridor.errors import CorridorError

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
    return tests


def _to_leave(
    run: Run, table: str, tests: dict[str, str], chosen: list[str], limit: int | None
) -> tuple[list[dict[str, Any]], list[str], int]:
    """The rows with small cells blanked, their columns, and how many are blanked.

    What decides on blanking is read even where --columns leaves it out.
    """
    from corridor.jobs.tables import (
        SUPPRESSED,
        columns_of,
        counting_columns,
        key_of,
        rows_of,
        suppress_small_cells,
    )
    from corridor.law import load_rules

    rows_of(run, table, tests, chosen, 0)  # refuses what is not there
    deciding = counting_columns(run, table)
    wanted = [*chosen, *(column for column in deciding if column not in chosen)] if chosen else []
    rows = rows_of(run, table, tests, wanted, limit)
    force = load_rules(["claims"]).in_force(performance_year=int(run.manifest["setting"]["performance_year"]))
    kept = suppress_small_cells(rows, key_of(table), force.number("claims.cell_size_minimum"))
    blanked = sum(1 for row in kept if row.get(SUPPRESSED))
    names = list(chosen or columns_of(run, table)) + ([SUPPRESSED] if deciding else [])
    names = list(dict.fromkeys(names))
    return [{column: row[column] for column in names} for row in kept], names, blanked


def _assumptions(run: Run, table: str) -> list[dict[str, Any]]:
    """What is neither codified nor official of the rules under a table, as they stood in the run."""
    from corridor.jobs.context import SHARED_RULES
    from corridor.jobs.tables import rules_of
    from corridor.law import load_rules, programs_with_rules

    law = run.manifest.get("law", {})
    programs = {*SHARED_RULES, *law.get("programs", [])} & set(programs_with_rules())
    rules = load_rules(sorted(programs), overrides=law.get("overrides") or {})
    force = rules.in_force(performance_year=int(run.manifest["setting"]["performance_year"]))
    return force.assumptions(rule for rule in rules_of(table) if rule in force)


def _json(rows: list[dict[str, Any]], run: Run, assumptions: list[dict[str, Any]]) -> None:
    from corridor.programs.writing import plain

    programs = run.manifest.get("law", {}).get("programs") or [None]
    found = {
        "program": programs[0],
        "year": run.manifest["setting"]["performance_year"],
        "run_id": run.run_id,
        "rows": rows,
        "assumptions": assumptions,
    }
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _print(rows: list[dict[str, Any]], total: int) -> None:
    """Rows as lines, as wide as the terminal; few rows of a wider table have a line a column."""
    write = sys.stdout.write
    if not rows:
        write("no rows\n" if not total else f"{counted(total, 'row')}\n")
        return
    import shutil

    heads = list(rows[0])
    figures = [any(_is_number(row[head]) for row in rows) for head in heads]
    cells = [[_text(head, row[head]) for head in heads] for row in rows]
    widths = [min(max(len(head), *(len(row[i]) for row in cells)), WIDEST) for i, head in enumerate(heads)]
    room = shutil.get_terminal_size((120, 24)).columns
    fits = 0
    used = 0
    while fits < len(heads) and used + widths[fits] <= max(room, widths[0]):
        used += widths[fits] + 2
        fits += 1
    if fits < len(heads) and len(rows) <= ONE_COLUMN_A_LINE:
        name_width = max(len(head) for head in heads)
        for place, row in enumerate(cells, start=1):
            write(f"row {place}\n")
            for head, cell in zip(heads, row):
                write(f"  {head:<{name_width}}  {cell}\n")
    else:
        for row in [heads, *cells]:
            line = (
                cell[:width].rjust(width) if figure else cell[:width].ljust(width)
                for cell, width, figure in zip(row[:fits], widths, figures)
            )
            write("  ".join(line).rstrip() + "\n")
        if fits < len(heads):
            write(f"More columns (--columns shows them, --out writes all): {', '.join(heads[fits:])}\n")
    if total > len(rows):
        write(f"{len(rows):,} of {total:,} rows: --limit shows more, --out writes all\n")


def _is_number(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _text(head: str, value: Any) -> str:
    from decimal import Decimal

    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, float):
        if abs(value) >= 1000:
            return f"{value:,.2f}"
        if 0 < abs(value) < LEAST:
            return f"{value:.2g}"
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and not head.endswith(("year", "month", "_id", "_number", "hcc")):
        return f"{value:,}"
    return str(value)
