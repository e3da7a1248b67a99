-- step:      rif.claim_diagnosis
-- makes:     one row per diagnosis of a final, paid claim: the principal one first, each code once
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     rif_raw.claim_diagnosis, rif_raw.claim, rif.claim, identity.person_alias
-- cites:     CMS research identifiable files; docs/sources/rif.md
-- evidence:  none
-- partition: service_month
with kept as (
  select
    diagnosis.source_id, diagnosis.delivery_id, diagnosis.clm_id,
    coalesce(alias.kept_person_id, claim.person_id) as person_id, diagnosis.place, diagnosis.diagnosis_code,
    diagnosis.diagnosis_code_type, diagnosis.present_on_admission, diagnosis.service_month
  from rif_raw.claim_diagnosis as diagnosis
  join rif.claim as final
    on final.source_id = diagnosis.source_id and final.clm_id = diagnosis.clm_id
    and final.delivery_id = diagnosis.delivery_id and final.dml_ind = diagnosis.dml_ind
    and final.version_date = diagnosis.version_date and final.load_sequence = diagnosis.load_sequence
    and final.file_number = diagnosis.file_number and final.claim_month = diagnosis.service_month
    and final.dropped_because is null
  join rif_raw.claim as claim
    on claim.source_id = final.source_id and claim.clm_id = final.clm_id
    and claim.delivery_id = final.delivery_id and claim.dml_ind = final.dml_ind
    and claim.version_date = final.version_date and claim.load_sequence = final.load_sequence
    and claim.file_number = final.file_number and claim.service_month = final.claim_month
  left join identity.person_alias as alias on alias.person_id = claim.person_id
),
once as (
  select
    source_id, clm_id, diagnosis_code, max(delivery_id) as delivery_id, max(person_id) as person_id,
    min(place) as place, max(diagnosis_code_type) as diagnosis_code_type,
    max(present_on_admission) as present_on_admission, max(service_month) as service_month
  from kept
  group by source_id, clm_id, diagnosis_code
)
select
  source_id, delivery_id, clm_id as claim_id, person_id,
  cast(row_number() over (partition by source_id, clm_id order by place, diagnosis_code) as integer)
    as diagnosis_sequence,
  diagnosis_code, diagnosis_code_type, present_on_admission, service_month
from once
