"""What MIPS is worth by practice, what each category and measure would move, and what it rests on."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from fastapi import Response

from corridor.programs.mips.compute import settle_scores
from corridor.programs.mips.inputs import clinician_columns
from corridor.reports.charts.bars import Bar
from corridor.reports.data import ReportData
from corridor.reports.views.index import Index
from corridor.reports.views.method import assumptions_section
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    COLLECTION_TYPES,
    MEASURES,
    dollars,
    plain,
    real,
    share,
    short_dollars,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.mips_years import choices, chosen, figures_of, nobody, notes_of, said
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

if TYPE_CHECKING:
    from corridor.law import RulesInForce

DRAWN, LISTED = 15, 50
CATEGORIES = {
    "quality": "Quality", "cost": "Cost", "improvement_activities": "Improvement activities",
    "promoting_interoperability": "Promoting interoperability",
}  # fmt: skip
RESULTS = {
    "scored": "scored", "incomplete": "too little of the data reported", "few_cases": "too few cases",
    "no_benchmark": "no benchmark", "suppressed": "suppressed by CMS", "not_reported": "not reported",
    "few_surveyed": "too few surveyed",
}  # fmt: skip
# What it earns hangs on no rate: there is nothing to gain by a better one.
FIXED = ("no_benchmark", "suppressed")
TYPES = {
    **COLLECTION_TYPES, "qcdr": "QCDR", "medicare_cqm": "Medicare CQM", "claims": "Part B claims",
    "cahps": "CAHPS survey",
}  # fmt: skip
BY_PRACTICE = """
select tin, count(*) as clinicians, median(final_score) as middle, sum(part_b_paid) as paid,
       sum(dollars) filter (where dollars > 0) as gained, sum(dollars) filter (where dollars < 0) as lost,
       sum(dollars) as dollars
from mips.score where performance_year = ? and counts and dollars is not null group by tin
order by abs(sum(dollars)) desc, tin limit ?
"""
# What a category lacks of its weight, a row a score that counts; the columns are of the closed list above.
OF_CATEGORY = """
select final_score, scaling_factor, cast(part_b_paid as double) as part_b_paid, {name}_percent as percent,
       100 * {name}_weight - {name}_contribution as lacking
from mips.score
where performance_year = ? and counts and {name}_weight > 0 and {name}_percent is not null
"""
# What a measure that counts lacks of the most it can earn, a row a score that counts.
OF_MEASURE = """
with unit as (
  select *, case when entity_id <> '' then entity_id when npi <> '' then concat(tin, ' ', npi)
    else tin end as unit
  from mips.measure_points
  where performance_year = ? and counted and points is not null and category in ('quality', 'cost')
),
score as (
  select *, case when entity_id <> '' then entity_id
    when participation = 'individual' then concat(tin, ' ', npi) else tin end as unit
  from mips.score where performance_year = ? and counts
)
select concat(unit.category, '|', unit.measure_id, '|', unit.collection_type, '|', unit.result) as lever,
       unit.points, score.final_score, score.scaling_factor, cast(score.part_b_paid as double) as part_b_paid,
       (? - unit.points) * 100 * case when unit.category = 'quality'
         then score.quality_weight / nullif(score.quality_available, 0)
         else score.cost_weight / nullif(? * score.cost_measures_scored, 0) end as lacking
from unit
join score on score.unit = unit.unit and score.participation = unit.participation
  and score.pathway = unit.pathway and score.mvp_id = unit.mvp_id
