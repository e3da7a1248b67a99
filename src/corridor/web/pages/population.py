"""Population: what people cost, what moved it, who needs most, and where their care goes."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.views.page import Section
from corridor.web.answers import Answer, Whom, WhomDep, chosen_view, show_answer, shut, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.need import PEOPLE, high_cost_answer, tier_answer
from corridor.web.population.network import leakage_answer, post_acute_answer
from corridor.web.population.spend import (
    driver_section,
    driver_words,
    enrollment_table,
    months_of,
    spend_words,
    trend_section,
    whole_years,
    years_of,
)
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "Population"
VIEWS = (
    ("trend", "Trend"),
    ("category", "By category"),
    ("need", "Need tiers"),
    ("high-cost", "High-cost people"),
    ("leakage", "Leakage"),
    ("post-acute", "Post-acute care"),
)
FILES = {
    "trend": {"By month": "panel.spend", "By year": "panel.year"},
    "category": {"By month and category": "panel.spend"},
    "need": {"Need tiers": "panel.tier"},
    "high-cost": {"By driver": "panel.high_cost"},
    "leakage": {"Leakage": "measures.leakage"},
    "post-acute": {"By facility": "panel.post_acute"},
}
OTHERS = {
    "need": tier_answer,
    "high-cost": high_cost_answer,
    "leakage": leakage_answer,
    "post-acute": post_acute_answer,
}


def population(visit: VisitDep, asked: WhomDep, view: str = "") -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    if chosen in OTHERS:
        sentence, second, section = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: OTHERS[chosen](viewer, asked)
        )
        sections = [section]
    else:
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: _spend(viewer, asked, chosen)
        )
    for table in (one for section in sections for one in section.tables if one.name == PEOPLE):
        visit.note("patient_rows", f"{table.name}, {len(table.rows)} rows")
    closed = [] if viewer.scope.every_row else _closed(viewer, chosen)
    files = {
        name: table_file(table, asked if table.startswith("panel.") else None)
        for name, table in FILES[chosen].items()
        if viewer.has(table)
    }
    answer = Answer(
        NAME,
        sentence,
        second,
        sections,
        views=VIEWS,
        view=chosen,
        files=files,
        closed=closed,
        filters=("aco",) if chosen == "leakage" else ("aco", "tin", "npi"),
    )
    return show_answer(visit, asked, answer)


def _spend(viewer: Viewer, asked: Whom, chosen: str) -> tuple[str, str, list[Section]]:
    """The views over months and years."""
    months, every_year = months_of(viewer, asked), years_of(viewer, asked)
    years = whole_years(months, every_year)
    if not months or not years:
        empty = Section(
            "trend",
            "Month by month",
            empty="No whole year is loaded for the people asked for. Look at fewer filters, or load more "
            "months of claims: "
            "`corridor load cclf FOLDER`, then `corridor run`.",
        )
        return f"Nothing is known of what people{asked.of()} cost over a whole year", "", [empty]
    if chosen == "category":
        return driver_words(months, years, asked), "", [driver_section(months, years)]
    sentence, second = spend_words(asked, years)
    sections = [trend_section(viewer, asked, months)]
    table = enrollment_table(viewer) if viewer.scope.every_row and not asked.given() else None
    if table is not None:
        sections.append(Section("enrollment", "Against a benchmark's measure", tables=[table]))
    return sentence, second, sections


def _closed(viewer: Viewer, chosen: str) -> list[str]:
    """What a limited account does not see on a view."""
    what = {
        "trend": "Figures by enrollment type, truncated as benchmarks are (population.pbpy, "
        "population.pmpm),",
        "post-acute": "Spells with the share that went back to hospital (measures.post_acute)",
        "leakage": ""
        if viewer.scope.aco
        else "Where an ACO's care goes (measures.leakage): rows belong to ACOs, so accounts "
        "limited to practices or clinicians",
    }.get(chosen, "")
    if chosen == "leakage" and what:
        return [
            what + " see none. An administrator can add the ACO to your scope under Administration, Accounts."
        ]
    return [shut(viewer, what)] if what else []
