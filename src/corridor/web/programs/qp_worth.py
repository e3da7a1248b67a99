"""What QP status would be worth by practice, and what keeps clinicians from it."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, real, short_dollars, whole
from corridor.web.guard import Visit
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.qp_years import WORDS, choices, chosen, figures_of, hints, said
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

LUMP_SUM = (
    "Of the services of the year before the payment where the claims cover all of it; "
    "else of the performance year"
)


def money(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What the status would be worth, by practice."""
    row, rows = chosen(visit, viewer, ask)
    if row is None or row["worth"] is None:
        return Panel(
            "What the status is worth is not known for this year",
            said(row) if row else "",
            choices=choices(rows, row) if row else (),
            choice_name="Year",
        )
    year = int(row["performance_year"])
    practices = viewer.query(
        "select tin, count(distinct npi) as clinicians, sum(part_b_paid) as paid, sum(incentive_worth) as "
        "incentive, "
        "sum(conversion_factor_worth) as factor, sum(worth) as worth from qp.status where performance_year "
        "= ? "
        "group by tin order by worth desc nulls last, tin limit 50",
        [year],
    )
    finding = f"QP status would be worth {short_dollars(row['worth'])} in {row['payment_year']}"
    body = [
        TableRow(
            (
                text_cell(one["tin"]),
                amount_cell(whole(one["clinicians"]), real(one["clinicians"])),
                *(
                    amount_cell(dollars(one[key]), real(one[key]))
                    for key in ("paid", "incentive", "factor", "worth")
                ),
            )
        )
        for one in practices
    ]
    columns = (
        Column("TIN"),
        Column("Clinicians", "number"),
        Column("Part B paid", "number"),
        Column("Lump sum", "number", LUMP_SUM),
        Column("Conversion factor", "number"),
        Column("Worth", "number"),
    )
    return Panel(
        finding,
        f"What a QP with this billing would be paid besides, whatever the status is. Lump sum: "
        f"{LUMP_SUM[:1].lower() + LUMP_SUM[1:]}.",
        figures_of(row),
        [
            bar_picture(
                "qp-practices",
                finding,
                [
                    Bar(f"TIN {one['tin']}", real(one["worth"]) or 0.0, link=f"/practices/{one['tin']}")
                    for one in practices[:15]
                ],
                show=short_dollars,
                gains=False,
            )
        ],
        [Table("qp-practices", "By practice, the 50 with most", columns, body)],
        choices=choices(rows, row),
        choice_name="Year",
    )


def levers(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What would change a status: what is not known, and who is near a threshold."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return Panel("No status of anybody you may see")
    year = int(row["performance_year"])
    reasons = viewer.query(
        "select status, reason, count(distinct npi) as clinicians, sum(worth) as worth from qp.status "
        "where performance_year = ? and status <> 'qp' group by status, reason "
        "order by clinicians desc, worth desc nulls last, reason limit 30",
        [year],
    )
    if not reasons:
        return Panel(f"Every clinician qualifies for {year}", choices=choices(rows, row), choice_name="Year")
    top = reasons[0]
    finding = f"{whole(top['clinicians'])} clinicians: {top['reason']}"
    body = [
        TableRow(
            (
                text_cell(WORDS.get(one["status"], one["status"])),
                text_cell(one["reason"]),
                amount_cell(whole(one["clinicians"]), real(one["clinicians"])),
                amount_cell(dollars(one["worth"]), real(one["worth"])),
            )
        )
        for one in reasons
    ]
    columns = (
        Column("Status"),
        Column("Why"),
        Column("Clinicians", "number"),
        Column("Worth if QP", "number"),
    )
    return Panel(
        f"What keeps most clinicians from being qualifying participants in {year}: {top['reason']}",
        f"It concerns {counted(top['clinicians'], 'clinician')}"
        + (f" and {short_dollars(top['worth'])}." if top["worth"] else "."),
        (),
        [
            bar_picture(
                "qp-levers",
                finding,
                [Bar(str(one["reason"]), float(one["clinicians"])) for one in reasons[:8]],
                show=whole,
                gains=False,
            )
        ],
        [Table("qp-levers", "What keeps them", columns, body)],
        hints(visit, viewer, year),
        choices=choices(rows, row),
        choice_name="Year",
    )
