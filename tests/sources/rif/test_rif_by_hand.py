"""RIF files made by hand: versions, amounts, months and identifiers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from corridor.engine.tabular import load_layouts
from tests.sources.rif.running import counts, load, run


def claim(**values: object) -> dict[str, object]:
    """A carrier line; every other column of the file is empty."""
    return {
        "DML_IND": "INSERT",
        "BENE_ID": "-1",
        "CLM_ID": "-900",
        "FINAL_ACTION": "F",
        "NCH_CLM_TYPE_CD": "71",
        "CLM_FROM_DT": "02-Jan-2027",
        "CLM_THRU_DT": "02-Jan-2027",
        "NCH_WKLY_PROC_DT": "08-Jan-2027",
        "CARR_CLM_PMT_DNL_CD": "1",
        "CLM_PMT_AMT": "80.00",
        "LINE_NUM": "1",
        "PRF_PHYSN_NPI": "1003000126",
        "TAX_NUM": "123456789",
        "HCPCS_CD": "99213",
        "LINE_NCH_PMT_AMT": "80.00",
        "LINE_ALOWD_CHRG_AMT": "100.00",
        "LINE_PRCSG_IND_CD": "A",
        "PRNCPAL_DGNS_CD": "I50.9",
        "PRNCPAL_DGNS_VRSN_CD": "0",
        "ICD_DGNS_CD1": "I509",
        "ICD_DGNS_VRSN_CD1": "0",
        "ICD_DGNS_CD2": "E119",
        "ICD_DGNS_VRSN_CD2": "0",
        **values,
    }


def rif(folder: Path, name: str, kind: str, *rows: dict[str, object]) -> Path:
    """Write a RIF file with all columns of its layout."""
    header = [column.headers[0].upper() for column in load_layouts("rif")[kind].columns]
    header += sorted({key for row in rows for key in row} - set(header))
    lines = ["|".join(header), *("|".join(str(row.get(column, "")) for column in header) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_last_version_of_a_claim_wins(tmp_path: Path) -> None:
    first = rif(
        tmp_path,
        "a.txt",
        "carrier",
        claim(),
        claim(LINE_NUM=2, LINE_NCH_PMT_AMT=5),
        claim(CLM_ID="-901"),
        claim(CLM_ID="-902"),
        claim(CLM_ID="-903"),
        claim(CLM_ID="-904", BENE_ID="-2"),
    )
    later = rif(
        tmp_path,
        "b.txt",
        "carrier",
        claim(
            DML_IND="UPDATE",
            NCH_WKLY_PROC_DT="15-Jan-2027",
            CLM_PMT_AMT=60,
            LINE_NCH_PMT_AMT=60,
            CLM_THRU_DT="03-Feb-2027",
        ),
        claim(CLM_ID="-901", DML_IND="UPDATE", FINAL_ACTION="N"),
        claim(CLM_ID="-902", DML_IND="DELETE"),
        claim(CLM_ID="-903", DML_IND="UPDATE", CARR_CLM_PMT_DNL_CD="0"),
    )
    home = tmp_path / "home"
    load("rif", [first], home)
    load("rif", [later], home)
    con = run("rif", home)
    rows = con.execute(
        "select claim_id, claim_line_number, paid_amount, service_month from rif.medical_claim order by all"
    ).fetchall()
    # -900: one line of 60 dollars now, and in February; the others not final, deleted, denied
    assert rows == [("-900", 1, Decimal("60.00"), 202702), ("-904", 1, Decimal("80.00"), 202701)]
    dropped = con.execute("select clm_id, dropped_because from rif.claim order by 1").fetchall()
    assert dropped == [
        ("-900", None),
        ("-901", "not_final"),
        ("-902", "deleted"),
        ("-903", "denied"),
        ("-904", None),
    ]


def test_denied_lines_are_left_out_and_codes_are_plain(tmp_path: Path) -> None:
    path = rif(tmp_path, "a.txt", "carrier", claim(), claim(LINE_NUM=2, LINE_PRCSG_IND_CD="N"))
    load("rif", [path], tmp_path / "home")
    con = run("rif", tmp_path / "home")
    assert con.execute("select count(*) from rif.medical_claim").fetchone() == (1,)
    codes = con.execute(
        "select diagnosis_sequence, diagnosis_code from rif.claim_diagnosis order by 1"
    ).fetchall()
    assert codes == [(1, "I509"), (2, "E119")]


def stay(**values: object) -> dict[str, object]:
    """A revenue line of an outpatient claim."""
    return {
        "DML_IND": "INSERT",
        "BENE_ID": "-1",
        "CLM_ID": "-800",
        "FINAL_ACTION": "F",
        "NCH_CLM_TYPE_CD": "40",
        "CLM_FROM_DT": "02-Jan-2027",
        "CLM_THRU_DT": "03-Jan-2027",
        "CLM_PMT_AMT": "90.00",
        "PRVDR_NUM": "330001",
        "PRVDR_STATE_CD": "33",
        "CLM_FAC_TYPE_CD": "1",
        "CLM_SRVC_CLSFCTN_TYPE_CD": "3",
        "CLM_FREQ_CD": "1",
        "NCH_BENE_PTB_DDCTBL_AMT": "10.00",
        "NCH_BENE_PTB_COINSRNC_AMT": "20.00",
        **values,
    }


def test_amounts_of_a_claim_are_counted_once(tmp_path: Path) -> None:
    """Where the lines sum to the payment they carry it; where they do not, the first line does."""
    path = rif(
        tmp_path,
        "o.txt",
        "outpatient",
        stay(CLM_LINE_NUM=1, REV_CNTR="0001", REV_CNTR_TOT_CHRG_AMT=300, REV_CNTR_PMT_AMT_AMT=0),
        stay(CLM_LINE_NUM=2, REV_CNTR="450", REV_CNTR_TOT_CHRG_AMT=200, REV_CNTR_PMT_AMT_AMT=60),
        stay(CLM_LINE_NUM=3, REV_CNTR="636", REV_CNTR_TOT_CHRG_AMT=100, REV_CNTR_PMT_AMT_AMT=30),
        stay(
            CLM_ID="-801", CLM_LINE_NUM=1, REV_CNTR="450", REV_CNTR_TOT_CHRG_AMT=200, REV_CNTR_PMT_AMT_AMT=50
        ),
        stay(
            CLM_ID="-801", CLM_LINE_NUM=2, REV_CNTR="636", REV_CNTR_TOT_CHRG_AMT=100, REV_CNTR_PMT_AMT_AMT=50
        ),
        stay(CLM_ID="-802", CLM_LINE_NUM=1, REV_CNTR="450", CLM_MDCR_NON_PMT_RSN_CD="N"),
        stay(CLM_ID="-803", CLM_LINE_NUM=1, REV_CNTR="450", CLM_MDCR_NON_PMT_RSN_CD="P"),
    )
    load("rif", [path], tmp_path / "home")
    con = run("rif", tmp_path / "home")
    rows = con.execute(
        "select claim_id, claim_line_number, revenue_center_code, paid_amount, deductible_amount, "
        "charge_amount, provider_state_code, bill_type_code from rif.medical_claim order by claim_id desc, 2"
    ).fetchall()
    money = [(row[0], row[1], row[2], float(row[3]), float(row[4]), float(row[5])) for row in rows]
    assert money == [
        ("-803", 1, "0450", 90, 10, 0),
        ("-801", 1, "0450", 90, 10, 200),
        ("-801", 2, "0636", 0, 0, 100),
        ("-800", 1, "0001", 0, 0, 0),
        ("-800", 2, "0450", 60, 0, 200),
        ("-800", 3, "0636", 30, 0, 100),
    ]
    assert {(row[6], row[7]) for row in rows} == {("36", "131")}  # SSA 33 is New York, FIPS 36


def person(bene: str, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "DML_IND": "INSERT",
        "BENE_ID": bene,
        "RFRNC_YR": "2027",
        "BENE_BIRTH_DT": "01-Feb-1950",
        "BENE_SEX_IDENT_CD": "2",
        "STATE_CODE": "33",
    }
    for month in range(1, 13):
        row |= {f"MDCR_ENTLMT_BUYIN_{month}_IND": "3", f"HMO_{month}_IND": "0"}
    return row | values


def test_months_of_every_kind(tmp_path: Path) -> None:
    """Part A alone in January, both from February, an HMO from July; nothing after the death in October."""
    months = {"MDCR_ENTLMT_BUYIN_1_IND": "1", **{f"HMO_{m}_IND": "C" for m in range(7, 13)}}
    path = rif(
        tmp_path,
        "b.txt",
        "beneficiary",
        person("-1", DEATH_DT="09-Oct-2027", MBI_NUM="1S00E00AA00", **months),
    )
    load("rif", [path], tmp_path / "home")
    rows = (
        run("rif", tmp_path / "home")
        .execute(
            "select cast(enrollment_start_date as varchar), cast(enrollment_end_date as varchar), part_a, "
            "part_b, medicare_advantage, state_code from rif.eligibility order by 1"
        )
        .fetchall()
    )
    assert rows == [
        ("2027-01-01", "2027-01-31", True, False, False, "36"),
        ("2027-02-01", "2027-06-30", True, True, False, "36"),
        ("2027-07-01", "2027-10-31", True, True, True, "36"),
    ]


def test_an_mbi_links_a_person_across_sources(tmp_path: Path) -> None:
    """The MBI of an opt-out and the BENE_ID of the claims become one person; a shared MBI links no one."""
    home = tmp_path / "home"
    people = rif(
        tmp_path,
        "b.txt",
        "beneficiary",
        person("-1", MBI_NUM="1S00E00AA00"),
        person("-2", MBI_NUM="1S00E00AA01"),
        person("-3", MBI_NUM="1S00E00AA01"),
    )
    opt_out = tmp_path / "optout.csv"
    opt_out.write_text(
        "bene_mbi_id,preference,effective_date\n1S00E00AA00,N,2027-01-01\n1S00E00AA01,N,2027-01-01\n"
    )
    load("org", [opt_out], home, {"format": "optout"})
    summary = load("rif", [people, rif(tmp_path, "c.txt", "carrier", claim(BENE_ID="-1"))], home)
    assert "1 MBI or HICN" in summary.deliveries[0].warnings[0]
    con = run("rif", home)
    assert con.execute("select distinct person_id from rif.medical_claim").fetchall() == [(1,)]
    assert con.execute("select count(distinct person_id) from rif.eligibility").fetchone() == (3,)


def test_bad_rows_are_set_aside_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = rif(
        tmp_path,
        "a.txt",
        "carrier",
        claim(),
        claim(LINE_NUM="x"),
        claim(CLM_THRU_DT="2027-01-02"),
        claim(CLM_PMT_AMT="a lot"),
    )
    summary = load("rif", [path], tmp_path / "home")
    assert counts(summary) == {"a.txt": (4, 1, 3)}
    assert summary.deliveries[0].reasons == {"bad-date": 1, "bad-integer": 1, "bad-money": 1}
