"""corridor tracks: which track of the Shared Savings Program, over an agreement, with how much at risk."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.scenarios.tracks import Choice
    from corridor.scenarios.tracks_case import TrackCase

app = typer.Typer()
SHOWN = 12

HELP = """What each track and minimum savings election would earn or owe over an agreement, and how surely.

FILE has one row an ACO (corridor template tracks writes the form): people, mean and spread of their cost,
the benchmark, trends, risk, quality, revenue. Levels A to E and ENHANCED, every way along the glide path that
the law leaves open and every election are settled on the same draws. With --people the ACO's own people are
drawn instead of a curve: enrollment_type, person_years, expenditure, one row a person, no identifier. With
--run they are those of the last complete run, and what the form leaves blank of cost, size and benchmark too.
A recommendation is made only for a stated appetite: --at-most, --tail-budget, or both.

Example: corridor tracks aco.csv --loss-above 1000000 --at-most 0.05 --json
"""


@app.command(help=HELP)
def tracks(
    file: Path = typer.Argument(..., metavar="FILE", help="CSV, Excel, Parquet or JSON, one row an ACO."),
    people: Path | None = typer.Option(None, "--people", metavar="CSV", help="People to resample."),
    of_run: bool = typer.Option(False, "--run", help="People, cost and benchmark of the last complete run."),
    draws: int = typer.Option(10_000, "--draws", min=100, max=200_000, help="How many futures."),
    seed: int | None = typer.Option(None, "--seed", min=0, help="Another seed draws other futures."),
    loss_above: float = typer.Option(0.0, "--loss-above", min=0, help="Dollars over the agreement."),
    at_most: float | None = typer.Option(
        None, "--at-most", min=0, max=1, help="Largest acceptable probability of owing more than that."
    ),
    tail_budget: float | None = typer.Option(
        None, "--tail-budget", min=0, help="Largest acceptable mean of the worst outcomes, dollars owed."
    ),
    tail: float = typer.Option(0.05, "--tail", min=0.001, max=0.5, help="Share of outcomes called worst."),
    sensitive: bool = typer.Option(
        False, "--sensitivity", help="Also move each assumption by its own deviation, one at a time."
    ),
    derive: str | None = typer.Option(
        None, "--derive", metavar="OPTION", help="Derive one option, as the list writes it: its middle draw."
    ),
    in_year: int = typer.Option(1, "--in-year", min=1, help="With --derive: the year of the agreement."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="Use another value of a rule; repeatable."
    ),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="The law as it was known on a day."
    ),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Also write every option to a file."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Read, draw, settle and print; the help text stands in HELP."""
    from corridor.cli.settle import check_out
    from corridor.scenarios.tracks import choose
    from corridor.scenarios.tracks_advice import Appetite
    from corridor.scenarios.tracks_case import read_cases, read_people
    from corridor.scenarios.tracks_chance import SEED

    if out is not None:
        check_out(out, file)
    rules = _rules(overrides, config, as_known_on)
    years = int(rules.in_force(date.today().year).number("mssp.agreement_years"))
    cases = read_cases(file, years, _of_run(people, config) if of_run else None)
    if people is not None:
        cases = [read_people(people, _single(cases, people))]
    appetite = Appetite(loss_above, at_most, tail_budget, tail)
    chosen = [
        choose(case, rules, draws=draws, seed=SEED if seed is None else seed, appetite=appetite)
        for case in cases
    ]
    if derive is not None:
        if len(chosen) > 1:
            raise _several(file)
        _derive(chosen[0], derive, in_year, as_json)
        return
    rows = [row for choice in chosen for row in choice.rows()]
    moved = _sensitivity(chosen, rules, SEED if seed is None else seed) if sensitive else []
    if out is not None:
        from corridor.programs.writing import write_results

        sheets = {"Options": rows, "Sensitivity": moved, "Assumptions": _assumptions(chosen)}
        write_results(
            out, {name: records for name, records in sheets.items() if records or name == "Options"}
        )
    if as_json:
        typer.echo(json.dumps(_answer(chosen, rows, draws, moved), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo("\n\n".join([_text(choice, draws) for choice in chosen] + _moved_text(moved)))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _of_run(people: Path | None, config: Path | None) -> Callable[..., TrackCase]:
    """Cases of a form's rows with the people of the last complete run."""
    from corridor.engine.runs import open_run
    from corridor.errors import CorridorError
    from corridor.scenarios.tracks_run import case_of_run
    from corridor.settings import load_settings

    if people is not None:
        raise CorridorError(
            "TRACK-PEOPLE",
            "People are given twice: by --people and by --run.",
            todo="Leave one of the two away.",
            file=people,
        )
    return partial(case_of_run, run=open_run(load_settings(config).home_folder()))


def _single(cases: list[Any], people: Path) -> Any:
    from corridor.errors import CorridorError

    if len(cases) != 1:
        raise CorridorError(
            "TRACK-PEOPLE",
            "The file of people belongs to one ACO, and there are several.",
            why="Nothing in it says whose people they are.",
            todo="Give a file with that one ACO.",
            file=people,
        )
    return cases[0]


def _several(file: Path) -> Exception:
    from corridor.errors import CorridorError

    return CorridorError(
        "TRACK-OPTION",
        "The option to derive is one ACO's, and the file has several.",
        why="Each has options of the same names.",
        todo="Give a file with that one ACO.",
        file=file,
    )


def _rules(overrides: list[str], config: Path | None, known: datetime | None) -> Rules:
    from corridor.cli.settle import stated_overrides
    from corridor.law import load_rules
    from corridor.programs.mssp.model import PROGRAMS
    from corridor.settings import load_settings

    settings = load_settings(config)
    day: date | None = known.date() if known else settings.as_known_on
    given = {**settings.overrides, **stated_overrides(overrides)}
    return load_rules(list(PROGRAMS), as_known_on=day, overrides=given, proposed=settings.proposed)


def _derive(choice: Choice, option: str, in_year: int, as_json: bool) -> None:
    """The formula tree of one option in one year, in the draw nearest to the median."""
    from corridor.explain import assumptions_of, assumptions_text, tree_text
    from corridor.programs.writing import plain

    node, draw = choice.derived(option, in_year - 1)
    year = choice.case.agreement_start_year + in_year - 1
    assumed = assumptions_of([node])
    if as_json:
        row = {"aco_id": choice.case.aco_id, "option": option, "draw": draw, "derivation": node.to_dict()}
        answer = plain({"program": "mssp", "year": year, "rows": [row], "assumptions": assumed})
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    typer.echo(
        f"{choice.case.aco_id}, {option}, {year}: draw {draw} of {choice.futures.draws:,}, the middle one"
    )
    typer.echo("")
    typer.echo(tree_text(node))
    typer.echo(assumptions_text(assumed))


def _assumptions(chosen: list[Choice]) -> list[dict[str, Any]]:
    found = {one["rule"]: one for choice in chosen for one in choice.assumptions}
    return [found[name] for name in sorted(found)]


def _sensitivity(chosen: list[Choice], rules: Rules, seed: int) -> list[dict[str, Any]]:
    from corridor.scenarios.tracks_sensitivity import sensitivity

    return [row for choice in chosen for row in sensitivity(choice, rules, seed)]


def _moved_text(rows: list[dict[str, Any]]) -> list[str]:
    """How the recommendation hangs on what was assumed; nothing without it."""
    if not rows:
        return []
    lines = [
        "Each assumption moved by its own deviation, one at a time; how the recommended option then stands:"
    ]
    for row in rows:
        fits = "fits" if row["fits"] else "breaks the appetite"
        then = "still recommended" if row["same"] else f"then {row['recommended'] or 'no option'}"
        lines.append(
            f"  {row['assumption']:<18} {row['stated']:>7.3f} -> {row['moved_to']:>7.3f}  mean "
            f"{row['mean']:>13,.0f}  P(loss) {row['probability_of_loss']:>7.2%}  {fits}; {then}"
        )
    return ["\n".join(lines)]


def _answer(
    chosen: list[Choice], rows: list[dict[str, Any]], draws: int, moved: list[dict[str, Any]]
) -> dict[str, Any]:
    from corridor.programs.writing import plain
    from corridor.scenarios.tracks import METHOD, STATED

    found: dict[str, Any] = plain(
        {
            "program": "mssp",
            "year": chosen[0].case.agreement_start_year,
            "years": chosen[0].case.years,
            "draws": draws,
            "rows": rows,
            "sensitivity": moved,
            "recommendations": [choice.recommendation() for choice in chosen],
            "people_drawn_by": [choice.case.method for choice in chosen],
            "assumptions": _assumptions(chosen),
            "stated": list(STATED),
            "method": METHOD,
        }
    )
    return found


def _text(choice: Choice, draws: int) -> str:
    from corridor.scenarios.tracks import STATED

    case, rows, told = choice.case, choice.rows(), choice.recommendation()
    last = case.agreement_start_year + case.years - 1
    lines = [
        f"{case.aco_id or 'the ACO'}, {case.agreement_start_year} to {last}: {len(rows)} options on the same "
        f"{draws:,} draws ({case.method}).",
        "",
        f"{'option':<22} {'mean':>13} {'± error':>9} {'P(loss)':>8} {'VaR':>13} {'tail mean':>13} "
        f"{'security':>11}",
    ]
    distinct = {(row["mean"], row["standard_deviation"], row["worst_draw"], row["repayment_mechanism"]): row
                for row in reversed(rows)}  # fmt: skip
    shown = list(reversed(distinct.values()))[:SHOWN]
    for row in shown:
        mark = "*" if row["recommended"] else "=" if row["level_with_highest"] else " "
        lines.append(
            f"{mark}{row['option']:<21} {row['mean']:>13,.0f} {row['mean_error']:>9,.0f} "
            f"{row['probability_of_loss']:>8.2%} {row['value_at_risk']:>13,.0f} {row['tail_mean']:>13,.0f} "
            f"{row['repayment_mechanism']:>11,.0f}{_alike(row)}"
        )
    if len(rows) > len(shown):
        lines.append(f"... and {len(rows) - len(shown)} more; --json or --out hold all of them")
    lines += [
        "",
        *_advice(choice, told),
        *(f"Note: {one}" for one in told["notes"]),
        "",
        "What is assumed:",
        *(f"  {one}" for one in STATED),
    ]
    assumed = choice.assumptions
    lines += [f"{len(assumed)} parameters under these results are not codified or official:"]
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    return "\n".join(lines)


def _alike(row: dict[str, Any]) -> str:
    others = "other" if row["alike"] == 1 else "others"
    return f"  ({row['alike']} {others} alike)" if row["alike"] else ""


def _advice(choice: Choice, told: dict[str, Any]) -> list[str]:
    tail = choice.appetite.tail_share
    scale = f"VaR is what is owed, or more, in {tail:.0%} of the draws; the tail mean is what these owe."
    if not choice.appetite.stated:
        return [scale, "No recommendation: state what you will bear, with --at-most or --tail-budget."]
    if told["option"] is None:
        return [scale, "No option fits: " + "; ".join(told["appetite"]) + "."]
    lines = [scale, f"Recommended: {told['option']} (*).", f"  Because {'; '.join(told['appetite'])}:"]
    lines.append(f"  {told['that_fit']} of {told['options']} options fit; the highest mean of them has ")
    lines[-1] += f"{told['highest_mean']}; {len(told['level_with_highest'])} cannot be told from it (=, *),"
    lines.append("  and of those the smallest tail was taken.")
    return lines
