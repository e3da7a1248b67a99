"""Rows that hold nothing of anybody (rules, methods) as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, rows: Sequence[Mapping[str, Any]]) -> Response:
    """The rows as CSV; text that would become a formula in a spreadsheet is defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = list(rows[0]) if rows else ["nothing"]
    writer.writerow(names)
    writer.writerows([_cell(row[column]) for column in names] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
