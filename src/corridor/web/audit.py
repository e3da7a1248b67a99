"""The audit log: who saw or did what, append-only, each record chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.web.database import Connection
from corridor.web.state import State, stamp

FIRST = "0" * 64
PIECE = 5_000
FIELDS = ("place", "at", "account", "action", "subject", "outcome", "address", "previous")


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole: how many records, the last hash, and the first record that does not fit."""

    records: int
    head: str
    broken_at: int | None


def append(
    state: State, account: str, action: str, subject: str = "", outcome: str = "done", address: str = ""
) -> None:
    """Add one record; what it tells of must not happen where this fails."""
    with state.writing() as con:
        write(con, account, action, subject, outcome, address)


def write(con: Connection, account: str, action: str, subject: str, outcome: str, address: str) -> None:
    """Add one record inside a unit of work."""
    last = con.execute("select place, hash from audit order by place desc limit 1").fetchone()
    record: dict[str, Any] = {
        "place": 1 + (last["place"] if last else 0),
        "at": stamp(),
        "account": account,
        "action": action,
        "subject": subject,
        "outcome": outcome,
        "address": address,
        "previous": last["hash"] if last else FIRST,
    }
    con.execute(
        "insert into audit (place, at, account, action, subject, outcome, address, previous, hash) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*record.values(), _hash(record)],
    )


def verify(state: State) -> Verdict:
    """Walk the chain from its beginning.

    A log cut short at its end still fits: that is why the head is shown, to be kept elsewhere.
    """
    return walk(everything(state))


def walk(rows: Iterable[dict[str, Any]]) -> Verdict:
    """Walk records in their order."""
    previous, records = FIRST, 0
    for row in rows:
        records += 1
        record = {name: row[name] for name in FIELDS}
        if row["place"] != records or row["previous"] != previous or row["hash"] != _hash(record):
            return Verdict(records, previous, int(row["place"]))
        previous = row["hash"]
    return Verdict(records, previous, None)


def everything(state: State) -> Iterator[dict[str, Any]]:
    """Every record in order, read in pieces: a log of years fits no memory."""
    place = 0
    while True:
        with state.reading() as con:
            rows = con.execute(
                "select * from audit where place > ? order by place limit ?", [place, PIECE]
            ).fetchall()
        if not rows:
            return
        yield from (dict(row) for row in rows)
        place = int(rows[-1]["place"])


def tip(state: State) -> tuple[int, str]:
    """How many records there are, and the last hash, without walking the chain."""
    with state.reading() as con:
        row = con.execute("select place, hash from audit order by place desc limit 1").fetchone()
        return (int(row["place"]), str(row["hash"])) if row else (0, FIRST)


def newest(
    state: State, limit: int, before: int | None = None, account: str = ""
) -> Sequence[dict[str, Any]]:
    """The newest records, the last first; ``before`` a place, for the next page."""
    with state.reading() as con:
        rows = con.execute(
            "select * from audit where (? is null or place < ?) and (? = '' or account = ?) "
            "order by place desc limit ?",
            [before, before, account, account, limit],
        )
        return [dict(row) for row in rows]


def _hash(record: dict[str, Any]) -> str:
    text = json.dumps({name: record[name] for name in FIELDS}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
