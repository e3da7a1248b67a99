"""A million clinicians scored and settled under MIPS in one call, beside the same formulas a row at a time.

Each clinician has six quality rates out of twelve measures, two cost measures, an attested activity, an
interoperability percentage, a practice size and Part B payments: eight million results against their cut
points, the measures that count chosen, weights worked out, and the scaling factor solved among all. The rival
evaluates the same formulas on scalars, one clinician after another, as a derivation or a test does; it is
timed on a few hundred and its scores must be equal.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridor.law import RulesInForce, load_rules
from corridor.programs.mips.compute import score
from corridor.programs.mips.inputs import Facts
from corridor.programs.mips.model import CLINICIANS, MEASURES
from corridor.programs.mips.points import CUTS, DEVIATION

CLINICIANS_FULL, CLINICIANS_SMALL = 1_000_000, 20_000
ROWS, ROWS_SMALL = 300, 20
YEAR = 2026
LEAST_RATIO = 50
RESULTS = Path(__file__).parent / "results" / "mips.json"
QUALITY = [f"{number:03d}" for number in range(1, 13)]
COST = ["COST_HF_1", "COST_LBP_1"]
RULES = load_rules(["mips", "qp"])


def book() -> dict[tuple[str, str], Facts]:
    """Twelve quality measures, every third inverse, and two cost measures, with cut points of their own."""
    found = {}
    for place, measure in enumerate(QUALITY):
        cuts = tuple(np.sort(np.linspace(1 + place, 88 + place, 11) ** (1 + place / 40)).clip(0, 100))
        found[measure, "ecqm"] = Facts(
            measure,
            "ecqm",
            "quality",
            cuts,
            place % 3 == 2,
            place % 5 == 4,
            outcome=place % 4 == 0,
            high_priority=place % 2 == 0,
            measure_age=5,
        )
    for place, measure in enumerate(COST):
        bands = (-1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.25, 2.5, 2.75)
        cuts = (0.0, *(14000 / (1 + 6 * place) + band * 3800 / (1 + 5 * place) for band in bands))
        found[measure, "administrative_claims"] = Facts(
            measure, "administrative_claims", "cost", cuts, True, measure_age=3
        )
    return found


def country(count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Results and clinicians, drawn with one seed."""
    draw = np.random.default_rng(20261122)
    each = 6 + len(COST)
    who = np.repeat(np.arange(count), each)
    first = draw.integers(0, len(QUALITY), count)
    sent = first[:, np.newaxis] + np.arange(6)[np.newaxis, :] * 2 + draw.integers(0, 2, count)[:, np.newaxis]
    names = np.array([*QUALITY, *COST], dtype=object)
    measure = np.concatenate([sent % len(QUALITY), np.tile([12, 13], (count, 1))], axis=1).reshape(-1)
    is_cost = measure >= len(QUALITY)
    dollars = np.where(
        measure == 12, draw.normal(14000, 3800, count * each), draw.normal(2000, 630, count * each)
    )
    results = {
        "clinician": who,
        "measure_id": names[measure],
        "collection_type": np.where(is_cost, "administrative_claims", "ecqm").astype(object),
        "category": np.where(is_cost, "cost", "quality").astype(object),
        "rate": np.where(is_cost, dollars, np.round(draw.beta(12, 1.2, count * each) * 100, 2)),
        "eligible_cases": draw.integers(12, 400, count * each).astype(float),
        "data_completeness": draw.uniform(70, 100, count * each),
    }
    clinicians = {
        "tin": np.char.mod("%09d", np.arange(count) // 20).astype(object),
        "npi": np.char.mod("%010d", np.arange(count)).astype(object),
        "small_practice": (draw.uniform(size=count) < 0.4).astype(float),
        "improvement_activities_attested": draw.integers(1, 3, count).astype(float),
        "promoting_interoperability_percent": np.where(draw.uniform(size=count) < 0.7,
                                                       draw.uniform(60, 100, count), np.nan),
        "part_b_paid": np.round(draw.lognormal(11, 1, count), 2),
    }  # fmt: skip
    return results, clinicians


def row_at_a_time(
    results: dict[str, Any],
    clinicians: dict[str, Any],
    picked: Any,
    factor: float,
    rows: int,
    force: RulesInForce,
) -> list[float]:
    """Final scores of the first rows: every formula on scalars."""
    facts = book()
    each = 6 + len(COST)
    found = []
    for row in range(rows):
        small = "small" if clinicians["small_practice"][row] else "other"
        sums = {"quality": 0.0, "cost": 0.0}
        slots, scored = 0.0, 0
        for place in range(row * each, (row + 1) * each):
            one = facts[results["measure_id"][place], results["collection_type"][place]]
            inputs: dict[str, Any] = {
                "rate": results["rate"][place], "eligible_cases": results["eligible_cases"][place],
                "data_completeness": results["data_completeness"][place], "inverse": one.inverse,
                "is_capped": one.capped, "is_suppressed": 0.0, "below_sample": 0.0, "own_points": np.nan,
                "own_case_minimum": np.nan, "is_scorable": np.nan, "measure_age": float(one.measure_age or 0),
                "measure_median": np.nan, "measure_deviation": np.nan, "deviation_ladder": DEVIATION,
                "collection_type": one.collection_type, "category": one.category, "framework": "mips",
                "practice": small, **dict(zip(CUTS, one.cuts or (), strict=True)),
            }  # fmt: skip
            ev = MEASURES.evaluate(inputs, force, wanted=("points", "slots"))
            points = float(ev["points"])
            if one.category == "cost":
                scored += points == points
            if points == points and (one.category == "cost" or picked[place] > 0):
                sums[one.category] += points
        given = {name: np.nan for name in CLINICIANS.inputs() if name not in CLINICIANS.rules}
        given |= dict.fromkeys(("rural", "hpsa", "non_patient_facing", "hospital_based", "asc_based",
                                "apm_participant", "patient_centered_medical_home", "quality_reweighted",
                                "cost_reweighted", "improvement_reweighted", "interoperability_reweighted",
                                "interoperability_bonus_reported",
                                "interoperability_statements_made"), 0.0)  # fmt: skip
        percent = clinicians["promoting_interoperability_percent"][row]
        given |= {
            "pathway": "traditional", "participation": "individual", "quality_submitted": 1.0,
            "small_practice": clinicians["small_practice"][row], "scaling_factor": factor,
            "improvement_activities_attested": clinicians["improvement_activities_attested"][row],
            "improvement_submitted": float(clinicians["improvement_activities_attested"][row] > 0),
            "promoting_interoperability_percent": 0.0 if percent != percent else percent,
            "interoperability_submitted": float(percent == percent), "quality_points": sums["quality"],
            "slot_changes": slots, "organization_points_sum": 0.0, "cost_points": sums["cost"],
            "cost_measures_scored": float(scored), "counts": 1.0,
            "part_b_paid": clinicians["part_b_paid"][row],
        }  # fmt: skip
        final = CLINICIANS.evaluate(
            given, force, wanted=("final_score", "payment_adjustment_factor", "dollars")
        )
        found.append(float(final["final_score"]))
    return found


def measure(count: int, rows: int) -> dict[str, float]:
    """Both ways in this process: cpu-seconds, clinicians a second, peak memory."""
    results, clinicians = country(count)
    began = time.process_time()
    result = score(results, book(), clinicians, RULES, YEAR, whole_cohort=True)
    columns = result.columns()
    together = time.process_time() - began
    peak = int(next(line for line in Path("/proc/self/status").read_text().splitlines()
                    if line.startswith("VmHWM")).split()[1]) * 1024  # fmt: skip
    assert len(columns["final_score"]) == count and not np.isnan(columns["final_score"]).any()
    assert columns["scaling_factor"][0] < 3
    assert abs(columns["dollars"].sum()) < 1e-9 * np.abs(columns["dollars"]).sum()
    factor, picked = float(columns["scaling_factor"][0]), result.scored.measured.columns["picked"]
    force = RULES.in_force(YEAR)
    began = time.process_time()
    alone = row_at_a_time(results, clinicians, picked, factor, rows, force)
    apart = time.process_time() - began
    assert alone == columns["final_score"][:rows].tolist()
    return {
        "clinicians": count, "results": len(results["rate"]), "cpu_seconds": together,
        "clinicians_a_cpu_second": count / together, "peak_bytes": peak, "rows_one_at_a_time": rows,
        "rows_a_cpu_second": rows / apart, "ratio": (count / together) / (rows / apart),
        "mean_final_score": float(columns["final_score"].mean()), "scaling_factor": factor,
    }  # fmt: skip


@pytest.mark.bench
def bench_mips(small: bool) -> None:
    count, rows = (CLINICIANS_SMALL, ROWS_SMALL) if small else (CLINICIANS_FULL, ROWS)
    done = subprocess.run(
        [sys.executable, __file__, str(count), str(rows)], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"\n{found['clinicians']:,} clinicians, {found['results']:,} results: "
        f"{found['cpu_seconds']:.1f} cpu-seconds, {found['clinicians_a_cpu_second']:,.0f} a second, "
        f"peak {found['peak_bytes'] / 2**30:.2f} GB"
    )
    print(f"a row at a time: {found['rows_a_cpu_second']:,.0f} a second; {found['ratio']:,.0f} times slower")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not small:
        assert found["ratio"] >= LEAST_RATIO


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
