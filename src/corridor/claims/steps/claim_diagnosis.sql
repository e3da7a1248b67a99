-- step:      claims.claim_diagnosis
-- makes:     one row per diagnosis of a claim
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     cclf.claim_diagnosis, fhir.claim_diagnosis, rif.claim_diagnosis, synpuf.claim_diagnosis, tuva.claim_diagnosis,
--            x12.claim_diagnosis
-- cites:     Corridor
-- evidence:  none
-- partition: service_month
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from cclf.claim_diagnosis
union all
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from fhir.claim_diagnosis
union all
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from rif.claim_diagnosis
union all
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from synpuf.claim_diagnosis
union all
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from tuva.claim_diagnosis
union all
select
  source_id, delivery_id, claim_id, person_id, diagnosis_sequence, diagnosis_code, diagnosis_code_type,
  present_on_admission, service_month
from x12.claim_diagnosis
