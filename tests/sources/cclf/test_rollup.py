"""From claim versions to final claims: the packet's own example, and what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.sources.cclf.build import MBI, OTHER, carrier, header, link, person, record, write
from tests.sources.cclf.conftest import Loader

Tables = Callable[[], duckdb.DuckDBPyConnection]

# CCLF Information Packet v38, tables 4 to 7 (cclf-layout.md 5.6).
PART_A = [
    header("4000000000001", 200),
    header("4000000000002", 0, "2"),
    header("4000000000003", 200, "1"),
    header("4000000000004", 210, "2"),
    header("4000000000005", 0, "2"),
    header("4000000000006", 0, "1"),
    header("4000000000007", 50, "0", clm_from_dt="2024-08-20", clm_thru_dt="2024-08-29"),
]
PART_B = [
    *(carrier("5000000000001", line, paid, "1") for line, paid in enumerate((380, 227, 0), 1)),
    *(carrier("5000000000002", line, paid, "0") for line, paid in enumerate((380, 227, 100), 1)),
    *(carrier("5000000000003", line, paid, "0") for line, paid in enumerate((380, 227, 0), 1)),
]


@pytest.fixture
def example(tmp_path: Path, loader: Loader, tables: Tables) -> duckdb.DuckDBPyConnection:
    loader(write(tmp_path / "in", {"cclf1": PART_A, "cclf5": PART_B, "cclf8": [person()]}))
    return tables()


def paid(con: duckdb.DuckDBPyConnection, where: str = "true") -> Decimal:
    found = con.execute(f"select coalesce(sum(paid_amount), 0) from cclf.medical_claim where {where}").fetchone()
    assert found is not None
    return Decimal(found[0])


def test_part_a_sums_to_260(example: duckdb.DuckDBPyConnection) -> None:
    # 200 + 0 - 200 + 210 + 0 - 0 + 50
    assert paid(example, "claim_type = 'institutional'") == Decimal("260.00")


def test_part_b_sums_to_707(example: duckdb.DuckDBPyConnection) -> None:
    # -(380 + 227 + 0) + (380 + 227 + 100) + (380 + 227 + 0)
    assert paid(example, "claim_type = 'professional'") == Decimal("707.00")


def test_parts_a_and_b_sum_to_967(example: duckdb.DuckDBPyConnection) -> None:
    assert paid(example) == Decimal("967.00")


def test_final_claims_are_4_and_7_and_one_of_2_and_5(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select claim_id from cclf.medical_claim where claim_type = 'institutional' order by 1"
    ).fetchall()
    final = {row[0][-1] for row in rows}
    assert {"4", "7"} < final
    assert len(final) == 3
    assert len(final & {"2", "5"}) == 1


def test_one_part_b_claim_remains(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select claim_id, claim_line_number, paid_amount from cclf.medical_claim "
        "where claim_type = 'professional' order by 2"
    ).fetchall()
    # the cancellation takes away the equal original, not the one with 100 on its third line
    assert rows == [
        ("5000000000002", 1, Decimal("380.00")),
        ("5000000000002", 2, Decimal("227.00")),
        ("5000000000002", 3, Decimal("100.00")),
    ]


def test_the_counts_tie_out_to_the_signed_sum(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select outcome, sum(claim_versions), sum(signed_amount), sum(net_amount) from cclf.rollup_count "
        "where file_type = 'cclf1' group by 1 order by 1"
    ).fetchall()
    assert [(row[0], row[1]) for row in rows] == [("cancellation", 2), ("cancelled", 2), ("final", 3)]
    assert sum(row[2] for row in rows) == sum(row[3] for row in rows) == Decimal("260.00")


def test_a_cancellation_that_arrives_a_month_later_nets(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A[:2], "cclf8": [person()]}))
    loader(write(tmp_path / "b", {"cclf1": PART_A[2:], "cclf5": PART_B, "cclf8": [person(bene_age=75)]}, "D241001.T0102030"))
    assert paid(tables()) == Decimal("967.00")


def test_rows_of_two_deliveries_count_once(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A, "cclf5": PART_B[:4], "cclf8": [person()]}))
    loader(write(tmp_path / "b", {"cclf1": [*PART_A, header("4000000000009", 5, clm_blg_prvdr_oscar_num="111111")],
                                  "cclf5": PART_B, "cclf8": [person(bene_age=75)]}, "D241001.T0102030"))  # fmt: skip
    # 967 and the one new claim of 5
    assert paid(tables()) == Decimal("972.00")


def test_a_cancellation_under_an_older_identifier_nets(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": [header("4000000000001", 200, bene_mbi_id=OTHER)], "cclf8": [person(OTHER)]}))
    con = tables()
    assert paid(con) == Decimal("200.00")
    # the next month knows that OTHER became MBI, and cancels under the new one
    loader(write(tmp_path / "b", {"cclf1": [header("4000000000002", 200, "1")], "cclf8": [person()],
                                  "cclf9": [link(MBI, OTHER)]}, "D241001.T0102030"))  # fmt: skip
    con = tables()
    assert paid(con) == Decimal("0.00")
    people = con.execute("select count(distinct person_id) from cclf.eligibility").fetchone()
    assert people == (1,)


def test_chained_identifiers_are_one_person(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    third = "3GJ6VG7PM95"
    loader(write(tmp_path / "a", {
        "cclf5": [carrier("5000000000001", 1, 10), carrier("5000000000004", 1, 20, bene_mbi_id=OTHER, clm_cntl_num="8"),
                  carrier("5000000000005", 1, 30, bene_mbi_id=third, clm_cntl_num="9")],
        "cclf8": [person(third)], "cclf9": [link(OTHER, MBI), link(third, OTHER)]}))  # fmt: skip
    con = tables()
    assert con.execute("select count(distinct person_id), count(*) from cclf.medical_claim").fetchone() == (1, 3)


def test_denied_claims_and_lines_are_dropped_and_counted(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 200, clm_mdcr_npmt_rsn_cd="N"), header("4000000000002", 70, clm_blg_prvdr_oscar_num="1")],
        "cclf5": [carrier("5000000000001", 1, 10), carrier("5000000000001", 2, 0, clm_prcsg_ind_cd="C"),
                  carrier("5000000000002", 1, 0, clm_carr_pmt_dnl_cd="0", clm_cntl_num="8")],
        "cclf8": [person()]}))  # fmt: skip
    con = tables()
    assert con.execute("select claim_id, claim_line_number from cclf.medical_claim order by 1, 2").fetchall() == [
        ("4000000000002", 1),
        ("5000000000001", 1),
    ]
    counted = con.execute(
        "select file_type, claim_versions from cclf.rollup_count where outcome = 'denied' order by 1"
    ).fetchall()
    assert counted == [("cclf1", 1), ("cclf5", 1)]


def test_a_denied_claim_and_its_cancellation_go_together(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 90, clm_mdcr_npmt_rsn_cd="N"), header("4000000000002", 90, "1"),
                  header("4000000000003", 100, "2")],
        "cclf8": [person()]}))  # fmt: skip
    # the denied original is taken away by its cancellation: 100 remains, not 10
    assert paid(tables()) == Decimal("100.00")


def test_a_cancellation_of_another_amount_lowers_its_key(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 200), header("4000000000002", 50, "1")], "cclf8": [person()]}))  # fmt: skip
    con = tables()
    assert paid(con) == Decimal("150.00")  # 200 - 50: the signed sum of the packet
    assert con.execute("select count(*) from cclf.medical_claim").fetchone() == (1,)


def test_a_cancellation_alone_is_counted_apart(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": [header("4000000000001", 200, "1")], "cclf8": [person()]}))
    con = tables()
    assert con.execute("select count(*) from cclf.medical_claim").fetchone() == (0,)
    assert con.execute("select outcome, signed_amount from cclf.rollup_count").fetchall() == [
        ("cancellation_without_original", Decimal("-200.00"))
    ]


def revenue(claim: str, line: int, code: str, amount: float) -> str:
    return record(
        "cclf2", cur_clm_uniq_id=claim, clm_line_num=line, bene_mbi_id=MBI, clm_type_cd="40",
        clm_line_prod_rev_ctr_cd=code, clm_from_dt="2024-07-01", clm_thru_dt="2024-07-08", clm_line_cvrd_pd_amt=amount,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # the lines sum to the header: they carry it; revenue center 0001 repeats the total and is left out
        ([("0450", 60), ("0300", 40), ("0001", 100)], [60, 40]),
        # they do not: the first line carries the header
        ([("0450", 0), ("0300", 40), ("0001", 40)], [100, 0]),
        ([], [100]),
    ],
)
def test_header_and_lines(
    tmp_path: Path, loader: Loader, tables: Tables, lines: list[tuple[str, float]], expected: list[float]
) -> None:
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 100, clm_type_cd="40")],
        "cclf2": [revenue("4000000000001", at, code, amount) for at, (code, amount) in enumerate(lines, 1)] or
                 [revenue("4000000000001", 1, "0001", 100)],
        "cclf8": [person()]}))  # fmt: skip
    rows = tables().execute("select paid_amount from cclf.medical_claim order by claim_line_number").fetchall()
    assert [float(row[0]) for row in rows] == expected


def test_add_on_payments_of_inpatient_claims(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    amounts = {
        "clm_mdcr_ip_pps_cptl_ime_amt": 1.5, "clm_oprtnl_ime_amt": 20, "clm_mdcr_ip_pps_dsprprtnt_amt": 3,
        "clm_oprtnl_dsprprtnt_amt": 400, "clm_hipps_uncompd_care_amt": 50,
    }  # fmt: skip
    extra = record(
        "cclfa", cur_clm_uniq_id="4000000000001", bene_mbi_id=MBI, clm_type_cd="60", clm_sqstrtn_rdctn_amt=11,
        clm_mips_pmt_amt=2, clm_mdcr_coinsrnc_amt=7, clm_mdcr_ip_bene_ddctbl_amt=1632,
    )  # fmt: skip
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 9000, dgns_drg_cd="0291", **amounts), header("4000000000002", 80, clm_type_cd="40", **amounts)],
        "cclfa": [extra, extra], "cclf8": [person()]}))  # fmt: skip
    rows = tables().execute(
        "select claim_id, add_on_amount, sequestration_amount, incentive_amount, coinsurance_amount, "
        "deductible_amount, drg_code, drg_code_type from cclf.medical_claim order by 1"
    ).fetchall()
    # 1.50 + 20 + 3 + 400 + 50; outpatient claims have no add-on; two equal rows of CCLFA count once
    assert rows[0] == ("4000000000001", Decimal("474.50"), Decimal(11), Decimal(2), Decimal(7), Decimal(1632), "291", "ms-drg")
    assert rows[1][1] == Decimal("0.00")


def test_population_based_payments_are_put_back(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    part_a = record("cclfa", cur_clm_uniq_id="4000000000001", bene_mbi_id=MBI, clm_type_cd="60",
                    clm_ngaco_pbpmt_sw="Y", clm_pbp_inclsn_amt=1000, clm_pbp_rdctn_amt=400)  # fmt: skip
    part_b = record("cclfb", cur_clm_uniq_id="5000000000001", clm_line_num=1, bene_mbi_id=MBI, clm_type_cd="71",
                    clm_line_ngaco_pbpmt_sw="Y", clm_pbp_inclsn_amt=50, clm_pbp_rdctn_amt=20,
                    clm_sqstrtn_rdctn_amt=1)  # fmt: skip
    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 600)], "cclfa": [part_a],
        "cclf5": [carrier("5000000000001", 1, 30), carrier("5000000000001", 2, 5)], "cclfb": [part_b],
        "cclf8": [person()]}))  # fmt: skip
    con = tables()
    assert paid(con, "claim_type = 'institutional'") == Decimal("1000.00")
    assert paid(con, "claim_type = 'professional'") == Decimal("55.00")  # 50 in place of 30, and 5
    assert con.execute(
        "select sequestration_amount from cclf.medical_claim where claim_id = '5000000000001' order by claim_line_number"
    ).fetchall() == [(Decimal(1),), (None,)]


def test_diagnoses_in_order_and_once(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    def diagnosis(place: int, code: str, kind: str = "D", poa: str = "Y") -> str:
        return record(
            "cclf4", cur_clm_uniq_id="4000000000001", bene_mbi_id=MBI, clm_type_cd="60", clm_prod_type_cd=kind,
            clm_val_sqnc_num=place, clm_dgns_cd=code, clm_from_dt="2024-07-01", clm_thru_dt="2024-07-08",
            clm_poa_ind=poa, dgns_prcdr_icd_ind="0",
        )  # fmt: skip

    loader(write(tmp_path / "a", {
        "cclf1": [header("4000000000001", 100)],
        "cclf4": [diagnosis(1, "I5023"), diagnosis(2, "E119"), diagnosis(1, "V892XXA", "1", "N")],
        "cclf5": [carrier("5000000000001", 1, 1, clm_dgns_2_cd="M5450", clm_dgns_3_cd="I5023", clm_dgns_12_cd="Z7901")],
        "cclf8": [person()]}))  # fmt: skip
    rows = tables().execute(
        "select claim_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type, present_on_admission "
        "from cclf.claim_diagnosis order by 1, 2"
    ).fetchall()
    assert rows == [
        ("4000000000001", 1, "I5023", "icd-10-cm", "Y"),
        ("4000000000001", 2, "E119", "icd-10-cm", "Y"),
        ("4000000000001", 3, "V892XXA", "icd-10-cm", "N"),
        ("5000000000001", 1, "I5023", "icd-10-cm", None),
        ("5000000000001", 2, "M5450", "icd-10-cm", None),
        ("5000000000001", 3, "Z7901", "icd-10-cm", None),
    ]


def drug(claim: str, **values: object) -> str:
    given: dict[str, object] = {
        "cur_clm_uniq_id": claim, "bene_mbi_id": MBI, "clm_line_ndc_cd": "00071015523", "clm_type_cd": "01",
        "clm_line_from_dt": "2024-07-05", "prvdr_srvc_id_qlfyr_cd": "01", "clm_srvc_prvdr_gnrc_id_num": "1234567893",
        "clm_dspnsng_stus_cd": "C", "clm_line_srvc_unit_qty": 30, "clm_line_days_suply_qty": 30,
        "prvdr_prsbng_id_qlfyr_cd": "01", "clm_prsbng_prvdr_gnrc_id_num": "1234567893", "clm_line_bene_pmt_amt": 4.5,
        "clm_adjsmt_type_cd": "0", "clm_efctv_dt": "2024-07-09", "clm_line_rx_srvc_rfrnc_num": "77",
        "clm_line_rx_fill_num": "2",
    }  # fmt: skip
    return record("cclf7", **{**given, **values})


def test_drug_events_keep_the_newest_of_their_key(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf7": [drug("7000000000001"), drug("7000000000002", clm_line_rx_srvc_rfrnc_num="78")],
                                  "cclf8": [person()]}))  # fmt: skip
    loader(write(tmp_path / "b", {
        "cclf7": [drug("7000000000003", clm_line_bene_pmt_amt=9, clm_adjsmt_type_cd="2"),
                  drug("7000000000004", clm_line_rx_srvc_rfrnc_num="78", clm_adjsmt_type_cd="1", clm_type_cd="03",
                       clm_line_ndc_cd=None, clm_line_bene_pmt_amt=0)],
        "cclf8": [person(bene_age=75)]}, "D241001.T0102030"))  # fmt: skip
    rows = tables().execute(
        "select claim_id, copayment_amount, prescribing_npi, days_supply, refills, ndc_code, service_month "
        "from cclf.pharmacy_claim"
    ).fetchall()
    assert rows == [("7000000000003", Decimal("9.00"), "1234567893", 30, 2, "00071015523", 202407)]


def test_eligibility_is_carried_back(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    later_b = person(bene_part_a_enrlmt_bgn_dt="2010-03-01", bene_part_b_enrlmt_bgn_dt="2012-07-01",
                     bene_death_dt="2024-08-05", bene_rng_bgn_dt="2024-06-01", bene_rng_end_dt="9999-12-31")  # fmt: skip
    loader(write(tmp_path / "a", {"cclf8": [later_b, person(OTHER, bene_sex_cd="1", bene_entlmt_buyin_ind="1")]}))
    con = tables()
    rows = con.execute(
        "select gender, county_code, cast(enrollment_start_date as varchar), cast(enrollment_end_date as varchar), "
        "part_a, part_b, enrollment_basis from cclf.eligibility order by gender, 3"
    ).fetchall()
    basis = "current_status_carried_back"
    assert rows == [
        ("female", "06037", "2010-03-01", "2012-06-30", True, False, basis),
        ("female", "06037", "2012-07-01", "2024-08-05", True, True, basis),
        ("male", "06037", "2015-02-01", None, True, False, basis),
    ]
    hospice = con.execute("select cast(start_date as varchar), end_date from cclf.hospice_span").fetchall()
    assert hospice == [("2024-06-01", None)]
