"""From a row of a result to the rows it was made of, down to the claim lines.

The way is not written here: every step's header names the table and columns that open a row of
it further down (``evidence``), and this follows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.engine.catalogue import Catalogue, load_catalogue
from corridor.engine.connection import name
from corridor.engine.runs import Run
from corridor.errors import CorridorError


@dataclass(frozen=True)
class Opened:
    """The rows one level down, and which columns of the upper row opened them."""

    table: str
    by: dict[str, Any]
    rows: list[dict[str, Any]]


def open_row(
    run: Run, table: str, row: Mapping[str, Any], catalogue: Catalogue | None = None
) -> Opened | None:
    """The rows a row of ``table`` rests on, ordered by their key; None where ``table`` is a leaf."""
    steps = (catalogue or load_catalogue()).steps
    step = steps.get(table)
    if step is None or step.evidence is None:
        return None
    down, columns = step.evidence.table, step.evidence.columns
    missing = [column for column in columns if column not in row]
    if missing:
        raise CorridorError(
            "EVIDENCE-COLUMN",
            f"A row of {table} has no column {missing[0]}, by which {down} is opened.",
            todo="Correct `evidence` in the header of the step.",
            file=step.where,
            field="evidence",
        )
    key = steps[down].key if down in steps else columns
    schema, short = down.split(".")
    test = " and ".join(f"{name(column)} is not distinct from ?" for column in columns)
    order = ", ".join(name(column) for column in key)
    rows = run.query(
        f"select * from {name(schema, short)} where {test} order by {order}",
        [row[column] for column in columns],
    )
    return Opened(down, {column: row[column] for column in columns}, rows)


def open_rows(
    run: Run, table: str, rows: Sequence[Mapping[str, Any]], catalogue: Catalogue | None = None
) -> list[tuple[int, dict[str, Any]]]:
    """What ``open_row`` finds for many rows, in one query: the place of the upper row, and a row below it.

    Empty where ``table`` is a leaf, or no rows are given.
    """
    steps = (catalogue or load_catalogue()).steps
    step = steps.get(table)
    if step is None or step.evidence is None or not rows:
        return []
    down, columns = step.evidence.table, step.evidence.columns
    key = steps[down].key if down in steps else columns
    schema, short = down.split(".")
    given = [[row[column] for column in columns] for row in rows]
    wanted = ", ".join(f"(?{', ?' * len(columns)})" for _ in given)
    named = ", ".join(["upper_place", *(name(column) for column in columns)])
    test = " and ".join(
        f"below.{name(column)} is not distinct from upper.{name(column)}" for column in columns
    )
    order = ", ".join(["upper_place", *(f"below.{name(column)}" for column in key)])
    found = run.query(
        f"select upper_place, below.* from (values {wanted}) as upper ({named}) "
        f"join {name(schema, short)} as below on {test} order by {order}",
        [value for place, values in enumerate(given) for value in (place, *values)],
    )
    return [(int(row.pop("upper_place")), row) for row in found]


def path_to_claims(table: str, catalogue: Catalogue | None = None) -> Sequence[str]:
    """The tables passed on the way down from ``table`` to a leaf, itself first."""
    steps = (catalogue or load_catalogue()).steps
    path = [table]
    while (step := steps.get(path[-1])) is not None and step.evidence is not None:
        if step.evidence.table in path:
            break
        path.append(step.evidence.table)
    return path
