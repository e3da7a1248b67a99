"""CCLF1, 2, 3, 4 and A: Part A claims as records."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from corridor.synth.care import Care
from corridor.synth.catalogue import Catalogue, modifier
from corridor.synth.cclf_common import Block, Delivery
from corridor.synth.days import NEVER
from corridor.synth.draws import repeated
from corridor.synth.identifiers import Ints
from corridor.synth.inpatient import STATUSES, capital_part, procedure_index
from corridor.synth.institutions import DIAGNOSES, PROCEDURES, TYPES
from corridor.synth.records import Sheet, code_table, digits, write
from corridor.synth.truth import Totals
from corridor.synth.versions import CANCELLATION

_TYPES = code_table(TYPES)
_TYPE = code_table(["0", "1", "2"])
_BILL = code_table(["3", "2", "1", "8", "1"])  # first digit of the bill type, by claim type
_BILL_CLASS = code_table(["2", "1", "3", "1", "1"])
_STATUS = code_table(STATUSES)
_DENIAL = code_table(["", "N"])
_QUERY = code_table(["3", "0", "5"])


class Institutional:
    """Part A claims of a block with their versions, ready to be written a delivery at a time."""

    def __init__(self, block: Block, care: Care) -> None:
        self.block = block
        self.headers = headers = care.headers
        self.lines = lines = care.lines
        self.versions, self.denied = care.versions, care.denied
        self.line_first = np.searchsorted(lines.claim, np.arange(len(headers)))
        self.line_count = np.bincount(lines.claim, minlength=len(headers))
        facilities, codes = care.facilities, care.codes
        self.ccn = code_table([one.ccn for one in facilities.all])
        self.npi = digits(np.array([one.npi for one in facilities.all]), 10)
        self.revenue = code_table(list(codes.revenue))
        self.hcpcs = code_table(list(codes.hcpcs))
        self.package = code_table(list(codes.package))
        self.modifier = _modifiers(block.data, list(codes.hcpcs))
        self.procedures = code_table(list(procedure_index(block.data)))
        self.drg = code_table([row["drg"] for row in block.data.stays["stays"]])

    def write(self, delivery: Delivery, files: dict[str, BinaryIO], totals: Totals) -> dict[str, int]:
        """Write what was loaded in a delivery; returns the records of each file."""
        version = self.versions.delivered(delivery.after, delivery.until)
        listed = self.block.listed(delivery)
        version = version[listed[self.headers.person[self.versions.claim[version]]]]
        claim = self.versions.claim[version]
        self.claim, self.version = claim, version
        self.kind = self.versions.type[version]
        self.factor = np.where(self.denied[claim], 0.0, self.versions.factor[version])
        self.number = self.block.claim_number("parta", version)
        self.mbi = self.block.identifiers(delivery)
        written = {
            "1": write(files["1"], "cclf1", len(claim), self._header),
            "A": write(files["A"], "cclfa", len(claim), self._extra),
            "2": self._lines(files["2"]),
            "3": self._codes(files["3"], "cclf3"),
            "4": self._codes(files["4"], "cclf4"),
        }
        paid = self._amount(self.headers.paid, slice(None))
        signed = np.where(self.kind == CANCELLATION, -paid, paid)
        for place, name in enumerate(TYPES):
            mine = self.headers.type[claim] == place
            totals.dollars(name, self.headers.last[claim[mine]], signed[mine], delivery.name)
        return written

    def _amount(self, cents: Ints, rows: slice) -> Ints:
        scaled: Ints = np.floor(cents[self.claim[rows]] * self.factor[rows] + 0.5).astype(np.int64)
        return scaled

    def _keys(self, sheet: Sheet, claim: Ints, number: Ints) -> None:
        headers = self.headers
        sheet.number("cur_clm_uniq_id", number)
        sheet.put("bene_mbi_id", self.mbi[headers.person[claim]])
        sheet.code("clm_type_cd", _TYPES, headers.type[claim])

    def _header(self, sheet: Sheet, rows: slice) -> None:
        headers, claim = self.headers, self.claim[rows]
        version = self.version[rows]
        dx, kind = self.block.data.diagnoses, headers.type[claim]
        facility = headers.facility[claim]
        self._keys(sheet, claim, self.number[rows])
        for name in ("prvdr_oscar_num", "clm_blg_prvdr_oscar_num"):
            sheet.code(name, self.ccn, facility)
        sheet.date("clm_from_dt", headers.first[claim])
        sheet.date("clm_thru_dt", headers.last[claim])
        sheet.code("clm_bill_fac_type_cd", _BILL, kind)
        sheet.code("clm_bill_clsfctn_cd", _BILL_CLASS, kind)
        sheet.code("prncpl_dgns_cd", dx.codes, dx.on(headers.dx[claim, 0], headers.last[claim]))
        sheet.code("admtg_dgns_cd", dx.codes, headers.admitting[claim])
        sheet.code("clm_mdcr_npmt_rsn_cd", _DENIAL, self.denied[claim].astype(np.int64))
        sheet.amount("clm_pmt_amt", self._amount(headers.paid, rows))
        sheet.constant("prvdr_fac_fips_st_cd", self.block.data.state["fips"])
        sheet.code("bene_ptnt_stus_cd", _STATUS, headers.status[claim])
        sheet.code("dgns_drg_cd", self.drg, headers.drg[claim])
        for name in ("fac_prvdr_npi_num", "clm_blg_prvdr_npi_num"):
            sheet.put(name, self.npi[facility])
        for name in ("oprtg_prvdr_npi_num", "clm_oprtg_prvdr_npi_num"):
            sheet.code(name, self.block.clinician_npi, headers.operating[claim])
        for name in ("atndg_prvdr_npi_num", "clm_atndg_prvdr_npi_num"):
            sheet.code(name, self.block.clinician_npi, headers.attending[claim])
        sheet.code("clm_adjsmt_type_cd", _TYPE, self.kind[rows])
        sheet.date("clm_efctv_dt", self.versions.effective[version])
        sheet.date("clm_idr_ld_dt", self.versions.loaded[version])
        sheet.code("clm_admsn_type_cd", _ADMISSIONS, headers.admission[claim])
        sheet.code("clm_admsn_src_cd", _ADMISSIONS, np.where(headers.admission[claim] >= 0, 1, -1))
        sheet.constant("clm_bill_freq_cd", "1")
        sheet.code("clm_query_cd", _QUERY, self.kind[rows])
        sheet.constant("dgns_prcdr_icd_ind", "0")
        sheet.amount("clm_mdcr_instnl_tot_chrg_amt", self._amount(headers.covered * 3, rows))
        capital_ime, capital_dsh = capital_part(headers.ime), capital_part(headers.dsh)
        sheet.amount("clm_mdcr_ip_pps_cptl_ime_amt", self._amount(capital_ime, rows))
        sheet.amount("clm_oprtnl_ime_amt", self._amount(headers.ime - capital_ime, rows))
        sheet.amount("clm_mdcr_ip_pps_dsprprtnt_amt", self._amount(capital_dsh, rows))
        sheet.amount("clm_oprtnl_dsprprtnt_amt", self._amount(headers.dsh - capital_dsh, rows))
        sheet.amount("clm_hipps_uncompd_care_amt", self._amount(headers.care, rows))
        control = self.block.control_number("parta", claim)
        sheet.put("clm_cntl_num", control)
        sheet.put("clm_org_cntl_num", control)
        sheet.constant("clm_cntrctr_num", self.block.data.state["medicare_mac_part_a"])

    def _extra(self, sheet: Sheet, rows: slice) -> None:
        headers, claim = self.headers, self.claim[rows]
        self._keys(sheet, claim, self.number[rows])
        stay = np.isin(headers.type[claim], [TYPES.index("60"), TYPES.index("20")])
        sheet.date("clm_actv_care_from_dt", np.where(stay, headers.first[claim], NEVER))
        for name in ("pbpmt", "pdschrg_hcbs", "snf_wvr", "tlhlth", "cptatn", "cmg_wvr"):
            sheet.constant(f"clm_ngaco_{name}_sw", "N")
        inpatient = headers.type == TYPES.index("60")
        sheet.amount(
            "clm_mdcr_ip_bene_ddctbl_amt", self._amount(np.where(inpatient, headers.deductible, 0), rows)
        )
        sheet.amount("clm_mdcr_coinsrnc_amt", self._amount(headers.coinsurance, rows))
        sheet.amount("clm_mdcr_ddctbl_amt", self._amount(np.where(inpatient, 0, headers.deductible), rows))
        sheet.amount("clm_sqstrtn_rdctn_amt", self._amount(headers.sequestration, rows))
        zero = np.zeros(len(claim), dtype=np.int64)
        for name in _EMPTY_AMOUNTS:
            sheet.amount(name, zero)

    def _lines(self, stream: BinaryIO) -> int:
        owner, place = repeated(self.line_count[self.claim])
        line = self.line_first[self.claim[owner]] + place
        lines, headers = self.lines, self.headers
        paid = np.floor(lines.paid[line] * self.factor[owner] + 0.5).astype(np.int64)

        def fill(sheet: Sheet, rows: slice) -> None:
            which, mine = line[rows], owner[rows]
            claim = self.claim[mine]
            self._keys(sheet, claim, self.number[mine])
            sheet.number("clm_line_num", lines.number[which])
            for name in ("clm_line_from_dt", "clm_line_thru_dt", "clm_line_instnl_rev_ctr_dt"):
                sheet.date(name, lines.day[which])
            sheet.code("clm_line_prod_rev_ctr_cd", self.revenue, lines.revenue[which])
            hcpcs = lines.hcpcs[which]
            sheet.code("clm_line_hcpcs_cd", self.hcpcs, hcpcs)
            marks = np.where(hcpcs >= 0, self.modifier[hcpcs], -1)
            sheet.code("hcpcs_1_mdfr_cd", self.block.data.modifiers, marks)
            for name in ("prvdr_oscar_num", "clm_fac_prvdr_oscar_num"):
                sheet.code(name, self.ccn, headers.facility[claim])
            sheet.date("clm_from_dt", headers.first[claim])
            sheet.date("clm_thru_dt", headers.last[claim])
            sheet.amount("clm_line_srvc_unit_qty", lines.units[which] * 10_000, 4)
            sheet.amount("clm_line_cvrd_pd_amt", paid[rows])
            sheet.code("clm_rev_apc_hipps_cd", self.package, lines.package[which])

        return write(stream, "cclf2", len(line), fill)

    def _codes(self, stream: BinaryIO, file_type: str) -> int:
        headers = self.headers
        table = headers.procedures if file_type == "cclf3" else headers.dx
        count = PROCEDURES if file_type == "cclf3" else DIAGNOSES
        owner, place = np.nonzero(table[self.claim][:, :count] >= 0)
        value = table[self.claim[owner], place]
        dx = self.block.data.diagnoses

        def fill(sheet: Sheet, rows: slice) -> None:
            mine = owner[rows]
            claim = self.claim[mine]
            self._keys(sheet, claim, self.number[mine])
            sheet.number("clm_val_sqnc_num", place[rows] + 1)
            for name in ("prvdr_oscar_num", "clm_blg_prvdr_oscar_num"):
                sheet.code(name, self.ccn, headers.facility[claim])
            sheet.date("clm_from_dt", headers.first[claim])
            sheet.date("clm_thru_dt", headers.last[claim])
            sheet.constant("dgns_prcdr_icd_ind", "0")
            if file_type == "cclf3":
                sheet.code("clm_prcdr_cd", self.procedures, value[rows])
                sheet.date("clm_prcdr_prfrm_dt", headers.first[claim])
                return
            sheet.constant("clm_prod_type_cd", "D")
            sheet.code("clm_dgns_cd", dx.codes, dx.on(value[rows], headers.last[claim]))
            inpatient = headers.type[claim] == TYPES.index("60")
            sheet.code("clm_poa_ind", _POA, np.where(inpatient, 0, -1))

        return write(stream, file_type, len(owner), fill)


def _modifiers(data: Catalogue, codes: list[str]) -> Ints:
    """The modifier that each HCPCS code of a line carries; -1: none."""
    marks = {row["hcpcs"]: modifier(row["modifier"]) for row in data.stays["outpatient"] if "modifier" in row}
    return np.array([marks.get(code, -1) for code in codes], dtype=np.int64)


_ADMISSIONS = code_table(["0", "1", "2", "3"])
_POA = code_table(["Y"])
_EMPTY_AMOUNTS = (
    "clm_pbp_inclsn_amt",
    "clm_pbp_rdctn_amt",
    "clm_instnl_per_diem_amt",
    "clm_blood_lblty_amt",
    "clm_instnl_prfnl_amt",
    "clm_ncvrd_chrg_amt",
    "clm_oprtnl_outlr_amt",
    "clm_mdcr_new_tech_amt",
    "clm_islet_isoln_amt",
    "clm_mips_pmt_amt",
)
