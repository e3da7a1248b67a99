"""Questions that would tell what small cells hide: a figure that is blanked cannot be asked for either."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.engine.connection import name
from corridor.errors import CorridorError
from corridor.jobs.tables import counting_columns, key_of
from corridor.web.viewer import Viewer

# Types whose values are names, days or answers, not figures that are blanked.
NO_FIGURE = ("VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN", "ENUM", "UUID")
TIMES = ("year", "month")


def refuse_hidden(viewer: Viewer, table: str, asked: Iterable[str]) -> None:
    """Refuse to compare figures of a table whose rows may be blanked. Raises TABLE-COLUMN."""
    if not counting_columns(viewer, table):
        return
    described = viewer.query(f"describe select * from {name(*table.split('.'))}")
    types = {str(row["column_name"]): str(row["column_type"]) for row in described}
    for column in asked:
        if (
            types[column].startswith(NO_FIGURE)
            or column in key_of(table)
            or column in TIMES
            or column.endswith(tuple(f"_{one}" for one in TIMES))
        ):
            continue
        raise CorridorError(
            "TABLE-COLUMN",
            f"Rows of {table} cannot be chosen by {column}.",
            why="It is a figure, and figures that rest on few people are blanked: a search would tell them.",
            todo="Ask for the rows by the columns of the key, and compare what you receive.",
            field=column,
        )
