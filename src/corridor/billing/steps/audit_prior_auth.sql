-- step:      billing.audit_prior_auth
-- makes:     one row per paid claim line of a service of the WISeR model on a day it is active: dollars that hang on an
--            affirmation or on prepayment review. Whether there was one is not on a claim; none is a coverage decision
-- key:       finding_id
-- reads:     billing.prior_auth_line
-- rules:     wiser.result
-- cites:     90 FR 28749; wiser.md sections 4 and 5; docs/prior-authorization.md
-- evidence:  billing.prior_auth_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
select
  concat_ws('|', said.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  'prior_auth' as audit, said.kind, 'at_risk' as direction, lines.person_id, lines.npi, lines.tin, lines.source_id,
  lines.claim_id, lines.claim_line_number, cast(null as varchar) as other_claim_id,
  cast(null as integer) as other_claim_line_number, cast(null as varchar) as other_npi, lines.service_date,
  cast(null as date) as other_service_date, lines.month, lines.hcpcs_code, cast(null as varchar) as other_hcpcs_code,
  lines.allowed_amount as dollars, lines.paid_amount as paid_dollars, 'wiser.service' as rule,
  concat('WISeR, ', lines.policy) as cite, said.todo,
  -- without the state of the provider that of the patient stands in
  case when lines.state_basis = 'residence' then 'review' else said.certainty end as certainty,
  lines.state, lines.state_basis, lines.setting, lines.family, lines.reviewed_by, lines.contractor, lines.result,
  said.words as reason
from billing.prior_auth_line as lines
join rules.wiser_result as said on said.result = lines.result
where lines.result in ('PA_RECOMMENDED', 'NEEDS_REVIEW', 'LIKELY_OUT')
