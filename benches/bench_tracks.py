"""Ten thousand futures of an agreement, settled for every track, election and way, and the memory it takes.

The ACO is fictitious: 20,000 people in four enrollment types, skewed as cost is. Measured is all of
`corridor tracks --people`: people resampled, trends, risk ratios and quality drawn, five years settled for
each pair of level and election by the formulas of the Shared Savings Program, the statistics of every option
and the advice. Seconds are of a process of its own that may use two cores, by the clock, for that is the
promise; CPU-seconds stand beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

DRAWS, SMALL_DRAWS = 10_000, 500
PEOPLE, SMALL_PEOPLE = 20_000, 2_000
MOST_SECONDS, CORES = 10.0, 2
RESULTS = Path(__file__).parent / "results" / "tracks.json"
# type -> share of people, mean of the logarithm of dollars, its deviation
TYPES = {
    "esrd": (0.01, 11.0, 0.8), "disabled": (0.13, 8.2, 1.5), "aged_dual": (0.10, 8.6, 1.4),
    "aged_non_dual": (0.76, 8.3, 1.4),
}  # fmt: skip
ROW = {
    "aco_id": "A9999", "agreement_start_year": 2027, "agreement_period": 1, "experienced": False,
    "assigned_beneficiaries": PEOPLE, "expenditure_trend": 0.05, "expenditure_trend_sd": 0.015,
    "benchmark_trend": 0.05, "benchmark_trend_sd": 0.01, "trend_correlation": 0.5, "risk_trend": 0.005,
    "risk_trend_sd": 0.01, "quality_score": 0.82, "quality_score_sd": 0.05, "quality_standard": 0.7385,
    "alternative_standard_met": True, "participant_revenue": 60_000_000,
}  # fmt: skip


def measure(draws: int, people: int) -> dict[str, float]:
    """One choice in this process: seconds of the clock and of the CPU, peak memory, what came out."""
    from corridor.law import load_rules
    from corridor.programs.mssp.model import PROGRAMS
    from corridor.scenarios.tracks import choose
    from corridor.scenarios.tracks_advice import Appetite
    from corridor.scenarios.tracks_case import case_of, with_people

    rng = np.random.default_rng(20261122)
    mine = {}
    row: dict[str, object] = dict(ROW)
    for kind, (share, middle, spread) in TYPES.items():
        count = round(people * share)
        both = np.stack(
            [rng.choice([1.0, 0.5], count, p=[0.9, 0.1]), rng.lognormal(middle, spread, count)], 1
        )
        mine[kind] = both
        mean = float(np.average(both[:, 1], weights=both[:, 0]))
        row |= {
            f"people_{kind}": count, f"mean_{kind}": mean, f"person_years_{kind}": both[:, 0].sum(),
            f"standard_deviation_{kind}": both[:, 1].std(), f"benchmark_{kind}": 1.02 * mean,
        }  # fmt: skip
    rules = load_rules(list(PROGRAMS))
    began, worked = time.perf_counter(), time.process_time()
    choice = choose(
        with_people(case_of(row, 5), mine), rules, draws=draws, appetite=Appetite(1_000_000, 0.05)
    )
    rows = choice.rows()
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = int(next(line for line in Path("/proc/self/status").read_text().splitlines()
                    if line.startswith("VmHWM")).split()[1]) * 1024  # fmt: skip
    levels = {level for level, _ in choice.settings.cells}
    assert levels == {"A", "B", "C", "D", "E", "EN"} and choice.dollars.shape[1:] == (5, draws)
    assert len(choice.settings.cells) == 26 and not np.isnan(choice.dollars).any()
    assert sum(one["recommended"] for one in rows) == 1
    return {
        "draws": draws, "people": people, "options": len(rows), "pairs": len(choice.settings.cells),
        "seconds": seconds, "cpu_seconds": cpu, "peak_bytes": peak,
        "settlements": len(choice.settings.cells) * 5 * draws,
    }  # fmt: skip


@pytest.mark.bench
def bench_tracks(small: bool) -> None:
    draws, people = (SMALL_DRAWS, SMALL_PEOPLE) if small else (DRAWS, PEOPLE)
    command = [sys.executable, __file__, str(draws), str(people)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"\n{found['draws']:,} draws of {found['people']:,} people, {found['pairs']} pairs of level and "
        f"election, {found['options']} options: {found['seconds']:.1f} seconds on two cores, "
        f"{found['cpu_seconds']:.1f} cpu-seconds, {found['settlements']:,} settlements, peak "
        f"{found['peak_bytes'] / 2**30:.2f} GB"
    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not small:
        assert found["seconds"] < MOST_SECONDS


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
