"""Saved scenarios side by side, and scenarios as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.web import scenario_store as store
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.scenarios import MOST_COMPARED, given_of
from corridor.web.render import page
from corridor.web.studio.files import file_of
from corridor.web.studio.registry import evaluated
from corridor.web.studio.together import Column, figure_rows, input_rows, sentence, together

Ids = Annotated[
    list[str] | None, Query(description="numbers of saved scenarios, repeated or with commas between")
]


def compare(visit: VisitDep, ids: Ids = None) -> Response:
    """Up to four scenarios side by side: figures down, differences against the first."""
    columns = chosen(visit, ids)
    said, second = sentence(columns)
    numbers = ",".join(str(one.scenario_id) for one in columns)
    return page(
        visit,
        "scenario_compare.html.j2",
        "Scenarios side by side",
        sentence=said,
        second=second,
        columns=columns,
        program_title=columns[0].found.studio.title,
        figures=figure_rows(columns),
        inputs=input_rows(columns),
        picture=together(columns),
        stated=columns[0].found.outcome.stated,
        file=f"/scenarios/compare/file?ids={numbers}",
    )


def compare_file(visit: VisitDep, ids: Ids = None, format: str = "csv") -> Response:
    """The comparison as CSV or Excel."""
    return file_of(chosen(visit, ids), format, "scenarios")


def scenario_file(visit: VisitDep, program: str = "asm", format: str = "csv") -> Response:
    """One scenario, saved or not, as CSV or Excel."""
    found = evaluated(visit.bench, visit.run_viewer(), program, given_of(visit))
    return file_of([Column(0, "This scenario", found)], format, f"scenario-{program}")


def chosen(visit: Visit, ids: list[str] | None) -> list[Column]:
    """The scenarios asked for, in the scope of whoever asks. Raises SCENARIO-COMPARE and SCENARIO-UNKNOWN."""
    numbers = list(
        dict.fromkeys(part.strip() for one in ids or [] for part in one.split(",") if part.strip())
    )
    if not 1 <= len(numbers) <= MOST_COMPARED or not all(
        one.isdecimal() and len(one) < 10 for one in numbers
    ):
        raise CorridorError(
            "SCENARIO-COMPARE",
            f"One to {MOST_COMPARED} saved scenarios stand side by side.",
            why="What was asked for is none of them, more, or not their numbers.",
            todo="Tick up to four in the list of scenarios.",
            field="ids",
        )
    found = [store.find_scenario(visit.bench.state, visit.who, int(one)) for one in numbers]
    if len({one.program for one in found}) > 1:
        raise CorridorError(
            "SCENARIO-COMPARE",
            "These scenarios are of different programs.",
            why="Their figures are not the same figures.",
            todo="Choose scenarios of one program.",
            field="ids",
        )
    viewer = visit.run_viewer()
    return [
        Column(one.scenario_id, one.name, evaluated(visit.bench, viewer, one.program, one.given))
        for one in found
    ]
