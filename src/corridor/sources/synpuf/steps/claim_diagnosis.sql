-- step:      synpuf.claim_diagnosis
-- makes:     one row per diagnosis of a claim, masked codes left out
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     synpuf_raw.claim_diagnosis, identity.person_alias
-- cites:     CMS DE-SynPUF codebook; docs/sources/synpuf.md
-- evidence:  none
-- partition: service_month
with newest as (
  select
    source_id, delivery_id, clm_id, load_sequence, person_id, place, diagnosis_code, service_month,
    max(load_sequence) over (partition by source_id, clm_id) as last_load
  from synpuf_raw.claim_diagnosis
),
once as (
  select
    source_id, clm_id, diagnosis_code, max(delivery_id) as delivery_id, max(person_id) as person_id,
    min(place) as place, max(service_month) as service_month
  from newest
  where load_sequence = last_load
  group by source_id, clm_id, diagnosis_code
)
select
  once.source_id, once.delivery_id, once.clm_id as claim_id,
  coalesce(alias.kept_person_id, once.person_id) as person_id,
  cast(row_number() over (partition by once.source_id, once.clm_id order by once.place, once.diagnosis_code) as integer)
    as diagnosis_sequence,
  once.diagnosis_code, 'icd-9-cm' as diagnosis_code_type,
  cast(null as varchar) as present_on_admission, once.service_month
from once
left join identity.person_alias as alias on alias.person_id = once.person_id
