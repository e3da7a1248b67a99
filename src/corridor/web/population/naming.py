"""Readers' names of categories, tiers, measures and enrollment types."""

from __future__ import annotations

CATEGORIES = {
    "inpatient": "Inpatient hospital",
    "skilled_nursing": "Skilled nursing",
    "inpatient_rehabilitation": "Inpatient rehabilitation",
    "long_term_care_hospital": "Long-term care hospital",
    "home_health": "Home health",
    "hospice": "Hospice",
    "outpatient": "Outpatient hospital",
    "emergency": "Emergency department",
    "professional": "Professional services",
    "imaging": "Imaging",
    "laboratory": "Laboratory",
    "part_b_drug": "Part B drugs",
    "dme": "Medical equipment",
    "ambulance": "Ambulance",
    "other": "Other",
}
TIERS = {
    "high_need": "High need",
    "rising_need": "Rising need",
    "stable": "Stable",
}
MEASURES = {
    "cost": ("Cost", "per person per year", "dollars"),
    "acute_admission": ("Acute admissions", "per 1,000 people a year", "rate"),
    "readmission": ("Readmissions within 30 days", "per 100 index stays", "rate"),
    "emergency_visit": ("Emergency department visits", "per 1,000 people a year", "rate"),
    "avoidable_emergency_visit": ("Avoidable emergency visits", "per 1,000 people a year", "rate"),
    "ambulatory_sensitive_admission": ("Ambulatory sensitive admissions", "per 1,000 people a year", "rate"),
    "advanced_imaging": ("Advanced imaging", "per 1,000 people a year", "rate"),
    "low_value_care": ("Low-value care", "per 1,000 people a year", "rate"),
    "skilled_nursing_days": ("Skilled nursing days", "per 1,000 people a year", "rate"),
    "home_health_days": ("Home health days", "per 1,000 people a year", "rate"),
    "inpatient_rehabilitation_days": ("Inpatient rehabilitation days", "per 1,000 people a year", "rate"),
}
ENROLLMENT = {
    "all": "Everybody",
    "aged_non_dual": "Aged, not dual",
    "aged_dual": "Aged, dual",
    "disabled": "Disabled",
    "esrd": "End-stage renal disease",
    "unknown": "Unknown",
}


def named(table: dict[str, str], key: object) -> str:
    """The reader's name, or the key in words."""
    return table.get(str(key), str(key).replace("_", " ").capitalize()) if key is not None else "Unknown"


def measure_words(measure: object) -> str:
    """Name of a measure of performance."""
    known = MEASURES.get(str(measure))
    return known[0] if known else str(measure).replace("_", " ").capitalize()


def small(name: str) -> str:
    """For the middle of a sentence; names that begin with an abbreviation or a Part stay."""
    return name if name.startswith("Part ") or name[:2].isupper() else name[:1].lower() + name[1:]
