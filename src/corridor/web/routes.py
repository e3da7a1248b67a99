"""The table of routes: what there is, and who may use it. Nothing is served that does not stand here."""

from __future__ import annotations

from corridor.web.areas import (
    actions,
    administration,
    api,
    billing,
    entry,
    explaining,
    exposure,
    foundation,
    hospitals,
    loading,
    planning,
    population,
    results,
    work,
)
from corridor.web.groups import GROUPS
from corridor.web.route import Entry, Route

AREAS = (
    entry,
    explaining,
    results,
    hospitals,
    billing,
    foundation,
    administration,
    api,
    loading,
    population,
    planning,
    exposure,
    actions,
    work,
)
ROUTES: tuple[Route, ...] = tuple(route for area in AREAS for route in area.ROUTES)
ENTRIES: tuple[Entry, ...] = tuple(
    sorted(
        (one for area in AREAS for one in getattr(area, "ENTRIES", ())),
        key=lambda one: GROUPS.index(one.group),
    )
)
