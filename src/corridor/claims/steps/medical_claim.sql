-- step:      claims.medical_claim
-- makes:     one row per claim line, final action, of every loaded source
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.medical_claim, fhir.medical_claim, rif.medical_claim, synpuf.medical_claim, tuva.medical_claim, x12.medical_claim
-- cites:     Corridor
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from cclf.medical_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from fhir.medical_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from rif.medical_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from synpuf.medical_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from tuva.medical_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
  bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
  hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
  line_diagnosis_code, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin,
  facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, primary_payer_code,
  provider_state_code, contractor_number, paid_date, paid_amount, allowed_amount, charge_amount,
  coinsurance_amount, deductible_amount, sequestration_amount, add_on_amount, incentive_amount,
  service_month
from x12.medical_claim
