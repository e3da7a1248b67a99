"""Chronic conditions by hand: each algorithm of the list, its look-back, exclusions and additional logic."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.law import load_rules
from tests.claims.workbench import Row
from tests.population.condition_bench import ConditionBench

STEPS = ("population.condition",)
TWO_YEARS = (
    "At least 1 inpatient claim OR 2 other non-drug claims of any service type during the two-year period"
)
ANY_2 = "At least 1 inpatient claim OR 2 other non-drug claims of any service type with DX codes"
OPIOID = (
    "At least 1 inpatient claim OR 2 other non-drug claims of any service type with a ICD-10-CM or "
    "ICD-10-PCS code OR at least 1 inpatient claim OR 1 emergency department (ED) claim with a ICD-10-CM "
    "code OR 1 or more drug claim with an NDC for opioid-MAT OR 1 or more non-drug claim with a HCPCs code"
)
PROCEDURE_1 = (
    "At least 1 inpatient claim OR 2 other non-drug claims of any service type during the two-year period; "
    "Procedure codes require only one claim to qualify"
)
LIVER = (
    "At least 1 inpatient claim OR 2 non- inpatient claims with DX codes; Procedures must have at least one "
    "associated liver disease diagnosis on claim."
)
LIVER_DISEASE = "liver_disease_cirrhosis_and_other_liver_conditions_except_viral_hepatitis"
HIV = "human_immunodeficiency_virus_and_or_acquired_immunodeficiency_syndrome_hiv_aids"
NALTREXONE, BUPRENORPHINE = "00056001122", "00054017613"
# condition -> (text of qualification, codes: system:code, a leading - excludes)
LISTED = {
    "acute_myocardial_infarction": ("At least 1 inpatient claim with DX codes", "I2101"),
    "cataract": ("At least 1 HOP or carrier claim with DX codes", "H2510"),
    "stroke_transient_ischemic_attack": (
        "At least 1 inpatient, HOP or carrier claim with DX codes",
        "I6300 -S06340A",
    ),
    "hip_pelvic_fracture": ("At least 1 inpatient, SNF, HOP or carrier claim with DX codes", "S72001A"),
    "cancer_lung": ("At least 1 inpatient/SNF claim OR 2 HOP/carrier claims with DX codes", "C3400"),
    "diabetes": ("At least 1 inpatient/SNF/HHA claim OR 2 HOP/carrier claims with DX codes", "E119 E1165"),
    "obesity": ("At least 1 inpatient claim OR 2 non- inpatient claims with DX codes", "E6601"),
    "epilepsy": (
        TWO_YEARS,
        "G40909",
    ),
    HIV: (
        TWO_YEARS,
        "B20 R75 ms-drg:974 hcc:1(HIV/AIDS)",
    ),
    "alcohol_use_disorders": (PROCEDURE_1, "F1020 icd-10-pcs:HZ2ZZZZ"),
    "drug_use_disorders": (PROCEDURE_1, "F1120 icd-10-pcs:HZ2ZZZZ"),
    LIVER_DISEASE: (LIVER, "K7460 icd-10-pcs:06L20ZZ"),
    "tobacco_use": (f"{ANY_2} OR 1 HCPCS code claim of any type", "F17200 hcpcs:99406"),
    "sickle_cell_disease": ("3 or more non-drug claims of any service type with DX codes", "D5700"),
    "opioid_use_disorder_oud": (
        OPIOID,
        f"F1110 icd-10-pcs:HZ81ZZZ hcpcs:G2067 ndc:{NALTREXONE} ndc:{BUPRENORPHINE}",
    ),
    "unknown": ("At least 1 inpatient claim with DX codes", "Z998"),
    "not_read": ("At least 4 claims on a full moon", "Z999"),
}
SETTINGS = {
    "inpatient": "60",
    "snf": "20",
    "home_health": "10",
    "hospice": "50",
    "outpatient": "40",
    "carrier": "71",
    "dme": "82",
}


def listed() -> list[Row]:
    rows = []
    for number, (condition, (text, codes)) in enumerate(LISTED.items()):
        for part in codes.split():
            system, _, code = part.lstrip("-").rpartition(":")
            rows.append(
                {
                    "condition_id": str(number),
                    "condition_name": condition.upper(),
                    "condition": condition,
                    "claims_qualification": text,
                    "inclusion_type": "exclude" if part.startswith("-") else "include",
                    "code_system": system or "icd-10-cm",
                    "code": code,
                    "vintage": "2026",
                }
            )
    # an older vintage is not looked at
    return [*rows, {**rows[0], "code": "J459", "vintage": "2020"}]


class Claims:
    """Claims of people, written as `setting date codes`."""

    def __init__(self) -> None:
        self.lines: list[Row] = []
        self.diagnoses: list[Row] = []
        self.procedures: list[Row] = []
        self.drugs: list[Row] = []

    def add(self, person: int, setting: str, day: str, *codes: str, **more: Any) -> Claims:
        when = date.fromisoformat(day)
        claim = f"c{len(self.lines) + len(self.drugs) + 1}"
        common = {"source_id": "s", "claim_id": claim, "person_id": person}
        month = when.year * 100 + when.month
        if setting == "drug":
            self.drugs.append(
                {
                    **common,
                    "claim_line_number": 1,
                    "dispensing_date": when,
                    "ndc_code": codes[0],
                    "service_month": month,
                }
            )
            return self
        line = {
            **common,
            "claim_line_number": 1,
            "claim_type_code": SETTINGS[setting],
            "claim_end_date": when,
            "service_month": month,
        }
        self.lines.append({**line, **more})
        for place, code in enumerate(codes, start=1):
            if code.startswith("icd-10-pcs:"):
                self.procedures.append(
                    {
                        **common,
                        "procedure_sequence": place,
                        "procedure_code": code[11:],
                        "service_month": month,
                    }
                )
            else:
                self.diagnoses.append(
                    {**common, "diagnosis_sequence": place, "diagnosis_code": code, "service_month": month}
                )
        return self

    def bench(self, **more: Any) -> ConditionBench:
        made = ConditionBench(STEPS, data_year=2025, **more)
        made.give("claims.medical_claim", self.lines)
        made.give("claims.claim_diagnosis", self.diagnoses)
        made.give("claims.claim_procedure", self.procedures)
        made.give("claims.pharmacy_claim", self.drugs)
        made.give("reference.chronic_condition_code", listed())
        made.give(
            "claims.period",
            [{"source_id": "s", "first_day": date(2024, 1, 1), "last_day": date(2025, 12, 31), "lines": 1}],
            {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE", "lines": "BIGINT"},
        )
        return made

    def met(self, **more: Any) -> dict[tuple[int, str], Row]:
        rows = self.bench(**more).run("population.condition")
        return {(row["person_id"], row["condition"]): row for row in rows}


@pytest.mark.parametrize(
    ("condition", "code", "claims", "met"),
    [
        ("acute_myocardial_infarction", "I2101", ["inpatient 2025-03-01"], True),
        ("acute_myocardial_infarction", "I2101", ["carrier 2025-03-01", "outpatient 2025-04-01"], False),
        ("cataract", "H2510", ["carrier 2025-03-01"], True),
        ("cataract", "H2510", ["outpatient 2025-03-01"], True),
        ("cataract", "H2510", ["inpatient 2025-03-01", "snf 2025-04-01"], False),
        ("stroke_transient_ischemic_attack", "I6300", ["carrier 2025-03-01"], True),
        ("stroke_transient_ischemic_attack", "I6300", ["snf 2025-03-01"], False),
        ("hip_pelvic_fracture", "S72001A", ["snf 2025-03-01"], True),
        ("hip_pelvic_fracture", "S72001A", ["home_health 2025-03-01"], False),
        ("cancer_lung", "C3400", ["snf 2025-03-01"], True),
        ("cancer_lung", "C3400", ["home_health 2025-03-01", "home_health 2025-04-01"], False),
        ("cancer_lung", "C3400", ["carrier 2025-03-01"], False),
        ("cancer_lung", "C3400", ["carrier 2025-03-01", "outpatient 2025-03-02"], True),
        ("cancer_lung", "C3400", ["carrier 2025-03-01", "outpatient 2025-03-01"], False),  # one day
        ("diabetes", "E119", ["home_health 2025-03-01"], True),
        ("diabetes", "E119", ["carrier 2024-01-01", "carrier 2025-12-31"], True),  # the ends of two years
        ("diabetes", "E119", ["carrier 2023-12-31", "carrier 2025-12-31"], False),
        ("diabetes", "E119", ["carrier 2025-12-31", "carrier 2026-01-01"], False),
        ("diabetes", "E119", ["hospice 2025-03-01", "dme 2025-04-01"], False),  # neither HOP nor carrier
        ("obesity", "E6601", ["snf 2025-03-01", "dme 2025-04-01"], True),
        ("obesity", "E6601", ["inpatient 2025-03-01"], True),
        ("epilepsy", "G40909", ["hospice 2025-03-01"], False),
        ("epilepsy", "G40909", ["hospice 2025-03-01", "hospice 2025-03-15"], True),
        ("sickle_cell_disease", "D5700", ["inpatient 2021-01-01", "snf 2023-01-01", "dme 2025-01-01"], True),
        ("sickle_cell_disease", "D5700", ["inpatient 2020-12-31", "snf 2023-01-01", "dme 2025-01-01"], False),
        ("sickle_cell_disease", "D5700", ["inpatient 2025-01-01", "inpatient 2025-02-01"], False),
        ("acute_myocardial_infarction", "I2101", ["inpatient 2024-12-31"], False),  # one year back
        ("not_read", "Z999", ["inpatient 2025-03-01", "carrier 2025-04-01"], False),
    ],
)
def test_claims_that_qualify(condition: str, code: str, claims: list[str], met: bool) -> None:
    made = Claims()
    for text in claims:
        setting, day = text.split()
        made.add(1, setting, day, code)
    assert ((1, condition) in made.met()) is met


def test_what_a_row_says() -> None:
    """Three carrier claims on two days of the two years, one claim before them: first and last of all."""
    made = Claims()
    made.add(1, "carrier", "2022-05-01", "E119").add(1, "carrier", "2024-02-01", "E119", "E1165")
    made.add(1, "carrier", "2025-02-01", "E1165").add(1, "outpatient", "2025-02-01", "E119")
    made.add(1, "home_health", "2023-01-01", "E119").add(1, "carrier", "2026-01-01", "E119")
    row = made.met()[1, "diabetes"]
    assert (row["first_date"], row["last_date"]) == (date(2022, 5, 1), date(2025, 2, 1))
    assert row["claims"] == 3
    assert row["qualified_by"] == (
        "At least 2 hospital outpatient or carrier claims on different days: "
        "3 claims on 2 days since 2024-01-01"
    )
    assert row["window_is_loaded"] and row["condition_name"] == "DIABETES"


def test_days_need_not_differ_where_the_rule_says_so() -> None:
    made = Claims().add(1, "carrier", "2025-03-01", "E119").add(1, "outpatient", "2025-03-01", "E119")
    assert not made.met()
    assert made.met(overrides={"population.condition_claims_on_different_days": False})


def test_an_excluding_code_keeps_its_claim_out() -> None:
    """A stroke code beside a brain injury is the injury's; another claim of the person still counts."""
    made = Claims().add(1, "inpatient", "2025-03-01", "I6300", "S06340A")
    made.add(2, "inpatient", "2025-03-01", "I6300", "S06340A").add(2, "carrier", "2025-06-01", "I6300")
    met = made.met()
    assert set(met) == {(2, "stroke_transient_ischemic_attack")}
    assert met[2, "stroke_transient_ischemic_attack"]["first_date"] == date(2025, 6, 1)


