"""Work lists for programs: the lists, their items, one item with its changes, and changing one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from corridor.errors import CorridorError
from corridor.programs.writing import plain
from corridor.web.guard import Visit, VisitDep
from corridor.web.state import now
from corridor.web.work_board import made_board
from corridor.web.work_kept import Step, Wish, apply, history
from corridor.web.work_lists import LISTS, work_list
from corridor.web.work_mates import mates
from corridor.web.work_shown import filter_of, sums_of, told

MOST_ROWS = 1000
FIELDS = ("status", "assignee", "due", "note", "version", "key")


def lists(visit: VisitDep) -> Response:
    """The lists with how much is on them, and who may be assigned."""
    board = made_board(visit)
    found = board.overview()
    rows = [
        {
            "list": one.key,
            "name": one.name,
            "question": one.question,
            "missing": board.made.missing.get(one.key, ()),
            **sums_of([row for row in found if row["list"] == one.key]),
        }
        for one in LISTS.values()
    ]
    people = [{"account_id": one.account_id, "name": one.name} for one in mates(visit, board)]
    return JSONResponse(plain({"run_id": board.made.run_id, "rows": rows, "people": people}))


def items(
    visit: VisitDep,
    list: str,
    status: str = "todo",
    assignee: Annotated[str, Query(description="me, nobody, or the number of an account")] = "",
    tin: str = "",
    npi: str = "",
    kind: str = "",
    due: str = "",
    sort: str = "dollars",
    down: bool = True,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 100,
) -> Response:
    """Items of a list, patients by the number of the warehouse."""
    one = work_list(list)
    board = made_board(visit)
    given = filter_of(status, assignee, tin, npi, kind, due)
    me, today = visit.who.account_id, now().date().isoformat()
    rows = board.page(one.key, given, sort, down, start, me, today, most=limit)
    if rows:
        visit.note("patient_rows", f"work list {one.key}, {len(rows)} rows")
    total = board.found(one.key, given, me, today)
    answer = {"run_id": board.made.run_id, "list": one.key, "total": total, "rows": [told(r) for r in rows]}
    return JSONResponse(plain(answer))


def item(visit: VisitDep, list: str, item: str) -> Response:
    """One item, and every change of it."""
    board = made_board(visit)
    row = board.item(work_list(list).key, item)
    visit.note("work_item_seen", f"{row['list']} {row['item']}, patient {row['person_id']}")
    return JSONResponse(plain({**told(row), "changes": history(visit.bench.state, row["kept_as"])}))


async def change(visit: VisitDep, request: Request, list: str, item: str) -> Response:
    """Change an item: ``version`` it was read at, ``key`` of this change (the same when it is sent again), of
    ``status``, ``assignee``, ``due``, ``note`` what is to change. As a form or as a JSON object.
    """
    given: Any = visit.form
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = json.loads(await request.body())
        except ValueError as error:
            raise _malformed("The body is no JSON.") from error
    return await run_in_threadpool(_change, visit, list, item, given)


def _change(visit: Visit, list: str, item: str, given: Any) -> Response:
    if not isinstance(given, dict) or any(
        not isinstance(value, str | int | None) or isinstance(value, bool) for value in given.values()
    ):
        raise _malformed("The body is no object of texts and numbers.")
    told_ = {name: None if given.get(name) is None else str(given[name]) for name in FIELDS}
    version = told_["version"] or ""
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise _malformed("It is not said which version was read.")
    board = made_board(visit)
    row = board.item(work_list(list).key, item)
    wish = Wish(told_["status"], told_["assignee"], told_["due"], told_["note"])
    step = Step(board.facts(row), int(version), wish)
    (after,) = apply(visit.bench.state, visit.who, told_["key"] or "", [step], visit.address, "by a program")
    board.refresh(visit)
    return JSONResponse(plain({**told(board.item(row["list"], item)), "made": after}))


def _malformed(what: str) -> CorridorError:
    return CorridorError(
        "WEB-WORK-BODY",
        what,
        todo='Send {"version": 0, "key": "of-this-change", "status": "done"} or a form with these fields.',
    )
