"""The state of the application (accounts, sessions, tokens, audit), with numbered migrations.

Kept apart from the warehouse's tables: a run can be thrown away and made again, this cannot.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from corridor.errors import CorridorError
from corridor.web.database import Connection, Store

FILE = "corridor.sqlite3"
ADDRESS_VARIABLE = "CORRIDOR_STATE"
SERVERS = ("postgresql://", "postgres://")


def state_address(home: Path) -> Path | str:
    """Where the state of a warehouse is: what $CORRIDOR_STATE names, else ``home``/state/corridor.sqlite3.

    A path is an SQLite file, ``postgresql://...`` a database of a server. Raises WEB-STATE-ADDRESS.
    """
    given = os.environ.get(ADDRESS_VARIABLE, "")
    if given.startswith(SERVERS):
        return given
    if "://" in given:
        raise CorridorError(
            "WEB-STATE-ADDRESS",
            f"{ADDRESS_VARIABLE} names something that is neither a file nor a PostgreSQL database.",
            todo=f"Unset {ADDRESS_VARIABLE}, let it name a file, or write postgresql://USER@HOST/DATABASE.",
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
    """The database of the state: an SQLite file by its path, or PostgreSQL by its address."""

    def __init__(self, address: Path | str) -> None:
        self.file = address if isinstance(address, Path) else None
        self._store = _store(address)
        self._migrate()

    def close(self) -> None:
        """Let go of what is kept open between units of work."""
        self._store.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from."""
        return self._store.reading()

    def writing(self, durable: bool = True) -> AbstractContextManager[Connection]:
        """One unit of work: all of it, or on an error nothing; one at a time.

        durable: whether it must outlive a loss of power; counts of requests need not.
        """
        return self._store.writing(durable)

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
                        for part in self._store.schema(statement):
                            con.execute(part)
                    con.execute("insert into migration values (?, ?)", [name, stamp()])


def _store(address: Path | str) -> Store:
    if isinstance(address, Path):
        from corridor.web.sqlite_store import SqliteStore

        return SqliteStore(address)
    from corridor.web.postgres_store import PostgresStore

    return PostgresStore(address)


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