def test_line_diagnoses_count_and_a_claim_counts_once() -> None:
    made = Claims().add(1, "carrier", "2025-03-01", "E119", line_diagnosis_code="E119")
    assert not made.met()
    made.add(1, "carrier", "2025-03-02", line_diagnosis_code="E1165")
    assert made.met()[1, "diabetes"]["claims"] == 2


def test_screening_codes_need_another_claim() -> None:
    """R75 alone, even from a stay, is a screening result; B20 anywhere confirms it; so does a DRG of HIV."""
    made = Claims().add(1, "inpatient", "2025-03-01", "R75")
    made.add(2, "inpatient", "2025-03-01", "R75").add(2, "carrier", "2025-04-01", "B20")
    made.add(3, "carrier", "2025-03-01", "R75").add(3, "carrier", "2025-04-01", "R75")
    made.add(4, "carrier", "2025-03-01", "R75").add(4, "carrier", "2025-04-01", "B20")
    made.add(5, "inpatient", "2025-03-01", drg_code="974")
    assert set(made.met()) == {(2, HIV), (4, HIV), (5, HIV)}


def test_procedures_of_alcohol_use_need_one_claim() -> None:
    made = Claims().add(1, "outpatient", "2025-03-01", "icd-10-pcs:HZ2ZZZZ")
    made.add(2, "outpatient", "2025-03-01", "F1020")
    assert set(made.met()) == {(1, "alcohol_use_disorders"), (1, "drug_use_disorders")}


