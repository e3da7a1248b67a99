"""Overpayments: the cases with their clocks, and one case with its steps, sample, refund and history."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import Response

from corridor.errors import CorridorError
from corridor.jobs.overpayment import AMOUNTS, STRATA, summary_of
from corridor.jobs.overpayment_case import FOLDER, Case
from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, near_dollars, people, short_dollars, whole
from corridor.web.billing import FINDINGS, by_kind, kind_name, made
from corridor.web.downloads import WORKBOOK, file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.overpayments import Seen, seen_case, seen_cases
from corridor.web.render import page
from corridor.web.roles import Role

STATES = {
    "opened": "opened", "sampled": "sample drawn", "extrapolated": "extrapolated",
    "refunded": "refund written", "closed": "closed",
}  # fmt: skip
OVER = ("refunded", "closed")


def cases(visit: VisitDep) -> Response:
    """The list, and the form that opens another case."""
    return list_page(visit)


def list_page(visit: Visit, error: CorridorError | None = None) -> Response:
    """The list, with what was refused where something was."""
    viewer = visit.viewer()
    found, damaged = seen_cases(visit)
    kinds: list[tuple[str, str]] = []
    paid = 0.0
    if viewer is not None:
        work = made(visit, viewer, FINDINGS, "Findings")
        if work.over.is_set() and work.made:
            rows = [row for row in by_kind(viewer) if row["direction"] == "paid_in_error"]
            kinds = [(str(row["kind"]), kind_name(row["kind"])) for row in rows]
            paid = sum(float(row["paid_dollars"]) for row in rows)
    running = [one for one in found if one.row["state"] not in OVER]
    return page(
        visit,
        "billing_cases.html.j2",
        "Overpayments",
        400 if error else 200,
        headline=_headline(running, paid),
        second=_second(found, damaged),
        picture=_picture(running),
        table=_table(found),
        kinds=kinds,
        tins=sorted(visit.who.scope.tin),
        today=date.today().isoformat(),
        works=visit.who.any_of(frozenset({Role.biller})),
        error=error.to_dict() if error else None,
    )


def _headline(running: list[Seen], paid: float) -> str:
    if not running:
        if paid >= 0.5:
            return f"No case is open; Medicare paid {near_dollars(paid)} in error by the billing audits"
        return "No case of overpayment is open"
    total = sum(float(one.row["amount"]) for one in running)
    first = running[0].row
    late = sum(1 for one in running if one.row["phase"] == "overdue")
    said = f"{near_dollars(total)} in {counted(len(running), 'open case')} goes back"
    said += f", the first by {first['deadline']}"
    return said + (f"; {late} {'is' if late == 1 else 'are'} overdue" if late else "")


def _second(found: list[Seen], damaged: int) -> str:
    said = (
        "An overpayment is reported and returned within the days the law gives from the day it is identified."
    )
    if damaged:
        said += f" {counted(damaged, 'case')} cannot be read: its file was changed or damaged."
    return said


def _picture(running: list[Seen]) -> Picture | None:
    if len(running) < 2:
        return None
    items = [
        Bar(
            f"{one.case.name}, due {one.row['deadline']}",
            float(one.row["amount"]),
            link=f"/billing/overpayments/{one.case.name}",
        )
        for one in running[:20]
    ]
    finding = "What goes back, the nearest deadline first"
    return Picture(
        finding,
        bars("cases", finding, items, show=short_dollars, signed=False, layout=SIDE),
        bars("cases-narrow", finding, items, show=short_dollars, signed=False, layout=STACKED),
    )


def _table(found: list[Seen]) -> Table:
    columns = (
        Column("Case"), Column("Where it stands"), Column("Clock"), Column("Identified"), Column("Deadline"),
        Column("Days left", "number"), Column("Claim lines", "number"), Column("Paid in error", "number"),
        Column("Goes back", "number"),
    )  # fmt: skip
    body = []
    for one in found:
        row = one.row
        left = row["days_left"]
        body.append(
            TableRow(
                (
                    Cell(one.case.name, one.case.name, f"/billing/overpayments/{one.case.name}"),
                    text_cell(STATES.get(row["state"], row["state"])),
                    text_cell(row["phase"] or "stopped"),
                    text_cell(row["identified"]),
                    text_cell(row["deadline"]),
                    amount_cell("–" if left is None else f"{left:,}", left),
                    amount_cell(whole(row["claim_lines"]), float(row["claim_lines"])),
                    amount_cell(dollars(row["paid_dollars"]), float(row["paid_dollars"])),
                    amount_cell(dollars(row["amount"]), float(row["amount"])),
                )
            )
        )
    return Table("overpayments", "Cases", columns, body, empty="No case yet.", tools=len(body) > 5)


def case(visit: VisitDep, case: str) -> Response:
    """One case."""
    return case_page(visit, seen_case(visit, case))


def case_page(
    visit: Visit, case: Case, error: CorridorError | None = None, reviewed: dict[str, str] | None = None
) -> Response:
    """One case with what can be done next; ``reviewed`` keeps what was typed where a step was refused."""
    row = summary_of(case, date.today())
    drawn, extrapolated, refunded = (case.last(name) for name in ("sampled", "extrapolated", "refunded"))
    patients = visit.run_viewer().patients
    lines = _drawn(case, drawn, reviewed or {}) if drawn and patients else []
    if lines:
        visit.note("patient_rows", f"sample of case {case.name}, {len(lines)} rows")
    return page(
        visit,
        "billing_case.html.j2",
        f"Case {case.name}",
        400 if error else 200,
        case=case,
        row=row,
        headline=_case_headline(case, row),
        state=STATES.get(case.state, case.state),
        over=case.state in OVER or case.last("refunded") is not None,
        closed=case.last("closed") is not None,
        law=case.opened["law"],
        left={words.replace("_", " "): count for words, count in case.opened["left_out"].items() if count},
        kinds=_kinds(case, patients),
        drawn=lines,
        sampled=drawn,
        newer=bool(drawn and (extrapolated is None or extrapolated["sample"] != drawn["number"])),
        extrapolated=extrapolated,
        refunded=refunded,
        strata=STRATA,
        amounts=AMOUNTS,
        patients=patients,
        works=visit.who.any_of(frozenset({Role.biller})),
        today=date.today().isoformat(),
        error=error.to_dict() if error else None,
    )


def _case_headline(case: Case, row: dict[str, Any]) -> str:
    amount = dollars(row["amount"])
    if case.state == "closed":
        return f"Closed: {amount} went back" if case.last("refunded") else "Closed without a refund"
    if case.last("refunded"):
        return f"The refund of {amount} is written; close the case once it is sent"
    left = int(row["days_left"])
    when = f"in {counted(left, 'day')}" if left >= 0 else f"{counted(-left, 'day')} ago"
    return f"{amount} {'goes' if left >= 0 else 'had to go'} back by {row['deadline']}, {when}"


def _kinds(case: Case, patients: bool) -> Table:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line in case.lines:
        sums[str(line["kind"])][0] += 1
        sums[str(line["kind"])][1] += float(line["paid_dollars"] or 0)
    count_words = whole if patients else people  # under the cell size policy where no patient is seen
    columns = (Column("Kind of finding"), Column("Claim lines", "number"), Column("Medicare paid", "number"))
    body = [
        TableRow(
            (
                text_cell(kind_name(kind)),
                amount_cell(count_words(count), count),
                amount_cell(dollars(paid), paid),
            )
        )
        for kind, (count, paid) in sorted(sums.items(), key=lambda one: (-one[1][1], one[0]))
    ]
    total = (
        Cell("All"), amount_cell(whole(len(case.lines)), float(len(case.lines))),
        amount_cell(dollars(case.opened["paid_dollars"]), float(case.opened["paid_dollars"])),
    )  # fmt: skip
    return Table("case-kinds", "What the case holds", columns, body, total, tools=False)


def _drawn(case: Case, drawn: dict[str, Any], typed: dict[str, str]) -> list[dict[str, Any]]:
    """The lines of the sample with what was found of each, as far as it is known."""
    lines = {(line["source_id"], line["claim_id"], line["line"]): line for line in case.lines}
    known: dict[tuple[Any, ...], Any] = {}
    extrapolated = case.last("extrapolated")
    if extrapolated and extrapolated["sample"] == drawn["number"]:
        known = {tuple(one[:3]): one[3] for one in extrapolated["reviewed"]}
    shown = []
    for place, (source, claim, number, stratum) in enumerate(drawn["chosen"]):
        key = (source, claim, number)
        line = lines[key]
        value = typed.get(f"line-{place}", "" if key not in known else str(known[key]))
        shown.append(
            {
                **line,
                "stratum": stratum,
                "field": f"line-{place}",
                "value": value,
                "kind": kind_name(line["kind"]),
            }
        )
    return shown


def sample_file(visit: VisitDep, case: str, format: str = "csv") -> Response:
    """The newest sample as a file to review: one row a claim line, with a column to fill in."""
    found = seen_case(visit, case)
    drawn = found.last("sampled")
    if drawn is None:
        raise _nothing("There is no sample in this case.")
    names = ("stratum", "source_id", "claim_id", "line", "service_date", "npi", "tin", "code", "paid_dollars")
    rows = [{**{name: row[name] for name in names}, "overpayment": None} for row in _drawn(found, drawn, {})]
    visit.note("patient_rows", f"sample of case {found.name} as a file, {len(rows)} rows")
    return file_of(visit.run_viewer(), format, f"{found.name}-sample", rows, (*names, "overpayment"))


def refund_file(visit: VisitDep, case: str) -> Response:
    """The refund file as it was written: the case holds its fingerprint."""
    found = seen_case(visit, case)
    refunded = found.last("refunded")
    path = refund_path(visit.bench.home, str(refunded["file"])) if refunded else None
    if refunded is None or path is None or not path.is_file():
        raise _nothing("The refund file of this case is not in the warehouse.")
    if refunded.get("with_identifiers"):
        raise _nothing("The refund file of this case names people; it is not handed out here.")
    body = path.read_bytes()
    if hashlib.sha256(body).hexdigest() != refunded["sha256"]:
        raise _nothing("The refund file of this case is not as it was written.")
    kind = WORKBOOK if path.suffix == ".xlsx" else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(body, media_type=kind, headers=headers)


def refund_path(home: Path, name: str) -> Path:
    """Where a refund file written here is kept: beside its case."""
    return home / FOLDER / Path(name).name


def _nothing(what: str) -> CorridorError:
    return CorridorError(
        "OVERPAYMENT-ORDER", what, why="The steps of a case follow one another.",
        todo="Do the step on the page of the case first.", field="CASE",
    )  # fmt: skip
