"""The translation to Spark, its settings and its refusals: all that needs no Java."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.engine.spark import SparkRunner
from corridor.engine.spark.prelude import macros
from corridor.engine.spark.session import FIXED, flat, open_session
from corridor.engine.spark.translate import shaped, translate
from corridor.engine.spark.types import spark_type
from corridor.engine.step import SqlStep, parse_sql_step
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.settings import Settings, load_settings
from tests.engine.community import NoRules, catalogue, deliver

HEADER = """-- step:      toy.probe
-- makes:     one row
-- key:       a
-- reads:     toy.line
-- cites:     Corridor
-- evidence:  none
"""


def spark(select: str) -> str:
    return translate(parse_sql_step(HEADER + select, "toy.sql"))


def test_the_prelude_has_the_same_functions_on_both_engines() -> None:
    ours, theirs = macros("duckdb"), macros("spark")
    assert {name: macro.parameters for name, macro in ours.items()} == {
        name: macro.parameters for name, macro in theirs.items()
    }
    assert len(ours) >= 10


def test_every_step_can_be_written_for_spark() -> None:
    steps = [step for step in load_catalogue().steps.values() if isinstance(step, SqlStep)]
    left = [step.step for step in steps if "cx_" in translate(step).lower()]
    assert len(steps) > 80
    assert left == []


def test_a_table_becomes_a_view_and_keeps_its_name_as_alias() -> None:
    assert spark("select line.a from toy.line") == "SELECT `line`.`a` FROM `toy__line` AS `line`"


def test_nulls_are_last_whichever_way_rows_are_sorted() -> None:
    text = spark("select row_number() over (order by a, b desc) as n from toy.line")
    assert "ORDER BY `a` NULLS LAST, `b` DESC)" in text  # Spark puts nulls last when descending


def test_a_function_of_the_prelude_is_written_in_with_what_it_is_given() -> None:
    text = spark("select cx_year_of(cx_add_days(d, n)) as y from toy.line")
    assert text.startswith("SELECT (YEAR((DATE_ADD(CAST(`d` AS DATE), ") and "AS INT) END)))) AS `y`" in text


def test_a_number_made_decimal_or_integer_rounds_as_in_duckdb() -> None:
    text = spark("select cast(a as integer) as i, cast(b as decimal(18, 2)) as d from toy.line")
    assert "THEN CAST(RINT(CAST(`a` AS DOUBLE)) AS INT)" in text
    assert "ROUND(CAST(`b` AS DOUBLE) * CAST(1E2 AS DOUBLE), 0)" in text


def test_a_literal_is_cast_as_it_stands() -> None:
    assert "CASE" not in spark(
        "select cast(null as decimal(18, 2)) as n, cast(0 as integer) as z from toy.line"
    )


def test_concat_skips_nulls_and_takes_numbers() -> None:
    assert "CONCAT_WS('', `a`, 'x')" in spark("select concat(a, 'x') as t from toy.line")


def test_an_average_is_a_double_of_an_exact_sum() -> None:
    assert "(CAST(SUM(`a`) AS DOUBLE) / NULLIF(COUNT(`a`), 0))" in spark("select avg(a) as m from toy.line")


def test_the_rows_take_the_types_of_duckdb() -> None:
    assert (
        shaped("select 1 as n", [("n", "bigint")])
        == "select cast(`n` as bigint) as `n` from (\nselect 1 as n\n)"
    )


@pytest.mark.parametrize(
    ("duckdb_type", "found"),
    [
        ("DECIMAL(18,2)", "decimal(18, 2)"),
        ("VARCHAR[]", "array<string>"),
        ("HUGEINT", "double"),  # as DuckDB stores it
        ("UBIGINT", "decimal(20, 0)"),
    ],
)
def test_types(duckdb_type: str, found: str) -> None:
    assert spark_type(duckdb_type, "a") == found


def test_a_type_that_spark_has_not_is_refused() -> None:
    with pytest.raises(CorridorError, match="SPARK-TYPE"):
        spark_type("INTERVAL", "a")


def test_what_cannot_be_translated_is_named() -> None:
    with pytest.raises(CorridorError, match="SPARK-TRANSLATE") as error:
        spark("select avg(a) over (partition by b) as m from toy.line")
    assert error.value.file == "toy.sql"


# ---- settings -------------------------------------------------------------------------------


def test_the_conf_table_is_taken_quoted_or_not(tmp_path: Path) -> None:
    file = tmp_path / "corridor.toml"
    file.write_text(
        'engine = "spark"\n[spark]\nmaster = "spark://cluster:7077"\n'
        '[spark.conf]\n"spark.executor.memory" = "8g"\nspark.executor.cores = 4\n'
        "spark.dynamicAllocation.enabled = true\n"
    )
    settings = load_settings(file)
    assert (settings.engine, settings.spark.master) == ("spark", "spark://cluster:7077")
    assert flat(settings.spark.conf) == {
        "spark.executor.memory": "8g",
        "spark.executor.cores": "4",
        "spark.dynamicAllocation.enabled": "true",
    }


def test_a_setting_of_spark_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "corridor.toml"
    file.write_text('[spark]\nmastr = "local"\n')
    with pytest.raises(CorridorError, match="SETTINGS-UNKNOWN-KEY") as error:
        load_settings(file)
    assert "'master'" in error.value.todo


def test_the_engine_changes_no_result() -> None:
    assert Settings(engine="spark").for_steps() == Settings().for_steps()


def test_what_the_answers_depend_on_cannot_be_set(tmp_path: Path) -> None:
    for setting in FIXED:
        with pytest.raises(CorridorError, match="SPARK-CONF"), open_session(None, {setting: "x"}, tmp_path):
            pass


def test_without_pyspark_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "corridor.engine.spark.session.find_spec", lambda name: None if name == "pyspark" else find(name)
    )
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    with pytest.raises(CorridorError, match="SPARK-MISSING"):
        SparkRunner(Warehouse.open(tmp_path / "home"), NoRules(), setting, catalogue=catalogue()).run()


def test_without_java_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda command: None)
    home = tmp_path / "home"
    deliver(Warehouse.open(home), tmp_path / "one.csv", [("c1", "m1", 1.0, 202701)])
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    with pytest.raises(CorridorError, match="SPARK-START") as error:
        SparkRunner(Warehouse.open(home), NoRules(), setting, catalogue=catalogue()).run()
    assert "Java 17" in error.value.todo
    assert not (home / "tmp" / "spark").exists()
