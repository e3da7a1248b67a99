"""The files fit together: people, claims, lines, dates and codes."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from corridor.synth.identifiers import is_npi

from .conftest import Written

CLAIM_FILES = "1234567AB"


def test_every_person_with_claims_is_in_the_demographics(community: Written) -> None:
    people = {row["bene_mbi_id"] for row in community.records("8")}
    for letter in CLAIM_FILES:
        assert {row["bene_mbi_id"] for row in community.records(letter)} <= people, letter
    changed = list(community.records("9"))
    assert changed, "the community is large enough to hold a changed identifier"
    assert all(row["crnt_num"] in people and row["prvs_num"] not in people for row in changed)


def test_lines_and_codes_have_their_header(community: Written) -> None:
    headers = {row["cur_clm_uniq_id"]: row["bene_mbi_id"] for row in community.records("1")}
    for letter in "234A":
        for row in community.records(letter):
            assert headers[row["cur_clm_uniq_id"]] == row["bene_mbi_id"]
    lined = {row["cur_clm_uniq_id"] for row in community.records("2")}
    assert lined == set(headers)
    lines = {(row["cur_clm_uniq_id"], row["clm_line_num"]) for row in community.records("5")}
    extras = {(row["cur_clm_uniq_id"], row["clm_line_num"]) for row in community.records("B")}
    assert lines == extras


def test_claim_numbers_are_unique_over_all_files(community: Written) -> None:
    numbers: list[str] = []
    for letter in "1567":
        numbers += {row["cur_clm_uniq_id"] for row in community.records(letter)}
    assert len(numbers) == len(set(numbers))


def test_outpatient_lines_add_up_to_the_claim(community: Written) -> None:
    paid = {
        row["cur_clm_uniq_id"]: Decimal(row["clm_pmt_amt"])
        for row in community.records("1")
        if row["clm_type_cd"] == "40" and row["clm_adjsmt_type_cd"] == "0" and not row["clm_mdcr_npmt_rsn_cd"]
    }
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in community.records("2"):
        if row["clm_line_prod_rev_ctr_cd"] != "0001":
            sums[row["cur_clm_uniq_id"]] += Decimal(row["clm_line_cvrd_pd_amt"])
    # versions that were corrected later are scaled and rounded line by line: a cent a line
    off = [claim for claim, amount in paid.items() if abs(sums[claim] - amount) > Decimal("0.05")]
    exact = sum(1 for claim, amount in paid.items() if sums[claim] == amount)
    assert not off
    assert exact > 0.97 * len(paid)


def test_an_inpatient_payment_is_base_and_add_ons_less_what_is_owed(community: Written) -> None:
    extras = {row["cur_clm_uniq_id"]: row for row in community.records("A")}
    shares = Counter()
    for row in community.records("1"):
        if row["clm_type_cd"] != "60" or row["clm_adjsmt_type_cd"] != "0" or row["clm_mdcr_npmt_rsn_cd"]:
            continue
        extra = extras[row["cur_clm_uniq_id"]]
        paid, withheld = Decimal(row["clm_pmt_amt"]), Decimal(extra["clm_sqstrtn_rdctn_amt"])
        add_ons = sum(
            Decimal(row[name])
            for name in (
                "clm_mdcr_ip_pps_cptl_ime_amt",
                "clm_oprtnl_ime_amt",
                "clm_mdcr_ip_pps_dsprprtnt_amt",
                "clm_oprtnl_dsprprtnt_amt",
                "clm_hipps_uncompd_care_amt",
            )
        )
        before = paid + withheld
        assert abs(withheld - before * Decimal("0.02")) <= Decimal("0.02")  # sequestration: 2 %
        assert before + Decimal(extra["clm_mdcr_ip_bene_ddctbl_amt"]) >= add_ons
        shares["teaching" if add_ons else "plain"] += 1
    assert shares["teaching"]
    assert shares["plain"]


def test_nobody_is_treated_after_death_or_before_entitlement(community: Written) -> None:
    people = {row["bene_mbi_id"]: row for row in community.records("8")}
    assert (
        sum(1 for row in people.values() if row["bene_death_dt"])
        == community.truth["counts"]["single: deaths"]
    )
    for letter, field in (
        ("1", "clm_from_dt"),
        ("5", "clm_from_dt"),
        ("6", "clm_from_dt"),
        ("7", "clm_line_from_dt"),
    ):
        for row in community.records(letter):
            person = people[row["bene_mbi_id"]]
            assert not person["bene_death_dt"] or row[field] <= person["bene_death_dt"]
            assert row[field] >= person["bene_part_a_enrlmt_bgn_dt"]


def test_who_declined_sharing_is_on_the_list_and_not_in_the_files(community: Written) -> None:
    with (community.folder / "opt_out.csv").open() as stream:
        declined = {row["bene_mbi_id"] for row in csv.DictReader(stream)}
    assert declined
    assert declined.isdisjoint(row["bene_mbi_id"] for row in community.records("8"))


def test_no_number_could_be_a_real_one(community: Written) -> None:
    for row in community.records("5"):
        assert row["bene_mbi_id"][1] == "S"
        assert row["clm_rndrg_prvdr_tax_num"].startswith("00")
        assert row["clm_rndrg_prvdr_npi_num"].startswith("9")
    npis = {row["clm_rndrg_prvdr_npi_num"] for row in community.records("5")}
    assert all(is_npi(npi) for npi in npis)
    assert all(row["clm_line_ndc_cd"].startswith("99999") for row in community.records("7"))
    assert all(row["clm_blg_prvdr_oscar_num"].startswith("00") for row in community.records("1"))


def test_rendering_clinicians_are_on_the_roster(community: Written) -> None:
    with (community.folder / "provider_roster.csv").open() as stream:
        roster = {(row["npi"], row["tin"]): row for row in csv.DictReader(stream)}
    for row in community.records("5"):
        entry = roster[(row["clm_rndrg_prvdr_npi_num"], row["clm_rndrg_prvdr_tax_num"])]
        assert entry["specialty_code"] == row["clm_prvdr_spclty_cd"]
        assert entry["start_date"] <= row["clm_from_dt"]
        assert not entry["end_date"] or row["clm_from_dt"] <= entry["end_date"]
    sizes: dict[str, set[str]] = defaultdict(set)
    for npi, tin in roster:
        sizes[tin].add(npi)
    # movers are on two practices over time, never more than counted
    assert all(int(row["practice_size"]) >= len(sizes[tin]) for (_, tin), row in roster.items())


def test_codes_are_real_and_substance_use_is_removed(community: Written, test_data: Path) -> None:
    terms = test_data / "terminology"
    listed = (terms / "icd10cm-code-list-April-2026.txt").read_text(encoding="utf-8-sig").split("\n")
    known = {line.strip() for line in listed}
    used = {row["clm_dgns_cd"] for row in community.records("4")}
    for row in community.records("5"):
        used |= {row[f"clm_dgns_{place}_cd"] for place in range(1, 13)}
    used.discard("")
    before_the_split = {"M5136", "M5137"}  # split in October 2024
    assert used - known <= before_the_split
    with (terms / "samhsa" / "codes-icd-10-diagnosis.csv").open() as stream:
        removed = {row["ICD-10-CM Diagnosis Code"].replace(".", "") for row in csv.DictReader(stream)}
    assert used.isdisjoint(removed)
    assert community.truth["counts"]["substance-use claims removed (never written)"] > 0
    with (test_data / "pfs" / "2026" / "PPRRVU2026_Jul_nonQPP.csv").open(encoding="latin-1") as stream:
        schedule = {row[0] for row in csv.reader(stream) if row}
    with (terms / "tuva" / "hcpcs_level_2.csv").open(encoding="utf-8-sig") as stream:
        schedule |= {row[0] for row in csv.reader(stream) if row}
    laboratory = {"80048", "80053", "80061", "83036", "84443", "85025", "83880"}
    codes = {row["clm_line_hcpcs_cd"] for row in community.records("5")}
    assert codes - schedule <= laboratory


def test_relative_values_are_those_of_the_file(test_data: Path) -> None:
    from corridor.synth.catalogue import catalogue

    services = catalogue().services
    with (test_data / "pfs" / "2026" / "PPRRVU2026_Jul_nonQPP.csv").open(encoding="latin-1") as stream:
        file = {(row[0], row[1]): row for row in csv.reader(stream) if len(row) > 10}
    checked = 0
    for name, place in services.index.items():
        if services.flat[place]:
            continue
        code, _, modifier = name.partition("-")
        row = file[(code, modifier)]
        values = (services.work, services.pe, services.pe_facility, services.mp)
        assert [float(row[at]) for at in (5, 6, 8, 10)] == [float(one[place]) for one in values], name
        checked += 1
    assert checked > 100


def test_single_dose_drugs_say_that_nothing_was_thrown_away(community: Written) -> None:
    """JZ is required since July 2023, before any community begins."""
    lines = [row for row in community.records("2") if row["clm_line_hcpcs_cd"] == "J9271"]
    assert lines
    assert {row["hcpcs_1_mdfr_cd"] for row in lines} == {"JZ"}
    assert {row["hcpcs_1_mdfr_cd"] for row in community.records("2")} == {"JZ", ""}
