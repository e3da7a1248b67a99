-- step:      tuva.claim_diagnosis
-- makes:     one row per diagnosis of a claim, each code once
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     tuva_raw.claim_diagnosis, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- partition: service_month
with newest as (
  select
    source_id, delivery_id, claim_id, load_sequence, person_id, place, diagnosis_code, diagnosis_code_type,
    present_on_admission, service_month,
    max(load_sequence) over (partition by source_id, claim_id) as last_load
  from tuva_raw.claim_diagnosis
),
once as (
  select
    source_id, claim_id, diagnosis_code, max(delivery_id) as delivery_id, max(person_id) as person_id, min(place) as place,
    max(diagnosis_code_type) as diagnosis_code_type,
    max(present_on_admission) as present_on_admission, max(service_month) as service_month
  from newest
  where load_sequence = last_load
  group by source_id, claim_id, diagnosis_code
)
select
  once.source_id, once.delivery_id, once.claim_id, coalesce(alias.kept_person_id, once.person_id) as person_id,
  cast(row_number() over (partition by once.source_id, once.claim_id order by once.place, once.diagnosis_code) as integer)
    as diagnosis_sequence,
  once.diagnosis_code, once.diagnosis_code_type, once.present_on_admission, once.service_month
from once
left join identity.person_alias as alias on alias.person_id = once.person_id
