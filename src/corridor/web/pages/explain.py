"""A figure opened: its derivation tree with rules and citations, and the claim lines of an episode."""

from __future__ import annotations

import re

from fastapi import Response
from markupsafe import Markup

from corridor.errors import CorridorError
from corridor.explain.asm_claims import EpisodeClaims, episode_claims
from corridor.explain.page import assumptions_table, derivation_tree
from corridor.law import load_rules
from corridor.reports.words import cohort_name, short_dollars
from corridor.web.explaining import QUANTITIES, Derivation, derive
from corridor.web.guard import VisitDep
from corridor.web.pages.clinician import unknown_clinician
from corridor.web.render import page
from corridor.web.roles import PATIENTS

# A rule as the tree names it in its origin line; what came from data is escaped and holds no such name.
RULE = re.compile(r'(?<=<span class="from">)rule ([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)')


def derivation(visit: VisitDep, npi: str, tin: str = "", quantity: str = "dollars") -> Response:
    """The derivation of a figure; the address can be sent to a colleague."""
    found = derive(visit, npi, tin, quantity)
    return page(
        visit,
        "explain.html.j2",
        "How this figure comes about",
        npi=npi,
        tin=tin,
        quantity=quantity,
        quantities=[(name, name.replace("_", " "), name == quantity) for name in QUANTITIES],
        derivations=[
            {
                "it": one,
                "heading": heading(one),
                "tree": Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(one.node))),
                "assumptions": Markup(assumptions_table(one.assumptions)),
            }
            for one in found
        ],
        opens=visit.who.any_of(PATIENTS),
    )


def episode(visit: VisitDep, npi: str, number: int) -> Response:
    """The claim lines of one episode of a clinician; who looked at whom is written down first."""
    viewer = visit.run_viewer()
    if not viewer.sees(npi):
        raise unknown_clinician()
    if not viewer.has("episodes.chronic_cost"):
        raise CorridorError(
            "WEB-NO-RUN",
            "The last complete run made no episodes.",
            why="It was limited with --only, or is older than this table.",
            todo="Run again: corridor run.",
        )
    year = int(viewer.manifest["setting"]["performance_year"])
    days = int(load_rules(["asm"]).in_force(year).number("asm.annualisation_days"))
    opened = episode_claims(viewer, npi, number, days)
    visit.note("episode", f"npi {npi}, episode {number}, person {_person(viewer, opened)}")
    return page(
        visit, "episode.html.j2", f"Episode {number} of {opened.of}", npi=npi, it=opened,
        cohort=cohort_name(opened.episode["cohort"]),
    )  # fmt: skip


def _person(viewer: object, opened: EpisodeClaims) -> str:
    from corridor.web.viewer import Viewer

    assert isinstance(viewer, Viewer)
    rows = viewer.query(
        "select person_id from episodes.chronic_episode where episode_id = ?", [opened.episode["episode_id"]]
    )
    return str(rows[0]["person_id"]) if rows else "unknown"


def heading(one: Derivation) -> str:
    """The finding: whose payments move, by how much, when."""
    verb = "gains" if one.factor > 0 else "loses" if one.factor < 0 else "neither gains nor loses:"
    worth = "" if one.dollars is None else f", {short_dollars(abs(one.dollars))}"
    return f"{one.name} {verb} {abs(one.factor):.2%} of Part B payments in {one.payment_year}{worth}"
