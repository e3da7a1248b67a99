"""What an ACO's year comes to against its benchmark: projection, drivers, what separates it from CMS's."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts import svg
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.trend import Point
from corridor.reports.charts.trend import trend as line_of
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    dollars,
    is_small,
    month_name,
    people,
    plain,
    real,
    share,
    short_dollars,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.programs.drawing import signed
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

PROJECTED = "mssp.projection"
LOAD = (
    "A projection needs the whole year before it, payments of this one, and the ACO's participant list; "
    "a benchmark needs CMS's benchmark report (`corridor load aco-report FILE`) or the base years."
)
NO_BENCHMARK = (
    "No updated benchmark is known, so no savings or losses are stated: load CMS's benchmark report with "
    "`corridor load aco-report FILE`."
)
DRIVERS = {
    "price": "Price (dollars a claim)", "volume": "Volume (claims a person)",
    "mix_of_services": "Mix of services", "mix_of_people": "Mix of enrollment types",
    "risk": "Risk scores", "assignment_churn": "People who came and left",
    "benchmark": "Benchmark against last year's cost", "other": "Truncation and adjustments",
}  # fmt: skip
TYPES = {
    "esrd": "End-stage renal disease", "disabled": "Disabled", "aged_dual": "Aged, dual",
    "aged_nondual": "Aged, not dual", "aged_non_dual": "Aged, not dual", "all": "All",
}  # fmt: skip
EFFECTS = {
    "either": "either way",
    "none": "none",
    "understates": "ours is lower",
    "overstates": "ours is higher",
}
NEWEST = """
select * from mssp.projection where newest order by year desc, people desc, aco_id
"""
MONTHS = """
select as_of_month, months_seen, per_capita, per_capita_low, per_capita_high, benchmark_per_capita, savings,
       savings_low, savings_high
from mssp.projection where aco_id = ? and year = ? order by as_of_month
"""
HELD = """
select spent.enrollment_type, spent.people, spent.person_years, spent.per_capita, spent.risk_score,
       spent.truncated_people, bench.updated_benchmark, bench.source, bench.stage
from mssp.expenditure as spent
left join mssp.benchmark as bench on bench.aco_id = spent.aco_id and bench.year = spent.year
  and bench.enrollment_type = spent.enrollment_type
where spent.aco_id = ? and spent.year = ? and spent.tin = '' order by spent.enrollment_type
"""
VARIED = "select * from mssp.variance where aco_id = ? and year = ? order by driver"
GAP = """
select item, effect, dollars, people_missing, words from mssp.gap where aco_id = ? and year = ? order by item
"""


def standings(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """The newest projection of each ACO in scope."""

    def made() -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in viewer.query(NEWEST) if viewer.has(PROJECTED) else ():
            found.setdefault(str(row["aco_id"]), row)  # of its newest year
        return list(found.values())

    return visit.bench.made(viewer, "mssp projections", made)


def said(row: dict[str, Any]) -> tuple[str, str]:
    """A projection in a sentence, and how sure it is."""
    spread = f"between {dollars(row['per_capita_low'])} and {dollars(row['per_capita_high'])}"
    level = share(row["level"], 0)
    if row["benchmark"] is None:
        return (
            f"{row['aco_id']} is on course to spend {dollars(row['per_capita'])} a person in {row['year']}",
            f"As of {month_name(row['as_of_month'])}; {level} of such intervals hold the truth: {spread}.",
        )
    saves = (real(row["savings"]) or 0.0) >= 0
    verb = "below" if saves else "above"
    return (
        f"{row['aco_id']} is on course to end {row['year']} {short_dollars(abs(row['savings']))} {verb} its "
        "benchmark",
        f"As of {month_name(row['as_of_month'])}; {level} interval: from "
        f"{short_dollars(row['savings_low'], signed=True)} to "
        f"{short_dollars(row['savings_high'], signed=True)}. "
        "Before the minimum savings rate and the sharing of the track.",
    )


def savings(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Where the year ends, why it differs, and what keeps the figure from being CMS's own."""
    rows = standings(visit, viewer)
    if not rows:
        return Panel("No year of an ACO can be projected in this run", notes=[LOAD])
    row = next((one for one in rows if one["aco_id"] == ask.show), rows[0])
    aco, year = str(row["aco_id"]), int(row["year"])
    sentence, second = said(row)
    months = viewer.query(MONTHS, [aco, year])
    varied = viewer.query(VARIED, [aco, year]) if viewer.has("mssp.variance") else []
    held = viewer.query(HELD, [aco, year]) if viewer.has("mssp.expenditure") else []
    gap = viewer.query(GAP, [aco, year]) if viewer.has("mssp.gap") else []
    pictures = [_course(year, months)]
    drawn = _drivers(varied)
    if drawn:
        pictures.append(drawn)
    return Panel(
        sentence,
        second,
        _figures(row),
        pictures,
        [
            table
            for table in (_by_type(year, held), _driven(varied), _by_month(year, months), _gap(gap))
            if table
        ],
        notes=[NO_BENCHMARK] if row["benchmark"] is None else [],
        choices=[(one["aco_id"], one["aco_id"], one is row) for one in rows] if len(rows) > 1 else (),
        choice_name="ACO",
    )


