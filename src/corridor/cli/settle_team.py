"""corridor settle team: reconciliation of hospitals from a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.team.settle import Settlement

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
    """Read, settle, write and print. Raises SETTLE-NO-COHORT for --national, and what door and law raise."""
    from corridor.cli.settle import check_out
    from corridor.errors import CorridorError
    from corridor.programs.writing import plain, write_results

    if national:
        raise CorridorError(
            "SETTLE-NO-COHORT",
            "TEAM has no national cohort in a settlement.",
            why="Each hospital stands alone; percentiles of quality are columns of the file.",
            todo="Leave --national away.",
            field="--national",
        )
    if out is not None:
        check_out(out, file)
    found = settled_file(file, year, overrides, config, known)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    answer = found.to_dict()
    if out is not None:
        named = {"Results": "rows", "Categories": "categories", "Episodes": "episodes", "Quality": "quality"}
        sheets = {sheet: answer[name] for sheet, name in named.items() if answer[name] or name == "rows"}
        write_results(out, {**sheets, "Assumptions": answer["assumptions"]})
    if as_json:
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(found, answer))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def settled_file(
    file: Path,
    year: int | None,
    overrides: list[str],
    config: Path | None,
    known: datetime | None = None,
    wanted: Sequence[str] | None = None,
) -> Settlement:
    """A file settled for ``year``, else the year it names, else that of corridor.toml, else the first one."""
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.programs.team.settle import FIRST_YEAR, WANTED, settle_team
    from corridor.settings import load_settings

    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(["team"], as_known_on=day, overrides=given, proposed=settings.proposed)
    return settle_team(file, rules, year, settings.year or FIRST_YEAR, wanted or WANTED)


def _text(found: Settlement, answer: dict[str, Any]) -> str:
    rows = answer["rows"]
    total = sum(row["final_amount"] for row in rows)
    who = f"{len(rows):,} hospital{'s' if len(rows) != 1 else ''}"
    verb = "are paid" if total >= 0 else "repay"
    lines = [
        f"TEAM {found.year}: {who} together {verb} ${abs(total):,.2f}.",
        "",
        f"{'hospital':<10} {'track':>5} {'target':>15} {'pooled':>14} {'quality':>8} {'limited':>14} "
        f"{'final':>15}",
    ]
    for row in rows[:SHOWN_ROWS]:

        def cell(name: str, form: str, width: int, row: dict[str, Any] = row) -> str:
            return f"{'-' if row[name] is None else format(row[name], form):>{width}}"

        lines.append(
            f"{row['ccn']:<10.10} {cell('track', '.0f', 5)} {cell('target_total', ',.0f', 15)} "
            f"{cell('reconciliation_amount', ',.0f', 14)} {cell('composite_quality_score', '.2f', 8)} "
            f"{cell('limited_amount', ',.0f', 14)} {cell('final_amount', ',.2f', 15)}"
        )
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    assumed = answer["assumptions"]
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    lines.append("See where a number comes from: corridor explain team CCN --file FILE")
    return "\n".join(lines)
