"""From a row of any table of the run down to the claim lines, one level at a time, within what a viewer sees.

An address names the first row by columns that are of nobody, and every further one by its place in the order
of its table's key: so it can be sent to a colleague, and holds no number of a person or a claim. The way down
is that of the headers of the steps (``evidence``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import name
from corridor.errors import CorridorError
from corridor.explain.evidence import path_to_claims
from corridor.jobs.tables import SUPPRESSED, columns_of, key_of, rows_of, suppress_small_cells
from corridor.web.downloads import smallest_cell
from corridor.web.scope import PATIENT_COLUMNS
from corridor.web.small_cells import refuse_hidden
from corridor.web.viewer import Viewer

PAGE = 50
DEEPEST = 12


@dataclass(frozen=True)
class Level:
    """One level: the table, what a row of it is, how many rows, and the one that was opened (from 1)."""

    table: str
    makes: str
    total: int
    opened: int | None
    row: dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """The rows of the level that is shown, with those passed on the way down.

    below   the tables still further down, the next first; ``closed``: the next is not for this account
    """

    levels: list[Level]
    rows: list[dict[str, Any]]
    columns: list[str]
    start: int
    below: Sequence[str]
    closed: bool

    @property
    def here(self) -> Level:
        """The level whose rows are shown."""
        return self.levels[-1]


def nobody(column: str) -> bool:
    """Whether a column may stand in an address: it names no person and no claim."""
    return column not in PATIENT_COLUMNS and not column.endswith(("person_id", "claim_id", "claim_number"))


def open_evidence(
    viewer: Viewer, table: str, keys: Mapping[str, str], opened: Sequence[int], start: int = 0
) -> Evidence:
    """The rows at the end of a path. Raises TABLE-UNKNOWN, TABLE-COLUMN, WEB-FORBIDDEN, WEB-EVIDENCE."""
    viewer.table(table)
    rows_of(viewer, table, keys, (), 0)  # refuses what is not there
    if not viewer.of_patients(table):
        refuse_hidden(viewer, table, keys)
    if any(not nobody(column) for column in keys) or len(opened) > DEEPEST:
        raise CorridorError(
            "WEB-EVIDENCE",
            "This address cannot name rows.",
            why="An address holds no number of a person or a claim: it may have been sent on.",
            todo="Open the rows from a page; a row further down is named by its place.",
            field="open",
        )
    test = " and ".join(f"cast({name(column)} as varchar) = ?" for column in keys) or "true"
    values: list[Any] = list(keys.values())
    levels: list[Level] = []
    for place in opened:
        total = _count(viewer, table, test, values)
        row = _rows(viewer, table, test, values, 1, place - 1)
        if not row:
            raise CorridorError(
                "WEB-EVIDENCE",
                "There is no such row in what you may see.",
                why=f"{table} has {total:,} rows here; the address may be of another run.",
                todo="Go back one level and open it again.",
                field="open",
            )
        levels.append(Level(table, _makes(table), total, place, _leaving(viewer, table, row)[0]))
        down = _down(table)
        if down is None:
            raise CorridorError(
                "WEB-EVIDENCE",
                f"{table} is the last level: nothing lies under its rows.",
                todo="Go back one level.",
                field="open",
            )
        table, by = down
        viewer.table(table)
        test = " and ".join(f"{name(column)} is not distinct from ?" for column in by)
        values = [row[0][column] for column in by]
    total = _count(viewer, table, test, values)
    rows = _leaving(viewer, table, _rows(viewer, table, test, values, PAGE, start))
    columns = list(columns_of(viewer, table))
    if any(row.get(SUPPRESSED) for row in rows) and SUPPRESSED not in columns:
        columns.append(SUPPRESSED)
    levels.append(Level(table, _makes(table), total, None, {}))
    below = path_to_claims(table)[1:]
    down = _down(table)
    return Evidence(
        levels,
        rows,
        columns,
        start,
        below,
        down is not None and not viewer.has(down[0]),
    )


def _leaving(viewer: Viewer, table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they are shown: of a table that is not about single people, few people blank the figures."""
    if viewer.of_patients(table):
        return rows
    return suppress_small_cells(rows, key_of(table), smallest_cell(viewer))


def _down(table: str) -> tuple[str, tuple[str, ...]] | None:
    step = load_catalogue().steps.get(table)
    if step is None or step.evidence is None:
        return None
    return step.evidence.table, tuple(step.evidence.columns)


def _makes(table: str) -> str:
    step = load_catalogue().steps.get(table)
    return step.makes if step else ""


def _order(viewer: Viewer, table: str) -> str:
    step = load_catalogue().steps.get(table)
    present = columns_of(viewer, table)
    keys = [column for column in (step.key if step else ()) if column in present] or list(present)
    return ", ".join(name(column) for column in keys)


def _rows(
    viewer: Viewer, table: str, test: str, values: Sequence[Any], limit: int, offset: int
) -> list[dict[str, Any]]:
    relation = name(*table.split("."))
    return viewer.query(
        f"select * from {relation} where {test} order by {_order(viewer, table)} limit {int(limit)} offset ?",
        [*values, max(offset, 0)],
    )


def _count(viewer: Viewer, table: str, test: str, values: Sequence[Any]) -> int:
    relation = name(*table.split("."))
    return int(viewer.query(f"select count(*) as n from {relation} where {test}", values)[0]["n"])
