"""Assignment at scale: claim lines to one answer a person, step by step, with seconds and peak memory.

Half of the lines here are primary care; in real claims a fifth is. The steps run as a run would run them:
each reads Parquet and writes Parquet. A process of its own does the work, so that its peak memory is known.
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

PRIMARY_CARE_LINES, SMALL_LINES = 10_000_000, 200_000
# The promise for the full size in seconds of CPU: the plurality itself, and all of it from the claim lines.
MOST_PLURALITY, MOST = 60.0, 150.0
MOST_MEGABYTES = 4_000.0
PLURALITY = ("entity_share", "mssp_claim", "mssp_plurality", "mssp")
REPOSITORY = Path(__file__).parents[1]

# A person sees one practice most, two more at times; specialties and codes vary by line.
LINES = """
  select
    'A' as source_id, cast(n as varchar) as claim_id, 1 as claim_line_number, 'professional' as claim_type,
    '71' as claim_type_code, cast(hash(n // 2, 1) % {people} as bigint) as person_id, day as claim_start_date,
    day as claim_end_date, day as claim_line_start_date, year(day) * 100 + month(day) as service_month,
    '11' as place_of_service_code,
    list_extract(case when n % 2 = 0 then ['99213', '99214', 'G0439', '99490', 'G2211']
      else ['80053', '93000', '97110', '20610', '36415'] end, pick) as hcpcs_code,
    'T' || ((person * 31 + other * other) % {practices}) as rendering_tin,
    'N' || ((person * 31 + other * other) % {practices} * 8 + person % 8) as rendering_npi,
    list_extract(['08', '11', '50', '06', '97'], spec) as rendering_specialty_code,
    cast(40 + cents / 100.0 as decimal(18, 2)) as allowed_amount, cast(0 as decimal(18, 2)) as paid_amount
  from (
    select
      n, date '2024-01-01' + cast(hash(n, 2) % 730 as integer) as day, hash(n // 2, 1) % {people} as person,
      cast(1 + hash(n, 4) % 5 as bigint) as pick, hash(n, 5) % 3 as other,
      cast(1 + hash(n, 6) % 5 as bigint) as spec, cast(hash(n, 7) % 20000 as bigint) as cents
    from range({lines}) as numbers(n)
  )
"""


def work(primary_care_lines: int, folder: Path) -> dict[str, object]:
    """Make the claims, run every step of the room, measure."""
    from corridor.engine.catalogue import load_catalogue
    from corridor.engine.connection import connect
    from corridor.law import load_rules

    con = connect(spill=folder / "spill", threads=2, memory_limit="3GB")
    give(con, primary_care_lines, folder)
    programs = ["claims", "population", "mssp", "reach", "attribution"]
    load_rules(programs).in_force(2027).register(con)
    con.execute("create schema attribution")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    steps: dict[str, float] = {}
    cpu: dict[str, float] = {}
    for step in load_catalogue().order(["attribution.person"]):
        if not step.step.startswith("attribution."):
            continue
        began, used = time.perf_counter(), time.process_time()
        out = folder / f"{step.step}.parquet"
        con.execute(f"copy ({step.sql}) to '{out}' (format parquet)")  # type: ignore[attr-defined]
        con.execute(f"create view {step.step} as select * from read_parquet('{out}')")
        name = step.step.partition(".")[2]
        steps[name] = round(time.perf_counter() - began, 2)
        cpu[name] = round(time.process_time() - used, 2)
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {
        "lines": 2 * primary_care_lines,
        "primary_care_lines": count(con, "attribution.primary_care_service"),
        "people": count(con, "attribution.person"),
        "assigned": count(con, "attribution.mssp where entity_kind = 'aco'"),
        "steps": steps,
        "cpu": cpu,
        "peak_mb": round(int(peak.split()[1]) / 1024),
    }


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The rows of a table."""
    found = con.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def give(con: duckdb.DuckDBPyConnection, primary_care_lines: int, folder: Path) -> None:
    """The tables that the room reads: claims in Parquet, everybody in both Parts all year, five ACOs."""
    from tests.attribution.bench import INPUTS

    people, practices = max(primary_care_lines // 7, 1), max(primary_care_lines // 20_000, 20)
    for table, columns in INPUTS.items():
        con.execute(f"create schema if not exists {table.partition('.')[0]}")
        con.execute(f"create table {table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    path = folder / "medical_claim.parquet"
    made = LINES.format(people=people, practices=practices, lines=2 * primary_care_lines)
    con.execute(f"create view made as {made}")
    has = {row[0] for row in con.execute("describe made").fetchall()}
    columns = INPUTS["claims.medical_claim"]
    chosen = ", ".join(
        f"cast({name if name in has else 'null'} as {kind}) as {name}" for name, kind in columns.items()
    )
    con.execute("drop table claims.medical_claim")
    con.execute(f"copy (select {chosen} from made) to '{path}' (format parquet)")
    con.execute(f"create view claims.medical_claim as select * from read_parquet('{path}')")
    con.execute("insert into run.setting values (2027, 2029, 2025)")
    con.execute("insert into claims.period values ('A', date '2022-01-01', date '2025-12-31', 1)")
    con.execute(f"insert into claims.person select n, '36', null, null from range({people}) as t(n)")
    con.execute(
        "insert into population.enrollment_month select n, 202500 + m, 2025, true, true, false, true "
        f"from range({people}) as t(n), range(1, 13) as u(m)"
    )
    con.execute(
        "insert into org_raw.participant_list (aco_id, tin) "
        f"select 'A' || (1000 + n % 5), 'T' || n from range({practices // 3}) as t(n)"
    )


@pytest.mark.bench
def test_assignment(small: bool, tmp_path: Path) -> None:
    lines = SMALL_LINES if small else PRIMARY_CARE_LINES
    done = subprocess.run(
        [sys.executable, __file__, str(lines), str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout)
    steps, cpu = figures["steps"], figures["cpu"]
    plurality, every = sum(cpu[name] for name in PLURALITY), sum(cpu.values())
    print(f"\n{figures['lines']:,} claim lines, {figures['primary_care_lines']:,} of primary care,")
    print(f"{figures['people']:,} people, {figures['assigned']:,} assigned to an ACO")
    for name, seconds in steps.items():
        print(f"  {name:<24} {seconds:8.2f} s  {cpu[name]:8.2f} CPU s")
    print(f"  plurality {plurality:.2f} CPU s, all {every:.2f} CPU s, peak {figures['peak_mb']:,} MB")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "attribution.json").write_text(json.dumps(figures, indent=1))
    assert figures["people"] >= figures["assigned"] > 0
    if not small:
        assert plurality <= MOST_PLURALITY
        assert every <= MOST
        assert figures["peak_mb"] <= MOST_MEGABYTES


if __name__ == "__main__":
    print(json.dumps(work(int(sys.argv[1]), Path(sys.argv[2]))))
