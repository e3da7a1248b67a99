"""The answer of a form: sentence, table, what was assumed; downloaded, saved, deleted; the Excel form."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.jobs.template_book import write_template
from corridor.programs.writing import write_results
from corridor.web.forms.known import known_form
from corridor.web.forms.saved import delete, find_answer, save
from corridor.web.forms.words import cell, heading
from corridor.web.guard import Visit, VisitDep
from corridor.web.kept import Kept
from corridor.web.pages.forms import door_of
from corridor.web.render import page

PAGE = 50
MOST_COLUMNS = 14
DERIVED = ("mssp", "mssp_benchmark", "reach", "lead", "team", "iota", "ahead")  # by formulas, row by row
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def shown(visit: VisitDep, name: str, key: str, sheet: str = "", start: int = 0) -> Response:
    """The page of an answer, fifty rows at a time."""
    kept, saved = _answer(visit, key)
    found, form = kept.answer, known_form(kept.form, visit.bench.context().force)
    names = list(found["sheets"])
    chosen = sheet if sheet in names else (names[0] if names else "")
    rows = found["sheets"].get(chosen, [])
    first = max(0, min(start, len(rows) - 1)) // PAGE * PAGE if rows else 0
    columns = _columns(rows, found["shown"] if names and chosen == names[0] else ())
    signed = found.get("signed", ())
    return page(
        visit, "form_answer.html.j2", form.title, form=form, key=key, saved=saved, found=found, sheets=names,
        sheet=chosen, columns=[(heading(one), _number(rows, one)) for one in columns],
        rows=[[cell(one, row.get(one), signed) for one in columns] for row in rows[first : first + PAGE]],
        count=len(rows), first=first, page_rows=PAGE, hidden=len(_names(rows)) - len(columns),
        again=bool(kept.given),
        opens=bool(kept.given) and kept.form in DERIVED and bool(names) and chosen == names[0],
    )  # fmt: skip


def download(visit: VisitDep, name: str, key: str, kind: str = "csv") -> Response:
    """Everything of an answer as a file. CSV and JSON hold the result, Excel its other tables too."""
    kept, _ = _answer(visit, key)
    chosen = kind if kind in TYPES else "csv"
    found = kept.answer
    sheets: dict[str, Any] = dict(found["sheets"]) or {"Results": []}
    sheets["Assumptions"] = found["assumptions"]
    sheets["Warnings"] = [{"warning": words} for words in [*found["warnings"], *found["notes"]]]
    return _file(kept.form, chosen, lambda path: write_results(path, sheets))


def keep(visit: VisitDep, name: str, key: str) -> Response:
    """Save an answer under a title."""
    kept, _ = _answer(visit, key)
    save(visit.bench.state, kept, visit.text("title"))
    return RedirectResponse(f"/forms/{kept.form}/answers/{key}", 303)


def forget(visit: VisitDep, name: str, key: str) -> Response:
    """Delete a saved answer."""
    delete(visit.bench.state, key, visit.who.account_id)
    return RedirectResponse("/forms", 303)


def book(visit: VisitDep, name: str) -> Response:
    """The form as an Excel file: units, checks, notes and a worked row. Raises TEMPLATE-UNKNOWN."""
    force = visit.bench.context().force
    form = known_form(name, force)
    return _file(form.name, "xlsx", lambda path: write_template(path, form, force))


def _answer(visit: Visit, key: str) -> tuple[Kept, bool]:
    """An answer, as long as the account may use its form. Raises FORM-NO-ANSWER and WEB-FORBIDDEN."""
    found = find_answer(visit.bench.state, visit.bench.answers, key, visit.who.account_id)
    door_of(visit, found[0].form)
    return found


def _file(name: str, kind: str, write: Any) -> Response:
    with tempfile.TemporaryDirectory(prefix="corridor-form-") as scratch:
        path = Path(scratch) / f"{name}.{kind}"
        write(path)
        body = path.read_bytes()
    return Response(
        body, media_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="corridor-{name}.{kind}"'},
    )  # fmt: skip


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows[:PAGE] for name in row))


def _columns(rows: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> list[str]:
    """The columns worth a reader's while: those wanted, else the first; none that is empty throughout."""
    filled = [
        name for name in _names(rows)
        if any(_worth(row.get(name)) for row in rows)
    ]  # fmt: skip
    chosen = [name for name in wanted if name in filled]
    return chosen or filled[:MOST_COLUMNS]


def _worth(value: Any) -> bool:
    return value not in (None, "", []) and not isinstance(value, dict)


def _number(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    found = [row[name] for row in rows if row.get(name) is not None]
    return bool(found) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
