"""How loading and running grow with the community: seconds of CPU, peak memory, and the exponent.

An exponent of 1 is time in proportion to the number of beneficiaries; a quadratic join would show as 2.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SIZES = (10_000, 100_000)
SMALL_SIZES = (500, 1_000)
# The promise for the full size.
MOST_EXPONENT = 1.1

MEASURED = """
import json, os, resource, sys
sys.argv = ["corridor", *json.loads(sys.argv[1])]
from corridor.cli.main import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    with open(os.environ["BENCH_FIGURES"], "w") as out:
        json.dump({"cpu": used.ru_utime + used.ru_stime, "peak_mb": peak / 1024}, out)
"""


def measured(arguments: list[str], home: Path, figures: Path) -> dict[str, float]:
    """Run one corridor command in a process of its own: CPU seconds and peak memory in MB."""
    environment = {**os.environ, "CORRIDOR_HOME": str(home), "BENCH_FIGURES": str(figures)}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, json.dumps(arguments)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(figures.read_text()))


def exponent(small: float, large: float, sizes: tuple[int, int]) -> float:
    """b in seconds = a x people ** b, from two sizes."""
    return math.log(large / small) / math.log(sizes[1] / sizes[0])


@pytest.mark.bench
def test_growth(small: bool, tmp_path: Path) -> None:
    sizes = SMALL_SIZES if small else SIZES
    found: dict[int, dict[str, Any]] = {}
    for people in sizes:
        files, home = tmp_path / f"files{people}", tmp_path / f"home{people}"
        figures = tmp_path / "figures.json"
        stages = {
            "synth": ["synth", "--beneficiaries", str(people), "--seed", "1", "--out", str(files)],
            "load": ["load", "cclf", str(files / "cclf")],
            "roster": ["load", "roster", str(files / "provider_roster.csv")],
            "alr": ["load", "alr", str(files / "assignment_list.csv")],
            "quality": ["load", "quality", str(files / "quality_result.csv")],
            "reference": ["reference", "add", str(files / "reference")],
            "run": ["run", "--no-report", "--year", "2027"],
        }
        found[people] = {name: measured(arguments, home, figures) for name, arguments in stages.items()}
        size = sum(path.stat().st_size for path in (files / "cclf").rglob("*") if path.is_file())
        found[people]["bytes"] = size
        for name in stages:
            stage = found[people][name]
            print(
                f"{people:>9,} people  {name:<6} {stage['cpu']:8.1f} CPU s  {stage['peak_mb']:7.0f} MB peak"
            )
        print(f"{people:>9,} people  CCLF   {size / 1e6:8.1f} MB")
    pair = (sizes[0], sizes[1])
    growth = {
        stage: exponent(found[pair[0]][stage]["cpu"], found[pair[1]][stage]["cpu"], pair)
        for stage in ("synth", "load", "run")
    }
    for stage, value in growth.items():
        print(f"growth exponent of {stage}: {value:.2f}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "growth.json").write_text(json.dumps({"sizes": found, "exponent": growth}, indent=1))
    if not small:
        assert growth["load"] <= MOST_EXPONENT
        assert growth["run"] <= MOST_EXPONENT
