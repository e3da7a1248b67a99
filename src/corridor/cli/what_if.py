"""corridor what-if: a practice joins or leaves the ACO, and people are assigned again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.scenarios.participants import Change
    from corridor.scenarios.participants_told import Told

app = typer.Typer()
FEWEST = "claims.cell_size_minimum"

HELP = """What adding or dropping a practice (TIN) would change for an ACO of the last complete run.

ACTION is add-tin or drop-tin. Assignment is run again over the loaded claims with the changed participants,
person by person and for every loaded year: who comes and goes, cost and risk by enrollment type, revenue of
the participants and its category, the minimum savings rate by size; with the ACO's terms and benchmark loaded
also benchmark and dollars.

Example: corridor what-if drop-tin 000000013 --json
"""


@app.command(help=HELP)
def what_if(
    action: str = typer.Argument(..., metavar="ACTION", help="add-tin or drop-tin."),
    tin: str = typer.Argument(..., metavar="TIN", help="The practice that joins or leaves."),
    aco: str | None = typer.Option(None, "--aco", help="The ACO, where participants of several are loaded."),
    year: int | None = typer.Option(None, "--year", help="The performance year whose law is taken."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Also write the figures to a file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Assign again, compare and print; the help text stands in HELP."""
    from corridor.engine.runs import open_run
    from corridor.errors import CorridorError
    from corridor.jobs.context import open_context
    from corridor.scenarios.participants import ACTIONS, participation
    from corridor.scenarios.participants_told import told

    if action not in ACTIONS:
        raise CorridorError(
            "WHAT-IF-ACTION",
            f"{action!r} is no change that can be tried.",
            todo=f"Use one of: {', '.join(ACTIONS)}.",
            field="ACTION",
        )
    context = open_context(config)
    run = open_run(context.warehouse.home)
    change = participation(run, context.force, action, tin, aco)
    found = told(change, run, context.rules, year or change.year)
    if out is not None:
        from corridor.programs.writing import write_results

        fewest = context.force.number(FEWEST)
        write_results(out, {"Figures": suppressed(found.rows, fewest), "Assumptions": found.assumptions})
    if as_json:
        typer.echo(json.dumps(_answer(change, found), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(_text(change, found))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def suppressed(rows: list[dict[str, Any]], fewest: float) -> list[dict[str, Any]]:
    """The figures as they may leave: what rests on few people, but some, is blank (CMS cell-size policy).

    Where few people came or went, the figure after is blank too: beside the one before it would tell of them.
    Where one type of a year is blank, the next smallest is as well: all of them less the rest would tell it.
    """

    def few(row: dict[str, Any], name: str) -> bool:
        return row[name] is not None and 0 < row[name] < fewest

    hidden = {place for place, row in enumerate(rows) if few(row, "rests_on") or few(row, "moved")}
    of_year: dict[tuple[str, int], list[int]] = {}
    for place, row in enumerate(rows):
        if row["enrollment_type"] != "all":
            of_year.setdefault((row["quantity"], row["year"]), []).append(place)
    for places in of_year.values():
        shown = [place for place in places if place not in hidden]
        if len(places) - len(shown) == 1 and shown:
            hidden.add(min(shown, key=lambda place: rows[place]["rests_on"]))
    return [
        {**row, **(_blank(whole=not few(row, "moved") or few(row, "rests_on")) if place in hidden else {}),
         "suppressed": place in hidden}
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _blank(*, whole: bool) -> dict[str, None]:
    """What is blank of a figure: all of it, or what it is after the change."""
    return dict.fromkeys((*(("before",) if whole else ()), "after", "change", "rests_on", "moved"))


def _answer(change: Change, found: Told) -> dict[str, Any]:
    from corridor.programs.writing import plain
    from corridor.scenarios.participants_told import STATED

    answer: dict[str, Any] = plain(
        {
            "program": "mssp",
            "year": change.year,
            "aco_id": change.aco_id,
            "tin": change.tin,
            "action": change.action,
            "moved_from": change.moved_from,
            "rows": found.rows,
            "missing": found.missing,
            "stated": list(STATED),
            "assumptions": found.assumptions,
        }
    )
    return answer


def _text(change: Change, found: Told) -> str:
    from corridor.scenarios.participants_told import STATED

    verb = "joins" if change.action == "add-tin" else "leaves"
    lines = [
        f"{change.tin} {verb} {change.aco_id}, {change.year}: {change.gained:,} people come, "
        f"{change.lost:,} go ({change.people_of_tin:,} have primary care there in loaded claims).",
        "",
        f"{'figure':<32} {'type':<14} {'year':>5} {'before':>15} {'after':>15} {'change':>14}",
    ]
    if change.moved_from is not None:
        lines.insert(1, f"It would have to leave {change.moved_from} first: a TIN is in one ACO only.")
    shown = [row for row in found.rows if row["year"] == change.year or row["enrollment_type"] == "all"]
    for row in shown:
        lines.append(
            f"{row['quantity']:<32} {row['enrollment_type']:<14} {row['year'] or '':>5} "
            f"{_shown(row, 'before'):>15} {_shown(row, 'after'):>15} {_shown(row, 'change'):>14}"
        )
    if len(shown) < len(found.rows):
        lines.append(
            f"... types of other years: {len(found.rows) - len(shown)} more; --json or --out hold them"
        )
    lines += ["", *(f"Not known: {one}" for one in found.missing), "What is assumed:"]
    lines += [f"  {one}" for one in STATED]
    lines.append(f"{len(found.assumptions)} parameters under these figures are not codified or official:")
    lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in found.assumptions]
    return "\n".join(lines)


def _shown(row: dict[str, Any], column: str) -> str:
    value = row[column]
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    places = {"fraction": ".4f", "score": ".4f", "person-years": ",.1f", "dollars": ",.0f"}
    return format(value, places.get(str(row["unit"]), ",.0f"))
