"""What an open item of the ASM pack costs: the score with everything done less that with this item open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridor.formulas.walk import to_plain
from corridor.programs.asm.inputs import Array, AsmInputs
from corridor.programs.asm.settlement import MEDIAN_COLUMN, Settlement
from corridor.programs.asm.worth import Worth, with_results, worth

Pair = tuple[float | None, float | None]
_PREFERRED = ("ecqm", "mipscqm")
_ASSUMED = ("quality_score", "improvement_activities_adjustment", "promoting_interoperability_adjustment")


@dataclass(frozen=True)
class Sent:
    """One result that was reported."""

    collection_type: str
    rate: float
    eligible_cases: float | None
    data_completeness: float | None


@dataclass
class Losses:
    """Scores with everything done, and with one kind of item open; by clinician row."""

    settlement: Settlement
    inputs: AsmInputs
    now: Worth
    full: Worth
    without_measure: dict[str, Worth]
    without_activity: Worth
    without_interoperability: Worth
    without_benchmark: set[str]

    def measures_of(self, row: int) -> list[str]:
        """The mandatory measures of a clinician's cohort, those from claims left out."""
        cohort = self.inputs.clinicians["cohort"][row]
        return [str(one["measure_id"]) for one in _reported(self.settlement) if one["cohort"] == cohort]

    def sent(self, row: int, measure: str) -> list[Sent]:
        """What the clinician reported of a measure."""
        columns = self.inputs.submissions
        found = np.flatnonzero((columns["clinician"] == row) & (columns["measure_id"] == measure))
        return [
            Sent(
                str(columns["collection_type"][at]),
                float(columns["rate"][at]),
                to_plain(columns["eligible_cases"][at]),
                to_plain(columns["data_completeness"][at]),
            )
            for at in found
        ]

    def measure(self, row: int, measure: str) -> Pair:
        """Points and dollars lost by leaving this measure as it is; absent without a benchmark."""
        open_ = self.without_measure.get(measure)
        return (None, None) if open_ is None else self._lost(row, open_)

    def activity(self, row: int) -> Pair:
        """Points and dollars lost by one activity that is not attested."""
        return self._lost(row, self.without_activity)

    def interoperability(self, row: int) -> Pair:
        """Points and dollars lost by one element that is missing: the whole category."""
        return self._lost(row, self.without_interoperability)

    def totals(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """One record a clinician: as it stands, and with every item done."""
        who = self.inputs.clinicians
        return [
            {
                "tin": to_plain(who["tin"][row]),
                "npi": to_plain(who["npi"][row]),
                "cohort": to_plain(who["cohort"][row]),
                "final_score_as_loaded": to_plain(self.now.final_score[row]),
                "final_score_with_all": to_plain(self.full.final_score[row]),
                "score_points_open": to_plain(self.full.final_score[row] - self.now.final_score[row]),
                "dollars_open": to_plain(self.full.dollars[row] - self.now.dollars[row]),
            }
            for row in rows
        ]

    def _lost(self, row: int, open_: Worth) -> Pair:
        points = to_plain(self.full.final_score[row] - open_.final_score[row])
        return points, to_plain(self.full.dollars[row] - open_.dollars[row])


def losses(settlement: Settlement, inputs: AsmInputs, standing: Mapping[str, tuple[int, bool]]) -> Losses:
    """Score everything done, then each kind of item left open.

    standing  by TIN: activities with all their evidence, and whether interoperability is whole. What was
              attested without evidence counts as attested in ``now``.
    """
    plain = without_assumed(inputs)
    activities = len(settlement.force.rows("asm.improvement_activity"))
    additions, lacking = _additions(settlement, plain)
    done = with_results(plain, additions)
    everything = _with_categories(done, float(activities), 1.0)
    measures = {str(row["measure_id"]) for row in additions}
    return Losses(
        settlement,
        plain,
        worth(settlement, _with_evidence(plain, standing)),
        worth(settlement, everything),
        {
            measure: worth(
                settlement,
                _with_categories(
                    with_results(plain, [row for row in additions if row["measure_id"] != measure]),
                    float(activities),
                    1.0,
                ),
            )
            for measure in sorted(measures)
        },
        worth(settlement, _with_categories(done, float(activities - 1), 1.0)),
        worth(settlement, _with_categories(done, float(activities), 0.0)),
        lacking,
    )


def without_assumed(inputs: AsmInputs) -> AsmInputs:
    """The inputs without the typical values that stand for categories of which nothing is loaded."""
    told: Array = inputs.clinicians.get("assumed_categories", np.full(inputs.size, None, dtype=object))
    assumed = np.array([value is not None for value in told], dtype=bool)
    clinicians = dict(inputs.clinicians)
    for name in _ASSUMED:
        if name in clinicians:
            clinicians[name] = np.where(assumed, np.nan, clinicians[name].astype(np.float64))
    unreported = assumed & ~inputs.has_measures
    if "reported" in clinicians:
        clinicians["reported"] = np.where(unreported, np.nan, clinicians["reported"].astype(np.float64))
    return replace(inputs, clinicians=clinicians, has_measures=inputs.has_measures | unreported)


def _with_evidence(inputs: AsmInputs, standing: Mapping[str, tuple[int, bool]]) -> AsmInputs:
    """Activities and interoperability as attested, or as the evidence shows where nothing is attested."""
    columns = dict(inputs.clinicians)
    tins = columns["tin"]
    shown = np.array([standing.get(str(tin), (0, False)) for tin in tins], dtype=float).reshape(-1, 2)
    for place, name in enumerate(("improvement_activities_attested", "promoting_interoperability_score")):
        told = columns.get(name, np.full(inputs.size, np.nan)).astype(np.float64)
        columns[name] = np.where(np.isnan(told), shown[:, place], told)
    return replace(inputs, clinicians=columns)


def _with_categories(inputs: AsmInputs, activities: float, interoperability: float) -> AsmInputs:
    columns = dict(inputs.clinicians)
    columns["improvement_activities_attested"] = np.full(inputs.size, activities)
    columns["promoting_interoperability_score"] = np.full(inputs.size, interoperability)
    return replace(inputs, clinicians=columns)


def _reported(settlement: Settlement) -> list[dict[str, Any]]:
    rows = settlement.force.rows("asm.quality_measure")
    return [row for row in rows if row["required"] and not row["administrative_claims"]]


def _additions(settlement: Settlement, inputs: AsmInputs) -> tuple[list[dict[str, Any]], set[str]]:
    """What every clinician lacks, done: incomplete results made complete, missing ones at the middle of the
    benchmark. Also the measures without a benchmark to take it from."""
    force = settlement.force
    least, cases = force.number("asm.data_completeness_minimum"), force.number("asm.case_minimum")
    middle = {
        (str(row["measure_id"]), str(row["collection_type"])): float(row[MEDIAN_COLUMN])
        for row in force.rows("asm.quality_benchmark")
    }
    columns = inputs.submissions
    additions: list[dict[str, Any]] = []
    lacking: set[str] = set()
    for one in _reported(settlement):
        measure = str(one["measure_id"])
        ways = [way for way in _PREFERRED if (measure, way) in middle]
        for row in np.flatnonzero(inputs.clinicians["cohort"] == one["cohort"]).tolist():
            sent = np.flatnonzero((columns["clinician"] == row) & (columns["measure_id"] == measure))
            complete = ~(columns["data_completeness"][sent] < least) & ~(
                columns["eligible_cases"][sent] < cases
            )
            if complete.any():
                continue
            added: dict[str, Any] = {"clinician": row, "measure_id": measure, "data_completeness": 100.0}
            if len(sent):
                at = int(sent[0])
                enough = float(np.nanmax([columns["eligible_cases"][at], cases]))
                added |= {
                    "collection_type": columns["collection_type"][at],
                    "rate": float(columns["rate"][at]),
                }
                additions.append({**added, "eligible_cases": enough})
            elif ways:
                rate = middle[measure, ways[0]]
                additions.append({**added, "collection_type": ways[0], "rate": rate, "eligible_cases": cases})
            else:
                lacking.add(measure)
    return additions, lacking
