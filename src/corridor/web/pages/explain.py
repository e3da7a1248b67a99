"""A figure opened: its derivation tree with rules and citations, and the claim lines of an episode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response
from markupsafe import Markup

from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.explain.asm_claims import EpisodeClaims, episode_claims, lines_of
from corridor.explain.page import assumptions_table, derivation_tree
from corridor.law import load_rules
from corridor.reports.charts.timeline import Service, shapes_of, timeline
from corridor.reports.views.episode import category_name
from corridor.reports.views.page import Picture
from corridor.reports.words import cohort_name, short_dollars
from corridor.web.explaining import QP_QUANTITIES, QUANTITIES, Derivation, derive, derive_qp
from corridor.web.guard import VisitDep
from corridor.web.mips_explaining import MIPS_QUANTITIES, derive_mips
from corridor.web.pages.clinician import unknown_clinician
from corridor.web.programs.stands import evidence
from corridor.web.render import page
from corridor.web.roles import PATIENTS

# A rule as the tree names it in its origin line; what came from data is escaped and holds no such name.
RULE = re.compile(r'(?<=<span class="from">)rule ([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)')

LINES = "panel.asm_episode_line"
QUANTITIES_OF = {"asm": QUANTITIES, "mips": MIPS_QUANTITIES, "qp": QP_QUANTITIES}


def derivation(
    visit: VisitDep,
    program: str,
    npi: str,
    tin: str = "",
    quantity: str = "",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> Response:
    """The derivation of a figure; the address can be sent to a colleague."""
    if program == "asm":
        asked = quantity or "dollars"
        found = derive(visit, npi, tin, asked)
    elif program == "qp":
        asked = quantity or "status"
        found = derive_qp(visit, npi, tin, asked, year)
    elif program == "mips":
        asked = quantity or "final_score"
        found = derive_mips(visit, npi, tin, asked, year)
    else:
        raise CorridorError(
            "WEB-NOT-FOUND",
            "No figure of this program is derived by formulas.",
            todo="Formulas derive asm, mips and qp; rows of tables open at /evidence.",
        )
    told = {"asm": heading, "mips": heading_mips, "qp": heading_qp}[program]
    chosen = f"year={found[0].year}&" if program != "asm" else ""
    base = f"/explain/{program}/{npi}?" + (f"tin={tin}&" if tin else "")
    return page(
        visit,
        "explain.html.j2",
        "How this figure comes about",
        npi=npi,
        quantities=[
            (f"{base}{chosen}quantity={name}", name.replace("_", " "),
             name == asked)
            for name in QUANTITIES_OF[program]
        ],
        years=[(f"{base}year={one}&quantity={asked}", one, one == found[0].year) for one in found[0].years],
        derivations=[
            {
                "it": one,
                "heading": told(one),
                "tree": Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(one.node))),
                "assumptions": Markup(assumptions_table(one.assumptions)),
                "rows": _rows_of(program, one),
            }
            for one in found
        ],
        down=f"/explain/asm/{npi}/episodes/1" if program == "asm" and visit.who.any_of(PATIENTS) else "",
    )  # fmt: skip


def _rows_of(program: str, one: Derivation) -> list[tuple[str, str]]:
    """Where the rows behind the figure open, down to the claim lines."""
    mine = {"tin": one.tin, "npi": one.npi, "performance_year": one.year}
    if program == "asm":
        return [
            ("The result and its inputs", evidence("asm.result", **mine)),
            ("Part B payments", evidence("asm.part_b_paid", **mine)),
        ]
    if program == "mips":
        return [
            ("The score and the points of its measures", evidence("mips.score", **mine)),
            ("Who must report, and why", evidence("mips.eligibility", **mine)),
        ]
    return [
        ("The status and its services", evidence("qp.status", **mine)),
        ("Statuses side by side", evidence("qp.clinician_year", tin=one.tin, npi=one.npi)),
    ]


def heading_mips(one: Derivation) -> str:
    """The finding: the score, who reported it, and what it does to payments."""
    verb = "gains" if one.factor > 0 else "loses" if one.factor < 0 else "neither gains nor loses:"
    worth = "" if one.dollars is None else f", {short_dollars(abs(one.dollars))}"
    by = "" if one.cohort == "individual" else f" by its {one.cohort.replace('_', ' ').replace('apm', 'APM')}"
    return (
        f"{one.name} scores {one.reason}{by} for MIPS {one.year} and {verb} {abs(one.factor):.2%} of Part B "
        f"payments in {one.payment_year}{worth}"
    )


def heading_qp(one: Derivation) -> str:
    """The finding: the status, why, and what it would be worth."""
    words = {
        "qp": "is a qualifying participant",
        "partial_qp": "is a partial qualifying participant",
        "none": "is no qualifying participant",
        "unknown": "has a QP status that is not known",
    }
    amount = "" if one.dollars is None else short_dollars(one.dollars)
    worth = amount and f"; being one is worth {amount} in {one.payment_year}"
    return f"{one.name} {words.get(one.cohort, one.cohort)} for {one.year}: {one.reason}{worth}"


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
    opened = episode_claims(viewer, npi, number, days, _lines if viewer.has(LINES) else lines_of)
    visit.note("episode", f"npi {npi}, episode {number}, person {_person(viewer, opened)}")
    return page(
        visit, "episode.html.j2", f"Episode {number} of {opened.of}", npi=npi, it=opened,
        cohort=cohort_name(opened.episode["cohort"]), picture=_timeline(opened),
    )  # fmt: skip


def _lines(viewer: Run, episode: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The claim lines of an episode, as ``lines_of`` finds them among all claims."""
    return viewer.query(f"select * from {LINES} where episode_id = ?", [episode["episode_id"]])


def _timeline(opened: EpisodeClaims) -> Picture | None:
    """What happened day by day, dollars as height; the claim lines below are the table behind it."""
    first = opened.episode["episode_start"]
    services = [
        Service(
            max((line["service_date"] - first).days, 0),
            category_name(line["service_category"]),
            float(line["standardized_amount"]),
        )
        for line in opened.lines
        if line["service_date"] is not None and line["standardized_amount"]
    ]
    if not services:
        return None
    top = next(iter(shapes_of(services)))
    finding = f"{top} cost most of {short_dollars(opened.line_total)}"
    shapes = "; ".join(f"{shape} {words.lower()}" for words, shape in shapes_of(services).items())
    drawn = timeline("episode", finding, services, int(opened.episode["episode_days"]), show=short_dollars)
    return Picture(finding, drawn, None, f"{shapes}. The claim lines below are the table behind it.")


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
