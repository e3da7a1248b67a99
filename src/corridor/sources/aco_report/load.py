"""Load BNMRK, AEXPU and QEXPU workbooks: every cell with its labels, keyed by the stamp of its submission."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.files import InputFile
from corridor.engine.tabular import Found, gather, scratch_folder
from corridor.engine.tabular.workbook import is_workbook, workbook_rows
from corridor.engine.warehouse import Delivery, Warehouse
from corridor.errors import CorridorError
from corridor.sources.aco_report.sheet import Cell, cells
from corridor.sources.aco_report.tables import RAW_TABLES
from corridor.sources.summary import DeliverySummary, FileSummary, LoadSummary, Progress

FORMAT = "aco-report"
_ACO = re.compile(r"(?<![A-Z0-9])(A\d{4})(?!\d)", re.IGNORECASE)
_STAMP = re.compile(r"D(\d{6})\.T(\d{7})")
_REPORT = re.compile(r"BNMRK|AEXPU|QEXPU", re.IGNORECASE)
_QUARTER = re.compile(r"(?<!\d)(20\d\d)[-_.]?Q([1-4])(?!\d)", re.IGNORECASE)
_PERFORMANCE_YEAR = re.compile(r"(?:PY|performance year)[ _-]*(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?:^|[._ -])(?:BY|Y)(20\d\d)(?=[._ -]|$)", re.IGNORECASE)
_SHEET = re.compile(r"table[ _]*(\d+[A-Z]?)(?![0-9A-Z])", re.IGNORECASE)
_FINAL_MONTH = 10


@dataclass(frozen=True)
class Report:
    """One workbook: whose it is, what it is of, and its cells by sheet.

    stage  preliminary or final: as a title says, else by the stamp (the delivery of October is the final one)
    """

    file: Found
    input: InputFile
    aco_id: str
    report: str
    performance_year: int
    submission_id: str
    delivered: date | None
    stage: str
    period: str | None
    benchmark_year: int | None
    sheets: Mapping[str, Sequence[Cell]]
    warnings: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return "org_raw.aco_benchmark" if self.report == "BNMRK" else "org_raw.aco_expenditure"

    def rows(self) -> list[dict[str, Any]]:
        """Its cells as rows of the raw table."""
        head = {
            "aco_id": self.aco_id, "performance_year": self.performance_year, "report": self.report,
            "stage": self.stage, "submission_id": self.submission_id, "period": self.period,
            "benchmark_year": self.benchmark_year,
        }  # fmt: skip
        return [
            {**head, "sheet": sheet, **asdict(cell), "file_name": self.file.name}
            for sheet, found in self.sheets.items()
            for cell in found
        ]


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load workbooks, one delivery a submission; settings: ``source_id`` (the ACO, where no name says it).

    Errors: ACO-REPORT-UNKNOWN, ACO-REPORT-WHOSE, ACO-REPORT-YEAR, ACO-REPORT-EMPTY, TABULAR-WORKBOOK.
    """
    source = (settings or {}).get("source_id")
    summary = LoadSummary(FORMAT)
    with scratch_folder(warehouse.home) as scratch:
        reports: list[Report] = []
        for found in gather(paths, scratch):
            if not is_workbook(found.path):
                if found.named:
                    raise _unknown(found, "It is not an Excel workbook (.xlsx).")
                summary.passed_over.append((found.name, "not a workbook"))
                continue
            report = read_report(found, str(source) if source else None)
            if any(report.input.sha256 == other.input.sha256 for other in reports):
                summary.passed_over.append((found.name, "the same bytes as another file of this load"))
                continue
            reports.append(report)
        for aco, stamp in sorted({(one.aco_id, one.submission_id) for one in reports}):
            batch = [one for one in reports if (one.aco_id, one.submission_id) == (aco, stamp)]
            if progress:
                progress(batch[0].file.name, len(summary.deliveries) + 1, len(reports), "reading")
            summary.deliveries.append(_deliver(warehouse, batch))
    return summary


def _deliver(warehouse: Warehouse, reports: Sequence[Report]) -> DeliverySummary:
    counts = [FileSummary(one.file.name, one.report, one.input.bytes) for one in reports]
    new = [one for one in reports if not warehouse.has_file(one.input.sha256)]
    if not new:
        known = next(
            delivery
            for delivery in reversed(warehouse.deliveries())
            if {one.input.sha256 for one in reports} & _digests(delivery)
        )
        return DeliverySummary(known.delivery_id, reports[0].aco_id, False, files=counts)
    days = [one.delivered for one in new if one.delivered]
    day = max(days, default=None)
    tables: dict[str, int] = {}
    with warehouse.begin_delivery(FORMAT, new[0].aco_id, [one.input for one in new], day) as writer:
        for table, columns in RAW_TABLES.items():
            rows = [row for one in new if one.table == table for row in one.rows()]
            if not rows:
                continue
            declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            writer.con.execute(f"create or replace temp table staged ({declared})")
            writer.con.execute("insert into staged by name select unnest(?, recursive := true)", [rows])
            tables[table] = writer.add_table(table, "select * from staged")
        for one in new:
            for warning in one.warnings:
                writer.warn(warning)
        delivery_id, warnings = writer.delivery_id, writer.warnings
    for count, one in zip(counts, reports, strict=True):
        count.rows_in = count.rows_kept = sum(len(found) for found in one.sheets.values())
    return DeliverySummary(delivery_id, new[0].aco_id, True, day, counts, tables, {}, warnings)


