-- step:      rif.claim_procedure
-- makes:     one row per ICD procedure of a final, paid institutional claim
-- key:       source_id, claim_id, procedure_sequence
-- reads:     rif_raw.claim_procedure, rif_raw.claim, rif.claim, identity.person_alias
-- cites:     CMS research identifiable files; docs/sources/rif.md
-- evidence:  none
-- partition: service_month
with kept as (
  select
    procedures.source_id, procedures.delivery_id, procedures.clm_id,
    coalesce(alias.kept_person_id, claim.person_id) as person_id, procedures.place, procedures.procedure_code,
    procedures.procedure_code_type, procedures.procedure_date, procedures.service_month
  from rif_raw.claim_procedure as procedures
  join rif.claim as final
    on final.source_id = procedures.source_id and final.clm_id = procedures.clm_id
    and final.delivery_id = procedures.delivery_id and final.dml_ind = procedures.dml_ind
    and final.version_date = procedures.version_date and final.load_sequence = procedures.load_sequence
    and final.file_number = procedures.file_number and final.claim_month = procedures.service_month
    and final.dropped_because is null
  join rif_raw.claim as claim
    on claim.source_id = final.source_id and claim.clm_id = final.clm_id
    and claim.delivery_id = final.delivery_id and claim.dml_ind = final.dml_ind
    and claim.version_date = final.version_date and claim.load_sequence = final.load_sequence
    and claim.file_number = final.file_number and claim.service_month = final.claim_month
  left join identity.person_alias as alias on alias.person_id = claim.person_id
),
numbered as (
  select
    source_id, delivery_id, clm_id, person_id, place, procedure_code, procedure_code_type, procedure_date,
    service_month,
    row_number() over (
      partition by source_id, clm_id order by place, procedure_code, procedure_date, procedure_code_type
    ) as sequence
  from kept
)
select
  source_id, delivery_id, clm_id as claim_id, person_id, cast(sequence as integer) as procedure_sequence,
  procedure_code, procedure_code_type, procedure_date, service_month
from numbered
