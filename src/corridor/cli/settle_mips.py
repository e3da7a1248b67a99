"""corridor settle mips: final scores, adjustments and dollars of MIPS from a spreadsheet."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.programs.mips.result import Result

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
    """Read, score, settle, write and print. ``year`` is the performance year; without it the current one.

    Raises what the door and the law raise.
    """
    from corridor.cli.settle import check_out

    if out is not None:
        check_out(out, file)
    found = settled_file(file, year, national, overrides, known, config)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        from corridor.programs.writing import write_results

        sheets = {
            "Results": found.rows(),
            "Measures": found.measure_rows(),
            "Assumptions": found.assumptions(),
        }
        write_results(out, sheets)
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
    national: bool,
    overrides: list[str],
    known: datetime | None = None,
    config: Path | None = None,
) -> Result:
    """The result of a calculator-door file: scored by the installed public data where there is any."""
    from corridor.programs.mips.compute import settle_file as settle
    from corridor.settings import load_settings

    rules, chosen = _rules(overrides, config, known, year)
    return settle(file, rules, chosen, load_settings(config).home_folder(), whole_cohort=not national)


def _rules(
    overrides: list[str], config: Path | None, known: datetime | None, year: int | None
) -> tuple[Rules, int]:
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(
        ["mips", "qp", "performance"], as_known_on=day, overrides=given, proposed=settings.proposed
    )
    chosen = year if year is not None else settings.year
    return rules, date.today().year if chosen is None else chosen


def text(found: Result) -> str:
    """The result for a reader: an opening sentence, the rows, the cohort, what was assumed."""
    rows, cohort = found.rows(), found.cohort()
    lines = [_opening(rows, found), ""]
    lines.append(
        f"{'TIN':<12} {'NPI':<12} {'pathway':<12} {'score':>7} {'status':<12} {'factor':>9} {'dollars':>13}"
    )
    for row in rows[:SHOWN_ROWS]:
        score = "" if row["final_score"] is None else f"{row['final_score']:.2f}"
        factor = row["payment_adjustment_factor"]
        shown = "open" if factor is None else f"{factor:+.2%}"
        money = "" if row["dollars"] is None else f"{row['dollars']:+,.0f}"
        mark = "  rests on placeholder benchmarks" if row["provisional"] else ""
        lines.append(
            f"{row['tin']:<12.12} {row['npi']:<12.12} {row['pathway']:<12} {score:>7} {row['status']:<12} "
            f"{shown:>9} {money:>13}{mark}"
        )
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    factor = cohort["scaling_factor"]
    how = "solved among these rows" if cohort["solves_factor"] else "as published"
    lines += ["", f"threshold {cohort['threshold']:g}; scaling factor "
              + ("not known" if factor is None else f"{factor:.6f}, {how}")]  # fmt: skip
    assumed = found.assumptions()
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    lines.append("See where a number comes from: corridor explain mips NPI --file FILE")
    return "\n".join(lines)


def _opening(rows: list[dict[str, Any]], found: Result) -> str:
    total = sum(row["dollars"] or 0.0 for row in rows)
    gain, lose = (
        sum(1 for r in rows if (r["payment_adjustment_factor"] or 0.0) * sign > 0) for sign in (1, -1)
    )
    who = f"{len(rows):,} score{'s' if len(rows) != 1 else ''}"
    verb = "gain" if total >= 0 else "lose"
    return (
        f"MIPS {found.year}, paid in {found.payment_year}: {who}, together {verb} ${abs(total):,.0f} "
        f"({gain:,} rewarded, {lose:,} cut)."
    )
