"""A synthetic community through the real engine: one answer a person, and numbers of a sensible size."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.jobs.load import load
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.synth.community import write_community
from corridor.synth.order import check_order

pytestmark = pytest.mark.heavy
# the claims begin in July 2024: the windows of 2027 are loaded whole
SETTING = {"performance_year": 2029, "payment_year": 2031, "data_year": 2027}


def _silent(what: str, done: int, of: int, unit: str) -> None:
    """No progress is shown in a test."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = tmp_path_factory.mktemp("attribution") / "files"
    write_community(check_order(600, 4, "2024-07", 42, "single", files))
    return files


@pytest.fixture(scope="module")
def run(files: Path) -> Run:
    warehouse = Warehouse.open(files.parent / "home")
    load("cclf", [files / "cclf"], warehouse, {}, _silent)
    for fmt, name in (
        ("roster", "provider_roster"),
        ("participants", "participant_list"),
        ("alr", "assignment_list"),
    ):
        load(fmt, [files / f"{name}.csv"], warehouse, {"source_id": "A9999"}, _silent)
    force = load_rules(["asm", "claims", "population", "mssp", "reach", "attribution"]).in_force(2029)
    runner = Runner(warehouse, force, SETTING, externals=reference_tables(warehouse), threads=2)
    return Run(warehouse.home, runner.run(["attribution.person", "attribution.focal_clinician"]))


def _one(run: Run, sql: str) -> dict[str, float]:
    (row,) = run.query(sql)
    return dict(row)


@pytest.mark.parametrize("table", ["mssp", "reach", "person"])
def test_every_person_has_one_answer_and_a_reason(run: Run, table: str) -> None:
    found = _one(
        run,
        f"select count(*) as people, count(distinct person_id) as different, count(reason) as reasons "
        f"from attribution.{table}",
    )
    # who is on the assignment list only has an answer too; REACH has no list of its own here
    listed = "" if table == "reach" else " union select person_id from population.enrollment_listed"
    everybody = _one(
        run, f"select count(*) as people from (select person_id from claims.person{listed}) as known"
    )["people"]
    assert found["people"] == found["different"] == found["reasons"] == everybody


def test_most_of_the_living_are_the_acos(run: Run) -> None:
    """The community is an ACO's own: nine of ten of the living have their care with it."""
    found = _one(
        run,
        "select avg(case when entity_kind = 'aco' then 1 else 0 end) as share, avg(margin_share) as margin, "
        "avg(loss_risk) as risk from attribution.mssp where reason_code <> 'died_before_year'",
    )
    assert 0.85 < found["share"] < 1
    assert found["margin"] > 0.8
    assert found["risk"] < 0.3


def test_the_answer_stands_in_the_list_and_in_the_practice(run: Run) -> None:
    found = _one(
        run,
        "select count(*) as people, count(tin) as practices, count(site_id) as sites "
        "from attribution.person where aco_id = 'A9999'",
    )
    assert found["people"] > 400
    assert found["practices"] >= 0.97 * found["people"]
    assert found["sites"] == found["practices"]


def test_a_month_assigned_is_a_flag_of_the_report(run: Run, files: Path) -> None:
    found = _one(
        run,
        "select sum(case when assigned then 1 else 0 end) as months from attribution.assignment_month",
    )
    with (files / "assignment_list.csv").open(encoding="ascii") as rows:
        flags = [row[f"ENROLLFLAG{month}"] for row in csv.DictReader(rows) for month in range(1, 13)]
    assert found["months"] == sum(flag != "0" for flag in flags) > 0
