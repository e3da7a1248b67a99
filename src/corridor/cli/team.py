"""corridor team: open episodes from a schedule; episodes of the last run compared, followed, as a form."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(help="Hospital episodes of TEAM. Example: corridor team board schedule.csv")
CONFIG = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml.")
JSON = typer.Option(False, "--json", help="One JSON object on standard output.")
OUT = typer.Option(None, "--out", metavar="FILE", help="Also write .xlsx, .csv, .parquet or .json.")
DEFINITIONS = ("team", "shadow_bundles")
SHOWN = 40


@app.command()
def board(
    schedule: Path = typer.Argument(..., metavar="SCHEDULE", help="CSV, Excel, Parquet or JSON."),
    as_of: datetime | None = typer.Option(None, "--as-of", formats=["%Y-%m-%d"], help="Default: today."),
    prices: Path | None = typer.Option(None, "--prices", help="CMS's target prices, for cases without one."),
    year: int | None = typer.Option(None, "--year", help="Performance year; default: that of the day."),
    overrides: list[str] = typer.Option([], "--set", metavar="RULE=VALUE", help="Another value of a rule."),
    out: Path | None = OUT,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Open episodes from an operating-room or admissions schedule: day n of 30, target, what is due.

    Example: corridor team board schedule.csv --as-of 2026-03-20
    """
    from corridor.cli.settle import stated_overrides
    from corridor.engine.tabular.form import read_form
    from corridor.law import load_rules
    from corridor.programs.team.board import board as judged
    from corridor.programs.team.participation import check_year
    from corridor.settings import load_settings

    settings = load_settings(config)
    day = as_of.date() if as_of else date.today()
    given = {**settings.overrides, **stated_overrides(overrides)}
    rules = load_rules(["team"], as_known_on=settings.as_known_on, overrides=given)
    force = rules.in_force(year if year is not None else day.year)
    check_year(force, None)
    published = read_form(prices, "team_prices") if prices is not None else None
    found = judged(read_form(schedule, "team_schedule"), force, day, published)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    head = {"program": "team", "year": force.performance_year, "as_of": day}
    tail = {"assumptions": force.assumptions(found.rules), "warnings": found.warnings}
    _hand_over(out, as_json, {**head, "rows": found.rows, **tail}, _board_text(day, found.rows))


