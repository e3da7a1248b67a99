"""``corridor changes``: what the newest delivery changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.measures.changes import Changes

app = typer.Typer()

HELP = """What changed between the two newest deliveries of each claim feed.

People who came and went with the reason, months of service whose dollars were restated, the change of
dollars per beneficiary and year (PBPY) by cause, people newly above the high-cost amount, and rows set
aside now and before. Counts and dollars only: nobody is named. Reads the last complete run.

Example: corridor changes

Example: corridor changes --year 2027 --json
"""
MONTHS_SHOWN = 12


@app.command(help=HELP)
def changes(
    source: str | None = typer.Option(None, "--source", help="Only this source, such as A9999."),
    year: int | None = typer.Option(None, "--year", help="Calendar year; default: the newest known to both."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Print the comparison; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.law import load_rules
    from corridor.measures.changes import RULES, read_changes
    from corridor.settings import load_settings

    settings = load_settings(config)
    warehouse = Warehouse.open(settings.home_folder())
    run = open_run(warehouse.home)
    found = read_changes(run, warehouse, source)
    if as_json:
        performance_year = int(run.manifest["setting"]["performance_year"])
        rules = load_rules(["claims", "performance"], overrides=_overrides(run.manifest))
        answer = {
            "program": None,
            "year": performance_year,
            "rows": [one.to_dict() for one in found],
            "assumptions": rules.in_force(performance_year=performance_year).assumptions(RULES),
        }
        json.dump(answer, sys.stdout, default=str)
        sys.stdout.write("\n")
        return
    if not found:
        sys.stdout.write(
            "No claim feed has two deliveries yet: there is nothing to compare. Load the next one with "
            "corridor load cclf, then corridor run.\n"
        )
    for one in found:
        _print(one, year)


def _overrides(manifest: dict[str, Any]) -> dict[str, Any]:
    given = manifest.get("law", {}).get("overrides") or {}
    return {name: value for name, value in given.items() if name.startswith(("claims.", "performance."))}


def _print(one: Changes, year: int | None) -> None:
    from corridor.measures.changes import CAUSES

    write = sys.stdout.write
    write(f"{one.source_id}: files of {one.newest_date} against those of {one.previous_date}\n\nPeople\n")
    for direction in ("in", "out"):
        reasons = one.people.get(direction, {})
        write(f"  {direction:<4}{sum(reasons.values()):>10,}")
        text = "; ".join(f"{reason} {count:,}" for reason, count in reasons.items())
        write(f"  {text}\n" if text else "\n")
    _months(one)
    shown = [row for row in one.pbpy if year in (None, row["year"])]
    if year is not None and not shown:
        known = ", ".join(str(row["year"]) for row in one.pbpy) or "none"
        write(f"\nDollars per beneficiary and year: not of {year}; both deliveries knew {known}\n")
    for row in shown if year is not None else shown[-1:]:
        write(f"\nDollars per beneficiary and year, {row['year']}, Parts A and B as paid so far\n")
        write(f"  {'before':<16}{row['before']:>14,.2f}\n")
        for cause in CAUSES:
            write(f"  {cause.replace('_', ' '):<16}{row[cause]:>+14,.2f}\n")
        write(f"  {'now':<16}{row['now']:>14,.2f}\n")
    write("\nNewly high-cost\n")
    for row in one.high_cost:
        write(
            f"  {row['year']}  {counted(row['people'], 'person', 'people')}, {row['amount']:,.2f} dollars "
            f"(from {row['threshold_amount']:,.0f} a year)\n"
        )
    if not one.high_cost:
        write("  nobody\n")
    write("\nRows set aside\n")
    for side in ("previous", "newest"):
        reasons = one.rejects[side]
        text = "; ".join(f"{reason} {count:,}" for reason, count in reasons.items()) or "none"
        write(f"  {side:<10}{sum(reasons.values()):>8,}  {text}\n")


def _months(one: Changes) -> None:
    write = sys.stdout.write
    write("\nMonths of service, dollars\n")
    columns = ("before", "new claims", "adjusted", "cancelled", "now")
    write(f"  {'month':<8}" + "".join(f"{name:>16}" for name in columns) + "\n")
    names = ("before_amount", "new_claim_amount", "adjustment_amount", "cancellation_amount", "now_amount")
    for row in one.months[-MONTHS_SHOWN:]:
        write(f"  {row['service_month']:<8}" + "".join(f"{row[name]:>16,.2f}" for name in names) + "\n")
    older = one.months[:-MONTHS_SHOWN]
    if older:
        change = sum(row["change_amount"] for row in older)
        write(f"  {len(older)} earlier months changed by {change:,.2f} together (all of them: --json)\n")
