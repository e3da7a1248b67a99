"""``corridor calendar``: what is due when under every program, and what is still missing for it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.programs.calendar import Deadline, Evidence, Need

app = typer.Typer()

HELP = """What is due when under every program, from the rules, and what is still missing for it.

Without --year: the days ahead, and what has no date yet. With --year: every date of that performance year,
past or not. What is missing is read off the loaded files and the last complete run; what only CMS's portal
knows is said to be unseen. A date whose status is assumed or secondary: confirm it before you rely on it.

Example: corridor calendar

Example: corridor calendar --year 2026 --program mips --ics deadlines.ics
"""
AHEAD_DAYS = 400


@app.command(help=HELP)
def calendar(
    year: int | None = typer.Option(None, "--year", help="Every date of one performance year."),
    program: str = typer.Option("", "--program", help="One program: asm, mips, mssp, qp, reach or wiser."),
    day: datetime | None = typer.Option(
        None, "--on", formats=["%Y-%m-%d"], help="Look from this day; default: today."
    ),
    ahead: int = typer.Option(AHEAD_DAYS, "--ahead", min=0, help="How many days to look ahead."),
    due: bool = typer.Option(False, "--due", help="Only what somebody must have done."),
    ics: Path | None = typer.Option(None, "--ics", metavar="FILE", help="Also write a calendar file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the list; the help text stands in HELP."""
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.law import load_rules
    from corridor.programs.calendar import PROGRAMS, Evidence, deadlines, undated, year_dates
    from corridor.settings import load_settings

    if program and program not in PROGRAMS:
        raise CorridorError(
            "CALENDAR-PROGRAM",
            f"There is no program called {program!r} with dates.",
            todo=f"Name one of {', '.join(PROGRAMS)}.",
            field="--program",
        )
    settings = load_settings(config)
    own = {name: value for name, value in settings.overrides.items() if name.partition(".")[0] in PROGRAMS}
    rules = load_rules(PROGRAMS, as_known_on=settings.as_known_on, overrides=own, proposed=settings.proposed)
    today = (day or datetime.now()).date()
    found = (
        [*deadlines(rules, today, ahead), *undated(rules, today)] if year is None else year_dates(rules, year)
    )
    kept = [one for one in found if (not program or one.program == program) and (one.due or not due)]
    warehouse = Warehouse.open(settings.home_folder())
    missing = _missing(kept, Evidence.gather(warehouse, _run(warehouse.home), today), rules)
    if ics is not None:
        _write(ics, kept, missing)
    if as_json:
        rows = [
            {**one.to_dict(), "needs": [need.to_dict() for need in missing[at]]}
            for at, one in enumerate(kept)
        ]
        answer = {
            "program": program or None, "year": year, "day": today.isoformat(), "rows": rows,
            "assumptions": _assumptions(kept, rules),
        }  # fmt: skip
        json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
        sys.stdout.write("\n")
    else:
        _print(kept, missing)


def _run(home: Path) -> Any:
    from corridor.engine.runs import open_run
    from corridor.errors import CorridorError

    try:
        return open_run(home)
    except CorridorError as error:
        if error.code != "NO-RUN":
            raise
        return None


def _missing(found: list[Deadline], evidence: Evidence, rules: Rules) -> list[list[Need]]:
    from corridor.programs.calendar import needs

    return [needs(one, evidence, rules.in_force(one.year)) if one.year is not None else [] for one in found]


def _write(file: Path, found: list[Deadline], missing: list[list[Need]]) -> None:
    from corridor.errors import CorridorError
    from corridor.programs.calendar import calendar_file, words

    notes = {(one.what, one.day): words(missing[at]) for at, one in enumerate(found)}
    try:
        file.write_text(calendar_file(found, datetime.now(UTC), notes), encoding="utf-8", newline="")
    except OSError as error:
        raise CorridorError(
            "CALENDAR-FILE",
            f"The calendar file could not be written: {error.strerror or error}.",
            todo="Name a file in a folder that can be written.",
            file=file,
            field="--ics",
        ) from error
    sys.stderr.write(f"written: {file}\n")


def _assumptions(found: list[Deadline], rules: Rules) -> list[dict[str, Any]]:
    """The rules under these dates that are neither codified nor official, each once."""
    listed: dict[str, dict[str, Any]] = {}
    for one in found:
        for name, status in ((one.rule, one.status), (one.opens_rule, one.opens_status)):
            if name and status not in ("codified", "official"):
                about = " ".join(rules.rule(name).body.about.split())
                cite = one.cite if name == one.rule else None
                seen = listed.setdefault(name, {"rule": name, "about": about, "status": status, "cite": cite})
                seen["cite"] = seen["cite"] or cite
    return [listed[name] for name in sorted(listed)]


def _print(found: list[Deadline], missing: list[list[Need]]) -> None:
    from corridor.programs.calendar.model import said

    if not found:
        sys.stdout.write("no dates\n")
        return
    width = max(len(_when(one)) for one in found)
    for at, one in enumerate(found):
        marks = ["due"] if one.due else []
        if one.opens is not None:
            opens = "" if one.opens_status == one.status else f", {one.opens_status}"
            marks.append(f"opens {said(one.opens)}{opens}")
        marks += [f"until {one.until}"] if one.until else []
        marks += [one.basis] if one.basis else []
        marks.append(one.status)
        sys.stdout.write(f"{_when(one):<{width}}  {one.what}  [{'; '.join(marks)}]\n")
        for need in missing[at]:
            detail = f": {need.detail}" if need.detail else ""
            todo = f"  ({need.todo})" if need.todo and need.state != "done" else ""
            sys.stdout.write(f"{'':<{width}}    {need.state:<7} {need.what}{detail}{todo}\n")
    unsure = sorted({one.rule for one in found if one.status not in ("codified", "official")})
    if unsure:
        sys.stdout.write(
            f"\nNot codified or official: {', '.join(unsure)}. corridor rules shows their sources.\n"
        )


def _when(one: Deadline) -> str:
    return one.when() if one.day or one.month else "no date"
