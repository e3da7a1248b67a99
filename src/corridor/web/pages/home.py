"""Home: what the last run says in one sentence, what needs attention, and the dates ahead."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response

from corridor.programs.calendar import (
    PROGRAMS,
    Deadline,
    Evidence,
    Need,
    calendar_file,
    deadlines,
    needs,
    undated,
)
from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Picture
from corridor.reports.words import counted, short_dollars
from corridor.web.actions import Filter, few_table
from corridor.web.attention import Item, attention
from corridor.web.guard import Visit, VisitDep
from corridor.web.programs.asm import asm_opening
from corridor.web.programs.drawing import bar_picture
from corridor.web.render import page
from corridor.web.roles import DATA, RESULTS
from corridor.web.state import now
from corridor.web.viewer import Viewer

MOST_ITEMS = 12
MOST_DATES = 6
MOST_DUE = 8
AHEAD_DAYS = 1100
LEAST_RANK, LEAST_BARS = 2, 2


def home(visit: VisitDep) -> Response:
    """The page; before the first run it says what to load and how."""
    viewer = visit.viewer()
    loads = visit.bench.warehouse.deliveries() if visit.who.any_of(DATA) else []
    if viewer is None:
        loaded = bool(visit.bench.warehouse.deliveries())
        return page(visit, "empty.html.j2", "Home", loaded=loaded)
    shown = None
    if visit.who.any_of(RESULTS) and viewer.has("asm.result"):
        shown = asm_opening(visit, viewer)
    today = now().date()
    ahead = deadlines(visit.bench.law(PROGRAMS), today) if visit.who.any_of(RESULTS) else []
    items = attention(visit, viewer, ahead, today)
    return page(
        visit,
        "home.html.j2",
        "Home",
        opening=shown,
        items=items[:MOST_ITEMS],
        more=len(items) - MOST_ITEMS,
        stake=_picture(items),
        best=few_table(visit, viewer, Filter()) if visit.who.any_of(RESULTS) else None,
        ahead=ahead[:MOST_DATES],
        today=today,
        facts=_facts(visit, viewer, len(loads)),
    )


def dates(visit: VisitDep) -> Response:
    """Every date ahead that the rules know, with source and status."""
    today, rules = now().date(), visit.bench.law(PROGRAMS)
    rows = deadlines(rules, today, AHEAD_DAYS)
    return page(
        visit,
        "deadlines.html.j2",
        "Deadlines",
        rows=rows,
        undated=undated(rules, today),
        missing=_missing(visit, rows),
        today=today,
    )


def _missing(visit: Visit, rows: Sequence[Deadline]) -> dict[str, list[Need]]:
    """What is still missing for what is due next, by the words of the date.

    Only for who sees every row: the counts are of the whole organization.
    """
    if not (visit.who.any_of(RESULTS) and visit.who.scope.every_row):
        return {}
    rules = visit.bench.law(PROGRAMS)
    evidence = Evidence.gather(visit.bench.warehouse, visit.viewer(), now().date())
    due = [one for one in rows if one.due and one.year is not None][:MOST_DUE]
    found = {one.what: needs(one, evidence, rules.in_force(int(one.year or 0))) for one in due}
    return {what: [need for need in listed if need.state != "done"] for what, listed in found.items()}


def dates_file(visit: VisitDep) -> Response:
    """The same as a calendar file."""
    found = deadlines(visit.bench.law(PROGRAMS), now().date(), AHEAD_DAYS)
    return Response(
        calendar_file(found, now()),
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="corridor-deadlines.ics"'},
    )


def _picture(items: Sequence[Item]) -> Picture | None:
    """Dollars at stake, one bar a finding."""
    drawn = [one for one in items if one.rank == LEAST_RANK and one.dollars]
    if len(drawn) < LEAST_BARS:
        return None
    finding = f"{drawn[0].words}, the most of {len(drawn)}"
    rows = [Bar(one.words.partition(" ")[2], one.dollars, link=one.link) for one in drawn]
    return bar_picture("stake", finding, rows, show=short_dollars, gains=False)


def _facts(visit: Visit, viewer: Viewer, loads: int) -> list[tuple[str, str]]:
    """What the figures stand on, in a few lines."""
    setting = viewer.manifest.get("setting", {})
    facts = [
        (
            "Performance year",
            f"{setting.get('performance_year', '')}, paid in {setting.get('payment_year', '')}",
        ),
        ("Run", str(viewer.manifest.get("finished", ""))[:16].replace("T", " ") + " UTC"),
    ]
    through = _claims_through(viewer)
    if through:
        facts.append(("Claims through", through))
    if loads:
        facts.append(("Loaded", counted(loads, "delivery", "deliveries")))
    facts.append(("You see", visit.who.scope.words()))
    return facts


def _claims_through(viewer: Viewer) -> str:
    if not viewer.has("claims.period"):
        return ""
    (row,) = viewer.query("select max(last_day) as last_day from claims.period")
    return str(row["last_day"] or "")
