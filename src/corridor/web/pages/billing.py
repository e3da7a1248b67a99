"""What is not billed, billed wrongly or at risk: one sentence in dollars, a chart and a table by audit."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, listed, month_name, near_dollars, real, short_dollars
from corridor.web.billing import (
    DIRECTIONS,
    FINDINGS,
    Row,
    audit_about,
    audit_name,
    by_kind,
    made,
    precision_words,
    precisions,
)
from corridor.web.guard import Visit, VisitDep
from corridor.web.making import Work
from corridor.web.render import page
from corridor.web.viewer import Viewer

SIGNS = {"missed": 1, "paid_in_error": -1, "at_risk": -1}
SHORT = {"apcm": "APCM", "conflict": "Exclusive services", "behavioral": "Behavioral health"}
MEASURED = (
    "Share of such findings that were right in a synthetic community whose billing errors are known; not "
    "measured on your claims. Two figures: right beyond doubt, and with those the record decides."
)
UNCHECKED = {"drug": "drugs", "skin": "skin-substitutes"}


def billing(visit: VisitDep) -> Response:
    """The opening page of billing."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Billing audits", loaded=False)
    work = made(visit, viewer, FINDINGS, "What the billing audits found")
    if not work.over.is_set():
        return waiting(visit, work)
    if not work.made:
        return page(
            visit, "billing_none.html.j2", "Billing audits", table="billing.finding", run=viewer.run_id
        )
    shown = visit.bench.made(viewer, "billing", lambda: _shown(visit, viewer))
    return page(visit, "billing.html.j2", "Billing audits", **shown)


def waiting(visit: Visit, work: Work) -> Response:
    """What is being made, and how long it has taken; the page asks again by itself."""
    answer = page(visit, "billing_wait.html.j2", work.about, work=work)
    answer.headers["Refresh"] = "2"
    return answer


def _shown(visit: Visit, viewer: Viewer) -> dict[str, Any]:
    rows = by_kind(viewer)
    sums = {name: _sum(rows, name) for name in DIRECTIONS}
    audits = _by_audit(rows)
    return {
        "sentence": sentence(sums),
        "second": _second(rows, sums),
        "figures": _figures(rows, sums),
        "picture": _picture(audits) if rows else None,
        "table": _table(visit, viewer, rows, audits),
        "notes": _notes(rows) + _unchecked(viewer),
        "any": bool(rows),
    }


def _sum(rows: list[Row], direction: str) -> float:
    return sum(float(row["dollars"]) for row in rows if row["direction"] == direction)


def sentence(sums: dict[str, float]) -> str:
    """What is unbilled, wrongly billed and at risk, in one sentence."""
    said = {
        "missed": "{} could be billed and is not",
        "paid_in_error": "{} was paid in error",
        "at_risk": "{} is at risk",
    }
    parts = [said[name].format(near_dollars(sums[name])) for name in DIRECTIONS if sums[name] >= 0.5]
    return listed(parts) if parts else "The billing audits found no dollars to move"


def _second(rows: list[Row], sums: dict[str, float]) -> str:
    sure = {
        name: sum(float(row["sure_dollars"]) for row in rows if row["direction"] == name)
        for name in DIRECTIONS
    }
    parts = [_span(rows)] if rows else []
    if sums["missed"]:
        parts.append(
            f"Of what is not billed the claims alone settle {near_dollars(sure['missed'])}; "
            "for the rest the record decides."
        )
    if sums["paid_in_error"]:
        parts.append("What was paid in error goes back within the days the law gives, once it is identified.")
    return " ".join(part for part in parts if part)


def _span(rows: list[Row]) -> str:
    """Which months the dollars are of: several years must not be read as one."""
    months = [int(row[name]) for row in rows for name in ("oldest", "newest") if row[name]]
    if not months:
        return ""
    return f"Services of {month_name(min(months))} to {month_name(max(months))}."


def _figures(rows: list[Row], sums: dict[str, float]) -> list[Figure]:
    figures = []
    for name, label in DIRECTIONS.items():
        count = sum(int(row["findings"]) for row in rows if row["direction"] == name)
        if not count:
            continue
        sure = sum(int(row["sure"]) for row in rows if row["direction"] == name)
        figures.append(
            Figure(
                short_dollars(sums[name] * SIGNS[name], signed=True),
                label,
                f"{counted(count, 'finding')}, {sure:,} of them sure",
                "gain" if SIGNS[name] > 0 else "loss",
            )
        )
    return figures


