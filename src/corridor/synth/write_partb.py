"""CCLF5 and CCLFB: Part B claim lines as records."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from corridor.synth.cclf_common import Block, Delivery
from corridor.synth.draws import repeated
from corridor.synth.identifiers import Ints
from corridor.synth.partb import Carrier
from corridor.synth.records import Sheet, code_table, write
from corridor.synth.truth import Totals
from corridor.synth.versions import CANCELLATION

_DENIAL = code_table(["1", "0"])
_LINE_DENIAL = code_table(["A", "C"])
_TYPE = code_table(["0", "1", "2"])
_DISPOSITION = code_table(["01", "03"])
_PAYER = code_table(["A"])
_CLAIM_TYPE = code_table(["71", "72"])


def write_carrier(
    block: Block, carrier: Carrier, delivery: Delivery, lines: BinaryIO, extras: BinaryIO, totals: Totals
) -> int:
    """Write the lines of the versions loaded in a delivery; returns their number."""
    version = carrier.versions.delivered(delivery.after, delivery.until)
    listed = block.listed(delivery)
    claim_person = carrier.lines.person[carrier.first_line]
    version = version[listed[claim_person[carrier.versions.claim[version]]]]
    claim = carrier.versions.claim[version]
    owner, place = repeated(carrier.line_count[claim])
    line = carrier.first_line[claim[owner]] + place
    row_version = version[owner]
    factor = carrier.versions.factor[row_version]

    def amount(cents: Ints) -> Ints:
        scaled: Ints = np.floor(cents[line] * factor + 0.5).astype(np.int64)
        return scaled

    allowed, paid = amount(carrier.allowed), amount(carrier.paid)
    met, withheld = amount(carrier.deductible), amount(carrier.sequestration)
    services = carrier.lines
    mbis = block.identifiers(delivery)
    person, day = services.person[line], services.day[line].astype(np.int64)
    affiliation, service = services.affiliation[line], services.service[line]
    kind = carrier.versions.type[row_version]
    number = block.claim_number("partb", row_version)
    row_claim = carrier.versions.claim[row_version]
    control = block.control_number("partb", row_claim)
    data = block.data
    modifier = np.where(
        services.modifier[line] >= 0, services.modifier[line], data.services.modifier[service]
    )
    second = np.where(services.modifier[line] >= 0, data.services.modifier[service], -1)
    denied = carrier.claim_denied[row_claim].astype(np.int64)
    supply = carrier.supply[row_claim].astype(np.int64)
    line_denied = carrier.line_denied[line].astype(np.int64)

    def fill(sheet: Sheet, rows: slice) -> None:
        who, when, what = person[rows], day[rows], service[rows]
        bill = affiliation[rows]
        sheet.number("cur_clm_uniq_id", number[rows])
        sheet.number("clm_line_num", carrier.number[line[rows]])
        sheet.put("bene_mbi_id", mbis[who])
        sheet.code("clm_type_cd", _CLAIM_TYPE, supply[rows])
        for name in ("clm_from_dt", "clm_thru_dt", "clm_line_from_dt", "clm_line_thru_dt"):
            sheet.date(name, when)
        sheet.code("rndrg_prvdr_type_cd", block.provider_type, bill)
        sheet.constant("rndrg_prvdr_fips_st_cd", data.state["fips"])
        sheet.code("clm_prvdr_spclty_cd", block.specialty, bill)
        sheet.code("clm_fed_type_srvc_cd", data.services.types, what)
        sheet.code("clm_pos_cd", data.places, services.place[line[rows]])
        sheet.code("clm_line_hcpcs_cd", data.services.codes, what)
        sheet.amount("clm_line_cvrd_pd_amt", paid[rows])
        sheet.code("clm_line_prmry_pyr_cd", _PAYER, np.where(carrier.other_payer[row_claim[rows]], 0, -1))
        dx = data.diagnoses
        sheet.code("clm_line_dgns_cd", dx.codes, dx.on(services.dx_1[line[rows]], when))
        sheet.code("clm_rndrg_prvdr_tax_num", block.tin, bill)
        sheet.put("rndrg_prvdr_npi_num", block.npi[bill])
        sheet.code("clm_carr_pmt_dnl_cd", _DENIAL, denied[rows])
        sheet.code("clm_prcsg_ind_cd", _LINE_DENIAL, line_denied[rows])
        sheet.code("clm_adjsmt_type_cd", _TYPE, kind[rows])
        sheet.date("clm_efctv_dt", carrier.versions.effective[row_version[rows]])
        sheet.date("clm_idr_ld_dt", carrier.versions.loaded[row_version[rows]])
        sheet.put("clm_cntl_num", control[rows])
        sheet.amount("clm_line_alowd_chrg_amt", allowed[rows])
        sheet.amount("clm_line_srvc_unit_qty", services.units[line[rows]].astype(np.int64) * 10_000, 4)
        sheet.code("hcpcs_1_mdfr_cd", data.modifiers, modifier[rows])
        sheet.code("hcpcs_2_mdfr_cd", data.modifiers, second[rows])
        sheet.code("clm_disp_cd", _DISPOSITION, (kind[rows] == CANCELLATION).astype(np.int64))
        claim_dx = carrier.dx[row_claim[rows]]
        for place_of, column in enumerate(claim_dx.T, start=1):
            if (column >= 0).any():
                sheet.code(f"clm_dgns_{place_of}_cd", dx.codes, dx.on(column, when))
        sheet.constant("dgns_prcdr_icd_ind", "0")
        sheet.put("clm_rndrg_prvdr_npi_num", block.npi[bill])
        sheet.code("clm_rfrg_prvdr_npi_num", block.clinician_npi, services.referrer[line[rows]])
        sheet.code("clm_cntrctr_num", block.contractor, bill)

    def fill_extra(sheet: Sheet, rows: slice) -> None:
        sheet.number("cur_clm_uniq_id", number[rows])
        sheet.number("clm_line_num", carrier.number[line[rows]])
        sheet.put("bene_mbi_id", mbis[person[rows]])
        sheet.code("clm_type_cd", _CLAIM_TYPE, supply[rows])
        for name in ("pbpmt", "pdschrg_hcbs", "snf_wvr", "tlhlth", "cptatn"):
            sheet.constant(f"clm_line_ngaco_{name}_sw", "N")
        sheet.constant("clm_ngaco_cmg_wvr_sw", "N")
        sheet.amount("clm_pbp_inclsn_amt", np.zeros(len(number[rows]), dtype=np.int64))
        sheet.amount("clm_pbp_rdctn_amt", np.zeros(len(number[rows]), dtype=np.int64))
        sheet.amount("clm_mdcr_ddctbl_amt", met[rows])
        sheet.amount("clm_sqstrtn_rdctn_amt", withheld[rows])

    write(lines, "cclf5", len(line), fill)
    write(extras, "cclfb", len(line), fill_extra)
    signed = np.where(kind == CANCELLATION, -paid, paid)
    for number_of, name in enumerate(("71", "72")):
        mine = supply == number_of
        totals.dollars(name, day[mine], signed[mine], delivery.name)
    return len(line)
