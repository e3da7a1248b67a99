"""``corridor best-mix``: the measures, collection types and pathway with the highest final score."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor.programs.best_mix import Mix
    from corridor.programs.best_mix.mix import Way
    from corridor.programs.mips.inputs import Book

app = typer.Typer()
SHOWN_ROWS = 20

HELP = """Which measures, collection types and pathway give the highest MIPS score, and what that is worth.

FILE is that of `corridor settle mips`: one row a participant, with a rate or points of every measure and
collection type that is collected. Every pathway that is open, every set of results and every category that
may stay unsent is considered; the best is exact, not greedy. Eligibility for the APP is taken from the file.
With --run the units and results are those of the last complete run.

Example: corridor best-mix clinicians.csv --year 2025

Example: corridor best-mix --run --year 2026
"""


@app.command(help=HELP)
def best_mix(
    file: Path | None = typer.Argument(None, metavar="[FILE]", help="A file as for settle mips."),
    run: bool = typer.Option(False, "--run", help="What the last complete run holds, instead of a file."),
    year: int | None = typer.Option(None, "--year", help="Performance year (default: the settings')."),
    overrides: list[str] = typer.Option([], "--set", metavar="RULE=VALUE", help="Your own value of a rule."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Also write the ways to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Read, choose and print; the help text stands in HELP."""
    from corridor.cli.settle import check_out, stated_overrides
    from corridor.errors import CorridorError
    from corridor.law import load_rules
    from corridor.programs.best_mix import best_mixes
    from corridor.programs.mips.book import installed_book
    from corridor.programs.mips.door import read_mips_file
    from corridor.settings import load_settings

    if (file is None) != run:
        raise CorridorError(
            "BEST-MIX-WHAT",
            "Both a file and --run are given." if run else "Neither a file nor --run is given.",
            todo="Name a file as for settle mips, or give --run for what is loaded.",
            field="FILE",
        )
    if out is not None and file is not None:
        check_out(out, file)
    settings = load_settings(config)
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(
        # performance states the fewest cases of measure 479
        ["mips", "qp", "performance"],
        as_known_on=settings.as_known_on,
        overrides=given,
        proposed=settings.proposed,
    )
    chosen = year if year is not None else settings.year
    force = rules.in_force(date.today().year if chosen is None else chosen)
    book: Book
    digests: dict[str, str] = {}
    if file is None:
        from corridor.engine.runs import open_run
        from corridor.engine.warehouse import Warehouse
        from corridor.programs.best_mix.of_run import collected

        held = collected(open_run(Warehouse.open(settings.home_folder()).home), force)
        inputs, book = held.inputs, held.book
    else:
        book, digests = installed_book(settings.home_folder(), force)
        inputs = read_mips_file(file, force, book)
        if not len(inputs.results["clinician"]):
            raise CorridorError(
                "BEST-MIX-NOTHING",
                "The file has no result of a measure.",
                why="There is nothing to choose from: categories are what a choice comes to.",
                todo="Give a rate, or points, of every measure and collection type, such as q236_ecqm_rate.",
                file=file,
            )
    for warning in inputs.warnings:
        typer.echo(f"warning: {warning}", err=True)
    found = best_mixes(inputs, book, force)
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {"Best mix": _flat(found)})
    if as_json:
        answer = {
            "program": "mips", "year": force.performance_year, "payment_year": force.payment_year("mips"),
            "rows": [mix.to_dict() for mix in found], "assumptions": _assumptions(inputs, book, force),
            "warnings": inputs.warnings, "reference": digests,
        }  # fmt: skip
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(found, force.performance_year))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _assumptions(inputs: Any, book: Any, force: Any) -> list[dict[str, Any]]:
    """The parameters under the scores that are not codified or official, as settle mips lists them."""
    from corridor.programs.mips.compute import settle

    return settle(inputs, book, force.rules, force.performance_year, whole_cohort=False).assumptions()


def _flat(found: Sequence[Mix]) -> list[dict[str, Any]]:
    """One record a participant and pathway, for a sheet."""
    return [
        {
            "tin": mix.tin, "npi": mix.npi, "participation": mix.participation, "place": place,
            "pathway": way.plan.pathway, "mvp_id": way.plan.mvp_id, "final_score": way.final_score,
            "payment_adjustment_factor": way.factor, "dollars": way.dollars,
            "withheld": ", ".join(sorted(way.plan.withheld)), "measures": _measures(way),
            "final_score_now": mix.now.final_score, "dollars_now": mix.now.dollars,
        }
        for mix in found
        for place, way in enumerate(mix.by_pathway, start=1)
    ]  # fmt: skip


def _measures(way: Way) -> str:
    """What is sent, as read."""
    counted = [one for one in way.results if one["result"] != "not_reported"]
    return ", ".join(
        f"{one['measure_id']}{' ' + one['collection_type'] if one['collection_type'] else ''}"
        + ("" if one["points"] is None else f" ({one['points']:.1f})")
        for one in counted
    )


def _text(found: Sequence[Mix], year: int) -> str:
    better = sum(1 for mix in found if _gain(mix) > 0)
    lines = [f"MIPS {year}: {better:,} of {len(found):,} would score higher by another way of reporting.", ""]
    for mix in found[:SHOWN_ROWS]:
        lines.append(f"{mix.npi or '-'} under {mix.tin or '-'} ({mix.participation})")
        lines.append(f"  now   {_said(mix.now)}")
        lines.append(f"  best  {_said(mix.best)}{_worth(mix)}")
        lines.append(f"        {_measures(mix.best) or 'no measure'}")
        for way in mix.by_pathway[1:4]:
            lines.append(f"  else  {_said(way)}")
    if len(found) > SHOWN_ROWS:
        lines.append(f"... and {len(found) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    return "\n".join(lines)


def _said(way: Way) -> str:
    pathway = f"MVP {way.plan.mvp_id}" if way.plan.mvp_id else way.plan.pathway.replace("_", " ")
    score = "-" if way.final_score is None else f"{way.final_score:.2f}"
    money = "" if way.dollars is None else f"  ${way.dollars:,.0f}"
    held = "".join(f", without {one.replace('_', ' ')}" for one in sorted(way.plan.withheld))
    return f"{score:>6}{money}  {pathway}{held}"


def _gain(mix: Mix) -> float:
    return (mix.best.final_score or 0.0) - (mix.now.final_score or 0.0)


def _worth(mix: Mix) -> str:
    if mix.best.dollars is None or mix.now.dollars is None or mix.best.dollars == mix.now.dollars:
        return ""
    return f"  (worth ${mix.best.dollars - mix.now.dollars:,.0f})"
