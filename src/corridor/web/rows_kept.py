"""Rows that a viewer's queries found, kept while they are asked for: a run does not change once it is made.

A viewer has one scope, and so has what is kept beside it. Who looked at whom is written down before a page
asks for its rows, whether they were kept or not.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

import duckdb

from corridor.engine.connection import connect

Rows = list[dict[str, Any]]
MOST_CELLS = 300_000  # of all that is kept: some 30 MB a viewer
MOST_CELLS_EACH = 30_000
# What gives another answer tomorrow, or the next time.
_CHANGING = re.compile(r"\b(?:current_|now\b|today\b|random|uuid|nextval|sample\b)", re.IGNORECASE)


class RowsKept:
    """The rows of queries over some tables; those not asked for longest go first."""

    def __init__(self, most: int = MOST_CELLS) -> None:
        self._most = most
        self._cells = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, Rows] = OrderedDict()

    def get(self, key: Any, find: Callable[[], Rows]) -> Rows:
        """The rows under a key, found first where they are not there; the caller's own to change."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is None:
            known = find()
            self._put(key, known)
        return [dict(row) for row in known]

    def _put(self, key: Any, rows: Rows) -> None:
        cells = _cells(rows)
        if cells > MOST_CELLS_EACH:
            return
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = rows
            self._cells += cells
            while self._cells > self._most:
                _, gone = self._kept.popitem(last=False)
                self._cells -= _cells(gone)


def _cells(rows: Rows) -> int:
    return 1 + sum(len(row) for row in rows)


def lasting(sql: str, known: Collection[str]) -> bool:
    """Whether a query reads these tables only, and gives the same answer whenever it is asked."""
    tables = tables_of(sql)
    return bool(tables) and all(table in known for table in tables)


@lru_cache(maxsize=2000)
def tables_of(sql: str) -> Sequence[str]:
    """The tables a query reads; none where that cannot be told, or where its answer changes by itself."""
    if _CHANGING.search(sql):
        return ()
    try:
        with _reader().cursor() as con:
            # it takes no marks for values; what stands for them does not matter here
            found = con.get_table_names(sql.replace("?", "null"), qualified=True)
    except duckdb.Error:
        return ()
    return sorted(one.partition(" AS ")[0].replace('"', "") for one in found)


@lru_cache(maxsize=1)
def _reader() -> duckdb.DuckDBPyConnection:
    """A database without tables, that reads queries and knows the prelude."""
    return connect(threads=1)
