"""The rows a figure was made of, level by level down to the claim lines."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.reports.words import counted
from corridor.web.evidence import PAGE, Evidence, open_evidence
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page

OWN = ("open", "start", "run")
PLACES = re.compile(r"^[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8}){0,11}$")
NOTED = 20
# What tells a row at a glance, in the line of the levels passed.
TELLING = (
    "tin", "npi", "entity_id", "measure", "performance_year", "payment_year", "month", "cohort", "hcpcs_code",
    "service_date", "episode_start", "audit", "kind",
)  # fmt: skip


def evidence(
    visit: VisitDep,
    table: str,
    open: Annotated[str, Query(max_length=120)] = "",
    start: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
    run: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """One level; ``open`` holds the places of the rows that were opened, ``run`` the run they are of."""
    viewer = visit.run_viewer()
    found = asked_rows(visit, table, open, start)
    keys = _keys(visit)
    opened = _places(open)
    columns = [name for name in found.columns if any(row[name] is not None for row in found.rows)]
    return page(
        visit,
        "evidence.html.j2",
        f"Rows of {found.here.table}",
        it=found,
        heading=_heading(found),
        passed=[_passed(table, keys, opened, place, found, viewer.run_id) for place in range(len(opened))],
        rows=[
            {
                "link": _address(table, keys, [*opened, start + place], viewer.run_id)
                if found.below and not found.closed
                else "",
                "cells": [shown(row[column]) for column in columns],
            }
            for place, row in enumerate(found.rows, start=1)
        ],
        columns=columns,
        numbers=[_number(found, column) for column in columns],
        earlier=_address(table, keys, opened, viewer.run_id, max(start - PAGE, 0)) if start else "",
        later=_address(table, keys, opened, viewer.run_id, start + PAGE)
        if start + len(found.rows) < found.here.total
        else "",
        stale=bool(run) and run != viewer.run_id,
        keys=keys,
    )


def asked_rows(visit: Visit, table: str, open: str, start: int) -> Evidence:
    """The level that is asked for, by the address; who was seen is written down. Raises as open_evidence."""
    if open and not PLACES.match(open):
        raise CorridorError(
            "WEB-EVIDENCE",
            "This address cannot name rows.",
            todo="Places are numbers with points between.",
            field="open",
        )
    found = open_evidence(visit.run_viewer(), table, _keys(visit), _places(open), start)
    _note(visit, found)
    return found


def _keys(visit: Visit) -> dict[str, str]:
    return {key: value for key, value in visit.request.query_params.items() if key not in OWN}


def _places(given: str) -> list[int]:
    return [int(part) for part in given.split(".")] if given else []


def _heading(found: Evidence) -> str:
    count = counted(found.here.total, "row")
    if not found.below and found.levels[1:]:
        return f"{count} of {found.here.table}: the last level"
    return f"{count} of {found.here.table}"


def _note(visit: Visit, found: Evidence) -> None:
    """Who was seen, by the number of the warehouse."""
    people = sorted({int(row["person_id"]) for row in found.rows if row.get("person_id") is not None})
    if people:
        more = f" and {len(people) - NOTED} more" if len(people) > NOTED else ""
        named = ", ".join(map(str, people[:NOTED]))
        visit.note("patient_rows", f"{found.here.table}: person {named}{more}")
    elif visit.run_viewer().of_patients(found.here.table):
        visit.note("patient_rows", f"{found.here.table}, {len(found.rows)} rows")


def _passed(
    table: str, keys: dict[str, str], opened: list[int], place: int, found: Evidence, run: str
) -> dict[str, Any]:
    """A level that was passed: its table and count, the row that was opened, and the way back to it."""
    level = found.levels[place]
    told = [
        f"{column.replace('_', ' ')} {shown(level.row[column])}"
        for column in TELLING
        if level.row.get(column)
    ]
    return {
        "table": level.table,
        "makes": level.makes,
        "count": counted(level.total, "row"),
        "place": f"row {level.opened:,}",
        "told": ", ".join(told[:5]),
        "link": _address(table, keys, opened[:place], run),
        "row": [
            (column.replace("_", " "), shown(value))
            for column, value in level.row.items()
            if value is not None
        ],
    }


def _address(table: str, keys: dict[str, str], opened: list[int], run: str, start: int = 0) -> str:
    asked = {**keys, "open": ".".join(map(str, opened)), "start": str(start) if start else "", "run": run}
    return f"/evidence/{table}?" + urlencode({key: value for key, value in asked.items() if value})


def shown(value: Any) -> str:
    """A value as a cell: money exact, other numbers to four places, absent a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _number(found: Evidence, column: str) -> bool:
    values = [row[column] for row in found.rows if row[column] is not None]
    return bool(values) and all(
        isinstance(one, int | float | Decimal) and not isinstance(one, bool) for one in values
    )
