"""The dispute log of a contract: append-only, each entry sealed with the one before it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

Row = dict[str, Any]
STATUSES = ("open", "answered", "settled", "rejected", "withdrawn")
CLOSED = ("settled", "rejected", "withdrawn")
START = "0" * 64


@dataclass(frozen=True)
class Log:
    """The entries of a log, oldest first."""

    path: Path
    entries: list[Row]

    def on(self, day: date | None) -> list[Row]:
        """The entries made by a day."""
        return [one for one in self.entries if day is None or one["on"] <= day.isoformat()]

    def disputes(self, day: date | None = None) -> list[Row]:
        """One record a dispute, as its latest entry by that day leaves it."""
        found: dict[str, Row] = {}
        for one in self.on(day):
            before = found.get(one["dispute"], {})
            found[one["dispute"]] = {
                "dispute": one["dispute"],
                "opened": before.get("opened", one["on"]),
                "latest": one["on"],
                "status": one["status"],
                "about": before.get("about", one["about"]),
                "year": before.get("year", one["year"]),
                "dollars": one["dollars"] if one["dollars"] is not None else before.get("dollars"),
                "notes": [*before.get("notes", []), *([one["note"]] if one["note"] else [])],
                "entries": before.get("entries", 0) + 1,
            }
        return list(found.values())


def open_disputes(disputes: Iterable[Row]) -> list[Row]:
    """Those that are not over."""
    return [one for one in disputes if one["status"] not in CLOSED]


def read_log(path: Path) -> Log:
    """Read a log and its seals; an absent one is empty. Raises CONTRACT-LOG where it was changed."""
    entries: list[Row] = []
    before = START
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            whole = entry["previous"] == before and entry["seal"] == _seal(entry)
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise CorridorError(
                "CONTRACT-LOG",
                "The log was changed after it was written, or is cut.",
                why="Entries are only ever added; each one is sealed with the one before it.",
                todo="Restore the file from a copy; nothing is added to a broken log.",
                file=path,
                line=number,
            )
        before = entry["seal"]
        entries.append(entry)
    return Log(path, entries)


def _seal(entry: Row) -> str:
    plain = {name: value for name, value in entry.items() if name != "seal"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def add_entry(
    path: Path,
    contract: str,
    on: date,
    *,
    dispute: str | None = None,
    status: str = "open",
    about: str = "",
    year: int | None = None,
    dollars: float | None = None,
    note: str = "",
) -> Row:
    """Append one entry: a new dispute, or news of one. Raises CONTRACT-DISPUTE and CONTRACT-LOG."""
    log = read_log(path)
    known = {one["dispute"]: one for one in log.disputes()}
    if dispute is None:
        if not about:
            raise _refused("A dispute says what it is about.", "Give --about TEXT.", "--about")
        dispute = f"D{len(known) + 1:03d}"
    elif dispute not in known:
        listed = ", ".join(known) or "none"
        raise _refused(f"There is no dispute {dispute}.", f"There are: {listed}.", "--dispute")
    if status not in STATUSES:
        raise _refused(f"There is no status {status!r}.", f"Use one of: {', '.join(STATUSES)}.", "--status")
    if log.entries and on.isoformat() < log.entries[-1]["on"]:
        raise _refused(
            f"The latest entry is of {log.entries[-1]['on']}.", "Entries follow each other in time.", "--on"
        )
    entry: Row = {
        "contract": contract,
        "dispute": dispute,
        "on": on.isoformat(),
        "status": status,
        "about": about,
        "year": year,
        "dollars": dollars,
        "note": note,
        "previous": log.entries[-1]["seal"] if log.entries else START,
    }
    entry["seal"] = _seal(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as sink:
        sink.write(json.dumps(entry, sort_keys=True, ensure_ascii=False) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    return entry


def _refused(what: str, todo: str, field: str) -> CorridorError:
    return CorridorError("CONTRACT-DISPUTE", what, why="Nothing was written.", todo=todo, field=field)
