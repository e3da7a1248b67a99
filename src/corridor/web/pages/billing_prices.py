"""What lines should have been allowed by the installed fee schedule, what was, and what has no price."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Query, Response

from corridor.billing.pricing.codes import MEANING
from corridor.errors import CorridorError
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, near_dollars, share, short_dollars, whole
from corridor.web.billing import PRICED, PRICED_OFF, Row, made
from corridor.web.downloads import file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.billing import count_cell, waiting
from corridor.web.render import page
from corridor.web.viewer import Viewer

MOST = 50
LINE = re.compile(r"(\d{1,12})-([0-9a-f]{16})")
PRICES = "billing.price"


def prices(
    visit: VisitDep,
    year: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    npi: Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,10}$")] = "",
    tin: Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,9}$")] = "",
    format: str = "",
) -> Response:
    """The summary, of a year, clinician or practice where the address names one."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Prices", loaded=False)
    for table in (PRICED, PRICED_OFF) if viewer.patients else (PRICED,):
        work = made(visit, viewer, table, "Prices of the claim lines")
        if not work.over.is_set():
            return waiting(visit, work)
        if not work.made:
            return page(visit, "billing_none.html.j2", "Prices", table=PRICES)
    if format:
        visit.note("download", "prices")
        return file_of(
            viewer, format, "prices", _codes(viewer, year, npi, tin, 10_000), ("year", "hcpcs_code")
        )
    asked = (year, npi, tin)
    shown = visit.bench.made(viewer, ("prices", *asked), lambda: _shown(viewer, *asked))
    if shown["lines"]:
        visit.note("patient_rows", f"single lines of prices, {len(shown['lines'])} rows")
    return page(visit, "billing_prices.html.j2", "Prices", **shown, **_installed(visit))


def _where(year: str, npi: str, tin: str) -> tuple[str, list[Any]]:
    tests, values = ["true"], []
    for column, value in (("year", int(year) if year else None), ("npi", npi), ("tin", tin)):
        if value:
            tests.append(f"{column} = ?")
            values.append(value)
    return " and ".join(tests), values


def _shown(viewer: Viewer, year: str, npi: str, tin: str) -> dict[str, Any]:
    where, values = _where(year, npi, tin)
    years = viewer.query(
        f"select year, status = 'priced' as priced, sum(lines) as lines, sum(lines_off) as lines_off, "
        "sum(allowed_amount) as allowed, sum(expected_amount) as expected, sum(over_amount) as over, "
        f"sum(under_amount) as under from {PRICED} where {where} group by all order by year, priced desc",
        values,
    )
    reasons = viewer.query(
        "select coalesce(reason, status) as reason, sum(lines) as lines, sum(allowed_amount) as allowed, "
        "count(distinct hcpcs_code) as codes, "
        "list(distinct hcpcs_code order by hcpcs_code)[1:8] as some "
        f"from {PRICED} where {where} and status <> 'priced' group by 1 order by 3 desc, 1",
        values,
    )
    priced = [row for row in years if row["priced"]]
    known = viewer.query(f"select distinct year from {PRICED} where year is not null order by year desc")
    return {
        "headline": _headline(priced, years),
        "second": _second(reasons, years),
        "picture": _picture(priced, reasons),
        "tables": [
            _by_year(viewer, years),
            _by_reason(viewer, reasons),
            _by_code(viewer, _codes(viewer, year, npi, tin, MOST)),
            _by_practice(viewer, where, values),
        ],
        "lines": _lines(viewer, year, npi, tin) if viewer.patients else None,
        "years": [(str(int(row["year"])), str(int(row["year"]))) for row in known],
        "asked": {"year": year, "npi": npi, "tin": tin},
        "any": bool(years),
    }


def _total(rows: list[Row], name: str) -> float:
    return sum(float(row[name]) for row in rows)


def _difference(priced: list[Row]) -> float:
    """Above and below the schedule: a line that says nothing of what was allowed is neither."""
    return _total(priced, "over") + _total(priced, "under")


def _headline(priced: list[Row], years: list[Row]) -> str:
    if not priced:
        return "No claim line has a price yet" if years else "No claim lines of yours are in the run"
    difference = _difference(priced)
    expected = _total(priced, "expected")
    word = "more" if difference > 0 else "less"
    part = f" ({share(abs(difference) / expected, 1)})" if expected else ""
    return f"{near_dollars(difference)}{part} {word} was allowed than the fee schedule says"


