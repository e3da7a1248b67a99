"""What is done, here or by `corridor next-best --done`, and what later claims show of it.

Whether an action is done stands with the warehouse (``jobs.action_marks``), so that the command line and the
application speak of the same; who decided what, with notes, stands in the state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from corridor.errors import CorridorError
from corridor.jobs import action_marks
from corridor.reports.words import counted, short_dollars
from corridor.web import action_kept as store
from corridor.web.actions import RANKED, Filter
from corridor.web.guard import Visit
from corridor.web.state import now
from corridor.web.viewer import Viewer

WAITING = "no later claims yet"
NAMES = ("action_id", "program", "kind", "words", "npi", "tin", "ccn", "aco_id")


def decide(
    visit: Visit, viewer: Viewer, row: Mapping[str, Any], version: int, key: str, wish: store.Wish
) -> int:
    """Keep what was decided, and with the warehouse whether it is done; the version after it."""
    state, action_id = visit.bench.state, str(row["action_id"])
    after = store.change(state, visit.who, row, viewer.run_id, version, key, wish, visit.address)
    kept = store.kept(state, action_id)
    marked = action_marks.marks(viewer.home).get(action_id, {})
    done = kept["status"] == "done"
    if done != bool(marked.get("done")):
        with suppress(CorridorError):  # where the run lists it no longer, the state alone remembers
            action_marks.mark(viewer, action_id, now().date(), str(kept["note"]), undone=not done)
    return after


def done_rows(visit: Visit, viewer: Viewer, given: Filter) -> list[dict[str, Any]]:
    """What is done, the newest first, with what the last run says of it."""
    came = {str(one["action_id"]): one for one in action_marks.realised(viewer)}
    marked = action_marks.marks(viewer.home)
    found = []
    for one in store.done_of(visit.bench.state, visit.who):
        if marked.get(str(one["action_id"]), {}).get("done", True):
            found.append(_row(one, str(one["done_at"])[:10], str(one["changed_by"]), came))
    known = {one["action_id"] for one in found}
    for action_id, mark in marked.items():
        if mark.get("done") and action_id not in known and store.may_see(visit.who, mark):
            found.append(_row(mark, str(mark["on"]), "the command line", came))
    mine = [one for one in found if _fits(one, given)]
    _count(viewer, [one for one in mine if one["people"] is None])
    return sorted(mine, key=lambda one: (one["done_on"], one["action_id"]), reverse=True)


def _count(viewer: Viewer, rows: Sequence[dict[str, Any]]) -> None:
    """Of how many people each is, where the run still lists it: few of them blank the row of a file."""
    if not rows or not viewer.has(RANKED):
        return
    listed = viewer.query(
        f"select action_id, people from {RANKED} where action_id in (select unnest(?::varchar[]))",
        [sorted(one["action_id"] for one in rows)],
    )
    people = {row["action_id"]: row["people"] for row in listed}
    for one in rows:
        one["people"] = people.get(one["action_id"])


def _row(one: Mapping[str, Any], day: str, who: str, came: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Expected dollars are those of the months since, where later claims tell; else those of a year."""
    seen = came.get(str(one["action_id"]), {})
    told = seen.get("realised_dollars") is not None
    expected, low, high = (
        (seen["expected_dollars"], seen["low"], seen["high"])
        if told
        else (one["net_dollars"], one["low"], one["high"])
    )
    return {
        **{name: one[name] for name in NAMES},
        "done_on": day,
        "done_by": who,
        "months": seen.get("months") if told else None,
        "expected_a_year": one["net_dollars"],
        "expected_dollars": expected,
        "low": low,
        "high": high,
        "realised_dollars": float(seen["realised_dollars"]) if told else None,
        "verdict": str(seen["verdict"]) if told else WAITING,
        "people": one.get("people"),
    }


def _fits(one: Mapping[str, Any], given: Filter) -> bool:
    asked = (
        ("npi", given.npi), ("tin", given.tin), ("ccn", given.ccn), ("aco_id", given.aco),
        ("program", given.program),
    )  # fmt: skip
    return all(not value or one[column] == value for column, value in asked)


def done_words(rows: Sequence[Mapping[str, Any]], given: Filter) -> tuple[str, str]:
    """The sentence that answers what came of it, and the one below."""
    whose = f" for {given.words()}" if given.words() else ""
    if not rows:
        return f"Nothing is marked as done yet{whose}", "Open an action of the list, and mark it as done."
    expected = sum(float(one["expected_a_year"] or 0) for one in rows)
    seen = [one for one in rows if one["realised_dollars"] is not None]
    said = (
        f"{counted(len(rows), 'action')}{whose} done, {short_dollars(expected, signed=True)} expected a year"
    )
    if not seen:
        return said, "The next run over later claims holds what came of them against what was expected."
    came = sum(float(one["realised_dollars"]) for one in seen)
    was = sum(float(one["expected_dollars"] or 0) for one in seen)
    return (
        f"{said}; {short_dollars(came, signed=True)} realized so far",
        f"Of {counted(len(seen), 'action')} later claims tell: {short_dollars(was, signed=True)} was "
        "expected by now.",
    )
