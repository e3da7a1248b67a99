"""The findings of one billing audit: by kind, by clinician, and for roles with patients one by one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, text_cell
from corridor.reports.words import month_name, near_dollars, people, short_dollars, whole
from corridor.web.billing import (
    CERTAINTIES,
    DIRECTIONS,
    FINDINGS,
    LISTED,
    Row,
    audit_about,
    kind_name,
    made,
    precision_words,
    precisions,
)
from corridor.web.billing_filter import ALL, Wanted, wanted_of
from corridor.web.downloads import file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.billing import MEASURED, SIGNS, count_cell, money_cell, sentence, waiting
from corridor.web.render import page
from corridor.web.viewer import Viewer

PAGE = 50
MOST_IN_FILE = 50_000
MOST_BARS = 12
# What the list may be sorted by; nothing of the address reaches the SQL but through this table.
ORDERS = {
    "first": "place", "dollars": "dollars desc nulls last, place", "newest": "service_date desc, place",
    "npi": "npi, place", "kind": "kind, place",
}  # fmt: skip
ORDER_NAMES = {
    "first": "sure ones first, the most dollars", "dollars": "most dollars", "newest": "newest service",
    "npi": "clinician", "kind": "kind",
}  # fmt: skip
FILE_COLUMNS = (
    "audit", "kind", "direction", "certainty", "npi", "tin", "person_id", "source_id", "claim_id",
    "claim_line_number", "service_date", "hcpcs_code", "other_claim_id", "other_claim_line_number",
    "other_npi", "other_service_date", "other_hcpcs_code", "month", "dollars", "paid_dollars",
    "rule", "cite", "todo",
)  # fmt: skip


def audit(
    visit: VisitDep,
    audit: str,
    kind: str = "",
    direction: str = "",
    certainty: str = "",
    npi: str = "",
    tin: str = "",
    month: Annotated[str, Query(pattern=r"^(\d{6})?$")] = "",
    sort: str = "first",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: str = "",
    what: str = "findings",
) -> Response:
    """One audit, narrowed as the address says; ``format`` asks for a file instead."""
    wanted = wanted_of(audit, kind, direction, certainty, npi, tin, int(month or 0))
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", wanted.name, loaded=False)
    single = viewer.patients
    for table in (FINDINGS, LISTED) if single else (FINDINGS,):
        work = made(visit, viewer, table, wanted.name)
        if not work.over.is_set():
            return waiting(visit, work)
        if not work.made:
            return page(visit, "billing_none.html.j2", wanted.name, table="billing.finding")
    if format:
        return _file(visit, viewer, wanted, format, single and what == "findings")
    sums = _sums(viewer, wanted)
    order = sort if sort in ORDERS else "first"
    rows = _listed(viewer, wanted, order, PAGE, start) if single else []
    if rows:
        visit.note("findings_shown", f"{wanted.audit}, {len(rows)} rows")
    found = sum(int(row["findings"]) for row in sums)
    return page(
        visit,
        "billing_audit.html.j2",
        wanted.name,
        it=wanted,
        looks_for=audit_about(wanted.audit) if wanted.audit != ALL else "Every finding of every audit.",
        sentence=sentence({name: _sum(sums, name) for name in DIRECTIONS}) if sums else "",
        found=found,
        count=whole(found) if single else people(found),
        picture=_picture(viewer, wanted, sums),
        kinds=_kinds(visit, viewer, wanted, sums),
        clinicians=_clinicians(viewer, wanted),
        options=_options(viewer, wanted),
        single=single,
        rows=[_shown(row) for row in rows],
        order=order,
        orders=ORDER_NAMES,
        first=start + 1,
        last=start + len(rows),
        earlier=wanted.address(sort=order, start=max(start - PAGE, 0)) if start else "",
        later=wanted.address(sort=order, start=start + PAGE) if start + len(rows) < found and rows else "",
    )


def _sums(viewer: Viewer, wanted: Wanted) -> list[Row]:
    where, values = wanted.where()
    return viewer.query(
        "select audit, kind, direction, sum(findings) as findings, "
        "sum(case when certainty = 'sure' then findings else 0 end) as sure, "
        "sum(without_amount) as without_amount, sum(dollars) as dollars, sum(paid_dollars) as paid_dollars "
        f"from {FINDINGS} where {where} group by all order by sum(dollars) desc, audit, kind, direction",
        values,
    )


def _sum(rows: list[Row], direction: str) -> float:
    return sum(float(row["dollars"]) for row in rows if row["direction"] == direction)


def _listed(viewer: Viewer, wanted: Wanted, order: str, limit: int, start: int) -> list[Row]:
    where, values = wanted.where()
    return viewer.query(
        f"select * from {LISTED} where {where} order by {ORDERS[order]} limit ? offset ?",
        [*values, limit, start],
    )


def _shown(row: Row) -> dict[str, Any]:
    sign = SIGNS[str(row["direction"])]
    amount = None if row["dollars"] is None else float(row["dollars"]) * sign
    day = row["service_date"] if row["claim_id"] is not None else None
    return {
        "link": f"/billing/findings/{row['place']}-{row['finding_key']}",
        "kind": kind_name(row["kind"]),
        "direction": DIRECTIONS[str(row["direction"])],
        "certainty": CERTAINTIES.get(str(row["certainty"]), row["certainty"]),
        "npi": row["npi"] or "–",
        "tin": row["tin"] or "–",
        "when": str(day) if day else month_name(row["month"]) if row["month"] else "–",
        "code": row["hcpcs_code"] or "–",
        "against": row["other_hcpcs_code"] or "–",
        "dollars": "–" if amount is None else _cents(amount),
        "tone": "" if not amount else "gain" if amount > 0 else "loss",
    }


def _cents(amount: float) -> str:
    return ("\u2212" if amount < 0 else "+") + f"${abs(amount):,.2f}"


def _picture(viewer: Viewer, wanted: Wanted, sums: list[Row]) -> Picture | None:
    """By kind where there are several, else by clinician."""
    items = [
        Bar(
            kind_name(row["kind"])
            + ("" if wanted.direction else f", {DIRECTIONS[row['direction']].lower()}"),
            float(row["dollars"]) * SIGNS[row["direction"]],
            link=wanted.address(kind=row["kind"], direction=row["direction"]),
        )
        for row in sums
        if abs(float(row["dollars"])) >= 0.5
    ]
    by = "kind of finding"
    if len(items) < 2:
        by = "clinician"
        items = [
            Bar(
                f"NPI {row['npi']}, TIN {row['tin']}",
                float(row["earn"]) - float(row["lose"]),
                link=wanted.address(npi=row["npi"], tin=row["tin"]),
            )
            for row in _people(viewer, wanted, MOST_BARS)
            if abs(float(row["earn"]) - float(row["lose"])) >= 0.5
        ]
    items = sorted(items, key=lambda item: -abs(item.value))[:MOST_BARS]
    if len(items) < 2:
        return None
    finding = f"Dollars by {by}: {items[0].name} has the most, {near_dollars(items[0].value)}"

    def show(value: float) -> str:
        return short_dollars(value, signed=True)

    return Picture(
        finding,
        bars("audit", finding, items, show=show, layout=SIDE),
        bars("audit-narrow", finding, items, show=show, layout=STACKED),
    )


def _kinds(visit: Visit, viewer: Viewer, wanted: Wanted, sums: list[Row]) -> Table:
    known = precisions(visit)
    columns = (
        Column("Kind"), Column("Direction"), Column("Findings", "number"), Column("Sure", "number"),
        Column("Dollars", "number"), Column("Medicare paid", "number"), Column("Without dollars", "number"),
        Column("Measured precision", "number", MEASURED),
    )  # fmt: skip
    body = []
    for row in sums:
        measured = precision_words([(str(row["kind"]), 1)], known)
        body.append(
            TableRow(
                (
                    Cell(
                        kind_name(row["kind"]),
                        kind_name(row["kind"]),
                        wanted.address(kind=row["kind"], direction=row["direction"]),
                    ),
                    text_cell(DIRECTIONS[str(row["direction"])]),
                    count_cell(viewer, int(row["findings"])),
                    count_cell(viewer, int(row["sure"])),
                    money_cell(float(row["dollars"])),
                    money_cell(float(row["paid_dollars"])),
                    count_cell(viewer, int(row["without_amount"])),
                    Cell(
                        measured, measured, tag="assumed" if measured != "not measured" else "", why=MEASURED
                    ),
                )
            )
        )
    total = (
        Cell("All"), Cell(""), count_cell(viewer, sum(int(row["findings"]) for row in sums)),
        count_cell(viewer, sum(int(row["sure"]) for row in sums)),
        money_cell(sum(float(row["dollars"]) for row in sums)),
        money_cell(sum(float(row["paid_dollars"]) for row in sums)),
        count_cell(viewer, sum(int(row["without_amount"]) for row in sums)), Cell(""),
    )  # fmt: skip
    return Table("audit-kinds", "By kind", columns, body, total if len(body) > 1 else (), tools=False)


def _people(viewer: Viewer, wanted: Wanted, limit: int) -> list[Row]:
    where, values = wanted.where()
    return viewer.query(
        "select npi, tin, sum(findings) as findings, "
        "sum(case when direction = 'missed' then dollars else 0 end) as earn, "
        "sum(case when direction <> 'missed' then dollars else 0 end) as lose "
        f"from {FINDINGS} where {where} group by npi, tin "
        "order by sum(dollars) desc, npi, tin limit ?",
        [*values, limit],
    )


def _clinicians(viewer: Viewer, wanted: Wanted) -> Table | None:
    if wanted.npi:
        return None
    rows = _people(viewer, wanted, PAGE)
    columns = (
        Column("NPI"), Column("TIN"), Column("Findings", "number"), Column("Not billed", "number"),
        Column("Paid in error or at risk", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                Cell(
                    str(row["npi"] or "unknown"),
                    row["npi"],
                    wanted.address(npi=row["npi"]) if row["npi"] else None,
                ),
                Cell(
                    str(row["tin"] or "unknown"),
                    row["tin"],
                    wanted.address(tin=row["tin"]) if row["tin"] else None,
                ),
                count_cell(viewer, int(row["findings"])),
                money_cell(float(row["earn"])),
                money_cell(float(row["lose"])),
            )
        )
        for row in rows
    ]
    note = f"The {PAGE} with the most dollars; the file has all." if len(rows) == PAGE else ""
    return Table("audit-clinicians", "By clinician and practice", columns, body, note=note, tools=False)


def _options(viewer: Viewer, wanted: Wanted) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: what there is in scope under the audit."""
    where, values = Wanted(wanted.audit).where()
    rows = viewer.query(
        f"select distinct kind, month from {FINDINGS} where {where} order by month desc, kind", values
    )
    kinds = sorted({str(row["kind"]) for row in rows} | ({wanted.kind} if wanted.kind else set()))
    months = sorted({int(row["month"]) for row in rows if row["month"]}, reverse=True)
    return {
        "kind": [(kind, kind_name(kind)) for kind in kinds],
        "direction": list(DIRECTIONS.items()),
        "certainty": [(name, words.capitalize()) for name, words in CERTAINTIES.items()],
        "month": [(str(month), month_name(month)) for month in months],
    }


def _file(visit: Visit, viewer: Viewer, wanted: Wanted, kind: str, single: bool) -> Response:
    visit.note("download", f"findings of {wanted.audit}")
    if single:
        rows = _listed(viewer, wanted, "first", MOST_IN_FILE, 0)
        kept = [{name: row[name] for name in FILE_COLUMNS} for row in rows]
        return file_of(viewer, kind, f"findings-{wanted.audit}", kept, FILE_COLUMNS)
    where, values = wanted.where()
    rows = viewer.query(
        "select audit, kind, direction, certainty, tin, npi, month, people, findings, dollars, paid_dollars "
        f"from {FINDINGS} where {where} order by all limit {MOST_IN_FILE}",
        values,
    )
    key = ("audit", "kind", "direction", "certainty", "tin", "npi", "month")
    return file_of(viewer, kind, f"sums-{wanted.audit}", rows, key)
