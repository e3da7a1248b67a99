"""What a page shows, as a file that leaves: CSV or a workbook, small cells blanked."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Response

from corridor.errors import CorridorError
from corridor.jobs.tables import suppress_small_cells
from corridor.law import load_rules
from corridor.programs.writing import write_results
from corridor.web.viewer import Viewer

FORMATS = ("csv", "xlsx")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def smallest_cell(viewer: Viewer) -> float:
    """The fewest people a figure that leaves may rest on (rule claims.cell_size_minimum)."""
    year = int(viewer.manifest["setting"]["performance_year"])
    return float(load_rules(["claims"]).in_force(performance_year=year).number("claims.cell_size_minimum"))


def file_of(
    viewer: Viewer, kind: str, name: str, rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> Response:
    """The rows as a file; ``key`` are the columns that are never blanked. Raises WEB-REQUEST."""
    if kind not in FORMATS:
        raise CorridorError(
            "WEB-REQUEST", "There is no such kind of file.", todo="Ask for csv or xlsx.", field="format"
        )
    kept = suppress_small_cells(rows, key, smallest_cell(viewer))
    names = list(kept[0]) if kept else list(key)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "xlsx":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.xlsx"
            write_results(path, {name: kept}, names)
            return Response(path.read_bytes(), media_type=WORKBOOK, headers=headers)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(row[column]) for column in names] for row in kept)
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    """Text that would become a formula in a spreadsheet is defused."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
