"""What adding or dropping a practice (TIN) would do to an ACO: people assigned again, one by one.

The steps of assignment and expenditure are run again over the loaded claims with the changed participants,
for the measured year and every other loaded one. Both sides go by claims: a list of CMS's knows only the
participants it was made for. Methods and what cannot be seen: docs/what-if.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridor.engine.connection import quote
from corridor.errors import CorridorError
from corridor.scenarios.rerun import needed, recomputed, touched

if TYPE_CHECKING:
    import duckdb

    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

ADD, DROP = "add-tin", "drop-tin"
ACTIONS = (ADD, DROP)
PARTICIPANT, LISTS = "attribution.participant", "attribution.assignment_month"
WANTED = ("attribution.mssp", "mssp.person_year", "claims.medical_claim", "attribution.facility_practice")
TYPES = ("esrd", "disabled", "aged_dual", "aged_non_dual")

YEARS = """
select
  year, enrollment_type, count(distinct person_id) as people, sum(person_years) as person_years,
  sum(expenditure * person_years) / nullif(sum(person_years), 0) as per_capita,
  sum(risk_score * person_years) / nullif(sum(case when risk_score is not null then person_years end), 0)
    as risk_score
from mssp.person_year where aco_id = ?
group by grouping sets ((year, enrollment_type), (year)) order by year, enrollment_type"""
MEMBERS = "select distinct year, enrollment_type, person_id from mssp.person_year where aco_id = ?"
ASSIGNED = "select person_id from attribution.mssp where entity_kind = 'aco' and entity_id = ?"
# a claim is a participant's under the TIN that bills, renders, or holds the facility
REVENUE = """
with member as (
  select tin from attribution.participant where aco_id = ? and program = 'mssp'
),
of_claim as (
  select
    line.paid_amount, coalesce(line.billing_tin, line.rendering_tin, practice.tin) as tin
  from claims.medical_claim as line
  left join attribution.facility_practice as practice on practice.facility_npi = line.facility_npi
  where year(line.claim_end_date) = ?
)
select sum(of_claim.paid_amount), count(distinct of_claim.tin)
from of_claim join member on member.tin = of_claim.tin"""


@dataclass(frozen=True)
class Year:
    """An ACO's people of one year and type (or all), as claims assign them."""

    people: int
    person_years: float
    per_capita: float
    risk_score: float | None


