"""A run of few rows for scenarios: three clinicians settled among themselves, their status, one panel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect

RUN = "20280201T060000000000-scenario"
# tin, npi, final score, Part B paid: the worked file of docs/asm.md
CLINICIANS = (
    ("000000001", "9000000015", 82.5, 410_000.0),
    ("000000001", "9000000023", 61.0, 280_000.0),
    ("000000002", "9000000031", 47.25, 350_000.0),
)
NONE = "cast(null as double)"


def write_scenario_run(home: Path) -> None:
    """The run on disk."""
    con = connect()
    con.execute("create schema asm; create schema qp; create schema billing")
    rows = ", ".join(
        f"('{tin}', '{npi}', {score}, {paid}, 'Dr. {npi[-2:]}')" for tin, npi, score, paid in CLINICIANS
    )
    con.execute(
        "create table asm.clinician_input as select 2027 as performance_year, tin, npi, "
        "'heart_failure' as cohort, name as clinician_name, cast(score as double) as final_score, "
        "cast(paid as double) as part_b_paid, "
        "2 as improvement_activities_attested, 1.0 as promoting_interoperability_score, "
        f"{NONE} as cost_per_episode, "
        f"{NONE} as interval_low, {NONE} as interval_high, false as indicative, 'loaded' as part_b_origin "
        f"from (values {rows}) as given (tin, npi, score, paid, name)"
    )
    con.execute(
        "create table asm.measure_input as select tin, npi, '236' as measure_id, 'ecqm' as collection_type, "
        "60.0 as rate, 100 as eligible_cases, 90.0 as data_completeness from asm.clinician_input"
    )
    con.execute("create table asm.result as select tin, npi, cohort, final_score from asm.clinician_input")
    con.execute(
        "create table qp.status as select tin, npi, 2026 as performance_year, "
        "case when npi = '9000000015' then 'qp' else 'not_qp' end as status, "
        "cast(100000 as decimal(18, 2)) as part_b_allowed from asm.clinician_input"
    )
    con.execute(
        "create table billing.care_management_margin as select tin, npi, 2027 as year, 'ccm' as program, "
        "30 as candidates, 360 as candidate_months, 12 as months, 20 as billed_people, 240 as billed_months, "
        "cast(14400 as decimal(18, 2)) as billed_amount, cast(null as decimal(18, 2)) as month_amount, "
        "cast(0 as decimal(18, 2)) as billed_margin from asm.clinician_input where npi <> '9000000031'"
    )
    tables = (
        "asm.clinician_input", "asm.measure_input", "asm.result", "qp.status",
        "billing.care_management_margin",
    )  # fmt: skip
    steps: list[dict[str, Any]] = []
    for table in tables:
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute(f"copy (select * from {table}) to '{folder}/part.parquet' (format parquet)")
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": 3, "digest": table})
    manifest = {
        "run_id": RUN, "steps": steps, "externals": {}, "settings": {"cohort": "alone"},
        "setting": {"performance_year": 2027, "payment_year": 2029},
        "law": {"programs": ["asm"], "overrides": {}, "as_known_on": None, "proposed": False},
    }  # fmt: skip
    (home / "runs" / RUN).mkdir(parents=True)
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")
