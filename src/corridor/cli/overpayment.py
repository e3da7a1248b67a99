"""``corridor overpayment``: from findings paid in error to a case, its clock, sample, refund and closure."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import typer

from corridor.cli.overpayment_text import print_json, show_case

HELP = """Overpayment cases: what was paid in error, by when it goes back, how much, and that it went.

A case holds claim lines and dollars, no beneficiary; its history is only ever added to.

Example: corridor overpayment open --kind g2211_with_25 --npi 9000000001 --identified 2026-11-02
"""
app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=HELP)

CONFIG = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml.")
JSON = typer.Option(False, "--json", help="One JSON object on standard output.")
ON = typer.Option(
    None, "--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day this is done; default: today."
)
DAY = ["%Y-%m-%d"]
CASE = typer.Argument(..., metavar="CASE", help="Name of the case.")
SAMPLE_COLUMNS = ("stratum", "source_id", "claim_id", "line", "service_date", "npi", "tin", "code", "kind")


@app.command("open")
def open_(
    identified: datetime | None = typer.Option(
        None, "--identified", formats=DAY, metavar="DATE", help="When it was identified; default: today."
    ),
    case: str | None = typer.Option(None, "--case", help="Its name; default: OP-, the day and a number."),
    audit: str | None = typer.Option(None, "--audit", help="Only findings of this audit."),
    kind: str | None = typer.Option(None, "--kind", help="Only findings of this kind."),
    npi: str | None = typer.Option(None, "--npi", help="Only findings of this clinician."),
    tin: str | None = typer.Option(None, "--tin", help="Only findings of this practice."),
    year: int | None = typer.Option(None, "--year", help="Only services of this calendar year."),
    review: bool = typer.Option(False, "--review", help="Findings still to be looked at, too."),
    all_practices: bool = typer.Option(
        False, "--all-practices", help="Several practices in one case; else a case is of one."
    ),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Open a case over the findings of the last run that were paid in error.

    Example: corridor overpayment open --kind g2211_with_25 --npi 9000000001 --identified 2026-11-02
    """
    from corridor.jobs import overpayment
    from corridor.jobs.audit_asked import check_kind, finding_audit, kinds_of
    from corridor.jobs.context import open_context

    context = open_context(config)
    check_kind(kind, kinds_of(context, finding_audit(audit)), audit or "all")
    scope = overpayment.Scope(finding_audit(audit), kind, npi, tin, year, review, all_practices)
    today = _day(on)
    found = overpayment.open_case(context, scope, _day(identified), today, case)
    left = {words: count for words, count in found.opened["left_out"].items() if count}
    for words, count in left.items():
        sys.stderr.write(f"left out: {count:,} claim lines, {words.replace('_', ' ')}\n")
    show_case(found, today, as_json)


@app.command("list")
def list_(on: datetime | None = ON, config: Path | None = CONFIG, as_json: bool = JSON) -> None:
    """The cases, with the clock of each.

    Example: corridor overpayment list
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.overpayment import summaries

    rows, damaged = summaries(open_context(config).warehouse.home, _day(on))
    for error in damaged:
        sys.stderr.write(f"warning: {error.what} {error.todo} File: {error.file}\n")
    if as_json:
        print_json([*rows, *({"case": Path(str(one.file)).stem, "state": "damaged"} for one in damaged)], [])
        return
    if not rows and not damaged:
        sys.stdout.write("No case: corridor overpayment open begins one.\n")
        return
    sys.stdout.write(
        f"{'case':<18} {'state':<13} {'clock':<10} {'deadline':<11} {'lines':>7} {'amount':>14}\n"
    )
    for row in rows:
        sys.stdout.write(
            f"{row['case']:<18} {row['state']:<13} {row['phase'] or '-':<10} {row['deadline']!s:<11} "
            f"{row['claim_lines']:>7,} {row['amount']:>14,.2f}\n"
        )
    for one in damaged:
        sys.stdout.write(f"{Path(str(one.file)).stem:<18} damaged: restore its file\n")


@app.command()
def show(
    case: str = CASE, on: datetime | None = ON, config: Path | None = CONFIG, as_json: bool = JSON
) -> None:
    """A case: its clock, its dollars, its history.

    Example: corridor overpayment show OP-20261102-1
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.overpayment_case import read_case

    show_case(read_case(open_context(config).warehouse.home, case), _day(on), as_json)


