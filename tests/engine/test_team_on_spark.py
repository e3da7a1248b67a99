"""Hospital episodes, TEAM's own and shadow bundles, are the same from DuckDB and from Spark, end to end.

Every step of TEAM runs on each engine over what that engine made before it: a difference anywhere would show
in what comes after.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.catalogue import Catalogue, load_catalogue
from corridor.engine.run import Runner
from corridor.engine.spark import SparkRunner
from corridor.engine.tables import Part, Table
from corridor.engine.warehouse import Warehouse
from tests.engine.spark_bench import differences, local_session
from tests.programs.team.bench import TeamBench, procedure, span, stay, visit

pytestmark = pytest.mark.heavy
PEOPLE = range(1, 41)
HOSPITALS = ("010001", "010002", "210001", "330001")
SETTING = {"performance_year": 2026, "payment_year": 2026, "data_year": 2026}
FILLED = (
    "episode", "window_stay", "service", "episode_cost", "cell", "risk_factor", "surgeon", "post_acute",
    "readmission_cause", "leakage",
)  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with local_session(tmp_path_factory.mktemp("spark")) as opened:
        yield opened


def claims() -> list[Any]:
    """Dense claims at random: stays that open and cross windows, procedures, care after discharge."""
    draw = random.Random(7)
    made = []
    for person in PEOPLE:
        when = date(2026, 1, 5)
        for number in range(6):
            name = f"{person}-{number}"
            when += timedelta(days=draw.randrange(3, 50))
            end = when + timedelta(days=draw.randrange(0, 9))
            code = draw.choice(["470", "480", "331", "231", "402", "291", "871", "768"])
            made.append(
                stay(
                    f"s{name}", person, str(when), str(end), code, draw.randrange(500000, 4000000) / 100,
                    facility_ccn=draw.choice(HOSPITALS), operating_npi=draw.choice(["1234567893", None]),
                )
            )  # fmt: skip
            if draw.random() < 0.3:
                made.append(procedure(f"p{name}", person, str(when), "27447", 9000.17))
            later = end + timedelta(days=draw.randrange(0, 40))
            practice = draw.choice(["111111111", "222222222"])
            made.append(visit(f"v{name}", person, str(later), 111.11, billing_tin=practice))
            if draw.random() < 0.5:
                nursing = stay(f"n{name}", person, str(later), str(later + timedelta(days=17)), "", 3333.33)
                kind = {"claim_type_code": "20", "drg_code": None, "facility_ccn": "015001"}
                made.append(nursing | kind | {"admission_date": None, "discharge_date": None})
    return made


def given(folder: Path) -> tuple[TeamBench, list[Table]]:
    """What the steps of TEAM read of other rooms, as Parquet."""
    bench = TeamBench()
    bundle = {"definition_set": "shadow_bundles", "vintage": "2025-01-21"}
    knees = {**bundle, "category": "Major joint replacement of the lower extremity"}
    bowel = {**bundle, "category": "Major bowel procedure"}
    bench.give(
        "reference.bundle_code",
        [
            {**knees, "code_use": "trigger_drg", "code": "470"},
            {**knees, "code_use": "trigger_hcpcs", "code": "27447", "price_code": "470"},
            {**bowel, "code_use": "trigger_drg", "code": "331"},
            {**bundle, "category": "", "code_use": "readmission_drg", "code": "768"},
        ],
    )
    length = {"fiscal_year": 2026, "drg_code": "291", "geometric_mean_days": 4.2, "vintage": "2026"}
    bench.give("reference.stay_length", [length])
    bench.give("reference.ms_drg", [{"drg_code": "871", "mdc_code": "18", "title": "t", "vintage": "2026"}])
    bench.give("claims.medical_claim", claims())
    spans = [span(person) for person in PEOPLE]
    spans[4]["death_date"], spans[9]["medicare_status_code"] = date(2026, 4, 1), "11"
    bench.give("claims.eligibility", spans)
    bench.give("org_raw.provider_roster", [{"tin": "111111111"}], {"tin": "VARCHAR"})
    steps = {name: step for name, step in load_catalogue().steps.items() if name.startswith("team.")}
    bench.run(*steps)
    tables = []
    for read in sorted({read for step in steps.values() for read in step.reads} - set(steps)):
        if read == "run.setting":
            continue
        path = folder / f"{read}.parquet"
        bench.con.execute(f"copy (select * from {read}) to '{path}' (format parquet)")
        described = bench.con.execute(f"describe {read}").fetchall()
        columns = {str(row[0]): str(row[1]) for row in described}
        counted = bench.con.execute(f"select count(*) from {read}").fetchone()
        tables.append(Table(read, columns, Part((path,), read, counted[0] if counted else 0)))
    return bench, tables


def test_episodes_are_the_same_on_both_engines(tmp_path: Path, session: Any) -> None:
    bench, tables = given(tmp_path)
    steps = {name: step for name, step in load_catalogue().steps.items() if name.startswith("team.")}
    catalogue = Catalogue(steps, {})
    ours = Runner(
        Warehouse.open(tmp_path / "duckdb"), bench.force, SETTING, externals=tables, catalogue=catalogue
    )
    ours.run()
    theirs = SparkRunner(
        Warehouse.open(tmp_path / "spark"),
        bench.force,
        SETTING,
        externals=tables,
        catalogue=catalogue,
        session=session,
    )
    theirs.run()
    found = [
        line
        for name, step in steps.items()
        for line in differences(step, ours.tables[name], theirs.tables[name])
    ]
    assert found == []
    assert [name for name in FILLED if not ours.tables[f"team.{name}"].whole.rows] == []
    sets = bench.con.execute("select distinct definition_set from team.episode_cost order by 1").fetchall()
    assert sets == [("shadow_bundles",), ("team",)]
    # the tests of the beneficiary and of the hospital, and readmissions that stay out, are in it
    reasons = bench.con.execute("select count(distinct exclusion_reason) from team.episode").fetchone()
    assert reasons is not None and reasons[0] >= 4
