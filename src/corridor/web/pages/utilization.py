"""Utilization: admissions, readmissions, emergency visits, imaging, low-value care; observed against
expected.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from corridor.web.answers import Answer, Choice, WhomDep, chosen_view, show_answer, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.compare import LEVELS, compare_answer, month_answer
from corridor.web.population.naming import MEASURES, measure_words
from corridor.web.population.services import imaging_answer, low_value_answer, readmission_answer
from corridor.web.render import page

NAME = "Utilization"
VIEWS = (
    ("compare", "Observed against expected"),
    ("month", "Month by month"),
    ("readmission", "Readmissions by hospital"),
    ("low-value", "Low-value care"),
    ("imaging", "Imaging"),
)
FILES = {
    "compare": ("Every measure", "measures.performance"),
    "month": ("By month", "measures.performance_month"),
    "readmission": ("By hospital", "panel.readmission"),
    "low-value": ("By flag and clinician", "panel.low_value"),
    "imaging": ("By kind", "panel.imaging"),
}
OF_MONTHS = ("cost", "acute_admission", "emergency_visit")
Asked = Annotated[str, Query(max_length=40)]


def utilization(
    visit: VisitDep, asked: WhomDep, view: str = "", measure: Asked = "", level: Asked = ""
) -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    choices: list[Choice] = []
    if chosen == "compare":
        one = measure if measure in MEASURES else "acute_admission"
        by = level if level in LEVELS else "npi" if asked.tin or viewer.scope.npi else "tin"
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked, one, by), lambda: compare_answer(viewer, asked, one, by)
        )
        choices = [
            Choice("measure", "Measure", [(key, measure_words(key)) for key in MEASURES], one),
            Choice(
                "level",
                "By",
                [(key, name.capitalize() if key != "aco" else name) for key, name in LEVELS.items()],
                by,
            ),
        ]
    elif chosen == "month":
        one = measure if measure in OF_MONTHS else "acute_admission"
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked, one), lambda: month_answer(viewer, asked, one)
        )
        choices = [Choice("measure", "Measure", [(key, measure_words(key)) for key in OF_MONTHS], one)]
    else:
        drawn = {
            "readmission": readmission_answer,
            "low-value": low_value_answer,
            "imaging": imaging_answer,
        }[chosen]
        sentence, second, sections = visit.bench.made(
            viewer, (NAME, chosen, asked), lambda: drawn(viewer, asked)
        )
    label, table = FILES[chosen]
    files = (
        {label: table_file(table, asked if table.startswith("panel.") else None)} if viewer.has(table) else {}
    )
    closed = (
        []
        if viewer.scope.every_row
        else [
            f"Only those of {viewer.scope.words()} are shown; what was expected of them comes from "
            f"everybody loaded, and "
            "the limits of chance from those shown. An administrator can widen your scope under "
            "Administration, Accounts."
        ]
    )
    answer = Answer(
        NAME,
        sentence,
        second,
        sections,
        views=VIEWS,
        view=chosen,
        choices=choices,
        filters=("tin", "npi") if chosen == "low-value" else ("aco", "tin", "npi"),
        files=files,
        closed=closed,
    )
    return show_answer(visit, asked, answer)
