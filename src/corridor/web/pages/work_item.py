"""One item: what is to do for a patient, who has it, every change of it, and on demand who the patient is."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.reports.words import dollars, near_dollars
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.work import waiting
from corridor.web.render import page
from corridor.web.state import now
from corridor.web.whole_number import whole_number
from corridor.web.work_board import Board, made_board, no_item, open_board
from corridor.web.work_kept import Step, Wish, apply, history, in_scope, new_key, workers
from corridor.web.work_lists import KEPT, LISTS, STATUS, WorkList, kind_words, work_list
from corridor.web.work_people import Person, identify
from corridor.web.work_shown import patient, shown

SAVED = {"": "", "1": "Saved."}


def work_item(visit: VisitDep, list: str, item: str, saved: str = "") -> Response:
    """The page of an item."""
    return _page(visit, work_list(list), item, saved=SAVED.get(saved, ""))


def person(visit: VisitDep, list: str, item: str) -> Response:
    """The same page with the patient's name and identifier; that they were shown is in the audit log."""
    one = work_list(list)
    board, making = open_board(visit)
    if board is None:
        return waiting(visit, making)
    row = board.item(one.key, item)  # in scope, or there is no such item
    if not row["present"]:  # its patient is known by an older run's number, which may be another's now
        raise no_item()
    who = identify(visit, int(row["person_id"]), f"work item {row['item']}")
    return _page(visit, one, item, who=who)


def change(visit: VisitDep, list: str, item: str) -> Response:
    """Save what was decided; where somebody was first, show both."""
    one = work_list(list)
    board = made_board(visit)
    row = board.item(one.key, item)
    version = whole_number(visit.text("version"))
    wish = Wish(
        visit.text("quick") or visit.text("status") or None, visit.text("assignee"), visit.text("due"),
        visit.text("note").replace("\r\n", "\n"),
    )  # fmt: skip
    step = Step(board.facts(row), -1 if version is None else version, wish)
    try:
        apply(visit.bench.state, visit.who, visit.text("key"), [step], visit.address)
    except CorridorError as error:
        return _page(visit, one, item, error=error, wish=wish)
    return RedirectResponse(f"/work/{one.key}/items/{item}?saved=1", 303)


def _page(
    visit: Visit,
    one: WorkList,
    item: str,
    *,
    saved: str = "",
    who: Person | None = None,
    error: CorridorError | None = None,
    wish: Wish | None = None,
) -> Response:
    board, making = open_board(visit)
    if board is None:
        return waiting(visit, making)
    row = board.item(one.key, item)
    today = now().date().isoformat()
    told = shown(row, one, today)
    facts = board.facts(row)
    form = {
        "status": row["status"] if row["status"] in KEPT else "done",
        "assignee": str(row["assignee_id"] or ""),
        "due": row["due"] or "",
        "note": row["note"],
    }
    conflict = error is not None and error.code == "WEB-WORK-CHANGED"
    if wish is not None:
        form |= {key: value for key, value in vars(wish).items() if value is not None}
    visit.note("work_item_seen", f"{one.key} {item}, patient {row['person_id']}")
    return page(
        visit,
        "work_item.html.j2",
        f"{patient(row)}, {one.name}",
        409 if conflict else 400 if error else 200,
        one=one,
        row=told,
        sentence=_sentence(row, one),
        facts=_facts(row, one),
        todo=one.todo or row["words"],
        who=who,
        form=form,
        theirs=told if conflict else None,
        settable={key: STATUS[key] for key in KEPT},
        people=[worker for worker in workers(visit.bench.state) if in_scope(worker, facts)],
        changes=[
            {**one_change, "status": STATUS[one_change["status"]]} for one_change in _history(visit, row)
        ],
        others=_others(board, row, today),
        key=new_key(),
        saved=saved,
        error=error.to_dict() if error else None,
        present=row["present"],
    )


def _history(visit: Visit, row: dict[str, Any]) -> list[dict[str, Any]]:
    return history(visit.bench.state, row["kept_as"])


def _others(board: Board, row: dict[str, Any], today: str) -> list[dict[str, Any]]:
    """What else is to do for the patient."""
    return [
        shown(other, LISTS[other["list"]], today)
        for other in board.of_person(row)
        if other["item"] != row["item"] and other["list"] in LISTS
    ]


def _sentence(row: dict[str, Any], one: WorkList) -> str:
    """What it is in words and dollars."""
    what = kind_words(row["kind"])
    if one.words and row["words"]:
        what += ": " + row["words"].partition(". ")[0]
    amount = row["dollars"]
    worth = f", {one.dollars[:1].lower()}{one.dollars[1:]} {near_dollars(amount)}" if amount else ""
    return f"{patient(row)}, {what}{worth}"


def _facts(row: dict[str, Any], one: WorkList) -> list[tuple[str, str, str]]:
    """Name, words, and where it leads."""
    found = [(one.kind, kind_words(row["kind"]), ""), (one.dollars, dollars(row["dollars"]), "")]
    if one.n and row["n"] is not None:
        found.append((one.n, str(row["n"]), ""))
    if one.day and row["day"] is not None:
        found.append((one.day, str(row["day"]), ""))
    if row["npi"]:
        found.append(("Clinician", f"NPI {row['npi']}", f"/clinicians/{row['npi']}"))
    for name, key in (("Practice", "tin"), ("ACO", "aco_id")):
        if row[key]:
            found.append((name, f"{'TIN ' if key == 'tin' else ''}{row[key]}", ""))
    return found
