-- step:      x12.medical_claim
-- makes:     one row per line of a final claim as sent (837), or as its remittance alone tells it (835)
-- key:       source_id, claim_id, claim_line_number
-- reads:     x12.claim_line, x12_raw.claim, x12_raw.claim_line, x12_raw.remittance, x12_raw.remittance_line,
--            identity.person_alias
-- cites:     X12 005010X222, 005010X223, 005010X221; docs/sources/x12.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with sent as (
  select
    kept.source_id, claim.delivery_id, kept.claim_id, kept.claim_line_number, claim.claim_type, claim.claim_type_code,
    claim.person_id, claim.service_from as claim_start_date, claim.service_to as claim_end_date,
    coalesce(line.line_from, claim.service_from) as claim_line_start_date,
    coalesce(line.line_to, claim.service_to) as claim_line_end_date, claim.admission_date, claim.discharge_date,
    claim.admit_source_code, claim.admit_type_code, claim.discharge_status_code as discharge_disposition_code,
    line.place_of_service_code, claim.bill_type_code, claim.drg_code, line.revenue_center_code,
    line.quantity as service_unit_quantity, line.hcpcs_code, line.hcpcs_modifier_1, line.hcpcs_modifier_2,
    line.hcpcs_modifier_3, line.hcpcs_modifier_4, line.line_diagnosis_code,
    -- who bills has rendered the service where nobody else is named
    case when claim.claim_type = 'professional' then coalesce(line.rendering_npi, claim.rendering_npi, claim.billing_npi)
      else coalesce(line.rendering_npi, claim.rendering_npi) end as rendering_npi,
    case when claim.claim_type = 'professional' then claim.billing_tin end as rendering_tin, claim.billing_npi,
    claim.billing_tin,
    case when claim.claim_type = 'institutional' then claim.billing_npi
      else coalesce(line.facility_npi, claim.facility_npi) end as facility_npi,
    claim.attending_npi, coalesce(line.operating_npi, claim.operating_npi) as operating_npi,
    coalesce(line.referring_npi, line.ordering_npi, claim.referring_npi) as referring_npi, claim.primary_payer_code,
    kept.paid_date, kept.paid_amount,
    -- without a remittance, what a repricer says the contract allows
    coalesce(kept.allowed_amount, case when kept.paid_amount is null then line.repriced_amount end) as allowed_amount,
    line.charge_amount, kept.coinsurance_amount, kept.deductible_amount, kept.sequestration_amount, kept.service_month
  from x12.claim_line as kept
  join x12_raw.claim as claim on claim.source_id = kept.source_id and claim.submission_id = kept.record_id
  join x12_raw.claim_line as line
    on line.source_id = kept.source_id and line.submission_id = kept.record_id and line.line_number = kept.record_line
  where kept.sent
),
remitted as (
  select
    kept.source_id, claim.delivery_id, kept.claim_id, kept.claim_line_number, claim.claim_type, claim.claim_type_code,
    claim.person_id, claim.service_from as claim_start_date, claim.service_to as claim_end_date,
    coalesce(line.line_from, claim.service_from) as claim_line_start_date,
    coalesce(line.line_to, claim.service_to) as claim_line_end_date,
    case when claim.claim_type = 'professional' then claim.facility_code end as place_of_service_code,
    claim.bill_type_code, claim.drg_code,
    case when claim.claim_type = 'institutional' then line.revenue_center_code end as revenue_center_code,
    line.quantity as service_unit_quantity, line.hcpcs_code, line.hcpcs_modifier_1, line.hcpcs_modifier_2, line.hcpcs_modifier_3, line.hcpcs_modifier_4,
    case when claim.claim_type = 'professional' then
      coalesce(line.rendering_npi, claim.rendering_npi, claim.payee_npi)
      else coalesce(line.rendering_npi, claim.rendering_npi) end as rendering_npi,
    claim.payee_npi, claim.payee_tin, case when claim.payer_rank > 1 then 'Z' end as primary_payer_code,
    kept.paid_date, kept.paid_amount, kept.allowed_amount, line.charge_amount, kept.coinsurance_amount,
    kept.deductible_amount, kept.sequestration_amount, kept.service_month
  from x12.claim_line as kept
  join x12_raw.remittance as claim on claim.source_id = kept.source_id and claim.remittance_id = kept.record_id
  join x12_raw.remittance_line as line
    on line.source_id = kept.source_id and line.remittance_id = kept.record_id and line.line_number = kept.record_line
  where not kept.sent
),
every_line as (
  select * from sent
  union all
  select
    source_id, delivery_id, claim_id, claim_line_number, claim_type, claim_type_code, person_id, claim_start_date,
    claim_end_date, claim_line_start_date, claim_line_end_date, null, null, null, null, null, place_of_service_code,
    bill_type_code, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code, hcpcs_modifier_1,
    hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, null, rendering_npi,
    case when claim_type = 'professional' then payee_tin end, payee_npi, payee_tin,
    case when claim_type = 'institutional' then payee_npi end, null, null, null, primary_payer_code, paid_date,
    paid_amount, allowed_amount, charge_amount, coinsurance_amount, deductible_amount, sequestration_amount,
    service_month
  from remitted
)
select
  line.source_id, line.delivery_id, line.claim_id, line.claim_line_number, line.claim_type, line.claim_type_code,
  coalesce(alias.kept_person_id, line.person_id) as person_id, line.claim_start_date, line.claim_end_date,
  line.claim_line_start_date, line.claim_line_end_date, line.admission_date, line.discharge_date,
  line.admit_source_code, line.admit_type_code, line.discharge_disposition_code, line.place_of_service_code,
  line.bill_type_code, case when line.drg_code is not null then 'ms-drg' end as drg_code_type, line.drg_code,
  line.revenue_center_code, line.service_unit_quantity, line.hcpcs_code, line.hcpcs_modifier_1,
  line.hcpcs_modifier_2, line.hcpcs_modifier_3, line.hcpcs_modifier_4, cast(null as varchar) as hcpcs_modifier_5,
  line.line_diagnosis_code, line.rendering_npi, line.rendering_tin,
  cast(null as varchar) as rendering_specialty_code, line.billing_npi, line.billing_tin, line.facility_npi,
  cast(null as varchar) as facility_ccn, line.attending_npi, line.operating_npi, line.referring_npi,
  line.primary_payer_code, cast(null as varchar) as provider_state_code, cast(null as varchar) as contractor_number,
  line.paid_date, line.paid_amount, line.allowed_amount, line.charge_amount, line.coinsurance_amount,
  line.deductible_amount, line.sequestration_amount, cast(0 as decimal(18, 2)) as add_on_amount,
  cast(null as decimal(18, 2)) as incentive_amount, line.service_month
from every_line as line
left join identity.person_alias as alias on alias.person_id = line.person_id
