"""The state in a file: SQLite, the default."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corridor.web.database import not_kept

BUSY_SECONDS = 15.0


class SqliteConnection(sqlite3.Connection):
    """A connection that says of a value it cannot keep what PostgreSQL's says."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """A statement. Raises WEB-REQUEST for a number or text that cannot be kept."""
        try:
            return super().execute(sql, parameters)
        except (OverflowError, UnicodeError) as error:
            raise not_kept() from error


class SqliteStore:
    """One file; every unit of work opens its own connection, so that any thread or process may use it.

    One more connection stays open and idle: whoever closes the last one writes the log back into the file,
    which would then be done, and waited for, at the end of every unit of work.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))  # readable by its owner only
        self._lock = threading.Lock()
        self._idle: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let the idle connection go; the next unit of work opens another."""
        with self._lock:
            if self._idle is not None:
                self._idle.close()
                self._idle = None

    def _stay_open(self) -> None:
        with self._lock:
            if self._idle is None:
                self._idle = sqlite3.connect(self.file, timeout=BUSY_SECONDS, check_same_thread=False)
                self._idle.execute("pragma journal_mode = wal")
                self._idle.execute("select count(*) from sqlite_master").fetchall()  # opens the log

    def _open(self, durable: bool = True) -> sqlite3.Connection:
        self._stay_open()
        con = sqlite3.connect(self.file, timeout=BUSY_SECONDS, isolation_level=None, factory=SqliteConnection)
        con.row_factory = sqlite3.Row
        con.execute("pragma foreign_keys = on")
        con.execute("pragma journal_mode = wal")
        con.execute(f"pragma synchronous = {'full' if durable else 'off'}")
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
    def writing(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One unit of work: all of it, or on an error nothing."""
        con = self._open(durable)
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

    def schema(self, statement: str) -> Sequence[str]:
        """Migrations are written for SQLite."""
        return [statement]
