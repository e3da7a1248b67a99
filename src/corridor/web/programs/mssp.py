"""The Shared Savings Program: whom claims assign, CMS's lists against them, turnover, and what care costs."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Figure, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    dollars,
    is_small,
    people,
    real,
    share,
    short_dollars,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs import mssp_savings, mssp_trend, stands
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "Shared Savings Program"
KINDS = {None: "nobody", "aco": "ACO", "tin": "practice (TIN)", "practice_of_aco": "practice of the ACO"}
METHODS = """
select method, entity_kind, step, reason_code, min(reason) as reason, bool_and(window_covered) as
    window_covered,
       sum(people) as people, sum(charges) as charges, sum(people_leaning_away) as leaning
from panel.assignment group by method, entity_kind, step, reason_code order by people desc, reason_code
"""
BASES = """
select basis, entity_kind, claims_agree, min(reason) as reason, sum(people) as people from panel.answer
group by basis, entity_kind, claims_agree order by people desc
"""
PRACTICES = """
select answer.tin, any_value(answer.aco_id) as aco_id, sum(answer.people) as people,
       sum(answer.loss_risk) / nullif(sum(answer.with_risk), 0) as loss_risk,
       any_value(spend.expenditure) as expenditure,
       any_value(spend.expenditure) * 12 / nullif(any_value(spend.member_months), 0) as per_year
from panel.answer as answer
left join (select tin, sum(expenditure) as expenditure, sum(member_months) as member_months
           from panel.aco_year where year = ? group by tin) as spend on spend.tin = answer.tin
