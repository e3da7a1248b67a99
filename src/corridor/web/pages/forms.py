"""Calculators and audits in the browser: listed, filled in or uploaded, answered; kept for an hour."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from corridor.errors import CorridorError
from corridor.jobs.template import Template
from corridor.programs.writing import plain
from corridor.web import work
from corridor.web.forms.door import Answer, Asked, Door
from corridor.web.forms.doors import DOORS, GROUPS, LOADED, LOADS
from corridor.web.forms.given import (
    MOST_ROWS,
    SUFFIXES,
    Given,
    check_row,
    columns_shown,
    read_cells,
    read_pasted,
    write_csv,
)
from corridor.web.forms.known import known_form, known_forms
from corridor.web.forms.saved import saved_of
from corridor.web.forms.words import heading
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page
from corridor.web.roles import LOADERS, PATIENTS
from corridor.web.whole_number import whole_number

FIRST_ROWS, MORE_ROWS = 4, 10
MOST_ANSWERED = 50_000
_desk = threading.Semaphore(2)  # two at a time: a large file must not take the whole machine


def forms(visit: VisitDep) -> Response:
    """The forms there are, under their headings, and what this account saved."""
    known = known_forms(visit.bench.context().force)
    listed = [
        (
            group,
            [
                _said(known[door.name], door)
                for door in DOORS.values()
                if door.group == group and may(visit, door)
            ],
        )
        for group in GROUPS
    ]
    elsewhere = [one for name, one in known.items() if name not in DOORS and name != "risk_diagnoses"]
    return page(
        visit, "forms.html.j2", "Calculators and forms", groups=[one for one in listed if one[1]],
        heading=heading, elsewhere=elsewhere,
        count=sum(len(found) for group, found in listed if group != LOADED),
        saved=saved_of(visit.bench.state, visit.who.account_id),
    )  # fmt: skip


def may(visit: Visit, door: Door) -> bool:
    """Whether an account may use a form: one that loads is for loaders, one over the run for who sees it."""
    if door.group == LOADED:
        return visit.who.any_of(LOADERS) and visit.who.scope.every_row
    return not door.run or (visit.who.any_of(PATIENTS) and visit.who.scope.every_row)


def door_of(visit: Visit, name: str) -> Door:
    """The door of a name. Raises TEMPLATE-UNKNOWN and WEB-FORBIDDEN."""
    if name not in DOORS:
        known_form(name, visit.bench.context().force)  # one that is filled in elsewhere, or TEMPLATE-UNKNOWN
        raise CorridorError(
            "FORM-ELSEWHERE",
            "This form is not answered in the browser.",
            why="It belongs to another form, or to a case on the server.",
            todo="Take its Excel file from the list of forms.",
        )
    if not may(visit, DOORS[name]):
        raise CorridorError(
            "WEB-FORBIDDEN",
            "Your account may not use this form.",
            why="It changes or reads what others see.",
            todo="Ask an administrator, if your work needs it.",
        )
    return DOORS[name]


def form(visit: VisitDep, name: str, example: bool = False, every: bool = False, like: str = "") -> Response:
    """One form, empty, with its worked example, or as it was filled in for an answer."""
    if name == "risk_diagnoses":
        return RedirectResponse("/forms/risk_people", 303)
    door = door_of(visit, name)
    given, chosen = {}, {}
    if kept := visit.bench.answers.get(like, visit.who.account_id):
        given = {key: Given(rows, list(range(len(rows)))) for key, rows in kept.given.items()}
        chosen = kept.chosen
    elif example:
        for one in _templates(visit, door):
            rows = [{key: _cell(value) for key, value in row.items() if value != ""} for row in one.worked]
            given[one.name] = Given(rows, list(range(len(rows))))
    return _draw(visit, door, given, chosen, every=every)


def answer(visit: VisitDep, name: str) -> Response:
    """Work the form out: the answer has an address for an hour. An error draws the form again."""
    door = door_of(visit, name)
    known = {one.name: one for one in _templates(visit, door)}
    chosen = {one.name: visit.text(one.name).strip() for one in door.choices}
    given = {key: read_cells(visit.form, key) for key in known}
    every, rows = visit.text("every") == "yes", FIRST_ROWS
    if visit.text("more"):
        rows = min(MOST_ROWS, _count(visit) + MORE_ROWS)
        return _draw(visit, door, given, chosen, every=every, rows=rows)
    try:
        _check_choices(door, chosen)
        with tempfile.TemporaryDirectory(prefix="corridor-form-") as scratch:
            files = _files(visit, known, given, Path(scratch))
            if door.name in LOADS:
                return RedirectResponse(_load(visit, door, next(iter(files.values()))), 303)
            with _desk:
                found = door.answer(Asked(files, chosen, visit.bench.context()))
            uploaded = any(_uploaded(visit, key) for key in known)
    except CorridorError as error:
        return _draw(visit, door, given, chosen, error=error, every=every, rows=_count(visit))
    if sum(len(one) for one in found.sheets.values()) > MOST_ANSWERED:
        raise CorridorError(
            "FORM-LARGE",
            f"The answer has more than {MOST_ANSWERED:,} rows.",
            why="Answers are kept in the memory of the server for an hour.",
            todo="Use the command line for a file this large; the list of forms names the command.",
        )
    kept = {} if uploaded else {key: one.rows for key, one in given.items()}
    key = visit.bench.answers.put(visit.who.account_id, name, _json(found), kept, chosen)
    return RedirectResponse(f"/forms/{name}/answers/{key}", 303)


def _json(found: Answer) -> dict[str, Any]:
    made: dict[str, Any] = plain({
        "sentence": found.sentence,
        "sheets": {name: list(rows) for name, rows in found.sheets.items() if rows},
        "shown": list(found.shown),
        "assumptions": list(found.assumptions),
        "warnings": list(found.warnings),
        "notes": list(found.notes),
        "signed": list(found.signed),
    })  # fmt: skip
    return made


def _templates(visit: Visit, door: Door) -> list[Template]:
    force = visit.bench.context().force
    return [_said(known_form(one, force), door) for one in door.tables]


def _said(one: Template, door: Door) -> Template:
    """A form in the words of the browser, where its own are those of the command line."""
    return replace(one, about=door.about) if one.name == door.name and door.about else one


def _check_choices(door: Door, chosen: Mapping[str, str]) -> None:
    for one in door.choices:
        value = chosen[one.name]
        wrong = value and one.options and value not in {key for key, _ in one.options}
        if wrong or (one.name == "year" and value and (whole_number(value) is None or len(value) != 4)):
            raise CorridorError(
                "FORM-CHOICE",
                f"{one.label} cannot be what was given.",
                todo="Choose one of the list, or write a year such as 2027.",
                field=one.name,
            )


def _uploaded(visit: Visit, key: str) -> UploadFile | None:
    found = visit.form.get(f"file.{key}")
    return found if isinstance(found, UploadFile) and found.filename else None


def _files(
    visit: Visit, known: Mapping[str, Template], given: dict[str, Given], scratch: Path
) -> dict[str, Path]:
    """A file for each form: the one that was uploaded, else the rows that were pasted or filled in."""
    files = {}
    for key, one in known.items():
        sent, pasted = _uploaded(visit, key), visit.text(f"paste.{key}")
        if sent is not None:
            suffix = Path(str(sent.filename)).suffix.lower()
            if suffix not in SUFFIXES:
                raise CorridorError(
                    "FORM-KIND",
                    "A file of this kind cannot be read.",
                    todo=f"Give a file that ends in {', '.join(SUFFIXES)}.",
                    field="file",
                )
            files[key] = scratch / f"{key}{suffix}"
            sent.file.seek(0)
            files[key].write_bytes(sent.file.read())
            continue
        if pasted.strip():
            given[key] = read_pasted(pasted, one)
        files[key] = scratch / f"{key}.csv"
        write_csv(files[key], given[key], one)
        if wrong := check_row(given[key], one):
            raise wrong
    return files


def _load(visit: Visit, door: Door, file: Path) -> str:
    """A list that was filled in goes the way of every upload: kept, then loaded by the worker."""
    from corridor.web.pages.uploads import store

    uploads = store(visit)
    body = file.read_bytes()
    batch = uploads.start_batch(visit.who, LOADS[door.name])
    begun = uploads.start(batch, file.name, len(body))
    for number in range(1, begun.parts + 1):
        start = (number - 1) * begun.part_bytes
        uploads.take(begun.upload_id, number, body[start : start + begun.length(number)])
    job = work.ask(visit.bench.state, visit.who, "load", f"Load {file.name} as filled in", {"batch": batch})
    uploads.mark(batch, "sent", job)
    return f"/jobs/{job}"


def _count(visit: Visit) -> int:
    asked = whole_number(visit.text("rows"))
    return FIRST_ROWS if asked is None else min(MOST_ROWS, asked)


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _draw(
    visit: Visit, door: Door, given: Mapping[str, Given], chosen: Mapping[str, str], *,
    error: CorridorError | None = None, every: bool = False, rows: int = FIRST_ROWS,
) -> Response:  # fmt: skip
    """The form with what was filled in; an error stands beside its field, where it has one."""
    tables: list[dict[str, Any]] = []
    placed = False
    for one in _templates(visit, door):
        mine = given.get(one.name, Given())
        by_place = dict(zip(mine.places, mine.rows, strict=True))
        shown = columns_shown(one, mine.rows, every)
        wrong_row = mine.row_of_line(error.line) if error else None
        wrong = error.field if error and error.field in {field.name for field in shown} else None
        at = (wrong_row, wrong) if wrong_row is not None and wrong and not placed else None
        placed = placed or at is not None
        count = min(MOST_ROWS, max(rows, max(mine.places, default=-1) + 1))
        tables.append({
            "it": one, "columns": shown, "hidden": len(one.fields) - len(shown), "at": at,
            "rows": [by_place.get(place, {}) for place in range(count)], "count": count,
            "example": {key: _cell(value) for key, value in one.worked[0].items()},
        })  # fmt: skip
    return page(
        visit, "form.html.j2", tables[0]["it"].title, 200 if error is None else 400, door=door,
        tables=tables, chosen=chosen, every=every, error=None if error is None else error.to_dict(),
        placed=placed, heading=heading, loads=door.name in LOADS,
        filled=any(one.rows for one in given.values()),
    )  # fmt: skip
