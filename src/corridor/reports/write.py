"""Everything a report leaves in a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from corridor.errors import CorridorError
from corridor.reports.data import ReportData


@dataclass(frozen=True)
class ReportFiles:
    """The files of one report."""

    html: Path
    letters: Path
    xlsx: Path
    parquet_dir: Path


def write_report(data: ReportData, out_dir: Path | str) -> ReportFiles:
    """Write report.html, letters.html, report.xlsx and parquet/ to `out_dir`.

    The same data give the same bytes: no time but that of the run. Raises REPORT-FOLDER where the folder
    cannot be written.
    """
    from corridor.reports.excel import write_excel
    from corridor.reports.html import letters_html, report_html
    from corridor.reports.parquet import write_parquet

    folder = Path(out_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return ReportFiles(
            html=write_whole(folder / "report.html", report_html(data)),
            letters=write_whole(folder / "letters.html", letters_html(data)),
            xlsx=write_excel(data, folder / "report.xlsx"),
            parquet_dir=write_parquet(data, folder / "parquet"),
        )
    except OSError as error:
        raise CorridorError(
            "REPORT-FOLDER",
            f"The report could not be written: {error.strerror or error}.",
            why="The run itself is complete and unharmed.",
            todo="Name a folder that can be written with --out, and close a workbook that is open in it.",
            file=error.filename or folder,
        ) from error


def write_whole(path: Path, text: str) -> Path:
    """Write a text file so that a reader sees the old one or the new one, never a piece."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    staged.write_text(text, encoding="utf-8", newline="\n")
    staged.replace(path)
    return path
