-- step:      fhir.denied_line
-- makes:     one row per line with a procedure code that Medicare did not allow, of a final professional claim: quality
--            codes are billed at nothing or a cent, come back so, and report all the same
-- key:       source_id, claim_id, claim_line_number
-- reads:     fhir_raw.line, fhir_raw.claim, fhir.claim, identity.person_alias
-- cites:     CMS Blue Button 2.0, BCDA and AB2D data dictionaries; docs/claims-measures.md
-- evidence:  fhir.claim(source_id, claim_id)
-- owner:     tin, npi
-- partition: service_month
select
  line.source_id, line.claim_id, line.line_number as claim_line_number,
  coalesce(alias.kept_person_id, head.person_id) as person_id, head.claim_type_code,
  coalesce(line.line_start_date, head.claim_start_date) as service_date, line.hcpcs_code, line.hcpcs_modifier_1,
  line.hcpcs_modifier_2, line.hcpcs_modifier_3, line.hcpcs_modifier_4, line.hcpcs_modifier_5,
  line.place_of_service_code, coalesce(line.rendering_tin, head.billing_tin) as tin, line.rendering_npi as npi,
  line.service_month
from fhir_raw.line as line
join fhir.claim as kept
  on kept.source_id = line.source_id and kept.claim_id = line.claim_id and kept.delivery_id = line.delivery_id
  and kept.load_sequence = line.load_sequence and kept.file_number = line.file_number
  and kept.resource_number = line.resource_number and kept.claim_month = line.service_month
  and kept.dropped_because is null
join fhir_raw.claim as head
  on head.source_id = kept.source_id and head.claim_id = kept.claim_id and head.delivery_id = kept.delivery_id
  and head.load_sequence = kept.load_sequence and head.file_number = kept.file_number
  and head.resource_number = kept.resource_number and head.service_month = kept.claim_month
left join identity.person_alias as alias on alias.person_id = head.person_id
where line.denied and line.hcpcs_code is not null and head.claim_type <> 'institutional'
