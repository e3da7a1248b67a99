"""Care gaps of the last run: how many each clinician has, what closes them, what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.jobs.gap_value import Valued, value_in_asm, value_in_mips

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

CLINICIAN, PRACTICE, ENTITY = LEVELS = ("clinician", "practice", "entity")
TABLES = ("quality.rollup", "quality.care_gap")
_KEYS = ("tin", "npi", "entity_id", "measure_id", "collection_type", "stratum")
_BY_REPORTER = """
with gaps as (
  select
    performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, count(*) as patients,
    sum(case when gap = 'not_met' then 1 else 0 end) as gaps_not_met,
    sum(case when gap = 'not_captured' then 1 else 0 end) as gaps_not_captured,
    sum(case when gap = 'inverse_met' then 1 else 0 end) as gaps_inverse_met,
    sum(case when closable and gap = 'not_met' then 1 else 0 end) as closable_not_met,
    sum(case when closable and gap = 'not_captured' then 1 else 0 end) as closable_not_captured,
    sum(case when closable and gap = 'inverse_met' then 1 else 0 end) as closable_inverse_met
  from quality.care_gap
  group by performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum
)
select
  result.*,
  gaps.* exclude (performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum)
from quality.rollup as result
left join gaps
  on gaps.performance_year = result.performance_year and gaps.level = result.level
  and gaps.tin = result.tin and gaps.npi = result.npi and gaps.entity_id = result.entity_id
  and gaps.measure_id = result.measure_id and gaps.collection_type = result.collection_type
  and gaps.stratum = result.stratum
where result.level = ? and result.performance_year = ?
  and (? = '' or result.tin = ?) and (? = '' or result.npi = ?) and (? = '' or result.measure_id = ?)
order by
  result.tin, result.npi, result.entity_id, result.measure_id, result.collection_type, result.stratum
"""
_PEOPLE = """
select
  measure_id, collection_type, stratum, person_id, event_date, gap, missing_element, site_id, closes,
  closable, rate_now, rate_closed
from quality.care_gap
where level = ? and performance_year = ? and (? = '' or tin = ?) and (? = '' or npi = ?)
  and (? = '' or measure_id = ?)
order by
  measure_id, collection_type, stratum, not closable, effort, event_date nulls last, person_id, event_key
