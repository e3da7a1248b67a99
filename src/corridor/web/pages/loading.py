"""Load and run: what is loaded, what runs, files to send, and what to do next."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Response

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reports.tieout import asides_of, file_rows
from corridor.web import work
from corridor.web.areas.loading import LARGEST_FORM
from corridor.web.formats import TITLES, grouped
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.jobs import STATES, headline, seconds
from corridor.web.pages.uploads import store
from corridor.web.render import page
from corridor.web.uploads import in_words
from corridor.words import counted

# What a file holds where it was cut wrong may name a person: the line number leads to it.
QUOTED = re.compile("«[^»]*»")
JOBS_SHOWN = 12
PAGE = 50


def load(visit: VisitDep, before: int | None = None) -> Response:
    """The page."""
    warehouse = visit.bench.warehouse
    deliveries = list(reversed(warehouse.deliveries()))
    moving = work.waiting(visit.bench.state)
    jobs = work.read_jobs(visit.bench.state, JOBS_SHOWN, before)
    listed = [_delivery(one.record) for one in deliveries[:PAGE]]
    fresh = _not_in_run(visit, [one.delivery_id for one in deliveries])
    return page(
        visit,
        "load.html.j2",
        "Load and run",
        sentence=_sentence(listed, deliveries, fresh),
        deliveries=listed,
        more=max(0, len(deliveries) - PAGE),
        moving=[{"it": one, "words": headline(one), "state": STATES[one.state]} for one in moving],
        jobs=[
            {"it": one, "words": headline(one), "state": STATES[one.state], "seconds": seconds(one)}
            for one in jobs
        ],
        earlier=jobs[-1].job_id if len(jobs) == JOBS_SHOWN else None,
        batches=[_batch(one) for one in store(visit).open_batches()],
        formats=grouped(),
        todo=_next(visit, warehouse, fresh),
        largest=in_words(LARGEST_FORM),
        most=f"{visit.bench.settings.uploads.most_gigabytes:g} GB",
        fresh=fresh,
        year=visit.bench.settings.year,
    )


def delivery(visit: VisitDep, delivery_id: str) -> Response:
    """One load: its files, and the rows that were set aside, counted by reason."""
    found = next((one for one in visit.bench.warehouse.deliveries() if one.delivery_id == delivery_id), None)
    if found is None:
        raise CorridorError(
            "WEB-NO-DELIVERY", "No such delivery is loaded.", todo="See what is on the page Load and run."
        )
    asides = [{**row, "reason": QUOTED.sub("a value", str(row["reason"]))} for row in asides_of(found)]
    return page(
        visit, "delivery.html.j2", "A delivery", it=_delivery(found.record), files=file_rows(found),
        asides=asides, warnings=found.record.get("warnings", []),
    )  # fmt: skip


def _delivery(record: dict[str, Any]) -> dict[str, Any]:
    rows = sum(int(one["rows"]) for one in record["tables"].values())
    return {
        "id": record["delivery_id"],
        "format": TITLES.get(record["fmt"], str(record["fmt"])).partition(":")[0],
        "source": record["source_id"],
        "date": record.get("file_date") or "",
        "loaded": str(record.get("loaded_at", ""))[:16].replace("T", " "),
        "files": len(record.get("files", [])),
        "size": in_words(sum(int(one.get("bytes", 0)) for one in record.get("files", []))),
        "rows": rows,
        "aside": int(record.get("rejects", {}).get("rows", 0)),
    }


def _not_in_run(visit: Visit, loaded: list[str]) -> int:
    """How many deliveries the last complete run does not hold; all of them before the first."""
    run = visit.bench.run()
    held = {one["delivery_id"] for one in run.manifest.get("deliveries", [])} if run else set()
    return sum(1 for one in loaded if one not in held)


def _sentence(listed: list[dict[str, Any]], deliveries: list[Any], fresh: int) -> str:
    if not deliveries:
        return "Nothing is loaded yet: choose the files of a delivery"
    what = counted(len(deliveries), "delivery", "deliveries")
    verb = "is" if len(deliveries) == 1 else "are"
    if fresh == 0:
        return (
            f"{what} {verb} loaded, and the last run holds {'it' if len(deliveries) == 1 else 'all of them'}"
        )
    rest = "no run holds them yet" if fresh == len(deliveries) else f"{fresh:,} not yet in a run"
    return f"{what} {verb} loaded; {rest.replace('them', 'it') if len(deliveries) == 1 else rest}"


def _batch(one: Any) -> dict[str, Any]:
    share = one.bytes_held / one.bytes if one.bytes else 0.0
    return {
        "id": one.batch_id,
        "format": TITLES.get(one.format, one.format).partition(":")[0],
        "fmt": one.format,
        "files": [(file.name, in_words(file.bytes), file.complete) for file in one.uploads],
        "held": in_words(one.bytes_held),
        "of": in_words(one.bytes),
        "share": round(share, 3),
        "complete": one.complete,
        "job": one.job_id,
        "begun": one.created_at[:16].replace("T", " "),
    }


def _next(visit: Visit, warehouse: Warehouse, fresh: int) -> list[tuple[str, str, str]]:
    """What to do next: (what, why, where)."""
    formats = {one.fmt for one in warehouse.deliveries()}
    claims = formats & {"cclf", "rif", "synpuf", "tuva", "fhir", "x12"}
    found = []
    if not claims:
        found.append(("Load claims", "everything is worked out from them", "#send"))
    if claims and "roster" not in formats:
        found.append(("Load your roster", "it says who your clinicians are", "#send"))
    if not (warehouse.home / "reference").is_dir():
        found.append(
            ("Load reference files", "fee schedule and participant lists price and place clinicians", "#send")
        )
    if fresh and claims:
        found.append(("Run", "pages show the last complete run; what is new comes in with the next", "#run"))
    return found
