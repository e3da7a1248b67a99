"""How figures come about: every step with its SQL, every formula in words and as computed, and how they
hang together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.engine.catalogue import load_catalogue
from corridor.engine.step import SqlStep, Step
from corridor.errors import CorridorError
from corridor.formulas import Formula, Model
from corridor.reports.words import counted, whole
from corridor.web.files import csv_file
from corridor.web.ground.depends import Named, downstream, every_formula, readers_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.panel import panel_tables
from corridor.web.render import page

NAME = "Methods"
PAGE = 100
Words = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True)
class Listed:
    """One line of the list: a step or a formula."""

    name: str
    link: str
    kind: str
    room: str
    about: str
    cites: str


def methods(
    visit: VisitDep,
    q: Words = "",
    room: Words = "",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
    format: str = "",
) -> Response:
    """Every step and formula, by room; those that hold certain words."""
    every = _everything()
    words = q.strip().lower()
    rows = [
        one
        for one in every
        if (not room or one.room == room)
        and (not words or words in f"{one.name} {one.about} {one.cites}".lower())
    ]
    if format == "csv":
        return csv_file("methods", [vars(one) for one in rows])
    steps = sum(one.kind != "formula" for one in every)
    return page(
        visit,
        "methods.html.j2",
        NAME,
        rows=rows[start : start + PAGE],
        found=len(rows),
        first=start + 1,
        earlier=_address(q, room, max(start - PAGE, 0)) if start else "",
        later=_address(q, room, start + PAGE) if start + PAGE < len(rows) else "",
        rooms=sorted({one.room for one in every}),
        room=room,
        q=q.strip(),
        sentence=f"{counted(steps, 'step')} and {counted(len(every) - steps, 'formula', 'formulas')} make "
        f"every figure",
    )


def step(visit: VisitDep, name: str) -> Response:
    """One step in full: its header and its SQL. Raises WEB-NOT-FOUND."""
    found = load_catalogue().steps.get(name)
    if found is None:
        panel = panel_tables().get(name)
        if panel is None:
            raise _unknown("step")
        return _panel_step(visit, name, panel.makes, panel.reads, panel.sql)
    rows = _rows_made(visit, name)
    return page(
        visit,
        "method_step.html.j2",
        name,
        name=name,
        makes=found.makes,
        facts=_facts(found, rows),
        reads=[(one, _link(one)) for one in found.reads],
        rules=found.rules,
        readers=[(one, _link(one)) for one in readers_of(name)],
        further=len(downstream((name,))),
        sql=found.sql if isinstance(found, SqlStep) else "",
        seen=_seen(visit, name),
    )


def formula(visit: VisitDep, program: str, name: str) -> Response:
    """One formula in full. Raises WEB-NOT-FOUND."""
    found = next((one for one in every_formula() if one.page == program and one.it.name == name), None)
    if found is None:
        raise _unknown("formula")
    users = [one for one in every_formula() if one.page == program and name in one.it.parameters]
    return page(
        visit,
        "method_formula.html.j2",
        name,
        name=name,
        it=found.it,
        where=f"{found.title}: {found.heading.lower()}",
        text=found.it.text,
        names=[_meaning(one, found.model, found) for one in found.it.parameters],
        users=users,
    )


def _address(q: str, room: str, start: int) -> str:
    given = {"q": q.strip(), "room": room, "start": str(start) if start else ""}
    return "/methods?" + urlencode({key: value for key, value in given.items() if value})


@lru_cache(maxsize=1)
def _everything() -> list[Listed]:
    steps = [
        Listed(
            one.step,
            f"/methods/steps/{one.step}",
            "SQL" if isinstance(one, SqlStep) else "Python",
            one.step.partition(".")[0],
            one.makes,
            one.cites,
        )
        for one in load_catalogue().steps.values()
    ]
    formulas = [
        Listed(one.it.name, one.link, "formula", one.page, one.it.about, one.it.cite)
        for one in every_formula()
    ]
    return sorted(steps + formulas, key=lambda one: (one.room, one.kind == "formula", one.name))


def _facts(one: Step, rows: int | None) -> list[tuple[str, str]]:
    facts = [("Key", ", ".join(one.key)), ("Follows", one.cites)]
    if one.evidence is not None:
        facts.append(("A row opens in", f"{one.evidence.table} by {', '.join(one.evidence.columns)}"))
    if one.owner:
        facts.append(("Belongs to", ", ".join(one.owner)))
    if one.partition:
        facts.append(("Made in parts by", one.partition))
    if rows is not None:
        facts.append(("Rows in the last run", whole(rows)))
    return facts


def _rows_made(visit: Visit, name: str) -> int | None:
    """How many rows the last run has of it, for accounts that see every row."""
    viewer = visit.viewer()
    if viewer is None or not viewer.scope.every_row:
        return None
    return next((int(one["rows"]) for one in viewer.manifest["steps"] if one["step"] == name), None)


def _seen(visit: Visit, name: str) -> bool:
    """Whether the account may read the table itself."""
    from corridor.web.roles import RESULTS

    viewer = visit.viewer()
    return viewer is not None and visit.who.any_of(RESULTS) and viewer.has(name)


def _panel_step(visit: Visit, name: str, makes: str, reads: tuple[str, ...], sql: str) -> Response:
    return page(
        visit,
        "method_step.html.j2",
        name,
        name=name,
        makes=makes,
        facts=[("Made", "by the application, once a run, from tables of the run")],
        reads=[(one, _link(one)) for one in reads],
        rules=(),
        readers=[],
        further=0,
        sql=sql,
        seen=_seen(visit, name),
    )


def _link(table: str) -> str:
    return f"/methods/steps/{table}" if table in load_catalogue().steps else ""


def _meaning(name: str, model: Model, at: Named) -> dict[str, Any]:
    """One name of a formula: another formula, a rule, or what is given."""
    inner: Formula | None = model.formulas.get(name)
    if inner is not None:
        return {"name": name, "link": f"/methods/formulas/{at.page}/{name}", "words": inner.about}
    if name in model.rules:
        rule = model.rules[name].rule
        return {"name": name, "link": f"/rules/{rule}", "words": f"rule {rule}"}
    unit = f" ({model.units[name].replace('_', ' ')})" if name in model.units else ""
    return {"name": name, "link": "", "words": model.abouts.get(name, "given").rstrip(".") + unit}


def _unknown(kind: str) -> CorridorError:
    return CorridorError(
        "WEB-NOT-FOUND", f"There is no such {kind}.", todo="Look for it among the methods.", field="name"
    )
