"""TEAM: a hospital's surgical episodes, what they cost, where the money went, and what is to do now."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts import svg
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.funnel import Dot, funnel
from corridor.reports.charts.trend import Point
from corridor.reports.charts.trend import trend as line_of
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, people, plain, real, share, short_dollars, whole
from corridor.web.guard import Visit
from corridor.web.programs import team_after, team_board, team_who
from corridor.web.programs.answered import Answered, answer_figures, last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.programs.team_words import (
    FEW,
    LEFT,
    category,
    chosen_set,
    few,
    known_sets,
    set_choices,
    told,
    told_share,
)
from corridor.web.viewer import Viewer

NAME = "TEAM, hospital episodes"
LOAD = "Load claims of a hospital's people, then `corridor run`."
NONE = "No hospital episode is in what you may see"
HOSPITALS = "select * from panel.team_hospital where definition_set = ? order by episodes desc, facility_ccn"
LEFT_OUT = """
select exclusion_reason, sum(triggers) as triggers, sum(people) as people from panel.team_left
where definition_set = ? group by 1 order by triggers desc, 1
"""
QUARTERS = """
select quarter, sum(episodes) as episodes, sum(people) as people, sum(spending) as spending,
       sum(spending - anchor) as after_anchor, sum(readmitted) as readmitted, sum(to_snf) as to_snf
from panel.team_quarter where definition_set = ? group by quarter order by quarter
"""
BY_CATEGORY = """
select category, sum(episodes) as episodes, sum(people) as people, sum(spending) as spending,
       sum(anchor) as anchor, sum(readmitted) as readmitted, sum(to_snf) as to_snf
from panel.team_quarter where definition_set = ? group by category order by spending desc, category
"""
DRAWN = 80


def _hospitals(visit: Visit, viewer: Viewer, chosen: str) -> list[dict[str, Any]]:
    if not viewer.has("panel.team_hospital"):
        return []
    return visit.bench.made(viewer, ("team hospitals", chosen), lambda: viewer.query(HOSPITALS, [chosen]))


def _said(rows: list[dict[str, Any]]) -> tuple[str, str]:
    """How many episodes, what they cost, and how much of it comes after the anchor."""
    count = sum(row["episodes"] for row in rows)
    if not count:
        return (
            NONE,
            "Every limit of your account counts: a hospital's sums are seen by whoever sees every row.",
        )
    spent = sum(float(row["spending"]) for row in rows)
    after = sum(float(row["after_anchor"]) for row in rows)
    everyone = sum(row["people"] for row in rows)
    if few(everyone):
        return f"{people(count)} hospital episodes: too few people to tell more of", ""
    first, last = min(row["first_day"] for row in rows), max(row["last_day"] for row in rows)
    when = f"{first:%B %Y}"
    if (first.year, first.month) != (last.year, last.month):
        when += f" to {last:%B %Y}"
    else:
        when = f"in {when}"
    return (
        f"{counted(count, 'episode')} at {counted(len(rows), 'hospital')} cost "
        f"{short_dollars(spent / count)} each, {share(after / spent if spent else 0, 0)} of it "
        "after the anchor",
        f"Discharged {when}, {short_dollars(spent)} in all. CMS's target prices "
        "decide what a hospital gains or owes; loaded claims may hold only an ACO's people.",
    )


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Hospitals beside the mean of the same procedures, what does not count, and the last settlement."""
    known = known_sets(viewer)
    chosen = chosen_set(known, ask.show)
    rows = _hospitals(visit, viewer, chosen)
    sentence, second = _said(rows)
    links = [
        ("/forms/team", "Settle from CMS's prices"),
        ("/forms/team_schedule", "Open-episode board from a schedule"),
        ("/rules?program=team", "The rules"),
    ]
    kept = last_answer(visit, ("team",))
    figures = answer_figures(kept, "final_amount", "settled from your form") if kept else []
    if kept:
        links.insert(0, (kept.link, "Your last settlement"))
    if not rows:
        return Panel(sentence, second, figures, links=links)
    return Panel(
        sentence,
        second,
        [*figures, *_figures(rows)],
        _funnel(rows) or _categories_drawn(viewer, chosen),
        [_hospital_table(rows, _settled(kept)), _left_table(viewer, chosen)],
        [FEW, "The ratio compares with all loaded episodes of the same price, year and census division: no "
         "target price of CMS is in it."],
        links,
        choices=set_choices(known, chosen),
        choice_name="Definitions",
    )  # fmt: skip


