"""MIPS: final scores, payment adjustments and dollars, what would move them, and who."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import Response

from corridor.reports.charts import svg
from corridor.reports.charts.line import YearPoint
from corridor.reports.charts.strip import Landmark, OwnPoint, strip
from corridor.reports.views.page import Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, plain, real, whole
from corridor.web.guard import Visit
from corridor.web.programs import mips_who, mips_worth, stands
from corridor.web.programs.drawing import year_picture
from corridor.web.programs.mips_years import (
    LOAD,
    choices,
    chosen,
    figures_of,
    nobody,
    notes_of,
    said,
    tag_of,
    unscored_said,
    years,
)
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "MIPS"
NEAR_ZERO = 0.01
LEVELS = {
    "individual": "clinician", "group": "group", "subgroup": "subgroup", "virtual_group": "virtual group",
    "apm_entity": "APM entity",
}  # fmt: skip
PATHWAYS = {
    "traditional": "traditional MIPS",
    "mvp": "MIPS Value Pathway",
    "app": "APP",
    "app_plus": "APP Plus",
}
SCORES = """
select final_score from mips.score where performance_year = ? and counts and final_score is not null
"""
BY_LEVEL = """
select participation, pathway, mvp_id, count(*) as clinicians, count(*) filter (where counts) as scored,
       median(final_score) as middle, min(final_score) as least, max(final_score) as most,
       sum(dollars) filter (where counts) as dollars
