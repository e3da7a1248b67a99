"""Results of quality measures: rates, cases and what they earn, by measure, clinician and practice."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, is_small, listed, people, plain, real, whole
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.mips_worth import RESULTS
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

DRAWN = 12
BY_MEASURE = """
select measure_id, collection_type, bool_or(inverse) as inverse, count(*) as results,
       sum(case_count) as cases,
       sum(rate * case_count) / nullif(sum(case_count) filter (where rate is not null), 0) as mean,
       quantile_cont(rate, 0.1) as low, median(rate) as middle, quantile_cont(rate, 0.9) as high,
       count(*) filter (where not deduplicated) as doubtful, sum(duplicates_removed) as removed
from quality.rollup where {test} group by measure_id, collection_type order by measure_id, collection_type
"""
POINTS = """
select result, count(*) as results, avg(points) as points from mips.measure_points
where performance_year = ? and category = 'quality' and collection_type <> 'administrative_claims'
  and result <> 'not_reported' and (? = '' or measure_id = ?)
  and case when entity_id <> '' then 'entity' when npi <> '' then 'clinician' else 'practice' end = ?
group by result order by results desc, result
"""
ROLLUP = """
select result.*, coalesce(person.clinician_name, 'NPI ' || result.npi) as clinician_name, point.points,
       point.result as standing
from quality.rollup as result
left join {names} as person on person.npi = result.npi and person.tin = result.tin
left join {points} as point
  on point.tin = result.tin and point.npi = result.npi and point.entity_id = result.entity_id
  and point.measure_id = result.measure_id and point.collection_type = result.collection_type
