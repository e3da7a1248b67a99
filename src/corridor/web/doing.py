"""What the worker does for each kind of job: the same functions as the command line, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.settings import Settings
from corridor.web.state import State
from corridor.web.upload_store import Uploads
from corridor.web.uploads import REFERENCE
from corridor.web.work import Job
from corridor.words import counted

Progress = Callable[[str, int, int, str], None]


@dataclass(frozen=True)
class Bench:
    """What a job works on: the settings as they are now, the warehouse, the state."""

    settings: Settings
    warehouse: Warehouse
    state: State


def do(job: Job, bench: Bench, progress: Progress) -> dict[str, Any]:
    """Do a job; what came of it, as JSON types. Raises what the command line would raise."""
    return {"load": _load, "reference": _reference, "run": _run}[job.kind](job, bench, progress)


def _load(job: Job, bench: Bench, progress: Progress) -> dict[str, Any]:
    from corridor.jobs.load import load

    uploads = Uploads(bench.state, bench.warehouse.home, bench.settings.uploads)
    batch = uploads.batch(job.asked["batch"])
    if batch.state == "loaded":  # by a worker that died before it could say so
        return dict(job.result)
    paths = []
    for place, one in enumerate(batch.uploads, start=1):
        progress("files", place, len(batch.uploads), f"putting {one.name} together")
        paths.append(uploads.put_together(one))
    if batch.format == REFERENCE:
        from corridor.reference.add import add_references

        done = add_references(paths, bench.warehouse, progress=progress)
        refused = [one.error for one in done if one.status == "refused" and one.error is not None]
        outcomes = [one.to_dict() for one in done]
        if refused and len(refused) == len(outcomes):
            raise refused[0]
        uploads.mark(batch.batch_id, "loaded")
        return {"format": REFERENCE, "rows": outcomes}
    options = {"source_id": batch.source_id or None, "set_aside": batch.set_aside}
    found = load(batch.format, paths, bench.warehouse, options, progress).to_dict()
    uploads.mark(batch.batch_id, "loaded")
    return found


def _reference(job: Job, bench: Bench, progress: Progress) -> dict[str, Any]:
    return _load(job, bench, progress)


def _run(job: Job, bench: Bench, progress: Progress) -> dict[str, Any]:
    from corridor.jobs.context import open_context
    from corridor.jobs.run import run_and_report
    from corridor.jobs.run_warnings import run_warnings

    context = open_context(home=bench.warehouse.home, year=job.asked.get("year"), settings=bench.settings)
    outcome = run_and_report(context, progress=progress)
    manifest = outcome.run.manifest
    return {
        "run_id": outcome.run.run_id,
        "year": context.performance_year,
        "tables": len(manifest["steps"]),
        "made": sum(1 for entry in manifest["steps"] if entry.get("made")),
        "seconds": manifest["seconds"],
        "warnings": run_warnings(outcome.run),
    }


def in_words(job: Job) -> str:
    """What came of a job, in one sentence."""
    found = job.result
    if job.kind == "run":
        tables = counted(int(found.get("tables", 0)), "table")
        return f"The run is complete: {tables} in {found.get('seconds', 0):,.0f} seconds"
    if found.get("format") == REFERENCE:
        added = [one for one in found["rows"] if one["status"] in ("added", "replaced")]
        refused = [one for one in found["rows"] if one["status"] == "refused"]
        return f"{counted(len(added), 'reference file')} installed" + (
            f", {len(refused):,} refused" if refused else ""
        )
    if not any(one.get("added") for one in found.get("deliveries", ())):
        return "These files were loaded already; nothing was added"
    read, aside = counted(int(found["rows_in"]), "row"), int(found["rows_set_aside"])
    return f"{read} read, {aside:,} of them set aside" if aside else f"{read} read, and all of them kept"
