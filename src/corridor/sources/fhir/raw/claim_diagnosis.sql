-- fhir_raw.claim_diagnosis: the principal one first, external causes last
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number, cast(diagnosis.rank as integer) as place, diagnosis.code as diagnosis_code,
  diagnosis.code_type as diagnosis_code_type, diagnosis.present_on_admission, head.service_month
from diagnosis
join head on head.place = diagnosis.place
where head.reject_code is null and not head.is_drug and diagnosis.rank is not null
