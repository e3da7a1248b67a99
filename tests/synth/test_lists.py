"""The lists beside the claims."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from .conftest import Written


def rows(file: Path) -> list[dict[str, str]]:
    with file.open() as stream:
        return list(csv.DictReader(stream))


def test_the_assignment_list_has_the_columns_of_table_1_1(community: Written) -> None:
    listed = rows(community.folder / "assignment_list.csv")
    first = list(listed[0])
    assert first[:7] == [
        "BENE_MBI_ID", "BENE_HIC_NUM", "BENE_1ST_NAME", "BENE_LAST_NAME", "BENE_SEX_CD", "BENE_BRTH_DT",
        "BENE_DEATH_DT",
    ]  # fmt: skip
    assert [f"ENROLLFLAG{month}" for month in range(1, 13)] == [
        n for n in first if n.startswith("ENROLLFLAG")
    ]
    assert len([n for n in first if n.startswith("HCC_COL_")]) == 120
    assert [n for n in first if n.startswith("BENE_RSK")] == [
        f"BENE_RSK_R_SCRE_{m:02d}" for m in range(1, 13)
    ]
    assert Counter(row["PERFORMANCE_YEAR"] for row in listed).keys() == {"2024", "2025", "2026", "2027"}
    for year in ("2024", "2025", "2026", "2027"):
        assert community.truth["counts"][f"assigned {year}"] == sum(
            r["PERFORMANCE_YEAR"] == year for r in listed
        )


def test_enrolment_flags_agree_with_the_demographics(community: Written) -> None:
    people = {row["bene_mbi_id"]: row for row in community.records("8")}
    kinds: Counter[str] = Counter()
    for row in rows(community.folder / "assignment_list.csv"):
        person = people.get(row["BENE_MBI_ID"])
        flags = [row[f"ENROLLFLAG{month}"] for month in range(1, 13)]
        kinds.update(flags)
        assert any(flag != "0" for flag in flags)
        if person is None:
            continue  # declined data sharing
        dual = person["bene_dual_stus_cd"] != "NA"
        assert not {"3" if not dual else "4"} & set(flags)
        if person["bene_death_dt"]:
            for month, flag in enumerate(flags, start=1):
                first_day = f"{row['PERFORMANCE_YEAR']}-{month:02d}-01"
                assert flag == "0" or first_day <= person["bene_death_dt"]
    assert set(kinds) == {"0", "1", "2", "3", "4"}


def test_participant_lists_have_cms_columns(community: Written) -> None:
    final = rows(community.folder / "reference" / "asm_participant_list_final_2026-07-20.csv")
    assert list(final[0])[:8] == [
        "NPI", "FIRST_NAME", "LAST_NAME", "STATE", "ASM_COHORT", "ORGANIZATION_LEGAL_NAME",
        "ASM_CY27_PARTICIPANT", "ASM_CY27_SMALLPRACTICE",
    ]  # fmt: skip
    eligible = {
        row["npi"]
        for row in community.truth["clinicians"]
        if row["performance_year"] == 2025 and row["eligible"]
    }
    listed = {row["NPI"] for row in final}
    # CMS knows more than the community's claims: a few rows differ both ways
    assert len(eligible & listed) >= 0.8 * len(eligible)
    assert (community.folder / "reference" / "asm_participant_list_preliminary_2026-02-05.csv").exists()


def test_interventional_cardiologists_and_others_are_there_to_be_left_out(community: Written) -> None:
    specialties = {row["specialty_code"] for row in rows(community.folder / "provider_roster.csv")}
    assert {"06", "C3", "21", "C7", "50", "97", "08", "11", "C6", "93", "30", "69", "65"} <= specialties
    assert {"05", "09", "14", "20", "25", "72"} & specialties


def test_quality_results_are_of_the_cohorts_measures(community: Written) -> None:
    results = rows(community.folder / "quality_result.csv")
    heart, back = {"492", "008", "005", "236", "377"}, {"238", "134", "128", "220"}
    assert {row["measure_id"] for row in results} == heart | back
    assert all(
        row["collection_type"] == "administrative_claims" for row in results if row["measure_id"] == "492"
    )
    assert all(0 <= float(row["rate"]) <= 100 for row in results)
    assert any(not row["npi"] for row in results), "small practices report together"
    assert all(40 <= float(row["data_completeness"]) <= 100 for row in results)


def test_drug_prices_cover_every_event(community: Written) -> None:
    prices = {row["ndc_code"] for row in rows(community.folder / "reference" / "drug_unit_price.csv")}
    assert {row["clm_line_ndc_cd"] for row in community.records("7")} <= prices


def test_payments_by_provider_exceed_what_the_community_sees(community: Written) -> None:
    paid: Counter[str] = Counter()
    for row in community.records("5"):
        if row["clm_thru_dt"].startswith("2025"):
            sign = -1 if row["clm_adjsmt_type_cd"] == "1" else 1
            paid[row["clm_rndrg_prvdr_npi_num"]] += sign * round(float(row["clm_line_cvrd_pd_amt"]) * 100)
    published = rows(community.folder / "reference" / "MUP_PHY_R27_P05_V10_D25_Prov.csv")
    total = {row["Rndrng_NPI"]: float(row["Tot_Mdcr_Pymt_Amt"]) for row in published}
    assert total
    # but for a claim corrected after the file was written
    assert sum(total[npi] * 100 * 1.01 >= paid[npi] for npi in total) >= 0.98 * len(total)
