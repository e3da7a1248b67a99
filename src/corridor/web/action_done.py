"""What came of actions that are done: what was expected then, and what later claims and results show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corridor.reports.words import counted, short_dollars
from corridor.web import action_kept as store
from corridor.web.actions import REALISED, Filter
from corridor.web.guard import Visit
from corridor.web.viewer import Viewer

WAITING = "No later claims yet"


def done_rows(visit: Visit, viewer: Viewer, given: Filter) -> list[dict[str, Any]]:
    """What is done, the newest first, with what the last run says of it."""
    mine = [
        one
        for one in store.done_of(visit.bench.state, visit.who)
        if all(
            not value or one[column] == value
            for column, value in (
                ("npi", given.npi), ("tin", given.tin), ("ccn", given.ccn), ("aco_id", given.aco),
                ("program", given.program),
            )
        )
    ]  # fmt: skip
    came = _realised(viewer, [str(one["action_id"]) for one in mine])
    names = (
        "action_id", "program", "kind", "words", "npi", "tin", "ccn", "aco_id", "done_at", "changed_by",
        "low", "high",
    )  # fmt: skip
    found = []
    for one in mine:
        row = came.get(str(one["action_id"]), {})
        realised = row.get("realised_dollars")
        found.append(
            {
                **{name: one[name] for name in names},
                "expected_dollars": one["net_dollars"],
                "realised_dollars": None if realised is None else float(realised),
                "verdict": _verdict(one, realised),
            }
        )
    return found


def _realised(viewer: Viewer, listed: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not listed or not viewer.has(REALISED):
        return {}
    rows = viewer.query(
        f"select * from {REALISED} where action_id in (select unnest(?::varchar[]))", [listed]
    )
    return {str(row["action_id"]): row for row in rows}


def _verdict(one: dict[str, Any], realised: Any) -> str:
    if realised is None:
        return WAITING
    low, high = one["low"], one["high"]
    if low is None or high is None:
        return "No interval was kept"
    if low <= realised <= high:
        return "As expected"
    return "Less than expected" if realised < low else "More than expected"


def done_words(rows: Sequence[dict[str, Any]], given: Filter) -> tuple[str, str]:
    """The sentence that answers what came of it, and the one below."""
    whose = f" for {given.words()}" if given.words() else ""
    if not rows:
        return f"Nothing is marked as done yet{whose}", "Open an action of the list, and mark it as done."
    expected = sum(float(one["expected_dollars"] or 0) for one in rows)
    seen = [one for one in rows if one["realised_dollars"] is not None]
    said = f"{counted(len(rows), 'action')}{whose} done, {short_dollars(expected, signed=True)} expected"
    if not seen:
        return said, "The next run over later claims holds what came of them against what was expected."
    came = sum(float(one["realised_dollars"]) for one in seen)
    was = sum(float(one["expected_dollars"] or 0) for one in seen)
    return (
        f"{said}; {short_dollars(came, signed=True)} realized so far",
        f"Of {counted(len(seen), 'action')} later claims tell: {short_dollars(was, signed=True)} was "
        "expected of them.",
    )
