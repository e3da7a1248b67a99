"""FHIR ExplanationOfBenefit to Parquet: resources per CPU second and peak memory, beside json.loads alone.

The files hold CMS's own samples of the R4 form (v2: carrier, DME, inpatient, outpatient, SNF, home health,
hospice, Part D in turn), as a bulk API delivers them: one compact resource a line, each with an id, dates
and a patient of its own. `corridor load` does all of its work: hashing, parsing, care teams, amounts,
diagnoses, surrogate person ids, control totals, Parquet that is committed. json.loads only parses each line
of the same file and keeps nothing. Each runs in a process of its own; CPU is that of the process and its
threads. Memory is the peak (VmHWM) at two sizes, one four times the other: it must not grow with the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

RESOURCES, SMALL_RESOURCES = 12_000, 800
TIMES = 4
PEOPLE_SHARE = 30  # resources a person
FLOOR_PER_CPU_SECOND = 2_000
FLAT = 1.25  # how much larger the peak of the larger file may be

CORRIDOR = """
from corridor.cli.main import main
sys.argv = ["corridor", "load", "fhir", FILE, "--json"]
sys.stdout = open(os.devnull, "w")
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stdout = sys.__stdout__
"""

JSON = """
with open(FILE, "rb") as stream:
    for line in stream:
        json.loads(line)
"""

MEASURED = """
import json, os, resource, sys
FILE = sys.argv[1]
{body}
used = resource.getrusage(resource.RUSAGE_SELF)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps({{"cpu": used.ru_utime + used.ru_stime, "peak_mb": peak}}))
"""


def measured(body: str, file: Path, home: Path) -> dict[str, float]:
    """Run one of the two in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(body=body), str(file)],
        env={**os.environ, "CORRIDOR_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def write_file(samples: Path, file: Path, resources: int) -> None:
    """NDJSON of so many resources: the samples in turn, moved to days of 2024."""
    texts = []
    for path in sorted(samples.glob("eobRead*.json")):
        one = json.loads(path.read_text(encoding="utf-8"))
        start = date.fromisoformat(one["billablePeriod"]["start"])
        stay = (date.fromisoformat(one["billablePeriod"]["end"]) - start).days
        text = json.dumps(one, separators=(",", ":"))
        text = (
            text.replace(one["id"], "@ID@").replace("567834", "@PATIENT@").replace("IGNORED_FIELD", "@WHEN@")
        )
        for days in range(stay + 1):
            text = text.replace((start + timedelta(days)).isoformat(), f"@DAY{days:02d}@")
        texts.append((one["id"].partition("-")[0], stay, text))
    with file.open("w", encoding="utf-8") as stream:
        for number in range(resources):
            kind, stay, text = texts[number % len(texts)]
            start = date(2024, 1, 1) + timedelta(number % 330)
            text = text.replace("@ID@", f"{kind}-{10**10 + number}").replace("@WHEN@", "2025-02-01T10:00:00Z")
            text = text.replace("@PATIENT@", str(10**6 + number // PEOPLE_SHARE))
            for days in range(stay + 1):
                text = text.replace(f"@DAY{days:02d}@", (start + timedelta(days)).isoformat())
            stream.write(text + "\n")


@pytest.mark.bench
def test_fhir_load(small: bool, test_data: Path, tmp_path: Path) -> None:
    base = SMALL_RESOURCES if small else RESOURCES
    figures: list[dict[str, float | str]] = []
    for resources in (base, base * TIMES):
        file = tmp_path / "eob.ndjson"
        write_file(test_data / "fhir-eob" / "v2-r4", file, resources)
        megabytes = file.stat().st_size / 1e6
        for name, body in (("corridor", CORRIDOR), ("json.loads", JSON)):
            one = measured(body, file, tmp_path / f"home-{resources}")
            speed = resources / one["cpu"]
            figures.append(
                {"name": name, "resources": resources, "mb": megabytes, "per_cpu_second": speed, **one}
            )
            print(
                f"{name:<10} {resources:>7,} resources  {megabytes:6.0f} MB  {one['cpu']:6.1f} CPU s  "
                f"{speed:8,.0f} resources per CPU s  {one['peak_mb']:6.0f} MB peak"
            )
        check(tmp_path / f"home-{resources}", resources)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "fhir.json").write_text(json.dumps(figures, indent=1))
    own = [one for one in figures if one["name"] == "corridor"]
    if not small:
        assert float(own[-1]["per_cpu_second"]) >= FLOOR_PER_CPU_SECOND
        assert float(own[1]["peak_mb"]) <= FLAT * float(own[0]["peak_mb"])


def check(home: Path, resources: int) -> None:
    """Every resource was kept, as a claim with its lines."""
    from corridor.engine.warehouse import Warehouse

    record = Warehouse.open(home).deliveries()[0].record
    notes = record["notes"]
    assert notes["control_totals"]["file 1"]["rows_kept"] == resources == notes["claims"]["claims_once"]
    assert record["tables"]["fhir_raw.claim"]["rows"] == resources
    rows = record["tables"]["fhir_raw.line"]["rows"] + record["tables"]["fhir_raw.drug_line"]["rows"]
    assert rows == resources  # each of the eight samples has one line
