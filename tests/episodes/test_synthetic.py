"""A synthetic community through the real engine: sums that must hold, episodes it was made to hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.jobs.load import load
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.reference.add import add_references
from corridor.synth.community import write_community
from corridor.synth.order import check_order

pytestmark = pytest.mark.heavy
PEOPLE, START, MONTHS = 1500, "2024-07", 42
SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
TARGETS = ["measures.asm_cost", "measures.asm_admission", "asm.clinician_input", "asm.measure_input"]


def _silent(what: str, done: int, of: int, unit: str) -> None:
    """No progress is shown in a test."""


def _run(warehouse: Warehouse, threads: int) -> Run:
    force = load_rules(["asm", "claims", "mips"]).in_force(2027)
    references = reference_tables(warehouse)
    runner = Runner(warehouse, force, SETTING, externals=references, threads=threads)
    return Run(warehouse.home, runner.run(TARGETS))


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = tmp_path_factory.mktemp("community") / "files"
    write_community(check_order(PEOPLE, 3, START, MONTHS, "single", files))
    return files


@pytest.fixture(scope="module")
def run(community: Path) -> Run:
    warehouse = Warehouse.open(community.parent / "home")
    load("cclf", [community / "cclf"], warehouse, {}, _silent)
    load("roster", [community / "provider_roster.csv"], warehouse, {"source_id": "A9999"}, _silent)
    add_references([community / "reference" / "drug_unit_price.csv"], warehouse)
    return _run(warehouse, 2)


def test_the_lines_of_every_episode_sum_to_its_assigned_cost(run: Run) -> None:
    off = run.query(
        "select count(*) as n from (select service.episode_id, sum(line.standardized_amount) as amount "
        "from episodes.chronic_service as service join claims.service_line as line "
        "using (source_id, claim_id, claim_line_number, part) group by 1) as total "
        "full join episodes.chronic_cost as cost using (episode_id) "
        "where coalesce(total.amount, 0) <> coalesce(cost.assigned_cost, -1)"
    )
    assert off == [{"n": 0}]


def test_observed_cost_is_assigned_cost_scaled_to_a_year(run: Run) -> None:
    rows = run.query(
        "select cast(assigned_cost as double) as assigned, episode_days, observed_cost "
        "from episodes.chronic_cost"
    )
    assert len(rows) > 300
    for row in rows:
        assert row["observed_cost"] == pytest.approx(row["assigned"] * 365 / row["episode_days"], rel=1e-14)


def test_the_episodes_are_those_the_community_was_made_to_hold(run: Run, community: Path) -> None:
    truth = json.loads((community / "truth.json").read_text())["episodes"]
    found = {
        (row["cohort"], str(row["performance_year"])): row["episodes"]
        for row in run.query(
            "select episode.cohort, episode.performance_year, count(*) as episodes "
            "from episodes.chronic_episode as episode join episodes.chronic_attribution as share "
            "on share.episode_id = episode.episode_id and share.attributed "
            "where not episode.excluded group by all"
        )
    }
    for year, made in truth["low_back_pain"].items():
        assert found["low_back_pain", year] == pytest.approx(made["attributed_episodes"], rel=0.03)
    # other visits of people with heart failure carry its code too: the steps find more than were designed
    for year, made in truth["heart_failure"].items():
        assert 0.95 < found["heart_failure", year] / made["attributed_episodes"] < 1.35


def test_no_day_of_a_person_and_practice_is_in_two_episodes(run: Run) -> None:
    assert run.query(
        "select count(*) as n from episodes.chronic_segment as one join episodes.chronic_segment as other "
        "on one.cohort = other.cohort and one.person_id = other.person_id and one.tin = other.tin "
        "and one.episode_id < other.episode_id and one.episode_start <= other.episode_end "
        "and other.episode_start <= one.episode_end"
    ) == [{"n": 0}]


def test_expected_costs_average_to_observed_costs(run: Run) -> None:
    rows = run.query(
        "select sum(expected_cost) as expected, sum(observed_cost) as observed from episodes.chronic_cost "
        "where not dropped group by performance_year, cohort, subgroup"
    )
    assert rows
    for row in rows:
        assert row["expected"] == pytest.approx(row["observed"], rel=1e-9)


def test_one_thread_gives_the_same_rows(run: Run, tmp_path: Path) -> None:
    def digests(each: Run) -> dict[str, Any]:
        return {entry["step"]: entry["digest"] for entry in each.manifest["steps"]}

    home = tmp_path / "home"
    home.mkdir()
    for name in ("deliveries", "reference"):
        (home / name).symlink_to(run.home / name)
    assert digests(_run(Warehouse.open(home), 1)) == digests(run)
