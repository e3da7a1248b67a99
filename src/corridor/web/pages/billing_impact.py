"""What another fee schedule changes for one's own claims, split by cause: the parts sum exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.jobs.impact import Impact, Owners, measure_levels
from corridor.jobs.impact_lines import Periods
from corridor.jobs.impact_months import months_in_words
from corridor.jobs.impact_scenarios import PROPOSED, Scenario
from corridor.jobs.price_proposed import proposed_years
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell
from corridor.reports.words import dollars, listed, near_dollars, share, short_dollars, whole
from corridor.web.downloads import file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.making import Say, Work
from corridor.web.pages.billing import waiting
from corridor.web.render import page
from corridor.web.viewer import Viewer

PAGE = 50
LEVELS = {
    "tin": "Practice", "npi": "Clinician", "specialty": "Specialty", "family": "Family of codes",
    "code": "Code", "setting": "Setting", "site": "Site",
}  # fmt: skip
PARTS = {
    "statutory_update": "Conversion factor: update of the statute",
    "budget_neutrality": "Conversion factor: budget neutrality",
    "one_year_increase": "Conversion factor: one-year increase",
    "conversion_factor_other": "Conversion factor: other",
    "qp_status": "Qualifying participants gained or lost",
    "work_efficiency": "Work: efficiency adjustment",
    "work_revaluation": "Work: revalued codes",
    "practice_expense_non_facility": "Practice expense, office",
    "practice_expense_facility": "Practice expense, facility",
    "malpractice": "Malpractice",
    "gpci": "Geographic indices",
    "policy": "Modifiers, reductions and caps",
    "rounding": "Rounding to cents",
    "volume": "Volume",
    "new_codes": "New codes",
    "ended_codes": "Ended codes",
}
HEADS = {
    "statutory_update": "Update", "budget_neutrality": "Budget neutrality", "one_year_increase": "One year",
    "conversion_factor_other": "Factor, other", "qp_status": "QP status", "work_efficiency": "Efficiency",
    "work_revaluation": "Revalued", "practice_expense_non_facility": "PE office",
    "practice_expense_facility": "PE facility", "malpractice": "Malpractice", "gpci": "GPCI",
    "policy": "Policy", "rounding": "Rounding", "volume": "Volume", "new_codes": "New codes",
    "ended_codes": "Ended codes",
}  # fmt: skip
SCHEDULE = re.compile(r"(20\d\d)(-proposed)?")


def impact(
    visit: VisitDep,
    before: Annotated[str, Query(alias="from")] = "",
    after: Annotated[str, Query(alias="to")] = "",
    claims: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    level: str = "tin",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: str = "",
) -> Response:
    """The total by cause, and the rows of a level."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Fee schedule impact", loaded=False)
    choices, missing = _choices(visit)
    if len(choices) < 2:
        return page(
            visit, "billing_impact_none.html.j2", "Fee schedule impact", have=choices, missing=missing
        )
    given, work = asked_impact(visit, viewer, choices, before, after, claims, level)
    if not work.over.is_set():
        return waiting(visit, work)
    found: Impact = work.made[level]
    if format:
        visit.note("download", f"impact by {level}")
        return file_of(
            viewer, format, f"impact-{given['from']}-{given['to']}-{level}", found.rows, ("level", "id")
        )

    def address(**change: Any) -> str:
        asked = {**given, "level": level, **change}
        return "/billing/impact?" + urlencode({key: value for key, value in asked.items() if value})

    return page(
        visit,
        "billing_impact.html.j2",
        "Fee schedule impact",
        headline=headline(found),
        second=_second(found),
        picture=_picture(found),
        table=_table(found, level, start, given),
        rows=len(found.rows),
        first=start + 1,
        last=min(start + PAGE, len(found.rows)),
        earlier=address(start=max(start - PAGE, 0)) if start else "",
        later=address(start=start + PAGE) if start + PAGE < len(found.rows) else "",
        levels=[(name, words, address(level=name), name == level) for name, words in LEVELS.items()],
        files=[("CSV", address(format="csv")), ("Excel", address(format="xlsx"))],
        choices=[(name, name) for name in choices],
        given=given,
        years=_years(viewer),
        warnings=found.warnings,
        assumptions=len({one["rule"] for one in found.assumptions}),
        any=bool(found.rows),
    )


def asked_impact(
    visit: Visit, viewer: Viewer, choices: Sequence[str], before: str, after: str, claims: str, level: str
) -> tuple[dict[str, str], Work]:
    """The schedules and claims that are meant, and the work that measures them at every level.

    Raises IMPACT-SCENARIO.
    """
    years = [int(name) for name in choices if name.isdigit()]
    first = before or str(years[-2] if len(years) > 1 else years[0])
    last = after or (str(years[-1]) if len(years) > 1 else choices[-1])
    if first not in choices or last not in choices or level not in LEVELS:
        raise CorridorError(
            "IMPACT-SCENARIO",
            "There is no such schedule or level.",
            todo=f"Schedules: {', '.join(choices)}. Levels: {', '.join(LEVELS)}.",
            field="from" if first not in choices else "to" if last not in choices else "level",
        )
    if not claims and last[:4] in [year for year, _ in _years(viewer)]:
        claims = last[:4]  # services as they are billed under the later schedule
    given = {"from": first, "to": last, "claims": claims}
    work = visit.bench.making.get(
        ("impact", viewer.run_id, viewer.scope, *given.values()),
        f"{last} against {first} on your claims",
        lambda say: _measured(visit, viewer, given, say),
        long=True,
    )
    return given, work


