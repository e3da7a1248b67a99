"""The columns of MIPS's calculator door: those of who is scored, and the patterns of those of measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corridor.programs.asm.inputs import DoorColumn
from corridor.programs.mips.inputs import COLLECTION_TYPES, PARTICIPATIONS, PATHWAYS
from corridor.programs.mips.points import CUTS

_STATUS = "Yes or No; blank is No"
CLINICIAN_COLUMNS: tuple[DoorColumn, ...] = (
    DoorColumn("tin", "text", "tax number of the practice; free text, echoed unchanged", True),
    DoorColumn("npi", "text", "the clinician; free text, echoed unchanged", True),
    DoorColumn("clinician_name", "text", "for the reader only"),
    DoorColumn("participation", "participation", "whose score it is; blank is the clinician's own"),
    DoorColumn("entity_id", "text", "the APM entity, virtual group or subgroup, where the score is its own"),
    DoorColumn("pathway", "pathway", "what was reported; blank is traditional MIPS"),
    DoorColumn("mvp_id", "text", "of an MVP, its id, such as G0055"),
    DoorColumn("final_score", "score", "final score, where it is known; beats everything it is made of"),
    DoorColumn("part_b_paid", "dollars", "Part B paid for covered professional services, in dollars"),
    DoorColumn("part_b_paid_payment_year", "dollars", "the same in the payment year; default: part_b_paid"),
    DoorColumn("scaling_factor", "factor", "factor by which rewards are scaled, where it is known"),
    DoorColumn("mips_eligible", "flag", "No: payments are not adjusted (QP, low volume, voluntary report)"),
    DoorColumn("practice_size", "size", "clinicians under the TIN"),
    DoorColumn("small_practice", "flag", f"a small practice, where the size is not given: {_STATUS}"),
    DoorColumn("rural", "flag", f"a rural practice: {_STATUS}"),
    DoorColumn("hpsa", "flag", f"in a health professional shortage area: {_STATUS}"),
    DoorColumn("non_patient_facing", "flag", f"hardly sees patients: {_STATUS}"),
    DoorColumn("hospital_based", "flag", f"hospital-based: {_STATUS}"),
    DoorColumn("asc_based", "flag", f"based in an ambulatory surgical center: {_STATUS}"),
    DoorColumn("apm_participant", "flag", f"takes part in a MIPS APM: {_STATUS}"),
    DoorColumn("patient_centered_medical_home", "flag", f"a certified medical home: {_STATUS}"),
    DoorColumn("quality_reweighted", "flag", f"quality excused (extreme circumstances): {_STATUS}"),
    DoorColumn("cost_reweighted", "flag", f"cost excused: {_STATUS}"),
    DoorColumn("improvement_reweighted", "flag", f"improvement activities excused: {_STATUS}"),
    DoorColumn("interoperability_reweighted", "flag", f"interoperability excused (hardship): {_STATUS}"),
    DoorColumn("quality_percent", "percent", "quality category, where known; beats the measures"),
    DoorColumn("cost_percent", "percent", "cost category, where known; blank: no measure is scored"),
    DoorColumn("improvement_activities_percent", "percent", "activities category, where known"),
    DoorColumn("promoting_interoperability_percent", "percent", "interoperability category, where known"),
    DoorColumn("quality_weight", "fraction", "weight of quality, where known; blank: worked out"),
    DoorColumn("cost_weight", "fraction", "weight of cost, where known"),
    DoorColumn("improvement_activities_weight", "fraction", "weight of activities, where known"),
    DoorColumn("promoting_interoperability_weight", "fraction", "weight of interoperability, where known"),
    DoorColumn("measures_asked", "count", "quality measures asked for, where fewer apply; blank: the rule's"),
    DoorColumn("quality_points", "bonus", "points of all quality measures, where only the sum is known"),
    DoorColumn("quality_available", "bonus", "points they could have earned, where known"),
    DoorColumn("quality_improvement", "percent", "improvement of quality in percentage points, where known"),
    DoorColumn("prior_quality_achievement_percent", "percent", "achievement of the year before, no bonuses"),
    DoorColumn("cost_improvement", "percent", "improvement of cost in percentage points, where known"),
    DoorColumn("prior_cost_percent", "percent", "cost category of the year before"),
    DoorColumn("improvement_activities_attested", "count", "improvement activities attested"),
    DoorColumn("improvement_activities_high", "count", "of them of high weight (to 2024)"),
    DoorColumn("improvement_activities_medium", "count", "of them of medium weight (to 2024)"),
    DoorColumn("interoperability_statements_made", "flag", "Yes: every required statement was made"),
    DoorColumn("interoperability_bonus_reported", "flag", "Yes: a further public-health report was made"),
    DoorColumn("complex_patient_bonus", "bonus", "points for complex patients, where known"),
    DoorColumn("mean_hcc_risk_score", "number", "mean HCC risk score of the patients"),
    DoorColumn("dual_eligible_share", "fraction", "share of patients with Medicare and Medicaid"),
    DoorColumn("national_hcc_mean", "number", "national mean of that risk score"),
    DoorColumn("national_hcc_deviation", "number", "national standard deviation of it"),
    DoorColumn("national_hcc_median", "number", "national median of it"),
    DoorColumn("national_dual_mean", "fraction", "national mean of that share"),
    DoorColumn("national_dual_deviation", "fraction", "national standard deviation of it"),
    DoorColumn("national_dual_median", "fraction", "national median of it"),
    DoorColumn("facility_quality_percent", "percent", "quality by the hospital's results, facility-based"),
    DoorColumn("facility_cost_percent", "percent", "cost by the hospital's results, facility-based"),
)
# Of a measure: column part -> quantity of the result, kind of cell, what it is.
RESULT_PARTS: Mapping[str, tuple[str, str, str]] = {
    "rate": ("rate", "result", "performance rate in percent, or the measure's own scale"),
    "value": ("rate", "result", "result of a cost measure, in dollars"),
    "cases": ("eligible_cases", "count", "eligible cases; blank is taken as enough"),
    "completeness": ("data_completeness", "percent", "percent of the eligible cases that was reported"),
    "points": ("own_points", "bonus", "points, where known; beat the rate"),
    "median": ("measure_median", "number", "median of the benchmark, of measures of cost and claims"),
    "deviation": ("measure_deviation", "number", "standard deviation of the benchmark"),
    "inverse": ("inverse", "flag", "Yes where lower is better"),
    "capped": ("is_capped", "flag", "Yes where points are capped as topped out"),
    "suppressed": ("is_suppressed", "flag", "Yes where CMS suppressed the measure"),
    "outcome": ("is_outcome", "flag", "Yes for an outcome measure"),
    "high_priority": ("is_high_priority", "flag", "Yes for a high-priority measure"),
    "year": ("measure_age", "count", "which performance year of the measure it is, from 1"),
    "minimum": ("own_case_minimum", "count", "fewest cases of the measure, where it has its own"),
    "few_surveyed": ("below_sample", "flag", "Yes where too few people could be surveyed"),
    **{cut: (cut, "number", f"cut point {cut} of the benchmark") for cut in CUTS},
}
_PARTS = "|".join((*RESULT_PARTS, "collection_type"))
_TYPES = "|".join(COLLECTION_TYPES)
QUALITY = re.compile(rf"q(?P<id>cahps_\d+|[a-z0-9]+?)(?:_(?P<type>{_TYPES}))?_(?P<part>{_PARTS})")
COST = re.compile(rf"(?P<id>cost_[a-z0-9]+_\d+|tpcc_\d+|mspb_\d+)_(?P<part>{_PARTS})")
ANSWER = re.compile(r"(?P<id>pi_[a-z0-9_]+?)(?:_(?P<part>numerator|denominator))?")

PARTICIPATION_CODES = {name: name for name in PARTICIPATIONS} | {"apm": "apm_entity", "aco": "apm_entity"}
PATHWAY_CODES = {name: name for name in PATHWAYS} | {
    "mips": "traditional",
    "appplus": "app_plus",
    "app1": "app",
}
COLLECTION_CODES = {name: name for name in COLLECTION_TYPES} | {
    "mips_cqm": "mipscqm", "cqm": "mipscqm", "part_b_claims": "claims", "administrativeclaims":
    "administrative_claims",
}  # fmt: skip
KNOWN_NAMES = frozenset(column.name for column in CLINICIAN_COLUMNS)


@dataclass(frozen=True)
class MeasureColumn:
    """A column of a measure: what it is about, and which quantity it gives."""

    name: str
    category: str  # quality, cost or interoperability
    measure_id: str
    collection_type: str  # '' where the name does not say
    part: str


def measure_column(name: str) -> MeasureColumn | None:
    """A column name as a column of a measure; None where it is none."""
    if name in KNOWN_NAMES:
        return None
    found = COST.fullmatch(name)
    if found:
        return MeasureColumn(name, "cost", found["id"].upper(), "administrative_claims", found["part"])
    found = QUALITY.fullmatch(name)
    if found:
        return MeasureColumn(name, "quality", found["id"].upper(), found["type"] or "", found["part"])
    found = ANSWER.fullmatch(name)
    if found:
        return MeasureColumn(name, "interoperability", found["id"].upper(), "", found["part"] or "answer")
    return None


def form_columns(names: Sequence[str]) -> list[DoorColumn]:
    """Columns of a form by name, those of measures among them."""
    known = {column.name: column for column in CLINICIAN_COLUMNS}
    found = []
    for name in names:
        measure = measure_column(name)
        if measure is None:
            found.append(known[name])
        elif measure.category == "interoperability":
            kind = "flag" if measure.part == "answer" else "count"
            about = f"{measure.measure_id}: {'Yes or No' if kind == 'flag' else measure.part}"
            found.append(DoorColumn(name, kind, about))
        elif measure.part == "collection_type":
            found.append(DoorColumn(name, "mips_collection", f"how {measure.measure_id} was collected"))
        else:
            _, kind, about = RESULT_PARTS[measure.part]
            kind_of = f" ({measure.collection_type})" if measure.category == "quality" else ""
            found.append(DoorColumn(name, kind, f"{measure.measure_id}{kind_of}: {about}"))
    return found
