"""corridor settle iota and ahead: programs of one form, each row on its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.one_form import Program, Settled

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
    """Read, settle, write and print ``program``.

    Raises SETTLE-NO-COHORT for --national, and what the door and the law raise.
    """
    from corridor.cli.settle import check_out
    from corridor.errors import CorridorError

    if national:
        raise CorridorError(
            "SETTLE-NO-COHORT",
            f"{program} has no national cohort.",
            why="Each row stands alone: nobody's result depends on the others.",
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

        sheets = {"Results": answer["rows"]}
        sheets |= {name.capitalize(): rows for name, rows in found.extra.items() if rows}
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
    wanted: Sequence[str] = (),
) -> Settled:
    """A file settled for ``year``, else the year the file names, that of corridor.toml, the program's own."""
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.programs.models.life import refuse_ended
    from corridor.programs.one_form import read_rows, settle
    from corridor.settings import load_settings

    one = program_of(program)
    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules([program, "models"], as_known_on=day, overrides=given, proposed=settings.proposed)
    form, named = read_rows(one, file, rules, year)
    chosen = next((each for each in (year, named, settings.year) if each is not None), one.first_year)
    chosen = one.year_of(chosen, rules)
    refuse_ended(program, chosen, rules)
    return settle(one, form, rules, chosen, wanted)


def program_of(name: str) -> Program:
    """The program of that name."""
    import importlib

    module = importlib.import_module(f"corridor.programs.{name}.compute")
    program: Program = module.PROGRAM
    return program


def _text(found: Settled, answer: dict[str, Any]) -> str:
    rows, program = answer["rows"], found.program
    lines = [f"{program.title} {found.year}: {len(rows):,} row{'s' if len(rows) != 1 else ''}.", ""]
    for row in rows[:SHOWN_ROWS]:
        part = program.parts[row.get(program.part_column or "", next(iter(program.parts)))]
        kind = f", {row[program.part_column]}" if program.part_column else ""
        lines.append(f"{row[program.id_column]}{kind}: {_worded(part.main)} {_shown(row[part.main])}")
        lines += [
            f"  {_worded(name):<34} {_shown(row[name]):>18}"
            for name in part.shown
            if row[name] is not None and name != part.main
        ]
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    for name, records in found.extra.items():
        if records:
            lines += ["", f"{name.capitalize()}:"]
            lines += ["  " + "; ".join(_cell(k, v) for k, v in one.items()) for one in records[:SHOWN_ROWS]]
    assumed = answer["assumptions"]
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    lines.append(f"See where a number comes from: corridor explain {program.name} ID --file FILE")
    return "\n".join(lines)


def _worded(name: str) -> str:
    return name.replace("_", " ")


def _cell(name: str, value: Any) -> str:
    return _shown(value) if isinstance(value, str) else f"{_worded(name)} {_shown(value)}"


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "-" if value is None else str(value)
