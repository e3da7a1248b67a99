"""In which order findings are listed."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
THEN = ("kind", "service_date", "claim_id", "claim_line_number", "finding_id")


def ordered(rows: list[Row]) -> list[Row]:
    """Findings as a reader takes them up: the sure ones first, among equals the most dollars."""
    return sorted(
        rows,
        key=lambda row: (
            row.get("certainty") != "sure",
            -(row.get("dollars") or 0),
            *(str(row.get(name)) for name in THEN),
        ),
    )
