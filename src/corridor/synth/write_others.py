"""CCLF6 and CCLF7: equipment claims and prescription drug events as records."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from corridor.synth.cclf_common import Block, Delivery
from corridor.synth.drugs import Fills, quantities
from corridor.synth.equipment import Equipment
from corridor.synth.facilities import Facilities
from corridor.synth.identifiers import Ints
from corridor.synth.records import Sheet, code_table, digits, write
from corridor.synth.truth import Totals
from corridor.synth.versions import CANCELLATION

_TYPE = code_table(["0", "1", "2"])
_DENIAL = code_table(["1", "0"])
_LINE_DENIAL = code_table(["A", "C"])
_DISPOSITION = code_table(["01", "03"])
_EVENT = code_table(["01", "03", "02"])


def write_equipment(
    block: Block,
    equipment: Equipment,
    facilities: Facilities,
    delivery: Delivery,
    stream: BinaryIO,
    totals: Totals,
) -> int:
    """CCLF6: the versions loaded in a delivery. The layout has no diagnosis."""
    versions = equipment.versions
    version = versions.delivered(delivery.after, delivery.until)
    version = version[block.listed(delivery)[equipment.person[versions.claim[version]]]]
    claim, kind, factor = versions.claim[version], versions.type[version], versions.factor[version]
    rows_of = block.data.stays["equipment"]
    types = code_table([row["claim_type"] for row in rows_of])
    codes = code_table([row["hcpcs"] for row in rows_of])
    services = code_table([row["type_of_service"] for row in rows_of])
    npis = digits(np.array([one.npi for one in facilities.all]), 10)
    mbis = block.identifiers(delivery)

    def amount(cents: Ints) -> Ints:
        scaled: Ints = np.floor(cents[claim] * factor + 0.5).astype(np.int64)
        return scaled

    paid, allowed = amount(equipment.paid), amount(equipment.allowed)

    def fill(sheet: Sheet, rows: slice) -> None:
        which = claim[rows]
        item, day = equipment.item[which], equipment.day[which]
        sheet.number("cur_clm_uniq_id", block.claim_number("equipment", version[rows]))
        sheet.number("clm_line_num", np.ones(len(which), dtype=np.int64))
        sheet.put("bene_mbi_id", mbis[equipment.person[which]])
        sheet.code("clm_type_cd", types, item)
        for name in ("clm_from_dt", "clm_thru_dt", "clm_line_from_dt", "clm_line_thru_dt"):
            sheet.date(name, day)
        sheet.code("clm_fed_type_srvc_cd", services, item)
        sheet.constant("clm_pos_cd", "12")
        sheet.code("clm_line_hcpcs_cd", codes, item)
        sheet.amount("clm_line_cvrd_pd_amt", paid[rows])
        sheet.put("payto_prvdr_npi_num", npis[equipment.supplier[which]])
        sheet.code("ordrg_prvdr_npi_num", block.clinician_npi, equipment.orderer[which])
        denied = equipment.denied[which].astype(np.int64)
        sheet.code("clm_carr_pmt_dnl_cd", _DENIAL, denied)
        sheet.code("clm_prcsg_ind_cd", _LINE_DENIAL, denied)
        sheet.code("clm_adjsmt_type_cd", _TYPE, kind[rows])
        sheet.date("clm_efctv_dt", versions.effective[version[rows]])
        sheet.date("clm_idr_ld_dt", versions.loaded[version[rows]])
        sheet.put("clm_cntl_num", block.control_number("equipment", which))
        sheet.amount("clm_line_alowd_chrg_amt", allowed[rows])
        sheet.code("clm_disp_cd", _DISPOSITION, (kind[rows] == CANCELLATION).astype(np.int64))
        sheet.put("clm_blg_prvdr_npi_num", npis[equipment.supplier[which]])
        sheet.code("clm_rfrg_prvdr_npi_num", block.clinician_npi, equipment.orderer[which])

    signed = np.where(kind == CANCELLATION, -paid, paid)
    names = np.array([row["claim_type"] for row in rows_of])[equipment.item[claim]]
    for name in ("81", "82"):
        mine = names == name
        totals.dollars(name, equipment.day[claim[mine]], signed[mine], delivery.name)
    return write(stream, "cclf6", len(version), fill)


def write_fills(
    block: Block, fills: Fills, facilities: Facilities, delivery: Delivery, stream: BinaryIO, totals: Totals
) -> int:
    """CCLF7: final action in a delivery; a later one adjusts or deletes what an earlier one carried."""
    listed = block.listed(delivery)[fills.person]
    new = (fills.loaded > delivery.after) & (fills.loaded <= delivery.until) & listed
    later = delivery.after > 0
    # changes of earlier events arrive with the last load of the month
    old = listed & (fills.loaded <= delivery.after) & (fills.loaded > delivery.after - 60) & later
    deleted = np.flatnonzero(old & fills.withdrawn)
    adjusted = np.flatnonzero(old & fills.adjusted & ~fills.withdrawn)
    first = new & ~(fills.withdrawn & (fills.loaded <= delivery.until - 60))
    fresh = np.flatnonzero(first)
    event = np.concatenate([fresh, deleted, adjusted])
    kind = np.repeat([0, 1, 2], [len(fresh), len(deleted), len(adjusted)])
    # in one delivery of everything an adjusted event shows its last state
    settled = (kind == 0) & fills.adjusted[event] & (fills.loaded[event] <= delivery.until - 60)
    kind = np.where(settled, 2, kind)
    drugs = code_table([row["ndc"] for row in block.data.drugs["drugs"]])
    units, days = quantities(block.data, fills.drug)
    npis = digits(np.array([one.npi for one in facilities.all]), 10)
    mbis = block.identifiers(delivery)
    number = block.claim_number("drug", event * 2 + (kind > 0))
    loaded = np.where((kind == 0) | settled, fills.loaded[event], delivery.until - 2)
    copay = np.where(kind == 1, 0, fills.copay[event])

    def fill(sheet: Sheet, rows: slice) -> None:
        which, what = event[rows], kind[rows]
        sheet.number("cur_clm_uniq_id", number[rows])
        sheet.put("bene_mbi_id", mbis[fills.person[which]])
        sheet.code("clm_line_ndc_cd", drugs, np.where(what == 1, -1, fills.drug[which]))
        sheet.code("clm_type_cd", _EVENT, what)
        sheet.date("clm_line_from_dt", fills.day[which])
        sheet.constant("prvdr_srvc_id_qlfyr_cd", "01")
        sheet.put("clm_srvc_prvdr_gnrc_id_num", npis[fills.pharmacy[which]])
        sheet.constant("clm_dspnsng_stus_cd", "C")
        sheet.constant("clm_daw_prod_slctn_cd", "0")
        sheet.amount("clm_line_srvc_unit_qty", units[which] * 10_000, 4)
        sheet.number("clm_line_days_suply_qty", days[which])
        sheet.constant("prvdr_prsbng_id_qlfyr_cd", "01")
        sheet.code("clm_prsbng_prvdr_gnrc_id_num", block.clinician_npi, fills.prescriber[which])
        sheet.amount("clm_line_bene_pmt_amt", copay[rows])
        sheet.code("clm_adjsmt_type_cd", _TYPE, what)
        sheet.date("clm_efctv_dt", loaded[rows] - 3)
        sheet.date("clm_idr_ld_dt", loaded[rows])
        sheet.number("clm_line_rx_srvc_rfrnc_num", block.number * 1_000_000 + fills.prescription[which])
        sheet.put("clm_line_rx_fill_num", digits(fills.fill[which], 3))
        sheet.constant("clm_phrmcy_srvc_type_cd", "01")

    # beneficiary payments: the only amount the layout has
    signed = np.where(kind == 1, -fills.copay[event], np.where((kind == 2) & ~settled, 0, fills.copay[event]))
    totals.dollars("drug beneficiary payments", fills.day[event], signed, delivery.name)
    return write(stream, "cclf7", len(event), fill)
