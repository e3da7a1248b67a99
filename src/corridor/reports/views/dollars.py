"""Dollars by practice and clinician for every payment year, with the range over both midpoints; and the
levers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.svg import Chart
from corridor.reports.tables import key_of
from corridor.reports.views.base import base_cell, base_note, cost_range, has_origin, tags_of, unpaid
from corridor.reports.views.index import Index
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
    counted,
    dollars,
    listed,
    magnitude,
    measure_label,
    measure_name,
    real,
    share,
    short_dollars,
)

Row = dict[str, Any]

MOST_BARS = 30


def dollars_section(index: Index) -> Section:
    """Bars by clinician for the first payment year, tables by practice and clinician for all years."""
    title = "Dollars by practice and clinician"
    year = index.first_year
    if year is None:
        return Section(
            "dollars",
            title,
            empty="No dollars: the Part B payments of the clinicians are not known. Load "
            "claims, or install CMS's by-provider file with `corridor reference add FILE`.",
        )
    rows = sorted(
        (row for row in index.data.dollars if row["payment_year"] == year),
        key=lambda row: (row["dollars"] or 0.0, key_of(row)),
    )
    lead, finding = _lead(index, rows, year)
    neutral = sum(1 for row in rows if not row["dollars"])
    rows = [row for row in rows if row["dollars"]]
    shown = rows if len(rows) <= MOST_BARS else [*rows[: MOST_BARS // 2], *rows[-MOST_BARS // 2 :]]
    items = [
        Bar(
            index.names.get(key_of(row), str(row["npi"])),
            row["dollars"] or 0.0,
            row["low"],
            row["high"],
            f"#{index.anchors[key_of(row)]}" if key_of(row) in index.anchors else None,
        )
        for row in shown
    ]
    wide, narrow = _drawn("dollars", finding, items)
    note = (
        "Bar: the midpoint in force. Whisker: the range over both readings of the midpoint, not that of the "
        "cost estimate."
    )
    if neutral:
        note += f" {counted(neutral, 'clinician stands', 'clinicians stand')} at $0, not drawn."
    if len(shown) < len(rows):
        note += f" The {len(shown)} largest of {len(rows)}; the table has all."
    return Section(
        "dollars",
        title,
        lead,
        [Picture(finding, wide, narrow, note)],
        [_by_practice(index), _by_clinician(index)],
        [words for words in (base_note(index.data.clinicians), _unpaid(index)) if words],
    )


def _unpaid(index: Index) -> str:
    rows = [row for row in index.data.clinicians if unpaid(row)]
    if not rows:
        return ""
    names = [
        f"{index.names[key_of(row)]} ({share(row.get('payment_adjustment_factor'), 2, signed=True)})"
        for row in rows[:5]
    ]
    names += [f"{len(rows) - 5} more"] if len(rows) > 5 else []
    return f"No Part B payments are loaded for {listed(names)}: the factor falls on $0 here."


def _drawn(name: str, finding: str, items: Sequence[Bar]) -> tuple[Chart, Chart]:
    """Bars for a wide and for a narrow page."""
    wide, narrow = (
        bars(
            f"{name}-{size}",
            finding,
            items,
            show=lambda value: short_dollars(value, signed=True),
            layout=layout,
        )
        for size, layout in (("wide", SIDE), ("narrow", STACKED))
    )
    return wide, narrow


def _lead(index: Index, rows: Sequence[Row], year: int) -> tuple[str, str]:
    losing = [row for row in rows if (row["dollars"] or 0.0) < 0]
    lost = math.fsum(row["dollars"] for row in losing)
    gained = math.fsum(row["dollars"] for row in rows if (row["dollars"] or 0.0) > 0)
    lead = f"In {year}, losses come to {magnitude(lost)} and gains to {magnitude(gained)}."
    if not losing:
        return lead, f"No clinician loses in {year}"
    if len(losing) == 1:
        return lead, f"{index.names.get(key_of(losing[0]), losing[0]['npi'])} is the one who loses in {year}"
    most = losing[: max(1, min(3, len(losing) // 2))]
    part = math.fsum(row["dollars"] for row in most) / lost
    count = counted(len(most), "clinician carries", "clinicians carry")
    return lead, f"{count} {share(part, 0)} of the losses in {year}"


def _years(index: Index) -> list[Column]:
    return [Column(str(year), "number") for year in index.data.payment_years]


def _range(low: float | None, high: float | None, value: float) -> str:
    """To the dollar, as the cells beside it."""
    if low is None or high is None or high - low < 1:
        return dollars(value, signed=True)
    return f"{dollars(low, signed=True)} to {dollars(high, signed=True)}"


def _by_practice(index: Index) -> Table:
    groups: dict[str, list[Row]] = {}
    for row in index.data.dollars:
        groups.setdefault(str(row["tin"]), []).append(row)
    base: dict[str, float] = {}
    heads: dict[str, int] = {}
    for row in index.data.clinicians:
        base[row["tin"]] = base.get(row["tin"], 0.0) + (real(row.get("part_b_paid")) or 0.0)
        heads[row["tin"]] = heads.get(row["tin"], 0) + 1
    body = []
    for tin, rows in sorted(groups.items()):
        totals = [index.total(year, rows) for year in index.data.payment_years]
        first = totals[0]
        body.append(
            TableRow(
                (
                    Cell(tin, tin),
                    amount_cell(f"{heads.get(tin, 0):,}", float(heads.get(tin, 0))),
                    amount_cell(dollars(base.get(tin)), base.get(tin)),
                    *(
                        amount_cell(dollars(total.dollars, signed=True), total.dollars, toned=True)
                        for total in totals
                    ),
                    Cell(_range(first.low, first.high, first.dollars), first.low),
                )
            )
        )
    sums = index.totals
    total = (
        Cell("All"),
        amount_cell(f"{len(index.data.clinicians):,}", None),
        amount_cell(dollars(index.part_b), None),
        *(amount_cell(dollars(one.dollars, signed=True), one.dollars, toned=True) for one in sums),
        Cell(_range(sums[0].low, sums[0].high, sums[0].dollars)),
    )
    columns = (
        Column("TIN"),
        Column("Clinicians", "number"),
        Column("Part B paid", "number"),
        *_years(index),
        Column(f"Rule range {index.first_year}", "range", "Over both readings of the midpoint"),
    )
    return Table("dollars-by-practice", "By practice (TIN)", columns, body, total)


def _by_clinician(index: Index) -> Table:
    body = []
    origin = has_origin(index.data.clinicians)
    interval = any(cost_range(row)[0] is not None for row in index.data.clinicians)
    for row in index.data.clinicians:
        key = key_of(row)
        years = {item["payment_year"]: item for item in index.dollars.get(key, [])}
        cells = []
        for year in index.data.payment_years:
            value = years.get(year, {}).get("dollars")
            cells.append(amount_cell(dollars(value, signed=True), value, toned=True))
        first = years.get(index.first_year, {})
        tag, why = tags_of(row, index.depth.brief)
        body.append(
            TableRow(
                (
                    Cell(index.names[key], index.names[key], link=f"#{index.anchors[key]}", tag=tag, why=why),
                    text_cell(key[1]),
                    text_cell(key[0]),
                    amount_cell(dollars(row.get("part_b_paid")), real(row.get("part_b_paid"))),
                    *([base_cell(row)] if origin else []),
                    *cells,
                    Cell(
                        _range(first.get("low"), first.get("high"), first.get("dollars") or 0.0),
                        first.get("low"),
                    ),
                    *([_cost_cell(row)] if interval else []),
                )
            )
        )
    columns = (
        Column("Clinician"),
        Column("NPI"),
        Column("TIN"),
        Column("Part B paid", "number"),
        *([Column("From", "text", "Where the Part B payments come from")] if origin else []),
        *_years(index),
        Column(f"Rule range {index.first_year}", "range", "Over both readings of the midpoint"),
        *([Column("Cost range", "range", COST_RANGE)] if interval else []),
    )
    sums = index.totals
    total = (
        Cell("All"),
        *([Cell("")] * (len(columns) - 3 - len(sums) - origin - interval)),
        Cell("") if not sums else amount_cell(dollars(index.part_b), None),
        *([Cell("")] if origin else []),
        *(amount_cell(dollars(one.dollars, signed=True), one.dollars, toned=True) for one in sums),
        Cell(_range(sums[0].low, sums[0].high, sums[0].dollars)),
        *([Cell("")] if interval else []),
    )
    return Table("dollars-by-clinician", "By clinician", columns, body, total)


COST_RANGE = "Over the interval of the clinician's cost estimate, at the midpoint in force"


def _cost_cell(row: Row) -> Cell:
    low, high = cost_range(row)
    return Cell(_range(low, high, real(row.get("dollars")) or 0.0) if low is not None else "–", low)


def levers_section(index: Index) -> Section:
    """What one decile in each measure is worth, all clinicians together and one by one."""
    title = "Levers: what a step is worth"
    if not index.data.levers:
        return Section(
            "levers",
            title,
            empty="No levers were valued: they need scores by measure. Load quality results "
            "with `corridor load quality FILE`.",
        )
    sums: dict[str, list[Row]] = {}
    for row in index.data.levers:
        sums.setdefault(str(row.get("measure")), []).append(row)
    worth = {
        measure: math.fsum(real(row.get("dollars")) or 0.0 for row in rows) for measure, rows in sums.items()
    }
    ranked = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    top = ranked[0]
    finding = f"{measure_name(top[0])} is worth most: {short_dollars(top[1])} for {_change(sums[top[0]])}"
    lead = (
        f"{finding}, over {counted(len(sums[top[0]]), 'clinician')} in "
        f"{index.first_year or 'the payment year'}. "
        "Each lever is valued alone, with all else as it is; they do not add up."
    )
    wide, narrow = _drawn(
        "levers", finding, [Bar(measure_label(measure), value) for measure, value in ranked]
    )
    columns = (
        Column("Measure"),
        Column("Change"),
        Column("Clinicians", "number"),
        Column("All together", "number"),
        Column("Most for one", "number"),
        Column("Who"),
    )
    body = []
    for measure, value in ranked:
        best = max(sums[measure], key=lambda row: (real(row.get("dollars")) or 0.0, key_of(row)))
        best_value = real(best.get("dollars"))
        anchor = index.anchors.get(key_of(best))
        body.append(
            TableRow(
                (
                    text_cell(measure_label(measure)),
                    text_cell(_change(sums[measure])),
                    amount_cell(f"{len(sums[measure]):,}", float(len(sums[measure]))),
                    amount_cell(dollars(value, signed=True), value, toned=True),
                    amount_cell(dollars(best_value, signed=True), best_value, toned=True),
                    Cell(
                        index.names.get(key_of(best), str(best.get("npi"))),
                        None,
                        link=f"#{anchor}" if anchor else None,
                    ),
                )
            )
        )
    return Section(
        "levers",
        title,
        lead,
        [Picture(finding, wide, narrow)],
        [Table("levers", "Levers, all clinicians", columns, body)],
    )


def _change(rows: Sequence[Row]) -> str:
    """The change that is valued, in words, where all rows agree."""
    changes = {str(row.get("change")) for row in rows if row.get("change") is not None}
    if len(changes) != 1:
        return "one step"
    change = changes.pop()
    amount = real(change)
    return change.replace("_", " ") if amount is None else f"{change} points"
