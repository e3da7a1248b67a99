"""IOTA: what a transplant hospital's score pays or costs, and what one more transplant is worth."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.words import counted, plain, real, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.answered import answer_figures, last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.of_form import assumed, card_of, life, links_of, nothing, sheet, sheet_table
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.state import now
from corridor.web.viewer import Viewer

FORM = "iota"
ASKS = (
    "Claims do not tell of waitlists, organ offers and graft survival: the hospital's own counts and CMS's "
    "percentiles are filled in."
)
MOST = 20
DOMAINS = {
    "achievement_points": "Achievement", "efficiency_points": "Efficiency", "quality_points": "Quality",
}  # fmt: skip


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Score and payment of each hospital of the last answer, by domain."""
    when = life(visit, "iota", now().date())
    kept = last_answer(visit, (FORM,))
    if kept is None:
        return nothing("IOTA", FORM, ASKS, (("/rules?program=iota", "The rules"),), when)
    rows = kept.rows
    total = kept.total("payment")
    one = rows[0] if len(rows) == 1 else None
    score = real(one["final_performance_score"]) if one else None
    who = f"Hospital {one['hospital_id']}" if one else counted(len(rows), "hospital")
    pays = (
        "with a payment that is not known"
        if total is None
        else f"{'receives' if one else 'receive'} {short_dollars(total)}"
        if total > 0
        else f"{'owes' if one else 'owe'} {short_dollars(-total)}"
        if total < 0
        else f"neither {'receives nor owes' if one else 'receive nor owe'} a payment"
    )
    sentence = f"{who} {pays}" + (f", with {plain(score)} points" if score is not None else "")
    bars = (
        [Bar(name, value) for key, name in DOMAINS.items() if (value := real(one.get(key))) is not None]
        if one
        else [
            Bar(f"Hospital {row['hospital_id']}", real(row.get("payment")) or 0.0)
            for row in sorted(rows, key=lambda row: -abs(real(row.get("payment")) or 0.0))[:MOST]
        ]
    )
    pictures = []
    if bars and one:
        top = max(bars, key=lambda bar: bar.value)
        pictures = [
            bar_picture(
                "iota-domains", f"{top.name} brings most of the points", bars, show=plain, gains=False
            )
        ]  # fmt: skip
    elif bars:
        pictures = [bar_picture("iota-payments", "Payment by hospital", bars)]
    tables = [
        sheet_table(
            rows, "iota-hospitals", "Hospitals",
            ("hospital_id", "transplant_target", "target_share", *DOMAINS, "final_performance_score", "zone",
             "payment"),
            ("payment",),
        )
    ]  # fmt: skip
    if due := sheet(kept, "Deadlines"):
        tables.append(sheet_table(due, "iota-dates", "Dates", ("hospital_id", "date", "what", "evidence")))
    return Panel(
        sentence, when, answer_figures(kept, "payment", "payment of the year"), pictures, tables,
        assumed(kept), links_of(kept),
    )  # fmt: skip


def levers(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What one transplant, one percentile, or the way to the next band is worth."""
    kept = last_answer(visit, (FORM,))
    if kept is None:
        return nothing("IOTA", FORM, ASKS, (), "")
    rows = [row for row in sheet(kept, "Sensitivity") if real(row.get("dollars")) is not None]
    if not rows:
        return Panel(
            "What one more transplant is worth cannot be said of this answer",
            "Its rows state points or scores themselves: give the counts and percentiles they are made of.",
            links=links_of(kept),
        )
    top = max(rows, key=lambda row: real(row["dollars"]) or 0.0)
    by = real(top["by"]) or 1.0
    many = f" ({by:.0f} of them)" if by > 1 else ""
    sentence = (
        f"Worth most to hospital {top['hospital_id']}: {top['change']}{many}, "
        f"{short_dollars(top['dollars'], signed=True)}"
    )
    drawn = sorted(rows, key=lambda row: -(real(row["dollars"]) or 0.0))[:MOST]
    return Panel(
        sentence,
        "Each change alone, everything else as filled in. Points come in bands: a change that reaches none "
        "moves nothing.",
        pictures=[
            bar_picture(
                "iota-levers", "Dollars of one change at a time",
                [Bar(f"{row['hospital_id']}: {row['change']}", real(row["dollars"]) or 0.0) for row in drawn],
            )
        ],
        tables=[
            sheet_table(
                rows, "iota-levers", "Changes", ("hospital_id", "change", "by", "points", "dollars"),
                ("dollars",),
            )
        ],
        links=links_of(kept),
    )  # fmt: skip


def card(visit: Visit, viewer: Viewer) -> Card:
    """The payment of the last answer."""
    return card_of(visit, FORM, "payment", "payment of the year, from your form", "IOTA")


PROGRAM = Program(
    "iota",
    "IOTA, kidney transplants",
    "What a transplant hospital's performance score pays or costs",
    (),
    card,
    (View("standing", "Standing", standing), View("levers", "Levers", levers)),
    missing="Fill in its form.",
    not_yet="Scores from claims: they rest on OPTN and SRTR data. `corridor iota count` counts a "
    "hospital's own list.",
    forms=(FORM,),
)
