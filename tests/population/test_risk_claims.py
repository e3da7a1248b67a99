"""From claims to risk: who a person is, which claims are a source, the score of the population."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridor.sources.org.tables import RAW_TABLES
from tests.population.condition_bench import PERSON, ConditionBench
from tests.population.risk_bench import installed_home, load_reference

DATA_YEAR = 2025
MONTH = {
    "person_id": "BIGINT", "month": "INTEGER", "year": "INTEGER", "enrollment_type": "VARCHAR",
    "part_b": "BOOLEAN", "died": "BOOLEAN",
}  # fmt: skip
CALENDAR = {"month": "INTEGER", "year": "INTEGER"}
WHO = {**PERSON, "dual_status_code": "VARCHAR", "original_reason_entitlement_code": "VARCHAR"}
ALIAS = {"person_id": "BIGINT", "kept_person_id": "BIGINT"}
ASSIGNED = {
    **RAW_TABLES["org_raw.assignment_list"], "source_id": "VARCHAR", "delivery_id": "VARCHAR",
}  # fmt: skip
MONTHS = [DATA_YEAR * 100 + month for month in range(1, 13)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "risk" / "corridor-data"


@pytest.fixture
def bench(home: Path) -> Iterator[ConditionBench]:
    made = ConditionBench(
        ("population.risk", "population.hcc"),
        DATA_YEAR,
        programs=("claims", "population", "risk"),
        tables={
            "population.enrollment_month": MONTH,
            "population.month": CALENDAR,
            "claims.person": WHO,
            "org_raw.assignment_list": ASSIGNED,
            "identity.person_alias": ALIAS,
        },
    )
    load_reference(made.con, installed_home(home))
    made.made.update(
        row[0]
        for row in made.con.execute(
            "select 'reference.' || table_name from duckdb_tables() where schema_name = 'reference'"
        ).fetchall()
    )
    made.give("population.month", [{"month": month, "year": DATA_YEAR} for month in MONTHS])
    yield made


def person(number: int, born: str = "1950-02-02", **more: Any) -> dict[str, Any]:
    return {"person_id": number, "birth_date": date.fromisoformat(born), "gender": "female", **more}


def months(
    number: int, count: int = 12, kind: str = "aged_non_dual", first: int = 1, died: bool = False
) -> list[dict[str, Any]]:
    held = MONTHS[first - 1 : first - 1 + count]
    return [
        {"person_id": number, "month": m, "year": DATA_YEAR, "enrollment_type": kind, "part_b": True,
         "died": died and m == held[-1]}
        for m in held
    ]  # fmt: skip


def line(claim: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "source_id": "A", "claim_id": claim, "claim_line_number": 1, "person_id": number,
        "claim_start_date": date(2025, 3, 1), "claim_end_date": date(2025, 3, 1),
        "claim_type": "professional", "claim_type_code": "71", "service_month": 202503, **more,
    }  # fmt: skip


def diagnosis(claim: str, code: str, number: int = 1) -> dict[str, Any]:
    return {"source_id": "A", "claim_id": claim, "person_id": number, "diagnosis_sequence": 1,
            "diagnosis_code": code, "service_month": 202503}  # fmt: skip


def test_who_a_person_is_to_the_models(bench: ConditionBench) -> None:
    """Age on 1 February 2026: born on 2 February 1950 is 75 that day, on 1 February 76."""
    bench.give("claims.person", [
        person(1), person(2, "1950-02-01", gender="male", dual_status_code="02"),
        person(3, original_reason_entitlement_code="1"), person(4), person(5), person(6),
        person(7, gender="unknown"),
    ])  # fmt: skip
    bench.give("population.enrollment_month", [
        *months(1), *months(2), *months(3, 11, first=2), *months(4, 4, died=True), *months(5, kind="esrd"),
        *months(6), *months(7),
    ])  # fmt: skip
    bench.give("claims.medical_claim", [
        line("a", 1, place_of_service_code="32"),
        line("b", 1, place_of_service_code="32", claim_end_date=date(2025, 5, 30)),  # 90 days on
        line("c", 2, place_of_service_code="32", claim_end_date=date(2025, 5, 29)),
    ])  # fmt: skip
    bench.give("org_raw.assignment_list", [
        {"person_id": 60, "performance_year": DATA_YEAR, "report_period": "Q4",
         "long_term_institutional": "1"},
    ])  # fmt: skip
    bench.give("identity.person_alias", [{"person_id": 60, "kept_person_id": 6}])
    rows = {row["person_id"]: row for row in bench.run("population.risk_person")}
    assert set(rows) == {1, 2, 3, 4, 5, 6}  # without a sex nobody can be scored
    assert [rows[n]["age"] for n in (1, 2)] == [75, 76] and rows[2]["sex"] == "M"
    assert [rows[n]["institutional"] for n in (1, 2, 6)] == [True, False, True]
    # Part B from February is new; until a death in April is not
    assert [rows[n]["new_enrollee"] for n in (1, 3, 4)] == [False, True, False]
    assert rows[2]["dual_status_code"] == "02" and rows[3]["original_reason"] == "1"
    assert [rows[n]["esrd_status"] for n in (1, 5)] == ["none", "dialysis"]


def test_which_claims_are_a_source_of_diagnoses(bench: ConditionBench) -> None:
    bench.give("claims.medical_claim", [
        line("visit", hcpcs_code="99213"), line("laboratory", hcpcs_code="80053"),
        line("stay", claim_type="institutional", claim_type_code="60", bill_type_code="111"),
        line("clinic", claim_type="institutional", claim_type_code="40", bill_type_code="131",
             hcpcs_code="99213"),
        line("bare clinic", claim_type="institutional", claim_type_code="40", bill_type_code="131"),
        line("nursing", claim_type="institutional", claim_type_code="20", bill_type_code="211"),
        line("equipment", claim_type="dme", claim_type_code="82", hcpcs_code="99213"),
        line("before", hcpcs_code="99213", claim_end_date=date(2024, 12, 31)),
        line("untyped stay", claim_type="institutional", claim_type_code="60"),
    ])  # fmt: skip
    codes = dict(zip(
        ("visit", "laboratory", "stay", "clinic", "bare clinic", "nursing", "equipment", "before",
         "untyped stay"),
        ("E119", "I509", "J449", "F200", "C50911", "G20A1", "N184", "I4891", "B20"),
    ))  # fmt: skip
    bench.give("claims.claim_diagnosis", [
        *(diagnosis(claim, code) for claim, code in codes.items()), diagnosis("visit", "Z0000"),
    ])  # fmt: skip
    found = {row["diagnosis_code"] for row in bench.run("population.risk_diagnosis")}
    assert found == {codes[claim] for claim in ("visit", "stay", "clinic", "untyped stay")}


def test_the_score_of_the_population(bench: ConditionBench) -> None:
    """Two of one type: 0.395 and 1.033 over 1.067; the mean is 0.714 / 1.067, so 0.395 / 0.714 of it."""
    bench.give("claims.person", [person(1, "1951-06-01"), person(2, "1951-06-01"), person(3, "1951-06-01")])
    bench.give("population.enrollment_month", [*months(1), *months(2), *months(3, kind="aged_dual")])
    bench.give("claims.medical_claim", [line("visit", 2, hcpcs_code="99213")])
    bench.give(
        "claims.claim_diagnosis",
        [diagnosis("visit", "E119", 2), diagnosis("visit", "I509", 2) | {"diagnosis_sequence": 2}],
    )
    bench.give("org_raw.assignment_list", [
        {"person_id": 3, "performance_year": DATA_YEAR, "report_period": "Q4", "risk_score_aged_dual": 1.5,
         "risk_score_aged_nondual": 0.9},
    ])  # fmt: skip
    rows = {row["person_id"]: row for row in bench.run("population.risk")}
    assert [rows[n]["payment_year"] for n in (1, 2, 3)] == [2026] * 3
    assert rows[1]["risk_score"] == pytest.approx(0.395 / 1.067, abs=1e-9)
    assert rows[2]["risk_score"] == pytest.approx(1.033 / 1.067, abs=1e-9)
    assert rows[1]["relative_risk"] == pytest.approx(0.395 / 0.714, abs=1e-8)
    assert (rows[3]["risk_score"], rows[3]["relative_risk"], rows[3]["source"]) == (
        1.5,
        1.0,
        "assignment_list",
    )
    assert rows[1]["source"] == "claims"


def test_the_blend_of_2025(home: Path) -> None:
    """Payment year 2025: 33 % of V24 and 67 % of V28, each over its own factor."""
    made = ConditionBench(
        ("population.risk", "population.hcc"), 2024, programs=("claims", "population", "risk"),
        tables={"population.enrollment_month": MONTH, "population.month": CALENDAR, "claims.person": WHO,
                "org_raw.assignment_list": ASSIGNED, "identity.person_alias": ALIAS},
    )  # fmt: skip
    load_reference(made.con, installed_home(home))
    made.made.update(
        row[0]
        for row in made.con.execute(
            "select 'reference.' || table_name from duckdb_tables() where schema_name = 'reference'"
        ).fetchall()
    )
    made.give("population.month", [{"month": 202401, "year": 2024}])
    made.give("claims.person", [person(1, "1950-06-01")])
    made.give("population.enrollment_month", [
        {"person_id": 1, "month": 202401, "year": 2024, "enrollment_type": "aged_non_dual",
         "part_b": True, "died": False}
    ])  # fmt: skip
    row = made.run("population.risk")[0]
    raw = {r["model"]: r["raw_score"] for r in made.rows("select * from population.risk_score")}
    assert set(raw) == {"v24", "v28"} and row["payment_year"] == 2025
    assert row["risk_score"] == pytest.approx(0.33 * raw["v24"] / 1.153 + 0.67 * raw["v28"] / 1.045, abs=1e-9)


def test_without_tables_nobody_has_a_score() -> None:
    made = ConditionBench(
        ("population.risk", "population.hcc"), DATA_YEAR, programs=("claims", "population", "risk"),
        tables={"population.enrollment_month": MONTH, "population.month": CALENDAR, "claims.person": WHO,
                "org_raw.assignment_list": ASSIGNED, "identity.person_alias": ALIAS, **EMPTY},
    )  # fmt: skip
    made.give("population.month", [{"month": month, "year": DATA_YEAR} for month in MONTHS])
    made.give("claims.person", [person(1)])
    made.give("population.enrollment_month", months(1))
    assert made.run("population.risk") == []


TEXT, WHOLE = "VARCHAR", "INTEGER"
EMPTY = {
    "reference.hcc_mapping": {"model": TEXT, "diagnosis_code": TEXT, "hcc": WHOLE, "vintage": TEXT},
    "reference.hcc_hierarchy": {"model": TEXT, "hcc": WHOLE, "dropped_hcc": WHOLE, "vintage": TEXT},
    "reference.hcc_coefficient": {
        "model": TEXT, "name": TEXT, "coefficient": "DOUBLE", "status": TEXT, "vintage": TEXT,
    },
    "reference.hcc_edit": {
        "model": TEXT, "diagnosis_code": TEXT, "kind": TEXT, "sex": TEXT, "age_from": WHOLE, "age_to": WHOLE,
        "action": TEXT, "hcc": WHOLE, "vintage": TEXT,
    },
    "reference.hcc_eligible_service": {"hcpcs_code": TEXT, "vintage": TEXT},
}  # fmt: skip
