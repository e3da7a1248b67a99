"""Statements of contracts and distributions: the PDF and the workbook beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corridor.programs.writing import write_results
from corridor.reports.typeset import typeset

CONTRACT, DISTRIBUTION = "contract_statement.typ", "distribution_statement.typ"


def contract_pdf(data: Mapping[str, Any]) -> bytes:
    """A monthly statement as PDF."""
    who = "" if data["tin"] is None else f", practice {data['tin']}"
    return typeset(CONTRACT, data, f"{data['title']}: statement {data['month']}{who}")


def distribution_pdf(data: Mapping[str, Any]) -> bytes:
    """A clinician's statement as PDF."""
    return typeset(DISTRIBUTION, data, f"{data['title']}: {data['npi'] or data['tin']}")


def contract_workbook(path: Path, data: Mapping[str, Any]) -> None:
    """A monthly statement as a workbook: a sheet a table."""
    head = (
        "contract",
        "title",
        "fictitious",
        "payer",
        "provider",
        "tin",
        "year",
        "month",
        "months",
        "reason",
    )
    sheets = {
        "Statement": [{"what": name, "value": data[name]} for name in (*head, "quality_score", "known_on")],
        "Settlement": data["parts"],
        "Months": data["monthly"],
        "Practices": data["practices"] if data["tin"] is None else [],
        "Scorecard": data["measures"],
        "Still to come": [data["ibnr"]] if data["ibnr"] else [],
        "Disputes": data["disputes"],
    }
    write_results(path, {title: rows for title, rows in sheets.items() if rows})


def distribution_workbook(path: Path, data: Mapping[str, Any]) -> None:
    """A clinician's statement as a workbook."""
    head = (
        "plan",
        "title",
        "fictitious",
        "organization",
        "year",
        "tin",
        "npi",
        "clinician_name",
        "total_dollars",
    )
    lines = [{"pool": pool["name"], **line} for pool in data["pools"] for line in pool["lines"]]
    pools = [{name: value for name, value in pool.items() if name != "lines"} for pool in data["pools"]]
    sheets = {
        "Statement": [{"what": name, "value": data[name]} for name in head],
        "Pools": pools,
        "Lines": lines,
    }
    write_results(path, {title: rows for title, rows in sheets.items() if rows})
