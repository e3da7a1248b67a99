"""The dispute log of a contract: append-only, each entry sealed with the one before it."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
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
# A Medicare Beneficiary Identifier, or a social security number written with hyphens, inside free text.
_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[AC-HJKMNP-RT-Y0-9]"
PERSON = re.compile(
    rf"\b[1-9]{_LETTER}{_EITHER}[0-9]-?{_LETTER}{_EITHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}\b"
    r"|\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b"
)


@dataclass(frozen=True)
class Log:
    """The entries of a log, oldest first."""

    path: Path
    entries: list[Row]

    @property
    def seal(self) -> str:
        """The seal of the latest entry: kept elsewhere, it shows whether entries were cut off at the end."""
        return str(self.entries[-1]["seal"]) if self.entries else START

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


def read_log(path: Path, contract: str | None = None) -> Log:
    """Read a log and its seals; an absent one is empty.

    Raises CONTRACT-LOG where it was changed, or is of another contract than the one named.
    """
    entries: list[Row] = []
    before = START
    # not splitlines: a note may hold other characters that end lines
    lines = path.read_bytes().removesuffix(b"\n").split(b"\n") if path.exists() else []
    for number, line in enumerate(lines if lines != [b""] else [], start=1):
        try:
            entry = json.loads(line.decode("utf-8"))
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
        if contract is not None and entry["contract"] != contract:
            raise CorridorError(
                "CONTRACT-LOG",
                f"The log is of the contract {entry['contract']}, not of {contract}.",
                why="Disputes of one contract would stand in the statements of another.",
                todo="Name a log of this contract, or a file that is not there yet, with --log.",
                file=path,
                line=number,
                field="contract",
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
    """Append one entry: a new dispute, or news of one. Raises CONTRACT-DISPUTE, CONTRACT-IDENTIFIER
    and CONTRACT-LOG.
    """
    log = read_log(path, contract)
    _refuse_people(about=about, note=note)
    if dollars is not None and not math.isfinite(dollars):
        raise _refused(f"{dollars} is no amount.", "Give --dollars as a number, such as 41200.", "--dollars")
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
    cut = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8", newline="\n") as sink:
        sink.write("\n" if cut else "")
        sink.write(json.dumps(entry, sort_keys=True, ensure_ascii=False) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    return entry


def _refuse_people(**texts: str) -> None:
    for name, text in texts.items():
        if PERSON.search(text.upper()):
            raise CorridorError(
                "CONTRACT-IDENTIFIER",
                "The text holds what has the shape of a Medicare or social security number.",
                why="Disputes are printed in statements; what is written to the log stays there.",
                todo="Name the claim or the month instead.",
                field=f"--{name}",
            )


def _refused(what: str, todo: str, field: str) -> CorridorError:
    return CorridorError("CONTRACT-DISPUTE", what, why="Nothing was written.", todo=todo, field=field)
