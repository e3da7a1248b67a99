"""The same steps on DuckDB and on Spark, table by table: exact but for doubles, and those to 1e-12.

Small (as `.ci/run` asks): ten named steps, the prelude, and a whole run of two toy steps. In full: every SQL
step of the house over a community and the public samples of every format, and a run from end to end on Spark.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.catalogue import Catalogue, load_catalogue
from corridor.engine.connection import connect
from corridor.engine.files import read_json
from corridor.engine.run import Runner
from corridor.engine.runs import open_run
from corridor.engine.spark import SparkRunner
from corridor.engine.step import SqlStep
from corridor.engine.tables import Table
from corridor.engine.warehouse import Warehouse
from corridor.jobs.context import Context, open_context
from corridor.jobs.load import load
from corridor.reference import reference_tables
from corridor.reference.add import add_references
from corridor.settings import Settings, SparkSettings
from corridor.synth.community import write_community
from corridor.synth.order import check_order
from tests.engine.community import NoRules, catalogue, deliver
from tests.engine.spark_bench import FedRunner, differences, local_session

pytestmark = pytest.mark.heavy
TEN = (
    "cclf.claim_version",
    "cclf.eligibility",
    "claims.service_line",
    "population.enrollment_month",
    "population.pbpy",
    "attribution.mssp",
    "episodes.chronic_attribution",
    "episodes.chronic_prediction",
    "measures.admission",
    "asm.eligibility",
)
LISTS = {
    "roster": "provider_roster.csv",
    "alr": "assignment_list.csv",
    "participants": "participant_list.csv",
    "quality": "quality_result.csv",
    "attestation": "category_attestation.csv",
    "optout": "opt_out.csv",
}
# What else the full comparison loads: a format, and its public sample.
SAMPLES = {
    "synpuf": "desynpuf",
    "tuva": "tuva-synthetic",
    "rif": "rif-bfd/synthea-2022",
    "fhir": "fhir-eob/v3-r4",
}
SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with local_session(tmp_path_factory.mktemp("spark")) as opened:
        yield opened


def community(folder: Path, months: int) -> Warehouse:
    """300 people loaded into folder/home."""
    files = folder / "files"
    write_community(check_order(300, 7, "2024-07", months, "single", files))
    warehouse = Warehouse.open(folder / "home")
    load("cclf", [files / "cclf"], warehouse, {})
    for fmt, name in LISTS.items():
        load(fmt, [files / name], warehouse, {"source_id": "A9999"})
    add_references([files / "reference"], warehouse)
    return warehouse


def runner_of(context: Context, **given: Any) -> Runner:
    return Runner(
        context.warehouse,
        context.force,
        context.setting,
        settings=context.settings.for_steps(),
        law=context.law(),
        externals=reference_tables(context.warehouse),
        **given,
    )


def compared(
    context: Context, session: Any, home: Path, targets: list[str] | None
) -> tuple[dict[str, Table], dict[str, Table], list[str]]:
    """The tables of both engines, each step of Spark fed by DuckDB, and every difference."""
    ours = runner_of(context)
    ours.run(targets)
    steps = {
        name: step
        for name, step in load_catalogue().steps.items()
        if name in ours.tables and isinstance(step, SqlStep) and (targets is None or name in targets)
    }
    theirs = FedRunner(
        Warehouse.open(home),
        context.force,
        context.setting,
        session=session,
        given=ours.tables,
        catalogue=Catalogue(steps, {}),
    )
    theirs.run()
    found = [
        line
        for name, step in steps.items()
        for line in differences(step, ours.tables[name], theirs.tables[name])
    ]
    return ours.tables, {name: theirs.tables[name] for name in steps}, found


def test_ten_steps_make_the_same_tables(tmp_path: Path, session: Any) -> None:
    warehouse = community(tmp_path, 18)
    context = open_context(home=warehouse.home, settings=Settings())
    ours, theirs, found = compared(context, session, tmp_path / "spark", list(TEN))
    assert found == []
    assert sorted(theirs) == sorted(TEN)
    assert [name for name in TEN if not ours[name].whole.rows] == [], "an empty table compares nothing"


def test_every_step_makes_the_same_table(tmp_path: Path, session: Any, small: bool, test_data: Path) -> None:
    if small:
        pytest.skip("CORRIDOR_SMALL: ten steps stand for all")
    warehouse = community(tmp_path, 42)
    for fmt, name in SAMPLES.items():
        load(fmt, [test_data / name], warehouse, {})
    add_references([test_data / "hcc", test_data / "terminology"], warehouse)
    context = open_context(home=warehouse.home, settings=Settings())
    _, theirs, found = compared(context, session, tmp_path / "spark", None)
    assert found == []
    assert len(theirs) > 200


def test_a_run_on_spark_is_the_run_on_duckdb(tmp_path: Path, session: Any, small: bool) -> None:
    if small:
        pytest.skip("CORRIDOR_SMALL: a run of two toy steps stands for it")
    warehouse = community(tmp_path, 42)
    context = open_context(home=warehouse.home, settings=Settings())
    ours = runner_of(context)
    ours.run()
    theirs = SparkRunner(
        warehouse,
        context.force,
        context.setting,
        settings=context.settings.for_steps(),
        law=context.law(),
        externals=reference_tables(warehouse),
        session=session,
    )
    theirs.run()
    steps = load_catalogue().steps
    found = [
        line for name in steps for line in differences(steps[name], ours.tables[name], theirs.tables[name])
    ]
    assert found == []
    exact = [name for name in steps if ours.tables[name].whole.digest == theirs.tables[name].whole.digest]
    assert len(exact) > 0.9 * len(steps), "most tables are the same to the last bit"
    assert open_run(warehouse.home).manifest["engine"].startswith("spark ")


def test_a_run_on_spark_writes_the_same_warehouse(tmp_path: Path, session: Any) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "one.csv", [("c1", "m1", 10.25, 202701), ("c2", "m1", 5.5, 202702)])
    ours = Runner(warehouse, NoRules(), SETTING, catalogue=catalogue())
    ours.run()
    log: list[tuple[str, str]] = []

    def run() -> dict[str, Any]:
        log.clear()
        theirs = SparkRunner(
            warehouse,
            NoRules(),
            SETTING,
            catalogue=catalogue(),
            session=session,
            spark=SparkSettings(driver_rows=1_000),
            progress=lambda step, place, total, what: log.append((step, what)),
        )
        return read_json(warehouse.home / "runs" / theirs.run() / "manifest.json")

    manifest = run()
    assert {e["step"]: e["digest"] for e in manifest["steps"]} == {
        name: ours.tables[name].whole.digest for name in ("toy.line", "toy.spend")
    }
    assert manifest["engine"].startswith("spark 4")
    paid = open_run(warehouse.home).query("select cast(paid as varchar) as paid from toy.spend")
    assert paid == [{"paid": "15.75"}]
    # nothing changed: nothing is computed; a new month: that month alone
    run()
    assert log == [("toy.line", "reused"), ("toy.spend", "reused")]
    deliver(warehouse, tmp_path / "two.csv", [("c3", "m2", 1.0, 202703)])
    run()
    assert log == [("toy.line", "1 of 3 months"), ("toy.spend", "running")]
    left = [path.name for path in (warehouse.home / "steps").rglob("*") if path.is_file()]
    assert {name.rpartition(".")[2] for name in left} == {"json", "parquet"}
    assert not (warehouse.home / "tmp" / "spark").exists()


def test_a_table_too_large_for_the_driver_is_digested_by_spark(tmp_path: Path, session: Any) -> None:
    def digests(home: str, rows: list[tuple[str, str, float, int]]) -> list[str]:
        warehouse = Warehouse.open(tmp_path / home)
        deliver(warehouse, tmp_path / f"{home}.csv", rows)
        settings = SparkSettings(driver_rows=0)
        SparkRunner(
            warehouse, NoRules(), SETTING, catalogue=catalogue(), session=session, spark=settings
        ).run(["toy.line"])
        return [entry["digest"] for entry in open_run(warehouse.home).manifest["steps"]]

    rows = [("c1", "m1", 10.25, 202701), ("c2", "m1", 5.5, 202702)]
    first = digests("one", rows)
    assert first == digests("two", rows[:1] + rows[1:])
    assert first != digests("three", [("c1", "m1", 10.26, 202701), rows[1]])


PROBES = {
    "divide": "cx_divide(d, n)",
    "divide by zero": "cx_divide(d, n - n)",
    "half up": "cx_round_half_up(x, 0)",
    "half up one": "cx_round_half_up(x, 1)",
    "days": "cx_days_between(a, b)",
    "add": "cx_add_days(a, n)",
    "months": "cx_months_between(a, b)",
    "month": "cx_month_of(b)",
    "year": "cx_year_of(b)",
    "age": "cx_age_on(a, b)",
    "missing": "cx_is_missing_date(a)",
    "double to cents": "cast(x as decimal(18, 2))",
    "double to integer": "cast(x as integer)",
    "decimal to integer": "cast(d as bigint)",
    "decimal to cents": "cast(d as decimal(18, 2))",
    "product": "d * cast(n as decimal(18, 4))",
    "concat": "concat(t, n, 'z')",
    "concat_ws": "concat_ws('|', t, cast(n as varchar))",
    "joined": "t || '-' || cast(n as varchar)",
    "least": "least(n, null, 1)",
    "distinct": "t is not distinct from null",
    "lag": "lag(t) over (order by x, id)",
    "place": "row_number() over (order by t desc, id)",
    "nulls": "row_number() over (order by t, id)",
    "running": "sum(d) over (partition by t order by id)",
}
TOTALS = {
    "exact sum": "cx_exact_sum(x * 1.1)",
    "exact sum of many millions": "cx_exact_sum(x * 100000000)",
    "median": "cx_quantile(x, 0.5)",
    "ninth": "cx_quantile(x, 0.9)",
    "average": "avg(d)",
    "total": "sum(d)",
    "any": "bool_or(n > 1)",
    "all": "bool_and(n > 1)",
    "first text": "min(t)",
    "kinds": "count(distinct t)",
}
ROWS = """select * from (values
  (1, 1.005::double, 2.50::decimal(18,2), 3, date '2024-02-29', date '2025-02-28', 'b'),
  (2, 2.5, -2.50, 2, date '1000-01-01', date '2027-12-31', null),
  (3, -2.5, 0.01, 1, date '1938-11-05', date '2027-11-04', 'B'),
  (4, 123456.789, 99999999.99, -7, null, date '9999-12-31', 'a'),
  (5, 0.1, null, 0, date '2027-01-31', date '2027-02-01', ''),
  (6, null, 0.005, null, date '2027-03-01', null, 'b')) as v(id, x, d, n, a, b, t)"""


@pytest.mark.parametrize("grouped", [False, True], ids=["each row", "all rows"])
def test_the_prelude_answers_the_same(tmp_path: Path, session: Any, grouped: bool) -> None:
    probes = TOTALS if grouped else PROBES
    columns = ", ".join(f'{probe} as "{name}"' for name, probe in probes.items())
    step = SqlStep(
        "toy.probe", "", ("one",) if grouped else ("id",), ("toy.row",), (), "", None,
        sql=f"select {'1 as one' if grouped else 'id'}, {columns} from toy.row",
    )  # fmt: skip
    file = tmp_path / "row.parquet"
    with connect() as con:
        con.execute(f"copy ({ROWS}) to '{file}' (format parquet)")
    from corridor.engine.tables import Part

    given = {"toy.row": Table("toy.row", None, Part((file,), "rows", 6))}
    only = Catalogue({step.step: step}, {})

    class Fed(Runner):
        def _table(self, read: str, step: Any) -> Table:
            return given[read]

    ours = Fed(Warehouse.open(tmp_path / "duckdb"), NoRules(), SETTING, catalogue=only)
    ours.run()
    theirs = FedRunner(
        Warehouse.open(tmp_path / "spark"), NoRules(), SETTING, catalogue=only, given=given, session=session
    )
    theirs.run()
    assert differences(step, ours.tables[step.step], theirs.tables[step.step]) == []
