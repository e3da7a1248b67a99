"""How the population of the Shared Savings Program changes: CMS's lists, month by month and one by one."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts import svg
from corridor.reports.charts.trend import Point
from corridor.reports.charts.trend import trend as line_of
from corridor.reports.views.page import Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import month_name, people, real, share, whole
from corridor.web.guard import Visit
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """People assigned month by month on CMS's lists, and who came and went from list to list."""
    lists = (
        viewer.query("select * from panel.listed order by performance_year, report_period, aco_id")
        if viewer.has("panel.listed")
        else []
    )
    monthly = (
        viewer.query(
            "select month, sum(people) filter (where assigned) as assigned, sum(people) filter (where not "
            "assigned) as not_ "
            "from panel.assigned_month group by month order by month"
        )
        if viewer.has("panel.assigned_month")
        else []
    )
    if not lists and not monthly:
        return Panel(
            "No assignment list of CMS is in what you may see",
            "Load the assignment list reports (`corridor load cclf DIR`) to see "
            "how the population changes month by month.",
        )
    pictures, tables = [], []
    sentence = "How the assigned population changes"
    known = [row for row in monthly if row["assigned"] is not None]
    if known:
        first, last = known[0], known[-1]
        sentence = (
            f"CMS lists {whole(last['assigned'])} people in {month_name(last['month'])}, "
            f"{whole(first['assigned'])} in {month_name(first['month'])}"
        )
        shown = known[-24:]
        points = [Point(month_name(row["month"]), float(row["assigned"])) for row in shown]
        wide, narrow = (
            line_of(
                f"mssp-months-{size}", sentence, points, show=whole, value_name="people assigned", width=width
            )
            for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
        )
        pictures.append(Picture(sentence, wide, narrow))
        tables.append(
            Table(
                "mssp-months",
                "Month by month",
                (Column("Month"), Column("Assigned", "number"), Column("Listed, not assigned", "number")),
                [
                    TableRow(
                        (
                            text_cell(month_name(row["month"])),
                            amount_cell(people(row["assigned"]), real(row["assigned"])),
                            amount_cell(people(row["not_"]), real(row["not_"])),
                        )
                    )
                    for row in monthly
                ],
            )
        )
    second = ""
    if lists:
        last = lists[-1]
        if last["period_before"]:
            second = (
                f"From list {last['period_before']} to {last['report_period']}, {people(last['came'])} "
                "came and "
                f"{people(last['went'])} went."
            )
        tables.insert(
            0,
            Table(
                "mssp-lists",
                "CMS's lists, one against the one before",
                (
                    Column("List"),
                    Column("ACO"),
                    Column("People", "number"),
                    Column("Came", "number"),
                    Column("Went", "number"),
                    Column("Kept", "number", "Of the list before"),
                ),
                [_list_row(row, lists) for row in lists],
            ),
        )
    reasons = (
        viewer.query(
            "select report_period, reason, sum(people) as people from panel.list_change group by 1, 2 "
            "order by 1, 3 desc"
        )
        if viewer.has("panel.list_change")
        else []
    )
    if reasons:
        tables.append(
            Table(
                "mssp-left",
                "Why people left, as CMS says",
                (Column("List"), Column("Reason"), Column("People", "number")),
                [
                    TableRow(
                        (
                            text_cell(row["report_period"]),
                            text_cell(row["reason"]),
                            amount_cell(people(row["people"]), real(row["people"])),
                        )
                    )
                    for row in reasons
                ],
            )
        )
    notes = [] if reasons else ["CMS's own reasons for leaving (table 1-5) are not loaded."]
    return Panel(sentence, second, pictures=pictures, tables=tables, notes=notes)


def _list_row(row: dict[str, Any], lists: list[dict[str, Any]]) -> TableRow:
    old = next(
        (
            one["people"]
            for one in lists
            if one["aco_id"] == row["aco_id"] and one["report_period"] == row["period_before"]
        ),
        None,
    )
    kept = None if not old else 1 - float(row["went"]) / float(old)
    first = row["period_before"] is None
    return TableRow(
        (
            text_cell(row["report_period"]),
            text_cell(row["aco_id"]),
            amount_cell(people(row["people"]), real(row["people"])),
            amount_cell("–" if first else people(row["came"]), None if first else real(row["came"])),
            amount_cell("–" if first else people(row["went"]), None if first else real(row["went"])),
            amount_cell(share(kept), kept),
        )
    )
