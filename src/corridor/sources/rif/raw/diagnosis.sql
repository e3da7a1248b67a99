-- rif_raw.claim_diagnosis: the principal diagnosis in place 0, the others in their order
select
  clm_id, dml_ind, version_date, load_sequence, file_number, entry['place'] as place,
  replace(entry['code'], '.', '') as diagnosis_code,
  case entry['version'] when '9' then 'icd-9-cm' when '0' then 'icd-10-cm' end as diagnosis_code_type,
  entry['poa'] as present_on_admission, service_month
from (
  select clm_id, dml_ind, version_date, load_sequence, file_number, service_month, unnest([$entries]) as entry
  from versioned
  where place = 1
) as entries
where entry['code'] is not null
