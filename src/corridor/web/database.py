"""What the state needs of a database: a connection of SQLite, or one of PostgreSQL that behaves the same.

Statements are written for both: ``?`` marks, ``integer primary key``, no function that only one of them has,
``lower(...)`` on both sides of a comparison without case, ``on conflict`` and ``returning`` where needed. A
statement that fails ends its unit of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from corridor.errors import CorridorError


class Cursor(Protocol):
    """The rows of a statement; each by the names of its columns, as sqlite3.Row."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection inside ``State.reading()`` or ``State.writing()``."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any: ...


def not_kept() -> CorridorError:
    """A value that no database keeps: a number beyond 64 bits, text that is none."""
    return CorridorError(
        "WEB-REQUEST",
        "A value is larger than any that is kept, or holds characters that are no text.",
        todo="Correct it in the address.",
    )


class Store(Protocol):
    """A database of the state."""

    def close(self) -> None:
        """Let go of what is kept open between units of work."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from."""
        ...

    def writing(self, durable: bool) -> AbstractContextManager[Connection]:
        """One unit of work, one at a time over all processes: all of it, or on an error nothing."""
        ...

    def schema(self, statement: str) -> Sequence[str]:
        """A statement of a migration as this database says it."""
        ...
