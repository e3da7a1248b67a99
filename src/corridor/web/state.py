"""The state of the application (accounts, sessions, tokens, audit): SQLite, with numbered migrations.

Kept apart from the warehouse's tables: a run can be thrown away and made again, this cannot.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from corridor.errors import CorridorError

FILE = "corridor.sqlite3"
ADDRESS_VARIABLE = "CORRIDOR_STATE"
BUSY_SECONDS = 15.0


def state_file(home: Path) -> Path:
    """The state database of a warehouse: $CORRIDOR_STATE, else ``home``/state/corridor.sqlite3.

    Raises WEB-STATE-ADDRESS for a database server, which is not supported yet.
    """
    given = os.environ.get(ADDRESS_VARIABLE, "")
    if "://" in given:
        raise CorridorError(
            "WEB-STATE-ADDRESS",
            f"{ADDRESS_VARIABLE} names a database server.",
            why="The state is kept in an SQLite file; PostgreSQL is not supported yet.",
            todo=f"Unset {ADDRESS_VARIABLE}, or let it name a file on a local disk.",
            field=ADDRESS_VARIABLE,
        )
    return Path(given) if given else home / "state" / FILE


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """A moment as kept: ISO 8601 in UTC to the second, which sorts as text."""
    return (moment or now()).strftime("%Y-%m-%dT%H:%M:%SZ")


def fingerprint(secret: str) -> str:
    """What is kept of a session or token: enough to recognise it, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class State:
    """The database; every unit of work opens its own connection, so that any thread may use it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))  # readable by its owner only
        self._migrate()

    def _open(self) -> sqlite3.Connection:
        con = sqlite3.connect(self.file, timeout=BUSY_SECONDS, isolation_level=None)
        con.row_factory = sqlite3.Row
        con.execute("pragma foreign_keys = on")
        con.execute("pragma journal_mode = wal")
        con.execute("pragma synchronous = full")
        return con

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from."""
        con = self._open()
        try:
            yield con
        finally:
            con.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One unit of work: all of it, or on an error nothing."""
        con = self._open()
        try:
            con.execute("begin immediate")
            yield con
            con.execute("commit")
        except BaseException:
            if con.in_transaction:
                con.execute("rollback")
            raise
        finally:
            con.close()

    def _migrate(self) -> None:
        """Bring the database to this version; each migration whole, in order, once."""
        known = migrations()
        with self.writing() as con:
            con.execute("create table if not exists migration (name text primary key, applied_at text)")
            done = {str(row["name"]) for row in con.execute("select name from migration")}
            newer = sorted(done - set(known))
            if newer:
                raise CorridorError(
                    "WEB-STATE-NEWER",
                    f"The state database was written by a newer Corridor ({newer[-1]}).",
                    why="An older program would misread it.",
                    todo="Start the newer Corridor, or name another file with CORRIDOR_STATE.",
                    file=self.file,
                )
            for name, text in known.items():
                if name not in done:
                    for statement in _statements(text):
                        con.execute(statement)
                    con.execute("insert into migration values (?, ?)", [name, stamp()])


def migrations() -> dict[str, str]:
    """Name -> SQL, in the order of their numbers."""
    folder = resources.files("corridor.web") / "migrations"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {name: (folder / name).read_text(encoding="utf-8") for name in found}


def _statements(text: str) -> Iterator[str]:
    """The statements of a migration; those of a trigger's body stay together."""
    waiting = ""
    for line in text.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""
