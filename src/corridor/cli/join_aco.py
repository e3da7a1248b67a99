"""corridor join-aco: what joining an ACO is worth to one practice, and what it risks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.scenarios.join import Joining
    from corridor.scenarios.tracks import Choice

app = typer.Typer()

HELP = """One practice (TIN) before it joins an ACO: QP status, MIPS avoided, share, downside, dates.

The practice is put on the participant list of the ACO and people are assigned again; its clinicians get the
status the ACO's own QP scores give; what the ACO earns or owes is settled from its terms and benchmark, or
drawn from a case of track choice (--case, as for corridor tracks). What the ACO passes on is in its agreement
with the practice and has no default: --pass-through of savings, --loss-share of losses.

Example: corridor join-aco 000000006 --track E --pass-through 0.5 --loss-share 0.5
"""


@app.command("join-aco", help=HELP)
def join_aco(
    tin: str = typer.Argument(..., metavar="TIN", help="The practice that would join."),
    track: str = typer.Option(..., "--track", help="The ACO's level: A to E, or EN."),
    aco: str | None = typer.Option(None, "--aco", help="The ACO, where participants of several are loaded."),
    year: int | None = typer.Option(None, "--year", help="Performance year (default: the measured one)."),
    pass_through: float | None = typer.Option(
        None, "--pass-through", min=0, max=1, help="Share of savings the ACO passes on to its practices."
    ),
    loss_share: float | None = typer.Option(
        None, "--loss-share", min=0, max=1, help="Share of losses its practices bear."
    ),
    election: str | None = typer.Option(
        None,
        "--election",
        help="The ACO's minimum savings rate, or variable (default: its terms, or variable).",
    ),
    case: Path | None = typer.Option(
        None, "--case", metavar="FILE", help="The ACO's form of corridor tracks."
    ),
    draws: int = typer.Option(10_000, "--draws", min=100, max=200_000, help="With --case: how many futures."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Assign again, settle and print; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.jobs.context import open_context
    from corridor.scenarios.join import Terms, election_of, joining
    from corridor.scenarios.participants import ADD, participation
    from corridor.scenarios.participants_told import told
    from corridor.scenarios.tracks_path import VARIABLE

    context = open_context(config)
    run = open_run(context.warehouse.home)
    change = participation(run, context.force, ADD, tin, aco)
    chosen = _choice(case, context.rules, draws) if case is not None else None
    performance_year = year or change.year
    if election is not None:
        election = election_of(context.rules, performance_year, election)
    stated = {"track": track, **({} if election is None else {"minimum_savings_election": election})}
    settled = told(change, run, context.rules, performance_year, stated=stated)
    earned = next(
        (row["after"] for row in settled.rows if row["quantity"] == "earned_savings_or_losses"), None
    )
    terms = Terms(track, VARIABLE if election is None else election, pass_through, loss_share)
    found = joining(run, context.rules, change, terms, performance_year, earned=earned, choice=chosen)
    if as_json:
        typer.echo(json.dumps(_answer(found), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(found))


def _choice(file: Path, rules: Rules, draws: int) -> Choice:
    from datetime import date

    from corridor.errors import CorridorError
    from corridor.scenarios.tracks import choose
    from corridor.scenarios.tracks_case import read_cases

    cases = read_cases(file, int(rules.in_force(date.today().year).number("mssp.agreement_years")))
    if len(cases) != 1:
        raise CorridorError(
            "JOIN-CASE",
            "The case has several ACOs.",
            why="The practice would join one.",
            todo="Give a file with that one ACO.",
            file=file,
            field="--case",
        )
    return choose(cases[0], rules, draws=draws)


def _answer(found: Joining) -> dict[str, Any]:
    from corridor.programs.writing import plain
    from corridor.scenarios.join import STATED

    answer: dict[str, Any] = plain(
        {
            "program": "mssp",
            "year": found.year,
            "aco_id": found.aco_id,
            "tin": found.tin,
            "rows": found.rows,
            "clinicians": found.clinicians,
            "dates": found.dates,
            "missing": found.missing,
            "stated": list(STATED),
            "assumptions": found.assumptions,
        }
    )
    return answer


def _text(found: Joining) -> str:
    from corridor.scenarios.join import STATED

    lines = [f"{found.tin} in {found.aco_id}, performance year {found.year}", ""]
    for row in found.rows:
        lines.append(f"{row['quantity']:<22} {_shown(row):>15}  {row['basis']}")
    lines += ["", f"Dates of {found.dates[0]['year']}:" if found.dates else "Dates: none known"]
    lines += [f"  {one['when']:<18} {one['what']} ({one['status']})" for one in found.dates]
    lines += ["", *(f"Not known: {one}" for one in found.missing), "What is assumed:"]
    lines += [f"  {one}" for one in STATED]
    lines.append(f"{len(found.assumptions)} parameters under these figures are not codified or official:")
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in found.assumptions]
    return "\n".join(lines)


def _shown(row: dict[str, Any]) -> str:
    value = row["value"]
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return format(value, {"dollars": ",.0f", "fraction": ".2%"}.get(str(row["unit"]), ",.0f"))
