"""AHEAD: a hospital's global budget step by step, a state's targets and obligations, from the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Picture
from corridor.reports.words import counted, real, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.answered import Answered, answer_figures, last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.of_form import assumed, card_of, life, links_of, nothing, sheet, sheet_table
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.state import now
from corridor.web.viewer import Viewer

FORM = "ahead"
ASKS = (
    "Budgets, targets and quarterly payments are worked out from the terms of an agreement, which no claim "
    "holds; each must be filled in."
)
MOST = 20
MONEY = (
    "baseline",
    "budget",
    "periodic_payment",
    "standing",
    "target_pbpy",
    "gap_pbpy",
    "epcp",
    "entity_target",
)
# The kind of a row -> its name, and what it settles.
KINDS = {
    "hospital": ("Hospitals", ("entity_id", "state", "baseline", "budget", "periodic_payment",
                               "retained_revenue", "variance"), ("retained_revenue", "variance")),
    "state": ("States and regions",
              ("entity_id", "state", "target_pbpy", "gap_pbpy", "gap_share", "gap_dollars"),
              ("gap_dollars",)),
    "practice": ("Practices", ("entity_id", "state", "quarter", "beneficiary_months", "epcp"), ()),
    "geo": ("Geo Entities", ("entity_id", "state", "entity_target", "generated_savings_or_losses",
                             "geo_settlement"), ("generated_savings_or_losses", "geo_settlement")),
}  # fmt: skip
STEPS = {
    "payment_adjustment": "payment update", "demographic": "population", "market_shift": "market shift",
    "service_line_change": "service lines", "social_risk": "social risk", "quality": "quality",
    "incentive": "transformation incentive", "tcoc": "total cost of care", "effectiveness": "effectiveness",
}  # fmt: skip


def _of_kind(kept: Answered, kind: str) -> list[Mapping[str, Any]]:
    return [row for row in kept.rows if str(row.get("component") or "hospital") == kind]


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Each kind of row of the last answer, with the budget of a single hospital drawn step by step."""
    when = life(visit, "ahead", now().date())
    kept = last_answer(visit, (FORM,))
    if kept is None:
        return nothing("AHEAD", FORM, ASKS, (("/rules?program=ahead", "The rules"),), when)
    hospitals = _of_kind(kept, "hospital")
    tables = [
        sheet_table(rows, f"ahead-{kind}", name, columns, signed, money=MONEY)
        for kind, (name, columns, signed) in KINDS.items()
        if (rows := _of_kind(kept, kind))
    ]
    sentence = str(kept.answer["sentence"])
    pictures = []
    if hospitals:
        budget = sum(real(row.get("budget")) or 0.0 for row in hospitals)
        retained = kept.total("retained_revenue")
        who = (
            f"Hospital {hospitals[0]['entity_id']}"
            if len(hospitals) == 1
            else counted(len(hospitals), "hospital")
        )
        verb = "has" if len(hospitals) == 1 else "have"
        sentence = f"{who} {verb} a budget of {short_dollars(budget)}"
        if retained is not None:
            beside = "more than" if retained >= 0 else "less than"
            sentence += f", {short_dollars(abs(retained))} {beside} the claims would have been paid"
        pictures = _pictures(kept, hospitals)
    if ledger := sheet(kept, "Ledger"):
        steps = [{**row, "step": STEPS.get(str(row["step"]), row["step"])} for row in ledger]
        names = ("entity_id", "step", "dollars", "standing")
        tables.append(sheet_table(steps, "ahead-ledger", "The budget, step by step", names, money=MONEY))
    return Panel(
        sentence, when,
        answer_figures(kept, "retained_revenue", "budget over what claims would have been paid"), pictures,
        tables, assumed(kept), links_of(kept),
    )  # fmt: skip


def _pictures(kept: Answered, hospitals: list[Mapping[str, Any]]) -> list[Picture]:
    if len(hospitals) > 1:
        bars = [
            Bar(f"Hospital {row['entity_id']}", real(row.get("retained_revenue")) or 0.0)
            for row in sorted(hospitals, key=lambda row: -abs(real(row.get("retained_revenue")) or 0.0))[
                :MOST
            ]
            if row.get("retained_revenue") is not None
        ]
        finding = "Budget over what claims would have been paid"
        return [bar_picture("ahead-retained", finding, bars)] if bars else []
    moved = [
        (str(row["step"]), real(row.get("dollars")) or 0.0)
        for row in sheet(kept, "Ledger")
        if row["step"] != "baseline" and abs(real(row.get("dollars")) or 0.0) >= 1
    ]
    base, budget = real(hospitals[0].get("baseline")), real(hospitals[0].get("budget"))
    if not moved or base is None or budget is None:
        return []
    name, _ = max(moved, key=lambda one: abs(one[1]))
    finding = (
        f"From a baseline of {short_dollars(base)} to {short_dollars(budget)}: "
        f"{STEPS.get(name, name.replace('_', ' '))} moves most"
    )
    bars = [Bar(STEPS.get(one, one.replace("_", " ")).capitalize(), value) for one, value in moved]
    return [bar_picture("ahead-budget", finding, bars)]


def obligations(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What a state has to have done by when, met or not."""
    kept = last_answer(visit, (FORM,))
    if kept is None:
        return nothing("AHEAD", FORM, ASKS, (), "")
    rows = sheet(kept, "Obligations")
    if not rows:
        return Panel(
            "The last answer holds no state or region",
            "Rows whose component is `state` carry its obligations.",
            links=links_of(kept),
        )  # fmt: skip
    open_ = [row for row in rows if row.get("status") == "not met"]
    unknown = [row for row in rows if row.get("status") == "not known"]
    return Panel(
        f"{counted(len(open_), 'obligation')} of {len(rows):,} not met"
        + (f", {len(unknown):,} not known" if unknown else ""),
        tables=[
            sheet_table(
                rows, "ahead-obligations", "Obligations of states and regions",
                ("entity_id", "obligation", "by_performance_year", "least", "stated", "status"),
            )
        ],
        links=links_of(kept),
    )  # fmt: skip


def card(visit: Visit, viewer: Viewer) -> Card:
    """What budgets leave above the claims, of the last answer."""
    return card_of(visit, FORM, "retained_revenue", "budget over claims, from your form", "AHEAD")


PROGRAM = Program(
    "ahead",
    "AHEAD, budgets and targets",
    "What a hospital's global budget comes to, and what a state owes its agreement",
    (),
    card,
    (View("standing", "Standing", standing), View("obligations", "Obligations", obligations)),
    missing="Fill in its form.",
    not_yet="Payers other than Medicare, and pathways in lieu of fee for service: no text of them was read.",
    forms=(FORM,),
)
