"""How the Ambulatory Specialty Model changes: cost of episodes by quarter, and results from run to run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import Response

from corridor.engine.runs import Run
from corridor.reports.charts import svg
from corridor.reports.charts.trend import Point
from corridor.reports.charts.trend import trend as line_of
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import cohort_name, dollars, is_small, people, plain, real, short_dollars, whole
from corridor.web.guard import Visit
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

# People of several clinicians are one: never more of them than there are, and exact for one practice or all.
QUARTERS = """
with practice as (
  select cohort, year, quarter, tin, greatest(sum(first_in_practice), max(people)) as people,
         sum(first_in_all) as first_in_all, sum(episodes) as episodes, sum(observed) as observed,
         sum(expected) as expected, sum(weight) as weight
  from panel.asm_quarter where (? = '' or tin = ?) and (? = '' or npi = ?)
  group by cohort, year, quarter, tin
)
select cohort, year, quarter, greatest(sum(first_in_all), max(people)) as people, sum(episodes) as episodes,
       sum(observed) / nullif(sum(weight), 0) as observed, sum(expected) / nullif(sum(weight), 0) as expected,
       sum(observed) / nullif(sum(expected), 0) as ratio
from practice group by cohort, year, quarter order by cohort, year, quarter
"""
MOST_RUNS = 8
RESULT = """
select count(*) as clinicians, median(final_score) as score, sum(dollars) as dollars from asm.result
"""


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Episode cost against what is expected, by quarter; then the runs that are kept."""
    pictures, tables, said = quarters(visit, viewer)
    rows = visit.bench.made(viewer, "asm runs", lambda: _runs(visit, viewer))
    if rows:
        tables.append(_table_of_runs(rows))
    sentence = said or "The run holds no episode by quarter"
    second = _between(rows)
    return Panel(sentence, second, pictures=pictures, tables=tables)


def quarters(
    visit: Visit, viewer: Viewer, tin: str = "", npi: str = ""
) -> tuple[list[Picture], list[Table], str]:
    """The cost ratio of episodes by the quarter they began: charts by cohort, the table, the finding."""

    def made() -> tuple[list[Picture], list[Table], str]:
        if not viewer.has("panel.asm_quarter"):
            return [], [], ""
        return _drawn(viewer.query(QUARTERS, [tin, tin, npi, npi]))

    return visit.bench.made(viewer, ("asm quarters", tin, npi), made)


def _drawn(rows: Sequence[dict[str, Any]]) -> tuple[list[Picture], list[Table], str]:
    if not rows:
        return [], [], ""
    times = sorted({(int(row["year"]), int(row["quarter"])) for row in rows})
    names = [f"Q{quarter} {year}" for year, quarter in times]
    by_cohort: dict[str, dict[tuple[int, int], dict[str, Any]]] = {}
    for row in rows:
        by_cohort.setdefault(str(row["cohort"]), {})[(int(row["year"]), int(row["quarter"]))] = row
    said = []
    for cohort, found in by_cohort.items():
        known = [found[time] for time in times if time in found and not is_small(found[time]["people"])]
        if len(known) > 1 and real(known[0]["ratio"]) and real(known[-1]["ratio"]):
            said.append(
                f"{cohort_name(cohort)} episodes cost {plain(known[0]['ratio'], 2)} of what is expected in "
                f"Q{known[0]['quarter']} {known[0]['year']} and {plain(known[-1]['ratio'], 2)} in "
                f"Q{known[-1]['quarter']} {known[-1]['year']}"
            )
    finding = "; ".join(said) or "Cost of episodes over what is expected, by quarter"
    pictures = []
    for cohort, rows_of_cohort in by_cohort.items():
        title = next((one for one in said if one.startswith(cohort_name(cohort))), cohort_name(cohort))
        points = []
        for time, words in zip(times, names, strict=True):
            there = rows_of_cohort.get(time)
            few = there is None or is_small(there["people"])
            known_ratio = None if there is None or few else real(there["ratio"])
            points.append(Point(words, known_ratio, expected=1.0))
        wide, narrow = (
            line_of(
                f"asm-{cohort}-{size}",
                title,
                points,
                show=lambda value: plain(value, 2),
                value_name="observed over expected",
                width=width,
            )
            for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
        )
        pictures.append(
            Picture(title, wide, narrow, "By the quarter an episode began; under 11 people: left out.")
        )
    body = [
        TableRow(
            (
                text_cell(cohort_name(row["cohort"])),
                Cell(f"Q{row['quarter']} {row['year']}", float(row["year"]) * 10 + float(row["quarter"])),
                amount_cell(people(row["people"]), real(row["people"])),
                *(
                    amount_cell("–", None) if is_small(row["people"]) else amount_cell(words, real(row[key]))
                    for key, words in (
                        ("episodes", whole(row["episodes"])),
                        ("observed", dollars(row["observed"])),
                        ("expected", dollars(row["expected"])),
                        ("ratio", plain(row["ratio"], 2)),
                    )
                ),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Cohort"),
        Column("Began"),
        Column("People", "number", "Each once; at least so many where several practices are in scope"),
        Column("Attributed", "number", "Episodes, once for each clinician they are attributed to"),
        Column("Observed", "number", "Mean cost of an episode for a year"),
        Column("Expected", "number"),
        Column("Ratio", "number", "Observed over expected"),
    )
    return pictures, [Table("asm-quarters", "Episodes by quarter", columns, body)], finding


def _runs(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """The newest runs that still have their results, the oldest first."""
    found: list[dict[str, Any]] = []
    kept = sorted((visit.bench.home / "runs").glob("*/manifest.json"), reverse=True)
    for file in kept[:MOST_RUNS]:
        try:
            run = Run(visit.bench.home, file.parent.name)
            if not (run.manifest.get("finished") and run.files("asm.result")):
                continue
            (row,) = Viewer(run, viewer.scope, False).query(RESULT)
        except (OSError, json.JSONDecodeError, KeyError):
            continue
        setting = run.manifest.get("setting", {})
        found.append(
            {
                "finished": str(run.manifest["finished"])[:16].replace("T", " "),
                "run": run.run_id,
                "year": setting.get("performance_year"),
                **row,
            }
        )
    return found[::-1]


def _between(rows: Sequence[dict[str, Any]]) -> str:
    """What changed since the run before, for the same year."""
    if not rows:
        return ""
    last = rows[-1]
    before = [row for row in rows[:-1] if row["year"] == last["year"]]
    if not before or last["dollars"] is None or before[-1]["dollars"] is None:
        return "No earlier run of the same year is kept, so there is nothing to compare the dollars with."
    change = float(last["dollars"]) - float(before[-1]["dollars"])
    if abs(change) < 1:
        return f"The dollars are those of the run before ({before[-1]['finished']})."
    moved = short_dollars(change, signed=True)
    return f"The dollars changed by {moved} since the run of {before[-1]['finished']}."


def _table_of_runs(rows: Sequence[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(row["finished"]),
                text_cell(row["year"]),
                amount_cell(whole(row["clinicians"]), real(row["clinicians"])),
                amount_cell(plain(row["score"]), real(row["score"])),
                amount_cell(dollars(row["dollars"], signed=True), real(row["dollars"]), toned=True),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Run (UTC)"),
        Column("Performance year"),
        Column("Clinicians", "number"),
        Column("Median final score", "number"),
        Column("Dollars", "number", "Of the first payment year"),
    )
    return Table("asm-runs", "Runs that are kept", columns, body, tools=False)
