"""A figure of a form's answer, derived: the rows that were filled in are settled once more, and walked."""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response
from markupsafe import Markup

from corridor.errors import CorridorError
from corridor.explain import assumptions_of
from corridor.explain.page import assumptions_table, derivation_tree
from corridor.web.forms.door import Answer, Asked
from corridor.web.forms.given import Given, write_csv
from corridor.web.forms.known import known_form
from corridor.web.forms.saved import find_answer
from corridor.web.forms.words import cell, heading
from corridor.web.guard import Visit, VisitDep
from corridor.web.kept import Kept
from corridor.web.pages.explain import RULE
from corridor.web.pages.forms import door_of
from corridor.web.render import page


def explained(
    visit: VisitDep,
    name: str,
    key: str,
    row: Annotated[int, Query(ge=0, le=100_000)] = 0,
    quantity: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """How a figure of a row comes about, down to rules and cells."""
    kept, _ = find_answer(visit.bench.state, visit.bench.answers, key, visit.who.account_id)
    found = answered(visit, kept)
    rows = next(iter(found.sheets.values()), [])
    if found.trees is None or found.derived is None or row >= len(rows):
        raise not_derived()
    offered = list(found.derived(row))
    asked = quantity or offered[0]
    try:
        tree = found.trees(row, asked)
    except (KeyError, CorridorError) as error:
        near = difflib.get_close_matches(asked, offered, n=3)
        raise CorridorError(
            "WEB-QUANTITY",
            "No formula computes such a figure of this row.",
            todo=f"Try {', '.join(near or offered[:3])}.",
            field="quantity",
        ) from error
    one: Any = rows[row]
    who = str(next(iter(one.values()), ""))
    value = cell(asked, tree.value, found.signed)[0]
    base = f"/forms/{kept.form}/answers/{key}"
    form = known_form(kept.form, visit.bench.context().force)
    return page(
        visit, "explain_money.html.j2", "How this figure comes about",
        crumbs=[("Calculators and forms", "/forms"), (form.title, f"/forms/{kept.form}"), ("Answer", base)],
        heading=f"{who}: {heading(asked).lower()} {value}",
        second="Open a line to see what it was made of; each rule names its source and how sure it is.",
        picture=None, table=None,
        trees=[("", [Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(tree, 2)))])],
        notes=[], links=[
            (heading(other), f"{base}/explain?" + urlencode({"row": row, "quantity": other}))
            for other in offered if other != asked
        ],
        assumptions=Markup(assumptions_table(assumptions_of([tree]))),
    )  # fmt: skip


def answered(visit: Visit, kept: Kept) -> Answer:
    """The answer of a form once more, from the rows that are kept. Raises WEB-NOT-FOUND without any."""
    door = door_of(visit, kept.form)
    if not kept.given or any(not rows for rows in kept.given.values()):
        raise not_derived()
    force = visit.bench.context().force
    with tempfile.TemporaryDirectory(prefix="corridor-form-") as scratch:
        files = {}
        for table, rows in kept.given.items():
            files[table] = Path(scratch) / f"{table}.csv"
            write_csv(files[table], Given(rows, list(range(len(rows)))), known_form(table, force))
        return door.answer(Asked(files, kept.chosen, visit.bench.context()))


def not_derived() -> CorridorError:
    """What is not kept, or not made by formulas."""
    return CorridorError(
        "WEB-NOT-FOUND",
        "This figure cannot be derived here.",
        why="The rows of a file that was sent are not kept, and some answers are no formulas.",
        todo="Fill in or paste the rows, or derive it with `corridor explain PROGRAM ID --file FILE`.",
    )