def _by_audit(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["audit"]), []).append(row)
    order = sorted(found, key=lambda name: (-sum(float(row["dollars"]) for row in found[name]), name))
    return {name: found[name] for name in order}


def _picture(audits: dict[str, list[Row]]) -> Picture:
    items = []
    for audit, rows in audits.items():
        for name, label in DIRECTIONS.items():
            amount = _sum(rows, name)
            if amount >= 0.5:
                words = f"{SHORT.get(audit, audit_name(audit))}: {label.lower()}"
                items.append(
                    Bar(words, amount * SIGNS[name], link=f"/billing/audits/{audit}?direction={name}")
                )
    items.sort(key=lambda item: -abs(item.value))
    finding = "Dollars of findings by audit"
    if items:
        finding = f"The most dollars: {items[0].name}, {near_dollars(items[0].value)}"

    def show(value: float) -> str:
        return short_dollars(value, signed=True)

    return Picture(
        finding,
        bars("billing-audits", finding, items, show=show, layout=SIDE),
        bars("billing-audits-narrow", finding, items, show=show, layout=STACKED),
        "To the right what could be earned, to the left what is to be given back or may be.",
    )


def _table(visit: Visit, viewer: Viewer, rows: list[Row], audits: dict[str, list[Row]]) -> Table:
    known = precisions(visit)
    columns = (
        Column("Audit"), Column("Looks for"), Column("Findings", "number"), Column("Sure", "number"),
        *(Column(name, "number") for name in DIRECTIONS.values()),
        Column("Medicare paid", "number", "Medicare's share of what was paid in error or is at risk"),
        Column("Measured precision", "number", MEASURED),
    )  # fmt: skip
    body = []
    for audit, kinds in audits.items():
        findings, sure = (sum(int(row[name]) for row in kinds) for name in ("findings", "sure"))
        measured = precision_words([(str(row["kind"]), int(row["findings"])) for row in kinds], known)
        body.append(
            TableRow(
                (
                    Cell(audit_name(audit), audit_name(audit), f"/billing/audits/{audit}"),
                    text_cell(audit_about(audit)),
                    count_cell(viewer, findings),
                    count_cell(viewer, sure),
                    *(money_cell(_sum(kinds, name)) for name in DIRECTIONS),
                    money_cell(sum(float(row["paid_dollars"]) for row in kinds)),
                    Cell(
                        measured, measured, tag="assumed" if measured != "not measured" else "", why=MEASURED
                    ),
                )
            )
        )
    total = (
        Cell("All audits"), Cell(""), count_cell(viewer, sum(int(row["findings"]) for row in rows)),
        count_cell(viewer, sum(int(row["sure"]) for row in rows)),
        *(money_cell(_sum(rows, name)) for name in DIRECTIONS),
        money_cell(sum(float(row["paid_dollars"]) for row in rows)), Cell(""),
    )  # fmt: skip
    return Table("billing-audits", "By audit", columns, body, total if len(body) > 1 else (), tools=False)


def count_cell(viewer: Viewer, count: int) -> Cell:
    """A count of findings; under the cell size policy where the role sees no patients."""
    from corridor.reports.words import people, whole

    return amount_cell(whole(count) if viewer.patients else people(count), float(count))


def money_cell(amount: float) -> Cell:
    """Dollars of findings; a dash for none."""
    return Cell("–", 0.0) if not amount else amount_cell(dollars(amount), real(amount))


def _notes(rows: list[Row]) -> list[str]:
    notes = []
    again = sum(float(row["again_dollars"]) for row in rows)
    if again >= 1:
        notes.append(
            f"{dollars(again)} of what was paid in error or is at risk stands on claim lines that several "
            "findings name: a case of overpayment counts each line once."
        )
    without = sum(int(row["without_amount"]) for row in rows)
    if without:
        notes.append(
            f"{counted(without, 'finding')} without dollars: no fee schedule of the day is installed "
            "(corridor reference add, then corridor run)."
        )
    notes.append(
        "Denied lines are not in CCLF: of a service said not to be billed see first that it was not denied."
    )
    return notes


def _unchecked(viewer: Viewer) -> list[str]:
    from corridor.jobs.audit_unchecked import ALL, unchecked

    return unchecked(viewer, ALL)