def choices_of(visit: Visit) -> list[str]:
    """The schedules that can be laid side by side."""
    return _choices(visit)[0]


def _choices(visit: Visit) -> tuple[list[str], dict[str, Any] | None]:
    """The schedules that can be laid side by side: installed years, and proposed ones after them."""
    try:
        years = sorted({int(one["year"]) for one in visit.bench.price_desk().editions if one["rows"]})
    except CorridorError as error:
        return [], error.to_dict()
    rules = visit.bench.context().rules
    newest = max(years)
    proposed = [f"{year}{PROPOSED}" for year in proposed_years(rules) if year > newest]
    return [*(str(year) for year in years if not proposed or year <= newest), *proposed], None


def _years(viewer: Viewer) -> list[tuple[str, str]]:
    table = "panel.billing_price"
    if not viewer.has(table):
        return []
    rows = viewer.query(f"select distinct year from {table} where year is not null order by year desc")
    return [(str(int(row["year"])), str(int(row["year"]))) for row in rows]


def _scenario(name: str) -> Scenario:
    parts = SCHEDULE.fullmatch(name)
    assert parts is not None  # one of the choices
    return Scenario(name, int(parts[1]), None, bool(parts[2]), None)


def _measured(visit: Visit, viewer: Viewer, given: dict[str, str], say: Say) -> dict[str, Impact]:
    scope = viewer.scope
    periods = Periods(one=int(given["claims"]) if given["claims"] else None)
    only = None if scope.every_row else Owners([*scope.tin, *viewer.practices()], scope.npi)
    say("Reading the claim lines")
    return measure_levels(
        visit.bench.context(), _scenario(given["from"]), _scenario(given["to"]), tuple(LEVELS), None, periods,
        only=only, say=say,
    )  # fmt: skip


def headline(found: Impact) -> str:
    """What the other schedule changes, in one sentence."""
    total = found.total
    if not found.rows or not total.get("from_amount"):
        return "No claim line of yours can be priced under both schedules"
    change = float(total["change"])
    word = "more" if change > 0 else "less"
    part = share(abs(float(total["change_share"] or 0)), 1)
    return (
        f"The schedule of {found.after.name} pays {near_dollars(change)} ({part}) {word} than that of "
        f"{found.before.name} for the same services"
    )


def _second(found: Impact) -> str:
    months = sorted({month for side in found.months.values() for month in side})
    said = f"Claims of {months_in_words(months)}. " if months else ""
    parts = sorted(
        ((name, float(found.total.get(name) or 0)) for name in PARTS), key=lambda one: -abs(one[1])
    )
    most = [
        f"{PARTS[name][:1].lower() + PARTS[name][1:]} ({short_dollars(value, signed=True)})"
        for name, value in parts[:2]
        if value
    ]
    return said + (f"What moves it most: {listed(most)}." if most else "")


def _picture(found: Impact) -> Picture | None:
    total = found.total
    if not found.rows:
        return None
    parts = [Part(words, float(total[name])) for name, words in PARTS.items() if total.get(name)]
    start = Part(f"Schedule of {found.before.name}", float(total["from_amount"]))
    end = Part(f"Schedule of {found.after.name}", float(total["to_amount"]))
    finding = f"From {short_dollars(start.amount)} to {short_dollars(end.amount)}, cause by cause"

    def draw(name: str, layout: Any) -> Any:
        return waterfall(
            name, finding, start, parts, end, show=short_dollars,
            show_change=lambda value: short_dollars(value, signed=True), layout=layout,
        )  # fmt: skip

    return Picture(
        finding, draw("impact", SIDE), draw("impact-narrow", STACKED), "The parts sum to the cent."
    )


def _table(found: Impact, level: str, start: int, given: Mapping[str, str]) -> Table:
    shown = [name for name in PARTS if found.total.get(name)]
    columns = (
        Column(LEVELS[level]), Column("Lines", "number"), Column(found.before.name, "number"),
        Column(found.after.name, "number"), Column("Change", "number"), Column("Share", "number"),
        *(Column(HEADS[name], "number", PARTS[name]) for name in shown),
    )  # fmt: skip
    base = "/explain/impact?" + urlencode({key: value for key, value in given.items() if value})
    body = [TableRow(_cells(row, level, shown, base)) for row in found.rows[start : start + PAGE]]
    total = _cells({**found.total, "id": "All"}, "total", shown, base) if found.rows else ()
    name = f"impact-{level}"
    return Table(
        name, f"By {LEVELS[level].lower()}, the largest loss first", columns, body, total, tools=False
    )


def _cells(row: dict[str, Any], level: str, parts: list[str], base: str) -> list[Cell]:
    one = str(row["id"])
    link = f"/clinicians/{one}" if level == "npi" and one.isdigit() else None
    signed = [
        amount_cell(dollars(row[name], signed=True), float(row[name]), toned=name == "change")
        for name in ("change", *parts)
    ]
    named = {"level": "tin"} if level == "total" else {"level": level, "id": one}
    signed[0] = replace(signed[0], link=f"{base}&{urlencode(named)}")
    part = row["change_share"]
    return [
        Cell(one.replace("_", " ") if level in ("family", "setting") else one, one, link),
        amount_cell(whole(max(row["lines_from"], row["lines_to"])), float(row["lines_from"])),
        amount_cell(dollars(row["from_amount"]), float(row["from_amount"])),
        amount_cell(dollars(row["to_amount"]), float(row["to_amount"])),
        signed[0],
        amount_cell(share(part, 1, signed=True), part),
        *signed[1:],
    ]
