"""The canonical tables: lines and headers, added amounts, diagnoses, drugs, enrolment."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.sources.cclf.build import MBI, OTHER, carrier, header, person, record, write
from tests.sources.cclf.conftest import Loader

Tables = Callable[[], duckdb.DuckDBPyConnection]


def paid(con: duckdb.DuckDBPyConnection, where: str = "true") -> Decimal:
    found = con.execute(
        f"select coalesce(sum(paid_amount), 0) from cclf.medical_claim where {where}"
    ).fetchone()
    assert found is not None
    return Decimal(found[0])


def revenue(claim: str, line: int, code: str, amount: float) -> str:
    return record(
        "cclf2",
        cur_clm_uniq_id=claim,
        clm_line_num=line,
        bene_mbi_id=MBI,
        clm_type_cd="40",
        clm_line_prod_rev_ctr_cd=code,
        clm_from_dt="2024-07-01",
        clm_thru_dt="2024-07-08",
        clm_line_cvrd_pd_amt=amount,
    )


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
    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [header("4000000000001", 100, clm_type_cd="40")],
                "cclf2": [
                    revenue("4000000000001", at, code, amount) for at, (code, amount) in enumerate(lines, 1)
                ]
                or [revenue("4000000000001", 1, "0001", 100)],
                "cclf8": [person()],
            },
        )
    )
    rows = (
        tables().execute("select paid_amount from cclf.medical_claim order by claim_line_number").fetchall()
    )
    assert [float(row[0]) for row in rows] == expected


def test_add_on_payments_of_inpatient_claims(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    amounts = {
        "clm_mdcr_ip_pps_cptl_ime_amt": 1.5,
        "clm_oprtnl_ime_amt": 20,
        "clm_mdcr_ip_pps_dsprprtnt_amt": 3,
        "clm_oprtnl_dsprprtnt_amt": 400,
        "clm_hipps_uncompd_care_amt": 50,
    }
    extra = record(
        "cclfa",
        cur_clm_uniq_id="4000000000001",
        bene_mbi_id=MBI,
        clm_type_cd="60",
        clm_sqstrtn_rdctn_amt=11,
        clm_mips_pmt_amt=2,
        clm_mdcr_coinsrnc_amt=7,
        clm_mdcr_ip_bene_ddctbl_amt=1632,
    )
    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [
                    header("4000000000001", 9000, dgns_drg_cd="0291", **amounts),
                    header("4000000000002", 80, clm_type_cd="40", **amounts),
                ],
                "cclfa": [extra, extra],
                "cclf8": [person()],
            },
        )
    )
    rows = (
        tables()
        .execute(
            "select claim_id, add_on_amount, sequestration_amount, incentive_amount, coinsurance_amount, "
            "deductible_amount, drg_code, drg_code_type from cclf.medical_claim order by 1"
        )
        .fetchall()
    )
    # 1.50 + 20 + 3 + 400 + 50; outpatient claims have no add-on; two equal rows of CCLFA count once
    assert rows[0] == (
        "4000000000001",
        Decimal("474.50"),
        Decimal(11),
        Decimal(2),
        Decimal(7),
        Decimal(1632),
        "291",
        "ms-drg",
    )
    assert rows[1][1] == Decimal("0.00")


def test_population_based_payments_are_put_back(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    part_a = record(
        "cclfa",
        cur_clm_uniq_id="4000000000001",
        bene_mbi_id=MBI,
        clm_type_cd="60",
        clm_ngaco_pbpmt_sw="Y",
        clm_pbp_inclsn_amt=1000,
        clm_pbp_rdctn_amt=400,
    )
    part_b = record(
        "cclfb",
        cur_clm_uniq_id="5000000000001",
        clm_line_num=1,
        bene_mbi_id=MBI,
        clm_type_cd="71",
        clm_line_ngaco_pbpmt_sw="Y",
        clm_pbp_inclsn_amt=50,
        clm_pbp_rdctn_amt=20,
        clm_sqstrtn_rdctn_amt=1,
    )
    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [header("4000000000001", 600)],
                "cclfa": [part_a],
                "cclf5": [carrier("5000000000001", 1, 30), carrier("5000000000001", 2, 5)],
                "cclfb": [part_b],
                "cclf8": [person()],
            },
        )
    )
    con = tables()
    assert paid(con, "claim_type = 'institutional'") == Decimal("1000.00")
    assert paid(con, "claim_type = 'professional'") == Decimal("55.00")  # 50 in place of 30, and 5
    assert con.execute(
        "select sequestration_amount from cclf.medical_claim "
        "where claim_id = '5000000000001' order by claim_line_number"
    ).fetchall() == [(Decimal(1),), (None,)]


def test_diagnoses_in_order_and_once(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    def diagnosis(place: int, code: str, kind: str = "D", poa: str = "Y") -> str:
        return record(
            "cclf4",
            cur_clm_uniq_id="4000000000001",
            bene_mbi_id=MBI,
            clm_type_cd="60",
            clm_prod_type_cd=kind,
            clm_val_sqnc_num=place,
            clm_dgns_cd=code,
            clm_from_dt="2024-07-01",
            clm_thru_dt="2024-07-08",
            clm_poa_ind=poa,
            dgns_prcdr_icd_ind="0",
        )

    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [header("4000000000001", 100)],
                "cclf4": [diagnosis(1, "I5023"), diagnosis(2, "E119"), diagnosis(1, "V892XXA", "1", "N")],
                "cclf5": [
                    carrier(
                        "5000000000001",
                        1,
                        1,
                        clm_dgns_2_cd="M5450",
                        clm_dgns_3_cd="I5023",
                        clm_dgns_12_cd="Z7901",
                    )
                ],
                "cclf8": [person()],
            },
        )
    )
    rows = (
        tables()
        .execute(
            "select claim_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type, present_on_admission "
            "from cclf.claim_diagnosis order by 1, 2"
        )
        .fetchall()
    )
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
        "cur_clm_uniq_id": claim,
        "bene_mbi_id": MBI,
        "clm_line_ndc_cd": "00071015523",
        "clm_type_cd": "01",
        "clm_line_from_dt": "2024-07-05",
        "prvdr_srvc_id_qlfyr_cd": "01",
        "clm_srvc_prvdr_gnrc_id_num": "1234567893",
        "clm_dspnsng_stus_cd": "C",
        "clm_line_srvc_unit_qty": 30,
        "clm_line_days_suply_qty": 30,
        "prvdr_prsbng_id_qlfyr_cd": "01",
        "clm_prsbng_prvdr_gnrc_id_num": "1234567893",
        "clm_line_bene_pmt_amt": 4.5,
        "clm_adjsmt_type_cd": "0",
        "clm_efctv_dt": "2024-07-09",
        "clm_line_rx_srvc_rfrnc_num": "77",
        "clm_line_rx_fill_num": "2",
    }
    return record("cclf7", **{**given, **values})


def test_drug_events_keep_the_newest_of_their_key(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(
        write(
            tmp_path / "a",
            {
                "cclf7": [drug("7000000000001"), drug("7000000000002", clm_line_rx_srvc_rfrnc_num="78")],
                "cclf8": [person()],
            },
        )
    )
    loader(
        write(
            tmp_path / "b",
            {
                "cclf7": [
                    drug("7000000000003", clm_line_bene_pmt_amt=9, clm_adjsmt_type_cd="2"),
                    drug(
                        "7000000000004",
                        clm_line_rx_srvc_rfrnc_num="78",
                        clm_adjsmt_type_cd="1",
                        clm_type_cd="03",
                        clm_line_ndc_cd=None,
                        clm_line_bene_pmt_amt=0,
                    ),
                ],
                "cclf8": [person(bene_age=75)],
            },
            "D241001.T0102030",
        )
    )
    rows = (
        tables()
        .execute(
            "select claim_id, copayment_amount, prescribing_npi, days_supply, refills, ndc_code, "
            "service_month "
            "from cclf.pharmacy_claim"
        )
        .fetchall()
    )
    assert rows == [("7000000000003", Decimal("9.00"), "1234567893", 30, 2, "00071015523", 202407)]


def test_eligibility_is_carried_back(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    later_b = person(
        bene_part_a_enrlmt_bgn_dt="2010-03-01",
        bene_part_b_enrlmt_bgn_dt="2012-07-01",
        bene_death_dt="2024-08-05",
        bene_rng_bgn_dt="2024-06-01",
        bene_rng_end_dt="9999-12-31",
    )
    loader(
        write(tmp_path / "a", {"cclf8": [later_b, person(OTHER, bene_sex_cd="1", bene_entlmt_buyin_ind="1")]})
    )
    con = tables()
    rows = con.execute(
        "select gender, county_code, cast(enrollment_start_date as varchar), "
        "cast(enrollment_end_date as varchar), "
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
