"""A job: how far it is, what came of it, and how to stop it; and the button that starts a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.web import work
from corridor.web.doing import in_words
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page
from corridor.web.state import now
from corridor.web.whole_number import whole_number
from corridor.web.work import Job

STATES = {
    "queued": "Waits", "running": "Runs", "done": "Done", "failed": "Failed", "cancelled": "Cancelled",
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2008, 2060


def job(visit: VisitDep, job_id: int) -> Response:
    """The page of a job; while it runs it is drawn anew every second."""
    found = work.read_job(visit.bench.state, job_id)
    template = "job_state.html.j2" if visit.request.headers.get("hx-request") else "job.html.j2"
    return page(visit, template, found.title, **facts(visit, found))


def facts(visit: Visit, found: Job) -> dict[str, Any]:
    """What both templates of a job show."""
    ahead = [one for one in work.waiting(visit.bench.state) if one.job_id < found.job_id]
    return {
        "job": found,
        "headline": headline(found),
        "state": STATES[found.state],
        "ahead": len(ahead) if found.state == "queued" else 0,
        "seconds": seconds(found),
        "lines": work.lines_of(visit.bench.state, found.job_id)[-200:],
        "deliveries": found.result.get("deliveries", []),
        "references": found.result.get("rows", []) if found.result.get("format") == "reference" else [],
        "batch": _batch(visit, found),
    }


def _batch(visit: Visit, found: Job) -> Any:
    """The files of a load that failed or was stopped, where they wait."""
    from corridor.web.pages.uploads import store

    if found.state not in ("failed", "cancelled") or "batch" not in found.asked:
        return None
    batch = store(visit).batch(found.asked["batch"])
    return batch if batch.state == "open" and batch.complete else None


def headline(found: Job) -> str:
    """The sentence that opens the page."""
    if found.state == "done":
        return in_words(found)
    if found.state == "failed" and found.error:
        return str(found.error["what"])
    words = {"queued": "waits for its turn", "running": "is under way", "cancelled": "was cancelled"}
    what = "The run" if found.kind == "run" else "The load"
    return f"{what} {'is being stopped' if found.cancelled and not found.over else words[found.state]}"


def seconds(found: Job) -> int | None:
    """How long it took, or has taken until now."""
    if found.started_at is None:
        return None
    begun = datetime.fromisoformat(found.started_at)
    ended = now() if found.finished_at is None else datetime.fromisoformat(found.finished_at)
    return max(0, int((ended - begun).total_seconds()))


def stop(visit: VisitDep, job_id: int) -> Response:
    """Cancel; what was complete before is unharmed."""
    work.cancel(visit.bench.state, job_id)
    return RedirectResponse(f"/jobs/{job_id}", 303)


def run(visit: VisitDep) -> Response:
    """A run over what is loaded: a job for the worker; the one that waits already, where there is one."""
    text = visit.text("year").strip()
    year = whole_number(text)
    if text and (year is None or not FIRST_YEAR <= year <= LAST_YEAR):
        raise CorridorError(
            "RUN-YEAR",
            "That is no performance year.",
            todo="Write a year such as 2027, or leave it empty.",
            field="year",
        )
    asked = {"year": year} if text else {}
    for one in work.waiting(visit.bench.state):
        if one.kind == "run" and one.state == "queued" and one.asked == asked:
            return RedirectResponse(f"/jobs/{one.job_id}", 303)
    title = f"Run for {text}" if text else "Run"
    made = work.ask(visit.bench.state, visit.who, "run", title, asked)
    return RedirectResponse(f"/jobs/{made}", 303)
