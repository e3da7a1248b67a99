"""What the page of a clinician and that of a practice share: programs, cost beside peers, quality, "
"findings, work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from corridor.reports.charts import svg
from corridor.reports.charts.funnel import Dot, funnel, standing
from corridor.reports.charts.trend import Point, trend
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    counted,
    dollars,
    is_small,
    listed,
    measure_label,
    month_name,
    people,
    plain,
    real,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.programs.registry import PROGRAMS
from corridor.web.programs.shape import Stand, Whose
from corridor.web.programs.stands import billing, evidence
from corridor.web.roles import PATIENTS
from corridor.web.viewer import Viewer

PERFORMANCE = """
select measure, people, observed_rate, expected_rate, dollars, ratio, shrunken_ratio, interval_low,
       interval_high, peers, reliability, exploratory
from measures.performance where level = ? and entity_id = ? order by measure
"""
QUALITY = """
select measure_id, collection_type, rate, eligible_cases, mean_rate, interval_low, interval_high, percentile,
       exploratory
from measures.performance_quality where level = ? and entity_id = ? order by measure_id, collection_type
"""
# The spread of one person's ratio, from how far people lie from what is expected of them.
DOTS = """
select entity_id, people, ratio from measures.performance where level = ? and measure = ? and ratio is not
    null
    and people > 0 order by people, entity_id
"""
SPREAD = """
select sqrt(sum(squared_difference) / nullif(sum(people), 0)) / nullif(sum(expected) / nullif(sum(people),
    0), 0)
    as spread, sum(observed) / nullif(sum(expected), 0) as centre
from measures.performance_total where level = ? and measure = ?
"""
MONTHS = """
select month, people, observed_rate, ratio from measures.performance_month
where level = ? and entity_id = ? and measure = ? order by month
"""
FINDINGS = """
select audit, kind, direction, certainty, sum(findings) as findings, sum(dollars) as dollars,
       sum(again_dollars) as again