from mips.score where performance_year = ? group by participation, pathway, mvp_id
order by scored desc, participation, pathway, mvp_id
"""


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Where the scores lie beside the threshold, and whose report they come from."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return nobody(visit, viewer)
    year = int(row["performance_year"])
    force = visit.bench.law(("qp",)).in_force(year)

    def made() -> Panel:
        body = [
            TableRow(
                (
                    text_cell(LEVELS.get(str(one["participation"]), str(one["participation"]))),
                    text_cell(
                        PATHWAYS.get(str(one["pathway"]), str(one["pathway"]))
                        + (f" {one['mvp_id']}" if one["mvp_id"] else "")
                    ),
                    *(amount_cell(whole(one[key]), real(one[key])) for key in ("clinicians", "scored")),
                    *(amount_cell(plain(one[key]), real(one[key])) for key in ("least", "middle", "most")),
                    amount_cell(dollars(one["dollars"], signed=True), real(one["dollars"]), toned=True),
                )
            )
            for one in viewer.query(BY_LEVEL, [year])
        ]
        columns = (
            Column("Reported by"),
            Column("Pathway"),
            Column("Clinicians with it", "number"),
            Column("It counts for", "number", "Of several scores of a TIN and NPI one counts"),
            Column("Lowest", "number"),
            Column("Median", "number"),
            Column("Highest", "number"),
            Column("Dollars", "number"),
        )
        picture = _strip(viewer, row, force)
        return Panel(
            said(row),
            unscored_said(row, force),
            figures_of(row, force),
            [picture] if picture else [],
            [Table("mips-levels", f"Scores of {year} by who reports", columns, body)],
            notes_of(row),
            links=(
                (f"/programs/mips?view=who&year={year}", "Every clinician"),
                ("/quality", "Quality results and care gaps"),
                ("/rules?program=mips", "The rules"),
            ),
            choices=choices(rows, row),
            choice_name="Year",
        )

    return visit.bench.made(viewer, ("mips standing", year), made)


def _strip(viewer: Viewer, row: dict[str, Any], force: Any) -> Picture | None:
    """Every score that counts as a distribution, the threshold across it."""
    scores = np.sort(
        np.array([float(one["final_score"]) for one in viewer.query(SCORES, [row["performance_year"]])])
    )
    if not scores.size:
        return None
    marks = []
    # a score of nothing is no silence here: who sent nothing has no score
    drawn = np.maximum(scores, NEAR_ZERO)
    finding = f"Half of the {scores.size:,} scores lie above {plain(row['middle'])}"
    if "qp.mips_threshold" in force:
        threshold = force.number("qp.mips_threshold")
        below = int((scores < threshold).sum())
        finding = f"{below:,} of {scores.size:,} scores lie below {plain(threshold, 0)}, which breaks even"
        marks.append(Landmark(threshold, f"breaks even at {plain(threshold, 0)}", strong=True))
        if "qp.mips_lowest_quarter" in force:
            lowest = threshold * force.number("qp.mips_lowest_quarter")
            marks.append(Landmark(lowest, f"largest cut up to {plain(lowest, 2)}"))
    own = [
        OwnPoint(float(row[key]), words, 0)
        for key, words in (("low", "lowest tenth"), ("middle", "median"), ("high", "highest tenth"))
    ]
    wide, narrow = (
        strip(f"mips-scores-{size}", finding, drawn, own, axis="Final score", landmarks=marks, width=width)
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )
    return Picture(finding, wide, narrow, f"Grey: the {scores.size:,} scores that count.")


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Scores and dollars, performance year by performance year."""
    rows = years(visit, viewer)
    if not rows:
        return nobody(visit, viewer)
    points = [
        YearPoint(
            int(row["performance_year"]), float(row["middle"]), None, None, f"paid in {row['payment_year']}"
        )
        for row in rows
        if row["middle"] is not None
    ]
    sentence, pictures = said(rows[-1]), []
    if len(points) > 1:
        first, last = points[0], points[-1]
        sentence = (
            f"The median score went from {plain(first.value)} in {first.year} to "
            f"{plain(last.value)} in {last.year}"
        )
        pictures.append(
            year_picture(
                "mips-years",
                sentence,
                points,
                show=plain,
                value_name="median final score",
            )
        )
    body = [
        TableRow(
            (
                text_cell(row["performance_year"]),
                text_cell(row["payment_year"]),
                *(
                    amount_cell(whole(row[key]), real(row[key]))
                    for key in ("scored", "reward", "neutral", "cut", "largest_cut")
                ),
                *(amount_cell(plain(row[key]), real(row[key])) for key in ("low", "middle", "high")),
                *(
                    amount_cell(dollars(row[key], signed=True), real(row[key]), toned=True)
                    for key in ("gained", "lost", "dollars")
                ),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Performance year"),
        Column("Paid in"),
        Column("Scored", "number"),
        Column("Gain", "number"),
        Column("Neither", "number"),
        Column("Lose", "number"),
        Column("Lose most", "number", "The largest cut: scores in the lowest quarter below the threshold"),
        Column("Lowest tenth", "number", "A tenth of the scores lie below it"),
        Column("Median", "number"),
        Column("Highest tenth", "number"),
        Column("Gained", "number"),
        Column("Lost", "number"),
        Column("Together", "number"),
    )
    second = "" if len(points) > 1 else "Only one performance year has scores in this run."
    return Panel(
        sentence, second, pictures=pictures, tables=[Table("mips-years", "Year by year", columns, body)]
    )


def card(visit: Visit, viewer: Viewer) -> Card:
    """The latest year whose dollars are known."""
    row, _ = chosen(visit, viewer, Ask())
    if row is None:
        return Card(f"{NOBODY_CARD} {LOAD}")
    amount = real(row["dollars"])
    force = visit.bench.law(("qp",)).in_force(int(row["performance_year"]))
    cut = force.number("qp.mips_largest_cut") if "qp.mips_largest_cut" in force else 0.0
    tag, why = tag_of(row)
    return Card(
        said(row), amount, f"expected in {row['payment_year']}" if amount is not None else "",
        cut * (real(row["paid"]) or 0.0), tag, why, True,
    )  # fmt: skip


NOBODY_CARD = "Nobody you may see has a MIPS score."

PROGRAM = Program(
    "mips",
    NAME,
    "What clinicians score in the Merit-based Incentive Payment System, what it does to their Part B "
    "payments, and what would change it",
    ("mips.score",),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Trend", trend),
        View("dollars", "Dollars", mips_worth.money),
        View("levers", "Levers", mips_worth.levers),
        View("who", "Who", mips_who.who),
        View("assumptions", "Assumptions", mips_worth.assumptions),
    ),
    missing=LOAD,
    of=stands.mips,
)
