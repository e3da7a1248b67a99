"""Tie-out and data: what the files hold and lack, control totals, dollars by type and month, what each
source carries.
"""

from __future__ import annotations

from typing import Any

from corridor.reports.charts.months import Series, months
from corridor.reports.tieout import TieOut
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
from corridor.reports.words import counted, dollars, month_name, real, share, short_dollars, whole

Row = dict[str, Any]

EMPTY = "Nothing is loaded. Load claim files with `corridor load cclf DIR`, then run `corridor tieout` again."
MARKS = {"yes": "● yes", "partly": "◐ partly", "no": "○ no", "unknown": "? unknown"}


def tieout_section(tieout: TieOut | None) -> Section:
    """The page by which an analyst trusts or distrusts the load."""
    title = "Tie-out and data"
    if tieout is None:
        return Section(
            "tie-out",
            title,
            empty="This result comes from the calculator: no claims stand behind it. "
            "`corridor load cclf DIR` and `corridor run` work it out from claims.",
        )
    if not tieout.deliveries:
        return Section("tie-out", title, empty=EMPTY)
    pictures = [picture] if (picture := _months_picture(tieout)) else []
    tables = [_deliveries(tieout)]
    tables.append(_files(tieout))
    if tieout.asides:
        tables.append(_asides(tieout))
    if any(row["in_files"] is not None for row in tieout.dollars):
        tables.append(_dollars(tieout))
    if tieout.months:
        tables.append(_months_table(tieout))
        tables.append(_completeness(tieout))
    tables.append(_lacks(tieout))
    tables.append(_capability(tieout))
    notes = [
        f"{row['fmt']} {row['source_id']}: {words}" for row in tieout.deliveries for words in row["warnings"]
    ]
    if not tieout.has_run:
        notes.append("No complete run yet: dollars by claim type and month appear after `corridor run`.")
    return Section("tie-out", title, lead_of(tieout), pictures, tables, notes)


def lead_of(tieout: TieOut) -> str:
    """One sentence: do rows and control totals agree."""
    read = sum(int(row["rows_in"]) for row in tieout.deliveries)
    kept = sum(int(row["rows_kept"]) for row in tieout.deliveries)
    aside = sum(int(row["rows_aside"]) for row in tieout.deliveries)
    balances = all(row["balances"] for row in tieout.deliveries)
    words = counted(len(tieout.deliveries), "delivery", "deliveries")
    words += f" brought {whole(read)} rows: {whole(kept)} kept"
    words += f", {whole(aside)} set aside" if aside else ", none set aside"
    words += "." if balances else "; these do not add up, see below."
    compared = [row for row in tieout.files if row["agrees"] is not None]
    if tieout.unmatched():
        words += (
            f" {counted(len(tieout.unmatched()), 'file disagrees', 'files disagree')} with its stated count."
        )
    elif compared:
        words += f" All {whole(len(compared))} record counts agree with CCLF0."
    else:
        words += " No control totals came with the files."
    late = [row for row in tieout.completeness if row["standing"] != "complete"]
    if late:
        words += f" {counted(len(late), 'month is', 'months are')} not complete."
    return words


def _deliveries(tieout: TieOut) -> Table:
    columns = (
        Column("Source"),
        Column("Format"),
        Column("File date"),
        Column("Files", "number"),
        Column("Megabytes", "number"),
        Column("Rows in", "number"),
        Column("Kept", "number"),
        Column("Set aside", "number"),
        Column("Adds up"),
    )
    body = [
        TableRow(
            (
                text_cell(row["source_id"]),
                text_cell(row["fmt"]),
                text_cell(row["file_date"]),
                amount_cell(whole(row["files"]), float(row["files"])),
                amount_cell(f"{row['bytes'] / 1e6:,.1f}", float(row["bytes"])),
                amount_cell(whole(row["rows_in"]), float(row["rows_in"])),
                amount_cell(whole(row["rows_kept"]), float(row["rows_kept"])),
                amount_cell(whole(row["rows_aside"]), float(row["rows_aside"])),
                text_cell("yes" if row["balances"] else "no"),
            )
        )
        for row in tieout.deliveries
    ]
    return Table("deliveries", "Loaded deliveries", columns, body)


