"""The page of a program, of one shape for all, and the index of programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.reports.words import short_dollars
from corridor.web.guard import VisitDep
from corridor.web.listing import Asked
from corridor.web.programs.registry import BY_KEY, PROGRAMS
from corridor.web.programs.shape import Ask
from corridor.web.render import page

if TYPE_CHECKING:
    from corridor.web.viewer import Viewer


def programs(visit: VisitDep) -> Response:
    """Every program as a card: where it stands, and the dollars that hang on it."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Programs", loaded=bool(visit.bench.warehouse.deliveries()))
    cards = []
    for one in PROGRAMS:
        there = one.there(visit, viewer)
        told = one.card(visit, viewer) if there else None
        cards.append(
            {
                "it": one,
                "of_run": not one.forms,
                "card": told,
                "amount": short_dollars(told.dollars, signed=told.signed) if told and told.what else "",
                "tone": ""
                if told is None or not told.dollars or not told.signed
                else "gain" if told.dollars > 0 else "loss",
            }
        )  # fmt: skip
    # a program of forms counts once the account has settled it
    computed = [one for one in cards if one["card"] is not None and (one["of_run"] or one["amount"])]
    return page(visit, "programs.html.j2", "Programs", cards=cards, computed=len(computed))


def program(
    visit: VisitDep,
    program: str,
    view: str = "standing",
    show: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """One view of a program; each has its own address."""
    one = BY_KEY.get(program)
    if one is None:
        raise CorridorError(
            "WEB-NOT-FOUND",
            "There is no such program.",
            todo="Choose one of: " + ", ".join(BY_KEY) + ".",
        )
    views = {found.key: found for found in one.views}
    if view not in views:
        raise CorridorError(
            "WEB-NOT-FOUND", "There is no such view.", todo="Choose one of: " + ", ".join(views) + "."
        )
    viewer = visit.viewer()
    if not one.forms and (viewer is None or not one.there(visit, viewer)):
        return page(visit, "empty.html.j2", one.name, loaded=viewer is not None)
    seen = cast("Viewer", viewer)  # a program of forms reads no run
    more = {"view": view if view != one.views[0].key else "", "show": show, "year": str(year or "")}
    asked = Asked(q, sort, down, start, format, more)
    panel = views[view].draw(visit, seen, Ask(year, show, asked))
    if isinstance(panel, Response):
        return panel
    if visit.request.headers.get("hx-request") == "true" and panel.listed is not None:
        return page(visit, "listing_rows.html.j2", one.name, list=panel.listed)
    return page(
        visit,
        "program.html.j2",
        one.name,
        it=one,
        panel=panel,
        views=[(found.key, found.name, found.key == view) for found in one.views],
        base=f"/programs/{one.key}",
        first=view == one.views[0].key,
        year=year,
        view=view,
    )
