-- tuva_raw.claim_procedure
select distinct
  claim_id, $load_sequence as load_sequence, person_id, place, replace(code, '.', '') as procedure_code,
  lower(procedure_code_type) as procedure_code_type, detail as procedure_date,
  cx_month_of(service_day) as service_month
from ($entries) as entries
join person_map as who on who.identifier = $person
