"""Quality rates as loaded, with what chance makes of them; by hand."""

from __future__ import annotations

import pytest

from tests.claims.canonical import OTHER
from tests.claims.workbench import Row
from tests.measures.performance_bench import Bench


def _quality(rows: list[Row]) -> dict[str, Row]:
    bench = Bench()
    head = {"performance_year": 2025, "measure_id": "236", "collection_type": "ecqm"}
    bench.give("org_raw.quality_result", [head | row for row in rows], OTHER["org_raw.quality_result"])
    return {row["entity_id"]: row for row in bench.run("measures.performance_quality")}


def test_rates_are_drawn_towards_all_and_ranked() -> None:
    found = _quality(
        [
            {"tin": "T1", "rate": 40.0, "eligible_cases": 100},
            {"tin": "T2", "rate": 50.0, "eligible_cases": 100},
            {"tin": "T3", "rate": 60.0, "eligible_cases": 100},
            {"tin": "T4", "rate": 90.0, "eligible_cases": 10},
        ]
    )
    # mean (40 + 50 + 60 + 9) x 100 / 310 = 51.29; T4 has too few cases and is not ranked
    assert found["T1"]["mean_rate"] == pytest.approx(15900 / 310)
    assert [found[tin]["percentile"] for tin in ("T1", "T2", "T3", "T4")] == [0.0, 50.0, 100.0, None]
    assert (found["T4"]["exploratory"], found["T1"]["exploratory"]) == (True, False)
    for row in found.values():
        assert row["interval_low"] < row["shrunken_rate"] < row["interval_high"]
    assert found["T1"]["shrunken_rate"] > 40.0 and found["T4"]["shrunken_rate"] < 90.0
    assert found["T4"]["reliability"] < found["T1"]["reliability"]


def test_clinicians_and_practices_are_apart_and_nothing_loaded_is_no_row() -> None:
    found = _quality(
        [
            {"tin": "T1", "rate": 40.0, "eligible_cases": 100},
            {"tin": "T1", "npi": "N1", "rate": 45.0, "eligible_cases": 50},
            {"tin": "T2", "npi": "N1", "rate": 60.0, "eligible_cases": 25},
        ]
    )
    assert {(row["level"], row["entity_id"]) for row in found.values()} == {("tin", "T1"), ("npi", "N1")}
    # a clinician of two practices has one rate: (45 x 50 + 60 x 25) / 75
    assert (found["N1"]["rate"], found["N1"]["eligible_cases"]) == (pytest.approx(50.0), 75)
    assert {row["percentile"] for row in found.values()} == {None}  # alone
    assert _quality([]) == {}
