"""Rows of a table a page after the other, however many there are.

A page begins after the last row of the one before, by the table's key: no page is slower than the first. Keys
may name a claim, so what stands in the address is encrypted; it belongs to one run, question and scope.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import name
from corridor.errors import CorridorError
from corridor.jobs.tables import columns_of
from corridor.web.state import State
from corridor.web.viewer import Viewer

KEY = "cursor"
HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class Piece:
    """One page: its rows, with the key's columns among them, and the key of its last where more follow."""

    rows: list[dict[str, Any]]
    last: list[str | None] | None


def rows_after(
    viewer: Viewer,
    table: str,
    where: Mapping[str, str],
    columns: Sequence[str],
    limit: int,
    after: Sequence[str | None] | None,
) -> Piece:
    """The rows that follow a key, in the order of the table's key; columns as asked for, and the key's."""
    present = columns_of(viewer, table)
    order = order_of(table, present)
    types = _types(viewer, table)
    chosen = list(dict.fromkeys([*(columns or present), *order]))
    keys = [f"cast({name(column)} as varchar) as {name(_own(place))}" for place, column in enumerate(order)]
    tests = [f"cast({name(column)} as varchar) = ?" for column in where]
    given: list[Any] = list(where.values())
    if after is not None:
        test, values = _following(order, types, after)
        tests.append(test)
        given += values
    rows = viewer.query(
        f"select {', '.join([*map(name, chosen), *keys])} from {name(*table.split('.'))} "
        f"where {' and '.join(tests) or 'true'} "
        f"order by {', '.join(f'{name(column)} asc nulls last' for column in order)} limit {int(limit) + 1}",
        given,
    )
    kept = rows[:limit]
    more = len(rows) > limit and bool(kept)
    last = [kept[-1][_own(place)] for place in range(len(order))] if more else None
    own = {_own(place) for place in range(len(order))}
    return Piece([{key: row[key] for key in row if key not in own} for row in kept], last)


def order_of(table: str, present: Sequence[str]) -> list[str]:
    """The columns that order a table: its key, else all of them."""
    step = load_catalogue().steps.get(table)
    return [column for column in (step.key if step else ()) if column in present] or list(present)


def seal(state: State, question: str, last: Sequence[str | None]) -> str:
    """A cursor: where the next page of a question begins."""
    from joserfc import jwe

    text = json.dumps({"question": question, "last": list(last)})
    return jwe.encrypt_compact(HEADER, text.encode(), _secret(state))


def unseal(state: State, question: str, cursor: str) -> list[str | None]:
    """Where a page begins. Raises WEB-CURSOR for one of another question, run or server."""
    from joserfc import jwe
    from joserfc.errors import JoseError

    try:
        found = json.loads(jwe.decrypt_compact(cursor, _secret(state)).plaintext or b"")
        if found["question"] == question:
            return [None if one is None else str(one) for one in found["last"]]
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    raise CorridorError(
        "WEB-CURSOR",
        "This cursor belongs to another question, or to an earlier run.",
        why="Pages of two runs do not fit together.",
        todo="Ask for the first page again, without a cursor.",
        field="cursor",
    )


def question_of(viewer: Viewer, *parts: Any) -> str:
    """What a cursor and an ETag belong to: run, scope, and what was asked."""
    told = [viewer.run_id, viewer.patients, viewer.scope.words(), *parts]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _following(
    order: Sequence[str], types: Mapping[str, str], after: Sequence[str | None]
) -> tuple[str, list[Any]]:
    """The rows after a key: equal in its first columns, and later in the next; nulls come last."""
    tests, given = [], []
    for place, column in enumerate(order):
        equal = [f"{name(one)} is not distinct from cast(? as {types[one]})" for one in order[:place]]
        later = f"({name(column)} > cast(? as {types[column]}) or ({name(column)} is null and ? is not null))"
        tests.append(" and ".join([*equal, later]))
        given += [*after[:place], after[place], after[place]]
    return "(" + " or ".join(f"({test})" for test in tests) + ")", given


def _types(viewer: Viewer, table: str) -> dict[str, str]:
    found = viewer.query(f"describe select * from {name(*table.split('.'))}")
    return {str(row["column_name"]): str(row["column_type"]) for row in found}


def _own(place: int) -> str:
    return f"key_of_page_{place}"


def _secret(state: State) -> Any:
    """The key that every process over this state shares; made the first time."""
    from joserfc.jwk import OctKey

    with state.reading() as con:
        row = con.execute("select value from secret where name = ?", [KEY]).fetchone()
    if row is None:
        with state.writing() as con:
            con.execute(
                "insert into secret values (?, ?) on conflict (name) do nothing", [KEY, secrets.token_hex(32)]
            )
            row = con.execute("select value from secret where name = ?", [KEY]).fetchone()
    return OctKey.import_key(bytes.fromhex(row["value"]))
