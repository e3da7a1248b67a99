"""Risk-adjustment integrity of the last run: caps, trend, recapture, signs of growth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.jobs.tables import key_of, suppress_small_cells

if TYPE_CHECKING:
    from corridor.engine.runs import Run

# view -> (the table its rows come from, the columns shown)
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cap": (
        "integrity.cap",
        ("aco_id", "year", "basis", "base_year", "aggregate_risk_ratio", "demographic_ratio", "risk_cap",
         "room", "above_cap"),
    ),
    "trend": (
        "integrity.trend",
        ("aco_id", "enrollment_type", "year", "base_year", "people", "reported_score", "reported_ratio",
         "claims_score", "claims_ratio", "demographic_ratio", "categories_per_person"),
    ),
    "recapture": (
        "integrity.recapture",
        ("aco_id", "tin", "npi", "hcc", "label", "people", "several_days_people", "one_day_people",
         "assessed_people"),
    ),
    "signs": (
        "integrity.sign",
        ("level", "entity_id", "sign", "people", "cases", "value", "usual", "high", "peers", "flagged"),
    ),
}  # fmt: skip
OF_ACOS = ("cap", "trend")
PARTS = ("several_days_people", "one_day_people", "assessed_people")
# practices and clinicians by the people of the ACO who are theirs
_SIGNS_OF_ACO = """aco_id = ? or exists (
  select 1 from attribution.person as own
  where own.aco_id = ?
    and ((level = 'tin' and own.tin = entity_id) or (level = 'npi' and own.npi = entity_id)))"""
PEOPLE = (
    "person_id", "hcc", "label", "last_date", "diagnosis_code", "source_id", "claim_id", "claim_line_number",
    "claim_npi",
    "days_recorded", "years_recorded", "only_assessed", "review",
)  # fmt: skip
_QUERIES = {
    "cap": "select * from integrity.cap where (? = '' or aco_id = ?) and ? = ? and ? = ? "
    "order by aco_id, year desc, basis",
    "trend": "select * from integrity.trend where (? = '' or aco_id = ?) and ? = ? and ? = ? "
    "order by aco_id, enrollment_type, year",
    "recapture": """
select
  aco_id, tin, npi, hcc, max(label) as label, count(distinct person_id) as people,
  count(case when not only_assessed and days_recorded > 1 then 1 end) as several_days_people,
  count(case when not only_assessed and days_recorded = 1 then 1 end) as one_day_people,
  count(case when only_assessed then 1 end) as assessed_people
from integrity.recapture
where chronic and (? = '' or aco_id = ?) and (? = '' or tin = ?) and (? = '' or npi = ?)
group by aco_id, tin, npi, hcc
order by people desc, aco_id nulls last, tin nulls last, npi nulls last, hcc""",
    "signs": "select * from integrity.sign where (? = '' or aco_id = ?) "
    "and (? = '' or tin = ?) and (? = '' or npi = ?) "
    "order by flagged desc, place, beyond_usual desc, level, entity_id",
}
_PEOPLE = """
select * from integrity.recapture
where chronic and (? = '' or aco_id = ?) and (? = '' or tin = ?) and (? = '' or npi = ?)
order by only_assessed, days_recorded desc, person_id, hcc"""


def integrity_rows(run: Run, view: str, aco: str, tin: str, npi: str) -> list[dict[str, Any]]:
    """The rows of a view, of one ACO, practice or clinician where named.

    Raises INTEGRITY-VIEW and INTEGRITY-NOT-MADE.
    """
    if view not in VIEWS:
        raise CorridorError(
            "INTEGRITY-VIEW",
            f"There is no view called {view!r}.",
            todo=f"Name one of {', '.join(VIEWS)}.",
            field="--view",
        )
    if view in OF_ACOS and (tin or npi):
        raise CorridorError(
            "INTEGRITY-VIEW",
            f"The view {view} is of whole ACOs.",
            why="The cap holds for all people of an ACO together.",
            todo="Leave --tin and --npi away, or ask for --view recapture or signs.",
            field="--tin" if tin else "--npi",
        )
    _refuse_missing(run, VIEWS[view][0])
    query = _QUERIES[view]
    if view == "signs" and run.has("attribution.person"):
        query = query.replace("aco_id = ?", _SIGNS_OF_ACO, 1)
    return _of(run, query, view in OF_ACOS, aco, tin, npi)


def integrity_suppressed(view: str, rows: list[dict[str, Any]], minimum: float) -> list[dict[str, Any]]:
    """The rows as they may leave. Where one part of the people of a recapture row is few, no part is told:
    the others and the whole would tell it."""
    key = ("aco_id", "tin", "npi", "hcc") if view == "recapture" else key_of(VIEWS[view][0])
    kept = suppress_small_cells(rows, key, minimum)
    for row in kept if view == "recapture" else []:
        if any(row[part] is None for part in PARTS):
            row.update(dict.fromkeys(PARTS))
    return kept


def recapture_people(run: Run, aco: str, tin: str, npi: str) -> list[dict[str, Any]]:
    """The chronic conditions of single people that no claim of the year carries, with the claim that did.

    Raises INTEGRITY-NOT-MADE.
    """
    _refuse_missing(run, "integrity.recapture")
    return _of(run, _PEOPLE, False, aco, tin, npi)


def _of(run: Run, query: str, aco_only: bool, aco: str, tin: str, npi: str) -> list[dict[str, Any]]:
    below = ["", "", "", ""] if aco_only else [tin, tin, npi, npi]
    return run.query(query, [*[aco] * (query.count("?") - len(below)), *below])


def _refuse_missing(run: Run, table: str) -> None:
    if not run.has(table):
        raise CorridorError(
            "INTEGRITY-NOT-MADE",
            f"The last complete run did not make {table}.",
            why="It was limited with --only, or is older than this table.",
            todo="Run again: corridor run",
        )
