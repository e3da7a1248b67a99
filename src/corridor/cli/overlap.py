"""corridor overlap: one entity under every program at once, or how programs lie on one another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.law import Rules

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def overlap(
    identifier: str = typer.Argument("", metavar="[NPI|TIN|CCN|ACO]", help="Without one: the matrix."),
    programs: str = typer.Option("", "--programs", help="Programs that meet, with commas: mssp,team,ahead."),
    on: datetime | None = typer.Option(
        None, "--on", formats=["%Y-%m-%d"], help="With --programs: the day; default: today."
    ),
    state: str | None = typer.Option(None, "--state", help="With --programs: two letters of the state."),
    settled: list[Path] = typer.Option(
        [], "--with", metavar="FILE", help="An answer of corridor settle --json to count too; repeatable."
    ),
    form: list[str] = typer.Option(
        [],
        "--form",
        metavar="PROGRAM=FILE",
        help="mssp, reach or lead: settle the ACO with and without the others' dollars; repeatable.",
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """State which programs an entity is in, whether they may coexist, the order and the dollars of each.

    Example: corridor overlap 1234567893

    Example: corridor overlap A9999 --form mssp=aco.csv --with team.json

    Example: corridor overlap --programs mssp,team,ahead,geo_ahead --on 2028-05-15
    """
    from corridor.law import load_rules
    from corridor.programs.overlap.matrix import matrix
    from corridor.programs.overlap.resolve import PLACES, READ, resolve
    from corridor.settings import load_settings

    settings = load_settings(config)
    mine = {k: v for k, v in settings.overrides.items() if k.split(".")[0] in READ}
    rules = load_rules(list(READ), as_known_on=settings.as_known_on, overrides=mine)
    day = on.date() if on else date.today()
    force = rules.in_force(max(day.year, 2026))
    assumed = force.assumptions(force.names("overlap"))
    answer: dict[str, Any]
    if programs:
        found = resolve([one.strip() for one in programs.split(",") if one.strip()], day, rules, state)
        answer = {
            "program": "overlap",
            "year": day.year,
            "rows": found["kept"],
            **found,
            "assumptions": [*assumed, *(force.assumptions(sorted({*PLACES.values()})) if state else [])],
        }
        text = _resolved_text(found)
    elif identifier:
        from corridor.engine.runs import open_run
        from corridor.jobs.overlap import overlap_of

        def law(programs: Sequence[str]) -> Rules:
            own = {k: v for k, v in settings.overrides.items() if k.split(".")[0] in programs}
            known = settings.as_known_on
            return load_rules(list(programs), as_known_on=known, overrides=own, proposed=settings.proposed)

        forms = {name: Path(file) for name, _, file in (one.partition("=") for one in form)}
        answer = overlap_of(open_run(settings.home_folder()), identifier, rules, settled, forms, law)
        text = _entity_text(answer)
    else:
        rows = matrix(force)
        answer = {"program": "overlap", "year": day.year, "rows": rows, "assumptions": assumed}
        text = _matrix_text(rows)
    if as_json:
        from corridor.programs.writing import plain

        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, default=str))
    else:
        typer.echo(text)


def _matrix_text(rows: list[dict[str, Any]]) -> str:
    lines = [f"{len(rows)} pairs of programs; ? was not seen, and stays open.", ""]
    for row in rows:
        lines.append(f"{row['first']} and {row['second']}")
        lines += _questions(row)
    return "\n".join(lines)


def _questions(row: dict[str, Any]) -> list[str]:
    return [
        f"  {name:<12} {row[name]['answer']:<11} {row[name]['words']} ({row[name]['evidence']})"
        for name in ("entity", "beneficiary", "dollars")
    ]


def _resolved_text(found: dict[str, Any]) -> str:
    lines = [f"On {found['on']}, in the order their dollars are worked out:"]
    lines += [f"  {row['program']:<14} {row['layer']:<10} {row['cash']}" for row in found["kept"]]
    lines += [f"  not {row['program']}: {row['reason']}" for row in found["dropped"]]
    if found["owner"]:
        lines.append(f"The beneficiary is {found['owner']}'s.")
    if found["several_owners"]:
        lines.append(
            f"No beneficiary can be of all of {', '.join(found['several_owners'])}: which one is open."
        )
    if found["owners_open"]:
        lines.append(f"Whose the beneficiary is of {', '.join(found['owners_open'])} was not seen.")
    for title, name in (("Not in both", "conflicts"), ("Hold for review", "holds"), ("Dollars", "apart")):
        for row in found[name]:
            asked = f", {row['question']}" if "question" in row else ""
            lines.append(
                f"{title}: {row['first']} and {row['second']}{asked}: {row['words']} ({row['evidence']})"
            )
    return "\n".join(lines)


def _standing_lines(rows: list[dict[str, Any]]) -> list[str]:
    """A line a standing; the clinicians of a practice in one line a program and year."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        key = (row["program"], row["performance_year"], row["payment_year"], row["is_in"], row["whose"])
        groups.setdefault(key, []).append(row)
    lines = []
    for (program, year, paid, is_in, whose), mine in groups.items():
        when = f"{year}" + (f", paid {paid}" if paid else "")
        state = {True: "in", False: "not in", None: "open"}[is_in]
        known = [row["dollars"] for row in mine if row["dollars"] is not None]
        money = f" ${sum(known):+,.0f}" if known else ""
        if whose == "ACO" and known:
            money += " (of the whole ACO)"
        if whose == "exposed":
            money += f" ${sum(row['exposed'] or 0 for row in mine):,.0f} exposed"
        names = ("entity_id", "tin", "npi") if len(mine) == 1 else ("entity_id", "tin")
        who = " ".join(dict.fromkeys(str(row[name]) for row in mine for name in names if row[name]))
        words = mine[0]["words"] if len(mine) == 1 else f"{len(mine)} clinicians or entries"
        lines.append(f"  {program:<10} {when:<18} {state:<6} {who}{money}: {words}")
    return lines


