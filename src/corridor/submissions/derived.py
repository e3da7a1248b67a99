"""What the Submissions API works out from the counts of a measurement: rates, completeness, cases.

The values of a submission are read as they stand in its document, so that what is odd can be told of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.reference.qpp import Measure

Counts = Mapping[str, Any]
_REPORTED = (
    "performanceMet",
    "performanceNotMet",
    "eligiblePopulationExclusion",
    "eligiblePopulationException",
)


def reported(counts: Counts) -> int:
    """Patients of whom it is said what became of them."""
    return sum(counts.get(name) or 0 for name in _REPORTED)


def reporting_rate(counts: Counts) -> float | None:
    """Data completeness in percent; None where nobody is eligible."""
    eligible = counts.get("eligiblePopulation") or 0
    return 100 * reported(counts) / eligible if eligible else None


def performance_rate(counts: Counts) -> float | None:
    """Met over met and not met, in percent; None where nobody is left to measure."""
    met = counts.get("performanceMet") or 0
    measured = met + (counts.get("performanceNotMet") or 0)
    return 100 * met / measured if measured else None


def cases(counts: Counts, electronic: bool) -> int:
    """Eligible patients; of an eCQM without those excluded."""
    excluded = (counts.get("eligiblePopulationExclusion") or 0) if electronic else 0
    return int(counts.get("eligiblePopulation") or 0) - excluded


def strata_of(value: Any) -> list[Counts]:
    """The counts of a rate: its own, or one a stratum."""
    if not isinstance(value, Mapping):
        return []
    strata = value.get("strata")
    return [one for one in strata if isinstance(one, Mapping)] if isinstance(strata, list) else [value]


def overall_rate(value: Any, measure: Measure) -> float | None:
    """The performance rate of a measure in percent, its strata put together as the measure says."""
    strata = strata_of(value)
    if "strata" not in value:
        return performance_rate(value)
    how = measure.overall_algorithm
    if how == "overallStratumOnly":
        overall = [one for one in strata if one.get("stratum") == "overall"]
        return performance_rate(overall[0]) if overall else None
    # a stratum called overall repeats the others, except where it alone counts
    parts = [one for one in strata if one.get("stratum") != "overall"]
    if how == "weightedAverage":
        return performance_rate(_total(parts))
    rates = [rate for one in parts if (rate := performance_rate(one)) is not None]
    return sum(rates) / len(rates) if rates and how == "simpleAverage" else None


def case_count(value: Any, measure: Measure, electronic: bool) -> int:
    """The cases a measure is scored on, its strata put together as the measure says."""
    strata = strata_of(value)
    counted = [cases(one, electronic) for one in strata]
    how = measure.overall_algorithm
    if len(strata) <= 1 or how is None:
        return sum(counted)
    if how == "overallStratumOnly":
        overall = [number for one, number in zip(strata, counted) if one.get("stratum") == "overall"]
        return overall[0] if overall else 0
    if how == "simpleAverage":
        return max(counted)
    # of a measure that is split, each stratum stands alone: the smallest decides
    return min(counted) if how == "split" else sum(counted)


def _total(parts: list[Counts]) -> Counts:
    return {name: sum(one.get(name) or 0 for one in parts) for name in (*_REPORTED, "eligiblePopulation")}
