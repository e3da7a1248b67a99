"""Cases of overpayment as an account sees them: those whose every claim line is in its scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.errors import CorridorError
from corridor.jobs.overpayment import summary_of
from corridor.jobs.overpayment_case import Case, case_names, read_case
from corridor.web.guard import Visit
from corridor.web.scope import Scope


@dataclass(frozen=True)
class Seen:
    """A case, and the row that tells where it stands today."""

    case: Case
    row: dict[str, Any]


def seen_cases(visit: Visit) -> tuple[list[Seen], int]:
    """The cases in scope, the nearest deadline first; and how many cannot be read."""
    found, damaged = [], 0
    for name in case_names(visit.bench.home):
        try:
            case = read_case(visit.bench.home, name)
        except CorridorError:
            damaged += 1
            continue
        if in_scope(case, visit.who.scope):
            found.append(Seen(case, summary_of(case, date.today())))
    over = ("closed", "refunded")
    return sorted(
        found, key=lambda one: (one.row["state"] in over, one.row["deadline"], one.case.name)
    ), damaged


def seen_case(visit: Visit, name: str) -> Case:
    """One case. Raises OVERPAYMENT-UNKNOWN for one out of scope as for one that is not there."""
    case = read_case(visit.bench.home, name)
    if not in_scope(case, visit.who.scope):
        raise CorridorError(
            "OVERPAYMENT-UNKNOWN",
            f"There is no case called {name}.",
            todo="List the cases with `corridor overpayment list`.",
            field="CASE",
        )
    return case


def in_scope(case: Case, scope: Scope) -> bool:
    """Whether every claim line of a case belongs to the scope: a part of a case is none."""
    return scope.every_row or all(line["tin"] in scope.tin or line["npi"] in scope.npi for line in case.lines)
