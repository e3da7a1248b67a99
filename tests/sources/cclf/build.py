"""CCLF files made for a test: records from the layouts, named and placed as CMS does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corridor.layouts.cclf import layout
from corridor.sources.cclf.parse import SQL_TYPES

STAMP = "D240901.T0102030"
MBI = "1EG4TE5MK73"  # CMS's own example identifier
OTHER = "2FH5UF6NL84"


def record(kind: str, version: str = "v36", **values: Any) -> str:
    """One record; numbers stand right, text left, whatever is not given is blank."""
    shape = layout(kind, version)
    line = [" "] * shape.record_length
    names = {one.name for one in shape.fields}
    assert set(values) <= names, set(values) - names
    for one in shape.fields:
        if values.get(one.name) is None:
            continue
        text = str(values[one.name])
        if one.type in ("amount", "quantity"):
            text = f"{float(text):.{2 if one.type == 'amount' else 4}f}"
        numeric = SQL_TYPES[one.type] not in ("VARCHAR", "DATE")
        assert len(text) <= one.length, (one.name, text)
        line[one.start - 1 : one.end] = text.rjust(one.length) if numeric else text.ljust(one.length)
    return "".join(line)


def header(claim: str, paid: float, adjustment: str = "0", **values: Any) -> str:
    """A CCLF1 record."""
    given: dict[str, Any] = {
        "cur_clm_uniq_id": claim, "bene_mbi_id": MBI, "clm_type_cd": "60", "clm_from_dt": "2024-07-01",
        "clm_thru_dt": "2024-07-08", "clm_pmt_amt": paid, "clm_adjsmt_type_cd": adjustment,
        "clm_efctv_dt": "2024-07-20", "clm_idr_ld_dt": "2024-07-22", "clm_blg_prvdr_oscar_num": "654321",
        "prncpl_dgns_cd": "I5023", "dgns_prcdr_icd_ind": "0",
    }  # fmt: skip
    return record("cclf1", **{**given, **values})


def carrier(claim: str, line: int, paid: float, adjustment: str = "0", **values: Any) -> str:
    """A CCLF5 record."""
    given: dict[str, Any] = {
        "cur_clm_uniq_id": claim, "clm_line_num": line, "bene_mbi_id": MBI, "clm_type_cd": "71",
        "clm_from_dt": "2024-07-03", "clm_thru_dt": "2024-07-03", "clm_line_from_dt": "2024-07-03",
        "clm_line_thru_dt": "2024-07-03", "clm_line_hcpcs_cd": "99214", "clm_line_cvrd_pd_amt": paid,
        "clm_line_alowd_chrg_amt": paid, "clm_carr_pmt_dnl_cd": "1", "clm_prcsg_ind_cd": "A",
        "clm_adjsmt_type_cd": adjustment, "clm_cntl_num": "7", "clm_efctv_dt": "2024-07-20",
        "clm_idr_ld_dt": "2024-07-22", "clm_rndrg_prvdr_tax_num": "123456789",
        "clm_rndrg_prvdr_npi_num": "1234567893", "clm_dgns_1_cd": "I5023", "dgns_prcdr_icd_ind": "0",
    }  # fmt: skip
    return record("cclf5", **{**given, **values})


def person(mbi: str = MBI, **values: Any) -> str:
    """A CCLF8 record."""
    given: dict[str, Any] = {
        "bene_mbi_id": mbi, "bene_fips_state_cd": "06", "bene_fips_cnty_cd": "037", "bene_zip_cd": "90012",
        "bene_dob": "1950-02-03", "bene_sex_cd": "2", "bene_race_cd": "1", "bene_age": 74,
        "bene_mdcr_stus_cd": "10", "bene_dual_stus_cd": "NA", "bene_death_dt": "9999-12-31",
        "bene_entlmt_buyin_ind": "3", "bene_part_a_enrlmt_bgn_dt": "2015-02-01",
        "bene_part_b_enrlmt_bgn_dt": "2015-02-01", "bene_1st_name": "SAMPLE", "bene_last_name": "PERSON",
    }  # fmt: skip
    return record("cclf8", **{**given, **values})


def link(current: str, previous: str) -> str:
    """A CCLF9 record: ``previous`` became ``current``."""
    return record(
        "cclf9", hicn_mbi_xref_ind="M", crnt_num=current, prvs_num=previous, prvs_id_efctv_dt="2019-01-01"
    )


def file_name(kind: str, stamp: str = STAMP, source: str = "A9901") -> str:
    """The CMS name of a file."""
    return f"P.{source}.ACO.ZC{kind[-1].upper()}Y24.{stamp}"


def summary(files: Mapping[str, Iterable[str]], **changed: tuple[int, int]) -> list[str]:
    """CCLF0 of these files; ``changed`` overrides (rows, length) of a type."""
    lines = ["File Number  |File Description    |Total Records Count |Record Length"]
    for kind in (
        "cclf1",
        "cclf2",
        "cclf3",
        "cclf4",
        "cclf5",
        "cclf6",
        "cclf7",
        "cclf8",
        "cclf9",
        "cclfa",
        "cclfb",
    ):
        rows, length = changed.get(kind, (len(list(files.get(kind, ()))), layout(kind, "v36").record_length))
        lines.append(f"{kind.upper():<7}|{'Description':<43}|{rows:>11}|{length:>5} ")
    return lines


def write(
    folder: Path, files: Mapping[str, Iterable[str]], stamp: str = STAMP, source: str = "A9901"
) -> Path:
    """Write the files of a delivery into a folder; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, lines in files.items():
        text = "".join(line + "\n" for line in lines)
        (folder / file_name(kind, stamp, source)).write_text(text, encoding="ascii")
    return folder
