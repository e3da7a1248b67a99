"""An ACO's settlement with the dollars of other programs in its expenditures and without them.

Nothing is worked out here: the ACO's own model settles its form twice. Whether such dollars count was not
seen of any of them, so both are shown; the parts that fall to the ACO are allocations by the loaded claims.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.jobs.overlap_read import LEAST_CELL, Found, shared_episodes

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules, RulesInForce

Row = dict[str, Any]
DOORS = ("mssp", "reach", "lead")
EXPENDITURE = "performance_expenditure"
INCLUDE = "overlap.include_team_in_aco"
LAW = (*DOORS, "qp", "performance", "population", "models")


@dataclass(frozen=True)
class Others:
    """Dollars of another program that would stand in an ACO's expenditures; None where they are not known."""

    program: str
    dollars: float | None
    words: str


def resettled(
    run: Run,
    found: Found,
    forms: Mapping[str, Path],
    answers: Sequence[Path],
    law: Callable[[Sequence[str]], Rules],
    force: RulesInForce,
) -> tuple[list[Row], list[Row]]:
    """One row an ACO of the form and other program, and one of all together; the assumptions underneath.

    Raises OVERLAP-FORM for a program that is no ACO's and for a form without an ACO of the identifier, and
    what the program's door raises.
    """
    from corridor.scenarios.exposure_programs import settle_line

    made: list[Row] = []
    assumed: list[Row] = []
    for program, path in forms.items():
        if program not in DOORS:
            raise _refused(f"{program!r} is not settled against an ACO's expenditures.", path, program)
        settled = settle_line(program, path, law(LAW), None, None, False, None)
        mine = [at for at, row in enumerate(settled.rows) if row["id"] in _acos(found)]
        if not mine:
            raise _refused(f"The form has no row of an ACO of {found.identifier}.", path, "aco_id")
        for at in mine:
            aco = str(settled.rows[at]["id"])
            others = [
                *_team(run, answers, aco, settled.year),
                *_budgets(run, answers, aco, settled.year),
                *_asm(run, aco, settled.year),
            ]
            made += [_both(settled, at, one, force) for one in others]
            known = [one for one in others if one.dollars is not None]
            if len(known) > 1:
                names = ", ".join(one.program for one in known)
                every = Others("all", sum(one.dollars or 0.0 for one in known), names)
                made.append(_both(settled, at, every, force))
        assumed += settled.assumptions
    return made, assumed


def _both(settled: Any, at: int, other: Others, force: RulesInForce) -> Row:
    alone = float(settled.dollars[at])
    choice = force.text(INCLUDE) if other.program == "team" else "both"
    together = None if other.dollars is None or choice == "no" else _again(settled, at, other.dollars)
    known = other.dollars is not None and together is not None and alone == alone
    return {
        "program": settled.program,
        "aco_id": str(settled.rows[at]["id"]),
        "year": settled.year,
        "other": other.program,
        "other_dollars": other.dollars,
        "without": None if choice == "yes" or alone != alone else alone,
        "with": together,
        "sum_of_parts": alone + (other.dollars or 0.0) if known else None,
        "whole": (together or 0.0) + (other.dollars or 0.0) if known else None,
        "interaction": (together or 0.0) - alone if known else None,
        "counts": choice,
        "words": other.words,
    }


def _again(settled: Any, at: int, dollars: float) -> float | None:
    """The ACO's dollars with others in its expenditures, by the model that settled its form."""
    from corridor.scenarios.exposure_moves import still

    (part,) = settled.parts(settled.force, still(len(settled.rows)))
    spent = np.array(part.evaluation[EXPENDITURE], dtype=np.float64)
    spent[at] = spent[at] + dollars
    again = part.evaluation.again({EXPENDITURE: spent}, settled.force)
    value = float(np.asarray(again[part.quantity], dtype=np.float64).reshape(len(settled.rows), -1)[at, 0])
    return value if value == value else None


def _acos(found: Found) -> set[str]:
    if found.kind == "aco":
        return {found.identifier}
    named = {str(row["entity_id"]) for row in found.standings if row["whose"] == "ACO"}
    return named | {str(row["aco_id"]) for row in found.episodes}


def _rows(answers: Sequence[Path], program: str, year: int) -> list[Row]:
    """Rows of answers of a program for a year; the answers were read, and refused if bad, before."""
    rows: list[Row] = []
    for path in answers:
        answer = json.loads(path.read_text(encoding="utf-8"))
        if answer["program"] == program and int(answer["year"]) == year:
            rows += answer["rows"]
    return rows


