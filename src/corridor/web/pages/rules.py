"""The law as data: every parameter with value, status, source, history, and what rests on it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import Response

from corridor.engine.catalogue import load_catalogue
from corridor.law import Rules, before, programs_with_rules
from corridor.law.force import RuleValue
from corridor.law.listing import cell_text, short_text, with_unit
from corridor.web.guard import VisitDep
from corridor.web.render import page

STATUSES = ("codified", "official", "secondary", "proposed", "assumed")
MOST_ROWS = 400


def rules(visit: VisitDep, program: str = "", status: str = "", q: str = "") -> Response:
    """The rules of a program, or those that hold certain words; only what is asked for is read."""
    known = programs_with_rules()
    chosen = program if program in known else ("" if q or status in STATUSES else _first(known))
    law = visit.bench.law((chosen,) if chosen else tuple(known))
    words = q.strip().lower()
    rows = []
    for name in law.names():
        value = _latest(law, name)
        if value is None or (status in STATUSES and value.status != status):
            continue
        if words and words not in name.lower() and words not in value.about.lower():
            continue
        rows.append({"it": value, "shown": with_unit(value)})
    return page(
        visit,
        "rules.html.j2",
        "Rules",
        rows=rows[:MOST_ROWS],
        found=len(rows),
        programs=known,
        program=chosen,
        statuses=STATUSES,
        status=status,
        q=q,
    )


def rule(visit: VisitDep, name: str) -> Response:
    """One rule in full. Raises LAW-UNKNOWN-PROGRAM and LAW-UNKNOWN-RULE."""
    program = name.partition(".")[0]
    law = visit.bench.law((program,))
    body = law.rule(name).body
    force = law.in_force(date.max.year)
    history = [
        {
            "it": value,
            "shown": short_text(value),
            "through": "" if value.valid_to is None else str(before(value.valid_to)),
            "rows": []
            if value.kind == "scalar"
            else [[cell_text(c) for c in row.values()] for row in value.value],
        }
        for value in force.history(name)
    ]
    return page(
        visit, "rule.html.j2", name, name=name, program=program, body=body, history=history,
        tables=_tables_on(name),
    )  # fmt: skip


def _first(known: list[str]) -> str:
    return "asm" if "asm" in known else known[0]


def _latest(law: Rules, name: str) -> RuleValue | None:
    """The value in force this year, else the newest there is."""
    history = law.in_force(date.max.year).history(name)
    year = date.today().year
    begun = [value for value in history if _year(value.valid_from) <= year]
    found = begun or history
    return found[-1] if found else None


def _year(moment: Any) -> int:
    return moment.year if isinstance(moment, date) else int(moment)


@lru_cache(maxsize=1)
def _by_rule() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in load_catalogue().steps.values():
        for used in step.rules:
            found.setdefault(used, []).append(step.step)
    return found


def _tables_on(name: str) -> list[str]:
    """The tables whose step reads this rule."""
    return sorted(_by_rule().get(name, []))