def _files(tieout: TieOut) -> Table:
    columns = (
        Column("File"),
        Column("Kind"),
        Column("Rows in", "number"),
        Column("Kept", "number"),
        Column("Set aside", "number"),
        Column("CCLF0 states", "number", "Records the summary file of the delivery states"),
        Column("Agrees"),
        Column("Dollars", "number", "Signed: cancellations taken off; of CCLF7 what beneficiaries paid"),
        Column("Months"),
    )
    ordered = sorted(
        tieout.files,
        key=lambda row: (
            row["agrees"] is not False,
            row["stated"] is None,
            str(row["kind"]),
            str(row["file"]),
        ),
    )
    words = {True: "yes", False: "NO", None: "–"}
    body = [
        TableRow(
            (
                text_cell(row["file"]),
                text_cell(row["kind"]),
                *(amount_cell(whole(row[name]), real(row[name])) for name in ROWS),
                text_cell(words[row["agrees"]]),
                amount_cell(dollars(row["dollars"]), row["dollars"]),
                text_cell(_span(row)),
            )
        )
        for row in ordered
    ]
    return Table("files", "Files and control totals", columns, body)


def _span(row: Row) -> str | None:
    """The months a file's claims cover."""
    first, last = str(row["first_date"] or "")[:7], str(row["last_date"] or "")[:7]
    return f"{first} to {last}" if first and last else None


ROWS = ("rows_in", "rows_kept", "rows_aside", "stated")


def _dollars(tieout: TieOut) -> Table:
    columns = (
        Column("Claim type"),
        Column("In the files", "number"),
        Column("In the claims", "number"),
        Column("Difference", "number"),
    )
    body = [
        TableRow(
            (
                text_cell(row["claim_type"]),
                *(
                    amount_cell("–", None)
                    if row["in_files"] is None and not row[name]
                    else amount_cell(dollars(row[name], signed=name == "difference"), row[name])
                    for name in ("in_files", "in_claims", "difference")
                ),
            )
        )
        for row in tieout.dollars
    ]
    note = (
        "Claims are final action: what was cancelled, replaced by a later version or denied is gone, "
        "and header "
        "amounts count once. Drugs are left out of the files' side: CCLF7 holds what beneficiaries paid."
    )
    return Table("dollars-in-files", "Dollars in the files and in the claims", columns, body, note=note)


def _asides(tieout: TieOut) -> Table:
    columns = (
        Column("File"),
        Column("Field"),
        Column("Reason"),
        Column("Rows", "number"),
        Column("First line", "number"),
    )
    body = [
        TableRow(
            (
                text_cell(row["file"]),
                text_cell(row["field"]),
                text_cell(row["reason"] or row["reason_code"]),
                amount_cell(whole(row["rows"]), float(row["rows"])),
                amount_cell(whole(row["first_line"]), real(row["first_line"])),
            )
        )
        for row in tieout.asides
    ]
    return Table(
        "set-aside",
        "Rows set aside, with the reason",
        columns,
        body,
        note="They are kept beside the delivery with file and line; none is dropped.",
    )