@app.command()
def investigate(
    case: str = CASE,
    begun: datetime | None = typer.Option(
        None, "--begun", formats=DAY, metavar="DATE", help="The day it began."
    ),
    concluded: datetime | None = typer.Option(
        None, "--concluded", formats=DAY, metavar="DATE", help="The day it ended."
    ),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Note a good-faith investigation of related overpayments: the deadline stands still meanwhile.

    Example: corridor overpayment investigate OP-20261102-1 --begun 2026-11-04
    """
    from corridor.jobs import overpayment
    from corridor.jobs.context import open_context

    today = _day(on)
    first = _day(begun) if begun else None
    last = _day(concluded) if concluded else None
    show_case(overpayment.investigate(open_context(config), case, first, last, today), today, as_json)


@app.command()
def sample(
    case: str = CASE,
    out: Path = typer.Option(..., "--out", metavar="FILE", help="Write the sample: .csv, .xlsx or .parquet."),
    size: int | None = typer.Option(
        None,
        "--size",
        min=2,
        help="Claim lines to draw; default: 100, or all. Of each stratum at least two are.",
    ),
    seed: int = typer.Option(
        ...,
        "--seed",
        help="A number of your choice, kept in the case; the same one draws the same lines again.",
    ),
    stratify: str | None = typer.Option(
        None, "--stratify", help="Draw from each kind, npi, tin or code by its share of the lines."
    ),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Draw a sample of a case's claim lines, to be reviewed.

    Example: corridor overpayment sample OP-20261102-1 --size 100 --seed 20261102 --out sample.csv
    """
    from corridor.jobs import overpayment
    from corridor.jobs.context import open_context
    from corridor.programs.writing import write_results

    today = _day(on)
    _fresh(out)
    found, drawn = overpayment.sample(open_context(config), case, size, seed, stratify, today)
    rows = [
        {
            **{name: row[name] for name in SAMPLE_COLUMNS},
            "paid_dollars": row["paid_dollars"],
            "overpayment": None,
        }
        for row in drawn
    ]
    write_results(out, {"Sample": rows})
    sys.stderr.write(f"{len(rows):,} claim lines in {out}: fill in overpayment, 0 where nothing is owed\n")
    if size is not None and len(rows) > size:
        sys.stderr.write(f"{len(rows):,} instead of {size:,}: of each stratum at least two are drawn\n")
    show_case(found, today, as_json)


@app.command()
def extrapolate(
    case: str = CASE,
    file: Path = typer.Argument(..., metavar="FILE", help="The reviewed sample."),
    amount: str | None = typer.Option(
        None, "--amount", help="What goes back: lower-limit (two-sided), one-sided (lower limit) or point."
    ),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Extrapolate the reviewed sample to every claim line of the case, with an interval.

    Without --amount it shows the figures to choose from, and notes nothing.

    Example: corridor overpayment extrapolate OP-20261102-1 sample.csv --amount point
    """
    from corridor.jobs import overpayment
    from corridor.jobs.context import open_context

    today = _day(on)
    found, _ = overpayment.extrapolate(open_context(config), case, file, today, amount)
    show_case(found, today, as_json)


@app.command()
def refund(
    case: str = CASE,
    out: Path = typer.Option(..., "--out", metavar="FILE", help="Write the refund: .csv, .xlsx or .parquet."),
    with_mbi: bool = typer.Option(False, "--with-mbi", help="With the identifier of each beneficiary."),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Write the refund file: claim lines, dollars, reasons.

    Example: corridor overpayment refund OP-20261102-1 --out refund.csv
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.overpayment_refund import refund as write

    today = _day(on)
    _fresh(out)
    found, total = write(open_context(config), case, out, with_mbi, today)
    sys.stderr.write(f"${total:,.2f} in {out}\n")
    if with_mbi:
        sys.stderr.write("The file names beneficiaries: send it only where it is due.\n")
    show_case(found, today, as_json)


@app.command()
def close(
    case: str = CASE,
    reason: str | None = typer.Option(None, "--reason", help="Why, where nothing was refunded."),
    on: datetime | None = ON,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Close a case: nothing is added to it after that.

    Example: corridor overpayment close OP-20261102-1
    """
    from corridor.jobs import overpayment
    from corridor.jobs.context import open_context

    today = _day(on)
    show_case(overpayment.close(open_context(config), case, reason, today), today, as_json)


def _day(value: datetime | None) -> date:
    return date.today() if value is None else value.date()


def _fresh(out: Path) -> None:
    """Refuse a file before anything is noted in a case: one that is there, or cannot be written."""
    from corridor.errors import CorridorError
    from corridor.programs.writing import SUFFIXES

    if out.exists() or out.suffix.lower() not in SUFFIXES or not out.resolve().parent.is_dir():
        raise CorridorError(
            "OVERPAYMENT-FILE",
            "The file is there already." if out.exists() else "A file of that name cannot be written.",
            why="A reviewed sample or a sent refund is never written over.",
            todo=f"Name a new file in a folder that exists, ending in {', '.join(SUFFIXES)}.",
            file=out,
            field="--out",
        )
