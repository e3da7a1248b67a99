"""The ranked list of what to do next, of a clinician, practice, hospital or ACO, or of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.jobs.overlap_read import LEAST_CELL, kind_of

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules

Row = dict[str, Any]
RANKED, EFFECT = "action.ranked", "action.effect"
OWNERS = {"npi": "npi", "tin": "tin", "ccn": "ccn", "aco": "aco_id"}
RULES = (
    "action.kind", "action.timely_filing_years", "billing.audit_precision", "billing.overpayment_return_days",
    "mssp.track", "pfs.coinsurance_share", "asm.submission_deadline", "asm.calendar",
    "mips.submission_closes", "mips.performance_period_ends", "qp.snapshot", "overlap.layer",
    "performance.interval_deviations",
)  # fmt: skip


def next_best_of(
    run: Run,
    rules: Rules,
    identifier: str = "",
    *,
    top: int | None = None,
    program: str = "",
    duties: bool | None = None,
) -> Row:
    """Actions in order: gains by net dollars after overlap, then duties, by what is owed.

    identifier  an NPI, TIN, CCN or ACO; none: every action of the run
    duties      True: duties alone; False: gains alone
    Raises NEXT-BEST-NOT-MADE, NEXT-BEST-UNKNOWN, OVERLAP-ID.
    """
    if not run.has(RANKED):
        raise CorridorError(
            "NEXT-BEST-NOT-MADE",
            "The last run has no ranked actions.",
            why=f"It did not make {RANKED}.",
            todo="Run: corridor run",
        )
    wanted, values = ["true"], []
    if identifier:
        wanted.append(f"{OWNERS[kind_of(identifier)]} = ?")
        values.append(identifier)
    if program:
        wanted.append("program = ?")
        values.append(program)
    if duties is not None:
        wanted.append("obligation" if duties else "not obligation")
    where = " and ".join(wanted)
    limit = "" if top is None else f"limit {int(top)}"
    rows = run.query(
        f"select * from {RANKED} where {where} "
        "order by obligation, case when obligation then net_dollars else -net_dollars end, action_id "
        f"{limit}",
        values,
    )
    if identifier and not rows and not _known(run, identifier):
        raise CorridorError(
            "NEXT-BEST-UNKNOWN",
            f"No action is known for {identifier}.",
            why="No source of actions in the last run names it.",
            todo="Check the identifier; corridor next-best without one lists everybody.",
            field="ID",
        )
    effects = _effects(run, [str(row["action_id"]) for row in rows])
    for row in rows:
        row["effects"] = effects.get(str(row["action_id"]), [])
        _blank(row)
    year = int(run.manifest["setting"]["performance_year"])
    force = rules.in_force(year)
    totals = run.query(
        "select obligation, count(*) as actions, sum(gross_dollars) as gross_dollars, "
        "sum(overlap_dollars) as overlap_dollars, sum(net_dollars) as net_dollars, "
        "sum(effort_hours) as effort_hours "
        f"from {RANKED} where {where} group by obligation order by obligation",
        values,
    )
    return {
        "program": "next-best",
        "year": year,
        "run_id": run.run_id,
        "identifier": identifier or None,
        "rows": rows,
        "totals": totals,
        "assumptions": force.assumptions([name for name in RULES if name in force]),
    }


def _known(run: Run, identifier: str) -> bool:
    column = OWNERS[kind_of(identifier)]
    return bool(run.query(f"select 1 as n from {RANKED} where {column} = ? limit 1", [identifier]))


def _effects(run: Run, listed: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if listed and run.has(EFFECT):
        for row in run.query(
            "select action_id, effect, words, dollars, dollars_low, dollars_high "
            f"from {EFFECT} where action_id in (select unnest(?::varchar[])) order by action_id, effect",
            [listed],
        ):
            found.setdefault(str(row.pop("action_id")), []).append(row)
    return found


def _blank(row: Row) -> None:
    """Counts of few people, and what would tell them, do not leave: hours are so many a count."""
    people = row["people"]
    if people is None and str(row["evidence_table"]).startswith("billing."):
        people = row["items"]  # no fewer than the people they are of
    row["suppressed"] = people is not None and 0 < people < LEAST_CELL
    if row["suppressed"]:
        row["people"] = row["items"] = row["effort_hours"] = None