where {test}
"""
# The best of several pathways: points of one result may differ between them.
OF_UNIT = """(
  select tin, npi, entity_id, measure_id, collection_type, max(points) as points,
         arg_max(result, coalesce(points, -1)) as result
  from mips.measure_points where performance_year = {year} and category = 'quality'
  group by tin, npi, entity_id, measure_id, collection_type
)"""
NO_POINTS = (
    "(select null as tin, null as npi, null as entity_id, null as measure_id, null as collection_type, "
    "null::double as points, null as result where false)"
)


def results(visit: Visit, viewer: Viewer, wanted: Wanted) -> Panel | Response:
    """What was measured, and what of it earns points."""
    found = open_listing(visit, viewer, _listing(viewer, wanted), wanted.asked, wanted.values)
    if isinstance(found, Response):
        return found
    made = visit.bench.made(viewer, ("quality results", *wanted.key), lambda: _head(viewer, wanted))
    return Panel(made.sentence, made.second, (), made.pictures, made.tables, made.notes, made.links, found)


def _head(viewer: Viewer, wanted: Wanted) -> Panel:
    rows = viewer.query(BY_MEASURE.format(test=wanted.test), wanted.values)
    results_ = sum(row["results"] for row in rows)
    measures = len({row["measure_id"] for row in rows})
    sentence = (
        f"{counted(results_, 'result')} of {counted(measures, 'measure')} of {LEVELS[wanted.level]} stand "
        f"for {wanted.year}{wanted.to}"
    )
    second = ""
    known = viewer.has("mips.measure_points")
    points = (
        viewer.query(POINTS, [wanted.year, wanted.measure, wanted.measure, wanted.level]) if known else []
    )
    if points:
        all_of_them = sum(row["results"] for row in points)
        scored = next((row for row in points if row["result"] == "scored"), None)
        sentence = (
            f"{scored['results'] if scored else 0:,} of {counted(all_of_them, 'result')} of "
            f"{LEVELS[wanted.level]} for {wanted.year}{wanted.to} are scored against a benchmark by MIPS"
        )
        if scored and scored["points"] is not None:
            sentence += f", with {plain(scored['points'])} points in the mean"
        why = [
            f"{row['results']:,} {RESULTS.get(row['result'], row['result'])}"
            for row in points
            if row["result"] != "scored"
        ]
        second = f"Why the others are not: {listed(why)}." if why else ""
    notes = []
    doubtful = sum(row["doubtful"] for row in rows)
    if doubtful:
        verb = "result adds" if doubtful == 1 else "results add"
        notes.append(
            f"{doubtful:,} {verb} counts of several records: a patient of both counts twice there, "
            "and nothing shows it."
        )
    removed = sum(row["removed"] or 0 for row in rows)
    if removed and not (wanted.masked and is_small(removed)):
        notes.append(f"{whole(removed)} entries of patients that several records hold were counted once.")
    if wanted.masked:
        notes.append(HIDDEN)
    return Panel(
        sentence, second, (), _picture(rows, wanted), [_table(rows, wanted)], notes,
        (("/programs/mips", "MIPS scores"), ("/quality?view=gaps", "Care gaps")),
    )  # fmt: skip


def _picture(rows: list[dict[str, Any]], wanted: Wanted) -> list[Picture]:
    drawn = [
        row for row in rows if row["mean"] is not None and not (wanted.masked and is_small(row["cases"]))
    ]
    if not drawn:
        return []
    drawn = sorted(drawn, key=lambda row: (bool(row["inverse"]), row["mean"]))[:DRAWN]
    better = [row for row in drawn if not row["inverse"]] or drawn
    finding = f"{measure_words(better[0]['measure_id'])} is lowest: {plain(better[0]['mean'], 0)}%"
    bars = [
        Bar(label + (" (lower is better)" if row["inverse"] else ""), float(row["mean"]))
        for label, row in zip(labels(drawn), drawn, strict=True)
    ]
    return [
        bar_picture(
            "rates", finding, bars, show=lambda value: f"{plain(value, 0)}%", gains=False,
            note="Mean rate, weighted by cases.",
        )
    ]  # fmt: skip


def _table(rows: list[dict[str, Any]], wanted: Wanted) -> Table:
    body = []
    for row in rows:
        few = wanted.masked and is_small(row["cases"])
        rates = [
            Cell("–") if few else amount_cell(plain(row[key], 0 if wanted.masked else 1), real(row[key]))
            for key in ("mean", "low", "middle", "high")
        ]
        body.append(
            TableRow(
                (
                    Cell(
                        measure_words(row["measure_id"]), str(row["measure_id"]),
                        link=f"/quality?view=results&level={wanted.level}&year={wanted.year}"
                        f"&measure={row['measure_id']}",
                    ),
                    text_cell(type_words(row["collection_type"])),
                    text_cell("lower" if row["inverse"] else "higher"),
                    amount_cell(whole(row["results"]), real(row["results"])),
                    amount_cell(people(row["cases"]), 1.0) if few
                    else amount_cell(whole(row["cases"]), real(row["cases"])),
                    *rates,
                )
            )
        )  # fmt: skip
    columns = (
        Column("Measure"),
        Column("Reported as"),
        Column("Better is"),
        Column("Results", "number"),
        Column("Cases", "number"),
        Column("Mean rate, %", "number", "Weighted by cases"),
        Column("Lowest tenth", "number", "A tenth of the results lie below it"),
        Column("Median", "number"),
        Column("Highest tenth", "number"),
    )
    return Table(
        "quality-measures", f"By measure, {wanted.year}{wanted.to}", columns, body, tools=wanted.masked
    )


def _listing(viewer: Viewer, wanted: Wanted) -> Listing:
    """Every result. Where a part of it is small its counts are left out, and its rate is in whole percent."""
    shut = "small_cell" if wanted.masked else "false"
    few = f"denominator < {SMALLEST_CELL}" if wanted.masked else "false"

    def told(column: str) -> str:
        return f"case when not {shut} then {column} end"

    def rate(column: str) -> str:
        return f"case when {few} then null when {shut} then round({column}) else round({column}, 1) end"

    columns = (
        *whose(wanted.level),
        Shown("measure_id", "Measure"),
        Shown("reported_as", "Reported as", sql=type_sql()),
        Shown("stratum", "Rate of", "words"),
        Shown("rate", "Rate, %", "number", sql=rate("rate")),
        Shown(
            "rate_if_captured", "If captured, %", "number", sql=rate("rate_if_captured"),
            about="If data of those not captured showed them all in the numerator",
        ),
        Shown("better", "Better is", sql="case when inverse then 'lower' else 'higher' end"),
        Shown("cases", "Cases", wanted.kind, sql=told("case_count")),
        Shown("not_met_patients", "Not met", wanted.kind, sql=told("not_met")),
        Shown("not_captured_patients", "Not captured", wanted.kind, sql=told("not_captured")),
        Shown("completeness", "Complete, %", "number", sql=rate("round(completeness)")),
        Shown("points", "Points", "number", about="Of MIPS, at this level"),
        Shown("standing", "Standing", "words"),
        Shown("period_end", "To"),
    )  # fmt: skip
    points = OF_UNIT.format(year=int(wanted.year)) if viewer.has("mips.measure_points") else NO_POINTS
    return Listing(
        "quality-results",
        f"Results by {wanted.level}, {wanted.year}",
        columns,
        ROLLUP.format(
            names=names(viewer), points=points,
            test=wanted.test.replace("measure_id", "result.measure_id"),
        ),
        "points",
        ("tin", "npi", "entity_id", "measure_id", "collection_type", "stratum"),
        ("clinician_name", "npi", "tin", "measure_id"),
        "Name, NPI, TIN or measure",
        empty="No result of yours.",
        key=("npi", "tin", "measure_id", "reported_as", "stratum"),
    )  # fmt: skip
