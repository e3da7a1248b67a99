"""The Ambulatory Specialty Model: standing, who is in, dollars, levers, cost, and what is assumed.

Each later program adds a module of this shape and a line in the table of routes.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from corridor.errors import CorridorError
from corridor.reports.views.dollars import dollars_section, levers_section
from corridor.reports.views.index import Index
from corridor.reports.views.method import assumptions_section
from corridor.reports.views.opening import opening
from corridor.reports.views.page import Section
from corridor.reports.views.people import people_section
from corridor.reports.views.scores import cost_section, scores_section
from corridor.web.guard import VisitDep
from corridor.web.render import page

# view -> (name, what draws it)
VIEWS: dict[str, tuple[str, Callable[[Index], Section]]] = {
    "standing": ("Standing", scores_section),
    "who": ("Who is in", people_section),
    "dollars": ("Dollars", dollars_section),
    "levers": ("Levers", levers_section),
    "cost": ("Episode cost", cost_section),
    "assumptions": ("Assumptions", assumptions_section),
}


def asm(visit: VisitDep, view: str = "standing") -> Response:
    """One view of the program; each has its own address."""
    if view not in VIEWS:
        raise CorridorError(
            "WEB-NOT-FOUND", "There is no such view.", todo="Choose one of: " + ", ".join(VIEWS) + "."
        )
    viewer = visit.viewer()
    if viewer is None or not viewer.has("asm.result"):
        return page(visit, "empty.html.j2", "Ambulatory Specialty Model", loaded=viewer is not None)
    index = Index(visit.bench.report(viewer))
    return page(
        visit,
        "asm.html.j2",
        "Ambulatory Specialty Model",
        opening=opening(index),
        first=view == "standing",
        section=VIEWS[view][1](index),
        views=[(key, name, key == view) for key, (name, _) in VIEWS.items()],
    )
