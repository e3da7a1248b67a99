"""A synthetic community through the engine: expenditure, projection and drivers hang together, and hold."""

from __future__ import annotations

import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.jobs.load import load
from corridor.law import load_rules
from corridor.programs.mssp.backtest import back_test, community_of
from corridor.programs.mssp.projection_data import loaded
from corridor.reference import reference_tables
from corridor.synth.community import write_community
from corridor.synth.order import check_order
from tests.programs.mssp_claims.workbook import aexpu, bnmrk, qexpu

pytestmark = pytest.mark.heavy
SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2027}
LAW = ["asm", "claims", "population", "risk", "mssp", "reach", "attribution"]
ACO = "A9999"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("aco")
    files = folder / "files"
    write_community(check_order(400, 6, "2025-01", 36, "single", files))
    warehouse = Warehouse.open(folder / "home")
    load("cclf", [files / "cclf"], warehouse, {}, lambda *_: None)
    for fmt, name in (("participants", "participant_list"), ("alr", "assignment_list")):
        load(fmt, [files / f"{name}.csv"], warehouse, {"source_id": ACO}, lambda *_: None)
    terms = folder / "terms.csv"
    terms.write_text(
        f"aco_id,performance_year,track,agreement_start_year\n{ACO},2025,E,2025\n", encoding="utf-8"
    )
    load("aco-terms", [terms], warehouse, {}, lambda *_: None)
    load(
        "aco-report",
        [bnmrk(folder), aexpu(folder), aexpu(folder, 2025), qexpu(folder)],
        warehouse,
        {},
        lambda *_: None,
    )
    runner = Runner(
        warehouse, load_rules(LAW).in_force(2027), SETTING, externals=reference_tables(warehouse), threads=2
    )
    wanted = ["mssp.gap", "mssp.projection", "mssp.variance", "mssp.expenditure_month"]
    return Run(warehouse.home, runner.run(wanted))


def test_the_whole_is_its_types_and_its_practices(run: Run) -> None:
    for row in run.query(
        "select year, sum(case when tin = '' and enrollment_type = 'all' then amount end) as whole, "
        "sum(case when tin = '' and enrollment_type <> 'all' then amount end) as types, "
        "sum(case when tin <> '' and enrollment_type = 'all' then amount end) as practices "
        "from mssp.expenditure group by year"
    ):
        assert row["types"] == pytest.approx(row["whole"], rel=1e-12)
        assert row["practices"] == pytest.approx(row["whole"], rel=1e-12)


def test_months_are_those_of_the_years(run: Run) -> None:
    months = run.query(
        "select year, sum(member_months) as months from mssp.expenditure_month where enrollment_type = 'all' "
        "group by year order by year"
    )
    years = run.query(
        "select year, member_months as months from mssp.expenditure "
        "where tin = '' and enrollment_type = 'all' order by year"
    )
    assert [(row["year"], row["months"]) for row in months] == [(row["year"], row["months"]) for row in years]


def test_the_last_projection_is_what_the_year_came_to(run: Run) -> None:
    """Of a year whose run-out is over: the projection completes month by month, the year as a whole."""
    for row in run.query(
        "select p.year, p.per_capita, e.per_capita as truth, p.person_years, e.person_years as years "
        "from mssp.projection as p join mssp.expenditure as e on e.aco_id = p.aco_id and e.year = p.year "
        "where p.newest and p.year = 2026 and e.tin = '' and e.enrollment_type = 'all'"
    ):
        assert row["per_capita"] == pytest.approx(row["truth"], rel=0.005)
        assert row["person_years"] == pytest.approx(row["years"], rel=0.001)


def test_drivers_add_up_to_the_cent(run: Run) -> None:
    rows = run.query(
        "select year, sum(case when driver <> 'total' then dollars end) as parts, "
        "sum(case when driver = 'total' then dollars end) as total, max(expenditure - held_against) as whole "
        "from mssp.variance group by year"
    )
    assert rows
    for row in rows:
        assert row["parts"] == row["total"]
        assert float(row["total"]) == pytest.approx(row["whole"], abs=0.01)


def test_the_benchmark_of_the_workbooks(run: Run) -> None:
    """The types carry CMS's steps; the whole weighs them by our own person-years."""
    rows = run.query("select * from mssp.benchmark where year = 2025 order by enrollment_type")
    by_type = {row["enrollment_type"]: row for row in rows}
    assert by_type["esrd"]["updated_benchmark"] == pytest.approx(1112.5)
    assert by_type["esrd"]["source"] == "workbook"
    parts = [row for row in rows if row["enrollment_type"] != "all"]
    mean = sum(row["updated_benchmark"] * row["person_years"] for row in parts if row["person_years"]) / sum(
        row["person_years"] for row in parts
    )
    assert by_type["all"]["updated_benchmark"] == pytest.approx(mean)
    # the other years have no workbook: nothing is put in their place
    (missing,) = run.query("select missing from mssp.benchmark where year = 2026 and enrollment_type = 'all'")
    assert "historical benchmark" in missing["missing"] and "update factor" in missing["missing"]


def test_the_gap_is_said_for_every_year(run: Run) -> None:
    rows = run.query("select year, count(*) as items, count(words) as words from mssp.gap group by year")
    assert rows and all(row["items"] == row["words"] == 13 for row in rows)


def test_what_rests_on_few_people_says_so(run: Run) -> None:
    """Dollars of people unseen rest on these people; dollars of a category on the months of its cohort."""
    assert run.query("select 1 from mssp.gap where item = 'people_unseen' and people <> people_missing") == []
    assert run.query("select 1 from mssp.benchmark where share_source = 'claims' and people is null") == []
    for table in ("mssp.service_month", "mssp.service_unit"):
        rows = run.query(f"select min(member_months) as months, count(*) as n from {table}")
        assert rows[0]["n"] and rows[0]["months"] > 0


def test_the_interval_covers_the_truth(run: Run, small: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """The back-test: 2,000 made-up years of the community's people, coverage within three standard errors."""
    from corridor.cli.aco import back_test_text

    years, people = (200, 500) if small else (2000, 2000)
    force = load_rules(LAW).in_force(2027)
    community = community_of(loaded(run.con, ACO))
    answer = back_test(
        community, force, years=years, people=people, as_of=(2, 4, 6, 8, 10, 12, 13, 15), seed=2027
    )
    with capsys.disabled():
        print("\n" + back_test_text(answer, ACO, people))
    assert answer.years >= 0.99 * years  # all but those of which nothing was left to pay
    assert abs(answer.errors_off) <= 3
    for row in answer.rows:
        assert abs(row.bias) < row.width
