"""A run with hospital episodes of two hospitals, made by the steps of TEAM from claims written down here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.programs.team.bench import TeamBench, span, stay, visit
from tests.web.conftest import RUN, write_run

# Twelve people of hospital 010001 cost 10,000 each; twelve of 010002 cost 14,000 and, ten days after
# they went home, 100 more. One of the latter came back for 3,000.
BUNDLE = "Major joint replacement of the lower extremity"
LOW, HIGH, SURGEON = "010001", "010002", "1999000000"
_WRITTEN: list[Path] = []
MADE = (
    "episode", "episode_cost", "service", "cell", "window_stay", "surgeon", "post_acute", "readmission_cause",
    "leakage",
)  # fmt: skip


def team_home_of(factory: pytest.TempPathFactory) -> Path:
    """Where such a run lies, written once a process."""
    if not _WRITTEN:
        home = factory.mktemp("team") / "data"
        write_team_run(home)
        _WRITTEN.append(home)
    return _WRITTEN[0]


def write_team_run(home: Path) -> None:
    """The hand-made community, with the tables of TEAM beside it."""
    write_run(home)
    bench, later = TeamBench(), range(13, 25)
    claims = [
        stay(f"a{n:02}", n, "2026-03-02", "2026-03-05", "470", 10000, operating_npi=SURGEON)
        for n in range(1, 13)
    ]
    claims += [stay(f"b{n}", n, "2026-03-02", "2026-03-05", "470", 14000, facility_ccn=HIGH) for n in later]
    claims += [visit(f"v{n}", n, "2026-03-15", 100) for n in later]
    claims += [stay("r13", 13, "2026-03-20", "2026-03-23", "291", 3000, facility_ccn=HIGH)]
    bench.give("claims.medical_claim", claims)
    bench.give("claims.eligibility", [span(n) for n in range(1, 25)])
    knees = {"definition_set": "shadow_bundles", "category": BUNDLE, "vintage": "2025-01-21"}
    bench.give("reference.bundle_code", [{**knees, "code_use": "trigger_drg", "code": "470"}])
    bench.run(*(f"team.{name}" for name in MADE))
    path = home / "runs" / RUN / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in MADE:
        folder = home / "steps" / f"team.{name}"
        folder.mkdir(parents=True)
        bench.con.execute(f"copy (select * from team.{name}) to '{folder}/part.parquet' (format parquet)")
        ((rows,),) = bench.con.execute(f"select count(*) from team.{name}").fetchall()
        manifest["steps"].append(
            {"step": f"team.{name}", "outputs": [f"steps/team.{name}"], "rows": rows, "digest": name}
        )
    manifest["setting"].setdefault("data_year", 2026)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    # as the runs of today have them
    more = {"attribution.participant": "'mssp' as program, 1 as acos", "asm.result": "2029 as payment_year"}
    for table, columns in more.items():
        file = home / "steps" / table / "part.parquet"
        bench.con.execute(f"create or replace table kept as select *, {columns} from '{file}'")
        bench.con.execute(f"copy kept to '{file}' (format parquet)")
