-- step:      tuva.medical_claim
-- makes:     one row per claim line; where a file repeats the amounts of a claim on its lines, they stand on the first
-- key:       source_id, claim_id, claim_line_number
-- reads:     tuva_raw.medical_claim, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with newest as (
  select
    *,
    max(load_sequence) over (partition by source_id, claim_id) as last_load,
    row_number() over (
      partition by source_id, claim_id, claim_line_number
      order by load_sequence desc, input_file_date desc nulls last, delivery_id desc, file_line desc
    ) as place
  from tuva_raw.medical_claim
),
line as (
  select
    *,
    amounts_repeat
      and row_number() over (partition by source_id, claim_id order by claim_line_number) > 1 as is_repeat
  from newest
  where place = 1 and load_sequence = last_load
)
select
  line.source_id, line.delivery_id, line.claim_id, line.claim_line_number, line.claim_type, line.claim_type_code,
  coalesce(alias.kept_person_id, line.person_id) as person_id, line.claim_start_date, line.claim_end_date,
  line.claim_line_start_date, line.claim_line_end_date, line.admission_date, line.discharge_date,
  line.admit_source_code, line.admit_type_code, line.discharge_disposition_code, line.place_of_service_code,
  line.bill_type_code, line.drg_code_type, line.drg_code, line.revenue_center_code, line.service_unit_quantity,
  line.hcpcs_code, line.hcpcs_modifier_1, line.hcpcs_modifier_2, line.hcpcs_modifier_3, line.hcpcs_modifier_4,
  line.hcpcs_modifier_5, cast(null as varchar) as line_diagnosis_code, line.rendering_npi, line.rendering_tin,
  line.rendering_specialty_code, line.billing_npi, line.billing_tin, line.facility_npi, line.facility_ccn,
  line.attending_npi, line.operating_npi, line.referring_npi, cast(null as varchar) as primary_payer_code,
  cast(null as varchar) as provider_state_code, cast(null as varchar) as contractor_number, line.paid_date,
  cast(case when line.is_repeat then 0 else coalesce(line.paid_amount, 0) end as decimal(18, 2)) as paid_amount,
  cast(case when line.is_repeat and line.allowed_amount is not null then 0 else line.allowed_amount end
    as decimal(18, 2)) as allowed_amount,
  cast(case when line.is_repeat and line.charge_amount is not null then 0 else line.charge_amount end
    as decimal(18, 2)) as charge_amount,
  cast(case when line.is_repeat and line.coinsurance_amount is not null then 0 else line.coinsurance_amount end
    as decimal(18, 2)) as coinsurance_amount,
  cast(case when line.is_repeat and line.deductible_amount is not null then 0 else line.deductible_amount end
    as decimal(18, 2)) as deductible_amount,
  cast(null as decimal(18, 2)) as sequestration_amount, cast(0 as decimal(18, 2)) as add_on_amount,
  cast(null as decimal(18, 2)) as incentive_amount, line.service_month
from line
left join identity.person_alias as alias on alias.person_id = line.person_id
