"""Jobs for programs: what waits, what runs, what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor.web import work
from corridor.web.guard import VisitDep


def jobs(
    visit: VisitDep, limit: Annotated[int, Query(ge=1, le=200)] = 50, before: int | None = None
) -> Response:
    """The newest jobs first; ``before`` a number, for earlier ones."""
    rows = [one.to_dict() for one in work.read_jobs(visit.bench.state, limit, before)]
    return JSONResponse({"program": None, "year": None, "rows": rows, "assumptions": []})


def job(visit: VisitDep, job_id: int) -> Response:
    """One job with its log."""
    found = work.read_job(visit.bench.state, job_id)
    rows = [{**found.to_dict(), "log": list(work.lines_of(visit.bench.state, job_id))}]
    return JSONResponse({"program": None, "year": None, "rows": rows, "assumptions": []})
