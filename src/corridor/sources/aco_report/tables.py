"""Raw tables of the workbooks: one row a cell, with the labels that say what it is."""

from __future__ import annotations

_CELL = {
    "aco_id": "VARCHAR",
    "performance_year": "INTEGER",
    "report": "VARCHAR",
    "stage": "VARCHAR",
    "submission_id": "VARCHAR",
    "period": "VARCHAR",
    "benchmark_year": "INTEGER",
    "sheet": "VARCHAR",
    "group_label": "VARCHAR",
    "section_code": "VARCHAR",
    "section_label": "VARCHAR",
    "row_label": "VARCHAR",
    "enrollment_type": "VARCHAR",
    "column_group": "VARCHAR",
    "column_label": "VARCHAR",
    "value": "DOUBLE",
    "value_text": "VARCHAR",
    "row_number": "INTEGER",
    "file_name": "VARCHAR",
}
RAW_TABLES: dict[str, dict[str, str]] = {
    "org_raw.aco_benchmark": dict(_CELL),
    "org_raw.aco_expenditure": dict(_CELL),
}
