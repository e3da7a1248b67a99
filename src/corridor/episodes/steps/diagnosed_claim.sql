-- step:      episodes.diagnosed_claim
-- makes:     one row per cohort and claim with a diagnosis of the cohort, on the claim or on one of its lines
-- key:       cohort, source_id, claim_id
-- reads:     claims.medical_claim, claims.claim_diagnosis, episodes.chronic_trigger_code
-- cites:     42 CFR 512.730; ASM specification 2.2(1); docs/episodes.md
-- evidence:  claims.claim_diagnosis(source_id, claim_id)
select listed.cohort, diagnosis.source_id, diagnosis.claim_id
from claims.claim_diagnosis as diagnosis
join episodes.chronic_trigger_code as listed
  on listed.role = 'diagnosis' and listed.code = diagnosis.diagnosis_code
union
select listed.cohort, lines.source_id, lines.claim_id
from claims.medical_claim as lines
join episodes.chronic_trigger_code as listed
  on listed.role = 'diagnosis' and listed.code = lines.line_diagnosis_code