@app.command()
def episodes(
    by: str = typer.Option("hospital", "--by", help="hospital, surgeon, category, code or year."),
    definitions: str = typer.Option("team", "--definitions", help="team or shadow_bundles."),
    ccn: str = typer.Option("", "--ccn", help="Only of this hospital."),
    out: Path | None = OUT,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Episodes of the last run compared: spending in parts, readmissions, where money went after discharge.

    Example: corridor team episodes --by surgeon --definitions shadow_bundles
    """
    from corridor.errors import CorridorError
    from corridor.jobs import team as job
    from corridor.jobs.context import open_context

    for value, known, field in ((by, tuple(job.BY), "--by"), (definitions, DEFINITIONS, "--definitions")):
        if value not in known:
            raise CorridorError(
                "TEAM-CHOICE",
                f"{field} cannot be {value!r}.",
                todo=f"One of {', '.join(known)}.",
                field=field,
            )
    context = open_context(config)
    rows, left = job.compared(context, definitions, by, ccn)
    least = context.force.number("claims.cell_size_minimum")
    answer: dict[str, Any] = {
        "program": "team",
        "year": context.performance_year,
        "definitions": definitions,
        "rows": job.without_few(rows, (by,), least),
        "not_counted": job.without_few(left, ("exclusion_reason",), least),
        "readmissions": job.without_few(
            job.readmission_causes(context, definitions, ccn), ("ms_drg", "kind", "standing"), least
        ),
        "after_discharge": job.without_few(
            job.after_discharge(context, definitions, ccn), ("stage", "service_ccn"), least
        ),
        "assumptions": context.rules.in_force(context.performance_year).assumptions(
            [name for name in context.force.names("team") if name in job_rules()]
        ),
    }
    _hand_over(out, as_json, answer, _episodes_text(by, definitions, answer))


@app.command()
def compare(
    of: str = typer.Argument(..., metavar="WHAT", help="surgeons, post-acute, causes or leakage."),
    definitions: str = typer.Option("team", "--definitions", help="team or shadow_bundles."),
    ccn: str = typer.Option("", "--ccn", help="Only of this hospital."),
    out: Path | None = OUT,
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """Surgeons, facilities after discharge, causes of readmission, or the own network, side by side.

    Example: corridor team compare surgeons --ccn 330001
    """
    from corridor.errors import CorridorError
    from corridor.jobs import team as job
    from corridor.jobs.context import open_context
    from corridor.jobs.tables import suppress_small_cells

    for value, known, field in (
        (of, tuple(job.COMPARED), "WHAT"),
        (definitions, DEFINITIONS, "--definitions"),
    ):
        if value not in known:
            raise CorridorError(
                "TEAM-CHOICE",
                f"{field} cannot be {value!r}.",
                todo=f"One of {', '.join(known)}.",
                field=field,
            )
    context = open_context(config)
    table, _, named = job.COMPARED[of]
    least = context.force.number("claims.cell_size_minimum")
    key = ("definition_set", "hospital_ccn", *named)
    made = job.side_by_side(context, of, definitions, ccn)
    rows = suppress_small_cells(job.without_all_but_few(made, least), key, least)
    force = context.rules.in_force(context.performance_year)
    answer = {
        "program": "team",
        "year": context.performance_year,
        "compared": of,
        "definitions": definitions,
        "rows": rows,
        "assumptions": force.assumptions(
            [name for name in context.force.names("team") if name in job_rules()]
        ),
    }
    lines = [f"{len(rows)} rows of {table}, definitions {definitions}:", ""]
    lines += [_side_line(row, named) for row in rows[:SHOWN]]
    _hand_over(out, as_json, answer, "\n".join(lines))


def _side_line(row: dict[str, Any], named: tuple[str, ...]) -> str:
    own = {True: "own network", False: "elsewhere", None: "on no list"}
    words = [own[row[name]] if name == "own_network" else str(row[name] or "-") for name in named]
    head = f"{row['hospital_ccn']}  {'  '.join(words)}"
    if row["episodes"] is None:
        return f"{head}: too few people to be told"
    figures = [f"{row['episodes']:,} episodes"]
    for name, text in SIDE_FIGURES.items():
        if row.get(name) is not None:
            figures.append(text.format(row[name]))
    return f"{head}: {', '.join(figures)}"


SIDE_FIGURES = {
    "mean_spend": "mean ${:,.0f}",
    "mean_loaded_ratio": "{:.2f} of the loaded mean",
    "readmission_share": "readmitted {:.1%}",
    "snf_share": "to nursing {:.1%}",
    "spend": "${:,.0f}",
    "mean_days": "{:.1f} days",
}
LISTS = ("rows", "readmissions", "after_discharge")


def job_rules() -> set[str]:
    """The rules that the steps of TEAM read."""
    from corridor.engine.catalogue import load_catalogue

    steps = load_catalogue().steps
    return {rule for name, step in steps.items() if name.startswith("team.") for rule in step.rules}


@app.command()
def timeline(
    episode: str = typer.Argument(..., metavar="EPISODE", help="Its id in team.episode."),
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """One episode of the last run, claim line by claim line, by day after discharge.

    Example: corridor team timeline team:A9901:123:0
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.team import timeline as followed

    context = open_context(config)
    head, lines = followed(context, episode)
    answer = {"program": "team", "year": context.performance_year, "episode": head, "rows": lines}
    counts = head["exclusion_reason"] or "counts"
    text = [
        f"{head['category']} ({head['code']}) at {head['facility_ccn']}, {head['episode_start']} to "
        f"{head['episode_end']}: {counts}"
    ]
    for line in lines:
        text.append(
            f"  day {line['day']:>3}  {line['stage']:<16} {line['service_ccn'] or line['npi'] or '':<12} "
            f"{line['standardized_amount'] or 0:>12,.2f} counts {line['episode_amount']:>12,.2f}  "
            f"{line['exclusion_reason'] or ''}"
        )
    _hand_over(None, as_json, {**answer, "assumptions": []}, "\n".join(text))


@app.command()
def form(
    out: Path = typer.Option(..., "--out", metavar="FILE", help="The form to write."),
    year: int | None = typer.Option(None, "--year", help="Performance year; default: that of the run."),
    config: Path | None = CONFIG,
    as_json: bool = JSON,
) -> None:
    """What the last run knows of a settlement, as a form: fill in CMS's prices and scores, then settle it.

    Example: corridor team form --out team.csv
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.team import settlement_form
    from corridor.programs.writing import write_results

    context = open_context(config)
    rows = settlement_form(context, year)
    write_results(out, {"Hospitals": rows})
    if as_json:
        answer = {"program": "team", "year": context.performance_year, "rows": rows, "assumptions": []}
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    sys.stderr.write(
        f"{len(rows)} rows in {out}. Loaded claims may hold only the people of an ACO: the hospital's own "
        "count of episodes is CMS's. Fill in the blank columns, then: corridor settle team FILE\n"
    )


def _hand_over(out: Path | None, as_json: bool, answer: dict[str, Any], text: str) -> None:
    from corridor.programs.writing import plain, write_results

    if out is not None:
        sheets = {name.replace("_", " "): answer[name] for name in ("rows", *LISTS[1:]) if answer.get(name)}
        write_results(out, sheets or {"rows": []})
    if as_json:
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(text)
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _board_text(day: date, rows: list[dict[str, Any]]) -> str:
    opened = sum(1 for row in rows if row["state"] == "open")
    lines = [f"{day}: {len(rows)} cases, {opened} with an open episode.", ""]
    for row in rows[:SHOWN]:
        where = f"day {row['day']} of {row['window_days']}" if row["day"] else row["state"].replace("_", " ")
        left = "" if row["left_of_target"] is None else f"  {row['left_of_target']:>+12,.0f} left of target"
        lines.append(f"{row['case_id']:<10.10} {row['category']:<14} {where:<16}{left}".rstrip())
        if row["due"]:
            lines.append(f"           due: {'; '.join(row['due'])}")
    return "\n".join(lines)


def _episodes_text(by: str, definitions: str, answer: dict[str, Any]) -> str:
    rows = answer["rows"]
    total = sum(row["episodes"] or 0 for row in rows)
    lines = [f"{total:,} episodes that count, definitions {definitions}, by {by}:", ""]
    for row in rows[:SHOWN]:
        if row["episodes"] is None:
            lines.append(f"{row[by] or '-'!s:<14} too few people to be told")
            continue
        rate = "-" if row["readmission_rate"] is None else f"{row['readmission_rate']:.1%}"
        lines.append(
            f"{row[by] or '-'!s:<14} {row['episodes']:>6,} episodes, mean ${row['mean_spending']:>9,.0f}, "
            f"after the anchor ${row['mean_spending'] - row['anchor']:>8,.0f}, "
            f"readmitted {rate}"
        )
    for row in answer["not_counted"]:
        told = "few" if row["triggers"] is None else f"{row['triggers']:,}"
        lines.append(f"not counted: {told} {row['exclusion_reason'].replace('_', ' ')}")
    return "\n".join(lines)
