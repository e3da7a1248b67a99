"""How a fee comes about, and how the change of a fee schedule does for one practice, clinician or code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response
from markupsafe import Markup

from corridor.errors import CorridorError
from corridor.explain.page import assumptions_table, derivation_tree
from corridor.formulas import Node
from corridor.jobs.impact import Impact
from corridor.jobs.price import Prices
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.views.page import Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, near_dollars, share, short_dollars
from corridor.web.guard import VisitDep
from corridor.web.impact_cell import CODE, Asked, ImpactCell, cell_of
from corridor.web.pages.billing import waiting
from corridor.web.pages.billing_impact import HEADS, LEVELS, PARTS, asked_impact, choices_of
from corridor.web.pages.billing_price import headline
from corridor.web.pages.explain import RULE
from corridor.web.price_asked import PriceAsked
from corridor.web.render import page

Year = Annotated[str, Query(pattern=r"^(\d{4})?$")]


def price(
    visit: VisitDep,
    code: Annotated[str, Query(max_length=120)] = "",
    year: Year = "",
    mac: Annotated[str, Query(pattern=r"^(\d{1,5})?$")] = "",
    locality: Annotated[str, Query(pattern=r"^(\d{1,2})?$")] = "",
    zip: Annotated[str, Query(pattern=r"^([\d-]{5,10})?$")] = "",
    setting: str = "non_facility",
    units: float = 1.0,
    qp: bool = False,
) -> Response:
    """The derivation of a fee, at an address that can be sent to a colleague."""
    asked = PriceAsked(code, int(year) if year else None, mac, locality, zip, setting, units, qp)
    found = asked.priced(visit)
    given = {
        "code": code, "year": year, "place": f"{mac}-{locality}" if mac else "", "zip": zip,
        "setting": setting, "units": f"{units:g}", "qp": "true" if qp else "",
    }  # fmt: skip
    back = "/billing/price?" + urlencode({key: value for key, value in given.items() if value})
    return page(
        visit, "explain_money.html.j2", "How this fee comes about",
        crumbs=[("Prices", "/billing/prices"), ("Look up a price", back)],
        heading=headline(found),
        second="By CMS's installed fee schedule of the day. Open a line to see what it was made of; each "
        "rule names its source and how sure it is.",
        picture=None, table=None, trees=[(f"How {_name(row)} comes about", _drawn(found, number))
                                         for number, row in enumerate(found.rows, 1)],
        notes=found.warnings, links=[], assumptions=Markup(assumptions_table(found.assumptions)),
    )  # fmt: skip


def impact(
    visit: VisitDep,
    before: Annotated[str, Query(alias="from", max_length=20)] = "",
    after: Annotated[str, Query(alias="to", max_length=20)] = "",
    claims: Year = "",
    level: str = "tin",
    id: Annotated[str, Query(max_length=60)] = "",
    setting: str = "non_facility",
) -> Response:
    """The change of one row, cause by cause; of a code also its fee under both schedules, derived."""
    asked = Asked(before, after, claims, level, id, setting)
    viewer = visit.run_viewer()
    given, work = asked_impact(visit, viewer, schedules(visit), before, after, claims, level)
    if not work.over.is_set():
        return waiting(visit, work)
    cell = cell_of(visit, asked, work.made[level])
    found = cell.found
    base = urlencode({**{key: value for key, value in given.items() if value}, "level": level})
    names = {"from": found.before.name, "to": found.after.name}
    trees = [
        (f"One unit of {_name(row)} under the schedule of {names[side]}", _drawn(prices, number))
        for side, prices in cell.prices.items()
        for number, row in enumerate(prices.rows, 1)
    ]
    other = "facility" if setting != "facility" else "non_facility"
    links = [
        (f"Under the schedule of {names[side]}",
         f"/explain/price?code={id}&year={prices.year}&setting={setting}")
        for side, prices in cell.prices.items()
    ]  # fmt: skip
    if trees:
        there = "in a facility" if other == "facility" else "in an office"
        links.append(
            (f"The fee {there}", f"/explain/impact?{base}&{urlencode({'id': id, 'setting': other})}")
        )
    return page(
        visit, "explain_money.html.j2", "How this change comes about",
        crumbs=[("Fee schedule impact", f"/billing/impact?{base}"), (LEVELS[level], "")],
        heading=_heading(cell, id),
        second=_second(cell),
        picture=_picture(cell), table=_table(cell), trees=trees,
        notes=[*([cell.note] if cell.note else []), *found.warnings], links=links,
        assumptions=Markup(assumptions_table(found.assumptions)),
    )  # fmt: skip


def schedules(visit: VisitDep) -> Sequence[str]:
    """The schedules that can be laid side by side. Raises IMPACT-SCHEDULE with fewer than two."""
    found = choices_of(visit)
    if len(found) < 2:
        raise CorridorError(
            "IMPACT-SCHEDULE",
            "There are no two fee schedules to lay side by side.",
            todo="Install the relative value files of two years: corridor reference add FILE...",
        )
    return found


def _name(row: dict[str, Any]) -> str:
    return " ".join(part for part in (str(row["code"]), row["modifiers"]) if part)


def _drawn(prices: Prices, number: int) -> list[Markup]:
    trees: Sequence[Node] = prices.trees.get(number, [])
    return [Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(one, 1))) for one in trees]


def _heading(cell: ImpactCell, id: str) -> str:
    found: Impact = cell.found
    change = float(cell.row["change"])
    who = f"{LEVELS[found.level]} {id.replace('_', ' ')}" if id else "All services of yours"
    word = "more" if change > 0 else "less"
    part = cell.row.get("change_share")
    rate = "" if part is None else f" ({share(abs(float(part)), 1)})"
    return (
        f"{who}: {near_dollars(change)}{rate} {word} under {found.after.name} than under {found.before.name}"
    )


def _second(cell: ImpactCell) -> str:
    most = max(cell.parts, key=lambda one: abs(one[2]), default=None)
    if most is None:
        return "Nothing moves it."
    said = f"What moves it most: {PARTS[most[0]][:1].lower() + PARTS[most[0]][1:]} "
    said += f"({short_dollars(most[2], signed=True)}). The parts sum to the cent."
    if cell.found.level == CODE:
        said += " Below, one unit at the national amount under each schedule, down to rule and file."
    return said


def _picture(cell: ImpactCell) -> Picture | None:
    row, found = cell.row, cell.found
    if row.get("from_amount") is None or not cell.parts:
        return None
    start = Part(f"Schedule of {found.before.name}", float(row["from_amount"]))
    end = Part(f"Schedule of {found.after.name}", float(row["to_amount"]))
    parts = [Part(PARTS[name], value) for name, _, value in cell.parts]
    finding = f"From {short_dollars(start.amount)} to {short_dollars(end.amount)}, cause by cause"

    def draw(name: str, layout: Any) -> Any:
        return waterfall(
            name, finding, start, parts, end, show=short_dollars,
            show_change=lambda value: short_dollars(value, signed=True), layout=layout,
        )  # fmt: skip

    return Picture(finding, draw("cell", SIDE), draw("cell-narrow", STACKED), "The parts sum to the cent.")


def _table(cell: ImpactCell) -> Table:
    body = [
        TableRow(
            (
                text_cell(HEADS[name]),
                text_cell(words[:1].upper() + words[1:]),
                amount_cell(dollars(value, signed=True), value, toned=True),
            )
        )
        for name, words, value in cell.parts
    ]
    change = float(cell.row["change"])
    total = (text_cell("Change"), text_cell(""), amount_cell(dollars(change, signed=True), change))
    columns = (Column("Part"), Column("What it is"), Column("Dollars", "number"))
    return Table("impact-cell", "The change, cause by cause", columns, body, total, tools=False)
