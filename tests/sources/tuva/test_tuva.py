"""The Tuva input layer: the synthetic set, and both layouts by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.errors import CorridorError
from corridor.sources.summary import LoadSummary
from tests.sources.rif.running import all_text, counts, load, run


@pytest.fixture(scope="module")
def loaded(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadSummary, Path]:
    home = tmp_path_factory.mktemp("tuva")
    return load("tuva", [test_data / "tuva-synthetic"], home), home


@pytest.fixture(scope="module")
def con(loaded: tuple[LoadSummary, Path]) -> duckdb.DuckDBPyConnection:
    return run("tuva", loaded[1])


def test_the_rows_the_readme_states(loaded: tuple[LoadSummary, Path]) -> None:
    assert counts(loaded[0]) == {
        "eligibility.csv": (2282, 2282, 0),
        "medical_claim.csv": (6075, 6075, 0),
        "pharmacy_claim.csv": (11734, 11734, 0),
        "provider_attribution.csv": (100, 100, 0),
    }


def test_claims_people_and_dollars(con: duckdb.DuckDBPyConnection) -> None:
    """README: 237 institutional, 2,869 professional claims of 87 people, 3.97 million dollars as written."""
    rows = con.execute(
        "select claim_type, count(distinct claim_id) from tuva.medical_claim group by 1 order by 1"
    ).fetchall()
    assert rows == [("institutional", 237), ("professional", 2869)]
    people = con.execute("select count(distinct person_id) from tuva.medical_claim").fetchone()
    assert people == (87,)
    written = con.execute("select sum(paid_amount) from tuva_raw.medical_claim").fetchone()
    assert written == (Decimal("3970274.95"),)


def test_repeated_amounts_are_counted_once(
    con: duckdb.DuckDBPyConnection, loaded: tuple[LoadSummary, Path]
) -> None:
    """All 190 institutional claims of several lines repeat their amount on each: once a claim, 289,024.62."""
    assert "190 of 190" in loaded[0].deliveries[0].warnings[0]
    once = con.execute(
        "select sum(paid) from (select max(paid_amount) as paid from tuva_raw.medical_claim "
        "where claim_type = 'institutional' group by claim_id)"
    ).fetchone()
    counted = con.execute(
        "select sum(paid_amount) from tuva.medical_claim where claim_type = 'institutional'"
    ).fetchone()
    assert once == counted == (Decimal("289024.62"),)
    professional = con.execute(
        "select sum(paid_amount) from tuva.medical_claim where claim_type = 'professional'"
    ).fetchone()
    assert professional == (Decimal("227236.83"),)


def test_spans_and_states(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        "select count(*), count(distinct person_id), count(*) filter (death_date is not null), "
        "min(enrollment_basis) from tuva.eligibility"
    ).fetchone()
    assert row == (2282, 991, 67, "span")
    states = con.execute(
        "select state_code, count(*) from tuva.eligibility where state_code in ('06', '48', '72') "
        "group by 1 order by 1"
    ).fetchall()
    assert states == [("06", 229), ("48", 157), ("72", 10)]  # California, Texas, Puerto Rico


def test_bill_types_give_the_claim_type_code(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        "select claim_type_code, count(distinct claim_id) from tuva.medical_claim group by 1 order by 1"
    ).fetchall()
    # 11x: 9; 81x: 1; 13x, 14x, 71x, 77x and 85x: 203 + 15 + 2 + 1 + 6
    assert rows == [("40", 227), ("50", 1), ("60", 9), ("71", 2869)]


def test_no_identifier_is_in_the_raw_tables(loaded: tuple[LoadSummary, Path]) -> None:
    assert "tuva:tuva:" not in all_text(loaded[1])


HEADER = (
    "claim_id,claim_line_number,claim_type,person_id,claim_start_date,claim_end_date,bill_type_code,drg_code_type,"
    "drg_code,hcpcs_code,rendering_npi,rendering_tin,paid_amount,allowed_amount,diagnosis_code_type,diagnosis_code_1,"
    "diagnosis_code_2,file_date\n"
)


def test_the_newer_layout(tmp_path: Path) -> None:
    path = tmp_path / "medical_claim.csv"
    path.write_text(
        HEADER
        + "C1,1,institutional,P1,2027-01-01,2027-01-05,111,MS-DRG,65,,,,900,1000,icd,I50.9,E11.9,2027-02-01\n"
        + "C1,2,institutional,P1,2027-01-01,2027-01-05,111,MS-DRG,65,,,,100,100,icd,I50.9,E11.9,2027-02-01\n"
        + "C2,1,professional,P1,2027-01-03,,,,,99213,1003000126,12-3456789,80,100,icd,I509,,2027-02-01\n"
        + "C3,1,professional,P1,,,,,,99213,1003000126,123456789,80,100,,,,2027-02-01\n"
    )
    path.write_text(path.read_text().replace(",icd,", ",ICD-10-CM,"))
    summary = load("tuva", [path], tmp_path / "home")
    assert counts(summary) == {"medical_claim.csv": (4, 3, 1)}
    assert summary.deliveries[0].reasons == {"no-date": 1}
    con = run("tuva", tmp_path / "home")
    rows = con.execute(
        "select claim_id, claim_line_number, claim_type_code, drg_code, paid_amount, rendering_tin, "
        "service_month from tuva.medical_claim order by 1, 2"
    ).fetchall()
    assert rows == [
        ("C1", 1, "60", "065", Decimal(900), None, 202701),
        ("C1", 2, "60", "065", Decimal(100), None, 202701),
        ("C2", 1, "71", None, Decimal(80), "123456789", 202701),
    ]
    codes = con.execute(
        "select claim_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type "
        "from tuva.claim_diagnosis order by 1, 2"
    ).fetchall()
    assert codes == [
        ("C1", 1, "I509", "icd-10-cm"),
        ("C1", 2, "E119", "icd-10-cm"),
        ("C2", 1, "I509", "icd-10-cm"),
    ]


def test_parquet_is_taken_too(tmp_path: Path, test_data: Path) -> None:
    path = tmp_path / "eligibility.parquet"
    duckdb.read_csv(str(test_data / "tuva-synthetic" / "eligibility.csv")).write_parquet(str(path))
    summary = load("tuva", [path], tmp_path / "home")
    assert counts(summary) == {"eligibility.parquet": (2282, 2282, 0)}
    row = (
        run("tuva", tmp_path / "home")
        .execute(
            "select count(*), count(distinct person_id), count(*) filter (state_code is null) "
            "from tuva.eligibility"
        )
        .fetchone()
    )
    assert row == (2282, 991, 15)


def test_people_of_two_sources_stay_apart(tmp_path: Path) -> None:
    line = "C1,1,professional,P1,2027-01-03,2027-01-03,,,,99213,,,80,100,,,,\n"
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(HEADER + line)
    two.write_text(HEADER + line.replace(",80,", ",81,"))
    load("tuva", [one], tmp_path / "home", {"source_id": "north"})
    load("tuva", [two], tmp_path / "home", {"source_id": "south"})
    row = (
        run("tuva", tmp_path / "home")
        .execute("select count(*), count(distinct person_id) from tuva.medical_claim")
        .fetchone()
    )
    assert row == (2, 2)


def test_a_later_load_replaces_a_claim(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(
        HEADER + "C1,1,professional,P1,2027-01-03,2027-01-03,,,,99213,,,80,100,,,,\n"
        "C1,2,professional,P1,2027-01-03,2027-01-03,,,,99214,,,80,100,,,,\n"
    )
    two.write_text(HEADER + "C1,1,professional,P1,2027-01-03,2027-01-03,,,,99213,,,70,100,,,,\n")
    load("tuva", [one], tmp_path / "home")
    load("tuva", [two], tmp_path / "home")
    rows = run("tuva", tmp_path / "home").execute("select paid_amount from tuva.medical_claim").fetchall()
    assert rows == [(Decimal(70),)]


def test_a_wrong_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lab_result.csv"
    path.write_text("lab_result_id,person_id,result\n1,P1,5\n")
    with pytest.raises(CorridorError) as caught:
        load("tuva", [path], tmp_path / "home")
    assert caught.value.code == "SOURCE-FILE-UNKNOWN"