@dataclass(frozen=True)
class Side:
    """An ACO with some participants: assigned people, its years by type, the participants' revenue.

    members  who is in each year and type (or all)
    """

    assigned: frozenset[int]
    years: Mapping[tuple[int, str], Year]
    participants: int
    revenue: float
    billing: int
    members: Mapping[tuple[int, str], frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """An ACO before and after.

    moved_from     the other ACO a practice that joins would have to leave
    people_of_tin  who has primary care there in the loaded claims of the year
    own_after      who is assigned to the ACO through the practice, once changed
    """

    aco_id: str
    tin: str
    action: str
    year: int
    before: Side
    after: Side
    moved_from: str | None
    people_of_tin: int
    own_after: int = 0

    @property
    def gained(self) -> int:
        return len(self.after.assigned - self.before.assigned)

    @property
    def lost(self) -> int:
        return len(self.before.assigned - self.after.assigned)

    def moved(self, year: int | None, kind: str) -> int | None:
        """Of those who came to a year and type and those who went, the fewer; None where nobody did."""
        both = [
            side.members.get((year or self.year, kind), frozenset()) for side in (self.before, self.after)
        ]
        if year == self.year and kind == "all":
            both = [both[0] | self.before.assigned, both[1] | self.after.assigned]
        return min((n for n in (len(both[0] - both[1]), len(both[1] - both[0])) if n), default=None)


def rules_used() -> list[str]:
    """The rules of the steps that are run again: those of assignment."""
    return sorted({rule for step in touched([PARTICIPANT, LISTS], WANTED) for rule in step.rules})


def participation(run: Run, force: RulesInForce, action: str, tin: str, aco_id: str | None = None) -> Change:
    """The change that a practice which joins or leaves an ACO makes.

    Raises WHAT-IF-ACO where it is not clear which ACO, WHAT-IF-TIN where the practice is or is not a
    participant already, RERUN-TABLE where the run lacks a table.
    """
    needed(run, (PARTICIPANT, *WANTED))
    listed = run.query(f"select tin, aco_id from {PARTICIPANT} where program = 'mssp' order by tin")
    aco = _aco({str(row["aco_id"]) for row in listed if row["aco_id"]}, aco_id)
    now = {str(row["tin"]): row["aco_id"] for row in listed}
    if tin in now and now[tin] is None:
        raise CorridorError(
            "WHAT-IF-TIN",
            f"The practice {tin} stands on the lists of several ACOs.",
            why="Its services count for none of them, and a change of one list would not say for which.",
            todo="Load the list of the ACO it really is in (corridor load participants), and run again.",
            field="TIN",
        )
    if (now.get(tin) == aco) == (action == ADD):
        raise CorridorError(
            "WHAT-IF-TIN",
            f"The practice {tin} {'already is' if action == ADD else 'is not'} a participant of {aco}.",
            why="There would be no change.",
            todo=f"Name another TIN, or use {DROP if action == ADD else ADD}.",
            field="TIN",
        )
    changed = f"select * from {PARTICIPANT} where tin <> {quote(tin)}"
    if action == ADD:
        changed += (
            f" union all select {quote(tin)} as tin, {quote(aco)} as aco_id, 'mssp' as program, 1 as acos"
        )
    year = int(run.manifest["setting"]["data_year"])
    nobody = f"select * from {LISTS} where false"
    before, seen, _ = _side(run, force, {LISTS: nobody}, aco, year, tin)
    after, _, own = _side(run, force, {LISTS: nobody, PARTICIPANT: changed}, aco, year, tin)
    moved = now.get(tin) if action == ADD else None
    return Change(aco, tin, action, year, before, after, None if moved is None else str(moved), seen, own)


def _aco(known: set[str], asked: str | None) -> str:
    if asked is not None and asked in known:
        return asked
    if asked is None and len(known) == 1:
        return next(iter(known))
    named = ", ".join(sorted(known)) or "none is loaded (corridor load participants)"
    raise CorridorError(
        "WHAT-IF-ACO",
        f"No participant list of {asked} is loaded." if asked else "It is not clear which ACO is meant.",
        why="A practice joins or leaves one of the ACOs whose participant list is loaded.",
        todo=f"Name it with --aco: {named}.",
        field="--aco",
    )


def _side(
    run: Run, force: RulesInForce, changes: Mapping[str, str], aco: str, year: int, tin: str
) -> tuple[Side, int, int]:
    """A side; who has primary care with the practice; who is assigned through it."""
    con = recomputed(run, force, changes, WANTED)
    try:
        assigned = frozenset(int(row[0]) for row in con.execute(ASSIGNED, [aco]).fetchall())
        years = {
            (int(row[0]), "all" if row[1] is None else str(row[1])): Year(
                int(row[2]), float(row[3]), float(row[4] or 0), None if row[5] is None else float(row[5])
            )
            for row in con.execute(YEARS, [aco]).fetchall()
        }
        members: dict[tuple[int, str], set[int]] = {}
        for of, kind, person in con.execute(MEMBERS, [aco]).fetchall():
            for one in (str(kind), "all"):
                members.setdefault((int(of), one), set()).add(int(person))
        revenue, billing = _one(con, REVENUE, [aco, year])
        (participants,) = _one(con, f"select count(*) from {PARTICIPANT} where aco_id = ?", [aco])
        (seen,) = _one(
            con,
            "select count(distinct person_id) from attribution.primary_care_service where provider_id = ? "
            "and year(service_date) = ?",
            [tin, year],
        )
        (own,) = _one(
            con,
            "select count(distinct person_id) from mssp.person_year where aco_id = ? and year = ? "
            "and tin = ?",
            [aco, year, tin],
        )
    finally:
        con.close()
    held = {key: frozenset(people) for key, people in members.items()}
    side = Side(assigned, years, int(participants), float(revenue or 0), int(billing), held)
    return side, int(seen), int(own)


def _one(con: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]) -> tuple[Any, ...]:
    row = con.execute(query, parameters).fetchone()
    assert row is not None
    return tuple(row)
