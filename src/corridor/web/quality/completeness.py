"""How complete quality data is to date: by measure, month, clinician and site; what is not delivered."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts import svg
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.trend import Point
from corridor.reports.charts.trend import trend as by_month
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    SMALLEST_CELL,
    counted,
    is_small,
    month_name,
    people,
    plain,
    real,
    short_dollars,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.mips_worth import measure_worth
from corridor.web.programs.shape import Panel
from corridor.web.quality.held import (
    HIDDEN,
    LEVELS,
    Wanted,
    labels,
    measure_words,
    names,
    type_sql,
    type_words,
    whose,
)
from corridor.web.viewer import Viewer

DRAWN, LISTED = 12, 50
BY_MEASURE = """
select measure_id, collection_type, count(*) as results, sum(denominator) as eligible,
       sum(not_captured) as not_captured, count(*) filter (where not captured_known) as untold,
       count(*) filter (where completeness < ?) as short, count(*) filter (where case_count < ?) as few,
       sum(case when completeness < ?
             then greatest(ceil(? * denominator / 100 - (denominator - not_captured)), 0) else 0 end
       ) as patients_short
from quality.rollup where {test} group by measure_id, collection_type
order by short desc, not_captured desc, measure_id, collection_type
"""
BY_MONTH = """
select month, sum(denominator) as eligible, sum(captured) as captured from quality.completeness
where performance_year = ? and case when entity_id <> '' then 'entity' when npi <> '' then 'clinician'
  else 'practice' end = ? and (? = '' or measure_id = ?)
