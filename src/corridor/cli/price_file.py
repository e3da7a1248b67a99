"""``corridor price-file``: a published price file beside what was paid in the loaded claims."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.jobs.price_file import Comparison

app = typer.Typer()

HELP = """A hospital's or payer's price-transparency file beside what was allowed in the loaded claims.

FILE: a hospital's standard charges (CMS template 2 or 3: CSV tall or wide, JSON) or a payer's in-network
rates (JSON); gzip and zip too. By code, modifier and setting: the middle and the range of what was allowed,
the file's gross charge, cash price, least, largest and each payer's rate, and their ratios.

Example: corridor price-file standardcharges.csv --ccn 050454

Example: corridor price-file in-network-rates.json.gz --tin 123456789 --year 2026 --out rates.xlsx
"""
SHOWN = 20


@app.command(help=HELP)
def price_file(
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="Price files."),
    npi: list[str] = typer.Option(
        [], "--npi", help="Only lines, and of a payer's file rates, of this NPI; repeatable."
    ),
    tin: list[str] = typer.Option(
        [], "--tin", help="Only lines, and of a payer's file rates, of this TIN; repeatable."
    ),
    ccn: list[str] = typer.Option([], "--ccn", help="Only claims of this hospital (CCN); repeatable."),
    code: list[str] = typer.Option([], "--code", help="Only this HCPCS code or DRG; repeatable."),
    year: int | None = typer.Option(None, "--year", help="Only services of this calendar year."),
    payer: str = typer.Option(
        "", "--payer", metavar="TEXT", help="Only payers and plans with TEXT in the name."
    ),
    skip_bad: bool = typer.Option(
        False, "--skip-bad", help="Set rows aside whose prices are no numbers; else the first is an error."
    ),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="Write all: .csv, .xlsx, .parquet, .json."
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.cli.settle import check_out
    from corridor.jobs.context import open_context
    from corridor.jobs.price_file import Ours, compare

    if out is not None:
        for given in files:
            check_out(out, given)
    ours = Ours(
        frozenset(npi),
        frozenset(one.replace("-", "") for one in tin),
        frozenset(ccn),
        frozenset(one.strip().upper() for one in code),
        year,
    )
    found = compare(files, open_context(config), ours, skip_bad)
    if payer:
        found.rows = [row for row in found.rows if _names(row, payer)]
    for warning in found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {"Prices": found.safe_rows(), "Files": found.files})
        sys.stderr.write(
            f"{counted(len(found.rows), 'row')} in {out}; few people behind a row blank its figures\n"
        )
    if as_json:
        _json(found, year, out)
    elif out is None:
        sys.stdout.write(_text(found, limit))


def _names(row: dict[str, Any], text: str) -> bool:
    return text.lower() in f"{row['payer'] or ''} {row['plan'] or ''}".lower()


def _json(found: Comparison, year: int | None, out: Path | None) -> None:
    from corridor.programs.writing import plain

    rows = found.safe_rows() if out is None else [{"rows": len(found.rows), "file": str(out)}]
    answer = {
        "program": None,
        "year": year,
        "rows": rows,
        "files": found.files,
        "assumptions": [],
        "warnings": found.warnings,
    }
    json.dump(plain(answer), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _text(found: Comparison, limit: int) -> str:
    lines = [
        f"{one['file']}: {one['name'] or 'unnamed'}, {one['kind']}, version {one['version'] or '-'}, "
        f"of {one['updated'] or '-'}; {one['prices']:,} prices of loaded codes"
        for one in found.files
    ]
    if not found.rows:
        return "\n".join([*lines, "Nothing to compare.", ""])
    lines += [
        "",
        f"{'code':<7} {'mod':<5} {'setting':<12} {'people':>7} {'allowed':>11} {'range':>21} {'gross':>11} "
        f"{'cash':>11} {'rate':>11} {'to allowed':>10}  payer",
    ]
    for row in found.rows[:limit]:
        span = f"{row['allowed_least']:,.2f}-{row['allowed_largest']:,.2f}"
        who = " ".join(part for part in (row["payer"], row["plan"]) if part)
        lines.append(
            f"{row['code']:<7} {row['modifiers']:<5} {row['setting']:<12} {row['people']:>7,} "
            f"{row['allowed_median']:>11,.2f} {span:>21} {_money(row['gross'])} {_money(row['cash'])} "
            f"{_money(row['negotiated'])} {_ratio(row['negotiated_to_allowed'])}  {who or '-'}"
        )
    if len(found.rows) > limit:
        lines.append(f"... and {len(found.rows) - limit:,} more: --limit shows them, --out writes them")
    lines += [
        "",
        "Allowed: the middle of one unit in the loaded claims. Rate: the middle of what the file states",
        "for the payer; a share of billed charges counts at the gross charge.",
    ]
    return "\n".join([*lines, ""])


def _money(value: float | None) -> str:
    return f"{'-':>11}" if value is None else f"{value:>11,.2f}"


def _ratio(value: float | None) -> str:
    return f"{'-':>10}" if value is None else f"{value:>10.2f}"