def _figures(rows: list[dict[str, Any]]) -> list[Figure]:
    """Shares of all hospitals, with the range of those that are large enough."""
    total = {key: sum(row[key] for row in rows) for key in ("episodes", "people", "readmitted", "to_snf")}
    some = {key: sum(row[key] for row in rows) for key in ("readmission_people", "snf_people")}
    found = []
    for key, part, name in (
        ("readmitted", "readmission_people", "episodes with a readmission"),
        ("to_snf", "snf_people", "episodes with a skilled nursing facility"),
    ):
        words = told_share(total["people"], some[part], total[key] / total["episodes"])
        if words == "–" or not total[key]:
            continue
        rates = [row[key] / row["episodes"] for row in rows if not few(row["people"]) and not few(row[part])]
        beside = (
            f"{share(min(rates), 0)} to {share(max(rates), 0)} by hospital" if len(rates) > 1 else "of all"
        )
        found.append(Figure(words, name, beside))
    return found


def _ratio(row: dict[str, Any]) -> float | None:
    mean = real(row["loaded_spending"])
    return None if few(row["people"]) or not mean else float(row["capped_spending"]) / mean


def _funnel(rows: list[dict[str, Any]]) -> list[Picture]:
    drawn = [(row, ratio) for row in rows if (ratio := _ratio(row)) is not None][:DRAWN]
    spread = real(rows[0]["spread"]) if rows else None
    if len(drawn) < 2 or not spread:
        return []
    dots = [
        Dot(
            f"CCN {row['facility_ccn']}",
            float(row["episodes"]),
            ratio,
            f"/programs/team?view=who&q={row['facility_ccn']}",
        )
        for row, ratio in drawn
    ]
    far = max(drawn, key=lambda one: abs(one[1] - 1))
    size = share(abs(far[1] - 1), 0)
    finding = (
        f"CCN {far[0]['facility_ccn']} is furthest off: {size} {'above' if far[1] > 1 else 'below'} the mean "
        "of the same procedures"
    )
    wide, narrow = (
        funnel(
            f"team-funnel-{name}", finding, dots, spread=spread, volume_name="Episodes",
            value_name="Spending over the mean of the same procedures", width=width, who="hospitals",
        )
        for name, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    return [Picture(finding, wide, narrow, "Within the inner limits 19 in 20 hospitals lie by chance.")]


def _categories_drawn(viewer: Viewer, chosen: str) -> list[Picture]:
    """Where no two hospitals can be told apart: what an episode costs by category."""
    rows = [row for row in viewer.query(BY_CATEGORY, [chosen]) if not few(row["people"])]
    if len(rows) < 2:
        return []
    bars = [
        Bar(category(row["category"]), float(row["spending"]) / row["episodes"])
        for row in sorted(rows, key=lambda row: -float(row["spending"]) / row["episodes"])[:12]
    ]
    finding = "Spending an episode, by category with enough people"
    return [bar_picture("team-by-category", finding, bars, show=short_dollars, gains=False)]


def _settled(kept: Answered | None) -> dict[str, float]:
    """Gain or loss by hospital, of the account's last settlement."""
    rows = kept.rows if kept else []
    return {
        str(row["ccn"]): amount
        for row in rows
        if row.get("ccn") and (amount := real(row.get("final_amount"))) is not None
    }


def _hospital_table(rows: list[dict[str, Any]], settled: dict[str, float]) -> Table:
    mine = any(row["facility_ccn"] in settled for row in rows)
    columns = (
        Column("Hospital"), Column("Episodes", "number"), Column("Spending an episode", "number"),
        Column("Beside the mean", "number", "1 is the mean of all loaded episodes of the same price"),
        Column("Against the mean", "number", "What it spent less or more than the mean, all its episodes"),
        Column("Readmitted", "number"), Column("To SNF", "number", "To a skilled nursing facility"),
        *([Column("Your settlement", "number", "From the last answer of your form")] if mine else []),
    )  # fmt: skip
    body = []
    for row in rows[:200]:
        ratio = _ratio(row)
        less = None if ratio is None else float(row["loaded_spending"]) - float(row["capped_spending"])
        count, paid = row["episodes"], settled.get(str(row["facility_ccn"]))
        body.append(
            TableRow(
                (
                    Cell(
                        f"CCN {row['facility_ccn']}", str(row["facility_ccn"]),
                        link=f"/programs/team?view=who&q={row['facility_ccn']}",
                    ),
                    amount_cell(people(count), real(count)),
                    amount_cell(told(row["people"], row["spending"] / count), row["spending"] / count),
                    amount_cell(plain(ratio, 2), ratio),
                    amount_cell(dollars(less, signed=True), less, toned=True),
                    text_cell(
                        told_share(row["people"], row["readmission_people"], row["readmitted"] / count)
                    ),
                    text_cell(told_share(row["people"], row["snf_people"], row["to_snf"] / count)),
                    *([amount_cell(dollars(paid, signed=True), paid, toned=True)] if mine else []),
                )
            )
        )  # fmt: skip
    return Table("team-hospitals", "Hospitals, those with most episodes first", columns, body)


def _left_table(viewer: Viewer, chosen: str) -> Table:
    rows = viewer.query(LEFT_OUT, [chosen]) if viewer.has("panel.team_left") else []
    body = [
        TableRow(
            (
                text_cell(LEFT.get(str(row["exclusion_reason"]), row["exclusion_reason"])),
                amount_cell(people(row["triggers"]), real(row["triggers"])),
            )
        )
        for row in rows
    ]
    return Table(
        "team-left", "Stays and procedures that open no episode, by the first reason",
        (Column("Why"), Column("Stays and procedures", "number")), body,
        empty="Every one counts.", tools=False,
    )  # fmt: skip


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Spending an episode by quarter of discharge, and by category."""
    known = known_sets(viewer)
    chosen = chosen_set(known, ask.show)
    rows = viewer.query(QUARTERS, [chosen]) if known else []
    shown = [row for row in rows if not few(row["people"])]
    if not shown:
        return Panel(
            "No quarter has episodes of enough people to be told" if rows else NONE,
            choices=set_choices(known, chosen),
            choice_name="Definitions",
        )
    first, last = shown[0], shown[-1]
    now, then = (float(one["spending"]) / one["episodes"] for one in (last, first))
    sentence = f"An episode cost {short_dollars(now)} in {_quarter(last)}"
    if first is not last:
        sentence += f", {short_dollars(then)} in {_quarter(first)}"
    points = [
        Point(_quarter(row), None if few(row["people"]) else float(row["spending"]) / row["episodes"])
        for row in rows
    ]
    wide, narrow = (
        line_of(
            f"team-quarters-{size}", sentence, points, show=short_dollars, value_name="dollars an episode",
            width=width,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    categories = viewer.query(BY_CATEGORY, [chosen])
    return Panel(
        sentence,
        "By the quarter in which the anchor stay ended. The mix of procedures changes too.",
        pictures=[Picture(sentence, wide, narrow)] if len(shown) > 1 else [],
        tables=[_quarter_table(rows), _category_table(categories)],
        notes=[FEW],
        choices=set_choices(known, chosen),
        choice_name="Definitions",
    )


def _quarter(row: dict[str, Any]) -> str:
    return f"Q{int(row['quarter']) % 10} {int(row['quarter']) // 10}"


def _quarter_table(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Quarter"), Column("Episodes", "number"), Column("Spending an episode", "number"),
        Column("After the anchor", "number", "Of it, dollars an episode"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(_quarter(row)),
                amount_cell(people(row["episodes"]), real(row["episodes"])),
                amount_cell(told(row["people"], row["spending"] / row["episodes"]), real(row["spending"])),
                amount_cell(
                    told(row["people"], row["after_anchor"] / row["episodes"]), real(row["after_anchor"])
                ),
            )
        )
        for row in rows
    ]
    return Table("team-quarters", "By quarter", columns, body)


def _category_table(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Category"), Column("Episodes", "number"), Column("Spending an episode", "number"),
        Column("Spending", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(category(row["category"])),
                amount_cell(people(row["episodes"]), real(row["episodes"])),
                amount_cell(told(row["people"], row["spending"] / row["episodes"]), real(row["spending"])),
                amount_cell(told(row["people"], row["spending"]), real(row["spending"])),
            )
        )
        for row in rows
    ]
    return Table("team-categories", "By category", columns, body)


def card(visit: Visit, viewer: Viewer) -> Card:
    """The last settlement of the account's own, else what the episodes cost."""
    rows = _hospitals(visit, viewer, "team")
    sentence, _ = _said(rows)
    kept = last_answer(visit, ("team",))
    amount = kept.total("final_amount") if kept else None
    if amount is not None:
        return Card(sentence + ".", amount, "settled from your form", abs(amount), signed=True)
    if not rows or few(sum(row["people"] for row in rows)):
        return Card(sentence + ".")
    after = sum(float(row["after_anchor"]) for row in rows)
    return Card(sentence + ".", after, f"spent after the anchor, {whole(len(rows))} hospitals", 0.0)


PROGRAM = Program(
    "team",
    NAME,
    "What surgical episodes of hospitals cost through the thirtieth day, and what drives it",
    ("team.episode_cost",),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Trend", trend),
        View("dollars", "Where the money went", team_after.dollars_of),
        View("levers", "Readmissions", team_after.readmissions),
        View("who", "Who", team_who.who),
        View("episodes", "Episodes", team_who.episodes),
        View("board", "Open episodes", team_board.board),
    ),
    missing=LOAD,
    of=team_who.of,
    not_yet="Gain or loss from claims alone: target prices, coefficients and quality scores are CMS's, and "
    "are filled in on the form.",
)