def _resettled_line(row: dict[str, Any]) -> str:
    head = f"{row['program']} {row['aco_id']} {row['year']} and {row['other']}: {row['words']}"
    if row["other_dollars"] is None:
        return head
    said = [f"${row['other_dollars']:+,.0f}"]
    said += [f"the ACO {name} it ${row[name]:+,.0f}" for name in ("without", "with") if row[name] is not None]
    if row["interaction"] is not None:
        said.append(f"interaction ${row['interaction']:+,.0f} if it counts")
    return f"{head}; " + ", ".join(said)


def _entity_text(answer: dict[str, Any]) -> str:
    names = ", ".join(answer["order"]) or "no program"
    lines = [f"{answer['identifier']} ({answer['kind']}) is in, or may be in: {names}.", ""]
    lines += _standing_lines(answer["rows"])
    unread = [row for row in answer["pairs"] if row["entity"]["cite"] is None]
    if unread:
        listed = ", ".join(f"{row['first']} with {row['second']}" for row in unread)
        lines += ["", f"In no row of the matrix, so open: {listed}."]
    for row in answer["pairs"]:
        if row in unread:
            continue
        lines += ["", f"{row['first']} and {row['second']}", *_questions(row)]
    for row in answer["conflicts"]:
        lines += ["", f"Not in both in one year: {row['first']} and {row['second']}: {row['words']}"]
    for row in answer["hospital_and_aco"]:
        count = "few people, not shown" if row["episodes"] is None else f"{row['episodes']} episodes"
        lines += ["", f"TEAM and ACO {row['aco_id']}: {count}; {row['words']}"]
    lines.append("")
    for row in answer["interaction"]:
        lines.append(
            f"{row['year']}: alone ${row['sum_of_parts']:+,.0f} in sum, together ${row['whole']:+,.0f}; "
            f"interaction ${row['interaction']:+,.0f}"
            + ("" if row["complete"] else ", of what can be computed")
        )
        lines += [f"  not computed: {text}" for text in row["not_computed"]]
    for row in answer["aco_resettled"]:
        lines.append(_resettled_line(row))
    for row in answer["checks"]:
        held = {True: "holds", False: "DOES NOT HOLD", None: "cannot be checked"}[row["holds"]]
        lines.append(f"check: {row['check']}: {held}" + (f" ({row['words']})" if row["words"] else ""))
    if answer["not_in_run"]:
        lines.append(f"Not in the last run: {', '.join(answer['not_in_run'])}.")
    return "\n".join(lines)