"""
Columns = dict[str, npt.NDArray[Any]]


def money(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Losses and gains by practice: those that move most are drawn."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return nobody(visit, viewer)
    year = int(row["performance_year"])

    def made() -> Panel:
        practices = viewer.query(BY_PRACTICE, [year, LISTED])
        if not practices:
            return Panel(
                f"What MIPS {year} is worth is not known: no Part B payments of scored clinicians are loaded",
                said(row) + ".", choices=choices(rows, row), choice_name="Year",
            )  # fmt: skip
        lost, gained = abs(real(row["lost"]) or 0.0), real(row["gained"]) or 0.0
        drawn = math.fsum(abs(real(one["dollars"]) or 0.0) for one in practices[:DRAWN])
        finding = (
            f"TIN {practices[0]['tin']} moves most: {short_dollars(practices[0]['dollars'], signed=True)}"
        )
        if len(practices) > DRAWN and lost + gained:
            part = share(min(drawn / (lost + gained), 1.0), 0)
            finding = f"The {DRAWN} practices that move most hold {part} of it"
        body = [
            TableRow(
                (
                    Cell(f"TIN {one['tin']}", str(one["tin"]), link=f"/practices/{one['tin']}"),
                    amount_cell(whole(one["clinicians"]), real(one["clinicians"])),
                    amount_cell(plain(one["middle"]), real(one["middle"])),
                    amount_cell(dollars(one["paid"]), real(one["paid"])),
                    *(
                        amount_cell(dollars(one[key], signed=True), real(one[key]), toned=True)
                        for key in ("gained", "lost", "dollars")
                    ),
                )
            )
            for one in practices
        ]
        columns = (
            Column("Practice"), Column("Scored", "number"), Column("Median score", "number"),
            Column("Part B paid", "number"), Column("Gained", "number"), Column("Lost", "number"),
            Column("Together", "number"),
        )  # fmt: skip
        return Panel(
            f"In {row['payment_year']}, scores of {year} cost {short_dollars(lost)} and bring "
            f"{short_dollars(gained)}",
            f"{short_dollars(row['dollars'], signed=True)} together.",
            figures_of(row, visit.bench.law(("qp",)).in_force(year)),
            [
                bar_picture(
                    "mips-practices", finding,
                    [
                        Bar(f"TIN {one['tin']}", real(one["dollars"]) or 0.0, link=f"/practices/{one['tin']}")
                        for one in practices[:DRAWN]
                    ],
                )
            ],
            [Table("mips-practices", f"By practice, the {LISTED} that move most", columns, body)],
            notes_of(row),
            links=((f"/programs/mips?view=who&year={year}", "By clinician"),),
            choices=choices(rows, row),
            choice_name="Year",
        )  # fmt: skip

    return visit.bench.made(viewer, ("mips dollars", year), made)


def levers(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What each category and each measure at its best would move, one at a time."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return nobody(visit, viewer)
    year = int(row["performance_year"])
    return visit.bench.made(viewer, ("mips levers", year), lambda: _levers(visit, viewer, row, rows))


def _levers(visit: Visit, viewer: Viewer, row: dict[str, Any], rows: list[dict[str, Any]]) -> Panel:
    year = int(row["performance_year"])
    force = visit.bench.law(("mips", "qp")).in_force(year)
    found = _by_category(viewer, force, year)
    if not found:
        return Panel(
            f"No category of a score of {year} that counts lacks points",
            choices=choices(rows, row),
            choice_name="Year",
        )
    top = found[0]
    known = top["dollars"] is not None
    finding = (
        f"{top['name']} at its best is worth most: {short_dollars(top['dollars'], signed=True)}"
        if known
        else f"{top['name']} lacks most: {plain(top['lacking'])} points of the mean score"
    )
    columns = (
        Column("Category"),
        Column("Scores with it", "number"),
        Column("Mean percent", "number"),
        Column("Lacking", "number", "Points of the final score, mean of the scores that have the category"),
        Column("Worth at its best", "number"),
    )
    body = [
        TableRow(
            (
                text_cell(one["name"]),
                amount_cell(whole(one["scores"]), real(one["scores"])),
                amount_cell(plain(one["percent"]), real(one["percent"])),
                amount_cell(plain(one["lacking"]), real(one["lacking"])),
                amount_cell(dollars(one["dollars"], signed=True), real(one["dollars"]), toned=True),
            )
        )
        for one in found
    ]
    tables = [Table("mips-categories", f"Categories of {year}", columns, body)]
    measures = measure_worth(visit, viewer, year)
    if measures:
        tables.append(_measure_table(measures, year))
    return Panel(
        finding,
        "Each is valued alone, with all else as it is; they do not add up.",
        (),
        [
            bar_picture(
                "mips-categories", finding, [Bar(one["name"], one["dollars"] or 0.0) for one in found]
            )
            if known
            else bar_picture(
                "mips-categories", finding, [Bar(one["name"], one["lacking"]) for one in found],
                show=plain, gains=False,
            )
        ],
        tables,
        [
            "A measure that CMS caps as topped out cannot earn all points, whatever its rate; one without a "
            "benchmark earns the same few points at any rate, so nothing is valued there.",
            "Which patients close a gap, and what that is worth: Quality results, Care gaps.",
        ],
        links=(("/quality?view=gaps", "Care gaps"), ("/quality", "Data completeness")),
        choices=choices(rows, row),
        choice_name="Year",
    )  # fmt: skip


def _by_category(viewer: Viewer, force: RulesInForce, year: int) -> list[dict[str, Any]]:
    found = []
    for name, words in CATEGORIES.items():
        rows = _columns(viewer, OF_CATEGORY.format(name=name), [year])
        if not len(rows["lacking"]):
            continue
        worth = _worth(rows, force)
        found.append(
            {
                "name": words, "scores": len(worth), "percent": float(np.mean(rows["percent"])),
                "lacking": float(np.mean(rows["lacking"])), "dollars": _sum(worth),
            }
        )  # fmt: skip
    return sorted(found, key=lambda one: (-(one["dollars"] or 0.0), -one["lacking"]))


def measure_worth(visit: Visit, viewer: Viewer, year: int) -> list[dict[str, Any]]:
    """Measures that count in scores of a year: points, what they lack, and what all points are worth."""
    force = visit.bench.law(("mips", "qp")).in_force(year)
    return visit.bench.made(viewer, ("mips measures", year), lambda: _by_measure(viewer, force, year))


def _by_measure(viewer: Viewer, force: RulesInForce, year: int) -> list[dict[str, Any]]:
    if not (viewer.has("mips.score") and viewer.has("mips.measure_points")) or (
        "mips.maximum_measure_points" not in force
    ):
        return []
    most = force.number("mips.maximum_measure_points")
    rows = _columns(viewer, OF_MEASURE, [year, year, most, most])
    if not len(rows["lever"]):
        return []
    worth = _worth(rows, force)
    names, place = np.unique(rows["lever"].astype(str), return_inverse=True)
    found = []
    for at, lever in enumerate(names.tolist()):
        category, measure, kind, result = lever.split("|")
        mine = place == at
        found.append(
            {
                "category": category, "measure_id": measure, "collection_type": kind, "result": result,
                "scores": int(mine.sum()), "points": float(np.mean(rows["points"][mine])),
                "lacking": float(np.mean(rows["lacking"][mine])),
                "dollars": _sum(worth[mine]) if result not in FIXED else None,
            }
        )  # fmt: skip
    return sorted(found, key=lambda one: (-(one["dollars"] or 0.0), -one["lacking"], one["measure_id"]))


def _measure_table(rows: Sequence[dict[str, Any]], year: int) -> Table:
    columns = (
        Column("Measure"),
        Column("Reported as"),
        Column("Result"),
        Column("Scores with it", "number"),
        Column("Mean points", "number", "Of all that a measure can earn"),
        Column("Lacking", "number", "Points of the final score to all points of the measure, mean"),
        Column("Worth at its best", "number"),
    )
    body = [
        TableRow(
            (
                text_cell(measure_words(one["measure_id"])),
                text_cell(TYPES.get(one["collection_type"], one["collection_type"])),
                text_cell(RESULTS.get(one["result"], one["result"].replace("_", " "))),
                amount_cell(whole(one["scores"]), real(one["scores"])),
                amount_cell(plain(one["points"]), real(one["points"])),
                amount_cell(plain(one["lacking"]), real(one["lacking"])),
                amount_cell(dollars(one["dollars"], signed=True), real(one["dollars"]), toned=True),
            )
        )
        for one in rows[:LISTED]
    ]
    return Table("mips-measures", f"Measures that count in scores of {year}", columns, body)


def measure_words(measure: str) -> str:
    """Our short name of a measure where we have one, else its number."""
    return f"{MEASURES[measure]} ({measure})" if measure in MEASURES else f"Measure {measure}"


def _columns(viewer: Viewer, sql: str, values: Sequence[Any]) -> Columns:
    """The answer as one array a column: scores may be many, and are settled all at once."""
    for table in ("mips.score", "mips.measure_points"):
        viewer.has(table)
    cursor = viewer.con.cursor()
    try:
        found = cursor.execute(sql, list(values)).fetchnumpy()
    finally:
        cursor.close()
    return {
        name: np.asarray(column, dtype=object) if name == "lever" else np.ma.filled(
            np.ma.asarray(column).astype(np.float64), np.nan
        )
        for name, column in found.items()
    }  # fmt: skip


def _worth(rows: Columns, force: RulesInForce) -> npt.NDArray[np.float64]:
    """Dollars after less dollars before, of scores that gain what they lack."""
    size = len(rows["final_score"])
    if not size:
        return np.zeros(0)
    columns = clinician_columns({name: rows[name] for name in ("part_b_paid", "scaling_factor")})
    counts = np.ones(size, dtype=bool)
    gained = np.clip(
        rows["final_score"] + np.nan_to_num(rows["lacking"]), 0.0, force.number("qp.mips_score_maximum")
    )
    before, after = (
        np.asarray(settle_scores(columns, final, counts, force, False)[0]["dollars"], dtype=np.float64)
        for final in (rows["final_score"], gained)
    )
    return after - before


def _sum(amounts: npt.NDArray[np.float64]) -> float | None:
    known = amounts[~np.isnan(amounts)]
    return float(math.fsum(known.tolist())) if len(known) else None


def assumptions(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What under the scores is not settled law."""
    row, rows = chosen(visit, viewer, ask)
    if row is None or not viewer.has("mips.assumption"):
        return nobody(visit, viewer)
    year = int(row["performance_year"])

    def made() -> Section:
        found = viewer.query("select * from mips.assumption where performance_year = ? order by rule", [year])
        held = [{**one, "value": json.loads(one["value"]) if one["value"] else None} for one in found]
        return assumptions_section(Index(ReportData(performance_year=year, clinicians=[], assumptions=held)))

    section = visit.bench.made(viewer, ("mips assumptions", year), made)
    return Panel(
        section.lead or section.title,
        section=Section(section.id, section.title, "", tables=section.tables, empty=section.empty),
        choices=choices(rows, row), choice_name="Year",
    )  # fmt: skip
