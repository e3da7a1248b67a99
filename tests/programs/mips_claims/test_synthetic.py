"""A synthetic community through the engine: sums that must hold between the tables of MIPS from claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.jobs.load import load
from corridor.law import load_rules
from corridor.law.rules import programs_with_rules
from corridor.reference import reference_tables
from corridor.reference.add import add_references
from corridor.synth.community import write_community
from corridor.synth.order import check_order

pytestmark = pytest.mark.heavy
SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
TARGETS = [
    "mips.eligibility", "mips.complex_patient", "mips.administrative_measure", "mips.administrative_entity",
    "mips.cost_measure", "mips.facility_score",
]  # fmt: skip
LISTS = (
    "cms_chronic_conditions_hierarchy", "ms_drg", "readmissions_specialty_cohort",
    "readmissions_exclusion_ccs_diagnosis_category",
)  # fmt: skip


def _silent(what: str, done: int, of: int, unit: str) -> None:
    """No progress is shown in a test."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Run:
    home = tmp_path_factory.mktemp("mips")
    files = home / "files"
    write_community(check_order(400, 3, "2024-07", 30, "single", files))
    warehouse = Warehouse.open(home / "home")
    load("cclf", [files / "cclf"], warehouse, {}, _silent)
    for kind, name in (("roster", "provider_roster"), ("alr", "assignment_list")):
        load(kind, [files / f"{name}.csv"], warehouse, {"source_id": "A9999"}, _silent)
    add_references([test_data / "terminology" / "tuva" / f"{name}.csv" for name in LISTS], warehouse)
    codes = home / "cost_episode_code_2025.csv"
    codes.write_text(
        "measure_id,role,code_system,code,days_before,days_after\nCOST_KA_1,trigger,hcpcs,27447,30,90\n"
        "COST_S_1,trigger,drg,871,0,30\nCOST_S_1,trigger,drg,291,0,30\n"
    )
    add_references([codes], warehouse)
    force = load_rules(programs_with_rules()).in_force(2027)
    runner = Runner(warehouse, force, SETTING, externals=reference_tables(warehouse), threads=2)
    return Run(warehouse.home, runner.run(TARGETS))


def nothing(run: Run, query: str) -> None:
    """No row contradicts."""
    assert run.query(query) == []


def test_all_four_measures_and_five_of_cost_have_cases(run: Run) -> None:
    found = {
        row["measure_id"] for row in run.query("select distinct measure_id from mips.administrative_measure")
    }
    assert {"479", "484", "492"} <= found <= {"479", "480", "484", "492"}
    cost = {row["measure_id"] for row in run.query("select distinct measure_id from mips.cost_measure")}
    assert {"TPCC_1", "MSPB_1", "COST_HF_1", "COST_LBP_1", "COST_S_1"} <= cost


def test_expected_events_of_all_cases_are_the_observed_ones(run: Run) -> None:
    nothing(
        run,
        "select measure_id from (select measure_id, case_id, max(observed) as observed, "
        "max(exposure) as exposure, min(stratum) as stratum "
        "from mips.administrative_case group by 1, 2) as each "
        "join mips.administrative_stratum as mean using (measure_id, stratum) group by measure_id "
        "having abs(sum(each.observed) - sum(each.exposure * mean.rate)) > 1e-6",
    )


def test_a_practice_has_no_more_cases_than_its_clinicians_and_no_fewer_than_any(run: Run) -> None:
    for table in ("administrative_measure", "cost_measure"):
        nothing(
            run,
            f"select tin from mips.{table} group by performance_year, measure_id, tin "
            "having max(case when npi = '' then cases end) > sum(case when npi <> '' then cases end) "
            "or max(case when npi = '' then cases end) < max(case when npi <> '' then cases end)",
        )


def test_everything_says_what_it_rests_on(run: Run) -> None:
    for table in ("administrative_measure", "administrative_entity", "cost_measure", "complex_patient"):
        nothing(run, f"select basis from mips.{table} where not starts_with(basis, 'proxy')")
    nothing(run, "select tin from mips.special_status where not starts_with(basis, 'proxy')")
    nothing(
        run, "select tin from mips.eligibility where reason is null or reporting is null or basis is null"
    )


def test_every_pair_of_the_low_volume_test_is_judged_once(run: Run) -> None:
    nothing(
        run,
        "select volume.tin from qp.low_volume as volume left join mips.eligibility as made "
        "on made.performance_year = volume.performance_year and made.tin = volume.tin "
        "and made.npi = case when volume.npi = 'practice' then '' else volume.npi end where made.tin is null",
    )


def test_months_of_per_capita_cost_are_months_of_the_year(run: Run) -> None:
    nothing(run, "select person_id from mips.per_capita_case where months > 12 or months < 1")
    nothing(run, "select tin from mips.special_status where hospital_based_share > 1 or small_count < 1")
