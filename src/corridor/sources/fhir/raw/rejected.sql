-- rows as DeliveryWriter.reject_query wants them
select
  $file_name as file_name, wrong.file_line as line_number, wrong.field, wrong.code as reason_code,
  reason.reason, wrong.raw as raw_text
from ($wrong) as wrong
join fhir_reason as reason on reason.code = wrong.code