def _figures(row: dict[str, Any]) -> list[Figure]:
    found = [
        Figure(
            dollars(row["per_capita"]), "a person and year, projected",
            f"{dollars(row['per_capita_low'])} to {dollars(row['per_capita_high'])}",
            "", "estimate", "From claims, truncated and completed; docs/aco.md says how.",
        )
    ]  # fmt: skip
    if row["benchmark_per_capita"] is not None:
        found.append(
            Figure(
                dollars(row["benchmark_per_capita"]), "updated benchmark a person and year",
                f"{whole(row['person_years'])} person-years",
            )
        )  # fmt: skip
        rate = (real(row["savings"]) or 0.0) / (real(row["benchmark"]) or 1.0)
        found.append(
            Figure(
                share(rate, 2, signed=True), "of the benchmark saved (+) or overspent (−)",
                f"{short_dollars(row['savings'], signed=True)} in the year",
            )
        )  # fmt: skip
    return found


def _course(year: int, months: list[dict[str, Any]]) -> Picture:
    last = months[-1]
    finding = f"{year} as it looked month by month: now {dollars(last['per_capita'])} a person"
    points = [
        Point(
            month_name(row["as_of_month"]), real(row["per_capita"]), real(row["per_capita_low"]),
            real(row["per_capita_high"]), real(row["benchmark_per_capita"]),
        )
        for row in months
    ]  # fmt: skip
    wide, narrow = (
        line_of(
            f"mssp-course-{size}", finding, points, show=dollars, value_name="projected dollars a person",
            width=width,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    known = any(row["benchmark_per_capita"] is not None for row in months)
    return Picture(finding, wide, narrow, "Dashed: the updated benchmark." if known else "")


def _parts(varied: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    whole_one = next((row for row in varied if row["driver"] == "total"), None)
    rows = [row for row in varied if row["driver"] in DRIVERS]
    if whole_one is not None and whole_one["against"] == "prior_year":
        rows = [row for row in rows if row["driver"] != "benchmark"]
    return sorted(rows, key=lambda row: -abs(float(row["dollars"]))), whole_one


def _drivers(varied: list[dict[str, Any]]) -> Picture | None:
    rows, total = _parts(varied)
    if total is None:
        return None
    against = "benchmark" if total["against"] == "benchmark" else "the year before"
    start = float(total["held_against"])
    finding = f"{DRIVERS[rows[0]['driver']]} moved the year most against {against}"
    parts = [Part(DRIVERS[row["driver"]], float(row["dollars"])) for row in rows if row["dollars"]]
    wide, narrow = (
        waterfall(
            f"mssp-drivers-{size}", finding, Part("Held against", 0.0), parts,
            Part("The year", sum(part.amount for part in parts)),
            show=lambda value: short_dollars(start + value), show_change=signed, layout=layout, neutral=True,
        )
        for size, layout in (("wide", SIDE), ("narrow", STACKED))
    )  # fmt: skip
    return Picture(finding, wide, narrow, "Dollars of the whole ACO; the drivers add up to the cent.")


def _driven(varied: list[dict[str, Any]]) -> Table | None:
    rows, total = _parts(varied)
    if total is None:
        return None
    against = "its updated benchmark" if total["against"] == "benchmark" else "the year before"
    body = [
        TableRow(
            (
                text_cell(DRIVERS[row["driver"]]),
                amount_cell(dollars(row["dollars"], signed=True), real(row["dollars"])),
                amount_cell(plain(row["per_capita"], 2, signed=True), real(row["per_capita"])),
            )
        )
        for row in rows
    ]
    return Table(
        "mssp-drivers",
        f"What makes the year dearer (+) or cheaper (−) than {against}",
        (Column("Driver"), Column("Dollars", "number"), Column("A person and year", "number")),
        body,
        total=[
            text_cell("Together"),
            amount_cell(dollars(total["dollars"], signed=True), real(total["dollars"])),
            amount_cell(plain(total["per_capita"], 2, signed=True), real(total["per_capita"])),
        ],
    )


def _by_type(year: int, held: list[dict[str, Any]]) -> Table | None:
    if not held:
        return None
    # dollars of a few people would give them away; beside All, one hidden type alone would still be known
    hidden = {row["enrollment_type"] for row in held if is_small(row["people"])}
    if len(hidden) == 1:
        others = [row for row in held if row["enrollment_type"] not in hidden | {"all"} and row["people"]]
        hidden |= {min(others, key=lambda row: row["people"])["enrollment_type"]} if others else set()
    lines = {row["enrollment_type"]: _type_line(row, row["enrollment_type"] in hidden) for row in held}
    total = lines.pop("all", None)
    return Table(
        "mssp-types",
        f"{year} by enrollment type, truncated and completed",
        (
            Column("Enrollment type"), Column("People", "number"), Column("Person-years", "number"),
            Column("Spent a person and year", "number"), Column("Updated benchmark", "number"),
            Column("Risk score", "number"),
        ),
        [TableRow(cells) for cells in lines.values()],
        total=total or (),
    )  # fmt: skip


def _type_line(row: dict[str, Any], hidden: bool) -> list[Cell]:
    words = (
        ("people", people), ("person_years", whole), ("per_capita", dollars), ("updated_benchmark", dollars),
        ("risk_score", lambda value: plain(value, 3)),
    )  # fmt: skip
    return [
        text_cell(TYPES.get(row["enrollment_type"], str(row["enrollment_type"]).replace("_", " "))),
        *(
            text_cell("–") if hidden else amount_cell(shown(row[name]), real(row[name]))
            for name, shown in words
        ),
    ]


def _by_month(year: int, months: list[dict[str, Any]]) -> Table:
    known = any(row["benchmark_per_capita"] is not None for row in months)
    spent = ("per_capita", "per_capita_low", "per_capita_high")
    saved = ("savings", "savings_low", "savings_high") if known else ()
    body = [
        TableRow(
            (
                text_cell(month_name(row["as_of_month"])),
                *(
                    amount_cell(dollars(row[key]), real(row[key]))
                    for key in (*spent, *(["benchmark_per_capita"] if known else []))
                ),
                *(amount_cell(dollars(row[key], signed=True), real(row[key])) for key in saved),
            )
        )
        for row in months
    ]
    names = ["Projected", "Low", "High"]
    names += ["Benchmark", "Savings", "Savings, low", "Savings, high"] if known else []
    columns = [Column("As of"), *(Column(name, "number") for name in names)]
    return Table("mssp-course", f"{year} as projected from each month", columns, body)


def _gap(gap: list[dict[str, Any]]) -> Table | None:
    if not gap:
        return None
    body = [
        TableRow(
            (
                text_cell(str(row["item"]).replace("_", " ").capitalize()),
                text_cell(EFFECTS.get(row["effect"], str(row["effect"]))),
                amount_cell(dollars(row["dollars"], signed=True), real(row["dollars"]))
                if row["people_missing"] is None or not is_small(row["people_missing"])
                else text_cell("–"),
                text_cell(str(row["words"])),
            )
        )
        for row in gap
    ]
    return Table(
        "mssp-gap",
        "What separates this from CMS's own figure",
        (Column("What"), Column("Ours is off"), Column("Dollars", "number"), Column("Why")),
        body,
    )
