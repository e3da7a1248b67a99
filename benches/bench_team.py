"""Hospital episodes at scale: a million people's claims of a year to the cost of every episode, step by step.

Stays and lines are drawn; three stays in ten people a year, twenty claim lines a person, every tenth stay one
that opens an episode. The steps run as a run would run them: each reads Parquet and writes Parquet. A process
of its own does the work, so that its peak memory is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

PEOPLE, SMALL_PEOPLE = 1_000_000, 20_000
# The promise for the full size: seconds of CPU on two cores, megabytes at the peak.
MOST_CPU, MOST_MEGABYTES = 120.0, 4_000.0
REPOSITORY = Path(__file__).parents[1]
LINES_A_PERSON = 20
LAST = ("team.cell", "team.surgeon", "team.post_acute", "team.readmission_cause", "team.leakage")
REFERENCES = ("bundle_code", "stay_length", "ms_drg")

STAYS = """
  select
    'A' as source_id, 'S' || n as claim_id, cast(hash(n, 1) % {people} as bigint) as person_id,
    case when hash(n, 2) % 10 = 0 then list_extract(['470', '480', '331', '235', '451'],
      cast(1 + hash(n, 3) % 5 as bigint))
      else list_extract(['291', '871', '193', '689'], cast(1 + hash(n, 4) % 4 as bigint)) end as own_drg_code,
    date '2026-01-01' + cast(hash(n, 5) % 330 as integer) as admission_date,
    date '2026-01-01' + cast(hash(n, 5) % 330 + 1 + hash(n, 6) % 8 as integer) as discharge_date,
    '01' || lpad(cast(1 + hash(n, 7) % 300 as varchar), 4, '0') as facility_ccn, 202601 as service_month
  from range({stays}) as numbers(n)
"""
LINES = """
  select
    source_id, claim_id, 1 as claim_line_number, 'A' as part, person_id, admission_date as service_date,
    discharge_date as service_end_date, 'inpatient' as setting, null as hcpcs_code, facility_ccn,
    null as place_of_service_code, cast(12000 as decimal(18, 2)) as standardized_amount, service_month
  from population.drg_stay
  union all
  select
    'A', 'L' || n, 1, 'B', cast(hash(n, 11) % {people} as bigint),
    date '2026-01-01' + cast(hash(n, 12) % 365 as integer),
    date '2026-01-01' + cast(hash(n, 12) % 365 as integer),
    list_extract(['professional', 'professional', 'outpatient', 'dme', 'snf'],
      cast(1 + hash(n, 13) % 5 as bigint)),
    case when hash(n, 14) % 500 = 0 then '27447' else '99213' end, '010001', '11',
    cast(20 + hash(n, 15) % 200 as decimal(18, 2)), 202601
  from range({lines}) as numbers(n)
