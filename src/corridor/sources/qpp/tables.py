"""Raw tables of quality results: counts of a measure, and single patients of it."""

from __future__ import annotations

_WHOSE = {
    "performance_year": "INTEGER",
    "period_start": "DATE",
    "period_end": "DATE",
    "participation": "VARCHAR",
    "tin": "VARCHAR",
    "npi": "VARCHAR",
    "entity_id": "VARCHAR",
    "site_id": "VARCHAR",
    "software": "VARCHAR",
    "program_name": "VARCHAR",
    "measure_id": "VARCHAR",
    "collection_type": "VARCHAR",
    "stratum": "VARCHAR",
    "document": "VARCHAR",
}
RAW_TABLES: dict[str, dict[str, str]] = {
    "qpp_raw.measure_result": {
        **_WHOSE,
        "initial_population": "INTEGER",
        "denominator": "INTEGER",
        "exclusion": "INTEGER",
        "exception": "INTEGER",
        "numerator": "INTEGER",
        "numerator_exclusion": "INTEGER",
        "not_met": "INTEGER",
        "not_captured": "INTEGER",
        "rate": "DOUBLE",
        "load_order": "BIGINT",
    },
    "qpp_raw.measure_patient": {
        **_WHOSE,
        "person_id": "BIGINT",
        "event_date": "DATE",
        "event_id": "VARCHAR",
        "status": "VARCHAR",
        "missing_element": "VARCHAR",
        "payer": "VARCHAR",
        "load_order": "BIGINT",
    },
    "qpp_raw.measure_name": {"measure_reference": "VARCHAR", "quality_id": "VARCHAR"},
}
