-- step:      claims.denied_line
-- makes:     one row per line with a procedure code that Medicare did not allow, of the final professional claims of every
--            source that keeps such lines; claims.medical_claim has the others
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.denied_line, fhir.denied_line, rif.denied_line
-- cites:     Corridor
-- evidence:  none
-- owner:     tin, npi
-- partition: service_month
select
  source_id, claim_id, claim_line_number, person_id, claim_type_code, service_date, hcpcs_code, hcpcs_modifier_1,
  hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5, place_of_service_code, tin, npi,
  service_month
from cclf.denied_line
union all
select
  source_id, claim_id, claim_line_number, person_id, claim_type_code, service_date, hcpcs_code, hcpcs_modifier_1,
  hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5, place_of_service_code, tin, npi,
  service_month
from fhir.denied_line
union all
select
  source_id, claim_id, claim_line_number, person_id, claim_type_code, service_date, hcpcs_code, hcpcs_modifier_1,
  hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5, place_of_service_code, tin, npi,
  service_month
from rif.denied_line
