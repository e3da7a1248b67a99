"""``corridor performance``: how clinicians, practices, sites, ACOs and regions compare, from the last run."""

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

HELP = """How clinicians, practices, sites, ACOs and regions compare, with reliability.

Ratios of observed to expected are drawn towards those of peers as far as chance could explain them (the
shrunken ratio). A measure that is not validated at a level, or rests on too few cases, is exploratory:
shown, never ranked. With --id and --people: the people behind a figure, and what was counted of each.

Example: corridor performance --level tin --measure cost

Example: corridor performance --level npi --id 9000000001 --measure acute_admission --people
"""
LEVELS = ("npi", "tin", "site", "aco", "region")
SHOWN = 20


@app.command(help=HELP)
def performance(
    level: str = typer.Option("npi", "--level", help="npi, tin, site, aco or region."),
    measure: str = typer.Option("", "--measure", help="One measure, as in docs/performance.md."),
    entity: str = typer.Option("", "--id", help="One NPI, TIN, site, ACO or region."),
    months: bool = typer.Option(False, "--months", help="The rolling twelve months instead of the year."),
    people: bool = typer.Option(False, "--people", help="The people and events behind a figure; needs --id."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write all rows to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the run; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.law import load_rules
    from corridor.programs.writing import plain
    from corridor.settings import load_settings

    settings = load_settings(config)
    run = open_run(Warehouse.open(settings.home_folder()).home)
    if level not in LEVELS:
        raise CorridorError(
            "PERFORMANCE-LEVEL",
            f"There is no level called {level!r}.",
            todo=f"Name one of {', '.join(LEVELS)}.",
            field="--level",
        )
    if people and (not entity or out is not None):
        raise CorridorError(
            "PERFORMANCE-PEOPLE",
            "--people lists the people of one entity, on the screen only.",
            why="Rows about single people must not leave in a file.",
            todo="Name the entity with --id, and leave --out away.",
            field="--people",
        )
    force = load_rules(["claims", "performance"], overrides=_own(settings.overrides)).in_force(
        performance_year=int(run.manifest["setting"]["performance_year"])
    )
    known = [str(row["measure"]) for row in force.rows("performance.measure")]
    if measure and measure not in known:
        raise CorridorError(
            "PERFORMANCE-MEASURE",
            f"There is no measure called {measure!r}.",
            todo=f"Name one of {', '.join(known)}.",
            field="--measure",
        )
    table = "measures.performance_month" if months else "measures.performance"
    for needed in (table, "measures.performance_roster") if people else (table,):
        if not run.has(needed):
            raise CorridorError(
                "PERFORMANCE-NOT-MADE",
                f"The last complete run did not make {needed}.",
                why="It was limited with --only, or is older than this table.",
                todo="Run again: corridor run",
            )
    rows = _people(run, level, entity, measure) if people else _rows(run, table, level, entity, measure)
    if not rows and entity:
        raise CorridorError(
            "PERFORMANCE-ID",
            f"Nothing is known of the {level} {entity}.",
            why="It answers for none of the loaded people in the measured year.",
            todo=f"List who does: corridor performance --level {level} --limit 50",
            field="--id",
        )
    written: dict[str, Any] = {}
    if out is not None or (as_json and not people):
        from corridor.jobs.tables import key_of, suppress_small_cells

        rows = suppress_small_cells(rows, key_of(table), force.number("claims.cell_size_minimum"))
    if out is not None:
        written = _write(out, table, rows)
    if as_json:
        assumptions = [
            {"rule": name, "about": force[name].about, "status": force[name].status, "cite": force[name].cite}
            for name in force.names("performance")
            if force[name].status not in ("codified", "official")
        ]
        setting = run.manifest["setting"]
        found = {
            "program": None,
            "year": setting["performance_year"],
            "data_year": setting["data_year"],
            "run_id": run.run_id,
            "level": level,
            "rows": [written] if written else rows,
            "assumptions": assumptions,
        }
        json.dump(plain(found), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
    elif out is None:
        _print(rows[:limit], len(rows), people, months)


def _own(overrides: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in overrides.items() if k.partition(".")[0] in ("claims", "performance")}


def _rows(run: Run, table: str, level: str, entity: str, measure: str) -> list[dict[str, Any]]:
    order = "measure, entity_id, month" if table.endswith("_month") else "measure, people desc, entity_id"
    return run.query(
        f"select * from {table} where level = ? and (? = '' or entity_id = ?) and (? = '' or measure = ?) "
        f"order by {order}",
        [level, entity, entity, measure, measure],
    )


def _people(run: Run, level: str, entity: str, measure: str) -> list[dict[str, Any]]:
    """A row a person and measure, the largest excess over expected first, with the first event."""
    return run.query(
        "select value.measure, value.person_id, value.denominator, value.observed, value.expected, "
        "value.dollars, count(event.event_id) as events, min(event.event_date) as first_event, "
        "min(event.event_id) as first_event_id "
        "from measures.performance_roster as roster "
        "join measures.performance_person as value on value.person_id = roster.person_id "
        "left join measures.utilization_event as event on event.person_id = value.person_id "
        "and event.measure = value.measure and event.year = ? "
        "where roster.level = ? and roster.entity_id = ? and (? = '' or value.measure = ?) "
        "group by value.measure, value.person_id, value.denominator, value.observed, value.expected, "
        "value.dollars order by value.measure, value.observed - value.expected desc, value.person_id",
        [int(run.manifest["setting"]["data_year"]), level, entity, measure, measure],
    )


def _write(out: Path, table: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    from corridor.programs.writing import write_results

    write_results(out, {"performance": rows})
    blanked = sum(1 for row in rows if row.get("suppressed"))
    sys.stderr.write(
        f"{counted(len(rows), 'row')} in {out}" + (f", {blanked:,} of them blanked\n" if blanked else "\n")
    )
    return {"table": table, "rows": len(rows), "suppressed": blanked, "file": str(out)}


def _print(rows: list[dict[str, Any]], total: int, people: bool, months: bool) -> None:
    if not rows:
        sys.stdout.write("no rows\n")
        return
    if people:
        heads = [
            "measure",
            "person_id",
            "denominator",
            "observed",
            "expected",
            "dollars",
            "events",
            "first_event",
        ]
    elif months:
        heads = ["measure", "entity_id", "month", "denominator", "observed_rate", "ratio"]
    else:
        heads = [
            "measure",
            "entity_id",
            "people",
            "observed_rate",
            "expected_rate",
            "ratio",
            "shrunken_ratio",
        ]
        heads += ["reliability", "percentile", "note"]
        rows = [{**row, "note": _note(row)} for row in rows]
    cells = [[_text(head, row[head]) for head in heads] for row in rows]
    widths = [max(len(head), *(len(row[at]) for row in cells)) for at, head in enumerate(heads)]
    words = [head in ("measure", "entity_id", "note", "first_event") for head in heads]
    for line in [heads, *cells]:
        placed = [
            cell.ljust(width) if word else cell.rjust(width) for cell, width, word in zip(line, widths, words)
        ]
        sys.stdout.write("  ".join(placed).rstrip() + "\n")
    if total > len(rows):
        sys.stdout.write(f"{total - len(rows):,} more: --limit shows them, --out writes them\n")
    if "expected_basis" in rows[0]:
        sys.stdout.write(f"Expected by {rows[0]['expected_basis']}.\n")


def _note(row: dict[str, Any]) -> str:
    if row["exploratory"]:
        return "exploratory"
    return {"high": "high performer", "low": "low performer"}.get(str(row["performer"]), "")


def _text(head: str, value: Any) -> str:
    from decimal import Decimal

    if value is None:
        return "-"
    if head == "percentile":
        return f"{value:.0f}"
    if isinstance(value, float | Decimal):
        return f"{value:,.3f}" if abs(float(value)) < 100 else f"{value:,.0f}"
    if isinstance(value, int) and head not in ("month", "person_id"):
        return f"{value:,}"
    return str(value)
