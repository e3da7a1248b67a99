"""RIF: the shared samples, and small files made by hand for versions, amounts and identifiers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from tests.sources.rif.running import all_text, counts, digests, load, run

# README of rif-bfd: rows of synthea-2022
ROWS_2022 = {
    "carrier.csv": 1111,
    "outpatient.csv": 131,
    "inpatient.csv": 18,
    "snf.csv": 518,
    "hospice.csv": 165,
    "hha.csv": 0,
    "dme.csv": 3,
    "pde.csv": 589,
    **{f"beneficiary_{year}.csv": 10 for year in range(2011, 2022)},
}


@pytest.fixture(scope="module")
def synthea(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    home = tmp_path_factory.mktemp("rif")
    load("rif", [test_data / "rif-bfd" / "synthea-2022"], home)
    return run("rif", home)


def test_the_rows_the_readme_states(test_data: Path, tmp_path: Path) -> None:
    found = counts(load("rif", [test_data / "rif-bfd" / "synthea-2022"], tmp_path))
    assert {name: kept for name, (_, kept, _) in found.items() if name in ROWS_2022} == ROWS_2022
    assert all(rows == kept + aside for rows, kept, aside in found.values())
    assert sum(aside for _, _, aside in found.values()) == 0


def test_claims_and_dollars_by_type(synthea: duckdb.DuckDBPyConnection) -> None:
    """Sums of CLM_PMT_AMT, once a claim, taken from the files with another tool."""
    rows = synthea.execute(
        "select claim_type_code, count(distinct claim_id), sum(paid_amount) from rif.medical_claim "
        "group by 1 order by 1"
    ).fetchall()
    assert rows == [
        ("20", 3, Decimal("260692.21")),
        ("40", 131, Decimal("192649.13")),
        ("50", 5, Decimal("80496.65")),
        ("60", 18, Decimal("32951.88")),
        ("71", 78, Decimal("222228.83")),
        ("82", 3, Decimal("94.67")),
    ]


def test_the_lines_of_a_claim_sum_to_its_payment(synthea: duckdb.DuckDBPyConnection) -> None:
    wrong = synthea.execute(
        "with lines as (select claim_id, sum(paid_amount) as paid from rif.medical_claim group by 1) "
        "select count(*) from lines join rif_raw.claim as claim on claim.clm_id = lines.claim_id "
        "where lines.paid <> claim.clm_pmt_amt"
    ).fetchone()
    assert wrong == (0,)


def test_drug_events_carry_the_gross_cost(synthea: duckdb.DuckDBPyConnection) -> None:
    row = synthea.execute("select count(*), sum(gross_drug_cost) from rif.pharmacy_claim").fetchone()
    assert row == (589, Decimal("32807.13"))


def test_months_become_spans(synthea: duckdb.DuckDBPyConnection) -> None:
    """As many months in the spans as months with Part A or B in the files; FIPS state of Massachusetts."""
    months = synthea.execute(
        "select count(*) from rif_raw.beneficiary_month where part_a or part_b"
    ).fetchone()
    spans = synthea.execute(
        "select sum((year(enrollment_end_date) - year(enrollment_start_date)) * 12 "
        "+ month(enrollment_end_date) - month(enrollment_start_date) + 1) from rif.eligibility"
    ).fetchone()
    assert months == spans == (1130,)
    states = synthea.execute("select distinct state_code, enrollment_basis from rif.eligibility").fetchall()
    assert states == [("25", "monthly")]
    overlapping = synthea.execute(
        "select count(*) from rif.eligibility as a join rif.eligibility as b on a.person_id = b.person_id "
        "and a.enrollment_start_date < b.enrollment_start_date "
        "and a.enrollment_end_date >= b.enrollment_start_date"
    ).fetchone()
    assert overlapping == (0,)


def test_diagnoses_are_once_each_the_principal_first(synthea: duckdb.DuckDBPyConnection) -> None:
    twice = synthea.execute(
        "select count(*) from (select claim_id, diagnosis_code from rif.claim_diagnosis group by all "
        "having count(*) > 1)"
    ).fetchone()
    assert twice == (0,)
    kinds = synthea.execute("select distinct diagnosis_code_type from rif.claim_diagnosis").fetchall()
    assert kinds == [("icd-10-cm",)]


@pytest.mark.parametrize("folder", ["synthea-current", "static-samples"])
def test_newer_headers_and_odd_rows_load(test_data: Path, tmp_path: Path, folder: str) -> None:
    summary = load("rif", [test_data / "rif-bfd" / folder], tmp_path)
    found = counts(summary)
    assert all(rows == kept + aside for rows, kept, aside in found.values())
    if folder == "static-samples":
        # two rows have a year of 0 or 3, three none, one more values than the header
        assert summary.deliveries[0].reasons == {"bad-form": 2, "no-value": 3, "too-many-fields": 1}
        assert "linked to no one" in summary.deliveries[0].warnings[0]
    else:
        assert found["carrier.csv"] == (221, 221, 0) and found["snf.csv"] == (67, 67, 0)
        assert ("export_summary.csv", "not a file of rif") in summary.passed_over
    run("rif", tmp_path)


def test_no_identifier_of_a_person_is_in_the_raw_tables(test_data: Path, tmp_path: Path) -> None:
    load("rif", [test_data / "rif-bfd" / "synthea-2022"], tmp_path)
    text = all_text(tmp_path)
    for mark in ("-1000000|", "1S00E00AA00", "T01000000A", "Bartell116"):
        assert mark not in text


def test_threads_do_not_change_the_rows(test_data: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    folder = test_data / "rif-bfd" / "synthea-current"
    files = [folder / f"{name}.csv" for name in ("carrier", "inpatient", "pde", "beneficiary_2015")]
    for home, threads in ((one, 1), (two, 2)):
        load("rif", files, home, {"threads": threads})
    assert digests("rif", one, 1) == digests("rif", two, 2)


def test_loading_twice_adds_nothing(test_data: Path, tmp_path: Path) -> None:
    files = [test_data / "rif-bfd" / "synthea-2022" / "dme.csv"]
    assert load("rif", files, tmp_path).deliveries[0].added
    again = load("rif", files, tmp_path)
    assert not again.deliveries[0].added and len(Warehouse.open(tmp_path).deliveries()) == 1
    more = load("rif", [*files, test_data / "rif-bfd" / "synthea-2022" / "hospice.csv"], tmp_path)
    assert ("dme.csv", "loaded already") in more.passed_over
    assert [file.name for file in more.deliveries[0].files] == ["hospice.csv"]


def test_wrong_files_are_refused_and_nothing_is_left(tmp_path: Path, test_data: Path) -> None:
    home = tmp_path / "home"
    carrier = (test_data / "rif-bfd" / "synthea-2022" / "carrier.csv").read_text()
    cut = tmp_path / "cut.csv"
    cut.write_text(carrier[: len(carrier) - 40])
    other = tmp_path / "other.csv"
    other.write_text("a|b\n1|2\n")
    header = carrier.splitlines()[0].replace("LINE_NCH_PMT_AMT", "SOMETHING")
    missing = tmp_path / "missing.csv"
    missing.write_text(header + "\n")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for path, code in (
        (cut, "TABULAR-CUT"),
        (other, "SOURCE-FILE-UNKNOWN"),
        (missing, "TABULAR-MISSING-COLUMN"),
        (empty, "TABULAR-EMPTY"),
    ):
        with pytest.raises(CorridorError) as caught:
            load("rif", [test_data / "rif-bfd" / "synthea-2022" / "dme.csv", path], home)
        assert caught.value.code == code
        assert Warehouse.open(home).deliveries() == [] and not list(home.glob("tmp/*"))
