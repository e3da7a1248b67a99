"""The columns of ASM's calculator door, with units and checks; and what every door hands to the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class DoorColumn:
    """A column of the calculator door: ``kind`` is text, flag, cohort, collection or a kind of number."""

    name: str
    kind: str
    about: str
    required: bool = False


CLINICIAN_COLUMNS: tuple[DoorColumn, ...] = (
    DoorColumn("tin", "text", "tax number of the practice; free text, echoed unchanged", True),
    DoorColumn("npi", "text", "the clinician; free text, echoed unchanged", True),
    DoorColumn("cohort", "cohort", "heart_failure or low_back_pain", True),
    DoorColumn("clinician_name", "text", "for the reader only"),
    DoorColumn("final_score", "score", "final score, where it is known; beats everything it is made of"),
    DoorColumn(
        "part_b_paid", "dollars", "Part B paid in the performance year for covered professional services"
    ),
    DoorColumn("part_b_paid_payment_year", "dollars", "the same in the payment year; default: part_b_paid"),
    DoorColumn("practice_size", "size", "clinicians under the TIN"),
    DoorColumn("small_practice", "flag", "Yes for 2 to 15 clinicians, where the size is not given"),
    DoorColumn("solo", "flag", "Yes for a solo practitioner, where the size is not given"),
    DoorColumn("cost_per_episode", "dollars", "score of the cost measure in dollars, risk-adjusted"),
    DoorColumn("attributed_episodes", "count", "episodes in the performance year; blank is taken as enough"),
    DoorColumn("cost_median", "dollars", "cohort median, where CMS has reported it"),
    DoorColumn(
        "cost_standard_deviation", "deviation", "cohort standard deviation, where CMS has reported it"
    ),
    DoorColumn("improvement_activities_attested", "activities", "improvement activities attested: 0, 1 or 2"),
    DoorColumn("promoting_interoperability_score", "fraction", "category score; blank is not reported"),
    DoorColumn("complex_patient_bonus", "bonus", "points, where known"),
    DoorColumn("mean_hcc_z_score", "number", "HCC risk score in standard deviations from the reference"),
    DoorColumn("dual_share_z_score", "number", "dual share in standard deviations from the reference"),
    DoorColumn("mean_hcc_risk_score", "number", "mean HCC risk score of the patients"),
    DoorColumn("dual_eligible_share", "fraction", "share of patients with Medicare and Medicaid"),
    DoorColumn("reported", "flag", "No: nothing was reported, final score 0; Yes: enough was"),
    DoorColumn("extreme_circumstances", "flag", "Yes: CMS granted an extreme circumstance"),
    DoorColumn("quality_score", "fraction", "quality category, where known; beats the measures"),
    DoorColumn("cost_score", "fraction", "cost category, where known; beats cost_per_episode"),
)
# Any of these, or the result of a measure, says something about a score; a file without one says nothing.
SCORE_COLUMNS = ("final_score", "quality_score", "cost_score", "cost_per_episode", "reported")
MEASURE_PARTS: Mapping[str, tuple[str, str]] = {
    "rate": ("percent", "performance rate in percent"),
    "cases": ("count", "eligible cases; blank is taken as enough"),
    "completeness": ("percent", "data completeness in percent; blank is taken as complete"),
    "collection_type": ("collection", "ecqm or mipscqm"),
    "topped_out": ("flag", "Yes where CMS calls the benchmark topped out"),
}
NUMBER_QUANTITIES = tuple(
    column.name for column in CLINICIAN_COLUMNS
    if column.kind not in ("text", "cohort") and column.name not in ("small_practice", "solo")
)  # fmt: skip


@dataclass
class AsmInputs:
    """What a door hands to the models: clinicians in file order, and what they submitted.

    clinicians    quantity -> one value per clinician; NaN or None where absent
    submissions   the same, one value per submission; ``clinician`` is the number of the clinician's row
    has_measures  clinicians whose quality comes from measures: what they did not send counts as not sent
    where         (row, quantity) -> where an input came from; ``where_submitted`` for submissions
    file, lines   of a calculator-door file: its name and the line of each row
    rules_used    rules that stood in for inputs, beside those of the models
    """

    clinicians: dict[str, Array]
    submissions: dict[str, Array]
    has_measures: npt.NDArray[np.bool_]
    where: Callable[[int, str], str | None] | None = None
    where_submitted: Callable[[int, str], str | None] | None = None
    file: str | None = None
    lines: Sequence[int] = ()
    rules_used: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.has_measures)


def empty_submissions() -> dict[str, Array]:
    """The columns of submissions, without a row."""
    numbers = ("rate", "eligible_cases", "data_completeness", "topped_out")
    texts = ("measure_id", "collection_type")
    return {
        "clinician": np.zeros(0, dtype=np.int64),
        **{name: np.zeros(0, dtype=object) for name in texts},
        **{name: np.zeros(0) for name in numbers},
    }


def door_columns(force: RulesInForce) -> dict[str, DoorColumn]:
    """Every column the door understands, by name; measure columns follow the law's list of measures."""
    columns = {column.name: column for column in CLINICIAN_COLUMNS}
    for measure in force.rows("asm.quality_measure"):
        for part, (kind, about) in MEASURE_PARTS.items():
            name = f"q{measure['measure_id']}_{part}"
            if part == "rate" and measure["administrative_claims"]:
                kind, about = "measure_score", "risk-standardized score, as CMS reports it"
            columns[name] = DoorColumn(name, kind, f"{measure['title']}: {about}")
    return columns


def collection_types(force: RulesInForce) -> dict[str, list[str]]:
    """Measure -> the ways it may be collected, the default first."""
    allowed: dict[str, list[str]] = {}
    for row in force.rows("asm.quality_measure_collection_type"):
        allowed.setdefault(row["measure_id"], []).append(row["collection_type"])
    return allowed
