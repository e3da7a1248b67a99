"""corridor settle qp and low-volume: statuses and their dollars from a spreadsheet."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules

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
    """Read, settle, write and print. ``year`` is the performance year; without it the current one.

    Raises SETTLE-NO-COHORT for --national, and what the doors and the law raise.
    """
    from corridor.cli.settle import check_out
    from corridor.errors import CorridorError

    if national:
        raise CorridorError(
            "SETTLE-NO-COHORT",
            f"{program} has no national cohort.",
            why="Each clinician stands alone: nobody's status depends on the others.",
            todo="Leave --national away.",
            field="--national",
        )
    if out is not None:
        check_out(out, file)
    rules, chosen = _rules(overrides, config, known, year)
    found = _qp(file, rules, chosen) if program == "qp" else _low_volume(file, rules, chosen)
    for warning in found["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {"Results": found["rows"], "Assumptions": found["assumptions"]})
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(found), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(found))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _rules(
    overrides: list[str], config: Path | None, known: datetime | None, year: int | None
) -> tuple[Rules, int]:
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(["qp", "pfs"], as_known_on=day, overrides=given, proposed=settings.proposed)
    chosen = year if year is not None else settings.year
    return rules, date.today().year if chosen is None else chosen


def _qp(file: Path, rules: Rules, year: int) -> dict[str, Any]:
    from corridor.programs.qp.compute import settle
    from corridor.programs.qp.door import read_qp_file

    return settle(read_qp_file(file, rules.in_force(year)), rules, year).to_dict()


def _low_volume(file: Path, rules: Rules, year: int) -> dict[str, Any]:
    from corridor.programs.qp.door import read_low_volume_file
    from corridor.programs.qp.volume import judge_volume

    return judge_volume(read_low_volume_file(file), rules.in_force(year))


def _text(found: dict[str, Any]) -> str:
    lines = _qp_lines(found) if found["program"] == "qp" else _volume_lines(found)
    assumed = found["assumptions"]
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    return "\n".join(lines)


def _qp_lines(found: dict[str, Any]) -> list[str]:
    rows = found["rows"]
    counts = {name: sum(1 for row in rows if row["status"] == name) for name in _WORDS}
    listed = ", ".join(f"{count:,} {_WORDS[name]}" for name, count in counts.items() if count)
    total = sum(row["dollars"] or 0.0 for row in rows)
    lines = [
        f"QP {found['year']}, paid in {found['payment_year']}: {listed}; together ${total:,.0f}.",
        "",
        f"{'NPI':<12} {'TIN':<12} {'status':<11} {'payments':>9} {'patients':>9} {'lump sum':>12} "
        f"{'factor':>11}  MIPS",
    ]
    for row in rows[:SHOWN_ROWS]:
        shares = "".join(
            f"{'-':>10}" if row[name] is None else f"{row[name]:>10.2%}"
            for name in ("best_payment_score", "best_patient_score")
        )
        money = "".join(
            f"{'-':>{width}}" if row[name] is None else f"{row[name]:>{width},.0f}"
            for name, width in (("incentive_dollars", 13), ("conversion_factor_dollars", 12))
        )
        lines.append(
            f"{row['npi']:<12.12} {row['tin'] or '-':<12.12} {row['status']:<11}{shares}{money}  "
            f"{row['mips_status']}"
        )
        lines.append(f"  {row['reason']}")
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    return lines


_WORDS = {
    "qp": "qualifying",
    "partial_qp": "partial",
    "none": "neither",
    "unknown": "unknown",
}


def _volume_lines(found: dict[str, Any]) -> list[str]:
    rows = found["rows"]
    required = sum(1 for row in rows if row["standing"] == "required")
    lines = [
        f"Low-volume threshold of MIPS {found['year']}: {required:,} of {len(rows):,} required.",
        "",
        f"{'NPI':<12} {'TIN':<12} standing",
    ]
    for row in rows[:SHOWN_ROWS]:
        lines.append(f"{row['npi'] or 'practice':<12.12} {row['tin'] or '-':<12.12} {row['standing']}")
        lines.append(f"  {row['why']}")
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    return lines
