"""The scenario studio: the list, one scenario with its sliders and live results, and saving it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from corridor.errors import CorridorError
from corridor.explain.page import derivation_tree
from corridor.reports.words import short_dollars
from corridor.scenarios.inputs import changed_values, read_values
from corridor.web import scenario_store as store
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.explain import RULE
from corridor.web.render import page
from corridor.web.scenario_store import LONGEST_NAME, Saved
from corridor.web.studio import drawn
from corridor.web.studio.registry import STUDIOS, Evaluated, evaluated, ready, studio
from corridor.web.studio.words import value_words
from corridor.web.viewer import Viewer

MOST_COMPARED = 4
# What an address may hold beside the inputs of a scenario.
OTHERS = ("program", "csrf", "name", "shared", "format", "npi", "tin", "quantity")


def scenarios(visit: VisitDep) -> Response:
    """What may be tried, and what was saved."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Scenarios", loaded=False)
    programs = [studio(name) for name in STUDIOS]
    return page(
        visit,
        "scenarios.html.j2",
        "Scenarios",
        programs=[(one, viewer.has(one.needs)) for one in programs],
        titles={one.program: one.title for one in programs},
        saved=store.saved_scenarios(visit.bench.state, visit.who),
        own=visit.who.account_id,
        most=MOST_COMPARED,
    )


def new(visit: VisitDep, program: str = "asm") -> Response:
    """A scenario by its address; for a slider that moved only what changes on the page."""
    return shown(visit, program, given_of(visit))


def saved(visit: VisitDep, scenario_id: int) -> Response:
    """A saved scenario, in the scope of whoever opens it."""
    found = store.find_scenario(visit.bench.state, visit.who, scenario_id)
    return shown(visit, found.program, found.given, found)


def save(visit: VisitDep) -> Response:
    """Keep the values of a scenario under a name."""
    program = visit.text("program")
    given = {
        name: value
        for name, value in visit.form.items()
        if name not in OTHERS and isinstance(value, str)
    }  # fmt: skip
    viewer = visit.run_viewer()
    made = ready(viewer, program)
    inputs = made.inputs(visit.bench, viewer, given)
    values = read_values(inputs, given)
    # what decides the defaults is kept even where it is a default now: another run may have another
    moved = changed_values(inputs, values)
    kept = {
        one.name: drawn.text_of(values[one.name])
        for one in inputs
        if one.name in moved or (one.subject and given.get(one.name))
    }
    number = store.save_scenario(
        visit.bench.state, visit.who, visit.text("name"), program, kept, bool(visit.text("shared"))
    )
    visit.note("scenario_saved", f"{number} {program}")
    return RedirectResponse(f"/scenarios/{number}", 303)


def share(visit: VisitDep, scenario_id: int) -> Response:
    """Share a scenario with everybody who has an account, or keep it to oneself again."""
    store.share_scenario(visit.bench.state, visit.who, scenario_id, bool(visit.text("shared")))
    visit.note("scenario_shared" if visit.text("shared") else "scenario_private", str(scenario_id))
    return RedirectResponse(f"/scenarios/{scenario_id}", 303)


def delete(visit: VisitDep, scenario_id: int) -> Response:
    """A scenario of one's own is gone."""
    store.delete_scenario(visit.bench.state, visit.who, scenario_id)
    visit.note("scenario_deleted", str(scenario_id))
    return RedirectResponse("/scenarios", 303)


def explain(
    visit: VisitDep,
    npi: Annotated[str, Query(max_length=40)] = "",
    tin: Annotated[str, Query(max_length=40)] = "",
    program: str = "asm",
    quantity: Annotated[str, Query(max_length=80)] = "dollars",
) -> Response:
    """The derivation of a figure of a clinician under a scenario; what was changed says so."""
    viewer = visit.run_viewer()
    made = ready(viewer, program)
    if not hasattr(made, "explain"):
        raise CorridorError(
            "WEB-NOT-FOUND",
            "Figures of this program have no derivation.",
            todo="Read how they are made: docs/scenarios.md.",
        )
    given = given_of(visit)
    inputs = made.inputs(visit.bench, viewer, given)
    values = read_values(inputs, given)
    node = made.explain(visit.bench, viewer, values, npi, tin, quantity)
    visit.note("scenario_explained", npi)
    changed = changed_values(inputs, values)
    worth = short_dollars(node.value, signed=True) if node.unit == "dollars" else plain_number(node.value)
    return page(
        visit,
        "scenario_explain.html.j2",
        "How this figure comes about",
        npi=npi,
        tin=tin,
        worth=worth,
        quantity=quantity.replace("_", " "),
        back=drawn.address(program, changed),
        changes=[
            (drawn.named(one), value_words(one, values[one.name])) for one in inputs if one.name in changed
        ],
        tree=Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(node))),
    )


def plain_number(value: object) -> str:
    """A figure of a derivation in a heading."""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def given_of(visit: Visit) -> dict[str, str]:
    """The values of an address."""
    return {name: value[:80] for name, value in visit.request.query_params.items() if name not in OTHERS}


def shown(visit: Visit, program: str, given: Mapping[str, str], kept: Saved | None = None) -> Response:
    """The page of a scenario, or for a script its moving parts."""
    viewer = visit.viewer()
    made = studio(program)
    if viewer is None or not viewer.has(made.needs):
        return page(visit, "empty.html.j2", made.title, loaded=viewer is not None)
    found = evaluated(visit.bench, viewer, program, given)
    part = visit.request.headers.get("hx-request") == "true"
    if not part:
        visit.note("scenario", f"{program} {kept.scenario_id if kept else ''}".strip())
    link = drawn.address(program, found.changed)
    response = page(
        visit,
        "scenario_parts.html.j2" if part else "scenario.html.j2",
        kept.name if kept else "Scenario",
        **parts(visit, viewer, found, kept),
        link=link,
        live=part,
    )
    if part:
        response.headers["HX-Push-Url"] = link
    return response


def parts(visit: Visit, viewer: Viewer, found: Evaluated, kept: Saved | None) -> dict[str, Any]:
    """What the templates of a scenario show."""
    outcome = found.outcome
    query = drawn.address(found.studio.program, found.changed, "")
    subject = [drawn.field(one, found.values[one.name]) for one in found.inputs if one.subject]
    return {
        "found": found,
        "program": found.studio.program,
        "outcome": outcome,
        "figures": drawn.figures(outcome),
        "picture": drawn.picture(outcome, kept.name if kept else "This scenario"),
        "tables": drawn.tables(found),
        "changes": drawn.changes(found),
        "subject": subject,
        "groups": drawn.fields(found),
        "one_by_one": drawn.table_fields(found),
        "changed": {name: drawn.text_of(value) for name, value in found.changed.items()},
        "fixed": {one.name: drawn.text_of(found.values[one.name]) for one in found.inputs if one.subject},
        "kept": kept,
        "mine": kept is not None and kept.account_id == visit.who.account_id,
        "file": f"/scenarios/file{query}",
        "longest": LONGEST_NAME,
    }
