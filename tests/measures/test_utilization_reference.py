"""The public value sets as published: recognised, installed, and what they make of well-known diagnoses."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.warehouse import Warehouse
from corridor.reference import reference_tables
from corridor.reference.add import add_references
from tests.measures.performance_bench import Bench

FILES = {
    "readmission_acute_diagnosis": ("readmissions_acute_diagnosis_icd_10_cm", 12333),
    "readmission_planned_procedure": ("readmissions_potentially_planned_icd_10_pcs", 2521),
    "readmission_surgery_procedure": ("readmissions_surgery_gynecology_cohort", 1676),
    "readmission_cohort": ("readmissions_specialty_cohort", 276),
    "readmission_exclusion": ("readmissions_exclusion_ccs_diagnosis_category", 47),
    "sensitive_code": ("pqi_value_sets", 6059),
    "sensitive_indicator": ("pqi_measures", 10),
    "emergency_classification": ("ed_classification_johnston_icd10", 47132),
}


@pytest.fixture(scope="module")
def installed(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse.open(tmp_path_factory.mktemp("reference"))
    folder = test_data / "terminology" / "tuva"
    outcomes = add_references([folder / f"{name}.csv" for name, _ in FILES.values()], warehouse)
    assert {one.status for one in outcomes} == {"added"}
    assert {str(one.reference): one.rows for one in outcomes} == {
        name: rows for name, (_, rows) in FILES.items()
    }
    return warehouse


def _bench(warehouse: Warehouse) -> Bench:
    bench = Bench()
    for table in reference_tables(warehouse):
        if table.name.partition(".")[2] in FILES:
            bench.con.execute(f"drop table if exists {table.name}")
            files = ", ".join(f"'{path}'" for path in table.whole.files)
            bench.con.execute(f"create table {table.name} as select * from read_parquet([{files}])")
            bench.made.add(table.name)
    bench.person(1)
    return bench


def test_sensitive_admissions_by_the_published_sets(installed: Warehouse) -> None:
    bench = _bench(installed)
    listed = {
        "I5033": "08",
        "J189": "11",
        "N390": "12",
        "J441": "05",
        "E1165": "14",
        "I10": "07",
        "E1010": "01",
    }
    other = ["A419", "M1711", "I639"]
    for place, code in enumerate([*listed, *other], start=1):
        bench.stay(f"C{place:02}", 1, f"2025-{place:02}-01", f"2025-{place:02}-03", diagnosis=code)
    bench.load()
    bench.run("measures.ambulatory_sensitive_admission")
    rows = bench.rows(
        "select stay.diagnosis_code, found.pqi_number from measures.ambulatory_sensitive_admission as found "
        "join measures.admission as stay on stay.admission_id = found.admission_id"
    )
    assert {row["diagnosis_code"]: row["pqi_number"] for row in rows} == listed


def test_cohorts_and_exclusions_by_the_published_lists(installed: Warehouse) -> None:
    bench = _bench(installed)
    cases = {
        "I5033": ("Cardiorespiratory", None), "I2109": ("Cardiovascular", None), "I639": ("Neurology", None),
        "A419": ("Medicine", None), "C3490": ("Medicine", "Medical Treatment of Cancer"),
        "F339": ("Medicine", "Psychiatric"), "J189": ("Cardiorespiratory", None),
    }  # fmt: skip
    for place, code in enumerate(cases, start=1):
        bench.stay(f"C{place:02}", 1, f"2025-{place:02}-01", f"2025-{place:02}-03", diagnosis=code)
    bench.load()
    bench.run("measures.admission")
    rows = bench.rows("select diagnosis_code, specialty_cohort, exclusion_category from measures.admission")
    found = {row["diagnosis_code"]: (row["specialty_cohort"], row["exclusion_category"]) for row in rows}
    assert {code: excluded for code, (_, excluded) in found.items()} == {c: e for c, (_, e) in cases.items()}
    kept = {code: cohort for code, (cohort, excluded) in found.items() if excluded is None}
    assert kept == {code: cohort for code, (cohort, excluded) in cases.items() if excluded is None}


def test_an_acute_diagnosis_of_the_published_list_makes_a_stay_unplanned(installed: Warehouse) -> None:
    bench = _bench(installed)
    bench.stay(
        "A", 1, "2025-01-01", "2025-01-03", diagnosis="I2510", procedures=("02703DZ",)
    )  # stable disease
    bench.stay(
        "B", 1, "2025-06-01", "2025-06-03", diagnosis="I5021", procedures=("02703DZ",)
    )  # acute failure
    bench.load()
    bench.run("measures.admission")
    rows = bench.rows("select planned from measures.admission order by admission_date")
    assert [row["planned"] for row in rows] == [True, False]