"""


def work(people: int, folder: Path) -> dict[str, object]:
    """Make the claims, run every step from triggers to cells, measure."""
    from corridor.engine import PythonStep, StepContext
    from corridor.engine.catalogue import load_catalogue
    from corridor.engine.connection import connect
    from corridor.law import load_rules

    con = connect(spill=folder / "spill", threads=2, memory_limit="3GB")
    give(con, people, folder)
    force = load_rules(["claims", "population", "team"]).in_force(2026)
    force.register(con)
    con.execute("create schema team")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    steps: dict[str, float] = {}
    cpu: dict[str, float] = {}
    for step in load_catalogue().order(LAST):
        if not step.step.startswith("team."):
            continue
        began, used = time.perf_counter(), time.process_time()
        out = folder / f"{step.step}.parquet"
        if isinstance(step, PythonStep):
            assert step.function is not None
            made = step.function(StepContext(con, force, {}))
            con.register("made_by_python", dict(made[0]))
            con.execute(f"copy (select * from made_by_python) to '{out}' (format parquet)")
        else:
            con.execute(f"copy ({step.sql}) to '{out}' (format parquet)")  # type: ignore[attr-defined]
        con.execute(f"create view {step.step} as select * from read_parquet('{out}')")
        steps[step.step] = round(time.perf_counter() - began, 2)
        cpu[step.step] = round(time.process_time() - used, 2)
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {
        "people": people,
        "lines": count(con, "claims.service_line"),
        "triggers": count(con, "team.trigger"),
        "episodes": count(con, "team.episode_cost"),
        "lines_in_episodes": count(con, "team.service"),
        "steps": steps,
        "cpu": cpu,
        "peak_mb": round(int(peak.split()[1]) / 1024),
    }


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The rows of a table."""
    found = con.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def give(con: duckdb.DuckDBPyConnection, people: int, folder: Path) -> None:
    """The tables that the steps read: claims in Parquet, everybody in both Parts."""
    from corridor.reference.catalogue import catalogue

    for schema in ("claims", "population", "episodes", "reference", "attribution", "org_raw"):
        con.execute(f"create schema {schema}")
    for name in REFERENCES:
        columns = ", ".join(f"{column} {kind}" for column, kind in catalogue()[name].columns.items())
        con.execute(f"create table reference.{name} ({columns})")
    sizes = {"people": people, "stays": people * 3 // 10, "lines": people * LINES_A_PERSON}
    for table, query in (("population.drg_stay", STAYS), ("claims.service_line", LINES)):
        path = folder / f"{table}.parquet"
        con.execute(f"copy ({query.format(**sizes)}) to '{path}' (format parquet)")
        extra = ", cast(null as varchar) as tin, cast(null as varchar) as npi" if "line" in table else ""
        con.execute(f"create view {table} as select *{extra} from read_parquet('{path}')")
    con.execute(
        "create view claims.medical_claim as select source_id, claim_id, person_id, service_date as "
        "claim_start_date, service_end_date as claim_end_date, cast(null as varchar) as operating_npi, "
        "cast(null as varchar) as primary_payer_code from claims.service_line"
    )
    con.execute(
        "create table claims.person as select n as person_id, date '1950-06-15' as birth_date, "
        f"cast(null as date) as death_date from range({people}) as t(n)"
    )
    con.execute(
        "create view claims.eligibility as select person_id, '10' as medicare_status_code, "
        "date '2024-01-01' as enrollment_start_date, cast(null as date) as enrollment_end_date "
        "from claims.person"
    )
    con.execute("create table attribution.participant as select '1' as tin")
    con.execute("create table attribution.reach_participant as select '2' as tin, false as is_trial")
    con.execute("create table org_raw.provider_roster as select '3' as tin")
    con.execute("create table claims.period as select date '2026-12-31' as last_day")
    con.execute(
        "create view episodes.enrollment as select person_id, date '2024-01-01' as start_date, "
        "cast(null as date) as end_date from claims.person"
    )


@pytest.mark.bench
def test_episodes(small: bool, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, __file__, str(SMALL_PEOPLE if small else PEOPLE), str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout)
    steps, cpu = figures["steps"], figures["cpu"]
    print(
        f"\n{figures['people']:,} people, {figures['lines']:,} claim lines, {figures['triggers']:,} triggers,"
    )
    print(f"{figures['episodes']:,} episodes that count, {figures['lines_in_episodes']:,} lines in them")
    for name, seconds in steps.items():
        print(f"  {name:<24} {seconds:8.2f} s  {cpu[name]:8.2f} CPU s")
    print(f"  all {sum(steps.values()):.2f} s, {sum(cpu.values()):.2f} CPU s, peak {figures['peak_mb']:,} MB")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "team.json").write_text(json.dumps(figures, indent=1))
    assert figures["episodes"] > 0
    if not small:
        assert sum(cpu.values()) <= MOST_CPU
        assert figures["peak_mb"] <= MOST_MEGABYTES


if __name__ == "__main__":
    print(json.dumps(work(int(sys.argv[1]), Path(sys.argv[2]))))
