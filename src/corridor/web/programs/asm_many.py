"""The Ambulatory Specialty Model of a group too large to draw one by one: by cohort, practice and measure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corridor.reports.charts import svg
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.funnel import Dot, funnel
from corridor.reports.charts.funnel import standing as beyond
from corridor.reports.charts.strip import Landmark, OwnPoint, strip
from corridor.reports.views.page import (
    Cell,
    Column,
    Picture,
    Section,
    Table,
    TableRow,
    amount_cell,
    text_cell,
)
from corridor.reports.words import (
    cohort_name,
    counted,
    measure_label,
    people,
    plain,
    real,
    share,
    short_dollars,
    whole,
)
from corridor.reports.words import (
    dollars as to_the_dollar,
)
from corridor.web.guard import Visit
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Panel
from corridor.web.viewer import Viewer

DRAWN = 15
DOTS = 400
SCORES = """
select result.cohort, count(*) as clinicians, count(final_score) as scored, median(final_score) as middle,
       quantile_cont(final_score, 0.1) as low, quantile_cont(final_score, 0.9) as high,
       count(*) filter (where payment_adjustment_factor < 0) as losing,
       count(*) filter (where payment_adjustment_factor > 0) as gaining,
       sum(dollars) as dollars, any_value(cohort.neutral_score) as neutral,
       (select median(one.final_score) from asm.national_cohort as one
        where one.cohort = result.cohort) as national
from asm.result as result left join asm.cohort as cohort on cohort.cohort = result.cohort
group by result.cohort order by result.cohort
"""
NATIONAL = "select final_score from asm.national_cohort where cohort = ? and final_score is not null"
BY_PRACTICE = """
select tin, payment_year, count(*) as clinicians, sum(dollars) as dollars
from asm.dollars_by_year where payment_year = (select min(payment_year) from asm.dollars_by_year)
group by tin, payment_year
"""
LEVERS = """
select measure, any_value(change) as change, count(*) as clinicians, sum(dollars) as dollars,
       max(dollars) as most, arg_max(npi, dollars) as npi
from asm.lever group by measure order by dollars desc nulls last, measure
"""
COST = """
select tin, npi, attributed_episodes, cost_ratio from measures.asm_cost
where cohort = ? and performance_year = (select max(measure_year) from asm.year_used where cohort = ?)
    and scored and cost_ratio is not null
