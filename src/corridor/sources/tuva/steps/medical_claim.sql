-- step:      tuva.medical_claim
-- makes:     one row per claim line; where a file repeats the amounts of a claim on its lines, they stand on the first
-- key:       source_id, claim_id, claim_line_number
-- reads:     tuva_raw.medical_claim, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with line_count as (
  select
    source_id, claim_id, claim_line_number, count(*) as times, min(load_sequence) as first_load,
    max(load_sequence) as last_load, max(case when amounts_repeat then 1 else 0 end) as repeats
  from tuva_raw.medical_claim
  group by source_id, claim_id, claim_line_number
),
-- few claims come twice or repeat their amounts: only those are put in order, line by line
contested as (
  select source_id, claim_id
  from line_count
  group by source_id, claim_id
  having max(times) > 1 or min(first_load) <> max(last_load) or max(repeats) = 1
),
newest as (
  select
    lines.*,
    max(lines.load_sequence) over (partition by lines.source_id, lines.claim_id) as last_load,
    row_number() over (
      partition by lines.source_id, lines.claim_id, lines.claim_line_number
      order by lines.load_sequence desc, lines.input_file_date desc nulls last, lines.delivery_id desc,
        lines.file_line desc
    ) as place
  from tuva_raw.medical_claim as lines
  join contested on contested.source_id = lines.source_id and contested.claim_id = lines.claim_id
),
line as (
  select
    source_id, delivery_id, claim_id, person_id, claim_line_number, claim_type, claim_type_code,
    claim_start_date, claim_end_date, claim_line_start_date, claim_line_end_date, admission_date,
    discharge_date, admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
    bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
    hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5, rendering_npi,
    rendering_tin, rendering_specialty_code, billing_npi, billing_tin, facility_npi, facility_ccn,
    attending_npi, operating_npi, referring_npi, paid_date, paid_amount, allowed_amount, charge_amount,
    coinsurance_amount, deductible_amount, service_month,
    amounts_repeat
      and row_number() over (partition by source_id, claim_id order by claim_line_number) > 1 as is_repeat
  from newest
  where place = 1 and load_sequence = last_load
  union all
  select
    lines.source_id, lines.delivery_id, lines.claim_id, lines.person_id, lines.claim_line_number,
    lines.claim_type, lines.claim_type_code, lines.claim_start_date, lines.claim_end_date,
    lines.claim_line_start_date, lines.claim_line_end_date, lines.admission_date, lines.discharge_date,
    lines.admit_source_code, lines.admit_type_code, lines.discharge_disposition_code,
    lines.place_of_service_code, lines.bill_type_code, lines.drg_code_type, lines.drg_code,
    lines.revenue_center_code, lines.service_unit_quantity, lines.hcpcs_code, lines.hcpcs_modifier_1,
    lines.hcpcs_modifier_2, lines.hcpcs_modifier_3, lines.hcpcs_modifier_4, lines.hcpcs_modifier_5,
    lines.rendering_npi, lines.rendering_tin, lines.rendering_specialty_code, lines.billing_npi,
    lines.billing_tin, lines.facility_npi, lines.facility_ccn, lines.attending_npi, lines.operating_npi,
    lines.referring_npi, lines.paid_date, lines.paid_amount, lines.allowed_amount, lines.charge_amount,
    lines.coinsurance_amount, lines.deductible_amount, lines.service_month,
    false as is_repeat
  from tuva_raw.medical_claim as lines
  left join contested on contested.source_id = lines.source_id and contested.claim_id = lines.claim_id
  where contested.claim_id is null
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
