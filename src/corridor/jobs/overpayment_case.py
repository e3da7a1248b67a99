"""The file of an overpayment case: events in order, each sealed with the one before; none is ever changed.

``CORRIDOR_HOME/overpayments/<case>.json`` holds claim lines and dollars, no beneficiary.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.files import digest_of, write_json, writer_lock
from corridor.errors import CorridorError
from corridor.programs.writing import plain

FOLDER = "overpayments"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Event = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A case as its events tell it."""

    name: str
    path: Path
    events: list[Event]

    def last(self, kind: str) -> Event | None:
        """The newest event of a kind."""
        return next((event for event in reversed(self.events) if event["event"] == kind), None)

    @property
    def opened(self) -> Event:
        return self.events[0]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The claim lines of the case, as they were when it was opened."""
        found: list[dict[str, Any]] = self.opened["lines"]
        return found

    @property
    def state(self) -> str:
        """opened, sampled, extrapolated, refunded or closed: the furthest event but investigations."""
        return str(next(one["event"] for one in reversed(self.events) if one["event"] != "investigated"))


def case_path(home: Path, name: str) -> Path:
    """Where a case is kept. Raises OVERPAYMENT-NAME for a name that is no plain one."""
    if not _NAME.fullmatch(name):
        raise CorridorError(
            "OVERPAYMENT-NAME",
            "That is no name for a case.",
            why="It becomes the name of a file.",
            todo="Use letters, digits, hyphens and underscores, 64 at most.",
            field="CASE",
        )
    return home / FOLDER / f"{name}.json"


def case_names(home: Path) -> list[str]:
    """The cases there are, by name."""
    return sorted(path.stem for path in (home / FOLDER).glob("*.json") if not path.name.startswith("."))


def read_case(home: Path, name: str) -> Case:
    """Read a case and check its seals. Raises OVERPAYMENT-UNKNOWN, OVERPAYMENT-DAMAGED."""
    path = case_path(home, name)
    if not path.exists():
        raise CorridorError(
            "OVERPAYMENT-UNKNOWN",
            f"There is no case called {name}.",
            todo="List the cases with `corridor overpayment list`.",
            field="CASE",
        )
    try:
        events = json.loads(path.read_text(encoding="utf-8"))["events"]
        previous = ""
        for number, event in enumerate(events, 1):
            bare = {key: value for key, value in event.items() if key != "seal"}
            if event["number"] != number or event["previous"] != previous or event["seal"] != digest_of(bare):
                raise ValueError(f"event {number}")
            previous = event["seal"]
        if not events or events[0]["event"] != "opened":
            raise ValueError("no beginning")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorridorError(
            "OVERPAYMENT-DAMAGED",
            f"The file of the case is damaged or was changed by hand ({error}).",
            why="Each event is sealed with the one before; a history that does not fit proves nothing.",
            todo="Restore the file from a backup. Nothing was written to it.",
            file=path,
        ) from error
    return Case(name, path, events)


def held_lines(home: Path) -> tuple[set[tuple[str, str, int]], set[tuple[str, str, int]]]:
    """Claim lines of open cases, and claim lines of cases that were refunded, closed or not.

    What went back is not paid in error any more, though the claims that were loaded still say so.
    """
    taken: set[tuple[str, str, int]] = set()
    refunded: set[tuple[str, str, int]] = set()
    for name in case_names(home):
        case = read_case(home, name)
        lines = {(line["source_id"], line["claim_id"], line["line"]) for line in case.lines}
        if case.last("refunded"):
            refunded |= lines
        elif not case.last("closed"):
            taken |= lines
    return taken, refunded


def begin_case(home: Path, name: str, today: date, content: Event) -> Case:
    """Write the first event of a new case. Raises OVERPAYMENT-EXISTS."""
    path = case_path(home, name)
    with writer_lock(home):
        if path.exists():
            raise CorridorError(
                "OVERPAYMENT-EXISTS",
                f"There is a case called {name} already.",
                why="A case is opened once: its claim lines stay as they were found.",
                todo="Choose another name, or look at it with `corridor overpayment show`.",
                field="CASE",
            )
        _write(path, name, [_event([], "opened", today, content)])
    return read_case(home, name)


def add_event(home: Path, name: str, kind: str, today: date, content: Event) -> Case:
    """Append an event; what stands there is never changed. Raises OVERPAYMENT-CLOSED."""
    with writer_lock(home):
        case = read_case(home, name)
        if case.last("closed"):
            raise CorridorError(
                "OVERPAYMENT-CLOSED",
                f"The case {name} is closed.",
                why="Nothing is added to a closed case.",
                todo="Open a new case for what was found since.",
                field="CASE",
            )
        _write(case.path, name, [*case.events, _event(case.events, kind, today, content)])
    return read_case(home, name)


def _event(before: list[Event], kind: str, today: date, content: Event) -> Event:
    bare: Event = {
        "number": len(before) + 1,
        "event": kind,
        "on": today.isoformat(),
        "previous": before[-1]["seal"] if before else "",
        **plain(content),
    }
    return {**bare, "seal": digest_of(bare)}


def _write(path: Path, name: str, events: list[Event]) -> None:
    write_json(path, {"case": name, "events": events})
