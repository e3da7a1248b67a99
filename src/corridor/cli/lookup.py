"""corridor lookup: one NPI or TIN in installed public files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.reference.lookup import Lookup

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def lookup(
    identifier: str = typer.Argument(..., metavar="NPI|TIN", help="Ten digits, or nine of a practice."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with home and [overrides]."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What public files say of one clinician or practice: programs, Part B base, dollars at risk to 2033.

    No claims are needed: install CMS's ASM participant list and its payments by provider with
    corridor reference add. The clinicians of a TIN come from a loaded roster.

    Example: corridor lookup 1003000126
    """
    import json
    import sys

    from corridor.engine.warehouse import Warehouse
    from corridor.law import load_rules
    from corridor.reference.lookup import PROGRAM, look_up
    from corridor.settings import load_settings

    settings = load_settings(config)
    rules = load_rules(
        [PROGRAM],
        as_known_on=settings.as_known_on,
        overrides=settings.overrides,
        proposed=settings.proposed,
        overrides_file=settings.file,
    )
    found = look_up(identifier, Warehouse.open(settings.home_folder()), rules)
    if as_json:
        json.dump(found.to_dict(), sys.stdout)
        sys.stdout.write("\n")
        return
    _say(found)


def _say(found: Lookup) -> None:
    for clinician in found.clinicians:
        _say_clinician(clinician, [row for row in found.rows if row["npi"] == clinician["npi"]])
    if len(found.clinicians) > 1:
        _say_total(found)
    for text in found.missing:
        typer.echo(f"Not installed: {text}.")
    if any(clinician["part_b_paid"] is not None for clinician in found.clinicians):
        for text in found.notes:
            typer.echo(f"Note: {text}")
        for one in found.assumptions:
            value = f"{one['rule']} {one['value']} in {one['payment_year']}"
            typer.echo(f"Assumption: {value} is {one['status']} ({one['cite']}).")
    for text in found.warnings:
        typer.echo(f"Warning: {text}", err=True)


def _say_clinician(clinician: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    about = "; ".join(str(clinician[key]) for key in ("name", "specialty", "place") if clinician[key])
    typer.echo(f"NPI {clinician['npi']}" + (f": {about}" if about else ""))
    for program in clinician["programs"]:
        years = ", ".join(f"{year} {value}" for year, value in program["performance_years"].items())
        typer.echo(
            f"  ASM {program['cohort']}, {program['organization']}: {years or 'no year stated'} "
            f"({program['list_stage']} list, {program['vintage']})"
        )
    if clinician["listed_by_cms"] is False:
        typer.echo("  ASM: not on CMS's list, so nothing is at risk; below is what would be, were it listed")
    base = clinician["part_b_paid"]
    if base is None:
        typer.echo("  Part B base: unknown")
    else:
        typer.echo(
            f"  Part B base: ${base:,.0f} paid in {clinician['part_b_year']} ({clinician['part_b_basis']})"
        )
        _say_years(rows)
    typer.echo("")


def _say_years(rows: list[dict[str, Any]]) -> None:
    typer.echo("  performance   payment   at risk   dollars, down and up")
    for row in rows:
        amount = row["dollars_at_risk_high"]
        typer.echo(
            f"  {row['performance_year']:>11}   {row['payment_year']:>7}   {row['risk_level']:>6.0%}    "
            f"-${amount:,.0f} to +${amount:,.0f}"
        )


def _say_total(found: Lookup) -> None:
    counted = {clinician["npi"] for clinician in found.clinicians if clinician["listed_by_cms"] is not False}
    typer.echo(
        f"TIN {found.value}: {len(found.clinicians)} clinicians; {len(counted)} count "
        "(listed by CMS, or no list installed)"
    )
    totals: dict[int, dict[str, Any]] = {}
    for row in found.rows:
        if row["dollars_at_risk_high"] is not None and row["npi"] in counted:
            total = totals.setdefault(row["payment_year"], {**row, "dollars_at_risk_high": 0.0})
            total["dollars_at_risk_high"] += row["dollars_at_risk_high"]
    _say_years([totals[year] for year in sorted(totals)])
    typer.echo("")
