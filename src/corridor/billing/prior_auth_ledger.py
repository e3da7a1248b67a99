"""The ledger of WISeR requests: when each is due, what became of it, how long it holds, what it covers.

Clocks run in calendar time from the receipt, which carries its zone: 72 hours for a standard request to the
portal, two calendar days for an expedited one, three days for prepayment review. For a request through the
contractor no target is known, and none is invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
LEDGER_RULES = (
    "wiser.standard_decision_hours", "wiser.expedited_decision_days", "wiser.affirmation_days",
    "wiser.prepayment_decision_days",
)  # fmt: skip
HIGH_QUANTILE = 0.9


@dataclass(frozen=True)
class Request:
    """One request. Times carry their zone; ``decision`` is affirmed, non_affirmed or None while open."""

    request_id: str
    received_at: datetime
    hcpcs_code: str
    kind: str = "request"
    expedited: bool = False
    route: str = "portal"
    state: str | None = None
    npi: str | None = None
    tin: str | None = None
    decision: str | None = None
    decided_at: datetime | None = None
    utn: str | None = None
    resubmission_of: str | None = None
    dollars: float | None = None


def due_at(request: Request, force: RulesInForce) -> datetime | None:
    """When a decision is due; None where no target is known (a request through the contractor)."""
    if request.kind == "prepayment":
        return request.received_at + timedelta(days=force.number("wiser.prepayment_decision_days"))
    if request.route != "portal":
        return None
    if request.expedited:
        return request.received_at + timedelta(days=force.number("wiser.expedited_decision_days"))
    return request.received_at + timedelta(hours=force.number("wiser.standard_decision_hours"))


def ledger(requests: Sequence[Request], force: RulesInForce, now: datetime) -> list[Row]:
    """One row a request, as it stands at ``now`` (a moment with a zone)."""
    return [_row(request, force, now) for request in requests]


def _row(request: Request, force: RulesInForce, now: datetime) -> Row:
    due = due_at(request, force)
    decided = request.decided_at
    hours = None if decided is None else (decided - request.received_at).total_seconds() / 3600
    last: date | None = None
    if request.decision == "affirmed" and decided is not None:
        last = decided.date() + timedelta(days=int(force.number("wiser.affirmation_days")))
    if decided is not None or request.decision is not None:
        on_time = None if due is None or decided is None else decided <= due
    else:
        on_time = False if due is not None and now > due else None
    return {
        "request_id": request.request_id,
        "kind": request.kind,
        "hcpcs_code": request.hcpcs_code,
        "state": request.state,
        "npi": request.npi,
        "tin": request.tin,
        "expedited": request.expedited,
        "route": request.route,
        "received_at": request.received_at.isoformat(),
        "due_at": None if due is None else due.isoformat(),
        "decision": request.decision,
        "decided_at": None if decided is None else decided.isoformat(),
        "hours": hours,
        "on_time": on_time,
        "utn": request.utn,
        "valid_through": last,
        "days_left": None if last is None else (last - _today(request, now)).days,
        "status": _status(request, due, last, now),
        "resubmission_of": request.resubmission_of,
        "dollars": request.dollars,
    }


def _today(request: Request, now: datetime) -> date:
    """The day it is at ``now`` where the decision was made: its last day is a day of that zone."""
    at = request.decided_at or request.received_at
    return now.astimezone(at.tzinfo).date()


def _status(request: Request, due: datetime | None, last: date | None, now: datetime) -> str:
    if request.decision == "affirmed":
        if last is None:
            return "affirmed, day of decision not given"
        return "expired" if _today(request, now) > last else "valid"
    if request.decision == "non_affirmed":
        return "not affirmed"
    if due is None:
        return "open, no target known through the contractor"
    return "overdue" if now > due else "open"


def summary(rows: Sequence[Row]) -> list[Row]:
    """Figures of the whole ledger, by code and state; a share is a fraction, absent where nothing counts."""
    found = [_figures("all", "all", rows)]
    for by in ("hcpcs_code", "state"):
        for value in sorted({str(row[by]) for row in rows if row[by] is not None}):
            found.append(_figures(by, value, [row for row in rows if row[by] == value]))
    return found


def _figures(by: str, value: str, rows: Sequence[Row]) -> Row:
    hours = [row["hours"] for row in rows if row["hours"] is not None]
    timed = [row["on_time"] for row in rows if row["on_time"] is not None]
    decided = [row for row in rows if row["decision"] is not None]
    first = [row for row in decided if row["resubmission_of"] is None]
    again = [row for row in decided if row["resubmission_of"] is not None]
    return {
        "by": by,
        "value": value,
        "requests": len(rows),
        "decided": len(decided),
        "affirmed_share": _share(decided),
        "first_pass_share": _share(first),
        "resubmission_share": _share(again),
        "on_time_share": sum(timed) / len(timed) if timed else None,
        "median_hours": float(np.median(hours)) if hours else None,
        "high_hours": float(np.quantile(hours, HIGH_QUANTILE)) if hours else None,
        "overdue": sum(1 for row in rows if row["status"] == "overdue"),
        "expired": sum(1 for row in rows if row["status"] == "expired"),
    }


def _share(decided: Sequence[Row]) -> float | None:
    affirmed = sum(1 for row in decided if row["decision"] == "affirmed")
    return affirmed / len(decided) if decided else None


def link(rows: Sequence[Row], services: Sequence[Row], force: RulesInForce) -> list[Row]:
    """For each service (person_id, npi, hcpcs_code, service_date) the affirmation that covers it.

    An affirmation is one person's, for one day: it covers the lines of its code of that person and day (the
    professional's and the facility's line are one service), of its clinician where it names one, from the day
    of the decision to its last day. Requests name no person, so as many services as possible are covered, and
    which of two persons is not told. Rows of request_id (None: unlinked) and why, in the order given.
    """
    groups: dict[tuple[date, str, str], list[int]] = {}
    for place, service in enumerate(services):
        person = service.get("person_id")
        whose = f"line {place}" if person is None else str(person)
        groups.setdefault((service["service_date"], whose, service["hcpcs_code"]), []).append(place)
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(row["hcpcs_code"], []).append(row)
    found: list[Row] = [{} for _ in services]
    for code in sorted({key[2] for key in groups}):
        asked = by_code.get(code, [])
        days = [(key[0], places) for key, places in sorted(groups.items()) if key[2] == code]
        npis = [{services[place]["npi"] for place in places} for _, places in days]
        mine = [[row for row in asked if row["npi"] is None or row["npi"] in some] for some in npis]
        taken = _matched([_valid_on(day, known) for (day, _), known in zip(days, mine, strict=True)])
        for at, (day, places) in enumerate(days):
            for place in places:
                found[place] = _linked(taken.get(at), mine[at], day)
    return found


def _valid_on(day: date, asked: Sequence[Row]) -> list[Row]:
    """The affirmations that hold on a day, the one that runs out first in front."""
    valid = [
        row
        for row in asked
        if row["valid_through"] is not None
        and datetime.fromisoformat(row["decided_at"]).date() <= day <= row["valid_through"]
    ]
    return sorted(valid, key=lambda row: (row["valid_through"], row["request_id"]))


def _matched(choices: Sequence[Sequence[Row]]) -> dict[int, Row]:
    """Each service with an affirmation of its own, as many as can be: augmenting paths, breadth first."""
    holder: dict[str, int] = {}
    taken: dict[int, Row] = {}
    for start in range(len(choices)):
        came: dict[str, int] = {}
        queue, free = [start], None
        while queue and free is None:
            at = queue.pop(0)
            for row in choices[at]:
                name = row["request_id"]
                if name in came:
                    continue
                came[name] = at
                if name not in holder:
                    free = row
                    break
                queue.append(holder[name])
        while free is not None:
            at = came[free["request_id"]]
            before = taken.get(at)
            taken[at], holder[free["request_id"]] = free, at
            free = before
    return taken


def _linked(taken: Row | None, mine: Sequence[Row], day: date) -> Row:
    if taken is not None:
        return {"request_id": taken["request_id"], "utn": taken["utn"], "why": "affirmed"}
    why = "no request of this code and clinician"
    if _valid_on(day, mine):
        why = "every affirmation of that time covers another service"
    elif any(row["valid_through"] is not None for row in mine):
        why = "an affirmation of another time only"
    elif mine:
        why = "requested, not affirmed"
    return {"request_id": None, "utn": None, "why": why}
