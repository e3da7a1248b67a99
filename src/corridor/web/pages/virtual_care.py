"""Virtual care: use, what it stands in for, and what the law allows by date."""

from __future__ import annotations

from fastapi import Response

from corridor.web.answers import Answer, WhomDep, chosen_view, show_answer, shut, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.virtual import follows_answer, use_answer, who_answer
from corridor.web.render import page

NAME = "Virtual care"
VIEWS = (("use", "Use by month"), ("follows", "What follows it"), ("who", "Who gives it"))


def virtual_care(visit: VisitDep, asked: WhomDep, view: str = "") -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    if chosen == "use":
        law = visit.bench.law(("virtual_care",))
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: use_answer(viewer, asked, law)
        )
    else:
        draw = follows_answer if chosen == "follows" else who_answer
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: draw(viewer, asked)
        )
    files = {"Visits by month": table_file("panel.virtual", asked)} if viewer.has("panel.virtual") else {}
    if chosen == "follows":
        files = (
            {"What followed": table_file("measures.virtual_comparison")}
            if viewer.has("measures.virtual_comparison")
            else {}
        )
    closed = (
        [shut(viewer, "Matched comparisons (measures.virtual_comparison)")]
        if chosen == "follows" and not viewer.scope.every_row
        else []
    )
    if viewer.scope.aco and not viewer.scope.every_row:
        closed.append(
            "Visits belong to the clinician and practice who gave them, not to an ACO: name practices in "
            "your scope."
        )
    answer = Answer(
        NAME,
        sentence,
        second,
        sections,
        views=VIEWS,
        view=chosen,
        filters=() if chosen == "follows" else ("tin", "npi"),
        files=files,
        closed=closed,
    )
    return show_answer(visit, asked, answer)