def test_liver_procedures_add_nothing_to_the_diagnosis_beside_them() -> None:
    made = Claims().add(1, "inpatient", "2025-03-01", "icd-10-pcs:06L20ZZ")
    made.add(2, "inpatient", "2025-03-01", "K7460", "icd-10-pcs:06L20ZZ")
    assert set(made.met()) == {(2, LIVER_DISEASE)}


def test_tobacco_service_codes_need_one_claim() -> None:
    made = Claims().add(1, "carrier", "2025-03-01", hcpcs_code="99406")
    made.add(2, "carrier", "2025-03-01", "F17200")
    assert set(made.met()) == {(1, "tobacco_use")}


def test_ways_to_opioid_use_disorder() -> None:
    made = Claims().add(1, "outpatient", "2025-03-01", "F1110")  # one claim is too little
    made.add(
        2, "outpatient", "2025-03-01", "F1110", revenue_center_code="0450"
    )  # in the emergency department
    made.add(3, "outpatient", "2025-03-01", "F1110").add(3, "outpatient", "2025-04-01", "icd-10-pcs:HZ81ZZZ")
    made.add(4, "drug", "2025-03-01", BUPRENORPHINE)
    made.add(5, "carrier", "2025-03-01", hcpcs_code="G2067")
    met = {person for person, condition in made.met() if condition == "opioid_use_disorder_oud"}
    assert met == {2, 3, 4, 5}
    assert made.met()[2, "opioid_use_disorder_oud"]["claims"] == 1