where answer.aco_id is not null and answer.tin is not null group by answer.tin
"""
WHO = (
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("aco_id", "ACO"),
    Shown("people", "People", "people", about="Answered for by the practice within the ACO"),
    Shown(
        "loss_risk",
        "Loss risk",
        "share",
        about="Mean of Corridor's own estimate over those who have one; for sorting, not counting",
    ),
    Shown("expenditure", "Spent", "dollars"),
    Shown("per_year", "Per person and year", "dollars"),
)


def data_year(viewer: Viewer) -> int:
    """The year whose claims assign."""
    return int(viewer.manifest["setting"].get("data_year") or viewer.manifest["setting"]["performance_year"])


def _methods(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    found = viewer.has("panel.assignment")
    return visit.bench.made(viewer, "mssp methods", lambda: viewer.query(METHODS) if found else [])


def _bases(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    found = viewer.has("panel.answer")
    return visit.bench.made(viewer, "mssp bases", lambda: viewer.query(BASES) if found else [])


def assigned(rows: list[dict[str, Any]]) -> int:
    """People whom claims assign to an ACO."""
    return int(sum(row["people"] for row in rows if row["entity_kind"] == "aco"))


def _said(visit: Visit, viewer: Viewer) -> tuple[str, str]:
    rows, bases = _methods(visit, viewer), _bases(visit, viewer)
    if not rows:
        return "No assignment in what you may see", ""
    year, method = data_year(viewer), str(rows[0]["method"])
    mine = assigned(rows)
    considered = int(sum(row["people"] for row in rows))
    sentence = f"Claims of {year} assign {whole(mine)} of {whole(considered)} people to the ACO"
    sentence += f", by the {method} method"
    on_list = sum(row["people"] for row in bases if row["basis"] == "assignment_list")
    if not on_list:
        return sentence, "No assignment list of CMS is loaded for the year, so claims are the only answer."
    agree = sum(row["people"] for row in bases if row["claims_agree"])
    beside = sum(row["people"] for row in bases if row["basis"] == "not_on_the_list")
    return sentence, (
        f"CMS's list has {whole(on_list)}: for {share(agree / on_list, 0)} of them claims say the same; "
        f"{people(beside)} whom claims assign are not on it."
    )


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Whom claims assign and why the others not, and how that stands beside CMS's list."""
    rows, bases = _methods(visit, viewer), _bases(visit, viewer)
    sentence, second = _said(visit, viewer)
    if not rows:
        return Panel(sentence, "Load claims and the ACO's participant list, then `corridor run`.")
    finding = f"{whole(assigned(rows))} assigned; the largest reason of the others: " + next(
        (str(row["reason"]) for row in rows if row["entity_kind"] is None), "none"
    )
    picture = bar_picture(
        "mssp-reasons",
        finding,
        [Bar(_reason(row), float(row["people"])) for row in rows if not is_small(row["people"])],
        show=whole,
        gains=False,
        note="Reasons of fewer than 11 people are not drawn.",
    )
    body = [
        TableRow(
            (
                text_cell(_reason(row)),
                text_cell(KINDS.get(row["entity_kind"], str(row["entity_kind"]))),
                text_cell((row["step"] or "–").replace("_", " ")),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(dollars(row["charges"]), real(row["charges"])),
                text_cell("whole" if row["window_covered"] else "claims do not reach over it"),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Reason"),
        Column("To"),
        Column("Step"),
        Column("People", "number"),
        Column("Charges", "number", "Allowed charges of primary care that decided"),
        Column("Window"),
    )
    tie = [
        TableRow(
            (
                text_cell(str(row["basis"]).replace("_", " ")),
                text_cell(KINDS.get(row["entity_kind"], str(row["entity_kind"]))),
                text_cell({True: "yes", False: "no"}.get(row["claims_agree"], "–")),
                amount_cell(people(row["people"]), real(row["people"])),
            )
        )
        for row in bases
    ]
    ties = (Column("Rests on"), Column("Answered for by"), Column("Claims agree"), Column("People", "number"))
    return Panel(
        sentence,
        second,
        _figures(visit, viewer, rows),
        [picture],
        [
            Table("mssp-reasons", "What claims say", columns, body),
            Table("mssp-answer", "The answer of the run, and CMS's list", ties, tie),
        ],
        links=(("/programs/mssp?view=who", "By practice"), ("/programs/mssp?view=trend", "Month by month")),
    )


def _reason(row: dict[str, Any]) -> str:
    return str(row["reason"] or str(row["reason_code"]).replace("_", " "))


def _figures(visit: Visit, viewer: Viewer, rows: list[dict[str, Any]]) -> list[Figure]:
    figures = []
    leaning = sum(row["leaning"] or 0 for row in rows)
    mine = assigned(rows)
    if mine:
        figures.append(
            Figure(
                people(leaning),
                "assigned people whose care leans elsewhere",
                f"{share(leaning / mine, 0)} of those assigned",
                "",
                "indicative",
                "Loss risk of a half or more: Corridor's own estimate, not fitted to data.",
            )
        )
    spend = _spend(visit, viewer)
    if spend:
        last, before = _measured(viewer, spend)
        than = (
            f"{short_dollars(before['per_year'])} in {_year(before)}"
            if before
            else "no earlier year is loaded"
        )
        figures.append(
            Figure(short_dollars(last["per_year"]), f"spent per person and year in {_year(last)}", than)
        )
    return figures


def _spend(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    def made() -> list[dict[str, Any]]:
        if not viewer.has("panel.aco_year"):
            return []
        return viewer.query(
            "select year, sum(people) as people, sum(member_months) as months, sum(expenditure) as "
            "expenditure, "
            "sum(expenditure) * 12 / nullif(sum(member_months), 0) as per_year, "
            "max(loaded_months) as loaded from panel.aco_year "
            "where aco_id is not null group by year order by year"
        )

    return visit.bench.made(viewer, "mssp spend", made)


def _measured(viewer: Viewer, rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The spending of the year whose claims assign, the newest where it has none; and of the year before."""
    place = next((at for at, row in enumerate(rows) if row["year"] == data_year(viewer)), len(rows) - 1)
    return rows[place], rows[place - 1] if place else None


def _year(row: dict[str, Any]) -> str:
    """A year, with its months where the run holds a part of it."""
    return stands.part_year(int(row["year"]), row["loaded"])


def money(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What the care of those answered for costs, year by year."""
    rows = _spend(visit, viewer)
    if not rows:
        return Panel("No spending of assigned people in this run", PROGRAM.not_yet)
    last, _ = _measured(viewer, rows)
    sentence = f"Care of the ACO's people cost {short_dollars(last['expenditure'])} in {_year(last)}"
    body = [
        TableRow(
            (
                text_cell(_year(row)),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(whole(row["months"]), real(row["months"])),
                amount_cell(dollars(row["expenditure"]), real(row["expenditure"])),
                amount_cell(dollars(row["per_year"]), real(row["per_year"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Year"),
        Column("People", "number"),
        Column("Member months", "number"),
        Column("Spent", "number"),
        Column("Per person and year", "number"),
    )
    finding = f"{short_dollars(last['per_year'])} per person and year in {_year(last)}"
    picture = bar_picture(
        "mssp-spend",
        finding,
        [Bar(_year(row), real(row["per_year"]) or 0.0) for row in rows],
        show=short_dollars,
        gains=False,
        note="The people are those of the measured year in every bar; months of other years are theirs too.",
    )
    return Panel(
        sentence,
        "As claims have it, without truncation or completion; what it comes to against the benchmark is "
        "under Benchmark.",
        pictures=[picture],
        tables=[Table("mssp-spend", "Year by year", columns, body)],
    )


def levers(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Whose care leans elsewhere, by practice."""
    rows = (
        viewer.query(
            "select tin, sum(people_leaning_away) as leaning, sum(people) filter (where entity_kind = "
            "'aco') as people, "
            "sum(charges) filter (where entity_kind = 'aco') as charges from panel.assignment "
            "where tin is not null group by tin having sum(people_leaning_away) > 0 order by leaning desc, "
            "tin limit 50"
        )
        if viewer.has("panel.assignment")
        else []
    )
    if not rows:
        return Panel("Nobody assigned leans elsewhere", "Loss risk is under a half for all of them.")
    total = sum(row["leaning"] for row in rows)
    finding = f"{people(total)} assigned people may be with another entity next year"
    body = [
        TableRow(
            (
                text_cell(row["tin"]),
                amount_cell(people(row["leaning"]), real(row["leaning"])),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(dollars(row["charges"]), real(row["charges"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("TIN"),
        Column("Leaning elsewhere", "number"),
        Column("Assigned", "number"),
        Column("Charges", "number"),
    )
    drawn = [row for row in rows if not is_small(row["leaning"])][:15]
    return Panel(
        finding,
        "Loss risk rises as the race is closer, the last visit longer ago and visits fewer. It is an "
        "estimate of "
        "Corridor's own, to sort people by, not to count them.",
        pictures=[
            bar_picture(
                "mssp-leaning",
                finding,
                [
                    Bar(f"TIN {row['tin']}", float(row["leaning"]), link=f"/practices/{row['tin']}")
                    for row in drawn
                ],
                show=whole,
                gains=False,
            )
        ]
        if drawn
        else [],
        tables=[Table("mssp-leaning", "By practice, the 50 with most", columns, body)],
        links=(("/work", "Work lists"),),
    )


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The practices of the ACO: people, how firmly held, and what their care costs."""
    sentence, second = _said(visit, viewer)
    if not (viewer.has("panel.answer") and viewer.has("panel.aco_year")):
        return Panel(sentence, second)
    it = Listing(
        "mssp-practices",
        "Practices of the ACO",
        WHO,
        PRACTICES,
        "people",
        ("tin",),
        ("tin", "aco_id"),
        "TIN or ACO",
        down=True,
        key=("tin", "aco_id"),
    )
    found = open_listing(visit, viewer, it, ask.asked, [data_year(viewer)])
    return found if isinstance(found, Response) else Panel(sentence, second, listed=found)


def card(visit: Visit, viewer: Viewer) -> Card:
    """Where the year ends against the benchmark; without one how many are assigned and what they cost."""
    sentence, _ = _said(visit, viewer)
    projected = [one for one in mssp_savings.standings(visit, viewer) if one["benchmark"] is not None]
    if projected:
        known = [one for one in projected if one["year"] == projected[0]["year"]]
        total = sum(real(one["savings"]) or 0.0 for one in known)
        return Card(
            f"{mssp_savings.said(projected[0])[0]}.",
            total,
            f"projected for {projected[0]['year']} against the benchmark, before sharing",
            at_stake=abs(total),
            tag="estimate",
            signed=True,
        )
    rows = _spend(visit, viewer)
    if not rows:
        return Card(sentence + ".", None, "")
    last, _ = _measured(viewer, rows)
    return Card(sentence + ".", real(last["expenditure"]), f"cost of their care in {_year(last)}")


PROGRAM = Program(
    "mssp",
    NAME,
    "Whom claims assign, how that stands beside CMS's lists, who comes and goes, and what care costs",
    ("attribution.mssp", "attribution.person"),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Trend", mssp_trend.trend),
        View("dollars", "Dollars", money),
        View("savings", "Benchmark", mssp_savings.savings),
        View("levers", "Levers", levers),
        View("who", "Who", who),
    ),
    missing="Load claims and the ACO's participant list, then `corridor run`.",
    not_yet=(
        "CMS's own benchmark unless its report is loaded. What an ACO earns or owes is settled by `corridor "
        "aco` and `corridor settle mssp`."
    ),
    of=stands.mssp,
)
