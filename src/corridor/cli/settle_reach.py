"""corridor settle reach and lead: benchmark, corridors and settlement of ACOs from a spreadsheet."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor.programs.reach.settling import Program, Settlement

SHOWN_ROWS = 40


def settle_file(
    program: str,
    file: Path,
    year: int | None,
    national: bool,
    overrides: list[str],
    known: datetime | None,
    config: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Read, settle, write and print ``program`` (reach or lead).

    Raises SETTLE-NO-COHORT for --national, and what the door and the law raise.
    """
    from corridor.cli.settle import check_out
    from corridor.errors import CorridorError

    if national:
        raise CorridorError(
            "SETTLE-NO-COHORT",
            f"{program} has no national cohort.",
            why="Each ACO stands alone: nobody's settlement depends on the others.",
            todo="Leave --national away.",
            field="--national",
        )
    if out is not None:
        check_out(out, file)
    found = settled_file(program, file, year, overrides, config, known)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    answer = found.to_dict()
    if out is not None:
        from corridor.programs.writing import write_results

        sheets = {"Results": answer["rows"], "Segments": answer["segments"]}
        write_results(out, {**sheets, "Assumptions": answer["assumptions"]})
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(found, answer))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def settled_file(
    program: str,
    file: Path,
    year: int | None,
    overrides: list[str],
    config: Path | None,
    known: datetime | None = None,
    wanted: Sequence[str] | None = None,
    only: str | None = None,
) -> Settlement:
    """A file settled for ``year``, else the year the file names, that of corridor.toml, the first one
    the program's rules are meant for.

    Raises REACH-YEAR where file and ``year`` disagree.
    """
    from corridor.cli.settle import stated_overrides
    from corridor.errors import CorridorError
    from corridor.law import load_rules
    from corridor.programs.reach.form import read_acos
    from corridor.programs.reach.settling import settle
    from corridor.settings import load_settings

    spec = program_of(program)
    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(["reach", "lead"], as_known_on=day, overrides=given, proposed=settings.proposed)
    form = read_acos(file, spec.name)
    if year is not None and form.year is not None and year != form.year:
        raise CorridorError(
            "REACH-YEAR",
            f"The file is of {form.year}, and {year} was asked for.",
            why="Corridors, caps and withhold differ from year to year.",
            todo="Leave --year away, or correct the column performance_year.",
            file=form.file,
            field="performance_year",
        )
    chosen = next((one for one in (year, form.year, settings.year) if one is not None), spec.first_year)
    return settle(spec, form, rules, chosen, wanted, only)


def program_of(name: str) -> Program:
    """The program of that name."""
    if name == "lead":
        from corridor.programs.lead.compute import PROGRAM as LEAD

        return LEAD
    from corridor.programs.reach.compute import PROGRAM as REACH

    return REACH


def _text(found: Settlement, answer: dict[str, Any]) -> str:
    rows = answer["rows"]
    total = sum(row["earned_savings_or_losses"] for row in rows)
    one = len(rows) == 1
    verb = ("earns" if one else "together earn") if total >= 0 else ("owes" if one else "together owe")
    who = f"{len(rows):,} ACO{'' if one else 's'}"
    lines = [
        f"{found.program.title} {found.year}: {who} {verb} ${abs(total):,.0f}.",
        "",
        f"{'ACO':<12} {'risk':<13} {'benchmark':>15} {'cost':>15} {'savings':>14} {'rate':>8} {'earned':>14}",
    ]
    for row in rows[:SHOWN_ROWS]:
        cells = "".join(
            f"{'-':>{width}}" if row[name] is None else f"{row[name]:>{width},.0f}"
            for name, width in (
                ("benchmark_expenditure", 16),
                ("performance_expenditure", 16),
                ("generated_savings_or_losses", 15),
            )
        )
        rate = "-" if row["savings_rate"] is None else f"{row['savings_rate']:.2%}"
        lines.append(
            f"{row['aco_id']:<12.12} {row['risk_arrangement'] or '-':<13}{cells} {rate:>8} "
            f"{row['earned_savings_or_losses']:>14,.0f}"
        )
        if row["total_monies_owed"] is not None:
            lines.append(f"  all amounts of the settlement together: ${row['total_monies_owed']:,.0f}")
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    assumed = answer["assumptions"]
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    lines.append(f"See where a number comes from: corridor explain {found.program.name} ACO --file FILE")
    return "\n".join(lines)
