"""The Ambulatory Specialty Model: standing, trend, dollars, levers, who is in, episode cost, assumptions.

A group of up to MOST_DRAWN clinicians is drawn one by one, as in the report; a larger one by practice and
by cohort, from sums, and its clinicians are in the paged lists.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from corridor.reports.data import ReportData
from corridor.reports.readers import (
    assumptions_of,
    clinicians_of,
    dollars_of,
    force_of,
    law_of,
    measures_of,
    national_of,
    years_of,
)
from corridor.reports.tables import rows_of
from corridor.reports.views.dollars import dollars_section, levers_section
from corridor.reports.views.index import Index
from corridor.reports.views.method import assumptions_section
from corridor.reports.views.opening import Opening, opening
from corridor.reports.views.page import Section
from corridor.reports.views.scores import cost_section, scores_section
from corridor.reports.words import real
from corridor.web.guard import Visit
from corridor.web.programs import asm_many, asm_trend, asm_who, stands
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "Ambulatory Specialty Model"
MOST_DRAWN = 300


def few(visit: Visit, viewer: Viewer) -> bool:
    """Whether so few clinicians have a result that each can be drawn."""
    return visit.bench.made(
        viewer,
        "asm few",
        lambda: int(viewer.query("select count(*) as n from asm.result")[0]["n"]) <= MOST_DRAWN,
    )


def asm_opening(visit: Visit, viewer: Viewer) -> Opening:
    """The sentence, figures and years of the program, made once."""

    def made() -> Opening:
        return opening(_index(visit, viewer) if few(visit, viewer) else Index(_light(viewer)))

    return visit.bench.made(viewer, "asm opening", made)


def _index(visit: Visit, viewer: Viewer) -> Index:
    return visit.bench.made(viewer, "asm index", lambda: Index(visit.bench.report(viewer)))


def _light(viewer: Viewer) -> ReportData:
    """What the opening needs of a large group: no single episode, no spending by category."""
    year = int(viewer.manifest.get("setting", {}).get("performance_year") or 0)
    years = years_of(viewer)
    clinicians = clinicians_of(
        viewer, years, real(viewer.manifest.get("settings", {}).get("indicative_below_coverage"))
    )
    force = force_of(viewer.manifest, year)
    dollars = dollars_of(rows_of(viewer, "asm.dollars_by_year", ("tin", "npi", "payment_year")), clinicians)
    return ReportData(
        performance_year=year,
        clinicians=clinicians,
        payment_years=tuple(sorted({int(row["payment_year"]) for row in dollars})),
        measures=measures_of(viewer, clinicians),
        dollars=dollars,
        national=national_of(viewer, clinicians, force),
        years_used=years,
        law=law_of(clinicians, force),
    )


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Where the scores lie among peers, with the dollars by year before it."""
    told = asm_opening(visit, viewer)
    if few(visit, viewer):
        return Panel(
            told.sentence, told.second, opening=told,
            section=_section(visit, viewer, "standing", scores_section),
        )  # fmt: skip
    return Panel(
        told.sentence, told.second, opening=told,
        section=visit.bench.made(viewer, "asm standing many", lambda: asm_many.standing(viewer)),
        links=(("/programs/asm?view=who", "Every clinician"), ("/practices?sort=asm_dollars", "By practice")),
    )  # fmt: skip


def dollars(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Who loses and gains how much."""
    if few(visit, viewer):
        return _drawn(visit, viewer, "dollars", dollars_section)
    return asm_many.dollars(visit, viewer)


def levers(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What one step in each measure is worth."""
    if few(visit, viewer):
        return _drawn(visit, viewer, "levers", levers_section)
    return asm_many.levers(visit, viewer)


def cost(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Whose episodes really cost more or less."""
    if few(visit, viewer):
        return _drawn(visit, viewer, "cost", cost_section)
    return asm_many.cost(visit, viewer)


def assumptions(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What under the results is not settled law."""

    def made() -> Section:
        year = int(viewer.manifest.get("setting", {}).get("performance_year") or 0)
        found = assumptions_of(viewer, force_of(viewer.manifest, year))
        return assumptions_section(Index(ReportData(performance_year=year, clinicians=[], assumptions=found)))

    section = visit.bench.made(viewer, "asm assumptions", made)
    return Panel(section.lead or section.title, section=_unled(section))


def _drawn(visit: Visit, viewer: Viewer, key: str, draw: Callable[[Index], Section]) -> Panel:
    section = _section(visit, viewer, key, draw)
    return Panel(section.lead or section.empty or section.title, section=_unled(section))


def _section(visit: Visit, viewer: Viewer, key: str, draw: Callable[[Index], Section]) -> Section:
    return visit.bench.made(viewer, f"asm section {key}", lambda: draw(_index(visit, viewer)))


def _unled(section: Section) -> Section:
    """The section without the words that already head the page."""
    return Section(
        section.id, section.title, "", section.pictures, section.tables, section.notes,
        "" if section.lead else section.empty,
    )  # fmt: skip


def card(visit: Visit, viewer: Viewer) -> Card:
    """Expected dollars of the first payment year, and what is at risk."""
    if not viewer.has("asm.result"):
        return Card("No result in what you may see.")

    year = viewer.manifest["setting"].get("payment_year", "")

    def made() -> Card:
        (row,) = viewer.query(
            "select count(distinct npi) as npis, sum(dollars) as dollars, "
            "sum(risk_level * part_b_paid) as at_risk, bool_or(dollars is not null) as known from asm.result"
        )
        if not row["npis"]:
            return Card("No clinician of yours is in the model.")
        words = f"{row['npis']:,} clinicians with a result, paid in {year}"
        return Card(
            words, real(row["dollars"]), f"expected in {year}", real(row["at_risk"]) or 0.0,
            "assumed", "The score that breaks even rests on a midpoint that is not published.", True,
        )  # fmt: skip

    return visit.bench.made(viewer, "asm card", made)


PROGRAM = Program(
    "asm",
    NAME,
    "Who is in, what they score, and what moves their Part B payments",
    ("asm.result",),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Trend", asm_trend.trend),
        View("dollars", "Dollars", dollars),
        View("levers", "Levers", levers),
        View("who", "Who is in", asm_who.who),
        View("cost", "Episode cost", cost),
        View("assumptions", "Assumptions", assumptions),
    ),
    missing="Load claims and a roster, then `corridor run`.",
    of=stands.asm,
)
