"""The Tuva input layer to core claims, member months, PMPM and attribution; and one month more.

Two million claim lines written by ``corridor synth --layout tuva``, Parquet. CPU seconds are of the process
that loads and computes on one core, the two told apart; the sums are held against plain SQL over the input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

# 24 months of so many people are 2,075,000 lines of medical claims; the 25th month comes alone
PEOPLE, SMALL_PEOPLE = 30_100, 600
LINES = 2_075_000
START, MONTHS, LAST = "2025-01", 25, 202701
# What is promised at full size.
MOST_CPU, MOST_MB, MOST_SHARE = 20.0, 3_000, 1 / 3
TARGETS = ["claims.medical_claim", "population.member_month", "population.pmpm", "attribution.mssp"]

MEASURED = """
import json, resource, sys
from pathlib import Path
from corridor.engine.run import Runner
from corridor.engine.warehouse import Warehouse
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.sources.tuva.load import load

def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

home, folder, targets = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
warehouse = Warehouse.open(home)
began = cpu()
load([folder], warehouse, {"threads": 1, "memory_limit": "1600MB"})
loaded = cpu()
programs = ["asm", "claims", "population", "mssp", "reach", "attribution"]
force = load_rules(programs).in_force(performance_year=2027)
setting = {"performance_year": 2028, "payment_year": 2030, "data_year": 2026}
externals = reference_tables(warehouse)
Runner(warehouse, force, setting, externals=externals, threads=1, memory_limit="2GB").run(targets)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"import": began, "load": loaded - began, "run": cpu() - loaded, "peak_mb": peak / 1024}))
"""


def measured(home: Path, folder: Path) -> dict[str, float]:
    """Load a folder and compute, in a process of its own: CPU seconds and peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(home), str(folder), json.dumps(TARGETS)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def written(folder: Path, people: int) -> tuple[Path, Path]:
    """The tables of 24 months and those of the month after, each in a folder."""
    order = ["-n", str(people), "--seed", "1", "--start", START, "--months", str(MONTHS)]
    command = [sys.executable, "-m", "corridor.cli.main", "synth", "--layout", "tuva", *order]
    subprocess.run([*command, "--out", str(folder / "all")], check=True, capture_output=True)
    con = duckdb.connect()
    first, last = folder / "first", folder / "last"
    for part, sign in ((first, "<"), (last, ">=")):
        part.mkdir()
        for table, day in (("medical_claim", "claim_end_date"), ("pharmacy_claim", "dispensing_date")):
            con.execute(
                f"copy (select * from '{folder}/all/{table}.parquet' "
                f"where year({day}) * 100 + month({day}) {sign} {LAST}) to '{part}/{table}.parquet'"
            )
    (folder / "all" / "eligibility.parquet").rename(first / "eligibility.parquet")
    return first, last


def by_hand(folders: list[Path]) -> dict[int, tuple[int, Decimal]]:
    """Member months and Part A and B dollars by month, straight from the input files."""
    con = duckdb.connect()
    claims = [str(folder / "medical_claim.parquet") for folder in folders]
    rows = con.execute(f"""
        with month as (
            select distinct date_trunc('month', claim_end_date)::date as first_day from read_parquet({claims})
        ), member as (
            select distinct person.person_id, month.first_day
            from '{folders[0]}/eligibility.parquet' as person join month
              on person.enrollment_start_date <= last_day(month.first_day)
              and person.enrollment_end_date >= month.first_day
            where person.payer_type = 'medicare'
              and (person.death_date is null or person.death_date >= month.first_day)
        ), spent as (
            select person_id, date_trunc('month', claim_end_date)::date as first_day, sum(paid_amount) as paid
            from read_parquet({claims}) group by all
        )
        select year(first_day) * 100 + month(first_day), count(*), coalesce(sum(paid), 0)
        from member left join spent using (person_id, first_day) group by 1
    """).fetchall()
    return {month: (members, Decimal(paid)) for month, members, paid in rows}


def tables(home: Path) -> tuple[dict[str, Any], dict[int, tuple[int, Decimal]], dict[int, float]]:
    """The manifest, member months and dollars by month, and PMPM by month."""
    from corridor.engine.runs import open_run

    run = open_run(home)
    months = run.con.execute(
        "select month, count(*), sum(expenditure) from population.member_month group by 1"
    ).fetchall()
    pmpm = run.con.execute(
        "select month, pmpm from population.pmpm where enrollment_type = 'all' and service_category = 'total'"
    ).fetchall()
    return run.manifest, {month: (count, paid) for month, count, paid in months}, dict(pmpm)


@pytest.mark.bench
def bench_tuva(small: bool, tmp_path: Path) -> None:
    first, last = written(tmp_path, SMALL_PEOPLE if small else PEOPLE)
    lines = duckdb.execute(f"select count(*) from '{first}/medical_claim.parquet'").fetchone()
    assert lines is not None
    home = tmp_path / "home"

    whole = measured(home, first)
    hand = by_hand([first])
    _, months, pmpm = tables(home)
    assert months == hand  # to the cent
    assert all(pmpm[month] == pytest.approx(float(paid) / count) for month, (count, paid) in hand.items())

    more = measured(home, last)
    manifest, months, _ = tables(home)
    assert months == by_hand([first, last])
    split = {step["step"]: step for step in manifest["steps"] if step["months"]}
    touched = {name: step["made"] for name, step in split.items() if step["made"] > 1}
    assert not touched, f"more than the new month was made again: {touched}"
    share = (more["load"] + more["run"]) / (whole["load"] + whole["run"])

    figures = {
        "lines": lines[0],
        "whole": whole,
        "month": more,
        "share": share,
        "partitioned_steps": len(split),
    }
    for name, part in (("24 months", whole), ("one more", more)):
        print(
            f"{name:<10} load {part['load']:6.1f} CPU s  run {part['run']:6.1f} CPU s  "
            f"{part['peak_mb']:6.0f} MB peak  ({lines[0]:,} lines in 24 months)"
        )
    print(
        f"one month more costs {share:.3f} of the whole; {len(split)} tables made of it the new month alone"
    )
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "tuva.json").write_text(json.dumps(figures, indent=1) + "\n")
    if small or os.environ.get("CORRIDOR_BENCH_NO_BOUNDS"):
        return
    assert lines[0] >= LINES
    assert whole["run"] <= MOST_CPU, (
        "from the loaded warehouse to core claims, member months, PMPM, attribution"
    )
    assert max(whole["peak_mb"], more["peak_mb"]) <= MOST_MB
    assert share < MOST_SHARE
