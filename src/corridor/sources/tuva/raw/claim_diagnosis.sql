-- tuva_raw.claim_diagnosis
select distinct
  claim_id, $load_sequence as load_sequence, person_id, entry['place'] as place,
  replace(entry['code'], '.', '') as diagnosis_code, lower(diagnosis_code_type) as diagnosis_code_type,
  entry['poa'] as present_on_admission, cx_month_of(service_day) as service_month
from (select *, unnest([$entries]) as entry from dated where service_day is not null) as entries
join person_map as who on who.identifier = $person
where entry['code'] is not null
