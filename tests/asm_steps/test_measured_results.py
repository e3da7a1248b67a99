"""Loaded results of measures are what ASM scores; the list of rates stands where there are none."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.asm_steps.asm_bench import AsmBench, loaded
from tests.claims.workbench import Row


def _measured(results: list[Row], listed: list[Row]) -> dict[tuple[str, str], Row]:
    bench = AsmBench(loaded())
    bench.community.visit(1, "2025-03-01")
    bench.cost(25)
    said: dict[str, Any] = {
        "performance_year": 2027, "period_start": date(2027, 1, 1), "period_end": date(2027, 9, 30),
        "tin": "T1", "npi": "N1", "participation": "individual", "source_id": "north", "delivery_id": "d",
        "document": "csv", "load_order": 1,
    }  # fmt: skip
    bench.give("qpp_raw.measure_result", [said | row for row in results])
    bench.give(
        "org_raw.quality_result",
        [{"performance_year": 2027, "tin": "T1", "npi": "N1"} | row for row in listed],
    )
    found = bench.go("asm.measure_input")
    return {(row["measure_id"], row["collection_type"]): row for row in found if row["npi"] == "N1"}


def test_results_go_before_the_list_and_the_list_fills_what_they_leave_out() -> None:
    found = _measured(
        [
            {
                "measure_id": "CMS165V15",
                "collection_type": "ecqm",
                "denominator": 50,
                "exclusion": 10,
                "numerator": 30,
            }
        ],
        [
            {
                "measure_id": "236",
                "collection_type": "ecqm",
                "rate": 99.0,
                "eligible_cases": 1,
                "data_completeness": 1.0,
            },
            {
                "measure_id": "008",
                "collection_type": "ecqm",
                "rate": 88.0,
                "eligible_cases": 60,
                "data_completeness": 82.0,
            },
        ],
    )
    row = found["236", "ecqm"]
    # 30 of 50 - 10 excluded; an electronic measure is complete by construction
    assert (row["rate"], row["eligible_cases"], row["data_completeness"]) == (75, 40, 100)
    assert found["008", "ecqm"]["rate"] == 88


def test_of_several_rates_the_overall_one_counts_and_other_ways_of_collecting_are_not_taken() -> None:
    rates = [
        {
            "measure_id": "005",
            "collection_type": "mipscqm",
            "stratum": stratum,
            "denominator": 50,
            "numerator": met,
        }
        for stratum, met in (("overall", 10), ("other", 50))
    ]
    claims = {"measure_id": "005", "collection_type": "claims", "denominator": 50, "numerator": 50}
    found = _measured([*rates, claims], [])
    assert {key: row["rate"] for key, row in found.items() if key[0] == "005"} == {("005", "mipscqm"): 20}
