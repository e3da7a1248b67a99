"""The tables of a run as people ask for them: listed, filtered, and written to a file that may leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import name
from corridor.engine.runs import Run
from corridor.errors import CorridorError

# A column of one of these names counts the beneficiaries that the figures of its row rest on,
PEOPLE_COLUMNS = (
    "people",
    "beneficiaries",
    "members",
    "patients",
    "people_served",
    "people_with_events",
    "people_within",
    "virtual_people",
    "enrolled",
    "matched",
    "candidates",
    "eligible_patients",
    "attributed_patients",
)
# and of these, some of them: few blank their own cell only.
SOME_PEOPLE_COLUMNS = (
    "truncated_people",
    "people_unplaced",
    "panel_people",
    "beneficiaries_with_risk_score",
    "clinician_beneficiaries",
    "billed_people",
    "billed_months",
    "earlier_patients",
    "open_patients",
    "level_1_people",
    "level_2_people",
    "level_3_people",
    "missed_people",
    "patients_short",
    "patients_in_disagreement",
    "published_beneficiaries",
    "apcm_people",
    "care_management_people",
    "conflict_people",
    "consents_needed",
    "people_better_on_apcm",
    "people_worse_on_apcm",
    "missing_people",
    "blend_people",
    "people_leaning_away",
    "people_missing",
    "high_before",
    "deaths",
    "came",
    "went",
    "unmatched",
    "carried_back_months",
    "high_needs_people",
    "several_days_people",
    "one_day_people",
    "assessed_people",
    "readmission_people",
    "snf_people",
    "same_hospital_people",
)
# Months of people: over the months of a row, how many it rests on at least, where it does not count them.
MONTHS_OF_PEOPLE = ("member_months", "person_months")
MONTHS = 12
ONE_MONTH = ("month", "service_month")
SINGLE = ("person_id", "claim_id", "episode_id")  # of the key: rows of single people, which are not counted
SMALL_CELL = "small_cell"  # a step that knows by itself that a row rests on few
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Listed:
    """One table of a run: its name, what a row is, and how many rows there are."""

    table: str
    makes: str
    rows: int


def list_tables(run: Run) -> list[Listed]:
    """Every table of the run, by name."""
    steps = load_catalogue().steps
    return [
        Listed(entry["step"], steps[entry["step"]].makes if entry["step"] in steps else "", entry["rows"])
        for entry in sorted(run.manifest["steps"], key=lambda entry: str(entry["step"]))
    ]


def rows_of(
    run: Run, table: str, where: Mapping[str, str], columns: Sequence[str] = (), limit: int | None = None
) -> list[dict[str, Any]]:
    """Rows of a table in the order of its key. ``where`` compares columns with text.

    Raises TABLE-UNKNOWN and TABLE-COLUMN.
    """
    if not run.has(table):
        known = sorted(str(entry["step"]) for entry in run.manifest["steps"])
        short = table.rpartition(".")[2]
        near = [step for step in known if step.startswith(table) or (short and short in step)]
        skipped = table in load_catalogue().steps
        todo = "Near it: " + ", ".join(near[:8]) + "." if near else "List them with `corridor table`."
        if skipped:
            todo = f"Make it with `corridor run`, or `corridor run --only {table}`."
        raise CorridorError(
            "TABLE-UNKNOWN",
            f"The last complete run made no table called {table}.",
            why="It was a run with --only, or is older than this table." if skipped else "There is none.",
            todo=todo,
            field="NAME",
        )
    relation = name(*table.split("."))
    present = columns_of(run, table)
    for column in [*where, *columns]:
        if column not in present:
            raise CorridorError(
                "TABLE-COLUMN",
                f"{table} has no column called {column}.",
                todo="Its columns: " + ", ".join(present) + ".",
                field=column,
            )
    chosen = ", ".join(name(column) for column in (columns or present))
    step = load_catalogue().steps.get(table)
    order = [column for column in (step.key if step else ()) if column in present] or present
    tests = " and ".join(f"cast({name(column)} as varchar) = ?" for column in where) or "true"
    sql = f"select {chosen} from {relation} where {tests} order by {', '.join(name(c) for c in order)}"
    if limit is not None:
        sql += f" limit {int(limit)}"
    return run.query(sql, list(where.values()))


def columns_of(run: Run, table: str) -> list[str]:
    """The columns of a table the run made."""
    relation = name(*table.split("."))
    return [str(row["column_name"]) for row in run.query(f"describe select * from {relation}")]


def count_rows(run: Run, table: str, where: Mapping[str, str]) -> int:
    """How many rows of a table there are, as ``rows_of`` would find them."""
    tests = " and ".join(f"cast({name(column)} as varchar) = ?" for column in where) or "true"
    relation = name(*table.split("."))
    (row,) = run.query(f"select count(*) as n from {relation} where {tests}", list(where.values()))
    return int(row["n"])


def rules_of(table: str) -> list[str]:
    """The rules that a table rests on: those its step names, and the steps it reads."""
    steps = load_catalogue().steps
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [table]
    while waiting:
        step = steps.get(waiting.pop())
        if step is None or step.step in seen:
            continue
        seen.add(step.step)
        found.update(step.rules)
        waiting.extend(step.reads)
    return sorted(found)


def suppress_small_cells(
    rows: Sequence[Mapping[str, Any]], key: Sequence[str], minimum: float
) -> list[dict[str, Any]]:
    """Blank the figures of rows that rest on fewer than ``minimum`` beneficiaries; none at all is no secret.

    Rows of tables that do not count beneficiaries are returned as they are.
    """
    counting = (*PEOPLE_COLUMNS, *SOME_PEOPLE_COLUMNS, SMALL_CELL, *_months_counted(key))
    if not any(column in row for row in rows[:1] for column in counting):
        return [dict(row) for row in rows]
    kept = []
    for row in rows:
        small = (
            row.get(SMALL_CELL) is True
            or any(_few(row.get(c), minimum) for c in PEOPLE_COLUMNS)
            or _few_by_months(row, key, minimum)
            or _few_alone(row, minimum)
        )
        some = [column for column in SOME_PEOPLE_COLUMNS if _few(row.get(column), minimum)]
        # a share of the row's people would tell how few
        some += [column.removesuffix("_people") + "_share" for column in some]
        shown = {
            column: None if column in some or (small and _is_figure(value) and column not in key) else value
            for column, value in row.items()
        }
        kept.append({**shown, SUPPRESSED: small or bool(row.get(SUPPRESSED))})
    return kept


def counting_columns(run: Run, table: str) -> list[str]:
    """The columns of a table that decide whether its rows are blanked."""
    months = _months_counted(key_of(table))
    counting = (*PEOPLE_COLUMNS, *SOME_PEOPLE_COLUMNS, *months, SMALL_CELL, SUPPRESSED)
    return [column for column in columns_of(run, table) if column in counting]


def _few(count: Any, minimum: float) -> bool:
    return count is not None and not isinstance(count, bool | str) and 0 < count < minimum


def _months_counted(key: Sequence[str]) -> tuple[str, ...]:
    """The columns of months that count people: none where a row is about one person."""
    return () if any(column in SINGLE for column in key) else MONTHS_OF_PEOPLE


def _few_by_months(row: Mapping[str, Any], key: Sequence[str], minimum: float) -> bool:
    """Whether the months of a row, which does not count its people, may be those of few."""
    if any(row.get(column) is not None for column in PEOPLE_COLUMNS):
        return False
    spread = 1 if any(column in key for column in ONE_MONTH) else MONTHS
    return any(_few(row.get(column), minimum * spread) for column in _months_counted(key))


def _few_alone(row: Mapping[str, Any], minimum: float) -> bool:
    """Whether a row whose people are not known, or none, rests on a few of another count."""
    counts = [row[column] for column in PEOPLE_COLUMNS if column in row]
    return bool(counts) and not any(counts) and any(_few(row.get(c), minimum) for c in SOME_PEOPLE_COLUMNS)


def key_of(table: str) -> tuple[str, ...]:
    """The key of a table, as its step states it."""
    step = load_catalogue().steps.get(table)
    return tuple(step.key) if step else ()


def _is_figure(value: Any) -> bool:
    return not isinstance(value, str | bool) and value is not None
