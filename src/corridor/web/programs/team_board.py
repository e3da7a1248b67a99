"""The board of open episodes: the last schedule of the account, day n of 30, and what is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Cell, Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, real
from corridor.web.guard import Visit
from corridor.web.programs.answered import Answered, last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Panel
from corridor.web.programs.team_words import category
from corridor.web.viewer import Viewer

FORM = "team_schedule"
LINKS = (
    (f"/forms/{FORM}", "Fill in or upload a schedule"),
    (f"/forms/{FORM}?example=true", "See the worked example"),
    (f"/forms/{FORM}/excel", "Excel form"),
)
STATES = {"scheduled": "scheduled", "in_hospital": "in hospital", "open": "open", "closed": "closed"}
DESTINATIONS = {
    "home": "home", "home_health": "home health", "snf": "skilled nursing facility",
    "irf": "rehabilitation hospital", "ltch": "long-term care hospital", "hospice": "hospice",
    "hospital": "another hospital", "expired": "died",
}  # fmt: skip
DRAWN, LISTED = 20, 200


def board(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What is open and what is due, from the last schedule that this account filled in or uploaded."""
    kept = last_answer(visit, (FORM,))
    if kept is None:
        return Panel(
            "No schedule of yours is kept: fill in or upload one to see each open episode by day",
            "An admissions or operating-room list is enough, before any claim exists: your own number of the "
            "case, the hospital, the code, the days. No names and no Medicare numbers.",
            links=LINKS,
        )
    return drawn(kept)


def drawn(kept: Answered) -> Panel:
    """The board of one answer."""
    rows = kept.rows
    opened = [row for row in rows if row["state"] == "open"]
    due = [row for row in rows if row["due"]]
    over = [row for row in rows if (real(row.get("left_of_target")) or 0) < 0]
    sentence = (
        f"{counted(len(opened), 'episode')} open of {counted(len(rows), 'case')}; "
        f"{len(due):,} {'asks' if len(due) == 1 else 'ask'} for something now"
    )
    second = f"As of {rows[0]['as_of']}." if rows else ""
    if over:
        beyond = sum(-(real(row["left_of_target"]) or 0.0) for row in over)
        second += (
            f" {counted(len(over), 'case')} above the provisional target, by {dollars(beyond)} together."
        )
    days = [row for row in opened if row["day"] is not None]
    bars = [
        Bar(f"Case {row['case_id']}, {category(row['category']).lower()}", float(row["day"]))
        for row in sorted(days, key=lambda row: -int(row["day"]))[:DRAWN]
    ]
    window = int(days[0]["window_days"]) if days else 0
    pictures = (
        [
            bar_picture(
                "team-board", f"Day of the window of {window} days, the open episodes that end first", bars,
                show=lambda value: f"day {value:.0f}", gains=False,
            )
        ]
        if bars
        else []
    )  # fmt: skip
    return Panel(
        sentence,
        second,
        pictures=pictures,
        tables=[_table(rows)],
        links=((kept.link, "The answer in full, and as a file"), *LINKS),
        notes=[
            "Targets are your own estimates until CMS's final prices: a provisional target is no settlement."
        ],
    )


def _table(rows: list[Mapping[str, Any]]) -> Table:
    columns = (
        Column("Case"), Column("Stands"), Column("Due"), Column("Left of target", "number"),
        Column("Target", "number", "Provisional: your price, times your estimate of risk"),
        Column("Spent", "number", "So far, over the share of it that is known by now"),
        Column("Discharged to"), Column("Referred", about="To primary care"), Column("Window ends"),
        Column("Procedure"), Column("Hospital"),
    )  # fmt: skip
    body = [_row(row) for row in rows[:LISTED]]
    return Table("team-board", "Cases, those that need something first", columns, body)


def _row(row: Mapping[str, Any]) -> TableRow:
    day = row.get("day")
    stands = f"day {int(day)} of {int(row['window_days'])}" if day is not None else STATES[str(row["state"])]
    spent = row.get("spent_completed") if row.get("spent_completed") is not None else row.get("spent")
    left, due = real(row.get("left_of_target")), row.get("due")
    referral, where = row.get("primary_care_referral"), row.get("discharge_destination") or ""
    return TableRow(
        (
            text_cell(row["case_id"]),
            Cell(stands, float(day) if day is not None else -1.0),
            text_cell("; ".join(due) if isinstance(due, list) else due),
            amount_cell(dollars(left, signed=True), left, toned=True),
            amount_cell(dollars(row.get("provisional_target")), real(row.get("provisional_target"))),
            amount_cell(dollars(spent), real(spent)),
            text_cell(DESTINATIONS.get(where, where)),
            text_cell("done" if referral else "not done" if referral is False else "–"),
            text_cell(row.get("window_end")),
            text_cell(f"{category(row['category'])} ({row['trigger_code']})"),
            text_cell(row["ccn"]),
        )
    )
