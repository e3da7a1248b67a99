"""The Excel workbook: one sheet a question, numbers as numbers, no identifiers of beneficiaries."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from corridor.reports.categories import rows_of as spending_rows
from corridor.reports.data import ReportData
from corridor.reports.tables import Row
from corridor.reports.views.index import Index
from corridor.reports.views.method import shown_value
from corridor.reports.views.opening import opening
from corridor.reports.words import SUPPRESSED, SYNTHETIC, cohort_name, is_small, measure_label, real

FORMATS = {
    "text": {},
    "count": {"num_format": "#,##0"},
    "dollars": {"num_format": '"$"#,##0;[Color 53]-"$"#,##0;"$"0'},
    "cents": {"num_format": '"$"#,##0.00;[Color 53]-"$"#,##0.00;"$"0.00'},
    "share": {"num_format": "0.0%"},
    "factor": {"num_format": "0.0000%"},
    "number": {"num_format": "0.00"},
    "year": {"num_format": "0"},
}
WIDTHS = {
    "text": 18,
    "count": 12,
    "dollars": 14,
    "cents": 16,
    "share": 10,
    "factor": 12,
    "number": 10,
    "year": 10,
}
LONGEST = 60
EPOCH = datetime.datetime(2000, 1, 1)
"""The date inside a workbook whose run says none: the same data give the same bytes."""


@dataclass(frozen=True)
class Head:
    """A column of a sheet: the key of the row, its heading, its format."""

    key: str
    name: str
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """One sheet: name, columns, rows."""

    name: str
    heads: Sequence[Head]
    rows: Sequence[Row]


def write_excel(data: ReportData, path: Path) -> Path:
    """Write the workbook; the same data give the same bytes."""
    book = xlsxwriter.Workbook(
        str(path), {"in_memory": True, "strings_to_formulas": False, "nan_inf_to_errors": True}
    )
    created = datetime.datetime.fromisoformat(data.finished).replace(tzinfo=None) if data.finished else EPOCH
    book.set_properties({"title": "Corridor report", "created": created})
    formats = {kind: book.add_format({"valign": "top", **style}) for kind, style in FORMATS.items()}
    heading = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#F4F6F8"}
    )
    _summary(book, data, formats)
    for sheet in sheets(data):
        _sheet(book, sheet, formats, heading)
    book.close()
    return path


def _summary(book: Any, data: ReportData, formats: dict[str, Any]) -> None:
    """Words, figures with what they compare with, dollars by year."""
    page = book.add_worksheet("summary")
    page.hide_gridlines(2)
    page.set_column(0, 0, 34)
    page.set_column(1, 5, 16)
    large = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "bottom": 1})
    index = Index(data)
    first = opening(index)
    page.merge_range(0, 0, 0, 5, first.sentence, large)
    page.set_row(0, 42)
    page.merge_range(1, 0, 1, 5, first.second, wrapped)
    page.set_row(1, 32)
    line = 3
    for figure in first.figures:
        page.write_string(line, 0, figure.label)
        page.write_string(line, 1, figure.value)
        page.write_string(line, 2, figure.comparison)
        line += 1
    line += 1
    for place, name in enumerate(("Payment year", "Risk level", "At risk", "Low", "Expected", "High")):
        page.write_string(line, place, name, bold)
    for total in index.totals:
        line += 1
        values = (total.year, total.risk_level, total.at_risk, total.low, total.dollars, total.high)
        kinds = ("year", "share", "dollars", "dollars", "dollars", "dollars")
        for place, (value, kind) in enumerate(zip(values, kinds, strict=True)):
            _cell(page, line, place, value, kind, formats)
    line += 2
    page.write_string(
        line, 0, f"Performance year {data.performance_year}; run {data.run_id or 'from a spreadsheet'}"
    )
    if data.synthetic:
        page.write_string(line + 2, 0, SYNTHETIC)
    page.write_string(line + 1, 0, "Counts of people, episodes or cases from 1 to 10 are shown as <11.")


def _sheet(book: Any, sheet: Sheet, formats: dict[str, Any], heading: Any) -> None:
    page = book.add_worksheet(sheet.name)
    for place, head in enumerate(sheet.heads):
        page.write_string(0, place, head.name, heading)
        width = WIDTHS[head.kind]
        if head.kind == "text":
            longest = max([len(str(row.get(head.key) or "")) for row in sheet.rows[:2000]], default=0)
            width = max(10, min(LONGEST, longest + 2))
        page.set_column(place, place, max(width, min(len(head.name) + 3, 20)))
    for line, row in enumerate(sheet.rows, start=1):
        for place, head in enumerate(sheet.heads):
            _cell(page, line, place, row.get(head.key), head.kind, formats)
    page.freeze_panes(1, 1)
    if sheet.heads:
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)


def _cell(page: Any, line: int, place: int, value: Any, kind: str, formats: dict[str, Any]) -> None:
    number = None if kind == "text" else real(value)
    if number is not None and value != SUPPRESSED:
        page.write_number(line, place, number, formats[kind])
    elif value is not None and value != "":
        page.write_string(line, place, _words(value), formats["text"])


def _words(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def suppressed(row: Row, *counts: str) -> Row:
    """The row with counts from 1 to 10 replaced by the words that stand for them."""
    return {**row, **{name: SUPPRESSED for name in counts if is_small(row.get(name))}}


WHO = (Head("clinician_name", "Clinician"), Head("npi", "NPI"), Head("tin", "TIN"), Head("cohort", "Cohort"))


def sheets(data: ReportData) -> list[Sheet]:
    """Every sheet after the summary."""
    named = {(row["tin"], row["npi"]): row for row in data.clinicians}

    def who(row: Row) -> Row:
        clinician = named.get((str(row.get("tin")), str(row.get("npi"))), {})
        cohort = row.get("cohort") or clinician.get("cohort")
        name = row.get("clinician_name") or clinician.get("clinician_name")
        return {**row, "clinician_name": name, "cohort": cohort_name(cohort) if cohort else None}

    clinicians = [who(suppressed(row, "attributed_episodes", "beneficiaries")) for row in data.clinicians]
    measures = [
        {
            **who(suppressed(row, "eligible_cases")),
            "measure": measure_label(row.get("measure_id")),
            **({"rate": None} if is_small(row.get("eligible_cases")) else {}),
        }
        for row in data.measures
    ]
    levers = [{**who(row), "measure": measure_label(row.get("measure"))} for row in data.levers]
    counts = ("attributed_episodes", "specialty_claims", "all_claims")
    eligibility = [who(suppressed(row, *counts)) for row in data.eligibility]
    assumptions = [{**row, "value": shown_value(row.get("value"))} for row in data.assumptions]
    return [
        Sheet("clinicians", CLINICIANS, clinicians),
        Sheet("measures", MEASURES, measures),
        Sheet("episodes", EPISODES, [who(row) for row in data.episodes]),
        Sheet("episode dollars", SPENDING, [who(row) for row in spending_rows(data.mixes)]),
        Sheet("dollars by year", DOLLARS, [who(row) for row in data.dollars]),
        Sheet("levers", LEVERS, levers),
        Sheet("eligibility", ELIGIBILITY, eligibility),
        Sheet("assumptions", ASSUMPTIONS, assumptions),
        _tieout_sheet(data),
        _months_sheet(data),
    ]


CLINICIANS = (
    *WHO,
    Head("final_score", "Final score", "number"),
    Head("quality_score", "Quality score", "share"),
    Head("cost_score", "Cost score", "share"),
    Head("improvement_activities_adjustment", "Improvement activities", "number"),
    Head("promoting_interoperability_adjustment", "Promoting interoperability", "number"),
    Head("complex_patient_bonus", "Complex patient bonus", "number"),
    Head("small_practice_bonus", "Small practice bonus", "number"),
    Head("transformed_final_score", "Transformed score", "number"),
    Head("scaling_factor", "Scaling factor", "number"),
    Head("payment_adjustment_factor", "Adjustment factor", "factor"),
    Head("part_b_paid", "Part B paid", "dollars"),
    Head("part_b_origin", "Part B from"),
    Head("part_b_paid_loaded", "Part B in loaded claims", "dollars"),
    Head("part_b_paid_published", "Part B published", "dollars"),
    Head("dollars", "Dollars", "cents"),
    Head("dollars_cost_low", "Dollars, cost interval from", "cents"),
    Head("dollars_cost_high", "Dollars, cost interval to", "cents"),
    Head("attributed_episodes", "Episodes", "count"),
    Head("cost_ratio", "Cost ratio", "number"),
    Head("cost_per_episode", "Cost per episode", "dollars"),
    Head("interval_low", "Cost from", "dollars"),
    Head("interval_high", "Cost to", "dollars"),
    Head("imputed_share", "Imputed", "share"),
    Head("panel_coverage", "Panel coverage", "share"),
    Head("indicative", "Indicative"),
    Head("beneficiaries", "Beneficiaries", "count"),
)
MEASURES = (
    *WHO,
    Head("measure", "Measure"),
    Head("collection_type", "Collected as"),
    Head("rate", "Rate, percent", "number"),
    Head("eligible_cases", "Cases", "count"),
    Head("data_completeness", "Completeness, percent", "number"),
    Head("points", "Points", "number"),
    Head("counted", "Counts"),
)
EPISODES = (
    *WHO,
    Head("number", "Episode", "count"),
    Head("episode_days", "Days", "count"),
    Head("assigned_cost", "Assigned cost", "cents"),
    Head("observed_cost", "Observed a year", "cents"),
    Head("expected_cost", "Expected", "cents"),
    Head("ratio", "Ratio", "number"),
    Head("imputed_share", "Imputed", "share"),
    Head("share", "Share of claims", "share"),
)
SPENDING = (
    *WHO,
    Head("service", "Service"),
    Head("own", "Own, an episode", "cents"),
    Head("others", "Others at the same expected cost", "cents"),
    Head("difference", "Difference", "cents"),
)
DOLLARS = (
    *WHO,
    Head("payment_year", "Payment year", "year"),
    Head("risk_level", "Risk level", "share"),
    Head("factor", "Factor", "factor"),
    Head("dollars", "Dollars", "cents"),
    Head("low", "Low", "cents"),
    Head("high", "High", "cents"),
)
LEVERS = (
    *WHO,
    Head("measure", "Lever"),
    Head("change", "Change"),
    Head("score_change", "Score", "number"),
    Head("dollars", "Dollars", "cents"),
)
ELIGIBILITY = (
    *WHO,
    Head("eligible", "In"),
    Head("reason", "Reason"),
    Head("specialty_code", "Specialty"),
    Head("specialty_claims", "Claims in specialty", "count"),
    Head("attributed_episodes", "Episodes", "count"),
    Head("cbsa", "Area"),
    Head("area_mandatory", "Area selected"),
    Head("listed_by_cms", "On CMS's list"),
    Head("list_difference", "Difference"),
)
ASSUMPTIONS = (
    Head("rule", "Parameter"),
    Head("value", "Value"),
    Head("unit", "Unit"),
    Head("status", "Status"),
    Head("cite", "Source"),
    Head("about", "What it is"),
)


def _tieout_sheet(data: ReportData) -> Sheet:
    heads = (
        Head("file", "File"),
        Head("kind", "Kind"),
        Head("rows_in", "Rows in", "count"),
        Head("rows_kept", "Kept", "count"),
        Head("rows_aside", "Set aside", "count"),
        Head("stated", "CCLF0 states", "count"),
        Head("agrees", "Agrees"),
        Head("dollars", "Dollars", "cents"),
        Head("first_date", "From"),
        Head("last_date", "To"),
        Head("delivery_id", "Delivery"),
    )
    return Sheet("tie-out", heads, data.tieout.files if data.tieout else [])


def _months_sheet(data: ReportData) -> Sheet:
    heads = (
        Head("claim_type", "Claim type"),
        Head("service_month", "Month", "year"),
        Head("claims", "Claims", "count"),
        Head("lines", "Lines", "count"),
        Head("paid", "Paid", "cents"),
        Head("suppressed", "Suppressed"),
    )
    return Sheet("dollars by month", heads, data.tieout.months if data.tieout else [])