from panel.billing_finding where (? = '' or tin = ?) and (? = '' or npi = ?)
group by audit, kind, direction, certainty order by abs(sum(dollars)) desc nulls last, findings desc limit 25
"""
DRAWN = 400
MOST_SAID = 4
ADMITTED = 11


def stands(visit: Visit, viewer: Viewer, whose: Whose) -> list[Stand]:
    """Where the entity stands under every program, and what billing audits found."""
    found: list[Stand] = []
    for program in PROGRAMS:
        if program.of is not None and program.there(visit, viewer):
            found += program.of(visit, viewer, whose)
    return found + list(billing(visit, viewer, whose))


def stands_table(rows: Sequence[Stand]) -> Table:
    """The programs of an entity as a table; a figure opens how it came about."""
    body = [
        TableRow(
            (
                Cell(row.name, row.name, link=row.link or None),
                text_cell(row.status),
                text_cell(row.why),
                replace(
                    amount_cell(
                        dollars(row.dollars, signed=row.signed) if row.dollars is not None else "–",
                        row.dollars,
                        toned=row.signed,
                    ),
                    link=row.explain if row.explain and row.dollars is not None else None,
                ),
                text_cell(row.what),
                Cell("How it comes about", link=row.explain) if row.explain else Cell("–"),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Program"),
        Column("Standing"),
        Column("Why"),
        Column("Dollars", "number"),
        Column("What they are"),
        Column("Opened"),
    )
    note = "They are not to be added up: the same payments may count under several."
    return Table("programs", "Every program", columns, body, note=note, tools=False)


def performance_table(viewer: Viewer, level: str, entity: str) -> Table | None:
    """Observed against expected, drawn towards peers as far as chance could explain it."""
    rows = viewer.query(PERFORMANCE, [level, entity]) if viewer.has("measures.performance") else []
    if not rows:
        return None
    columns = (
        Column("Measure"),
        Column("People", "number"),
        Column("Observed", "number", "Rate as counted"),
        Column("Expected", "number", "Rate expected for these people"),
        Column("Ratio", "number", "Observed to expected"),
        Column("Drawn towards peers", "number", "The ratio, as far as chance does not explain it"),
        Column("Interval", "range"),
        Column("Reliability", "number", "0 is noise, 1 is certain"),
        Column("Spent", "number"),
    )
    body = [
        TableRow(
            (
                Cell(
                    measure_name(row["measure"]),
                    link=evidence(
                        "measures.performance", level=level, entity_id=entity, measure=row["measure"]
                    ),
                    tag="exploratory" if row["exploratory"] else "",
                    why="Not validated at this level, or too few cases: shown, never ranked.",
                ),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(plain(row["observed_rate"]), real(row["observed_rate"])),
                amount_cell(plain(row["expected_rate"]), real(row["expected_rate"])),
                amount_cell(plain(row["ratio"], 2), real(row["ratio"])),
                amount_cell(plain(row["shrunken_ratio"], 2), real(row["shrunken_ratio"])),
                _range(row, 2),
                amount_cell(plain(row["reliability"], 2), real(row["reliability"])),
                amount_cell(dollars(row["dollars"]), real(row["dollars"])),
            )
        )
        for row in rows
    ]
    peers = counted(int(rows[0]["peers"] or 0), "clinician" if level == "npi" else "practice")
    note = f"Compared with {peers}. A ratio over 1 is more than expected. A measure opens its claim lines."
    return Table("performance", "Performance beside peers", columns, body, note=note)


def measures_of(viewer: Viewer, level: str, entity: str) -> list[tuple[str, str]]:
    """The measures of an entity that could be drawn, with what they are called."""
    if not viewer.has("measures.performance"):
        return []
    rows = viewer.query(
        "select distinct measure from measures.performance where level = ? and entity_id = ? and ratio is "
        "not null "
        "order by measure",
        [level, entity],
    )
    return [(str(row["measure"]), measure_name(row["measure"])) for row in rows]


def measure_name(measure: Any) -> str:
    """A measure of performance in words."""
    return str(measure).replace("_", " ").capitalize()


def funnel_picture(
    visit: Visit, viewer: Viewer, level: str, entity: str, measure: str, name: str
) -> Picture | None:
    """The entity among all of its level, by volume, with the limits of chance; an even sample is drawn."""
    if not (viewer.has("measures.performance") and viewer.has("measures.performance_total")):
        return None
    rows = visit.bench.made(viewer, ("dots", level, measure), lambda: viewer.query(DOTS, [level, measure]))
    (limits,) = visit.bench.made(
        viewer, ("spread", level, measure), lambda: viewer.query(SPREAD, [level, measure])
    )
    spread, centre = real(limits["spread"]), real(limits["centre"])
    own = next((row for row in rows if row["entity_id"] == entity), None)
    others = [row for row in rows if row["entity_id"] != entity and row["people"] >= ADMITTED]
    if own is None or own["people"] < ADMITTED or not spread or centre is None or not others:
        return None
    step = max(1, -(-len(others) // DRAWN))
    path = "/clinicians/" if level == "npi" else "/practices/"
    dots = [
        Dot(f"{level.upper()} {row['entity_id']}", float(row["people"]), float(row["ratio"]),
            path + str(row["entity_id"]), faint=True)
        for row in others[::step]
    ]  # fmt: skip
    mine = Dot(name, float(own["people"]), float(own["ratio"]))
    place = standing(mine, centre, spread)
    words = {
        -2: "well under what chance explains", -1: "under what chance explains in 19 of 20",
        0: "within what chance explains", 1: "over what chance explains in 19 of 20",
        2: "well over what chance explains",
    }  # fmt: skip
    finding = f"{measure_name(measure)}: {plain(own['ratio'], 2)} of what is expected, {words[place]}"
    kind = "clinicians" if level == "npi" else "practices"
    wide, narrow = (
        funnel(
            f"funnel-{measure}-{size}", finding, [*dots, mine], spread=spread, centre=centre, width=width,
            volume_name="People", value_name="Observed over expected", who=kind,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    drawn = f"one in {step} of the others is drawn" if step > 1 else f"all {len(others):,} others are drawn"
    return Picture(
        finding, wide, narrow,
        "Limits: 19 in 20, and 998 in 1,000, lie within by chance for their number of people. With at "
        "least 11 "
        f"people: {drawn}.",
    )  # fmt: skip


def months_picture(viewer: Viewer, level: str, entity: str, measure: str) -> tuple[Picture, Table] | None:
    """Observed over expected by month, with the table behind it."""
    if not viewer.has("measures.performance_month"):
        return None
    rows = viewer.query(MONTHS, [level, entity, measure])
    known = [row for row in rows if row["ratio"] is not None and not is_small(row["people"])]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    finding = (
        f"{measure_name(measure)} went from {plain(first['ratio'], 2)} of what is expected in "
        f"{month_name(first['month'])} to {plain(last['ratio'], 2)} in {month_name(last['month'])}"
    )
    points = [Point(month_name(row["month"]), float(row["ratio"]), expected=1.0) for row in known]
    wide, narrow = (
        trend(
            f"months-{measure}-{size}",
            finding,
            points,
            show=lambda value: plain(value, 2),
            value_name="observed over expected",
            width=width,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )
    body = [
        TableRow(
            (
                Cell(month_name(row["month"]), float(row["month"])),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(plain(row["observed_rate"]), real(row["observed_rate"])),
                amount_cell(plain(row["ratio"], 2), real(row["ratio"])),
            )
        )
        for row in known
    ]
    columns = (
        Column("Month"),
        Column("People", "number"),
        Column("Observed", "number"),
        Column("Ratio", "number"),
    )
    return Picture(finding, wide, narrow), Table(f"months-{measure}", "Month by month", columns, body)


def quality_table(visit: Visit, viewer: Viewer, level: str, entity: str) -> Table | None:
    """Quality measures beside peers, drawn towards them as far as chance explains."""
    rows = viewer.query(QUALITY, [level, entity]) if viewer.has("measures.performance_quality") else []
    if not rows:
        return None
    law = {str(one["measure_id"]): one for one in visit.bench.context().force.rows("asm.quality_measure")}
    columns = (
        Column("Measure"), Column("Sent as"), Column("Cases", "number"), Column("Rate", "number"),
        Column("Peers", "number", "Mean rate"), Column("Interval", "range"),
        Column("Open cases", "number", "Cases that do not meet the measure"), Column("Percentile", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                Cell(measure_label(row["measure_id"]), tag="exploratory" if row["exploratory"] else "",
                     why="Too few cases: shown, never ranked."),
                text_cell(row["collection_type"]),
                amount_cell(people(row["eligible_cases"]), real(row["eligible_cases"])),
                amount_cell(plain(row["rate"]), real(row["rate"])),
                amount_cell(plain(row["mean_rate"]), real(row["mean_rate"])),
                _range(row),
                _open(row, law.get(str(row["measure_id"]))),
                amount_cell(plain(row["percentile"], 0), real(row["percentile"])),
            )
        )
        for row in rows
    ]  # fmt: skip
    note = (
        "Open cases are what the rate leaves, and where lower is better what it counts; a dash where CMS "
        "computes the measure from claims, whose rate is not a share of the cases."
    )
    return Table("quality", "Quality and care gaps", columns, body, note=note)


def _range(row: dict[str, Any], digits: int = 1) -> Cell:
    if row["interval_low"] is None or row["interval_high"] is None:
        return Cell("–")
    low, high = plain(row["interval_low"], digits), plain(row["interval_high"], digits)
    return amount_cell(f"{low} to {high}", real(row["interval_low"]))


def _open(row: Mapping[str, Any], law: Mapping[str, Any] | None) -> Cell:
    """The cases that do not meet a measure; unknown for one the law does not list, or claims decide."""
    cases, rate = real(row["eligible_cases"]), real(row["rate"])
    if cases is None or rate is None or law is None or law["administrative_claims"]:
        return Cell("–")
    count = round(cases * (rate if law["inverse"] else 100 - rate) / 100)
    return amount_cell(people(count), float(count))


def findings_table(viewer: Viewer, whose: Whose) -> Table | None:
    """What billing audits found, the largest kinds first."""
    rows = viewer.query(FINDINGS, whose.given) if viewer.has("panel.billing_finding") else []
    if not rows:
        return None
    asked = f"tin={whose.tin}" if whose.tin else f"npi={whose.npi}"
    body = [
        TableRow(
            (
                Cell(str(row["audit"]).replace("_", " "), link=f"/billing/audits/{row['audit']}?{asked}"),
                text_cell(str(row["kind"]).replace("_", " ")),
                text_cell(str(row["direction"]).replace("_", " ")),
                text_cell(row["certainty"]),
                amount_cell(whole(row["findings"]), real(row["findings"])),
                amount_cell(dollars(row["dollars"]), real(row["dollars"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Audit"), Column("Finding"), Column("Direction"), Column("How sure"),
        Column("Count", "number"), Column("Dollars", "number"),
    )  # fmt: skip
    again = sum(real(row["again"]) or 0.0 for row in rows)
    note = (
        f"{dollars(again)} of it is on claim lines that several findings name: the rows do not add up."
        if again >= 1
        else ""
    )
    return Table("findings", "What billing audits found", columns, body, note=note)


def work_counts(visit: Visit, whose: Whose) -> list[tuple[str, str, str]]:
    """The work lists of the entity: name, how much is to do, where; only for roles that work with patients.

    Empty while the lists of a new run are still being made.
    """
    if not visit.who.any_of(PATIENTS):
        return []
    from corridor.web.work_board import Filter, open_board
    from corridor.web.work_lists import LISTS

    board, _ = open_board(visit, patience=0.0)
    if board is None:
        return []
    found = []
    for one in LISTS.values():
        items = board.found(one.key, Filter(tin=whose.tin, npi=whose.npi), visit.who.account_id, "")
        if items:
            asked = f"tin={whose.tin}" if not whose.npi else f"npi={whose.npi}"
            found.append((one.name, f"{items:,} to do", f"/work/{one.key}?{asked}"))
    return found


def said_of(rows: Sequence[Stand]) -> str:
    """The dollars of an entity, for the first sentence."""
    return listed([row.said for row in rows if row.said][:MOST_SAID])
