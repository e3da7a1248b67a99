-- step:      cclf.medical_claim
-- makes:     one row per line of a final, paid claim: institutional, professional, durable medical equipment
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.institutional_line, cclf.professional_line
-- cites:     CCLF Information Packet v38; docs/sources/cclf.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
  discharge_date, admit_source_code, admit_type_code, discharge_disposition_code,
  cast(null as varchar) as place_of_service_code, bill_type_code,
  case when drg_code is not null then 'ms-drg' end as drg_code_type, drg_code, revenue_center_code,
  service_unit_quantity, hcpcs_code, hcpcs_1_mdfr_cd as hcpcs_modifier_1, hcpcs_2_mdfr_cd as hcpcs_modifier_2,
  hcpcs_3_mdfr_cd as hcpcs_modifier_3, hcpcs_4_mdfr_cd as hcpcs_modifier_4,
  hcpcs_5_mdfr_cd as hcpcs_modifier_5, cast(null as varchar) as line_diagnosis_code,
  cast(null as varchar) as rendering_npi, cast(null as varchar) as rendering_tin,
  cast(null as varchar) as rendering_specialty_code, facility_npi as billing_npi,
  cast(null as varchar) as billing_tin, facility_npi, facility_ccn, attending_npi, operating_npi,
  cast(null as varchar) as referring_npi, primary_payer_code, provider_state_code, contractor_number,
  paid_date, paid_amount, cast(null as decimal(18, 2)) as allowed_amount, charge_amount, coinsurance_amount,
  deductible_amount, sequestration_amount, add_on_amount, incentive_amount, service_month
from cclf.institutional_line
union all
select
  source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id,
  claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date,
  cast(null as date) as admission_date, cast(null as date) as discharge_date,
  cast(null as varchar) as admit_source_code, cast(null as varchar) as admit_type_code,
  cast(null as varchar) as discharge_disposition_code, place_of_service_code,
  cast(null as varchar) as bill_type_code, cast(null as varchar) as drg_code_type,
  cast(null as varchar) as drg_code, cast(null as varchar) as revenue_center_code, service_unit_quantity,
  hcpcs_code, hcpcs_1_mdfr_cd as hcpcs_modifier_1, hcpcs_2_mdfr_cd as hcpcs_modifier_2,
  hcpcs_3_mdfr_cd as hcpcs_modifier_3, hcpcs_4_mdfr_cd as hcpcs_modifier_4,
  hcpcs_5_mdfr_cd as hcpcs_modifier_5, line_diagnosis_code, rendering_npi, tin as rendering_tin,
  rendering_specialty_code, billing_npi, tin as billing_tin, cast(null as varchar) as facility_npi,
  cast(null as varchar) as facility_ccn, cast(null as varchar) as attending_npi,
  cast(null as varchar) as operating_npi, referring_npi, primary_payer_code, provider_state_code,
  contractor_number, paid_date, paid_amount, allowed_amount, cast(null as decimal(18, 2)) as charge_amount,
  cast(null as decimal(18, 2)) as coinsurance_amount, deductible_amount, sequestration_amount,
  cast(0 as decimal(18, 2)) as add_on_amount, cast(0 as decimal(18, 2)) as incentive_amount, service_month
from cclf.professional_line
