-- step:      fhir.medical_claim
-- makes:     one row per line of a final, paid claim
-- key:       source_id, claim_id, claim_line_number
-- reads:     fhir.line, fhir_raw.line, fhir_raw.claim, identity.person_alias
-- cites:     CMS Blue Button 2.0, BCDA and AB2D data dictionaries; docs/sources/fhir.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with head as (
  select
    claim.source_id, claim.delivery_id, claim.claim_id, claim.load_sequence, claim.file_number, claim.resource_number,
    claim.claim_type, claim.claim_type_code, coalesce(alias.kept_person_id, claim.person_id) as person_id,
    claim.claim_start_date, claim.claim_end_date, claim.admission_date, claim.discharge_date,
    claim.admit_source_code, claim.admit_type_code, claim.discharge_disposition_code, claim.bill_type_code,
    claim.drg_code, claim.billing_npi, claim.billing_tin, claim.facility_npi, claim.facility_ccn,
    claim.attending_npi, claim.operating_npi, claim.referring_npi, claim.primary_payer_code,
    claim.provider_state_code, claim.contractor_number, claim.paid_date, claim.service_month
  from fhir_raw.claim as claim
  left join identity.person_alias as alias on alias.person_id = claim.person_id
)
select
  head.source_id, head.delivery_id, head.claim_id, line.line_number as claim_line_number, head.claim_type,
  head.claim_type_code, head.person_id, head.claim_start_date, head.claim_end_date,
  coalesce(detail.line_start_date, head.claim_start_date) as claim_line_start_date,
  coalesce(detail.line_end_date, head.claim_end_date) as claim_line_end_date, head.admission_date,
  head.discharge_date, head.admit_source_code, head.admit_type_code, head.discharge_disposition_code,
  detail.place_of_service_code, head.bill_type_code,
  case when head.drg_code is not null then 'ms-drg' end as drg_code_type, head.drg_code,
  detail.revenue_center_code, detail.service_unit_quantity, detail.hcpcs_code, detail.hcpcs_modifier_1,
  detail.hcpcs_modifier_2, detail.hcpcs_modifier_3, detail.hcpcs_modifier_4, detail.hcpcs_modifier_5,
  detail.line_diagnosis_code, detail.rendering_npi,
  coalesce(detail.rendering_tin, case when head.claim_type <> 'institutional' then head.billing_tin end)
    as rendering_tin,
  detail.rendering_specialty_code, coalesce(head.billing_npi, detail.group_npi) as billing_npi,
  coalesce(head.billing_tin, detail.rendering_tin) as billing_tin, head.facility_npi, head.facility_ccn,
  head.attending_npi, head.operating_npi, head.referring_npi,
  coalesce(detail.primary_payer_code, head.primary_payer_code) as primary_payer_code,
  coalesce(detail.provider_state_code, head.provider_state_code) as provider_state_code, head.contractor_number,
  head.paid_date, line.paid_amount, line.allowed_amount, line.charge_amount, line.coinsurance_amount,
  line.deductible_amount, cast(null as decimal(18, 2)) as sequestration_amount, line.add_on_amount,
  cast(null as decimal(18, 2)) as incentive_amount, head.service_month
from fhir.line as line
join fhir_raw.line as detail
  on detail.source_id = line.source_id and detail.claim_id = line.claim_id and detail.delivery_id = line.delivery_id
  and detail.load_sequence = line.load_sequence and detail.file_number = line.file_number
  and detail.resource_number = line.resource_number and detail.line_number = line.line_number
  and detail.service_month = line.service_month
join head
  on head.source_id = line.source_id and head.claim_id = line.claim_id and head.delivery_id = line.delivery_id
  and head.load_sequence = line.load_sequence and head.file_number = line.file_number
  and head.resource_number = line.resource_number and head.service_month = line.service_month