group by month order by month
"""
SITES = """
select site.*, coalesce(person.clinician_name, 'NPI ' || site.npi) as clinician_name
from panel.quality_site as site
left join {names} as person on person.npi = site.npi and person.tin = site.tin
where {test}
"""
MISSING = """
select tin, npi, site_id, measure_id, collection_type, missing, count(*) over () as found
from quality.not_delivered where performance_year = ? and (? = '' or measure_id = ?)
order by tin, npi, site_id, measure_id, collection_type limit ?
"""


def completeness(visit: Visit, viewer: Viewer, wanted: Wanted) -> Panel | Response:
    """How much of what is eligible is captured, and whom it is short of counting for."""
    found = open_listing(visit, viewer, _listing(viewer, wanted), wanted.asked, wanted.values)
    if isinstance(found, Response):
        return found
    made = visit.bench.made(
        viewer, ("quality completeness", *wanted.key), lambda: _head(visit, viewer, wanted)
    )
    return Panel(
        made.sentence, made.second, made.figures, made.pictures, made.tables, made.notes, made.links, found
    )


def _minimum(visit: Visit, year: int) -> tuple[float | None, float]:
    force = visit.bench.law(("mips",)).in_force(year)
    least = "mips.data_completeness_minimum"
    cases = "mips.case_minimum"
    return (
        force.number(least) if least in force else None,
        force.number(cases) if cases in force else 0.0,
    )


def _head(visit: Visit, viewer: Viewer, wanted: Wanted) -> Panel:
    minimum, cases = _minimum(visit, wanted.year)
    least = minimum or 0.0
    rows = viewer.query(BY_MEASURE.format(test=wanted.test), [least, cases, least, least, *wanted.values])
    results, short, few, missing = (
        int(sum(row[key] or 0 for row in rows)) for key in ("results", "short", "few", "patients_short")
    )
    who = LEVELS[wanted.level]
    asked = f"the {plain(least, 0)}% of data that MIPS asks for"
    sentence = f"All {results:,} results of {who} for {wanted.year}{wanted.to} hold {asked}"
    if results == 1:
        sentence = f"The one result of {who} for {wanted.year}{wanted.to} holds {asked}"
    if short:
        lack = "lacks" if short == 1 else "lack"
        sentence = (
            f"{short:,} of {results:,} results of {who} for {wanted.year}{wanted.to} {lack} data: "
            f"{wanted.count(missing)} more patients captured would bring them to {asked}"
        )
    elif minimum is None:
        sentence = f"{results:,} results of {who} for {wanted.year}{wanted.to} are loaded"
    lost = measure_worth(visit, viewer, wanted.year)
    dollars = sum(
        one["dollars"] or 0.0
        for one in lost
        if one["result"] == "incomplete" and wanted.measure in ("", one["measure_id"])
    )
    second = (
        f"In MIPS scores that count, incomplete measures hold back up to {short_dollars(dollars)}."
        if dollars
        else ""
    )
    eligible, gap = (sum(row[key] or 0 for row in rows) for key in ("eligible", "not_captured"))
    figures = [
        Figure(f"{short:,} of {results:,}", "results short of data", f"{asked[4:]}"),
        Figure(f"{few:,} of {results:,}", "results with too few cases", f"{plain(cases, 0)} are needed"),
        Figure(
            f"{plain(100 * (1 - gap / eligible), 0)}%" if eligible else "–", "of eligible cases captured",
            f"{plain(least, 0)}% is the least",
        ),
    ]  # fmt: skip
    pictures = [_measures(rows, least)] if eligible else []
    months = _months(viewer, wanted, least)
    tables = [_table(rows, wanted)]
    notes, absent = _not_delivered(viewer, wanted)
    if absent:
        tables.append(absent)
    untold = sum(row["untold"] for row in rows)
    if untold:
        notes.append(
            f"Of {untold:,} results no file says that a case is not captured: either all are, or the "
            "file does not tell them from those not met. `corridor quality vendor-request` asks the vendor."
        )
    if wanted.masked:
        notes.append(HIDDEN)
    links = [
        ("/quality?view=gaps", "Care gaps"),
        ("/programs/mips?view=levers", "What MIPS is worth by measure"),
    ]
    return Panel(sentence, second, figures, [*pictures, *months], tables, notes, links)


def _measures(rows: list[dict[str, Any]], least: float) -> Picture:
    shares = sorted(
        ((100 * (1 - (row["not_captured"] or 0) / row["eligible"]), row) for row in rows if row["eligible"]),
        key=lambda item: (item[0], item[1]["measure_id"]),
    )
    lowest, row = shares[0]
    finding = f"Least is captured of {measure_words(row['measure_id'])}: {plain(lowest, 0)}%"
    return bar_picture(
        "captured", finding,
        [
            Bar(label, value)
            for label, (value, _) in zip(labels([one for _, one in shares]), shares[:DRAWN], strict=False)
        ],
        show=lambda value: f"{plain(value, 0)}%", gains=False,
        note=f"Share of eligible cases whose data is captured; {plain(least, 0)}% is asked of each result. "
        "An electronic measure (eCQM) is complete by construction: what is not captured counts as not met.",
    )  # fmt: skip


def _months(viewer: Viewer, wanted: Wanted, least: float) -> list[Picture]:
    if not viewer.has("quality.completeness"):
        return []
    values = [wanted.year, wanted.level, wanted.measure, wanted.measure]
    rows = [row for row in viewer.query(BY_MONTH, values) if row["eligible"]]
    if len(rows) < 2:
        return []
    points = [
        Point(
            month_name(row["month"]),
            100 * float(row["captured"]) / float(row["eligible"]),
            expected=least or None,
        )
        for row in rows
    ]
    first, last = points[0], points[-1]
    finding = f"Captured: {plain(first.value, 0)}% at {first.name}, {plain(last.value, 0)}% at {last.name}"
    wide, narrow = (
        by_month(
            f"captured-months-{size}", finding, points, show=lambda value: f"{plain(value, 0)}%",
            value_name="eligible cases captured", width=width,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    return [
        Picture(
            finding,
            wide,
            narrow,
            "At the end of each month in which results stood; expected: the least asked.",
        )
    ]


def _table(rows: list[dict[str, Any]], wanted: Wanted) -> Table:
    body = [
        TableRow(
            (
                Cell(
                    measure_words(row["measure_id"]), str(row["measure_id"]),
                    link=f"/quality?level={wanted.level}&year={wanted.year}&measure={row['measure_id']}",
                ),
                text_cell(type_words(row["collection_type"])),
                amount_cell(whole(row["results"]), real(row["results"])),
                _heads(row, "eligible", wanted),
                amount_cell(
                    f"{plain(100 * (1 - (row['not_captured'] or 0) / row['eligible']), 0)}%"
                    if row["eligible"] else "–",
                    1 - (row["not_captured"] or 0) / row["eligible"] if row["eligible"] else None,
                ),
                amount_cell(whole(row["short"]), real(row["short"])),
                _heads(row, "patients_short", wanted),
                amount_cell(whole(row["few"]), real(row["few"])),
            )
        )
        for row in rows
    ]  # fmt: skip
    columns = (
        Column("Measure"),
        Column("Reported as"),
        Column("Results", "number"),
        Column("Eligible", "number"),
        Column("Captured", "number"),
        Column("Short of data", "number", "Results below the data completeness that MIPS asks for"),
        Column("Patients short", "number", "Patients to capture until those results count"),
        Column("Too few cases", "number", "Results below the fewest cases that are scored"),
    )
    return Table("completeness", f"By measure, {wanted.year}{wanted.to}", columns, body, tools=wanted.masked)


def _heads(row: dict[str, Any], key: str, wanted: Wanted) -> Cell:
    """A count of people; to roles without patients none that is small, and none that would tell one."""
    value, captured = row[key] or 0, (row["eligible"] or 0) - (row["not_captured"] or 0)
    parts = (row["eligible"], row["not_captured"], row["patients_short"], captured)
    if wanted.masked and any(is_small(one) for one in parts):
        return amount_cell(people(value), 1.0) if is_small(value) else Cell("–")
    return amount_cell(whole(value), real(value))


def _not_delivered(viewer: Viewer, wanted: Wanted) -> tuple[list[str], Table | None]:
    if not viewer.has("quality.not_delivered"):
        return [], None
    rows = viewer.query(MISSING, [wanted.year, wanted.measure, wanted.measure, LISTED])
    if not rows:
        return [], None
    found = int(rows[0]["found"])
    body = [
        TableRow(
            (
                Cell(f"NPI {row['npi']}", str(row["npi"]), link=f"/clinicians/{row['npi']}"),
                Cell(str(row["tin"]), str(row["tin"]), link=f"/practices/{row['tin']}"),
                text_cell(row["site_id"]),
                text_cell(measure_words(row["measure_id"])),
                text_cell(type_words(row["collection_type"])),
                text_cell(row["missing"]),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Clinician"),
        Column("TIN"),
        Column("Site"),
        Column("Measure"),
        Column("Reported as"),
        Column("What is missing"),
    )
    more = f", the first {LISTED}" if found > LISTED else ""
    return (
        [
            f"Nothing is loaded of {counted(found, 'measure')} of clinicians or sites on the roster, though "
            "others of their specialty in the practice report it."
        ],
        Table("not-delivered", f"Nothing loaded{more}", columns, body),
    )


def _listing(viewer: Viewer, wanted: Wanted) -> Listing:
    """Each clinician and site. Where a count is small, what would tell it is left out."""
    shut = "small_cell" if wanted.masked else "false"
    few = f"denominator < {SMALLEST_CELL}" if wanted.masked else "false"

    def told(column: str) -> str:
        return f"case when not {shut} then {column} end"

    columns = (
        *whose(wanted.level),
        Shown("site_id", "Site"),
        Shown("measure_id", "Measure"),
        Shown("reported_as", "Reported as", sql=type_sql()),
        Shown("month", "To", sql="concat(month // 100, '-', lpad(cast(month % 100 as varchar), 2, '0'))"),
        Shown("eligible", "Eligible", wanted.kind, sql=told("denominator")),
        Shown(
            "captured_percent", "Captured %", "count",
            sql=f"case when not {few} then round(captured_share) end",
            about="Of eligible cases; whole percent",
        ),
        Shown(
            "not_captured_patients", "Not captured", wanted.kind,
            sql=told("not_captured"),
        ),
        Shown(
            "patients_short", "Patients short", wanted.kind, sql=told("patients_short"),
            about="To capture until this row is complete enough",
        ),
        Shown("cases_short", "Cases short", wanted.kind, sql=told("cases_short")),
        Shown("standing", "Standing"),
    )  # fmt: skip
    return Listing(
        "quality-completeness",
        f"By {wanted.level} and site, {wanted.year}",
        columns,
        SITES.format(
            names=names(viewer), test=wanted.test.replace("performance_year", "site.performance_year")
        ),
        "patients_short",
        ("tin", "npi", "entity_id", "site_id", "measure_id", "collection_type", "stratum"),
        ("clinician_name", "npi", "tin", "site_id"),
        "Name, NPI, TIN or site",
        down=True,
        empty="No result of yours by site.",
        key=("npi", "tin", "site_id", "measure_id", "reported_as"),
    )
