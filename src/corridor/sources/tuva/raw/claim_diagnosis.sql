-- tuva_raw.claim_diagnosis
select distinct
  claim_id, $load_sequence as load_sequence, person_id, place, replace(code, '.', '') as diagnosis_code,
  lower(diagnosis_code_type) as diagnosis_code_type, detail as present_on_admission,
  cx_month_of(service_day) as service_month
from ($entries) as entries
join person_map as who on who.identifier = $person
