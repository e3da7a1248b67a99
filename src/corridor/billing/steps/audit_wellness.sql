-- step:      billing.audit_wellness
-- makes:     one row per finding on wellness visits and on the assessment code G0136: too soon, the first twice,
--            within a year of the welcome visit, the meaning it no longer has
-- key:       finding_id
-- reads:     billing.audit_line, billing.repeated_visit
-- rules:     billing.assessment_code, billing.assessment_old_diagnosis, billing.finding_kind
-- cites:     CMS RAC topic 0077; CMS Transmittal 2159; 42 CFR 410.15; primary-care code notes E.2
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with pairs as (
  select
    kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
  from billing.repeated_visit
  union all
  select distinct
    'assessment_old_meaning', lines.source_id, lines.claim_id, lines.claim_line_number, cast(null as varchar),
    cast(null as varchar), cast(null as integer), 'review'
  from billing.audit_line as lines
  join rules.billing_assessment_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  join rules.billing_assessment_old_diagnosis as old
    on lines.line_diagnosis_code like concat(old.prefix, '%') and lines.service_date >= old.valid_from
    and (old.valid_to is null or lines.service_date < old.valid_to)
)
select
  concat_ws('|', pairs.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, pairs.kind,
  case when lines.draft or pairs.certainty <> 'sure' then 'at_risk' else 'paid_in_error' end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  others.claim_id as other_claim_id, others.claim_line_number as other_claim_line_number, others.npi as other_npi,
  lines.service_date, others.service_date as other_service_date, lines.month, lines.hcpcs_code,
  others.hcpcs_code as other_hcpcs_code, lines.allowed_amount as dollars, lines.paid_amount as paid_dollars,
  said.rule, said.cite, said.todo, pairs.certainty
from pairs
join billing.audit_line as lines
  on lines.source_id = pairs.source_id and lines.claim_id = pairs.claim_id
  and lines.claim_line_number = pairs.claim_line_number
left join billing.audit_line as others
  on others.source_id = pairs.other_source_id and others.claim_id = pairs.other_claim_id
  and others.claim_line_number = pairs.other_claim_line_number
join rules.billing_finding_kind as said
  on said.kind = pairs.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