def _digests(delivery: Delivery) -> set[str]:
    return {str(file["sha256"]) for file in delivery.record["files"]}


def read_report(found: Found, aco_id: str | None = None) -> Report:
    """Read one workbook. ``aco_id`` counts where the name of the file has none."""
    sheets: dict[str, list[Cell]] = {}
    titles: list[str] = []
    names: list[str] = []
    for title, rows in workbook_rows(found):
        names.append(title)
        sheet = _sheet_name(title)
        if sheet is None:
            continue
        kept = list(rows)
        titles += [row[0] for _, row in kept[:_TITLE_ROWS] if row and row[0]]
        sheets.setdefault(sheet, []).extend(cells(kept, sheet == "parameters"))
    kind = _kind(found, names)
    warnings: list[str] = []
    named = _ACO.search(found.name)
    whose = (named[1].upper() if named else None) or aco_id
    if whose is None:
        raise CorridorError(
            "ACO-REPORT-WHOSE",
            "Nothing says which ACO this workbook is of.",
            why="The name of the file holds no identifier such as A1234.",
            todo="Give it: corridor load aco-report --source-id A1234 FILE",
            file=found.name,
        )
    if not any(cell.value is not None for found_cells in sheets.values() for cell in found_cells):
        raise CorridorError(
            "ACO-REPORT-EMPTY",
            "No table with values was found in this workbook.",
            why="Its tables are expected under a row of column names, as CMS delivers them.",
            todo="Load the workbook as CMS delivered it, not a copy of some of its cells.",
            file=found.name,
        )
    stamp = _STAMP.search(found.name)
    delivered = _day(stamp[1]) if stamp else None
    if stamp is None:
        warnings.append(
            f"{found.name} has no submission stamp (D240315.T0100000): it is taken as preliminary, "
            "and any stamped workbook of the year counts before it."
        )
    quarter = _QUARTER.search(found.name)
    year = _YEAR.search(found.name)
    if kind == "AEXPU" and year is None:
        warnings.append(
            f"{found.name} does not say its benchmark year (BY2024): it is kept, and no estimate rests on it."
        )
    return Report(
        found,
        InputFile.of(found.path, f"{FORMAT}.{kind.lower()}", found.name),
        whose,
        kind,
        _performance_year(found, titles, quarter if kind == "QEXPU" else None, delivered, warnings),
        stamp[0] if stamp else "",
        delivered,
        _stage(titles, delivered),
        f"{quarter[1]}Q{quarter[2]}" if quarter else (f"Y{year[1]}" if year else None),
        int(year[1]) if year and kind == "AEXPU" else None,
        sheets,
        tuple(warnings),
    )


_TITLE_ROWS = 8


def _sheet_name(title: str) -> str | None:
    if title.strip().lower() == "parameters":
        return "parameters"
    found = _SHEET.search(title)
    return found[1].upper() if found else None


def _kind(found: Found, sheets: Sequence[str]) -> str:
    named = _REPORT.search(found.name)
    text = " ".join(sheets).lower()
    spent = "aggregate_eu_report" in text.replace(" ", "_")
    if named:
        kind = named[0].upper()
        if ("historical benchmark" in text and kind != "BNMRK") or (spent and kind == "BNMRK"):
            raise _unknown(found, f"Its name says {kind}, its sheets are those of another report.")
        return kind
    if "historical benchmark" in text:
        return "BNMRK"
    if spent:
        return "QEXPU" if "regional_exp" in text.replace(" ", "_") else "AEXPU"
    raise _unknown(found, "Neither its name (BNMRK, AEXPU, QEXPU) nor its sheets say what it is.")


def _unknown(found: Found, why: str) -> CorridorError:
    return CorridorError(
        "ACO-REPORT-UNKNOWN",
        "This is not one of CMS's workbooks of an ACO.",
        why=why,
        todo="Load the historical benchmark report (BNMRK) or an expenditure and utilization report "
        "(AEXPU, QEXPU), as the ACO management system delivers them.",
        file=found.name,
    )


def _day(text: str) -> date | None:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def _stage(titles: Sequence[str], delivered: date | None) -> str:
    text = " ".join(titles).lower()
    if "preliminary" in text:
        return "preliminary"
    if re.search(r"\bfinal\b", text):
        return "final"
    return "final" if delivered is not None and delivered.month >= _FINAL_MONTH else "preliminary"


def _performance_year(
    found: Found,
    titles: Sequence[str],
    quarter: re.Match[str] | None,
    delivered: date | None,
    warnings: list[str],
) -> int:
    stated = _PERFORMANCE_YEAR.search(found.name) or _PERFORMANCE_YEAR.search(" ".join(titles))
    if stated:
        return int(stated[1])
    if quarter:
        return int(quarter[1])
    if delivered:
        warnings.append(
            f"{found.name} does not say its performance year: it is taken from the stamp, {delivered.year}."
        )
        return delivered.year
    raise CorridorError(
        "ACO-REPORT-YEAR",
        "The performance year of this workbook is not known.",
        why="Neither its name nor its titles say it, and there is no stamp.",
        todo="Keep the name CMS gave it, or write PY2025 into it.",
        file=found.name,
    )