def _second(reasons: list[Row], years: list[Row]) -> str:
    lines = _total(years, "lines")
    if not lines:
        return ""
    off = _total([row for row in years if row["priced"]], "lines_off")
    without = _total(reasons, "lines")
    return (
        f"Of {whole(lines)} professional lines {share((lines - without) / lines, 0)} have a price; "
        f"{whole(off)} of them differ from it by more than a dollar."
    )


def _picture(priced: list[Row], reasons: list[Row]) -> Picture | None:
    """From what the schedule says to what was allowed in all; the parts sum exactly."""
    if not priced:
        return None
    expected = _cents(_total(priced, "expected"))
    parts = [
        Part("Allowed above the schedule", _cents(_total(priced, "over"))),
        Part("Allowed below the schedule", _cents(_total(priced, "under"))),
    ]
    parts += [
        Part(f"No price: {_reason(row['reason'])}", _cents(float(row["allowed"]))) for row in reasons[:6]
    ]
    rest = _cents(sum(float(row["allowed"]) for row in reasons[6:]))
    if rest:
        parts.append(Part("No price: other reasons", rest))
    # lines that are priced and say nothing of what was allowed make the sums differ
    allowed = _cents(_total(priced, "allowed"))
    unknown = allowed - expected - parts[0].amount - parts[1].amount
    if abs(unknown) >= 0.005:
        parts.insert(2, Part("Priced, nothing allowed", _cents(unknown)))
    end = expected + sum(part.amount for part in parts)
    finding = f"From {short_dollars(expected)} by the schedule to {short_dollars(end)} allowed"

    def draw(name: str, layout: Any) -> Any:
        return waterfall(
            name, finding, Part("By the fee schedule", expected), parts, Part("Allowed in all", end),
            show=short_dollars, show_change=lambda value: short_dollars(value, signed=True), layout=layout,
        )  # fmt: skip

    return Picture(finding, draw("prices", SIDE), draw("prices-narrow", STACKED))


def _cents(amount: float) -> float:
    return round(amount, 2)


def _reason(reason: Any) -> str:
    return str(reason).replace("_", " ")


def _by_year(viewer: Viewer, years: list[Row]) -> Table:
    columns = (
        Column("Year of service"), Column("Lines priced", "number"), Column("Lines without price", "number"),
        Column("By the schedule", "number"), Column("Allowed", "number", "Of the lines with a price"),
        Column("Difference", "number", "Of the lines with a price that say what was allowed"),
        Column("Off by over $1", "number"),
    )  # fmt: skip
    body = []
    for year in sorted({row["year"] for row in years}, key=str):
        both = [row for row in years if row["year"] == year]
        priced = [row for row in both if row["priced"]]
        difference = _difference(priced)
        body.append(
            TableRow(
                (
                    text_cell(int(year) if year is not None else "unknown"),
                    count_cell(viewer, int(_total(priced, "lines"))),
                    count_cell(viewer, int(_total([row for row in both if not row["priced"]], "lines"))),
                    _money(_total(priced, "expected")),
                    _money(_total(priced, "allowed")),
                    amount_cell(dollars(difference, signed=True), difference),
                    count_cell(viewer, int(_total(priced, "lines_off"))),
                )
            )
        )
    return Table("prices-year", "By year", columns, body, tools=False)


def _money(amount: float) -> Cell:
    return amount_cell(dollars(amount), amount) if amount else Cell("–", 0.0)


def _by_reason(viewer: Viewer, reasons: list[Row]) -> Table:
    columns = (
        Column("Why there is no price"), Column("What it means"), Column("Lines", "number"),
        Column("Allowed", "number"), Column("Codes", "number"), Column("For instance"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(_reason(row["reason"])),
                text_cell(MEANING.get(str(row["reason"]), "a status of the code the schedule does not pay")),
                count_cell(viewer, int(row["lines"])),
                _money(float(row["allowed"])),
                amount_cell(whole(row["codes"]), float(row["codes"])),
                text_cell(", ".join(str(code) for code in row["some"] if code)),
            )
        )
        for row in reasons
    ]
    return Table(
        "prices-reason", "Lines without a price", columns, body, empty="Every line has a price.", tools=False
    )


def _codes(viewer: Viewer, year: str, npi: str, tin: str, limit: int) -> list[Row]:
    where, values = _where(year, npi, tin)
    return viewer.query(
        "select year, hcpcs_code, max(people) as people, sum(lines) as lines, sum(lines_off) as lines_off, "
        "sum(expected_amount) as expected_amount, sum(allowed_amount) as allowed_amount, "
        "sum(over_amount + under_amount) as difference "
        f"from {PRICED} where {where} and status = 'priced' group by year, hcpcs_code "
        "order by abs(sum(over_amount + under_amount)) desc, year, hcpcs_code limit ?",
        [*values, limit],
    )