order by attributed_episodes, tin, npi
"""
# Chance is how far single episodes scatter: the scatter of clinicians holds what they differ in, too.
SPREAD = """
select max(spread) as spread from panel.asm_spread
where cohort = ? and performance_year = (select max(measure_year) from asm.year_used where cohort = ?)
"""


def standing(viewer: Viewer) -> Section:
    """Each cohort's scores as landmarks on the national distribution, and the table behind them."""
    rows = viewer.query(SCORES)
    pictures = []
    for row in rows:
        if not row["scored"]:
            continue
        peers = np.sort(
            np.array([float(one["final_score"]) for one in viewer.query(NATIONAL, [row["cohort"]])])
        )
        name = cohort_name(row["cohort"])
        neutral = real(row["neutral"])
        finding = f"{name}: {row['losing']:,} of {row['scored']:,} score below what breaks even"
        marks = (
            [Landmark(float(row["national"]), f"national median {row['national']:.0f}")] if peers.size else []
        )
        if neutral is not None:
            marks.append(Landmark(neutral, f"breaks even at {neutral:.0f}", strong=True))
        own = [
            OwnPoint(float(row[key]), words, 0)
            for key, words in (
                ("low", "your lowest tenth"),
                ("middle", "your median"),
                ("high", "your highest tenth"),
            )
        ]
        wide, narrow = (
            strip(
                f"scores-{row['cohort']}-{size}",
                finding,
                peers,
                own,
                axis="Final score",
                landmarks=marks,
                width=width,
            )
            for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
        )
        pictures.append(
            Picture(finding, wide, narrow, f"Grey: {peers.size:,} clinicians of the national cohort.")
        )
    body = [
        TableRow(
            (
                text_cell(cohort_name(row["cohort"])),
                *(amount_cell(whole(row[key]), real(row[key])) for key in ("clinicians", "scored")),
                *(
                    amount_cell(plain(row[key]), real(row[key]))
                    for key in ("low", "middle", "high", "neutral", "national")
                ),
                *(amount_cell(whole(row[key]), real(row[key])) for key in ("losing", "gaining")),
                amount_cell(to_the_dollar(row["dollars"], signed=True), real(row["dollars"]), toned=True),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Cohort"),
        Column("Clinicians", "number"),
        Column("Scored", "number"),
        Column("Lowest tenth", "number", "A tenth of yours score below it"),
        Column("Median", "number"),
        Column("Highest tenth", "number"),
        Column("Breaks even", "number"),
        Column("National median", "number"),
        Column("Lose", "number"),
        Column("Gain", "number"),
        Column("Dollars", "number"),
    )
    return Section(
        "scores", "Scores among peers", "", pictures, [Table("scores", "Scores by cohort", columns, body)]
    )


def dollars(visit: Visit, viewer: Viewer) -> Panel:
    """Losses and gains by practice: those that move most are drawn."""

    def made() -> Panel:
        rows = viewer.query(BY_PRACTICE)
        if not rows:
            return Panel("No dollars: Part B payments are not loaded.")
        year = rows[0]["payment_year"]
        amounts = {str(row["tin"]): real(row["dollars"]) or 0.0 for row in rows}
        lost = math.fsum(one for one in amounts.values() if one < 0)
        gained = math.fsum(one for one in amounts.values() if one > 0)
        ranked = sorted(amounts.items(), key=lambda item: (-abs(item[1]), item[0]))
        part = math.fsum(abs(one) for _, one in ranked[:DRAWN]) / (abs(lost) + gained or 1.0)
        finding = f"The {min(DRAWN, len(ranked))} practices that move most hold {share(part, 0)} of it"
        picture = bar_picture(
            "practices",
            finding,
            [Bar(f"TIN {tin}", value, link=f"/practices/{tin}") for tin, value in ranked[:DRAWN]],
        )
        return Panel(
            f"In {year}, practices that lose lose {short_dollars(abs(lost))} together, those that gain gain "
            f"{short_dollars(gained)}",
            f"{counted(len(rows), 'practice')}; each practice and clinician is in the lists.",
            pictures=[picture],
            links=(
                ("/practices?sort=asm_dollars", "By practice"),
                ("/programs/asm?view=who", "By clinician"),
            ),
        )

    return visit.bench.made(viewer, "asm dollars many", made)


def levers(visit: Visit, viewer: Viewer) -> Panel:
    """What one step in each measure is worth, all clinicians together."""

    def made() -> Panel:
        rows = viewer.query(LEVERS)
        if not rows:
            return Panel("No lever was valued: they need scores by measure.")
        top = rows[0]
        finding = f"{measure_label(top['measure'])} is worth most: {short_dollars(top['dollars'])}"
        body = [
            TableRow(
                (
                    text_cell(measure_label(row["measure"])),
                    text_cell(str(row["change"] or "one step").replace("_", " ")),
                    amount_cell(whole(row["clinicians"]), real(row["clinicians"])),
                    amount_cell(to_the_dollar(row["dollars"], signed=True), real(row["dollars"]), toned=True),
                    amount_cell(to_the_dollar(row["most"], signed=True), real(row["most"]), toned=True),
                    Cell(f"NPI {row['npi']}", link=f"/clinicians/{row['npi']}"),
                )
            )
            for row in rows
        ]
        columns = (
            Column("Measure"),
            Column("Change"),
            Column("Clinicians", "number"),
            Column("All together", "number"),
            Column("Most for one", "number"),
            Column("Who"),
        )
        return Panel(
            finding,
            "Each lever is valued alone, with all else as it is; they do not add up.",
            pictures=[bar_picture("levers", finding, _levers(rows))],
            tables=[Table("levers", "Levers, all clinicians", columns, body)],
        )

    return visit.bench.made(viewer, "asm levers many", made)


def cost(visit: Visit, viewer: Viewer) -> Panel:
    """Cost ratios by volume, with the limits of chance; an even sample of the dots is drawn."""

    def made() -> Panel:
        pictures, said, body = [], [], []
        for cohort in (
            str(row["cohort"]) for row in viewer.query("select distinct cohort from asm.result order by 1")
        ):
            rows = viewer.query(COST, [cohort, cohort])
            known = rows and viewer.has("panel.asm_spread")
            spread = real(viewer.query(SPREAD, [cohort, cohort])[0]["spread"]) if known else None
            if not rows or not spread:
                continue
            dots = [
                Dot(
                    f"NPI {row['npi']}",
                    float(row["attributed_episodes"]),
                    float(row["cost_ratio"]),
                    f"/clinicians/{row['npi']}",
                )
                for row in rows
            ]
            above = sum(beyond(dot, 1.0, spread) > 0 for dot in dots)
            below = sum(beyond(dot, 1.0, spread) < 0 for dot in dots)
            finding = f"{cohort_name(cohort)}: {above:,} cost more than chance explains, {below:,} less"
            if not above and not below:
                finding = f"{cohort_name(cohort)}: nobody costs more or less than chance explains"
            said.append(finding)
            step = max(1, math.ceil(len(dots) / DOTS))
            wide, narrow = (
                funnel(f"cost-{cohort}-{size}", finding, dots[::step], spread=spread, width=width)
                for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
            )
            note = f"One in {step} of {len(dots):,} clinicians is drawn." if step > 1 else ""
            pictures.append(Picture(finding, wide, narrow, note))
            most = sorted(rows, key=lambda row: -float(row["cost_ratio"]))[:DRAWN]
            body += [
                TableRow(
                    (
                        Cell(f"NPI {row['npi']}", link=f"/clinicians/{row['npi']}"),
                        text_cell(row["tin"]),
                        text_cell(cohort_name(cohort)),
                        amount_cell(people(row["attributed_episodes"]), real(row["attributed_episodes"])),
                        amount_cell(plain(row["cost_ratio"], 2), real(row["cost_ratio"])),
                    )
                )
                for row in most
            ]
        if not said:
            return Panel("No clinician has enough episodes for a cost score.")
        columns = (
            Column("Clinician"),
            Column("TIN"),
            Column("Cohort"),
            Column("Episodes", "number"),
            Column("Observed over expected", "number"),
        )
        table = Table("cost", "The costliest of each cohort", columns, body)
        return Panel("; ".join(said), pictures=pictures, tables=[table])

    return visit.bench.made(viewer, "asm cost many", made)


def _levers(rows: list[dict[str, Any]]) -> list[Bar]:
    return [Bar(measure_label(row["measure"]), real(row["dollars"]) or 0.0) for row in rows]
