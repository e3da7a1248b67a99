"""DE-SynPUF: the subset of 300 people, held against CMS's own yearly totals."""

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
    home = tmp_path_factory.mktemp("synpuf")
    return load("synpuf", [test_data / "desynpuf"], home), home


@pytest.fixture(scope="module")
def con(loaded: tuple[LoadSummary, Path]) -> duckdb.DuckDBPyConnection:
    return run("synpuf", loaded[1])


def test_the_rows_the_readme_states(loaded: tuple[LoadSummary, Path]) -> None:
    found = counts(loaded[0])
    by_kind = {one.kind: 0 for one in loaded[0].deliveries[0].files}
    for one in loaded[0].deliveries[0].files:
        by_kind[one.kind] += one.rows_in
    assert by_kind == {
        "beneficiary_summary": 300 + 294 + 288,
        "carrier": 12_955,
        "inpatient": 172,
        "outpatient": 2_145,
        "pde": 14_313,
    }
    assert all(rows == kept + aside for rows, kept, aside in found.values())
    # one second segment whose first is not in the subset has no date
    assert loaded[0].deliveries[0].reasons == {"no-date": 1}


def test_thirteen_lines_in_a_row_become_lines(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        "select count(*) from synpuf_raw.claim_line "
        "where claim_type = 'professional' and hcpcs_cd is not null"
    ).fetchone()
    assert row == (24_660,)  # README: coded lines


def test_claims_whose_first_line_is_an_office_visit(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        "select count(*) from synpuf_raw.claim_line where claim_type = 'professional' and line_num = 1 "
        "and hcpcs_cd between '99201' and '99215'"
    ).fetchone()
    assert row == (3_550,)  # README


def test_claims_reconcile_with_the_summary(con: duckdb.DuckDBPyConnection) -> None:
    """Inpatient and outpatient tie for every person and year; carrier for 866 of 882, within 0.2 percent."""
    rows = con.execute(
        "select summary_year, sum(summary_inpatient), sum(claims_inpatient), sum(summary_outpatient), "
        "sum(claims_outpatient), sum(summary_carrier), "
        "count(*) filter (summary_inpatient <> claims_inpatient or summary_outpatient <> claims_outpatient), "
        "count(*) filter (summary_carrier = claims_carrier) from synpuf.reconciliation group by 1 order by 1"
    ).fetchall()
    assert [row[:6] for row in rows] == [
        (2008, Decimal(728_800), Decimal(728_800), Decimal(253_770), Decimal(253_770), Decimal(410_170)),
        (2009, Decimal(525_640), Decimal(525_640), Decimal(288_710), Decimal(288_710), Decimal(417_330)),
        (2010, Decimal(535_650), Decimal(535_650), Decimal(173_910), Decimal(173_910), Decimal(272_260)),
    ]
    assert [row[6] for row in rows] == [0, 0, 0]
    assert sum(row[7] for row in rows) == 866
    paid = con.execute(
        "select sum(summary_carrier), sum(claims_carrier) from synpuf.reconciliation"
    ).fetchone()
    assert paid is not None and abs(paid[1] - paid[0]) < Decimal("0.002") * paid[0]


def test_months_of_coverage_are_those_of_the_summary(con: duckdb.DuckDBPyConnection) -> None:
    given = con.execute(
        "select sum(a), sum(b), sum(h), sum(d) from (select distinct person_id, summary_year, a_months as a, "
        "b_months as b, hmo_months as h, d_months as d from synpuf_raw.beneficiary_month)"
    ).fetchone()
    made = con.execute(
        "select count(*) filter (part_a), count(*) filter (part_b), count(*) filter (medicare_advantage), "
        "count(*) filter (part_d) from synpuf.person_month"
    ).fetchone()
    assert given == made == (9_800, 9_589, 2_646, 7_494)
    people = con.execute(
        "select count(distinct person_id), count(distinct person_id) filter (death_date is not null) "
        "from synpuf.eligibility"
    ).fetchone()
    assert people == (300, 14)  # README: 6, 6 and 2 deaths


def test_masked_codes_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        "select count(*) filter (diagnosis_code in ('XX000', 'OTHER')), min(diagnosis_code_type), "
        "max(diagnosis_code_type) from synpuf.claim_diagnosis"
    ).fetchone()
    assert rows == (0, "icd-9-cm", "icd-9-cm")


def test_drug_events_carry_the_gross_cost(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute("select count(*), sum(gross_drug_cost) from synpuf.pharmacy_claim").fetchone()
    assert row == (14_313, Decimal(903_450))


def test_no_identifier_is_in_the_raw_tables(loaded: tuple[LoadSummary, Path]) -> None:
    assert "00013D2EFD8E45D1" not in all_text(loaded[1])


def test_a_second_segment_repeats_no_payment(tmp_path: Path, test_data: Path) -> None:
    name = "DE1_0_2008_to_2010_Outpatient_Claims_Sample_TestB.csv"
    lines = (test_data / "desynpuf" / name).read_text().splitlines()
    segments = [line for line in lines[1:] if line.split(",")[1] == "542012281488969"]
    path = tmp_path / name
    path.write_text("\n".join([lines[0], *segments]) + "\n")
    load("synpuf", [path], tmp_path / "home")
    rows = (
        run("synpuf", tmp_path / "home")
        .execute("select claim_line_number, paid_amount, service_month from synpuf.medical_claim order by 1")
        .fetchall()
    )
    assert rows[0] == (1, Decimal(1500), 201002)  # the second segment says 200 more, which CMS does not count
    assert sum(row[1] for row in rows) == Decimal(1500)


def test_a_summary_without_its_year_is_refused(tmp_path: Path, test_data: Path) -> None:
    path = tmp_path / "summary.csv"
    path.write_bytes(
        (test_data / "desynpuf" / "DE1_0_2008_Beneficiary_Summary_File_Sample_TestB.csv").read_bytes()
    )
    with pytest.raises(CorridorError) as caught:
        load("synpuf", [path], tmp_path / "home")
    assert caught.value.code == "SYNPUF-YEAR"
