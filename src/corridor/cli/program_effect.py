"""``corridor program-effect``: what a care program changed, against matched controls."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.engine.runs import Run

app = typer.Typer()

HELP = """Show the effect of care programs on spending, admissions, emergency visits and deaths.

Load who was enrolled (bene_mbi_id, program, enrolled_on, ended_on) with corridor load program FILE, then
run. Each person is matched to one who never was; the effect is the change of the enrolled less the change
of their controls, with its interval. A placebo test and the balance of both groups stand beside it. Figures
that rest on fewer than 11 people or events are withheld.

Example: corridor program-effect

Example: corridor program-effect "Heart failure at home" --json
"""
_EFFECT = "measures.impact_effect"
# What a row says of its people: withheld where it rests on few of them.
_FIGURES = (
    "enrolled_before", "enrolled_after", "control_before", "control_after", "effect", "standard_error",
    "interval_low", "interval_high", "placebo_effect", "placebo_low", "placebo_high", "parallel",
)  # fmt: skip
_MEANS = (
    "enrolled_mean_before", "control_mean_before", "difference_before", "enrolled_mean_after",
    "control_mean_after", "difference_after",
)  # fmt: skip


@app.command(help=HELP)
def program_effect(
    program: str = typer.Argument("", metavar="[PROGRAM]", help="One program; default: all."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Read the last complete run; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.programs.writing import plain
    from corridor.settings import load_settings

    run = open_run(Warehouse.open(load_settings(config).home_folder()).home)
    found = _found(run, program)
    if as_json:
        json.dump(plain(found), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
        return
    for name in sorted({row["program"] for row in found["rows"]}):
        sys.stdout.write("\n".join(_said(name, found)) + "\n\n")
    for one in found["assumptions"]:
        if not isinstance(one["value"], list):
            sys.stdout.write(
                f"Assumption: {one['rule']} {one['value']} is {one['status']} ({one['cite']}).\n"
            )


def _found(run: Run, program: str) -> dict[str, Any]:
    """Effects, balance and the unmatched of one program or all, with the assumptions under them."""
    from corridor.errors import CorridorError
    from corridor.law import load_rules

    if not run.has(_EFFECT):
        raise CorridorError(
            "PROGRAM-EFFECT-NOT-RUN",
            "The last complete run did not work out the effect of programs.",
            why=f"It has no table {_EFFECT}.",
            todo="Run again without --only, or with: corridor run --only measures.impact_effect",
        )
    programs = [row["program"] for row in run.query(f"select distinct program from {_EFFECT} order by 1")]
    if not programs:
        raise CorridorError(
            "PROGRAM-NOBODY-ENROLLED",
            "The last complete run knew of nobody enrolled in a care program.",
            why="The effect of a program is worked out from who was enrolled, and when.",
            todo="Load one (bene_mbi_id, program, enrolled_on) with corridor load program FILE, then run.",
        )
    if program and program not in programs:
        raise CorridorError(
            "PROGRAM-UNKNOWN",
            "No list that is loaded names this program.",
            todo="Use one of: " + ", ".join(programs) + ".",
            field="PROGRAM",
        )
    wanted = [program] if program else programs
    marks = ", ".join("?" for _ in wanted)
    overrides = run.manifest["law"].get("overrides") or {}
    force = load_rules(["impact"], overrides=_of_impact(overrides)).in_force(
        performance_year=run.manifest["setting"]["performance_year"]
    )
    fewest = int(force.number("impact.minimum_cell"))
    unmatched = run.query(
        "select program, split_part(reason, ':', 1) as reason, count(*) as people from measures.impact_match "
        f"where not matched and program in ({marks}) group by all order by program, people desc, reason",
        wanted,
    )
    rows = run.query(f"select * from {_EFFECT} where program in ({marks}) order by program, place", wanted)
    balance = run.query(
        f"select * from measures.impact_balance where program in ({marks}) order by program, covariate",
        wanted,
    )
    _withhold(rows, balance, unmatched, fewest)
    setting = run.manifest["setting"]
    return {
        "program": None,
        "year": setting["performance_year"],
        "data_year": setting["data_year"],
        "rows": rows,
        "balance": balance,
        "unmatched": unmatched,
        "minimum_cell": fewest,
        "assumptions": force.assumptions(),
    }


def _withhold(
    rows: list[dict[str, Any]], balance: list[dict[str, Any]], unmatched: list[dict[str, Any]], fewest: int
) -> None:
    """Take out, in place, the figures that rest on fewer than ``fewest`` people or events.

    Where a reason of the unmatched is withheld, so are the matched and the unmatched of that program: their
    numbers would tell it.
    """
    few = {row["program"] for row in rows if 0 <= row["matched"] < fewest}
    for row in unmatched:
        row["small_cell"] = row["people"] < fewest
        row["people"] = None if row["small_cell"] else row["people"]
    told = {row["program"] for row in unmatched if row["small_cell"]}
    for row in rows:
        row["withheld"] = bool(row["small_cell"])
        if row["small_cell"]:
            row.update(dict.fromkeys(_FIGURES))
        if row["program"] in told or 0 < row["matched"] < fewest or 0 < row["unmatched"] < fewest:
            row["matched"] = row["unmatched"] = None
        if 0 < row["enrolled"] < fewest:
            row["enrolled"] = row["matched"] = row["unmatched"] = None
    for row in balance:
        row["withheld"] = row["program"] in few
        if row["withheld"]:
            row.update(dict.fromkeys((*_MEANS, "balanced")))


def _of_impact(overrides: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in overrides.items() if name.startswith("impact.")}


def _said(program: str, found: dict[str, Any]) -> list[str]:
    rows = [row for row in found["rows"] if row["program"] == program]
    first = rows[0]
    few = f"fewer than {found['minimum_cell']}"
    enrolled = few if first["enrolled"] is None else f"{first['enrolled']:,}"
    matched = "" if first["matched"] is None else f", {first['matched']:,} matched to a control each"
    lines = [
        f"{program}: {enrolled} enrolled{matched}",
        "",
        f"  {'':<40} {'enrolled':>17} {'controls':>17} {'effect':>9}  interval",
    ]
    for row in rows:
        if row["withheld"]:
            lines.append(f"  {row['reads']:<40} {'withheld':>17} {'withheld':>17} {'withheld':>9}")
            continue
        low, high = row["interval_low"], row["interval_high"]
        interval = "-" if low is None else f"{_number(low)} to {_number(high)}"
        lines.append(
            f"  {row['reads']:<40} {_change(row, 'enrolled')} {_change(row, 'control')} "
            f"{_number(row['effect']):>9}  {interval}"
        )
    lines += ["", *_warnings(rows, [row for row in found["balance"] if row["program"] == program], found)]
    for row in found["unmatched"]:
        if row["program"] == program:
            people = f"fewer than {found['minimum_cell']}" if row["small_cell"] else f"{row['people']:,}"
            lines.append(f"  Not matched: {people}, {row['reason']}.")
    return lines


def _warnings(rows: list[dict[str, Any]], balance: list[dict[str, Any]], found: dict[str, Any]) -> list[str]:
    lines = []
    moved = [str(row["reads"]) for row in rows if row["parallel"] is False]
    if moved:
        lines.append(
            "  The groups already parted before enrollment (placebo test): " + "; ".join(moved) + "."
        )
    uneven = [str(row["covariate"]) for row in balance if row["balanced"] is False]
    if uneven:
        lines.append("  Not balanced after matching: " + ", ".join(uneven) + ".")
    if any(row["withheld"] for row in rows):
        lines.append(
            f"  Withheld: what rests on fewer than {found['minimum_cell']} people or events "
            "(CMS cell-size policy)."
        )
    return lines


def _change(row: dict[str, Any], group: str) -> str:
    before, after = row[f"{group}_before"], row[f"{group}_after"]
    text = f"{_number(before)} to {_number(after)}" if before is not None else _number(after)
    return f"{text:>17}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
