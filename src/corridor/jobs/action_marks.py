"""Which actions were done, when, and what was expected of each then: only ever added to."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.engine.runs import Run

Row = dict[str, Any]
KEPT = (
    "action_id", "program", "kind", "words", "npi", "tin", "ccn", "aco_id", "obligation", "gross_dollars",
    "overlap_dollars", "net_dollars", "low", "high",
)  # fmt: skip
MONTHS = 12
SCORED = "asm.result"


def mark(run: Run, action_id: str, on: date, note: str = "", *, undone: bool = False) -> Row:
    """Write that an action was done (or was not, after all) with what the run expects of it.

    Raises NEXT-BEST-ACTION where the last run does not list it and it was not marked before.
    """
    found = run.query("select * from action.ranked where action_id = ?", [action_id])
    before = marks(run.home).get(action_id)
    if not found and before is None:
        raise CorridorError(
            "NEXT-BEST-ACTION",
            f"No action is called {action_id!r}.",
            why="The last run does not list it, and it was not marked before.",
            todo="Take action_id from: corridor next-best --json",
            field="--done",
        )
    # what was expected, and where the score stood, are of the first day it was marked
    fresh = before is None or not (before["done"] or undone)
    expected = {name: found[0][name] for name in KEPT} if found and fresh else {}
    if fresh:
        expected |= {"run_id": run.run_id, "standing_dollars": _standing(run, action_id)}
    row = {
        **(before or {}),
        **expected,
        "action_id": action_id,
        "on": on.isoformat(),
        "note": note,
        "done": not undone,
    }
    path = _path(run.home)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, default=float, sort_keys=True) + "\n")
    return row


def marks(home: Path) -> dict[str, Row]:
    """The latest word on each action."""
    path = _path(home)
    if not path.exists():
        return {}
    found: dict[str, Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["action_id"]] = row
    return found


def realised(run: Run) -> list[Row]:
    """Actions marked as done, what was expected and what the tables of this run show since.

    What is billed: months from the one after the mark on, against as many months before it; the expected
    dollars of a year in proportion. Scores: the program's dollars now less those when it was marked.
    """
    found = []
    for action, row in sorted(marks(run.home).items()):
        if not row["done"]:
            continue
        months, dollars = _since(run, action, row["on"])
        share = None if months is None else min(months / MONTHS, 1.0)
        if months is None:
            now, before = _standing(run, action), row.get("standing_dollars")
            dollars = None if now is None or before is None or row["run_id"] == run.run_id else now - before
            share = None if dollars is None else 1.0
        ends = {name: None if share is None else row[name] * share for name in ("net_dollars", "low", "high")}
        found.append(
            {
                **{name: row[name] for name in KEPT[:9]}, "done_on": row["on"], "note": row["note"],
                "months": months,
                "expected_a_year": row["net_dollars"], "expected_dollars": ends["net_dollars"],
                "low": ends["low"], "high": ends["high"], "realised_dollars": dollars,
                "verdict": _verdict(dollars, ends["low"], ends["high"]),
            }
        )  # fmt: skip
    return found


def _since(run: Run, action: str, on: str) -> tuple[int | None, float | None]:
    """Months of claims after the mark, and what they brought above as many months before it."""
    if not run.has("action.billed_month"):
        return None, None
    marked = int(on[:4]) * MONTHS + int(on[5:7]) - 1
    rows = run.query(
        "select month, dollars from action.billed_month where action_id = ? order by month",
        [action],
    )
    prefix = ":".join(action.split(":")[:2]) + ":"
    known = run.query(
        "select min(first_month) as first, max(last_month) as last "
        "from action.billed_month where starts_with(action_id, ?)", [prefix]
    )[0]  # fmt: skip
    if known["last"] is None:  # no code of this kind is billed by anybody: it is not told by codes
        return None, None
    # a month that is not loaded is no month without claims
    after = min(_count(known["last"]) - marked, marked - _count(known["first"]) + 1)
    if after <= 0:
        return None, None
    billed = {_count(row["month"]): float(row["dollars"]) for row in rows}
    months = min(after, MONTHS)
    came = sum(billed.get(marked + n, 0.0) for n in range(1, months + 1))
    was = sum(billed.get(marked - n, 0.0) for n in range(months))
    return months, came - was


def _count(month: int) -> int:
    return int(month) // 100 * MONTHS + int(month) % 100 - 1


def _standing(run: Run, action: str) -> float | None:
    """Dollars of the program as the run has them, of an action whose gain is a score."""
    if not action.startswith("asm:") or not run.has(SCORED):
        return None
    # of the score itself: a lever that was moved all the way is none any more
    year, npi, tin = action.split(":")[1], *action.split(":")[-2:]
    rows = run.query(
        f"select dollars from {SCORED} where performance_year = ? and npi = ? and tin = ?",
        [int(year), npi, tin],
    )
    value = rows[0]["dollars"] if rows else None
    return None if value is None else float(value)


def _verdict(dollars: float | None, low: float | None, high: float | None) -> str:
    if dollars is None or low is None or high is None:
        return "no later claims yet"
    if dollars < low:
        return "less than expected"
    return "more than expected" if dollars > high else "as expected"


def _path(home: Path) -> Path:
    return home / "actions" / "marks.jsonl"
