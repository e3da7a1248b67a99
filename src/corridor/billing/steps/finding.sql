-- step:      billing.finding
-- makes:     one row per finding of every billing audit: what was billed against the rules, what is at risk, what was
--            left unbilled, by claim line
-- key:       finding_id
-- reads:     billing.audit_conflict, billing.audit_g2211, billing.audit_wellness, billing.audit_telehealth,
--            billing.audit_duplicate, billing.audit_apcm, billing.audit_behavioral, billing.audit_remote,
--            billing.audit_prior_auth, billing.audit_drug
-- cites:     docs/audits.md
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_conflict
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_g2211
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_wellness
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_telehealth
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_duplicate
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_apcm
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_behavioral
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_remote
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_prior_auth
union all
select
  finding_id, audit, kind, direction, person_id, npi, tin, source_id, claim_id, claim_line_number, other_claim_id,
  other_claim_line_number, other_npi, service_date, other_service_date, month, hcpcs_code, other_hcpcs_code, dollars,
  paid_dollars, rule, cite, todo, certainty
from billing.audit_drug
