"""Exposure sheets for programs: the systems of an account, and the sheet of one."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse

from corridor.programs.writing import plain
from corridor.web import exposure_store as store
from corridor.web.guard import VisitDep
from corridor.web.pages.exposure import Drawn, Only, exposed


def systems(visit: VisitDep) -> Response:
    """The systems this account sent."""
    return JSONResponse({"rows": store.systems_of(visit.bench.state, visit.who.account_id)})


def sheet(visit: VisitDep, system: int, only: Only = None, draws: Drawn = None) -> Response:
    """The sheet of a system, as `corridor exposure --json` prints it; 202 while it is made: ask again."""
    held = store.find(visit.bench.state, visit.who.account_id, system)
    work = exposed(visit, held, tuple(dict.fromkeys(only or ())), draws)
    if not work.over.is_set():
        return JSONResponse({"state": "running", "doing": work.doing, "seconds": work.seconds}, 202)
    return JSONResponse(plain(work.made))
