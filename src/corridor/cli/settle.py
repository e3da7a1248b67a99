"""corridor settle: the calculator door. A spreadsheet in, every clinician's dollars out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.programs.asm.settlement import Settlement

app = typer.Typer(add_completion=False, rich_markup_mode=None)
PROGRAMS = ("asm",)
# Program -> the module of this package whose ``settle_file`` reads, settles, writes and prints it.
OTHER_DOORS = {
    "mips": "settle_mips",
    "qp": "settle_qp",
    "low-volume": "settle_qp",
    "mssp": "settle_mssp",
    "reach": "settle_reach",
    "lead": "settle_reach",
    "team": "settle_team",
    "iota": "settle_form",
    "ahead": "settle_form",
    "wiser": "settle_form",
}
DERIVED_ELSEWHERE = ("qp", "low-volume")  # corridor qp derives them, not corridor explain


@app.command()
def settle(
    program: str = typer.Argument(
        ..., metavar="PROGRAM", help="asm, mips, qp, low-volume, mssp, reach, lead, team, iota or ahead."
    ),
    file: Path = typer.Argument(..., metavar="FILE", help="CSV, Excel, Parquet or JSON."),
    year: int | None = typer.Option(None, "--year", help="Performance year (ASM 2027 is paid in 2029)."),
    national: bool = typer.Option(
        False, "--national", help="Set the rows inside a stated national cohort; default: they are all of it."
    ),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="Use another value of a rule; repeatable."
    ),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="The law as it was known on a day."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with [overrides]."),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Settle a program from a spreadsheet: scores, adjustments and dollars, one row a clinician or an ACO.

    The least an ASM file needs: tin,npi,cohort,final_score,part_b_paid. Measure-level columns: docs/asm.md.
    mips: tin,npi,final_score[,part_b_paid], or what scores are made of (docs/mips.md).
    qp: scores of qualifying participants; low-volume: the three criteria of MIPS (both: docs/qp.md).
    mssp: CMS's public results file, or one row an ACO (docs/mssp-settlement.md); reach, lead: docs/reach.md.
    team: one row a hospital, a category or an episode (docs/team.md).

    Example: corridor settle asm scores.csv --year 2027 --national --json
    """
    from corridor.cli.settle_year import refuse_ended_model

    refuse_ended_model(program, file, year, overrides, config)
    if program in OTHER_DOORS:
        import importlib

        door = importlib.import_module(f"corridor.cli.{OTHER_DOORS[program]}")
        door.settle_file(program, file, year, national, overrides, as_known_on, config, out, as_json)
        return
    from corridor.programs.asm.compute import settle as settle_asm
    from corridor.programs.asm.door import read_asm_file

    if out is not None:
        check_out(out, file)
    rules, performance_year = chosen_rules(program, year, overrides, config, as_known_on)
    inputs = read_asm_file(file, rules.in_force(performance_year), national=national)
    settlement = settle_asm(inputs, rules, performance_year, national=national)
    for warning in settlement.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        write_settlement(out, settlement)
    if as_json:
        import json

        typer.echo(json.dumps(settlement.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(settlement_text(settlement))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def check_out(out: Path, file: Path) -> None:
    """Raises SETTLE-OUT-IS-INPUT where the results would take the place of what was entered."""
    from corridor.errors import CorridorError

    if out.exists() and file.exists() and out.samefile(file):
        raise CorridorError(
            "SETTLE-OUT-IS-INPUT",
            "The results would take the place of the file they are computed from.",
            why="The figures you entered would be lost.",
            todo="Name another file with --out.",
            file=out,
        )


def check_program(program: str) -> None:
    """Raises SETTLE-PROGRAM for a program this command does not know."""
    from corridor.errors import CorridorError

    if program in DERIVED_ELSEWHERE:  # settled, but derived by a command of their own
        raise CorridorError(
            "SETTLE-PROGRAM",
            f"The program {program!r} is not derived here.",
            todo="Use: corridor qp NPI --derive --year YEAR, with --file for a form.",
        )
    if program not in PROGRAMS:
        raise CorridorError(
            "SETTLE-PROGRAM",
            f"The program {program!r} cannot be settled.",
            todo=f"Use one of: {', '.join((*PROGRAMS, *OTHER_DOORS))}.",
        )


def refuse_without_file(year: int | None, national: bool, overrides: list[str]) -> None:
    """Raises SETTLE-NEEDS-FILE: a complete run was settled for its year, under its rules."""
    from corridor.errors import CorridorError

    given = [
        name for name, value in (("--year", year), ("--national", national), ("--set", overrides)) if value
    ]
    if given:
        raise CorridorError(
            "SETTLE-NEEDS-FILE",
            f"{', '.join(given)} can only be used with --file.",
            why="Without a file the last run answers, for the year and under the rules it was run with.",
            todo="Name a file, or run again: corridor run --year YEAR, with overrides in corridor.toml.",
            field=given[0],
        )


def chosen_rules(
    program: str, year: int | None, overrides: list[str], config: Path | None, known: datetime | None = None
) -> tuple[Rules, int]:
    """The law with the user's overrides, and the performance year to settle.

    Raises SETTLE-PROGRAM, SETTLE-OVERRIDE, and what the law and the settings raise.
    """
    from corridor.law import load_rules
    from corridor.settings import load_settings

    check_program(program)
    settings = load_settings(config)
    given = {**settings.overrides, **stated_overrides(overrides)}
    day: date | None = known.date() if known else settings.as_known_on
    rules = load_rules([program], as_known_on=day, overrides=given, proposed=settings.proposed)
    chosen = year if year is not None else settings.year
    return rules, chosen if chosen is not None else (rules.first_year(program) or date.today().year)


def stated_overrides(texts: list[str]) -> dict[str, Any]:
    """The values of --set RULE=VALUE. Raises SETTLE-OVERRIDE."""
    from corridor.errors import CorridorError

    given: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name or not value:
            raise CorridorError(
                "SETTLE-OVERRIDE",
                f"{text!r} is not RULE=VALUE.",
                todo="Write for instance --set asm.logistic_midpoint_rule=fixed.",
            )
        given[name.strip()] = _value(value.strip())
    return given


def _value(text: str) -> Any:
    """A value on the command line: JSON where it is (numbers, true, false, lists), else text."""
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def write_settlement(path: Path, settlement: Settlement) -> None:
    """Results in a file; Excel also gets cohorts, payment years, levers, assumptions and warnings."""
    from corridor.programs.asm.levers import levers
    from corridor.programs.writing import write_results

    sheets: dict[str, Any] = {"Results": settlement.rows()}
    if path.suffix.lower() == ".xlsx":
        sheets["Cohorts"] = settlement.cohorts()
        if settlement.own <= LARGEST_DETAIL:
            sheets["Payment years"] = settlement.dollars_by_year()
            sheets["Levers"] = [
                {name: value for name, value in record.items() if name != "row"}
                for record in levers(settlement)
            ]
        sheets["Assumptions"] = settlement.assumptions()
        sheets["Warnings"] = [{"warning": warning} for warning in settlement.warnings]
    write_results(path, sheets)


LARGEST_DETAIL = 20_000  # clinicians; a sheet of Excel holds about a million rows
SHOWN_ROWS = 40


def settlement_text(settlement: Settlement) -> str:
    """The settlement for a reader: an opening sentence, the rows, the cohorts, what was assumed."""
    rows, cohorts = settlement.rows(), settlement.cohorts()
    lines = [_opening(settlement, rows), ""]
    lines.append(
        f"{'TIN':<12} {'NPI':<12} {'cohort':<14} {'score':>7} {'status':<8} {'factor':>9} {'dollars':>13}"
    )
    ordered = sorted(rows, key=lambda row: (row["dollars"] is None, row["dollars"] or 0.0))
    for row in ordered[:SHOWN_ROWS]:
        score = "" if row["final_score"] is None else f"{row['final_score']:.2f}"
        money = "" if row["dollars"] is None else f"{row['dollars']:+,.0f}"
        lines.append(
            f"{row['tin']:<12.12} {row['npi']:<12.12} {row['cohort']:<14} {score:>7} {row['status']:<8} "
            f"{row['payment_adjustment_factor']:>+9.4%} {money:>13}"
        )
    if len(rows) > SHOWN_ROWS:
        lines.append(f"... and {len(rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    for cohort in cohorts:
        lines += ["", _cohort_text(cohort, settlement.national)]
    assumed = settlement.assumptions()
    lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
    for record in assumed:
        value = record["value"] if not isinstance(record["value"], list) else "table"
        lines.append(f"  {record['status']:<10} {record['rule']} = {value}")
    lines.append("See where a number comes from: corridor explain asm NPI --file FILE")
    return "\n".join(lines)


def _opening(settlement: Settlement, rows: list[dict[str, Any]]) -> str:
    total = sum(row["dollars"] or 0.0 for row in rows)
    gain, lose = (sum(1 for r in rows if (r["dollars"] or 0.0) * sign > 0) for sign in (1, -1))
    one = len(rows) == 1
    verb = ("gains" if one else "together gain") if total >= 0 else ("loses" if one else "together lose")
    frame = "inside the national cohort" if settlement.national else "settled among themselves"
    who = f"{len(rows):,} clinician{'s' if len(rows) != 1 else ''}"
    return (
        f"ASM {settlement.year}, paid in {settlement.payment_year}: {who} {verb} "
        f"${abs(total):,.0f} ({gain:,} gain, {lose:,} lose), {frame}."
    )


def _cohort_text(cohort: dict[str, Any], national: bool) -> str:
    def number(name: str, form: str) -> str:
        return "none" if cohort[name] is None else format(cohort[name], form)

    own = f", {cohort['own']:,} of them yours" if national else ""
    return (
        f"{cohort['cohort']}: {cohort['size']:,} participants{own}, "
        f"{cohort['scored']:,.0f} with a final score; "
        f"pool ${number('pool', ',.2f')} of Part B ${number('part_b_paid', ',.0f')}\n"
        f"  midpoint {number('midpoint', '.2f')} ({cohort['midpoint_rule']}), scaling factor "
        f"{number('scaling_factor', '.6f')}, neutral at {number('neutral_score', '.2f')}, "
        f"ceiling {number('ceiling', '+.4%')}"
    )
