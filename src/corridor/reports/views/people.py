"""Who is in and why: the cohort, the reasons of those who are out, and the difference to the list CMS
publishes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import STACKED
from corridor.reports.tables import key_of
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
from corridor.reports.words import cohort_name, counted, listed, people, real, whole

Row = Mapping[str, Any]

CRITERIA = (
    ("in_specialty", "Specialty is not in the cohort", False),
    ("has_episodes", "Too few attributed episodes", False),
    ("is_inside", "Practice lies outside the selected areas", False),
    ("is_rural_health", "Bills mainly through a rural or federally qualified center", True),
    ("has_left", "No services under the practice any more", True),
)
"""Columns of asm.eligibility, what it means for a clinician to miss them, and the value that means it."""

REASONS = replace(STACKED, page=600.0)
"""Reasons are long: even on a wide page they stand above their bar."""

EMPTY = (
    "To work out who is in, and why, load claims and a roster (`corridor load cclf DIR`, "
    "`corridor load roster FILE`) or install CMS's participant list (`corridor reference add FILE`)."
)


def people_section(index: Index) -> Section:
    """Cohort table, reasons out, reconciliation with CMS's list."""
    rows = index.data.eligibility
    title = "Who is in, and why"
    if not rows:
        given = (
            "Every row of the file is taken to be in the model. " if index.data.door == "calculator" else ""
        )
        return Section("eligibility", title, empty=given + EMPTY)
    inside = [row for row in rows if row.get("eligible")]
    outside = [row for row in rows if not row.get("eligible")]
    cohorts = Counter(cohort_name(row.get("cohort")) for row in inside)
    parts = [f"{count} in {name.lower()}" for name, count in sorted(cohorts.items())]
    lead = f"{len(inside)} of {counted(len(rows), 'clinician')} considered are in the model"
    lead += f": {listed(parts)}." if parts else "."
    differing = [row for row in rows if differs(row)]
    has_list = any(row.get("listed_by_cms") is not None for row in rows)
    if has_list:
        lead += (
            f" CMS's list differs for {counted(len(differing), 'clinician')}."
            if differing
            else " CMS's list agrees with every one of them."
        )
    reasons = Counter(reason for row in outside for reason in _criteria(row))
    pictures = []
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) > 1:
        several = sum(reasons.values()) > len(outside)
        finding = f"Why {len(outside)} are out"
        if ranked[0][1] > ranked[1][1]:
            finding = f"{ranked[0][0]}: {ranked[0][1]} of the {len(outside)} who are out"
        note = "Some are out for several reasons, so the bars add up to more." if several else ""
        drawn = [
            bars(
                f"reasons-{size}",
                finding,
                [Bar(name, float(count)) for name, count in ranked],
                show=whole,
                signed=False,
                layout=layout,
            )
            for size, layout in (("wide", REASONS), ("narrow", STACKED))
        ]
        pictures.append(Picture(finding, drawn[0], drawn[1], note))
    tables = [_everyone(index, rows)]
    notes = []
    if differing:
        tables.insert(0, _differences(index, differing))
    elif not has_list:
        notes.append(
            "CMS's participant list is not installed, so our answer could not be held against it: "
            "`corridor reference add FILE`."
        )
    return Section("eligibility", title, lead, pictures, tables, notes)


def _criteria(row: Row) -> list[str]:
    """The criteria a clinician misses; a clinician may miss several. Without the parts, the reason as it
    stands.
    """
    missing = [words for column, words, wrong in CRITERIA if row.get(column) is wrong]
    return missing or [str(row.get("reason") or "No reason given")]


def differs(row: Row) -> bool:
    """Whether CMS's list and our data disagree about a clinician."""
    return row.get("listed_by_cms") is not None and bool(row["listed_by_cms"]) != bool(row.get("eligible"))


def _who(index: Index, row: Row) -> Cell:
    key = key_of(row)
    anchor = index.anchors.get(key)
    name = index.names.get(key) or str(row.get("clinician_name") or f"NPI {row.get('npi')}")
    return Cell(name, name, link=f"#{anchor}" if anchor else None)


def _differences(index: Index, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Clinician"),
        Column("NPI"),
        Column("TIN"),
        Column("In by our data"),
        Column("On CMS's list"),
        Column("Difference"),
        Column("Our reason"),
    )
    body = [
        TableRow(
            (
                _who(index, row),
                text_cell(row.get("npi")),
                text_cell(row.get("tin")),
                text_cell("yes" if row.get("eligible") else "no"),
                text_cell(_listed(row)),
                text_cell(row.get("list_difference")),
                text_cell(_reason(row)),
            )
        )
        for row in rows
    ]
    caption = "Where CMS's list and our data differ; the list decides who is paid"
    return Table("list-differences", caption, columns, body)


def _listed(row: Row) -> str:
    listed_by_cms = row.get("listed_by_cms")
    return "unknown" if listed_by_cms is None else "yes" if listed_by_cms else "no"


def _everyone(index: Index, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Clinician"),
        Column("NPI"),
        Column("TIN"),
        Column("Cohort"),
        Column("In"),
        Column("Episodes", "number", "Attributed episodes of the eligibility year; under 11 suppressed"),
        Column("Reason"),
    )
    ordered = sorted(rows, key=lambda row: (not row.get("eligible"), str(row.get("cohort")), key_of(row)))
    body = [
        TableRow(
            (
                _who(index, row),
                text_cell(row.get("npi")),
                text_cell(row.get("tin")),
                text_cell(cohort_name(row["cohort"]) if row.get("cohort") else None),
                text_cell("in" if row.get("eligible") else "out"),
                amount_cell(
                    people(row.get("attributed_episodes")), _sortable(row.get("attributed_episodes"))
                ),
                text_cell(_reason(row)),
            )
        )
        for row in ordered
    ]
    return Table("eligibility", "Everyone considered", columns, body)


def _sortable(value: Any) -> float | None:
    """What a suppressed count may be sorted by: nothing under 11 is told apart."""
    count = real(value)
    return 0.5 if count is not None and people(count).startswith("<") else count


def _reason(row: Row) -> str:
    """The reason without the word that the column In says already."""
    reason = str(row.get("reason") or "")
    for word in ("In: ", "Out: "):
        reason = reason.removeprefix(word)
    return reason[:1].upper() + reason[1:]
