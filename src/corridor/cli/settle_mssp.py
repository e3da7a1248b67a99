"""corridor settle mssp: savings earned and losses owed of ACOs, from CMS's public file or one's own."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.mssp.result import Result

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
    """Read, settle, write and print; ``program`` is mssp.

    Raises SETTLE-NO-COHORT for --national, and what the door, the checks and the law raise.
    """
    from corridor.cli.settle import check_out
    from corridor.errors import CorridorError

    if national:
        raise CorridorError(
            "SETTLE-NO-COHORT",
            f"{program} has no national cohort.",
            why="Each ACO stands alone: nobody's savings depend on the others.",
            todo="Leave --national away.",
            field="--national",
        )
    if out is not None:
        check_out(out, file)
    found = settled_file(file, year, overrides, known, config)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        from corridor.programs.writing import write_results

        flat = [{k: v for k, v in row.items() if k not in ("checks", "measures")} for row in found.rows()]
        checks = [
            {"aco_id": aco, **one.to_dict()}
            for row, (aco, lacks) in enumerate(zip(found.inputs.aco_ids, found.lacking(), strict=True))
            for one in found.checks(row, lacks)
        ]
        write_results(out, {"Results": flat, "Checks": checks, "Assumptions": found.assumptions()})
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(found.to_dict()), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(text(found))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def settled_file(
    file: Path,
    year: int | None,
    overrides: list[str],
    known: datetime | None = None,
    config: Path | None = None,
) -> Result:
    """The settlement of a file of ACOs."""
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.programs.mssp.door import read_file
    from corridor.programs.mssp.model import PROGRAMS
    from corridor.programs.mssp.result import settle
    from corridor.settings import load_settings

    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(PROGRAMS, as_known_on=day, overrides=given, proposed=settings.proposed)
    default = settings.year if settings.year is not None else date.today().year
    inputs = read_file(file, rules, year, default, settings.home_folder())
    assert inputs.year is not None
    return settle(inputs, rules, inputs.year)


def text(found: Result) -> str:
    """The settlement for a reader: an opening sentence, the rows, CMS's figures, what was assumed."""
    rows = found.rows()
    lines = [_opening(found, rows), ""]
    lines.append(
        f"{'ACO':<8} {'track':<5} {'benchmark':>14} {'savings':>8} {'minimum':>8} {'generated':>13} "
        f"{'share':>7} {'earned or owed':>15}"
    )
    for row in rows[:SHOWN_ROWS]:
        share = row["loss_rate"] if (row["generated_savings_or_losses"] or 0) < 0 else row["sharing_rate"]
        lines.append(
            f"{row['aco_id']:<8.8} {row['track']:<5} {_shown(row['benchmark_expenditure'], '>14,.0f')} "
            f"{_shown(row['savings_rate'], '>+8.2%')} {_shown(row['minimum_savings_rate'], '>8.2%')} "
            f"{_shown(row['generated_savings_or_losses'], '>+13,.0f')} {_shown(share, '>7.2%')} "
            f"{_shown(row['earned_savings_or_losses'], '>+15,.0f')}"
        )
        lines += [f"  {note}" for note in row["notes"]]
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    lines += _beside_cms(found, rows)
    assumed = found.assumptions()
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    lines.append("See where a number comes from: corridor explain mssp ACO --file FILE")
    return "\n".join(lines)


def _shown(value: float | None, form: str) -> str:
    """A figure in its column; a dash where it is not known."""
    if value is not None:
        return format(value, form)
    width = "".join(one for one in form.partition(",")[0].partition(".")[0] if one.isdigit())
    return f"{'-':>{width}}"


def _opening(found: Result, rows: list[dict[str, Any]]) -> str:
    from corridor.formulas import round_half_up

    # less than half a dollar is what rounding leaves beside a relief that CMS prints in whole dollars
    earned = [float(round_half_up(row["earned_savings_or_losses"] or 0.0)) for row in rows]
    gain, lose = sum(1 for one in earned if one > 0), sum(1 for one in earned if one < 0)
    won, owed = sum(one for one in earned if one > 0), -sum(one for one in earned if one < 0)
    return (
        f"MSSP {found.year}: {len(rows):,} ACO{'s' if len(rows) != 1 else ''}; "
        f"{gain:,} {'earns' if gain == 1 else 'earn'} ${won:,.0f}, "
        f"{lose:,} {'owes' if lose == 1 else 'owe'} ${owed:,.0f}."
    )


def _beside_cms(found: Result, rows: list[dict[str, Any]]) -> list[str]:
    if not found.inputs.published:
        return []
    lines = ["", "Beside CMS's own figures (agreed of all, to the dollar or the digits CMS prints):"]
    for name, count in found.agreement().items():
        what = (
            "elected rates, taken from the file" if name == "minimum_savings_rate" else "taken from the file"
        )
        taken = f"  ({count['taken']:,} {what})" if count.get("taken") else ""
        shown = f"{count['agreed']:>5,} / {count['total']:,}"
        lines.append(f"  {name.replace('_', ' '):<30} {shown}{taken}")
    apart = [row for row in rows if not row["agrees"]]
    lines.append(f"  {len(apart)} ACOs differ" + (":" if apart else "."))
    for row in apart[:SHOWN_ROWS]:
        apart_by = "not settled" if row["difference"] is None else f"{row['difference']:+,.0f}"
        lines.append(f"    {row['aco_id']} {apart_by}: {row['reason']}")
    return lines
