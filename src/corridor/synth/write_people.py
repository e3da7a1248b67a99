"""CCLF8, CCLF9 and CCLF0: people, their identifiers, and the counts of a delivery."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from corridor.layouts import cclf
from corridor.synth.cclf_common import Block, Delivery
from corridor.synth.days import NEVER
from corridor.synth.draws import DAYS_A_YEAR
from corridor.synth.records import PACKET, Sheet, code_table, write
from corridor.synth.truth import Totals

DESCRIPTIONS = {
    "1": "Part A Claims Header File",
    "2": "Part A Claims Revenue Center Detail File",
    "3": "Part A Procedure Code File",
    "4": "Part A Diagnosis Code File",
    "5": "Part B Physicians File",
    "6": "Part B DME File",
    "7": "Part D File",
    "8": "Beneficiary Demographics File",
    "9": "BENE XREF File",
    "A": "Part A BE and Demo Codes File",
    "B": "Part B BE and Demo Codes File",
}


def write_people(block: Block, delivery: Delivery, stream: BinaryIO, totals: Totals) -> int:
    """CCLF8: a row a person."""
    people, data = block.people, block.data
    person = np.flatnonzero(block.listed(delivery))
    mbis = block.identifiers(delivery)
    dead = people.death <= delivery.file_day
    areas = data.areas
    zips = code_table([zip_code for one in areas for zip_code in (one["zips"] * 2)[:2]])
    places = code_table([one["place"] for one in areas])
    counties = code_table([one["county"] for one in areas])
    given, family = code_table(data.people["given_names"]), code_table(data.people["family_names"])
    race = code_table(people.race)
    dual = code_table(people.dual)
    status = code_table(["10", "11", "20", "21", "31"])
    reason = code_table(["0", "1", "2", "3"])
    buy_in = code_table(["3", "C", "1"])
    age = ((delivery.file_day - people.birth) / DAYS_A_YEAR).astype(np.int64)
    old = age >= 65
    code = np.where(old, people.renal, np.where(people.renal & ~people.disabled, 4, 2 + people.renal)).astype(
        np.int64
    )
    original = np.where(people.disabled, np.where(people.renal, 3, 1), np.where(people.renal & ~old, 2, 0))
    bought = np.where(~people.part_b, 2, [one != "NA" for one in people.dual]).astype(np.int64)
    hospice = people.hospice_from <= delivery.file_day

    def fill(sheet: Sheet, rows: slice) -> None:
        who = person[rows]
        area = people.area[who]
        sheet.put("bene_mbi_id", mbis[who])
        sheet.constant("bene_fips_state_cd", data.state["fips"])
        sheet.code("bene_fips_cnty_cd", counties, area)
        zip_index = area * 2 + people.zip_place[who]
        sheet.code("bene_zip_cd", zips, zip_index)
        sheet.date("bene_dob", people.birth[who])
        sheet.put("bene_sex_cd", np.where(people.female[who], ord("2"), ord("1")).astype(np.uint8)[:, None])
        sheet.code("bene_race_cd", race, who)
        sheet.number("bene_age", age[who])
        sheet.code("bene_mdcr_stus_cd", status, code[who])
        sheet.code("bene_dual_stus_cd", dual, who)
        sheet.date("bene_death_dt", np.where(dead[who], people.death[who], NEVER))
        sheet.date("bene_rng_bgn_dt", np.where(hospice[who], people.hospice_from[who], NEVER))
        ended = hospice[who] & (people.hospice_to[who] <= delivery.file_day)
        sheet.date("bene_rng_end_dt", np.where(ended, people.hospice_to[who], NEVER))
        sheet.code("bene_1st_name", given, people.given[who])
        sheet.code("bene_last_name", family, people.family[who])
        sheet.code("bene_orgnl_entlmt_rsn_cd", reason, original[who].astype(np.int64))
        sheet.code("bene_entlmt_buyin_ind", buy_in, bought[who])
        sheet.date("bene_part_a_enrlmt_bgn_dt", people.entitled[who])
        sheet.date("bene_part_b_enrlmt_bgn_dt", np.where(people.part_b[who], people.entitled[who], NEVER))
        sheet.constant("bene_line_1_adr", "1 EXAMPLE STREET")
        sheet.code("geo_zip_plc_name", places, area)
        sheet.constant("geo_usps_state_cd", data.state["usps"])
        sheet.code("geo_zip5_cd", zips, zip_index)

    totals.count(f"{delivery.name}: people", len(person))
    totals.count(f"{delivery.name}: deaths", int(dead[person].sum()))
    return write(stream, "cclf8", len(person), fill)


def write_identifiers(block: Block, delivery: Delivery, stream: BinaryIO, totals: Totals) -> int:
    """CCLF9: a row for every identifier that has been replaced by the day of the delivery."""
    people = block.people
    person = np.flatnonzero(block.listed(delivery) & (people.identifier_change <= delivery.file_day))

    def fill(sheet: Sheet, rows: slice) -> None:
        who = person[rows]
        sheet.constant("hicn_mbi_xref_ind", "M")
        sheet.put("crnt_num", people.current_mbi[who])
        sheet.put("prvs_num", people.previous_mbi[who])
        sheet.date("prvs_id_efctv_dt", people.entitled[who])
        sheet.date("prvs_id_obslt_dt", people.identifier_change[who])

    totals.count(f"{delivery.name}: identifier changes", len(person))
    return write(stream, "cclf9", len(person), fill)


def summary(counts: dict[str, int]) -> str:
    """CCLF0: the counts of the eleven files, in CMS's fixed widths with pipes."""
    header = f"{'File Number':<13}|{'File Description':<20}|{'Total Records Count':<20}|{'Record Length':<13}"
    rows = [header]
    for letter, about in DESCRIPTIONS.items():
        length = cclf.layout(f"cclf{letter.lower()}", PACKET).record_length
        rows.append(f"{'CCLF' + letter:<7}|{about:<43}|{counts[letter]:>11}|{length:>5} ")
    return "\n".join(rows) + "\n"
