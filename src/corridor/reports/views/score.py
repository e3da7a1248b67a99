"""What a final score is made of: parts from 100 down (or from the categories up) that sum exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.reports.charts.waterfall import Part
from corridor.reports.words import measure_name, real

Row = Mapping[str, Any]

FULL = 100.0
ADJUSTMENTS = (
    ("improvement_activities_adjustment", "Improvement activities"),
    ("promoting_interoperability_adjustment", "Promoting interoperability"),
    ("complex_patient_bonus", "Complex patient bonus"),
    ("small_practice_bonus", "Small practice bonus"),
)


@dataclass(frozen=True)
class ScoreParts:
    """start + sum of parts = end, to the last digit; `measures` are the names of parts a clinician works
    on.
    """

    start_name: str
    start: float
    parts: tuple[Part, ...]
    end: float

    def losses(self) -> list[Part]:
        """Parts that take points away, largest first; the closing limit is not one of them."""
        found = [part for part in self.parts if part.amount < -0.05 and part.name not in (LIMIT, ZERO)]
        return sorted(found, key=lambda part: (part.amount, part.name))


LIMIT = "Limit of the scale, 0 to 100"
ZERO = "Too little quality reported"


def score_parts(row: Row, measures: Sequence[Row], law: Mapping[str, float]) -> ScoreParts | None:
    """Parts of one clinician's final score; None where there is no final score or no category behind it.

    row: quality_score and cost_score (0 to 1), adjustments and final_score (points). law: quality_weight
    and cost_weight (0 to 1), maximum_measure_points.
    """
    end = real(row.get("final_score"))
    quality, cost = real(row.get("quality_score")), real(row.get("cost_score"))
    if end is None or quality is None or cost is None or not {"quality_weight", "cost_weight"} <= set(law):
        return None
    most = law.get("maximum_measure_points", 0.0)
    parts = _quality_parts(quality, measures, law["quality_weight"], most)
    parts.append(Part("Episode cost", -FULL * law["cost_weight"] * (1 - cost)))
    for column, name in ADJUSTMENTS:
        amount = real(row.get(column))
        if amount:
            parts.append(Part(name, amount))
    other = FULL * (1 - law["quality_weight"] - law["cost_weight"])
    if abs(other) > 1e-9:
        parts.append(Part("Other categories", -other))
    rest = end - math.fsum([FULL, *(part.amount for part in parts)])
    if abs(rest) > 1e-9:
        parts.append(Part(ZERO if end == 0 and rest < 0 else LIMIT, rest))
    return ScoreParts("Full marks", FULL, tuple(parts), end)


def _quality_parts(quality: float, measures: Sequence[Row], weight: float, most: float) -> list[Part]:
    """Points each counted quality measure takes from 100; one part where the measures do not add up to the
    score.
    """
    counted = [
        (str(row["measure_id"]), points)
        for row in measures
        if row.get("counted") is not False and (points := real(row.get("points"))) is not None
    ]
    total = -FULL * weight * (1 - quality)
    if not counted or most <= 0:
        return [Part("Quality measures", total)]
    each = [-FULL * weight * (most - points) / (most * len(counted)) for _, points in counted]
    if abs(math.fsum(each) - total) > 0.005:
        return [Part("Quality measures", total)]
    parts = [Part(measure_name(name), amount) for (name, _), amount in zip(counted, each, strict=True)]
    parts.sort(key=lambda part: (part.amount, part.name))
    return parts


def common_drivers(all_parts: Sequence[tuple[ScoreParts, float]], wanted: int = 2) -> list[tuple[str, float]]:
    """The parts that take the most points over many clinicians, weighted (by their Part B dollars), and
    their share.
    """
    sums: dict[str, float] = {}
    for parts, weight in all_parts:
        for part in parts.losses():
            sums[part.name] = sums.get(part.name, 0.0) - part.amount * weight
    total = math.fsum(sums.values())
    if total <= 0:
        return []
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [(name, amount / total) for name, amount in ranked[:wanted]]
