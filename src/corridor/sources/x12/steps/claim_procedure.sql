-- step:      x12.claim_procedure
-- makes:     one row per ICD procedure of an institutional claim that counts, the principal one first
-- key:       source_id, claim_id, procedure_sequence
-- reads:     x12.medical_claim, x12_raw.claim_procedure
-- cites:     X12 005010X223: health care information codes (HI)
-- evidence:  x12.medical_claim(source_id, claim_id)
-- partition: service_month
with claim as (
  select source_id, claim_id, max(delivery_id) as delivery_id, max(person_id) as person_id, service_month
  from x12.medical_claim
  group by source_id, claim_id, service_month
),
once as (
  select
    claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month, said.procedure_code,
    said.procedure_date, max(said.procedure_code_type) as procedure_code_type,
    min(case said.role when 'principal' then 'a' else 'b' end) as role, min(said.place) as place
  from claim
  join x12_raw.claim_procedure as said
    on said.source_id = claim.source_id and said.submission_id = claim.claim_id
  group by claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month,
    said.procedure_code, said.procedure_date
)
select
  source_id, delivery_id, claim_id, person_id,
  cast(row_number() over (
    partition by source_id, claim_id order by role, place, procedure_code, procedure_date
  ) as integer) as procedure_sequence,
  procedure_code, procedure_code_type, procedure_date, service_month
from once
