-- step:      x12.claim_diagnosis
-- makes:     one row per diagnosis of a claim that counts: the principal one first, external causes last, each once;
--            admitting diagnoses and reasons for a visit are none
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     x12.medical_claim, x12_raw.claim_diagnosis
-- cites:     X12 005010X222 and 005010X223: health care information codes (HI)
-- evidence:  x12.medical_claim(source_id, claim_id)
-- partition: service_month
with claim as (
  select source_id, claim_id, max(delivery_id) as delivery_id, max(person_id) as person_id, service_month
  from x12.medical_claim
  group by source_id, claim_id, service_month
),
once as (
  select
    claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month, said.diagnosis_code,
    max(said.diagnosis_code_type) as diagnosis_code_type, max(said.present_on_admission) as present_on_admission,
    min(case said.role when 'principal' then 'a' when 'other' then 'b' else 'c' end) as role, min(said.place) as place
  from claim
  join x12_raw.claim_diagnosis as said
    on said.source_id = claim.source_id and said.submission_id = claim.claim_id
  where said.role in ('principal', 'other', 'external_cause')
  group by claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month, said.diagnosis_code
)
select
  source_id, delivery_id, claim_id, person_id,
  cast(row_number() over (partition by source_id, claim_id order by role, place, diagnosis_code) as integer)
    as diagnosis_sequence,
  diagnosis_code, diagnosis_code_type, present_on_admission, service_month
from once