def _by_code(viewer: Viewer, rows: list[Row]) -> Table:
    columns = (
        Column("Code"), Column("Year"), Column("Lines", "number"), Column("Off by over $1", "number"),
        Column("By the schedule", "number"), Column("Allowed", "number"), Column("Difference", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                Cell(
                    str(row["hcpcs_code"]), str(row["hcpcs_code"]),
                    f"/billing/price?code={row['hcpcs_code']}&year={int(row['year'])}",
                ),
                text_cell(int(row["year"])),
                count_cell(viewer, int(row["lines"])),
                count_cell(viewer, int(row["lines_off"])),
                _money(float(row["expected_amount"])),
                _money(float(row["allowed_amount"])),
                amount_cell(dollars(row["difference"], signed=True), float(row["difference"])),
            )
        )
        for row in rows
        if row["year"] is not None
    ]  # fmt: skip
    note = f"The {MOST} with the largest difference; the file has all." if len(rows) == MOST else ""
    return Table("prices-code", "By code", columns, body, note=note, empty="No line has a price.")


def _by_practice(viewer: Viewer, where: str, values: list[Any]) -> Table:
    rows = viewer.query(
        "select tin, sum(lines) as lines, sum(lines_off) as lines_off, sum(expected_amount) as expected, "
        f"sum(allowed_amount) as allowed, sum(over_amount + under_amount) as difference from {PRICED} "
        f"where {where} and status = 'priced' group by tin "
        f"order by abs(sum(over_amount + under_amount)) desc, tin limit {MOST}",
        values,
    )
    columns = (
        Column("TIN"), Column("Lines", "number"), Column("Off by over $1", "number"),
        Column("By the schedule", "number"), Column("Allowed", "number"), Column("Difference", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                Cell(
                    str(row["tin"] or "unknown"), row["tin"],
                    f"/billing/prices?tin={row['tin']}" if row["tin"] else None,
                ),
                count_cell(viewer, int(row["lines"])),
                count_cell(viewer, int(row["lines_off"])),
                _money(float(row["expected"])),
                _money(float(row["allowed"])),
                amount_cell(dollars(row["difference"], signed=True), float(row["difference"])),
            )
        )
        for row in rows
    ]  # fmt: skip
    return Table("prices-practice", "By practice", columns, body, empty="No line has a price.", tools=False)


def _lines(viewer: Viewer, year: str, npi: str, tin: str) -> list[Row]:
    where, values = _where("", npi, tin)
    if year:
        where += " and extract(year from service_date) = ?"
        values.append(int(year))
    return viewer.query(f"select * from {PRICED_OFF} where {where} order by place limit {MOST}", values)


def _installed(visit: Visit) -> dict[str, Any]:
    """Which files of the fee schedule are installed; what to do where none is."""
    try:
        return {"editions": visit.bench.price_desk().editions, "missing": None}
    except CorridorError as error:
        return {"editions": [], "missing": error.to_dict()}


def line(visit: VisitDep, line_id: str) -> Response:
    """One claim line whose allowed amount is not that of the schedule, with the factors of its price."""
    viewer = visit.run_viewer()
    work = made(visit, viewer, PRICED_OFF, "Prices of the claim lines")
    if not work.over.is_set():
        return waiting(visit, work)
    parts = LINE.fullmatch(line_id)
    rows: list[Row] = []
    for test, value in (("place", int(parts[1])), ("line_key", parts[2])) if parts and work.made else ():
        rows = rows or viewer.query(
            f"select * from {PRICED_OFF} where {test} = ? and line_key = ?",
            [value, parts[2] if parts else ""],
        )
    if not rows:
        raise CorridorError(
            "WEB-NO-FINDING",
            "There is no such claim line in what you may see.",
            todo="Open it from the list of prices.",
            field="line_id",
        )
    found = rows[0]
    whole_row = viewer.query(
        f"select * from {PRICES} where service_month = ? and source_id = ? and claim_id = ? "
        "and claim_line_number = ?",
        [found["service_month"], found["source_id"], found["claim_id"], found["claim_line_number"]],
    )
    visit.note("price_line", f"person {found['person_id']}")
    facts = [
        (name.replace("_", " "), value)
        for name, value in (whole_row or rows)[0].items()
        if _told(name, value)
    ]
    return page(visit, "billing_price_line.html.j2", "Price of a claim line", row=found, facts=facts)


def _told(name: str, value: Any) -> bool:
    hidden = ("place", "line_key", "person_id", "source_id", "service_month", "status", "reason")
    return value is not None and name not in hidden and not (name.endswith("_factor") and value == 1)
