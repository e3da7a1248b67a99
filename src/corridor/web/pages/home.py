"""Home: what the last run says in one sentence, how fresh the data are, and what needs attention."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.views.index import Index
from corridor.reports.views.opening import opening
from corridor.reports.words import counted, whole
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page
from corridor.web.roles import DATA, RESULTS
from corridor.web.viewer import Viewer


def home(visit: VisitDep) -> Response:
    """The page; before the first run it says what to load and how."""
    viewer = visit.viewer()
    loads = visit.bench.warehouse.deliveries() if visit.who.any_of(DATA) else []
    if viewer is None:
        loaded = bool(visit.bench.warehouse.deliveries())
        return page(visit, "empty.html.j2", "Home", loaded=loaded)
    shown = None
    if visit.who.any_of(RESULTS) and viewer.has("asm.result"):
        shown = opening(Index(visit.bench.report(viewer)))
    return page(
        visit,
        "home.html.j2",
        "Home",
        opening=shown,
        facts=_facts(visit, viewer, len(loads)),
        shortcuts=_shortcuts(visit, viewer),
    )


def _facts(visit: Visit, viewer: Viewer, loads: int) -> list[tuple[str, str]]:
    """What the figures stand on, in a few lines."""
    setting = viewer.manifest.get("setting", {})
    facts = [
        (
            "Performance year",
            f"{setting.get('performance_year', '')}, paid in {setting.get('payment_year', '')}",
        ),
        ("Run", str(viewer.manifest.get("finished", ""))[:16].replace("T", " ") + " UTC"),
    ]
    through = _claims_through(viewer)
    if through:
        facts.append(("Claims through", through))
    if loads:
        facts.append(("Loaded", counted(loads, "delivery", "deliveries")))
    facts.append(("You see", visit.who.scope.words()))
    return facts


def _claims_through(viewer: Viewer) -> str:
    if not viewer.has("claims.period"):
        return ""
    (row, *_) = viewer.query("select * from claims.period limit 1") or [{}]
    return str(row.get("last_service_date") or row.get("period_end") or "")


def _shortcuts(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """Where to go from here, with how much is there."""
    if not visit.who.any_of(RESULTS):
        return []
    found = []
    if viewer.has("asm.result"):
        (row,) = viewer.query("select count(*) as n, count(distinct npi) as npis from asm.result")
        words = f"{counted(int(row['npis']), 'clinician')} with a result: standing, dollars, levers"
        found.append({"link": "/programs/asm", "name": "Ambulatory Specialty Model", "words": words})
    if viewer.has("asm.roster"):
        (row,) = viewer.query(
            "select count(distinct npi) as npis, count(distinct tin) as tins from asm.roster"
        )
        words = f"{whole(row['npis'])} clinicians of {whole(row['tins'])} practices: search, sort, open one"
        found.append({"link": "/clinicians", "name": "Clinicians", "words": words})
    words = "every value of the law with its source, history and how sure it is"
    found.append({"link": "/rules", "name": "Rules", "words": words})
    return found
