"""``corridor impact``: what another schedule, status or scenario changes, split by cause."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridor.words import counted

if TYPE_CHECKING:
    from corridor.jobs.impact import Impact

app = typer.Typer()

HELP = """What another fee schedule, another status or a scenario changes for your own claims or volumes.

The change is split by cause (conversion factor and what moved it, work, practice expense, malpractice,
indices, policy, status, mix); the parts sum to the change to the cent, on every row of every level.

Example: corridor impact volumes.csv --from 2025 --to 2026 --level npi

Example: corridor impact --from 2025 --to 2026 --level tin --out impact.xlsx

Example: corridor impact --from 2026 --to 2027-proposed --claims 2025

Example: corridor impact --forecast --billing 2000000
"""
SHOWN = 20
WIDTH = 48
COLUMNS = {
    "conversion_factor": "conv. factor", "qp_status": "QP status", "work": "work",
    "practice_expense": "practice exp", "malpractice": "malpractice", "gpci": "gpci", "policy": "policy",
    "rounding": "rounding", "mix": "mix",
}  # fmt: skip


@app.command(help=HELP)
def impact(
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Volumes (corridor template impact_volumes) instead of a run."
    ),
    before: str = typer.Option("2025", "--from", help="2025, 2025D, 2027-proposed, or scenario.toml."),
    after: str = typer.Option("2026", "--to", help="The other side, in the same words."),
    from_qp: bool | None = typer.Option(
        None, "--from-qp/--from-not-qp", help="Price this side with (without) QP status; else as known."
    ),
    to_qp: bool | None = typer.Option(None, "--to-qp/--to-not-qp", help="The same of the other side."),
    level: str = typer.Option(
        "tin", "--level", help="tin, npi, specialty, family, site, code, setting, total."
    ),
    claims: int | None = typer.Option(None, "--claims", help="Lines of this service year; else the newest."),
    claims_from: int | None = typer.Option(
        None, "--claims-from", help="Compare two years of claims: the earlier, priced under --from."
    ),
    claims_to: int | None = typer.Option(None, "--claims-to", help="The later, priced under --to."),
    all_months: bool = typer.Option(
        False, "--all-months", help="Two years: all months of either; else the calendar months of both."
    ),
    mac: str | None = typer.Option(None, "--mac", help="Contractor of volumes that name none."),
    locality: str | None = typer.Option(None, "--locality", help="Locality of volumes that name none."),
    forecast: bool = typer.Option(False, "--forecast", help="The two conversion factors to 2030 instead."),
    billing: float = typer.Option(1_000_000.0, "--billing", help="Allowed dollars a year of the forecast."),
    year: int = typer.Option(2026, "--year", help="First year of the forecast."),
    proposed: bool = typer.Option(
        True, "--proposed/--final", help="Forecast with proposed values, or without."
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
    from corridor.jobs.impact import forecast_of, measure_impact
    from corridor.jobs.impact_lines import Periods
    from corridor.jobs.impact_scenarios import read_scenario

    _check(level, mac, locality, (claims, claims_from, claims_to), file)
    if forecast and file is not None:
        _refuse_forecast()
    if file is not None and out is not None:
        check_out(out, file)
    context = open_context(config)
    if forecast:
        _forecast(forecast_of(context, billing, year, proposed), out, as_json)
        return
    answer = measure_impact(
        context,
        read_scenario(before, "--from", from_qp),
        read_scenario(after, "--to", to_qp),
        level,
        file,
        Periods(claims, claims_from, claims_to, all_months),
        (mac, locality) if mac and locality else None,
    )
    for warning in answer.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if out is not None:
        _write(out, answer, context)
    if as_json:
        _dump(_leaving(answer, context))
    elif out is None:
        sys.stdout.write(_text(answer, limit))


def _check(
    level: str, mac: str | None, locality: str | None, years: tuple[int | None, ...], file: Path | None
) -> None:
    from corridor.billing.impact import LEVELS
    from corridor.errors import CorridorError

    one, first, second = years
    if level not in LEVELS:
        raise CorridorError(
            "IMPACT-LEVEL",
            f"There is no level called {level!r}.",
            todo=f"Name one of {', '.join(LEVELS)}.",
            field="--level",
        )
    if (mac is None) != (locality is None):
        raise CorridorError(
            "IMPACT-PLACE",
            "A locality needs its contractor, and the other way round.",
            why="A locality number alone is not unique.",
            todo="Give both --mac and --locality.",
            field="--locality" if locality is None else "--mac",
        )
    two = first is not None or second is not None
    if (two and (first is None or second is None or one is not None or first == second)) or (
        file is not None and any(year is not None for year in years)
    ):
        raise CorridorError(
            "IMPACT-PERIODS",
            "These years of claims do not go together.",
            why="One year is priced under both schedules, or two each under its own; a file has no years.",
            todo="Give --claims alone, or --claims-from and --claims-to, of two different years.",
            field="--claims",
        )


def _refuse_forecast() -> None:
    from corridor.errors import CorridorError

    raise CorridorError(
        "IMPACT-FORECAST",
        "The forecast takes no file.",
        why="It moves the two conversion factors on one sum of dollars; the services stand still.",
        todo="Give the dollars with --billing.",
        field="FILE",
    )


def _leaving(answer: Impact, context: Any) -> dict[str, Any]:
    """The answer as it may leave: what rests on few people is blanked; volumes count no people."""
    from corridor.jobs.tables import suppress_small_cells

    found = answer.to_dict()
    if not answer.claims:
        return found
    minimum = context.force.number("claims.cell_size_minimum")
    for name in ("rows", "not_compared"):
        found[name] = suppress_small_cells(found[name], ("level", "id"), minimum)
    if found["total"]:
        (found["total"],) = suppress_small_cells([found["total"]], ("level", "id"), minimum)
    return found


def _write(out: Path, answer: Impact, context: Any) -> None:
    from corridor.programs.writing import write_results

    found = _leaving(answer, context)
    rows = found["rows"]
    parts = [
        {"part": name, "about": about, "dollars": found["total"].get(name)}
        for name, about in found["parts"].items()
    ]
    sheets = {"Impact": rows, "Total": parts, "Not compared": found["not_compared"]}
    write_results(out, {**sheets, "Assumptions": answer.assumptions})
    blanked = sum(1 for row in rows if row.get("suppressed"))
    sys.stderr.write(
        f"{counted(len(rows), 'row')} in {out}" + (f", {blanked:,} of them blanked\n" if blanked else "\n")
    )


def _forecast(found: dict[str, Any], out: Path | None, as_json: bool) -> None:
    from corridor.programs.writing import write_results

    for warning in found["warnings"]:
        sys.stderr.write(f"warning: {warning}\n")
    if out is not None:
        write_results(out, {"Forecast": found["rows"], "Assumptions": found["assumptions"]})
        sys.stderr.write(f"{counted(len(found['rows']), 'row')} in {out}\n")
    if as_json:
        _dump(found)
        return
    if out is not None:
        return
    lines = [
        f"Qualifying participant against anyone else on ${found['billing']:,.0f} allowed in {found['year']}.",
        "",
        f"{'year':<5}{'QP factor':>11}{'other':>10}{'gap %':>8}{'by factor $':>13}{'incentive $':>13}"
        f"{'together $':>13}{'since start $':>15}  basis",
    ]
    lines += [
        f"{row['year']:<5}{row['qp_factor']:>11.4f}{row['other_factor']:>10.4f}{100 * row['gap_share']:>8.3f}"
        f"{row['conversion_factor_dollars']:>13,.0f}{row['incentive_dollars'] or 0:>13,.0f}"
        f"{row['qp_advantage']:>13,.0f}{row['cumulative_advantage']:>15,.0f}  {row['basis']}"
        for row in found["rows"]
    ]
    lines += ["", *_assumed(found["assumptions"])]
    sys.stdout.write("\n".join(lines) + "\n")


def _text(answer: Impact, limit: int) -> str:
    from corridor.billing.impact import PARTS

    total = answer.total
    if not total:
        return "no line could be compared\n"
    lines = [
        f"{answer.before.name} ({answer.files['from']}) to {answer.after.name} ({answer.files['to']}): "
        f"{_counted(answer)}, ${total['from_amount']:,.2f} to ${total['to_amount']:,.2f}, "
        f"{_signed(total['change'])} ({_percent(total['change_share'])} %)",
        *_months(answer),
        "",
    ]
    lines += [f"  {about:<78}{_signed(total[name]):>18}" for name, about in PARTS.items() if total[name]]
    lines += [f"  {'sum':<78}{_signed(total['change']):>18}", ""]
    if answer.level != "total":
        lines += _table(answer, limit)
    if answer.left:
        lines += ["Not compared (reason under the one schedule / the other):"]
        lines += [
            f"  {row['hcpcs_code']} {row['modifiers'] or ''}".ljust(18)
            + f"{row['lines']:>10,.0f} {'lines' if answer.claims else 'units'}  "
            + f"{_reason(row, 'from')} / {_reason(row, 'to')}  {_worth(row)}"
            for row in answer.left[:limit]
        ]
        if len(answer.left) > limit:
            lines += [f"  and {len(answer.left) - limit:,} more: --out or --json"]
        lines += [""]
    return "\n".join([*lines, *_assumed(answer.assumptions)]) + "\n"


def _counted(answer: Impact) -> str:
    """Lines of claims (of each side, where two years differ), or units of volumes."""
    before, after = answer.total["lines_from"], answer.total["lines_to"]
    word = "line" if answer.claims else "unit"
    return (
        counted(round(after), word) if before == after else f"{counted(round(before), word)} to {after:,.0f}"
    )


def _months(answer: Impact) -> list[str]:
    """Whose services they are: the months of each side."""
    from corridor.jobs.impact_months import months_in_words

    before, after = (answer.months.get(side, []) for side in ("from", "to"))
    if not before and not after:
        return []
    if before == after:
        return [f"Services of {months_in_words(after)}, priced under both schedules."]
    first, second = months_in_words(before), months_in_words(after)
    return [f"Services of {first} under the first, of {second} under the second."]


def _table(answer: Impact, limit: int) -> list[str]:
    width = min(WIDTH, max([len(answer.level), *(len(row["id"]) for row in answer.rows[:limit])])) + 1
    lines = [
        f"{answer.level:<{width}}{'from $':>14}{'to $':>14}{'change $':>13}{'%':>8}"
        + "".join(f"{heading:>13}" for heading in COLUMNS.values())
    ]
    for row in answer.rows[:limit]:
        sums = {
            **row,
            "work": row["work_efficiency"] + row["work_revaluation"],
            "practice_expense": row["practice_expense_facility"] + row["practice_expense_non_facility"],
        }
        lines.append(
            f"{row['id'][: width - 1]:<{width}}{row['from_amount']:>14,.2f}{row['to_amount']:>14,.2f}"
            f"{row['change']:>13,.2f}{_percent(row['change_share']):>8}"
            + "".join(f"{sums[name]:>13,.2f}" for name in COLUMNS)
        )
    if len(answer.rows) > limit:
        lines.append(f"{len(answer.rows) - limit:,} more: --limit shows them, --out writes them")
    lines.append("Largest loss first; the columns from conv. factor on sum to the change.")
    return [*lines, ""]


def _assumed(assumptions: list[dict[str, Any]]) -> list[str]:
    if not assumptions:
        return []
    many = counted(len(assumptions), "parameter under this is", "parameters under this are")
    return [
        f"{many} not codified or official:",
        *(f"  {one['rule']} ({one['status']}; {one['cite']})" for one in assumptions),
    ]


def _reason(row: dict[str, Any], side: str) -> str:
    """Why a side does not price a line; ``-`` where the line is of the other period."""
    if row["side"] not in ("both", side):
        return "-"
    return str(row[f"reason_{side}"] or "priced")


def _worth(row: dict[str, Any]) -> str:
    """What is known of a line that is not compared: a price of one side, else what was claimed."""
    priced = row["amount_from"] if row["amount_from"] is not None else row["amount_to"]
    if priced is not None:
        return f"${priced:,.2f}"
    claimed = row["claimed_amount"]
    return "no dollars known" if claimed is None else f"${claimed:,.2f} claimed"


def _signed(dollars: Any) -> str:
    return f"{'-' if dollars < 0 else '+'}${abs(dollars):,.2f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:+.2f}"


def _dump(found: dict[str, Any]) -> None:
    from corridor.programs.writing import plain

    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
