"""What every door of MIPS hands to the models: who is scored, what was measured, what was reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.programs.mips.points import CUTS

Array = npt.NDArray[Any]
PATHWAYS = ("traditional", "mvp", "app", "app_plus")
PARTICIPATIONS = ("individual", "group", "subgroup", "virtual_group", "apm_entity")
COLLECTION_TYPES = (
    "ecqm", "mipscqm", "qcdr", "medicare_cqm", "claims", "cahps", "administrative_claims",
)  # fmt: skip
APP_PATHWAYS = ("app", "app_plus")
CATEGORIES = ("quality", "cost", "improvement_activities", "promoting_interoperability")

TEXTS: Mapping[str, Any] = {
    "tin": "", "npi": "", "entity_id": None, "clinician_name": None, "participation": "individual",
    "pathway": "traditional", "mvp_id": None,
}  # fmt: skip
FLAGS = (
    "small_practice", "rural", "hpsa", "non_patient_facing", "hospital_based", "asc_based",
    "apm_participant", "patient_centered_medical_home", "quality_reweighted", "cost_reweighted",
    "improvement_reweighted", "interoperability_reweighted",
)  # fmt: skip
# Given quantities of the models, and what they need that may be absent.
NUMBERS = (
    "final_score", "part_b_paid", "part_b_paid_payment_year", "scaling_factor",
    "quality_percent", "cost_percent", "improvement_activities_percent", "promoting_interoperability_percent",
    "quality_weight", "cost_weight", "improvement_activities_weight", "promoting_interoperability_weight",
    "measures_asked", "quality_points", "quality_available", "quality_improvement", "quality_bonus",
    "organization_adjustment", "cost_improvement", "prior_quality_achievement_percent", "prior_cost_percent",
    "improvement_activities_attested", "improvement_activities_high", "improvement_activities_medium",
    "complex_patient_bonus", "mean_hcc_risk_score", "dual_eligible_share",
    "national_hcc_mean", "national_hcc_deviation", "national_hcc_median",
    "national_dual_mean", "national_dual_deviation", "national_dual_median",
    "facility_quality_percent", "facility_cost_percent", "mips_eligible",
    "quality_submitted", "improvement_submitted", "interoperability_submitted",
    "interoperability_bonus_reported", "interoperability_statements_made", "app_measures_asked",
)  # fmt: skip

RESULT_TEXTS: Mapping[str, Any] = {"measure_id": "", "collection_type": "", "category": "quality"}
RESULT_NUMBERS = (
    "rate", "eligible_cases", "data_completeness", "own_points", "own_case_minimum", "is_scorable",
    "below_sample", "measure_median", "measure_deviation", "inverse", "is_capped", "is_suppressed",
    "measure_age", "is_outcome", "is_high_priority", *CUTS,
)  # fmt: skip
ANSWER_NUMBERS = ("numerator", "denominator", "answer")


@dataclass(frozen=True)
class Facts:
    """What is known of a measure and collection type.

    cuts         the eleven cut points p1 to p99; None without a benchmark
    measure_age  which performance year of the measure this is, from 1; None where not known
    provisional  why its benchmark is a placeholder; None where it is not
    programs     mips, app1, appPlus and MVP ids that allow it; () where not known
    """

    measure_id: str
    collection_type: str
    category: str = "quality"
    cuts: tuple[float, ...] | None = None
    inverse: bool = False
    capped: bool = False
    suppressed: bool = False
    outcome: bool | None = None
    high_priority: bool | None = None
    measure_age: int | None = None
    case_minimum: float | None = None
    provisional: str | None = None
    programs: tuple[str, ...] = ()


Book = Mapping[tuple[str, str], Facts]
"""Facts by measure and collection type."""


@dataclass
class MipsInputs:
    """A file, or the tables of a run, ready to be scored.

    clinicians  quantity -> one value a score; texts and NUMBERS, absent where not known
    results     quantity -> one value a result; ``clinician`` is the number of the score's row
    answers     the same of interoperability: ``clinician``, ``measure_id``, numerator, denominator, answer
    """

    clinicians: dict[str, Array]
    results: dict[str, Array]
    answers: dict[str, Array]
    file: str | None = None
    lines: Sequence[int] = ()
    where: Callable[[int, str], str | None] | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.clinicians["tin"])


def clinician_columns(given: Mapping[str, Any]) -> dict[str, Array]:
    """Columns of who is scored; what is not given: no flag, no number, an individual, traditional MIPS."""
    size = max((np.asarray(values).size for values in given.values()), default=0)
    columns: dict[str, Array] = {}
    for name, default in TEXTS.items():
        columns[name] = _texts(given.get(name), default, size)
    for name in FLAGS:
        columns[name] = np.nan_to_num(_numbers(given.get(name), size))
    for name in NUMBERS:
        columns[name] = _numbers(given.get(name), size)
    return columns


def result_columns(given: Mapping[str, Any] | None) -> dict[str, Array]:
    """Columns of results, ordered by clinician; without a row where nothing is given."""
    given = given or {}
    size = np.asarray(given.get("clinician", ())).size
    columns: dict[str, Array] = {"clinician": np.asarray(given.get("clinician", ()), dtype=np.int64)}
    for name, default in RESULT_TEXTS.items():
        columns[name] = _texts(given.get(name), default, size)
    for name in RESULT_NUMBERS:
        if name in given:
            columns[name] = _numbers(given[name], size)
    order = columns["clinician"]
    if len(order) and (np.diff(order) < 0).any():
        place = np.argsort(order, kind="stable")
        columns = {name: values[place] for name, values in columns.items()}
    return columns


def answer_columns(given: Mapping[str, Any] | None) -> dict[str, Array]:
    """Columns of what was reported for interoperability."""
    given = given or {}
    size = np.asarray(given.get("clinician", ())).size
    return {
        "clinician": np.asarray(given.get("clinician", ()), dtype=np.int64),
        "measure_id": _texts(given.get("measure_id"), "", size),
        **{name: _numbers(given.get(name), size) for name in ANSWER_NUMBERS},
    }


def base_measure(measure_id: str) -> str:
    """The measure a Medicare CQM is named after: 236 of 236SSP."""
    return measure_id.removesuffix("SSP")


def _texts(values: Any, default: Any, size: int) -> Array:
    if values is None:
        return np.full(size, default, dtype=object)
    laid = np.asarray(values, dtype=object)
    missing = np.array([v is None or v == "" for v in laid.tolist()], dtype=bool)
    return np.where(missing, default, laid) if missing.any() else laid


def _numbers(values: Any, size: int) -> Array:
    if values is None:
        return np.full(size, np.nan)
    laid = np.asarray(values)
    if laid.dtype.kind == "O":
        laid = np.array([np.nan if v is None else v for v in laid.tolist()], dtype=np.float64)
    found: Array = laid.astype(np.float64, copy=False)
    return np.broadcast_to(found, (size,)) if found.ndim == 0 else found
