"""``corridor agree``: CMS's feedback, the same worked out here, and the difference by cause."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor.law import Rules
    from corridor.programs.agreement import Feedback, Figure
    from corridor.programs.agreement.compare import Comparison

app = typer.Typer(
    no_args_is_help=True, help="CMS's feedback beside our own figures, the difference by cause."
)

HELP = """CMS's feedback files: every figure worked out again, and what makes up the difference to ours.

Reads answers of the scoring API, rows of the QPP Experience file, and lists of scores. Without --ours or
--run each figure is worked out from the figures below it in the same file. With one of them, what makes up
the difference between CMS's final score and ours is shown by cause.

Example: corridor agree qpp FEEDBACK.json

Example: corridor agree qpp feedback.csv --year 2025 --ours results.json
"""

MSSP_HELP = """CMS's workbooks and assignment list of an ACO beside the last run, each difference by cause.

Assigned people (assignment list), expenditure (AEXPU, QEXPU) and the updated benchmark (BNMRK): theirs, ours,
and what makes up the difference. Load them with corridor load alr and corridor load aco-report, then run.

Example: corridor agree mssp A9999 --year 2026
"""


@app.callback()
def agree() -> None:
    """CMS's feedback beside our own figures, the difference by cause."""


@app.command(help=HELP)
def qpp(
    files: list[Path] = typer.Argument(..., metavar="FEEDBACK...", help="Files or folders of feedback."),
    year: int | None = typer.Option(None, "--year", help="Performance year, where the file does not say it."),
    ours: Path | None = typer.Option(None, "--ours", metavar="FILE", help="What settle mips --json said."),
    run: bool = typer.Option(False, "--run", help="Beside the scores of the last complete run."),
    scoreboard: Path | None = typer.Option(None, "--scoreboard", metavar="FILE", help="Write the page here."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to replay and comparison; the help text stands in HELP."""
    from corridor.engine.warehouse import Warehouse
    from corridor.law import load_rules
    from corridor.programs.agreement import read_feedback
    from corridor.programs.agreement.board import counts
    from corridor.programs.agreement.replay import LAW, replay
    from corridor.settings import load_settings

    settings = load_settings(config)
    own = {name: value for name, value in settings.overrides.items() if name.partition(".")[0] in LAW}
    rules = load_rules(LAW, as_known_on=settings.as_known_on, overrides=own, proposed=settings.proposed)
    feedback = read_feedback(files, year)
    figures = replay(feedback, rules)
    home = Warehouse.open(settings.home_folder()).home
    compared = _compared(feedback, ours, run, home, rules)
    if scoreboard is not None:
        _write(scoreboard, feedback, figures)
    _record(home, feedback, figures)
    if as_json:
        years = {one.year for one in feedback}
        answer = {
            "program": "mips",
            "year": years.pop() if len(years) == 1 else None,
            "rows": [one.to_dict() for one in compared] if compared else [one.to_dict() for one in figures],
            "counts": counts(figures),
            "files": [{"file": one.file, "sha256": one.sha256, "kind": one.kind} for one in feedback],
            "assumptions": _assumptions(feedback, rules),
        }
        json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
        sys.stdout.write("\n")
        return
    if compared:
        _print_compared(compared, len(feedback))
    else:
        _print(figures)
    told = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in counts(figures).items())
    sys.stdout.write(f"{len({one.file for one in feedback})} files, {len(figures)} figures: {told}\n")


@app.command(name="mssp", help=MSSP_HELP)
def mssp(
    aco: str = typer.Argument("", metavar="[ACO]", help="An ACO such as A1234; without one, all."),
    year: int | None = typer.Option(None, "--year", help="Only this year."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in MSSP_HELP."""
    from corridor.jobs.agree_mssp import NEEDED, compared
    from corridor.jobs.context import open_context
    from corridor.jobs.tables import rules_of

    context = open_context(config)
    rows = compared(context, aco, year)
    if not as_json:
        _print_mssp(rows)
        return
    names = {name for table in NEEDED for name in rules_of(table) if name in context.force}
    years = {row["year"] for row in rows}
    answer = {
        "program": "mssp",
        "year": years.pop() if len(years) == 1 else None,
        "rows": rows,
        "assumptions": context.force.assumptions(names),
    }
    json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _print_mssp(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        of = " ".join(str(row[part]) for part in ("report", "period", "stage") if row[part])
        sys.stdout.write(
            f"{row['aco_id']} {row['year']}, {row['figure'].replace('_', ' ')} ({of}): theirs "
            f"{_told(row['theirs'])}, ours {_told(row['ours'])}, difference {_told(row['difference'], '+')}\n"
        )
        for cause in row["causes"]:
            sys.stdout.write(f"  {_told(cause['effect'], '+')}  {cause['why']}\n")
        if row["note"]:
            sys.stdout.write(f"  note: {row['note']}\n")


def _told(value: float | None, sign: str = "") -> str:
    """A figure; a dash where so few people are behind it that it is not told."""
    return "-" if value is None else f"{value:{sign},.0f}"


def _compared(
    feedback: Sequence[Feedback], ours: Path | None, run: bool, home: Path, rules: Rules
) -> list[Comparison]:
    from corridor.errors import CorridorError
    from corridor.programs.agreement.compare import compare
    from corridor.programs.agreement.ours import matched, read_ours

    if ours is None and not run:
        return []
    rows = read_ours(ours) if ours is not None else _of_run(home)
    pairs = matched(feedback, rows)
    if not pairs:
        raise CorridorError(
            "AGREEMENT-NOBODY",
            "Nobody is in both: the feedback and our results.",
            why="They are matched by TIN and NPI, by the NPI alone where CMS prints no TIN.",
            todo="Check that both are of the same practice and year.",
        )
    return [compare(one, row, rules.in_force(_year(one, rules))) for one, row in pairs]


def _year(one: Feedback, rules: Rules) -> int:
    from corridor.programs.agreement.replay import Replay

    return Replay(one, rules).force.performance_year


def _of_run(home: Path) -> list[dict[str, Any]]:
    from corridor.engine.runs import open_run
    from corridor.errors import CorridorError

    found = open_run(home)
    if not found.has("mips.score"):
        raise CorridorError(
            "AGREEMENT-NO-SCORE",
            "The last complete run has no MIPS scores.",
            why="It was limited with --only, or nothing of MIPS was loaded.",
            todo="Run again, or give --ours.",
            field="--run",
        )
    return found.query("select * from mips.score where counts order by performance_year, tin, npi")


def _write(file: Path, feedback: Sequence[Feedback], figures: Sequence[Figure]) -> None:
    from corridor.errors import CorridorError
    from corridor.programs.agreement.board import scoreboard

    try:
        file.write_text(scoreboard(feedback, figures), encoding="utf-8")
    except OSError as error:
        raise CorridorError(
            "AGREEMENT-BOARD",
            f"The scoreboard could not be written: {error.strerror or error}.",
            todo="Name a file in a folder that can be written.",
            file=file,
            field="--scoreboard",
        ) from error
    sys.stderr.write(f"written: {file}\n")


def _record(home: Path, feedback: Sequence[Feedback], figures: Sequence[Figure]) -> None:
    """What was compared, by year, in a warehouse that is there: counts and digests, nobody's figures. The
    calendar then knows that the feedback of the year was looked at."""
    from corridor.engine.files import write_json
    from corridor.programs.agreement.board import counts

    if not home.is_dir():
        return
    for year in sorted({one.year for one in feedback if one.year is not None}):
        files = {one.file: one.sha256 for one in feedback if one.year == year}
        folder = home / "agreement" / str(year)
        folder.mkdir(parents=True, exist_ok=True)
        for file, digest in files.items():
            own = [figure for figure in figures if figure.file == file]
            write_json(
                folder / f"{digest[:16]}.json", {"file": file, "sha256": digest, "counts": counts(own)}
            )


def _assumptions(feedback: Sequence[Feedback], rules: Rules) -> list[dict[str, Any]]:
    """The rules under the replay that are neither codified nor official."""
    from corridor.law.force import UNOFFICIAL
    from corridor.programs.mips.model import RULE_NAMES

    force = rules.in_force(max(_year(one, rules) for one in feedback))
    return [
        {"rule": name, "about": force[name].about, "status": force[name].status, "cite": force[name].cite}
        for name in RULE_NAMES
        if name in force and force[name].status in UNOFFICIAL
    ]


def _print(figures: Sequence[Figure]) -> None:
    width = max((len(f"{one.scope}: {one.name}") for one in figures), default=0)
    file = ""
    for one in figures:
        place = f"{one.file}, {one.place}"
        if place != file:
            sys.stdout.write(f"{place}\n")
            file = place
        theirs = "-" if one.theirs is None else f"{one.theirs:,.4f}"
        ours = "-" if one.ours is None else f"{one.ours:,.4f}"
        cause = f"  {one.cause}" if one.cause else ""
        told = one.verdict.replace("_", " ")
        sys.stdout.write(f"  {f'{one.scope}: {one.name}':<{width}} {theirs:>12} {ours:>12}  {told}{cause}\n")


def _print_compared(compared: Sequence[Comparison], total: int) -> None:
    from corridor.programs.agreement.compare import WORDS

    for one in compared:
        sys.stdout.write(f"{one.feedback.who}\n")
        for name, theirs, ours, shares, digits in (
            ("final score", one.final_theirs, one.final_ours, one.final_shares, 2),
            (
                "payment adjustment",
                one.adjustment_theirs,
                one.adjustment_ours,
                one.adjustment_shares,
                4,
            ),
        ):
            if theirs is None or ours is None:
                continue
            sys.stdout.write(
                f"  {name}: theirs {theirs:.{digits}f}, ours {ours:.{digits}f}, "
                f"difference {ours - theirs:+.{digits}f}\n"
            )
            for share in sorted(shares, key=lambda share: -abs(share.effect)):
                sys.stdout.write(f"    {share.effect:+.{digits}f}  {WORDS[share.cause]}\n")
                for part in one.within.get(share.cause, ()) if name == "final score" else ():
                    why = f" ({part.why})" if part.why else ""
                    sys.stdout.write(f"      {part.effect:+.2f} of the category  {part.cause}{why}\n")
    left = total - len(compared)
    if left:
        sys.stdout.write(f"{left} in the feedback have no row of ours\n")
