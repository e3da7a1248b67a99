"""``corridor apcm``: advanced primary care management beside what is billed now, by clinician."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.jobs.apcm import Apcm
    from corridor.jobs.context import Context

app = typer.Typer()

HELP = """What advanced primary care management (APCM) is worth beside what is billed now, by clinician.

People by level, a year as billed now, with everyone on APCM, and with the better of the two for each; what a
month of each care-management program leaves after its work; the thirteen service elements. From the last run,
or from a FILE without claims: a list of patients (`corridor template apcm_panel`) or counts (apcm_counts).

Example: corridor apcm --tin 123456789 --worklist people.xlsx

Example: corridor apcm panel.csv --year 2026 --json
"""
SHOWN = 20
WIDTH = 120


@app.command(help=HELP)
def apcm(
    file: Path | None = typer.Argument(None, metavar="[FILE]", help="A panel or counts instead of a run."),
    year: int | None = typer.Option(None, "--year", help="Calendar year of service; the newest there is."),
    month: int | None = typer.Option(None, "--month", metavar="YYYYMM", help="Month of the work list."),
    npi: str | None = typer.Option(None, "--npi", help="Only this clinician."),
    tin: str | None = typer.Option(None, "--tin", help="Only this practice."),
    worklist: Path | None = typer.Option(
        None, "--worklist", metavar="FILE", help="Write the people to bill for: .xlsx, .csv, .parquet, .json."
    ),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="Write the figures by clinician, programs and elements."
    ),
    with_mbi: bool = typer.Option(
        False, "--with-mbi", help="With --worklist: the identifier of each beneficiary, to find them by."
    ),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many clinicians to show."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.cli.audit import check_month, needs_file
    from corridor.cli.settle import check_out
    from corridor.jobs.apcm import Wanted, of_file, of_run
    from corridor.jobs.context import open_context

    check_month(month)
    if with_mbi and worklist is None:
        raise needs_file("--worklist")
    for written in (worklist, out):
        if file is not None and written is not None:
            check_out(written, file)
    context = open_context(config)
    wanted = Wanted(year, month, npi, tin)
    found = of_run(context, wanted) if file is None else of_file(file, context, wanted)
    for warning in found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    _write(found, worklist, out, context if with_mbi else None)
    if as_json:
        _json(found, worklist, out)
    elif worklist is None and out is None:
        sys.stdout.write(_text(found, limit))


def _write(found: Apcm, worklist: Path | None, out: Path | None, identified: Context | None) -> None:
    from corridor.jobs.apcm import WORK_LIST
    from corridor.programs.writing import write_results

    if worklist is not None:
        people = found.work_list
        if identified is not None:
            from corridor.jobs.identifiers import with_identifiers

            people = with_identifiers(identified, people)
        write_results(worklist, {"People": people}, ["person_id", *WORK_LIST])
        hint = (
            ""
            if identified or any("patient_id" in row for row in people[:1])
            else " --with-mbi adds the identifiers."
        )
        sys.stderr.write(f"{_people(len(people))} in {worklist}: keep it inside the organization.{hint}\n")
    if out is not None:
        sheets = {"Clinicians": found.rows, "Programs": found.programs, "Elements": found.elements}
        write_results(out, sheets)
        sys.stderr.write(f"{len(found.rows):,} clinicians in {out}\n")


def _json(found: Apcm, worklist: Path | None, out: Path | None) -> None:
    from corridor.programs.writing import plain

    written = {"work_list": str(worklist) if worklist else None, "figures": str(out) if out else None}
    answer = {
        "program": "primary_care",
        "year": found.year,
        "rows": found.rows,
        "programs": found.programs,
        "elements": found.elements,
        "comparison": found.comparison,
        "people_to_bill": len(found.work_list),
        "written": written,
        "assumptions": found.assumptions,
        "warnings": found.warnings,
    }
    json.dump(plain(answer), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _text(found: Apcm, limit: int) -> str:
    months = sorted({str(row["month"]) for row in found.work_list})
    month = f" in {months[-1][:4]}-{months[-1][4:]}" if months else ""
    clinicians = "1 clinician" if len(found.rows) == 1 else f"{len(found.rows):,} clinicians"
    lines = [
        f"APCM in {found.year}: {clinicians}; {_people(len(found.work_list))} to bill for{month} (--month)."
    ]
    if not found.rows:
        return "\n".join([*lines, "Nobody is answerable for anyone.", ""])
    lines += ["", *_clinicians(found.rows, limit), ""]
    lines += [part for said in found.comparison for part in textwrap.wrap(said, WIDTH)]
    if found.programs:
        lines += ["", *_programs(found.programs)]
    lines += ["", *_elements(found.elements)]
    if found.assumptions:
        count = len({str(one["rule"]) for one in found.assumptions})
        lines += ["", f"{count:,} rules under these figures are not codified or official; --json lists them."]
    return "\n".join([*lines, "--worklist FILE writes the people.", ""])


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _clinicians(rows: list[dict[str, Any]], limit: int) -> list[str]:
    lines = [
        f"{'NPI':<12} {'TIN':<12} {'people a month, level':>24} {'a year now':>13} {'all on APCM':>13} "
        f"{'better of two':>13} {'gain':>12}",
        f"{'':<12} {'':<12} {'1':>8}{'2':>8}{'3':>8}",
    ]
    for row in rows[:limit]:
        people = "".join(f"{row[f'level_{level}_months'] / row['months']:>8,.1f}" for level in (1, 2, 3))
        lines.append(
            f"{row['npi']:<12} {row['tin']:<12} {people:>24} {_money(row['now_amount']):>13} "
            f"{_money(row['all_apcm_amount']):>13} {_money(row['better_amount']):>13} "
            f"{_money(row['gain_amount']):>12}"
        )
    if len(rows) > limit:
        lines.append(f"... and {len(rows) - limit:,} more")
    total = {
        name: _sum([row[name] for row in rows])
        for name in ("now_amount", "all_apcm_amount", "better_amount", "gain_amount", "all_apcm_medicare")
    }
    lines.append(
        f"{'together':<12} {'':<12} {'':>24} {_money(total['now_amount']):>13} "
        f"{_money(total['all_apcm_amount']):>13} {_money(total['better_amount']):>13} "
        f"{_money(total['gain_amount']):>12}"
    )
    lines.append(
        "Allowed dollars of the months there are. Of all on APCM Medicare pays "
        f"{_money(total['all_apcm_medicare'])}, after coinsurance and sequestration."
    )
    return lines


def _programs(rows: list[dict[str, Any]]) -> list[str]:
    """Programs over all clinicians: the months summed, the price and margin of a month as an average."""
    lines = [
        f"{'program':<9} {'could, months':>14} {'billed, months':>15} {'a month brings':>15} {'costs':>9} "
        f"{'leaves':>9}  break-even"
    ]
    for name in sorted({str(row["program"]) for row in rows}):
        mine = [row for row in rows if row["program"] == name]
        priced = [row for row in mine if row["month_margin"] is not None]
        weight = sum(row["candidate_months"] or row["billed_months"] or 1 for row in priced)

        def mean(column: str, priced: list[dict[str, Any]] = priced, weight: Any = weight) -> Any:
            if not priced:
                return None
            total = sum(
                row[column] * (row["candidate_months"] or row["billed_months"] or 1) for row in priced
            )
            return total / weight

        panels = sorted(row["break_even_people"] for row in priced if row["break_even_people"] is not None)
        even = f"{panels[0]:,} to {panels[-1]:,} people" if panels else ("never" if priced else "-")
        even = f"{panels[0]:,} people" if panels and panels[0] == panels[-1] else even
        brings, costs = mean("month_revenue"), mean("month_cost")
        # of what is shown, so that the three agree to the cent
        leaves = None if brings is None or costs is None else round(brings, 2) - round(costs, 2)
        lines.append(
            f"{name:<9} {sum(row['candidate_months'] for row in mine):>14,} "
            f"{sum(row['billed_months'] for row in mine):>15,} {_money(brings):>15} "
            f"{_money(costs):>9} {_money(leaves):>9}  {even}"
        )
    lines.append(
        "Costs are Corridor's assumptions: put your own in corridor.toml (primary_care.hourly_cost for "
        "wages, primary_care.staff_cost for minutes and other costs)."
    )
    return lines


def _elements(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["The thirteen service elements, what claims show of them, and what to hold:"]
    for number in sorted({int(row["element"]) for row in rows}):
        mine = [row for row in rows if row["element"] == number]
        counted = sum(row["counted"] or 0 for row in mine)
        shown = (
            f"{sum(row['shown'] or 0 for row in mine) / counted:.0%}" if counted else mine[0]["claims_show"]
        )
        lines.append(f"{number:>3}  {shown:>5}  {mine[0]['about']}")
        lines += textwrap.wrap(str(mine[0]["ask"]), 96, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return lines


def _money(value: Any) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _sum(values: list[Any]) -> Any:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
