"""The claims door: the steps that settle the tables of a run, and reading a complete run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from corridor.engine import StepContext
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.asm import result
from corridor.programs.asm.run_inputs import open_run_inputs
from tests.programs.command import corridor

CLINICIANS = """
create schema asm;
create table asm.clinician_input as
select 2027 as performance_year, tin, npi, cohort, 'Clinician ' || npi as clinician_name, 5 as practice_size,
  episodes as attributed_episodes, cost as cost_per_episode,
  cost - half as interval_low, cost + half as interval_high,
  activities as improvement_activities_attested,
  interoperability as promoting_interoperability_score, 1.3 as mean_hcc_risk_score,
  0.2 as dual_eligible_share,
  cast(paid as decimal(18, 2)) as part_b_paid, thin as indicative
from (values
  ('111111111', '1000000001', 'heart_failure', 45, 13500.0, 1200.0, 2, 1.0, 400000, false),
  ('111111111', '1000000002', 'heart_failure', 12, 12000.0, 2000.0, 2, 1.0, 200000, false),
  ('222222222', '1000000003', 'low_back_pain', 60, 1700.0, null, null, null, 150000, true)
) as t(tin, npi, cohort, episodes, cost, half, activities, interoperability, paid, thin);
create table asm.measure_input as
select 2027 as performance_year, tin, npi, measure_id, kind as collection_type, rate, 60 as eligible_cases,
  90.0 as data_completeness, true as reported
