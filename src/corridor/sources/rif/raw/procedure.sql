-- rif_raw.claim_procedure
select
  clm_id, dml_ind, version_date, load_sequence, file_number, entry['place'] as place,
  replace(entry['code'], '.', '') as procedure_code,
  case entry['version'] when '9' then 'icd-9-pcs' when '0' then 'icd-10-pcs' end as procedure_code_type,
  entry['day'] as procedure_date, service_month
from (
  select clm_id, dml_ind, version_date, load_sequence, file_number, service_month, unnest([$entries]) as entry
  from versioned
  where place = 1
) as entries
where entry['code'] is not null