def test_naltrexone_hangs_on_the_other_disorders() -> None:
    """Alone it counts; with alcohol use disorder only where opioid diagnoses suffice; another drug always."""
    made = Claims().add(1, "drug", "2025-03-01", NALTREXONE)
    for person in (2, 3, 4):
        made.add(person, "inpatient", "2025-02-01", "F1020").add(person, "drug", "2025-03-01", NALTREXONE)
    made.add(3, "drug", "2025-04-01", BUPRENORPHINE)
    made.add(4, "inpatient", "2025-05-01", "F1110")
    made.add(5, "inpatient", "2025-02-01", "F1120").add(5, "drug", "2025-03-01", NALTREXONE)
    met = {person for person, condition in made.met() if condition == "opioid_use_disorder_oud"}
    assert met == {1, 3, 4}


def test_a_condition_whose_text_is_unknown_says_so() -> None:
    made = Claims().bench()
    rows = {row["condition"]: row for row in made.run("population.condition_definition")}
    assert "not one of population.condition_qualification" in rows["not_read"]["not_computed_because"]
    assert "no look-back" in rows["unknown"]["not_computed_because"]
    assert rows["diabetes"]["not_computed_because"] is None
    assert rows["diabetes"]["window_start"] == date(2024, 1, 1)
    assert rows["sickle_cell_disease"]["window_is_loaded"] is False  # five years asked for, two loaded


def test_no_list_no_conditions() -> None:
    made = Claims().add(1, "inpatient", "2025-03-01", "E119").bench()
    made.give("reference.chronic_condition_code", [])
    assert made.run("population.condition") == []


def test_the_rules_know_the_whole_published_list(test_data: Path) -> None:
    """75 conditions, 6,532 codes: each text has an algorithm, each condition a look-back."""
    con = duckdb.connect()
    path = test_data / "terminology" / "tuva" / "cms_chronic_conditions_hierarchy.csv"
    found = con.execute(
        "select condition_column_name, min(claims_qualification), "
        "string_agg(distinct lower(code_system), ' ') "
        f"from read_csv('{path}', all_varchar = true, header = true) group by 1"
    ).fetchall()
    force = load_rules(["population"]).in_force(performance_year=2027)
    texts = {
        row["claims_qualification"]: row["algorithm"]
        for row in force.rows("population.condition_qualification")
    }
    years = {row["condition"] for row in force.rows("population.condition_rule")}
    ways = {(row["algorithm"], row["code_system"]) for row in force.rows("population.condition_algorithm")}
    assert len(found) == 75
    assert {name for name, _, _ in found} == years
    assert {text for _, text, _ in found} == set(texts)
    without = {
        (name, system)
        for name, text, systems in found
        for system in systems.split()
        if (texts[text], system) not in ways
    }
    assert {system for _, system in without} == {"hcc", "icd-10-pcs"}  # HIV's HCC, liver's procedures
    ndcs = [
        code
        for (code,) in con.execute(
            f"select code from read_csv('{path}', all_varchar = true, header = true) "
            "where code_system = 'NDC'"
        ).fetchall()
    ]
    first = ndcs.index(NALTREXONE)
    assert ndcs[:first] == sorted(ndcs[:first])
    assert [row["code"] for row in force.rows("population.condition_conditional_drug")] == ndcs[first:]
