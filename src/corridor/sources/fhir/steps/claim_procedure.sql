-- step:      fhir.claim_procedure
-- makes:     one row per ICD procedure of a final, paid claim
-- key:       source_id, claim_id, procedure_sequence
-- reads:     fhir_raw.claim_procedure, fhir_raw.claim, fhir.claim, identity.person_alias
-- cites:     HL7 FHIR ExplanationOfBenefit.procedure; CARIN Blue Button; docs/sources/fhir.md
-- evidence:  none
-- partition: service_month
with kept as (
  select
    procedures.source_id, procedures.delivery_id, procedures.claim_id,
    coalesce(alias.kept_person_id, claim.person_id) as person_id, procedures.place, procedures.procedure_code,
    procedures.procedure_code_type, procedures.procedure_date, procedures.service_month
  from fhir_raw.claim_procedure as procedures
  join fhir.claim as final
    on final.source_id = procedures.source_id and final.claim_id = procedures.claim_id
    and final.delivery_id = procedures.delivery_id and final.load_sequence = procedures.load_sequence
    and final.file_number = procedures.file_number and final.resource_number = procedures.resource_number
    and final.claim_month = procedures.service_month and final.dropped_because is null
  join fhir_raw.claim as claim
    on claim.source_id = final.source_id and claim.claim_id = final.claim_id
    and claim.delivery_id = final.delivery_id and claim.load_sequence = final.load_sequence
    and claim.file_number = final.file_number and claim.resource_number = final.resource_number
    and claim.service_month = final.claim_month
  left join identity.person_alias as alias on alias.person_id = claim.person_id
),
numbered as (
  select
    source_id, delivery_id, claim_id, person_id, place, procedure_code, procedure_code_type, procedure_date,
    service_month,
    row_number() over (
      partition by source_id, claim_id order by place, procedure_code, procedure_date, procedure_code_type
    ) as sequence
  from kept
)
select
  source_id, delivery_id, claim_id, person_id, cast(sequence as integer) as procedure_sequence, procedure_code,
  procedure_code_type, procedure_date, service_month
from numbered
