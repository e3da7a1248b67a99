"""One clinician, practice, hospital or ACO under every program at once, from the last run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.jobs.overlap_read import LEAST_CELL, READERS, Found, kind_of, settled
from corridor.jobs.overlap_resettle import resettled
from corridor.law import load_rules
from corridor.programs.overlap.matrix import among, matrix

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules, RulesInForce

Row = dict[str, Any]
INCLUDE = "overlap.include_team_in_aco"


def overlap_of(
    run: Run,
    identifier: str,
    rules: Rules,
    answers: Sequence[Path] = (),
    forms: Mapping[str, Path] | None = None,
    law: Callable[[Sequence[str]], Rules] | None = None,
) -> Row:
    """Programs, whether they may coexist, the order of their dollars, and what they do to one another.

    answers  answers of ``corridor settle ... --json`` whose rows of this identifier count too
    forms    program (mssp, reach, lead) -> form of its ACO, settled with and without the others' dollars
    law      programs -> the rules the forms are settled by; None: the law without overrides
    Raises OVERLAP-ID, OVERLAP-UNKNOWN where neither the run nor a file knows the identifier; OVERLAP-FORM.
    """
    found = Found(identifier, kind_of(identifier))
    for read in READERS:
        read(run, found)
    for path in answers:
        settled(path, found, rules)
    if not found.standings:
        raise CorridorError(
            "OVERLAP-UNKNOWN",
            f"Nothing is known of {identifier}.",
            why="No table of the last run names it"
            + (f"; the run has no {', '.join(found.absent)}." if found.absent else "."),
            todo="Check the identifier; corridor settle IOTA or AHEAD with --json, then --with its answer.",
            field="ID",
        )
    year = int(run.manifest["setting"]["performance_year"])
    force = rules.in_force(max(year, 2026))
    programs = [name for name in _order(force.rows("overlap.layer")) if _is_in(found, name)]
    pairs = among(matrix(force), programs)
    again, under = resettled(run, found, forms or {}, answers, law or load_rules, force)
    return {
        "program": "overlap",
        "year": year,
        "identifier": identifier,
        "kind": found.kind,
        "rows": found.standings,
        "order": programs,
        "pairs": pairs,
        "conflicts": _conflicts(found, pairs),
        "hospital_and_aco": hospital_and_aco(found, force),
        "checks": [*found.checks, *_checks(found), *_table_checks(run)],
        "interaction": interaction(found, pairs),
        "aco_resettled": again,
        "not_in_run": found.absent,
        "assumptions": [*force.assumptions(list(force.names("overlap"))), *under],
    }


def _order(layers: list[Row]) -> list[str]:
    return [row["program"] for row in sorted(layers, key=lambda row: (row["place"], row["program"]))]


def _is_in(found: Found, program: str) -> bool:
    return any(row["program"] == program and row["is_in"] is not False for row in found.standings)


def hospital_and_aco(found: Found, force: RulesInForce) -> list[Row]:
    """By ACO: episodes of the hospital, and the ACO's savings without and with TEAM's lump sum.

    Whether the lump sum counts has no default: both are shown unless the rule says which. The part of it that
    falls to an ACO is by its share of the hospital's episode spending, an allocation, not CMS's.
    """
    sums = [
        row["dollars"] for row in found.standings if row["program"] == "team" and row["dollars"] is not None
    ]
    choice = force.text(INCLUDE)
    made = []
    for row in found.episodes:
        known = sums and row["share_of_spending"] is not None
        lump = sums[0] * row["share_of_spending"] if known else None
        savings = row["aco_savings"]
        both = None if lump is None or savings is None else savings - lump
        made.append(
            {
                **row,
                "lump_sum": lump,
                "aco_savings_without": None if choice == "yes" else savings,
                "aco_savings_with": None if choice == "no" else both,
                "include_team_in_aco": choice,
            }
        )
    return made


def _conflicts(found: Found, pairs: Sequence[Row]) -> list[Row]:
    """Pairs the identifier is in and may not be in within one year; of clinicians, the same clinician."""
    return [
        {"first": pair["first"], "second": pair["second"], **pair["entity"]}
        for pair in pairs
        if pair["entity"]["answer"] == "no"
        and any(
            _meet(one, other)
            for one in found.standings
            for other in found.standings
            if one["program"] == pair["first"] and other["program"] == pair["second"]
        )
    ]


def _meet(one: Row, other: Row) -> bool:
    """Whether both hold, in one year, for the same clinician where both are of a clinician."""
    same_year = one["performance_year"] == other["performance_year"]
    apart = one["npi"] and other["npi"] and (one["npi"], one["tin"]) != (other["npi"], other["tin"])
    return bool(one["is_in"] and other["is_in"] and same_year and not apart)


def _checks(found: Found) -> list[Row]:
    """The assertions of overlap.md section 5 that the tables can answer; the others say why not."""
    asm = {(r["npi"], r["tin"], r["payment_year"]) for r in found.standings if r["program"] == "asm"}
    mips = {
        (r["npi"], r["tin"], r["payment_year"])
        for r in found.standings
        if r["program"] == "mips" and r["is_in"] and r["dollars"]
    }
    owners = {r["entity_id"] for r in found.standings if r["whose"] == "ACO"}
    several = found.kind != "npi" and len(owners) > 1
    return [
        {"check": "one ACO holds the practice", "holds": not several, "words": ", ".join(sorted(owners))},
        {"check": "no MIPS adjustment in a payment year of ASM", "holds": not asm & mips,
         "words": f"{len(asm & mips)} of both: MIPS is left out of the whole"},
        {"check": "an anchor is not of TEAM and CJR-X", "holds": None, "words": "CJR-X is not built"},
        {"check": "budget and claims of one service are not both summed", "holds": None,
         "words": "no budget is loaded; one from a form counts what it leaves above the claims"},
        {"check": "no GENEROUS rebate on a CGT drug", "holds": None, "words": "a run holds no rebates"},
    ]  # fmt: skip


def _table_checks(run: Run) -> list[Row]:
    """Assertions over whole tables of the run: one owner a beneficiary, one episode an anchor."""
    asked = (
        ("a beneficiary has one ACO at most", "attribution.person", "person_id", "aco_id is not null"),
        ("an anchor claim opens one TEAM episode at most", "team.episode",
         "source_id || '|' || claim_id", "not excluded and definition_set = 'team'"),
    )  # fmt: skip
    made = []
    for check, table, key, among_rows in asked:
        if not run.has(table) or not run.files(table):
            made.append({"check": check, "holds": None, "words": f"{table} is not in the last run"})
            continue
        twice = run.query(
            f"select count(*) as n from (select {key} as one from {table} where {among_rows} "
            "group by 1 having count(*) > 1)"
        )[0]["n"]
        count = f"fewer than {LEAST_CELL}" if 0 < twice < LEAST_CELL else twice
        made.append({"check": check, "holds": twice == 0, "words": f"{count} of {table} more than once"})
    return made


def interaction(found: Found, pairs: Sequence[Row]) -> list[Row]:
    """By payment year: each program as if alone, what they come to together, and the difference.

    Only dollars of the identifier's own are added. ASM sets MIPS aside, and a qualifying participant is
    outside MIPS. What else programs do to one another is said, not computed.
    """
    own = [row for row in found.standings if row["whose"] == "own" and row["dollars"] is not None]
    open_pairs = [
        f"{pair['first']} and {pair['second']}: {pair['dollars']['words']}"
        for pair in pairs
        if pair["dollars"]["answer"] in ("?", "hold", "watched", "apart")
    ]
    made = []
    for year in sorted({row["payment_year"] or row["performance_year"] for row in own}):
        mine = [row for row in own if (row["payment_year"] or row["performance_year"]) == year]
        parts: dict[str, float] = {}
        whole = 0.0
        aside = {
            (row["npi"], row["tin"])
            for row in found.standings
            if (row["payment_year"] or row["performance_year"]) == year
            and (
                row["program"] == "asm" or row.get("mips_status") in ("excluded_asm", "excluded_qp", "exempt")
            )
        }
        for row in mine:
            parts[row["program"]] = parts.get(row["program"], 0.0) + row["dollars"]
            if row["program"] == "mips" and (row["npi"], row["tin"]) in aside:
                continue
            whole += row["dollars"]
        made.append(
            {
                "year": year,
                "parts": parts,
                "sum_of_parts": sum(parts.values()),
                "whole": whole,
                "interaction": whole - sum(parts.values()),
                "complete": not open_pairs,
                "not_computed": open_pairs,
            }
        )
    return made
