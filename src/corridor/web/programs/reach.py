"""ACO REACH: whom its rules align by claims, where there is an ACO of it, or as a trial."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, is_small, people, real, whole
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs import stands
from corridor.web.programs.aco_form import settled
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "ACO REACH"
REASONS = """
select entity_kind, step, reason_code, min(reason) as reason, bool_or(is_trial) as is_trial, sum(people) as
    people,
       sum(charges) as charges from panel.alignment
group by entity_kind, step, reason_code order by people desc, reason_code
"""
ENTITIES = """
select entity_id, entity_kind, sum(people) as people, sum(charges) as charges from panel.alignment
where entity_id is not null group by entity_id, entity_kind
"""
WHO = (
    Shown("entity_id", "ACO or practice"),
    Shown("entity_kind", "Kind", "words"),
    Shown("people", "People", "people"),
    Shown("charges", "Charges", "dollars"),
)


def _rows(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    found = viewer.has("panel.alignment")
    return visit.bench.made(viewer, "reach", lambda: viewer.query(REASONS) if found else [])


def _said(rows: list[dict[str, Any]]) -> tuple[str, str]:
    if not rows:
        return "No alignment in what you may see", ""
    mine = sum(row["people"] for row in rows if row["entity_kind"] == "aco")
    everybody = sum(row["people"] for row in rows)
    trial = any(row["is_trial"] for row in rows)
    second = (
        "No ACO of yours is in REACH: this is a trial, and nobody leaves the Shared Savings Program for it."
    )
    if not mine:
        top = max(rows, key=lambda row: row["people"])
        return f"Nobody of {whole(everybody)} people is aligned: {top['reason']}", second if trial else ""
    return f"REACH rules align {whole(mine)} of {whole(everybody)} people to an ACO", second if trial else ""


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Whom claims align, and why the others not."""
    rows = _rows(visit, viewer)
    sentence, second = _said(rows)
    if not rows:
        return Panel(sentence, "Load claims and participant lists, then `corridor run`.")
    bars = [Bar(str(row["reason"]), float(row["people"])) for row in rows if not is_small(row["people"])]
    body = [
        TableRow(
            (
                text_cell(row["reason"]),
                text_cell((row["step"] or "–").replace("_", " ")),
                text_cell((row["entity_kind"] or "nobody").replace("_", " ")),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(dollars(row["charges"]), real(row["charges"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Reason"),
        Column("Step"),
        Column("To"),
        Column("People", "number"),
        Column("Charges", "number"),
    )
    return Panel(
        sentence,
        second,
        tables=[Table("reach-reasons", "What claims say", columns, body)],
        pictures=[bar_picture("reach-reasons", sentence, bars[:12], show=whole, gains=False)] if bars else [],
    )


def years(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The alignment years, and whether the loaded claims reach over them."""
    rows = (
        viewer.query("select * from attribution.alignment_year order by alignment_year")
        if viewer.has("attribution.alignment_year")
        else []
    )
    if not rows:
        return Panel("The alignment years of this run are not in what you may see")
    covered = sum(bool(row["covered"]) for row in rows)
    body = [
        TableRow(
            (
                text_cell(row["alignment_year"]),
                text_cell(row["start_date"]),
                text_cell(row["end_date"]),
                text_cell(f"{row['weight_parts']} of {row['all_parts']}"),
                text_cell("whole" if row["covered"] else "in part" if row["overlaps_claims"] else "nothing"),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Alignment year"),
        Column("From"),
        Column("To"),
        Column("Weight"),
        Column("Claims loaded"),
    )
    return Panel(
        f"{covered} of {len(rows)} alignment years are covered by the loaded claims",
        "Two alignment years decide; without them nobody can be aligned by claims.",
        tables=[Table("reach-years", "Alignment years", columns, body, tools=False)],
    )


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The ACOs and practices with aligned people."""
    sentence, second = _said(_rows(visit, viewer))
    if not viewer.has("panel.alignment"):
        return Panel(sentence, second)
    it = Listing(
        "reach-entities",
        "ACOs and practices",
        WHO,
        ENTITIES,
        "people",
        ("entity_id",),
        ("entity_id",),
        "ACO or TIN",
        down=True,
        empty="Nobody is aligned to anybody.",
        key=("entity_id", "entity_kind"),
    )
    found = open_listing(visit, viewer, it, ask.asked)
    return found if isinstance(found, Response) else Panel(sentence, second, listed=found)


def money(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What the year earns or owes, from the account's last answer to the form."""
    return settled(visit, "reach", NAME, "aco_reach")


def card(visit: Visit, viewer: Viewer) -> Card:
    """How many are aligned."""
    sentence, second = _said(_rows(visit, viewer))
    return Card(f"{sentence}. {second}".strip())


PROGRAM = Program(
    "reach",
    NAME,
    "Whom the rules of ACO REACH align by claims",
    ("attribution.reach", "attribution.person"),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Alignment years", years),
        View("dollars", "Dollars", money),
        View("who", "Who", who),
    ),
    missing="Load claims and participant lists, then `corridor run`.",
    not_yet="The benchmark from claims: a settlement is worked out on the form, from figures of CMS reports.",
    of=stands.reach,
)
