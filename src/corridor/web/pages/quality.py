"""Quality: how complete the data is to date, what was measured, which care gaps are open and worth what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.web.answers import chosen_view
from corridor.web.guard import Visit, VisitDep
from corridor.web.listing import Asked
from corridor.web.programs.shape import Panel
from corridor.web.quality.completeness import completeness
from corridor.web.quality.gaps import gaps, patients
from corridor.web.quality.held import Wanted, nothing, wanted_of
from corridor.web.quality.results import results
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "Quality results"
VIEWS = (("completeness", "Data completeness"), ("results", "Results"), ("gaps", "Care gaps"))
PATIENTS = "patients"  # a state of the gaps, not a view of its own: it needs a clinician
Draw = Callable[[Visit, Viewer, Wanted], "Panel | Response"]
DRAWS: dict[str, Draw] = {
    "completeness": completeness, "results": results, "gaps": gaps, PATIENTS: patients,
}  # fmt: skip
Word = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_.-]*$")]


def quality(
    visit: VisitDep,
    view: str = "",
    level: Word = "",
    measure: Word = "",
    tin: Word = "",
    npi: Word = "",
    entity: Word = "",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """One view of quality results; each has its own address."""
    chosen = view if view == PATIENTS else chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    first = "" if chosen == VIEWS[0][0] else chosen
    wanted, choices = wanted_of(
        visit, viewer, year, level, measure, Asked(q, sort, down, start, format, {"view": first})
    )
    panel: Panel | Response = nothing()
    if wanted is not None:
        panel = DRAWS[chosen](visit, viewer, replace(wanted, tin=tin, npi=npi, entity=entity))
    if isinstance(panel, Response):
        return panel
    if visit.request.headers.get("hx-request") == "true" and panel.listed is not None:
        return page(visit, "listing_rows.html.j2", NAME, list=panel.listed)
    kept = {one.key: one.chosen for one in choices}
    tab = "gaps" if chosen == PATIENTS else chosen
    return page(
        visit,
        "quality.html.j2",
        NAME,
        panel=panel,
        choices=choices if chosen != PATIENTS else [],
        view=first,
        views=[
            (_address({"view": "" if key == VIEWS[0][0] else key, **kept}), words, key == tab)
            for key, words in VIEWS
        ],
    )  # fmt: skip


def _address(given: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in given.items() if value})
    return "/quality" + (f"?{query}" if query else "")
