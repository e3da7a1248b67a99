"""The tables of a run as people ask for them: listed, filtered, and written to a file that may leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import name
from corridor.engine.runs import Run
from corridor.errors import CorridorError

# A column of one of these names counts the beneficiaries behind its row.
PEOPLE_COLUMNS = ("people", "beneficiaries", "members")
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
        near = [step for step in known if table.partition(".")[2] in step or step.startswith(table)]
        raise CorridorError(
            "TABLE-UNKNOWN",
            f"The last complete run made no table called {table}.",
            why="A run with --only makes some tables; a spelling may be off.",
            todo=("Near it: " + ", ".join(near[:8]) + "." if near else "List them with `corridor table`."),
            field="NAME",
        )
    relation = name(*table.split("."))
    present = [row["column_name"] for row in run.query(f"describe select * from {relation}")]
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


def suppress_small_cells(
    rows: Sequence[Mapping[str, Any]], key: Sequence[str], minimum: float
) -> list[dict[str, Any]]:
    """Blank the figures of rows that rest on fewer than ``minimum`` beneficiaries; none at all is no secret.

    Rows of tables that do not count beneficiaries are returned as they are.
    """
    counted = [column for column in PEOPLE_COLUMNS if rows and column in rows[0]]
    if not counted:
        return [dict(row) for row in rows]
    kept = []
    for row in rows:
        small = any(row[column] is not None and 0 < row[column] < minimum for column in counted)
        shown = {
            column: None if small and _is_figure(value) and column not in key else value
            for column, value in row.items()
        }
        kept.append({**shown, SUPPRESSED: small})
    return kept


def key_of(table: str) -> tuple[str, ...]:
    """The key of a table, as its step states it."""
    step = load_catalogue().steps.get(table)
    return tuple(step.key) if step else ()


def _is_figure(value: Any) -> bool:
    return not isinstance(value, str | bool) and value is not None
