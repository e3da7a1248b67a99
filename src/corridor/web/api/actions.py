"""Next best dollar for programs: the ranked list, one action, and deciding on one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from corridor.errors import CorridorError
from corridor.jobs.tables import SUPPRESSED, suppress_small_cells
from corridor.programs.writing import plain
from corridor.web import action_kept as store
from corridor.web import actions
from corridor.web.action_done import decide, done_rows
from corridor.web.actions import Filter
from corridor.web.downloads import smallest_cell
from corridor.web.guard import Visit, VisitDep
from corridor.web.viewer import Viewer
from corridor.web.whole_number import whole_number

Word = Annotated[str, Query(max_length=20, pattern=r"^[0-9A-Za-z_-]*$")]
MOST = 1000
DOLLARS = ("dollars", "dollars_low", "dollars_high")
FIELDS = ("status", "due", "note", "version", "key")


def ranked(
    visit: VisitDep,
    view: Annotated[str, Query(pattern=r"^(|duties|done)$", description="'', duties or done")] = "",
    npi: Word = "",
    tin: Word = "",
    ccn: Word = "",
    aco: Word = "",
    program: Word = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """Actions, the most net dollars first, with what was decided; with view=done what came of them."""
    viewer = visit.run_viewer()
    given = Filter(view == "duties", npi, tin, ccn, aco, program)
    if view == "done":
        rows = _leaving(viewer, done_rows(visit, viewer, given))
        return JSONResponse(
            plain({"run_id": viewer.run_id, "total": len(rows), "rows": rows[start : start + limit]})
        )
    if not actions.there(viewer):
        return JSONResponse({"run_id": viewer.run_id, "total": 0, "rows": []})
    where, values = given.where()
    size = "-net_dollars" if given.duties else "net_dollars"
    rows = viewer.query(
        f"{actions.ROWS} where {where} order by {size} desc, action_id limit ? offset ?",
        [*values, limit, start],
    )
    (count,) = viewer.query(f"select count(*) as n from {actions.RANKED} where {where}", values)
    known = actions.over(visit)
    told = [{**row, "status": known.get(str(row["action_id"]), "open")} for row in _leaving(viewer, rows)]
    return JSONResponse(plain({"run_id": viewer.run_id, "total": count["n"], "rows": told}))


def one(visit: VisitDep, action: str) -> Response:
    """One action with its effects and history."""
    return JSONResponse(_told(visit, action))


def _told(visit: Visit, action: str) -> Any:
    viewer = visit.run_viewer()
    (row,) = _leaving(viewer, [actions.one_of(viewer, action)])
    state = store.kept(visit.bench.state, action)
    state["status"] = actions.over(visit).get(action, "open")
    kept = {name: state[name] for name in ("status", "due", "note", "version", "done_at")}
    parts, history = actions.effects_of(viewer, action), store.history(visit.bench.state, action)
    if row.get(SUPPRESSED):  # its parts and what it was before would tell it
        parts = [{**one, **dict.fromkeys(DOLLARS)} for one in parts]
        history = [{**one, "net_dollars": None} for one in history]
    return plain(
        {
            "run_id": viewer.run_id, "action": row, "effects": parts,
            "kept": kept, "history": history,
        }
    )  # fmt: skip


def _leaving(viewer: Viewer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they leave: few people blank the figures."""
    return suppress_small_cells(rows, ("action_id", "npi", "tin"), smallest_cell(viewer))


async def change(visit: VisitDep, request: Request, action: str) -> Response:
    """Decide: ``version`` it was read at, ``key`` of this change, of ``status``, ``due``, ``note`` what is to
    change. As a form or as a JSON object.
    """
    given: Any = visit.form
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = json.loads(await request.body())
        except ValueError:
            given = None
    return await run_in_threadpool(_change, visit, action, given)


def _change(visit: Visit, action: str, given: Any) -> Response:
    said = isinstance(given, dict) and all(
        isinstance(value, str | int | None) and not isinstance(value, bool) for value in given.values()
    )
    told = {name: None if given.get(name) is None else str(given[name]) for name in FIELDS} if said else {}
    version = whole_number(told.get("version") or "")
    if version is None:
        raise CorridorError(
            "WEB-ACTION-WISH",
            "The body says no version that was read."
            if said
            else "The body is no object of texts and numbers.",
            todo='Send {"version": 0, "key": "of-this-change", "status": "done"} or a form of these.',
            field="version",
        )
    viewer = visit.run_viewer()
    row = actions.one_of(viewer, action)
    wish = store.Wish(told["status"], told["due"], told["note"])
    decide(visit, viewer, row, version, told["key"] or "", wish)
    return JSONResponse(_told(visit, action))
