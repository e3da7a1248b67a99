"""``corridor next-best``: what to do next, over all programs, net of what they do to one another."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SHOWN = 15


@app.command()
def next_best(
    identifier: str = typer.Argument("", metavar="[NPI|TIN|CCN|ACO]", help="Without one: everybody."),
    top: int = typer.Option(SHOWN, "--top", min=1, help="How many actions."),
    program: str = typer.Option("", "--program", help="Actions of one program: billing, asm, mips, team."),
    duties: bool | None = typer.Option(None, "--duties/--gains", help="Duties alone, or gains alone."),
    done: str = typer.Option("", "--done", metavar="ACTION", help="Mark an action as done (its action_id)."),
    undo: str = typer.Option("", "--undo", metavar="ACTION", help="Take the mark back."),
    on: datetime | None = typer.Option(
        None, "--on", formats=["%Y-%m-%d"], help="With --done: the day; default: today."
    ),
    note: str = typer.Option("", "--note", help="With --done: a word about it."),
    realised: bool = typer.Option(False, "--realised", help="What came of the actions marked as done."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Rank what can be done next by net expected dollars after overlap; duties stand apart.

    Example: corridor next-best 9000000001 --top 5

    Example: corridor next-best --done billing:apcm_missed:missed:9000000001:000000001 --on 2026-04-01
    """
    from corridor.engine.runs import open_run
    from corridor.jobs.action_marks import mark
    from corridor.jobs.action_marks import realised as came_of
    from corridor.jobs.next_best import next_best_of
    from corridor.law import load_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    run = open_run(settings.home_folder())
    answer: dict[str, Any]
    if done or undo:
        row = mark(run, done or undo, on.date() if on else date.today(), note, undone=not done)
        answer = {"program": "next-best", "rows": [row]}
        text = f"{row['action_id']}: {'done' if row['done'] else 'not done'} on {row['on']}"
    elif realised:
        rows = came_of(run)
        answer = {"program": "next-best", "run_id": run.run_id, "rows": rows}
        text = "\n".join(map(_came_line, rows)) or "Nothing is marked as done; mark with --done ACTION."
    else:
        programs = ("action", "billing", "mssp", "overlap", "performance", "pfs", "qp", "asm", "mips")
        mine = {k: v for k, v in settings.overrides.items() if k.split(".")[0] in programs}
        rules = load_rules(programs, as_known_on=settings.as_known_on, overrides=mine)
        answer = next_best_of(run, rules, identifier, top=top, program=program, duties=duties)
        text = _text(answer)
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, default=_json))
    else:
        typer.echo(text)


def _json(value: Any) -> Any:
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)


def _text(answer: dict[str, Any]) -> str:
    lines = []
    for total in answer["totals"]:
        what = "duties" if total["obligation"] else "actions"
        verb = "ask for" if total["obligation"] else "are worth"
        lines.append(
            f"{total['actions']:,} {what} {verb} ${abs(total['net_dollars']):,.0f} net of "
            f"${abs(total['gross_dollars']):,.0f} before overlap; {total['effort_hours']:,.0f} hours"
        )
    if not lines:
        return "Nothing to do here."
    duty = None
    for place, row in enumerate(answer["rows"], start=1):
        if row["obligation"] and duty is None:
            lines += ["", "Duties:"]
        duty = True if row["obligation"] else duty
        who = (
            " ".join(f"{n.upper()} {row[n]}" for n in ("npi", "tin", "ccn") if row[n])
            or f"ACO {row['aco_id']}"
        )
        due = row["deadline"] or row["deadline_words"]
        lines.append("")
        lines.append(f"{place}. {row['words']} ({row['program']}; {who})")
        lines.append(
            f"   ${row['net_dollars']:+,.0f} net, {row['low']:+,.0f} to {row['high']:+,.0f}; "
            f"{_hours(row['effort_hours'])}; due: {due}"
        )
        lines += [f"   {e['dollars']:+,.0f} {e['words']}" for e in row["effects"]]
        lines.append(f"   {row['action_id']}; evidence: {row['evidence_table']} {row['evidence_key']}")
    lines += ["", "Hours and shares are assumed: rule action.kind, to be replaced by yours."]
    return "\n".join(lines)


def _hours(value: float | None) -> str:
    return "hours not shown, of few people" if value is None else f"about {value:,.0f} hours"


def _came_line(row: dict[str, Any]) -> str:
    if row["realised_dollars"] is None:
        return f"{row['action_id']}: done {row['done_on']}; {row['verdict']}"
    since = f" in {row['months']} months" if row["months"] else ""
    return (
        f"{row['action_id']}: done {row['done_on']}; ${row['realised_dollars']:+,.0f}{since} against "
        f"${row['expected_dollars']:+,.0f} expected: {row['verdict']}"
    )
