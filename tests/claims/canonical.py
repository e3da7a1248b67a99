"""The tables that the rooms above the sources read, with their types: the contract, for tests."""

from __future__ import annotations

MONEY = "DECIMAL(18,2)"


def _columns(text: str) -> dict[str, str]:
    """``name TYPE`` a comma apart; VARCHAR where no type is named."""
    columns = {}
    for part in text.replace("\n", " ").split(","):
        name, _, kind = part.strip().partition(" ")
        columns[name] = {"MONEY": MONEY, "QUANTITY": "DECIMAL(18,4)"}.get(
            kind.strip(), kind.strip() or "VARCHAR"
        )
    return columns


CANONICAL = {
    "medical_claim": _columns(
        """source_id, delivery_id, claim_id, claim_line_number INTEGER, claim_type, claim_type_code,
        person_id BIGINT, claim_start_date DATE, claim_end_date DATE, claim_line_start_date DATE,
        claim_line_end_date DATE, admission_date DATE, discharge_date DATE, admit_source_code,
        admit_type_code, discharge_disposition_code, place_of_service_code, bill_type_code, drg_code_type,
        drg_code, revenue_center_code, service_unit_quantity QUANTITY, hcpcs_code, hcpcs_modifier_1,
        hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5, line_diagnosis_code,
        rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin, facility_npi,
        facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code, provider_state_code,
        contractor_number, paid_date DATE, paid_amount MONEY, allowed_amount MONEY, charge_amount MONEY,
        coinsurance_amount MONEY, deductible_amount MONEY, sequestration_amount MONEY, add_on_amount MONEY,
        incentive_amount MONEY, service_month INTEGER"""
    ),
    "claim_diagnosis": _columns(
        """source_id, delivery_id, claim_id, person_id BIGINT, diagnosis_sequence INTEGER, diagnosis_code,
        diagnosis_code_type, present_on_admission, service_month INTEGER"""
    ),
    "claim_procedure": _columns(
        """source_id, delivery_id, claim_id, person_id BIGINT, procedure_sequence INTEGER, procedure_code,
        procedure_code_type, procedure_date DATE, service_month INTEGER"""
    ),
    "pharmacy_claim": _columns(
        """source_id, delivery_id, claim_id, claim_line_number INTEGER, person_id BIGINT,
        dispensing_provider_id, prescribing_provider_id, prescribing_npi, dispensing_date DATE, ndc_code,
        quantity QUANTITY, days_supply INTEGER, refills INTEGER, paid_date DATE, paid_amount MONEY,
        allowed_amount MONEY, copayment_amount MONEY, gross_drug_cost MONEY, service_month INTEGER"""
    ),
    "eligibility": _columns(
        """source_id, delivery_id, person_id BIGINT, birth_date DATE, gender, race_code, state_code,
        county_code, zip_code, death_date DATE, enrollment_start_date DATE, enrollment_end_date DATE,
        original_reason_entitlement_code, medicare_status_code, dual_status_code, part_a BOOLEAN,
        part_b BOOLEAN, medicare_advantage BOOLEAN, part_d BOOLEAN, enrollment_basis"""
    ),
}

_COMMON = ", source_id, delivery_id, file_date DATE"
OTHER = {
    "identity.person_alias": _columns("person_id BIGINT, kept_person_id BIGINT"),
    "run.setting": _columns("performance_year INTEGER, payment_year INTEGER, data_year INTEGER"),
    "org_raw.provider_roster": _columns(
        """npi, tin, clinician_name, specialty_code, site_id, site_zip, cbsa, region, practice_size INTEGER,
        employment, start_date DATE, end_date DATE"""
        + _COMMON
    ),
    "org_raw.assignment_list": _columns(
        "person_id BIGINT, performance_year INTEGER, report_period, "
        + ", ".join(f"enrollflag_{month} INTEGER" for month in range(1, 13))
        + """, risk_score_esrd DOUBLE, risk_score_disabled DOUBLE, risk_score_aged_dual DOUBLE,
        risk_score_aged_nondual DOUBLE, part_d_months INTEGER, death_date DATE"""
        + _COMMON
    ),
    "org_raw.participant_list": _columns(
        "aco_id, tin, npi, legal_name, start_date DATE, end_date DATE" + _COMMON
    ),
    "org_raw.quality_result": _columns(
        """performance_year INTEGER, tin, npi, measure_id, collection_type, rate DOUBLE,
        eligible_cases INTEGER, data_completeness DOUBLE"""
        + _COMMON
    ),
    "org_raw.category_attestation": _columns(
        """performance_year INTEGER, tin, improvement_activities_attested INTEGER,
        promoting_interoperability_score DOUBLE"""
        + _COMMON
    ),
    "org_raw.opt_out": _columns("person_id BIGINT, preference, effective_date DATE" + _COMMON),
    "reference.drug_unit_price": _columns("vintage, ndc_code, unit_price DOUBLE, valid_from DATE"),
    "reference.episode_service_code": _columns(
        "vintage, cohort, code_system, code, category, valid_from DATE, valid_to DATE"
    ),
    "reference.episode_cost_coefficient": _columns("vintage, cohort, subgroup, term, coefficient DOUBLE"),
    "reference.asm_area": _columns("vintage, cbsa, mandatory BOOLEAN"),
    "reference.zip_to_cbsa": _columns("vintage, zip_code, cbsa"),
    "reference.asm_participant_list": _columns(
        """vintage, npi, first_name, last_name, state, asm_cohort, organization_legal_name, list_stage,
        performance_year INTEGER, """
        + ", ".join(f"asm_cy{y}_participant, asm_cy{y}_smallpractice" for y in range(27, 32))
    ),
    "reference.physician_by_provider": _columns(
        """vintage, npi, year INTEGER, specialty, medicare_allowed DOUBLE, medicare_paid DOUBLE,
        beneficiaries INTEGER, services DOUBLE, city, state, zip, dual_beneficiaries INTEGER,
        medical_paid DOUBLE, average_risk_score DOUBLE"""
    ),
}
_MEASURED = """performance_year INTEGER, period_start DATE, period_end DATE, participation, tin, npi,
    entity_id, site_id, software, program_name, measure_id, collection_type, stratum, document,
    load_order BIGINT"""
OTHER |= {
    "qpp_raw.measure_result": _columns(
        _MEASURED
        + """, initial_population INTEGER, denominator INTEGER, exclusion INTEGER, exception INTEGER,
        numerator INTEGER, numerator_exclusion INTEGER, not_met INTEGER, not_captured INTEGER, rate DOUBLE"""
        + _COMMON
    ),
    "qpp_raw.measure_patient": _columns(
        _MEASURED + ", person_id BIGINT, event_date DATE, event_id, status, missing_element, payer" + _COMMON
    ),
    "qpp_raw.measure_name": _columns("measure_reference, quality_id" + _COMMON),
    "reference.qpp_measure_stratum": _columns("vintage, year INTEGER, measure_id, stratum, e_measure_uuid"),
    "reference.qpp_measure": _columns(
        """vintage, year INTEGER, measure_id, e_measure_id, e_measure_uuid, is_inverse BOOLEAN,
        overall_algorithm"""
    ),
}
FORMATS = ("cclf", "fhir", "rif", "synpuf", "tuva", "x12")
NOT_MADE = {"x12.pharmacy_claim"}  # drugs of a pharmacy travel by another standard
INPUTS = {f"{fmt}.{table}": columns for fmt in FORMATS for table, columns in CANONICAL.items()} | OTHER
