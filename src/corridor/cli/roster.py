"""corridor roster: the ASM adjustment a clinician carries along, by payment year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.asm.settlement import Settlement

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def roster(
    add: list[str] = typer.Option([], "--add", metavar="NPI", help="A clinician who joins; repeatable."),
    remove: list[str] = typer.Option([], "--remove", metavar="NPI", help="Who leaves; repeatable."),
    tin: list[str] = typer.Option([], "--tin", help="The practice they leave; default: every TIN known."),
    file: Path | None = typer.Option(None, "--file", help="A calculator-door file; default: the last run."),
    year: int | None = typer.Option(None, "--year", help="Performance year, with --file."),
    national: bool = typer.Option(False, "--national", help="With --file: set it in the national cohort."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="With --file: use another value of a rule; repeatable."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What a practice gains or loses in ASM dollars when clinicians join or leave, by payment year.

    The adjustment follows the NPI. Years after the first hold the score as it is now.

    Example: corridor roster --add 1234567893 --remove 1987654328 --file scores.csv --national
    """
    from corridor.cli.explain import settled_file, settled_run
    from corridor.cli.settle import refuse_without_file
    from corridor.errors import CorridorError
    from corridor.programs.asm.roster import roster_change

    if not add and not remove:
        raise CorridorError(
            "ROSTER-NOBODY",
            "Nobody joins and nobody leaves.",
            todo="Name at least one clinician with --add NPI or --remove NPI.",
        )
    if file is not None:
        settlement, listed = settled_file("asm", file, year, overrides, config, national), None
    else:
        refuse_without_file(year, national, overrides)
        settlement, listed = settled_run("asm", config), _listed(config)
    rows = roster_change(settlement, add, remove, tins=set(tin) or None, listed=listed)
    for warning in settlement.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        import json

        answer: dict[str, Any] = {
            "program": "asm",
            "year": settlement.year,
            "rows": rows,
            "assumptions": settlement.assumptions(),
            "warnings": settlement.warnings,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(roster_text(settlement, rows))


def _listed(config: Path | None) -> set[str] | None:
    """NPIs on CMS's participant list, as the last run read it; None where none is installed."""
    from corridor.engine.runs import open_run
    from corridor.settings import load_settings

    run = open_run(load_settings(config).home_folder())
    if not run.has("asm.cms_list"):
        return None
    found = {str(row["npi"]) for row in run.query("select distinct npi from asm.cms_list order by npi")}
    return found or None


def roster_text(settlement: Settlement, rows: list[dict[str, Any]]) -> str:
    """A sentence with the sum of the first year, then a line for each clinician and year."""
    first = [row for row in rows if row["payment_year"] == settlement.payment_year]
    known = [row["dollars"] for row in first if row["dollars"] is not None]
    unknown = len(first) - len(known)
    total = sum(known)
    verb = "gains" if total >= 0 else "loses"
    open_part = f"; {unknown} of them cannot be valued" if unknown else ""
    noun = "move" if len(first) == 1 else "moves"
    worth = f"the practice {verb} ${abs(total):,.0f} in {settlement.payment_year}"
    lines = [
        f"{len(first)} {noun}: {worth}{open_part}.",
        "",
        f"{'NPI':<12} {'change':<7} {'paid in':>7} {'score':>7} {'factor':>10} {'Part B':>13}{'dollars':>13}",
    ]
    for row in rows:
        score = "" if row["final_score"] is None else f"{row['final_score']:.2f}"
        factor = row["payment_adjustment_factor"]
        shown = f"±{row['risk_level']:.0%}" if factor is None else f"{factor:+.4%}"
        paid = "" if row["part_b_paid"] is None else f"${row['part_b_paid']:,.0f}"
        money = "unknown" if row["dollars"] is None else f"{row['dollars']:+,.0f}"
        lines.append(
            f"{row['npi']:<12.12} {row['change']:<7} {row['payment_year']:>7} {score:>7} {shown:>10} "
            f"{paid:>13} {money:>12}"
        )
    lines.append("")
    lines += [f"{npi}: {note}" for npi, note in dict.fromkeys((row["npi"], row["note"]) for row in rows)]
    if any(row["score_held"] for row in rows):
        lines.append(f"After {settlement.payment_year} the score is held as it is now.")
    return "\n".join(lines)
