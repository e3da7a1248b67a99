"""An item as pages, files and programs show it, and the sums of a list in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from corridor.reports.words import DASH, counted, dollars, near_dollars, whole
from corridor.web.work_board import Filter
from corridor.web.work_lists import STATUS, WorkList, kind_words

FLAGS = {
    "back": ("back again", "It was marked done and gone from the data; a later run holds it again."),
    "still": (
        "still in the data",
        "It was marked done over an earlier run, and the last run still holds it.",
    ),
}
FILE = (
    "item", "patient", "kind", "words", "n", "day", "dollars", "npi", "tin", "aco_id", "status", "assignee",
    "due", "note", "flag", "version", "changed_at", "changed_by",
)  # fmt: skip

SHOWN = {"todo": "To do", **STATUS, "again": "Done, but in the data", "all": "All"}
DUE = {"": "Any", "overdue": "Overdue", "set": "With a date"}
ENTITY = re.compile(r"[0-9A-Za-z]{0,20}")


def filter_of(status: str, assignee: str, tin: str, npi: str, kind: str, due: str) -> Filter:
    """What an address asks for; what it cannot mean is left out."""
    number = assignee.isascii() and assignee.isdigit() and len(assignee) < 10
    return Filter(
        status if status in SHOWN else "todo",
        assignee if number or assignee in ("me", "nobody") else "",
        tin.strip() if ENTITY.fullmatch(tin.strip()) else "",
        npi.strip() if ENTITY.fullmatch(npi.strip()) else "",
        kind[:80],
        due if due in DUE else "",
    )


def patient(row: dict[str, Any]) -> str:
    """What a patient is called before anybody asked who it is: the number of the warehouse."""
    return f"Patient {row['person_id']}"


def shown(row: dict[str, Any], one: WorkList, today: str) -> dict[str, Any]:
    """A row of a table."""
    flag, why = FLAGS.get(row["flag"] or "", ("", ""))
    late = bool(row["due"]) and row["due"] < today and row["status"] in ("open", "assigned")
    return {
        "item": row["item"],
        "link": f"/work/{one.key}/items/{row['item']}",
        "list": one.name,
        "patient": patient(row),
        "kind": kind_words(row["kind"]),
        "words": row["words"].partition(". ")[0] if one.short else row["words"],
        "n": whole(row["n"]),
        "day": row["day"] or DASH,
        "dollars": dollars(row["dollars"]),
        "npi": row["npi"] or "",
        "tin": row["tin"] or "",
        "status": row["status"],
        "status_words": STATUS[row["status"]],
        "assignee": row["assignee"] or DASH,
        "due": row["due"] or DASH,
        "late": late,
        "version": row["version"],
        "flag": flag,
        "why": why,
        "note": row["note"],
    }


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a file or a program: no name and no identifier, only the number of the warehouse."""
    given = {**row, "patient": row["person_id"], "kind": row["kind"]}
    return {key: given[key] for key in FILE}


def sums_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums of a list by status, and of what is to do."""
    by = {row["status"]: row for row in rows}
    todo = [by[status] for status in ("open", "assigned") if status in by]
    return {
        **{status: int(by[status]["items"]) if status in by else 0 for status in STATUS},
        "todo": sum(int(row["items"]) for row in todo),
        "dollars": sum(float(row["dollars"] or 0) for row in todo),
        "priced": sum(int(row["priced"]) for row in todo),
        "done_dollars": float(by["done"]["dollars"] or 0) if "done" in by else 0.0,
        "flagged": sum(int(row["flagged"]) for row in rows),
    }


def sentence(one: WorkList, count: int, sums: dict[str, Any]) -> str:
    """What a list found, in words and dollars; ``count`` patients have something to do."""
    if not count:
        return f"{one.name}: nothing is to do in what you may see"
    words = f"{counted(count, 'patient')} {one.lead if count > 1 else one.lead_one}"
    return f"{words}, {one.worth.format(dollars=near_dollars(sums['dollars']))}" if sums["priced"] else words


def second(one: WorkList, sums: dict[str, Any]) -> str:
    """What is being done about it."""
    parts = [counted(sums["todo"], "item is", "items are") + " to do"]
    if sums["assigned"]:
        parts.append(f"{whole(sums['assigned'])} of them assigned")
    if sums["done"]:
        worth = f" ({near_dollars(sums['done_dollars'])})" if sums["done_dollars"] >= 1 else ""
        parts.append(f"{whole(sums['done'])} done{worth}")
    if sums["not_applicable"]:
        parts.append(f"{whole(sums['not_applicable'])} not applicable")
    if sums["resolved"]:
        parts.append(f"{whole(sums['resolved'])} resolved by the data")
    words = ", ".join(parts) + "."
    if sums["flagged"]:
        words += f" {counted(sums['flagged'], 'done item is', 'done items are')} still or again in the data."
    if sums["todo"] and not sums["priced"] and one.unpriced:
        words += f" {one.unpriced}"
    return words
