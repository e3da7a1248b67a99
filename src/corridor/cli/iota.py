"""corridor iota: what a transplant hospital's own lists say."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
AS_OF = typer.Option(None, "--as-of", formats=["%Y-%m-%d"], help="Up to this day; default: today.")
CONFIG = typer.Option(None, "--config", help="corridor.toml.")
AS_JSON = typer.Option(False, "--json", help="One JSON object on stdout.")
TRANSPLANTS = typer.Argument(..., metavar="FILE", help="Transplants (corridor template iota_transplants).")
WAITLIST = typer.Argument(..., metavar="FILE", help="Rows of corridor template iota_waitlist.")


@app.command()
def count(
    file: Path = TRANSPLANTS,
    hospital: str = typer.Option("hospital", "--hospital", help="The hospital's number, echoed unchanged."),
    year: int = typer.Option(2026, "--year", help="The year it begins in, or its number (1 to 6)."),
    as_of: datetime | None = AS_OF,
    config: Path | None = CONFIG,
    as_json: bool = AS_JSON,
) -> None:
    """Count a list of transplants into the columns of the form iota.

    Example: corridor iota count transplants.csv --hospital 999901 --year 2026
    """
    from corridor.engine.tabular.form import read_form
    from corridor.programs.iota.compute import year_of
    from corridor.programs.iota.organ import COUNT_RULES
    from corridor.programs.iota.organ import count as counted

    rules = _rules(config)
    force = rules.in_force(year_of(year, rules))
    form = read_form(file, "iota_transplants")
    row = counted(form, force, hospital, _day(as_of))
    if as_json:
        answer = {"program": "iota", "year": force.performance_year, "rows": [row]}
        _json({**answer, "assumptions": force.assumptions(COUNT_RULES)})
        return
    typer.echo("\n".join(f"{name:<26} {value}" for name, value in row.items()))
    typer.echo("An estimate: CMS takes OPTN, SRTR and claims. Enter it in corridor template iota.")


@app.command()
def notices(
    file: Path = WAITLIST,
    as_of: datetime | None = AS_OF,
    config: Path | None = CONFIG,
    as_json: bool = AS_JSON,
) -> None:
    """Notices to inactive waitlist patients that are due or overdue, by line; supports given, by kind.

    Example: corridor iota notices waitlist.csv --as-of 2026-11-30
    """
    from corridor.engine.tabular.form import read_form
    from corridor.programs.iota.organ import NOTICE_RULES, supports
    from corridor.programs.iota.organ import notices as listed

    day = _day(as_of)
    # a performance year begins in July: days before it are of the one that began the year before
    force = _rules(config).in_force(max(day.year if day.month > 6 else day.year - 1, 2025))
    form = read_form(file, "iota_waitlist")
    rows, given = listed(form, force, day), supports(form, day)
    if as_json:
        answer = {"program": "iota", "year": force.performance_year, "rows": rows, "supports": given}
        _json({**answer, "assumptions": force.assumptions(NOTICE_RULES)})
        return
    late = sum(1 for row in rows if row["status"] == "overdue")
    typer.echo(f"{len(rows)} stretches of inactivity on {day}: {late} notices overdue.")
    for row in rows:
        lacking = f"; the last one lacked {', '.join(row['lacking'])}" if row["lacking"] else ""
        typer.echo(f"  line {row['line']}: {row['status']} {row['due_date'] or ''}{lacking}")
    for one in given:
        amount = "fewer than 11" if one["given"] is None else f"{one['given']}, ${one['dollars']:,.2f}"
        typer.echo(f"  {one['support']}: {amount}")


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else date.today()


def _rules(config: Path | None) -> Rules:
    from corridor.law import load_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    own = {name: value for name, value in settings.overrides.items() if name.startswith("iota.")}
    return load_rules(["iota"], as_known_on=settings.as_known_on, overrides=own)


def _json(answer: dict[str, Any]) -> None:
    import json

    from corridor.programs.writing import plain

    typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, default=str))
