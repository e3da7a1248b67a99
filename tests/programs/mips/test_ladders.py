"""Every ladder of CMS's benchmarks is made of its median and deviation, and scores alike from either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.mips.compute import score
from corridor.programs.mips.points import CUTS, ladder, measure_points

KEYS = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")
RULES = load_rules(["mips", "qp"])


def benchmarks(data: Path, year: int) -> list[dict[str, Any]]:
    path = data / "qpp" / "benchmarks" / f"{year}.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return [one for one in found if one["submissionMethod"] == "administrativeClaims"]


@pytest.mark.parametrize(("year", "cost", "claims"), [(2025, 33, 4), (2026, 35, 4)])
def test_every_ladder_follows_from_median_and_deviation(
    test_data: Path, year: int, cost: int, claims: int
) -> None:
    force = RULES.in_force(year)
    found = benchmarks(test_data, year)
    kinds = [one["measureId"][0].isdigit() for one in found]
    assert (kinds.count(False), kinds.count(True)) == (cost, claims)
    for one in found:
        cuts = [float(one["percentiles"][key]) for key in KEYS]
        median, deviation = (cuts[3] + cuts[4]) / 2, cuts[4] - cuts[3]  # half a deviation on either side
        made = ladder(median, deviation, force)
        # printed with two decimals (fractions with four): two roundings of half a unit, times 2.75 deviations
        unit = 0.0001 if cuts[-1] < 1 else 0.01
        within = max(0.002 * deviation, 3.25 * unit)
        assert np.allclose(made, cuts, rtol=0, atol=within), (one["measureId"], made, cuts)


def test_a_value_scores_alike_by_cut_points_and_by_median_and_deviation(test_data: Path) -> None:
    force = RULES.in_force(2025)
    for one in benchmarks(test_data, 2025):
        cuts = [float(one["percentiles"][key]) for key in KEYS]
        median, deviation = (cuts[3] + cuts[4]) / 2, cuts[4] - cuts[3]
        values = median + deviation * np.linspace(-2, 3, 41)
        count = len(values)
        alone = {"tin": ["T"] * count, "npi": [str(n) for n in range(count)]}
        result = score(
            {
                "clinician": np.arange(count), "category": ["cost"] * count,
                "measure_id": [one["measureId"]] * count,
                "collection_type": ["administrative_claims"] * count,
                "rate": values, "inverse": np.ones(count), "measure_median": np.full(count, median),
                "measure_deviation": np.full(count, deviation),
            },
            {}, alone, RULES, 2025,
        )  # fmt: skip
        by_ladder = result.scored.measured.columns["points"]
        assert np.array_equal(
            by_ladder, measure_points(values, ladder(median, deviation, force), True, force)
        )
        # the points of the printed cut points: roundings of their last digit apart, over the narrowest band
        within = 2 * (0.0001 if cuts[-1] < 1 else 0.01) / (0.25 * deviation) + 0.0001
        assert np.allclose(by_ladder, measure_points(values, cuts, True, force), atol=within)


def test_the_median_earns_seven_and_a_half_points_and_the_bands_end_where_they_are_said_to() -> None:
    force = RULES.in_force(2026)
    cuts = ladder(1000.0, 100.0, force)
    places = {-1.6: 10, -1.5: 10, -1.25: 9.5, -1.0: 9, -0.75: 8.5, -0.5: 8, 0.0: 7.5, 0.5: 7, 0.75: 6.5,
              1.0: 6, 1.5: 5, 2.0: 4, 2.25: 3, 2.5: 2, 2.625: 1.5, 2.75: 1, 2.8: 1}  # fmt: skip
    for place, points in places.items():
        assert measure_points(1000.0 + 100.0 * place, cuts, True, force) == points, place
    assert len(cuts) == len(CUTS)
