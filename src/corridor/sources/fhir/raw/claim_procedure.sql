-- fhir_raw.claim_procedure
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number, cast(entry.sequence as integer) as place,
  upper(replace(entry.procedureCodeableConcept.coding[1].code, '.', '')) as procedure_code,
  case
    when replace(lower(entry.procedureCodeableConcept.coding[1].system), '-', '') like '%icd9%' then 'icd-9-pcs'
    when replace(lower(entry.procedureCodeableConcept.coding[1].system), '-', '') like '%icd10%' then 'icd-10-pcs'
  end as procedure_code_type,
  fhir_day(entry.date) as procedure_date, head.service_month
from (select place, unnest(r.procedure) as entry from eob) as procedures
join head on head.place = procedures.place
where head.reject_code is null and not head.is_drug and entry.procedureCodeableConcept.coding[1].code is not null