from (values
  ('111111111', '1000000001', '008', 'ecqm', 95.0), ('111111111', '1000000001', '008', 'mipscqm', 96.0),
  ('111111111', '1000000001', '492', 'administrative_claims', 66.0),
  ('111111111', '1000000002', '008', 'ecqm', 95.0)
) as t(tin, npi, measure_id, kind, rate);
"""


@pytest.fixture
def context() -> StepContext:
    con = duckdb.connect()
    con.execute(CLINICIANS)
    return StepContext(con, load_rules(["asm"]).in_force(2027), {"cohort": "national"})


def table(context: StepContext, step: Any) -> list[dict[str, Any]]:
    """What the step would leave: its columns cast to the types it names."""
    columns, types = step(context)
    assert set(columns) == set(types)
    context.con.register("made", columns)
    chosen = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
    cursor = context.con.execute(f"select {chosen} from made")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_results_of_a_run(context: StepContext) -> None:
    rows = {row["npi"]: row for row in table(context, result.asm_result)}
    first = rows["1000000001"]
    assert (first["performance_year"], first["payment_year"], first["status"]) == (2027, 2029, "scored")
    assert first["cost_score"] == 0.77
    # 492: 7.7; 008: the better of eCQM 7.3 and CQM 2 + (96 - 95.79)/(100 - 95.79) = 2.0; three unreported
    assert first["quality_score"] == pytest.approx((7.7 + 7.3) / 50)
    assert first["dollars_low"] <= first["dollars"] <= first["dollars_high"]
    assert rows["1000000002"]["status"] == "neutral"  # 12 episodes
    assert rows["1000000002"]["assumed_categories"] is None


def test_a_practice_of_which_nothing_is_loaded_gets_typical_values_and_says_so(context: StepContext) -> None:
    row = {r["npi"]: r for r in table(context, result.asm_result)}["1000000003"]
    assert row["assumed_categories"] == "improvement activities, promoting interoperability, quality"
    assert row["indicative"]
    assert (row["quality_score"], row["improvement_activities_adjustment"]) == (0.55, -7.0)
    rules = {r["rule"]: r for r in table(context, result.asm_assumption)}
    assert rules["asm.unloaded_category"]["status"] == "assumed"
    assert json.loads(rules["asm.logistic_steepness"]["value"]) == 0.1


def test_the_interval_of_the_cost_measure_reaches_score_and_dollars(context: StepContext) -> None:
    rows = {row["npi"]: row for row in table(context, result.asm_interval)}
    point = {row["npi"]: row for row in table(context, result.asm_result)}["1000000001"]
    row = rows["1000000001"]
    assert (row["cost_per_episode_low"], row["cost_per_episode_high"]) == (12300.0, 14700.0)
    # the stand-in benchmark: median 14,429.90, standard deviation 3,879.43
    # 12,300 is 0.549 deviations below, band 8 from -1 to -0.5: 8 + (12,490.18 - 12,300) / 1,939.72 = 8.1
    # 14,700 is 0.070 above, band 7 from -0.5 to +0.5: 7 + (16,369.62 - 14,700) / 3,879.43 = 7.4
    assert (row["cost_points_high"], row["cost_points"], row["cost_points_low"]) == (8.1, 7.7, 7.4)
    # half of 100 points: 5 points of score for a point of cost
    assert row["final_score"] == point["final_score"]
    assert row["final_score_high"] == pytest.approx(point["final_score"] + 2.0)
    assert row["final_score_low"] == pytest.approx(point["final_score"] - 1.5)
    assert row["dollars_low"] < row["dollars"] == point["dollars"] < row["dollars_high"]
    # the cohort stands still: factor = R T SF - R at the score of each end
    cohort = {r["cohort"]: r for r in table(context, result.asm_cohort)}["heart_failure"]
    for end in ("low", "high"):
        share = 1 / (1 + np.exp(-0.1 * (row[f"final_score_{end}"] - cohort["midpoint"])))
        assert row[f"dollars_{end}"] == pytest.approx(400000 * 0.09 * (share * cohort["scaling_factor"] - 1))
    # too few episodes for a score; no interval
    for npi in ("1000000002", "1000000003"):
        ends = [f"{name}_{end}" for name in ("final_score", "dollars") for end in ("low", "high")]
        assert [rows[npi][name] for name in ends] == [None] * 4
    assert rows["1000000003"]["final_score"] is not None


def test_a_zero_score_stays_zero_whatever_the_cost(context: StepContext) -> None:
    # quality is loaded for the practice, but nothing of it for this clinician
    context.con.execute("update asm.clinician_input set attributed_episodes = 40 where npi = '1000000002'")
    context.con.execute("delete from asm.measure_input where npi = '1000000002'")
    row = {row["npi"]: row for row in table(context, result.asm_interval)}["1000000002"]
    assert (row["final_score_low"], row["final_score_high"]) == (0.0, 0.0)
    # 9 % of 200,000
    assert (row["dollars_low"], row["dollars_high"]) == pytest.approx((-18000.0, -18000.0))


def test_an_own_benchmark_stands_still_while_one_cost_moves(context: StepContext) -> None:
    context.con.execute(
        "insert into asm.clinician_input select * exclude (i) replace (npi || '-' || i as npi, "
        "0 as interval_low, cost_per_episode - i * 50 as cost_per_episode) "
        "from asm.clinician_input, range(1, 30) as t(i) where npi = '1000000001'"
    )
    alone = StepContext(context.con, context.force, {"cohort": "alone"})
    cohort = {r["cohort"]: r for r in table(alone, result.asm_cohort)}["heart_failure"]
    row = {row["npi"]: row for row in table(alone, result.asm_interval)}["1000000001"]
    # 30 costs 13,500, 13,450 ... 12,050: their median, not the stand-in's
    assert cohort["cost_median"] == 12775.0
    assert row["cost_points_low"] < row["cost_points"] < row["cost_points_high"]


def test_the_other_tables_of_a_run(context: StepContext) -> None:
    scores = {(r["npi"], r["measure_id"]): r for r in table(context, result.asm_measure_score)}
    assert scores["1000000001", "008"]["collection_type"] == "ecqm"
    assert scores["1000000001", "008"]["benchmark"] == 93.645  # its median
    assert not scores["1000000002", "492"]["counted"]
    years = table(context, result.asm_dollars_by_year)
    assert len(years) == 15
    assert {r["payment_year"] for r in years} == {2029, 2030, 2031, 2032, 2033}
    moved = table(context, result.asm_lever)
    assert {"cost", "005"} <= {r["measure"] for r in moved if r["npi"] == "1000000001"}
    cohorts = {r["cohort"]: r for r in table(context, result.asm_cohort)}
    assert (cohorts["low_back_pain"]["size"], cohorts["low_back_pain"]["own"]) == (4027, 1)
    national = table(context, result.asm_national_cohort)
    assert sum(r["cohort"] == "heart_failure" for r in national) == 2608
    for step in (result.asm_result, result.asm_measure_score, result.asm_lever, result.asm_dollars_by_year,
                 result.asm_interval):  # fmt: skip
        declared = step.__dict__["corridor_step"]
        keys = [tuple(row[name] for name in declared.key) for row in table(context, step)]
        assert len(set(keys)) == len(keys)


def test_settled_alone_there_is_no_country(context: StepContext) -> None:
    alone = StepContext(context.con, context.force, {"cohort": "alone"})
    assert table(alone, result.asm_national_cohort) == []
    assert {r["size"] for r in table(alone, result.asm_cohort)} == {1, 2}


def test_nobody_eligible_leaves_empty_tables(context: StepContext) -> None:
    context.con.execute("delete from asm.clinician_input; delete from asm.measure_input")
    for step in (result.asm_result, result.asm_measure_score, result.asm_dollars_by_year, result.asm_lever,
                 result.asm_interval, result.asm_cohort, result.asm_national_cohort):  # fmt: skip
        assert table(context, step) == []


def complete_run(home: Path, context: StepContext, steps: list[str]) -> None:
    """A warehouse whose last complete run left these tables."""
    run = home / "runs" / "r1"
    run.mkdir(parents=True)
    entries = []
    for step in steps:
        folder = home / "steps" / step
        folder.mkdir(parents=True)
        context.con.execute(f"copy {step} to '{folder / 'part.parquet'}' (format parquet)")
        entries.append({"step": step, "outputs": [str(folder.relative_to(home))]})
    manifest = {
        "setting": {"performance_year": 2027}, "settings": {"cohort": "alone"}, "steps": entries,
        "law": {"as_known_on": None, "overrides": {"asm.risk_level": 0.12}},
    }  # fmt: skip
    (run / "manifest.json").write_text(json.dumps(manifest))
    (home / "runs" / "current").write_text("r1\n")


def test_a_complete_run_can_be_explained(
    context: StepContext, warehouse_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complete_run(warehouse_home, context, ["asm.clinician_input", "asm.measure_input"])
    found = open_run_inputs()
    assert (found.year, found.national, found.inputs.size) == (2027, False, 3)
    assert found.rules.in_force(2027).number("asm.risk_level") == 0.12  # as the run had it
    answer = corridor(capsys, "explain", "asm", "1000000001", "--quantity", "cost_points", "--json")
    (row,) = answer.json()["rows"]
    assert row["value"] == 7.7
    assert "asm.clinician_input tin 111111111, npi 1000000001, cost_per_episode" in json.dumps(row)
    moved = corridor(capsys, "roster", "--remove", "1000000001", "--json").json()
    assert len(moved["rows"]) == 5
    assert np.isfinite(moved["rows"][0]["dollars"])


def test_a_run_that_did_not_reach_asm(context: StepContext, warehouse_home: Path) -> None:
    complete_run(warehouse_home, context, ["asm.clinician_input"])
    with pytest.raises(CorridorError, match="ASM-NO-TABLE"):
        open_run_inputs()
