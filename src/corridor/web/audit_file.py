"""The audit log as a file of one JSON a line, and the check of its chain, in the state or in such a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.settings import load_settings
from corridor.web.audit import FIELDS, Verdict, everything, walk
from corridor.web.state import State, state_address


def records_of_home(config: Path | None) -> Iterator[dict[str, Any]]:
    """The records of the state of a warehouse. Raises AUDIT-LOG-NONE where there is no state."""
    address = state_address(Warehouse.open(load_settings(config).home_folder()).home)
    if isinstance(address, Path) and not address.exists():
        raise CorridorError(
            "AUDIT-LOG-NONE",
            "There is no state of the application here, so no audit log.",
            todo="Name the warehouse with CORRIDOR_HOME, or the state with CORRIDOR_STATE.",
            file=address,
        )
    return everything(State(address))


def read_file(file: Path) -> Iterator[dict[str, Any]]:
    """The records of a file. Raises AUDIT-LOG-FILE for a line that is no record."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                yield {name: record[name] for name in (*FIELDS, "hash")}
            except (ValueError, KeyError, TypeError) as error:
                raise CorridorError(
                    "AUDIT-LOG-FILE",
                    "This line is no record of an audit log.",
                    todo="Check a file that `corridor audit-log --out` or the page of the log wrote.",
                    file=file,
                    line=number,
                ) from error


def check(records: Iterable[dict[str, Any]], head: str = "") -> Verdict:
    """Walk the chain. Raises AUDIT-LOG-BROKEN, and where a head noted earlier is not in it."""
    seen = not head

    def noted() -> Iterator[dict[str, Any]]:
        nonlocal seen
        for record in records:
            seen = seen or record["hash"] == head
            yield record

    found = walk(noted())
    if found.broken_at is not None:
        raise CorridorError(
            "AUDIT-LOG-BROKEN",
            f"The audit log was changed at record {found.broken_at}.",
            why="A record does not hold the hash of the one before it, or not its own.",
            todo="Compare with a copy or a backup, and find out who could write to the state.",
        )
    if not seen:
        raise CorridorError(
            "AUDIT-LOG-BROKEN",
            f"The head that was noted is none of the {found.records:,} records.",
            why="The log was cut short at its end, or is another log.",
            todo="Compare with a copy or a backup, and find out who could write to the state.",
            field="--head",
        )
    return found


def lines(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON a line."""
    return (json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_file(records: Iterable[dict[str, Any]], file: Path, head: str = "") -> Verdict:
    """Check the chain while writing it: what is written is what was checked."""
    with file.open("w", encoding="utf-8") as out:

        def written() -> Iterator[dict[str, Any]]:
            for record in records:
                out.writelines(lines([record]))
                yield record

        return check(written(), head)
