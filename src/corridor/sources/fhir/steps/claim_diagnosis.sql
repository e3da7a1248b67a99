-- step:      fhir.claim_diagnosis
-- makes:     one row per diagnosis of a final, paid claim: the principal one first, each code once
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     fhir_raw.claim_diagnosis, fhir_raw.claim, fhir.claim, identity.person_alias
-- cites:     HL7 FHIR ExplanationOfBenefit.diagnosis; CARIN Blue Button; docs/sources/fhir.md
-- evidence:  none
-- partition: service_month
with kept as (
  select
    diagnosis.source_id, diagnosis.delivery_id, diagnosis.claim_id,
    coalesce(alias.kept_person_id, claim.person_id) as person_id, diagnosis.place, diagnosis.diagnosis_code,
    diagnosis.diagnosis_code_type, diagnosis.present_on_admission, diagnosis.service_month
  from fhir_raw.claim_diagnosis as diagnosis
  join fhir.claim as final
    on final.source_id = diagnosis.source_id and final.claim_id = diagnosis.claim_id
    and final.delivery_id = diagnosis.delivery_id and final.load_sequence = diagnosis.load_sequence
    and final.file_number = diagnosis.file_number and final.resource_number = diagnosis.resource_number
    and final.claim_month = diagnosis.service_month and final.dropped_because is null
  join fhir_raw.claim as claim
    on claim.source_id = final.source_id and claim.claim_id = final.claim_id
    and claim.delivery_id = final.delivery_id and claim.load_sequence = final.load_sequence
    and claim.file_number = final.file_number and claim.resource_number = final.resource_number
    and claim.service_month = final.claim_month
  left join identity.person_alias as alias on alias.person_id = claim.person_id
),
once as (
  select
    source_id, claim_id, diagnosis_code, max(delivery_id) as delivery_id, max(person_id) as person_id,
    min(place) as place, max(diagnosis_code_type) as diagnosis_code_type,
    max(present_on_admission) as present_on_admission, max(service_month) as service_month
  from kept
  group by source_id, claim_id, diagnosis_code
)
select
  source_id, delivery_id, claim_id, person_id,
  cast(row_number() over (partition by source_id, claim_id order by place, diagnosis_code) as integer)
    as diagnosis_sequence,
  diagnosis_code, diagnosis_code_type, present_on_admission, service_month
from once
