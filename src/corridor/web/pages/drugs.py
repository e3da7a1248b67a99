"""Drugs and specialty: Part B drugs, their price, skin substitutes, and what models would touch."""

from __future__ import annotations

from fastapi import Response

from corridor.web.answers import Answer, WhomDep, chosen_view, show_answer, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.drug import flat_since, price_answer, skin_answer, spend_answer
from corridor.web.render import page

NAME = "Drugs and specialty"
VIEWS = (("spend", "Spend by drug"), ("price", "Price against limit"), ("skin", "Skin substitutes"))
DRAWN = {"spend": spend_answer, "price": price_answer}
FILES = {"spend": "panel.drug", "price": "panel.drug", "skin": "panel.skin_substitute"}


def drugs(visit: VisitDep, asked: WhomDep, view: str = "") -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    if chosen == "skin":
        since = flat_since(visit.bench.law(("drug",)))
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: skin_answer(viewer, asked, since)
        )
    else:
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: DRAWN[chosen](viewer, asked)
        )
    table = FILES[chosen]
    answer = Answer(
        NAME,
        sentence,
        second,
        sections,
        views=VIEWS,
        view=chosen,
        filters=("tin", "npi"),
        files={"By code and clinician": table_file(table, asked)} if viewer.has(table) else {},
        closed=()
        if viewer.scope.every_row
        else (
            f"Only what clinicians and practices of {viewer.scope.words()} billed is counted. Hospital "
            f"lines name no practice; "
            "an administrator can widen your scope under Administration, Accounts.",
        ),
    )
    return show_answer(visit, asked, answer)