"""


@dataclass
class Gaps:
    """What the run says of gaps.

    rows         one a clinician, measure, collection type and rate, the most dollars first
    basis        what points and dollars rest on, or why there are none
    rules        the rules under it, for the list of assumptions
    """

    year: int
    run_id: str
    rows: list[dict[str, Any]]
    basis: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


def find_gaps(
    run: Run, force: RulesInForce, year: int, level: str, *, tin: str = "", npi: str = "", measure: str = ""
) -> Gaps:
    """The gaps of a performance year (``year_of`` says which one a run speaks of).

    Errors: GAPS-NOT-MADE, GAPS-NO-RESULTS.
    """
    found = run.query(_BY_REPORTER, [level, year, tin, tin, npi, npi, measure, measure])
    closes = _closes(force)
    rows = [_gap_row(row, closes) for row in found]
    rows = [row for row in rows if row["gaps"] > 0]
    gaps = Gaps(year, run.run_id, rows, rules={"mips.gap_kind", "mips.gap_action", "mips.measure_patients"})
    if level == CLINICIAN:
        _put(gaps, value_in_asm(run, rows, year))
    if any(row["program"] is None for row in rows):
        _put(gaps, value_in_mips(run, rows, force, year, level))
    rows.sort(key=_rank)
    for place, row in enumerate(rows, start=1):
        row["place"] = place
    return gaps


def people_of(
    run: Run, year: int, level: str, *, tin: str = "", npi: str = "", measure: str = ""
) -> list[dict[str, Any]]:
    """The patients behind gaps, those that can still be closed and cost least effort first."""
    return run.query(_PEOPLE, [level, year, tin, tin, npi, npi, measure, measure])


def year_of(run: Run, wanted: int | None = None) -> int:
    """The year asked for, else that of the run, or where the run has no results of it the newest that has.

    Errors: GAPS-NOT-MADE, GAPS-NO-RESULTS.
    """
    for needed in TABLES:
        if not run.has(needed):
            raise CorridorError(
                "GAPS-NOT-MADE",
                f"The last complete run did not make {needed}.",
                why="It was limited with --only, or is older than this table.",
                todo="Run again: corridor run, or corridor run --only quality",
            )
    asked = wanted or int(run.manifest["setting"]["performance_year"])
    years = [int(row["performance_year"]) for row in run.query(
        "select distinct performance_year from quality.rollup order by performance_year desc"
    )]  # fmt: skip
    if not years or (wanted and wanted not in years):
        raise CorridorError(
            "GAPS-NO-RESULTS",
            f"No results of quality measures {f'of {wanted} ' if wanted else ''}are loaded.",
            why="Gaps are patients of a measure; without results of measures there are none to see.",
            todo="corridor load quality-results FILE, then corridor run",
        )
    return asked if asked in years else years[0]


def level_of(run: Run, year: int, wanted: str = "") -> str:
    """The level asked for, else the first of clinician, practice and entity that has results.

    Errors: GAPS-LEVEL.
    """
    if wanted and wanted not in LEVELS:
        raise CorridorError(
            "GAPS-LEVEL",
            f"There is no level called {wanted!r}.",
            todo=f"Name one of {', '.join(LEVELS)}.",
            field="--level",
        )
    held = {
        row["level"]
        for row in run.query("select distinct level from quality.rollup where performance_year = ?", [year])
    }
    return wanted or next((level for level in LEVELS if level in held), CLINICIAN)


def _closes(force: RulesInForce) -> dict[str, str]:
    """What closes a gap: by measure where Corridor knows it, else by kind of gap."""
    kinds = {str(row["gap"]): str(row["closes"]) for row in force.rows("mips.gap_kind")}
    return kinds | {str(row["measure_id"]): str(row["closes"]) for row in force.rows("mips.gap_action")}


def _gap_row(row: dict[str, Any], closes: dict[str, str]) -> dict[str, Any]:
    """Counts, and the rate when everything that can be closed is."""
    known = row["patients"] is not None
    inverse = bool(row["inverse"])
    not_met = int(row["gaps_not_met"] if known else 0 if inverse else row["not_met"])
    not_captured = int(row["gaps_not_captured"] if known else row["not_captured"])
    inverse_met = int(row["gaps_inverse_met"] if known else row["numerator"] if inverse else 0)
    closes_not_met = int(row["closable_not_met"] if known else not_met)
    closes_captured = int(row["closable_not_captured"] if known else not_captured)
    closes_inverse = int(row["closable_inverse_met"] if known else 0)
    electronic = row["completeness"] == 100 and row["not_captured"] > 0  # complete by construction
    measured = row["numerator"] + row["not_met"] + (row["not_captured"] if electronic else closes_captured)
    moved = -closes_inverse if inverse else closes_not_met + closes_captured
    closable = closes_not_met + closes_captured + closes_inverse
    captured = row["denominator"] - row["not_captured"] + closes_captured
    return {
        **{name: row[name] for name in ("level", *_KEYS)},
        "gaps": not_met + not_captured + inverse_met,
        "not_met": not_met,
        "not_captured": not_captured,
        "inverse_met": inverse_met,
        "closable": closable,
        "patients_known": known,
        "inverse": inverse,
        "rate": row["rate"],
        "rate_closed": 100 * (row["numerator"] + moved) / measured if measured else None,
        "completeness": row["completeness"],
        "completeness_closed": 100.0
        if electronic or not row["denominator"]
        else 100 * captured / row["denominator"],
        "case_count": row["case_count"],
        "deduplicated": row["deduplicated"],
        "closes": closes["not_captured"]
        if not (not_met or inverse_met)
        else closes.get(row["measure_id"], closes["inverse_met" if inverse else "not_met"]),
        "measure_points": None,
        "measure_points_closed": None,
        "score_points": None,
        "dollars": None,
        "dollars_per_gap": None,
        "program": None,
    }


def _put(gaps: Gaps, valued: Valued) -> None:
    """The worth under one program into rows that have none yet."""
    gaps.basis.extend(valued.basis)
    gaps.rules |= valued.rules
    for at, worth in valued.rows.items():
        row = gaps.rows[at]
        if row["program"] is not None:
            continue
        row.update(worth)
        row["program"] = valued.program
        if row["dollars"] is not None and row["closable"]:
            row["dollars_per_gap"] = row["dollars"] / row["closable"]


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """The most dollars first, then score points, then points of the measure; without a value last."""

    def most(value: float | None) -> tuple[bool, float]:
        return value is None, -(value or 0.0)

    gained: float | None = None
    if row["measure_points_closed"] is not None and row["measure_points"] is not None:
        gained = row["measure_points_closed"] - row["measure_points"]
    keys: Sequence[Any] = [row[name] for name in _KEYS]
    return most(row["dollars"]), most(row["score_points"]), most(gained), -row["closable"], *keys
