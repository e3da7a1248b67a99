-- step:      claims.claim_procedure
-- makes:     one row per ICD procedure of a claim
-- key:       source_id, claim_id, procedure_sequence
-- reads:     cclf.claim_procedure, fhir.claim_procedure, rif.claim_procedure, synpuf.claim_procedure, tuva.claim_procedure,
--            x12.claim_procedure
-- cites:     Corridor
-- evidence:  none
-- partition: service_month
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from cclf.claim_procedure
union all
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from fhir.claim_procedure
union all
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from rif.claim_procedure
union all
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from synpuf.claim_procedure
union all
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from tuva.claim_procedure
union all
select
  source_id, delivery_id, claim_id, person_id, procedure_sequence, procedure_code, procedure_code_type,
  procedure_date, service_month
from x12.claim_procedure
