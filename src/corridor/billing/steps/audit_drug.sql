-- step:      billing.audit_drug
-- makes:     one row per finding on a Part B drug or a skin substitute
-- key:       finding_id
-- reads:     billing.audit_part_b_drug, billing.audit_skin_substitute
-- cites:     docs/drugs-and-skin-substitutes.md
-- evidence:  billing.drug_service(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code,
  dollars, paid_dollars, rule, cite, todo, certainty
from billing.audit_part_b_drug
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code,
  dollars, paid_dollars, rule, cite, todo, certainty
from billing.audit_skin_substitute