def _types(tieout: TieOut) -> list[str]:
    sums: dict[str, float] = {}
    for row in tieout.months:
        sums[row["claim_type"]] = sums.get(row["claim_type"], 0.0) + (row["paid"] or 0.0)
    return [kind for kind, _ in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


def _months_picture(tieout: TieOut) -> Picture | None:
    if not tieout.months:
        return None
    order = sorted({int(row["service_month"]) for row in tieout.months})
    paid = {(row["claim_type"], int(row["service_month"])): row["paid"] for row in tieout.months}
    kinds = _types(tieout)
    shown = sum(value or 0.0 for value in paid.values())
    total = sum(real(row["in_claims"]) or 0.0 for row in tieout.dollars) or shown
    finding = f"{short_dollars(total)} paid from {month_name(order[0])} to {month_name(order[-1])}"
    if kinds:
        held = {row["claim_type"]: real(row["in_claims"]) for row in tieout.dollars}
        largest = held.get(kinds[0]) or sum(
            value or 0.0 for (kind, _), value in paid.items() if kind == kinds[0]
        )
        finding += f", {share(largest / total if total else 0.0, 0)} of it {kinds[0].lower()}"
    hollow = {int(row["service_month"]) for row in tieout.completeness if row["standing"] != "complete"}
    drawn = months(
        "months",
        finding,
        [month_name(month) for month in order],
        [Series(kind, tuple(paid.get((kind, month)) for month in order)) for kind in kinds],
        show=short_dollars,
        incomplete=[month in hollow for month in order],
    )
    note = "Dollars paid by claim type and month of service. Hollow: thin, or still filling as claims arrive."
    if total - shown >= 1:
        note += (
            f" Months of fewer than 11 people are withheld, {short_dollars(total - shown)} in all: no bar, "
            "and not in the sum beside the type."
        )
    return Picture(finding, drawn, note=note)


def _months_table(tieout: TieOut) -> Table:
    every = _types(tieout)
    priced = {row["claim_type"] for row in tieout.months if row["suppressed"] or row["paid"]}
    kinds = [kind for kind in every if kind in priced]
    order = sorted({int(row["service_month"]) for row in tieout.months})
    cells = {(row["claim_type"], int(row["service_month"])): row for row in tieout.months}
    withheld = any(row["suppressed"] for row in tieout.months)
    body = []
    for month in order:
        line = [Cell(month_name(month), float(month))]
        for kind in kinds:
            row = cells.get((kind, month))
            if row is None:
                line.append(amount_cell("–", None))
            elif row["suppressed"]:
                line.append(Cell("withheld", -1.0))
            else:
                line.append(amount_cell(dollars(row["paid"]), row["paid"]))
        body.append(TableRow(line))
    columns = (Column("Month"), *(Column(kind, "number") for kind in kinds))
    notes = (
        ["Withheld: fewer than 11 people, or a month that would give such a month away."] if withheld else []
    )
    notes += [f"{kind}: the source has no paid amount." for kind in every if kind not in priced]
    caption = "Dollars paid by claim type and month of service"
    return Table("dollars-by-month", caption, columns, body, note=" ".join(notes))


def _completeness(tieout: TieOut) -> Table:
    columns = (
        Column("Month"),
        Column("Claim lines", "number"),
        Column("Against the median month", "number"),
        Column("Standing"),
    )
    body = [
        TableRow(
            (
                Cell(month_name(row["service_month"]), float(row["service_month"])),
                amount_cell(whole(row["lines"]), float(row["lines"])),
                amount_cell(share(row["share_of_median"], 0), row["share_of_median"]),
                text_cell(row["standing"]),
            )
        )
        for row in tieout.completeness
    ]
    note = (
        "Still filling: fewer than three months before the newest file. Thin: under 75% of the lines of the "
        "median month."
    )
    return Table("month-completeness", "Is each month complete?", columns, body, note=note)


def _lacks(tieout: TieOut) -> Table:
    columns = (Column("Source"), Column("Lacks by design"), Column("Why"), Column("What it does to results"))
    body = [
        TableRow(
            (
                text_cell(short_source(row["source"])),
                *(text_cell(row[key]) for key in ("what", "why", "effect")),
            )
        )
        for row in tieout.lacks
    ]
    return Table(
        "lacks",
        "What the loaded files lack by design",
        columns,
        body,
        tools=False,
        empty="Nothing is known to be lacking.",
    )


def short_source(name: str) -> str:
    """The name of a source without what stands in brackets."""
    return name.partition(" (")[0]


def _capability(tieout: TieOut) -> Table:
    columns = (Column("Source"), Column("Result"), Column("Carries it"), Column("Why"))
    body = [
        TableRow(
            (
                text_cell(short_source(row["source"])),
                text_cell(row["result"]),
                Cell(MARKS[row["answer"]], row["answer"]),
                text_cell(row["why"]),
            )
        )
        for row in tieout.capability
    ]
    return Table("capability", "Which results each source can carry", columns, body)