def _team(run: Run, answers: Sequence[Path], aco: str, year: int) -> list[Others]:
    """Lump sums of hospitals, by the ACO's share of their episode spending."""
    made = []
    for row in _rows(answers, "team", year):
        lump = (row.get("reconciliation_payment") or 0.0) - (row.get("repayment") or 0.0)
        share = next((r["share_of_spending"] for r in shared_episodes(run, str(row["ccn"]))
                      if r["aco_id"] == aco), None)  # fmt: skip
        words = f"TEAM lump sum of {row['ccn']} by the ACO's share of its episode spending"
        made.append(Others("team", *_part(lump, share, words)))
    return made


def _budgets(run: Run, answers: Sequence[Path], aco: str, year: int) -> list[Others]:
    """What hospital budgets leave above the claims, and primary care payments of the ACO's practices."""
    made = []
    practices = {r["tin"] for r in _query(run, "attribution.participant", "aco_id = ?", [aco], "tin")}
    epcp = 0.0
    for row in _rows(answers, "ahead", year):
        if row.get("retained_revenue") is not None:
            ccn = str(row["entity_id"])
            hospital = "line.facility_ccn = ? and line.setting in ('inpatient', 'outpatient')"
            share = _share(run, aco, hospital, [ccn])
            words = f"budget of {ccn} above its claims, by the ACO's share of its facility payments"
            made.append(Others("ahead", *_part(float(row["retained_revenue"]), share, words)))
        elif row.get("epcp") is not None and str(row["entity_id"]) in practices:
            epcp += float(row["epcp"])
    if epcp:
        made.append(Others("pc_ahead", epcp, "primary care payments of practices of the ACO"))
    return made


def _asm(run: Run, aco: str, year: int) -> list[Others]:
    """ASM's adjustments paid in the ACO's year to its clinicians, by the ACO's share of their payments."""
    tins = {r["tin"] for r in _query(run, "attribution.participant", "aco_id = ?", [aco], "tin")}
    paid = [
        row
        for row in _query(run, "asm.result", "payment_year = ?", [year], "npi, tin, dollars")
        if row["tin"] in tins and row["dollars"] is not None and row["dollars"] == row["dollars"]
    ]
    if not paid:
        return []
    total = sum(float(row["dollars"]) for row in paid)
    marks = ", ".join("(?, ?)" for _ in paid)
    who = [str(row[name]) for row in paid for name in ("npi", "tin")]
    share = _share(run, aco, f"(line.npi, line.tin) in ({marks}) and line.setting = 'professional'", who)
    words = "ASM adjustments of the ACO's clinicians by its share of their professional payments"
    return [Others("asm", *_part(total, share, words))]


def _part(dollars: float, share: float | None, words: str) -> tuple[float | None, str]:
    if share is None:
        return None, f"{words}: too few people, or not in the last run"
    return dollars * share, words


def _query(run: Run, table: str, where: str, values: Sequence[Any], columns: str) -> list[Row]:
    if not run.has(table) or not run.files(table):
        return []
    return run.query(f"select {columns} from {table} where {where}", list(values))


def _share(run: Run, aco: str, where: str, values: Sequence[Any]) -> float | None:
    """The ACO's people's part of payments; None where they, or those left, are too few to be told."""
    needed = ("claims.service_line", "attribution.person")
    if not all(run.has(table) and run.files(table) for table in needed):
        return None
    row = run.query(
        "select sum(line.paid_amount) as paid, "
        "sum(case when person.aco_id = ? then line.paid_amount end) as own, "
        "count(distinct line.person_id) as people, "
        "count(distinct case when person.aco_id = ? then line.person_id end) as own_people "
        "from claims.service_line as line left join attribution.person as person "
        f"on person.person_id = line.person_id where {where}",
        [aco, aco, *values],
    )[0]
    left = row["people"] - row["own_people"]
    if row["own_people"] < LEAST_CELL or 0 < left < LEAST_CELL or not row["paid"]:
        return None
    return float(row["own"]) / float(row["paid"])


def _refused(what: str, path: Path, name: str) -> CorridorError:
    return CorridorError(
        "OVERLAP-FORM",
        what,
        why="With --form an ACO is settled with and without the dollars of others in its expenditures.",
        todo=f"Use --form {'|'.join(DOORS)}=FILE with the ACO's row, as for corridor settle.",
        file=path,
        field=name,
    )
