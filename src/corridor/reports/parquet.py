"""Parquet beside the report: the tables a report was made of, without identifiers, small counts taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, quote
from corridor.reports.categories import rows_of as spending_rows
from corridor.reports.data import ReportData
from corridor.reports.tables import Row
from corridor.reports.words import is_small

COUNTS = (
    "attributed_episodes",
    "beneficiaries",
    "eligible_cases",
    "specialty_claims",
    "all_claims",
    "unpriced_lines",
    "people",
)
"""Columns that count people or services: a value from 1 to 10 becomes null, with a column
`<name>_suppressed`.
"""
LEFT_OUT = ("person_id", "episode_id", "midpoints", "claim_id")


def write_parquet(data: ReportData, folder: Path) -> Path:
    """Write one file a table to `folder`; a table without rows is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Sequence[Row]] = {
        "clinicians": data.clinicians,
        "measures": data.measures,
        "episodes": data.episodes,
        "episode_dollars": spending_rows(data.mixes),
        "dollars_by_year": data.dollars,
        "levers": data.levers,
        "eligibility": data.eligibility,
        "assumptions": data.assumptions,
        "tieout_files": data.tieout.files if data.tieout else [],
        "tieout_months": data.tieout.months if data.tieout else [],
    }
    for name, rows in tables.items():
        target = folder / f"{name}.parquet"
        target.unlink(missing_ok=True)
        if rows:
            _write(rows, target)
    return folder


def _write(rows: Sequence[Row], target: Path) -> None:
    columns = sorted({column for row in rows for column in row if column not in LEFT_OUT})
    small = [name for name in COUNTS if any(is_small(row.get(name)) for row in rows)]
    flat = [_flat(row, columns, small) for row in rows]
    with connect(threads=1) as con:
        con.execute("set preserve_insertion_order = true")
        con.execute("create table part as select unnest(?, recursive := true)", [flat])
        con.execute(f"copy part to {quote(str(target))} (format parquet)")


def _flat(row: Mapping[str, Any], columns: Sequence[str], small: Sequence[str]) -> Row:
    out = {column: _plain(row.get(column)) for column in columns}
    for name in small:
        out[f"{name}_suppressed"] = is_small(row.get(name))
        if out[f"{name}_suppressed"]:
            out[name] = None
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (list, dict)):
        import json

        return json.dumps(value, sort_keys=True, default=str)
    return value
